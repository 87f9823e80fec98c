/*
 * The logins that programs have and the store has not, to be taken in.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/import.h"
#include "app/look.h"
#include "app/use.h"
#include "base/i18n.h"
#include "ui/choice.h"
#include "ui/screen.h"

struct import {
	struct places places;
	char **whose;		/* of each place: the account */
	bool *ticked;
	size_t at;
	struct error err;
};

static void
draw_import(struct ui *ui, void *data)
{
	struct import *import = data;
	struct choice_dialog c;

	(void)ui;
	c = choice_dialog_draw(_("Take in logins that are here already"),
	    ON_IMPORT, import->places.count, import->at, &import->err,
	    _("Each moves into the store, and a view takes its place: "
	    "the program goes on working, and chatelaine renews the "
	    "login from then on."));
	for (size_t i = 0; i < import->places.count; i++)
		choice_dialog_line(&c, i, i == import->at,
		    import->ticked[i] ? "[x]" : "[ ]",
		    import->places.place[i].consumer->title,
		    import->whose[i]);
}

static void
apply(struct ui *ui, struct import *import)
{
	char name[STORE_NAME_MAX + 1] = "";
	struct buffer said = BUFFER_INIT;
	bool taken, done = true;

	for (size_t i = 0; i < import->places.count && done; i++) {
		if (!import->ticked[i])
			continue;
		done = import_login(ui->app, &import->places.place[i], NULL,
		    USE_GLANCE_MS, name, &taken, &import->err) == 0;
		import->ticked[i] = !done;
		if (done)
			buffer_addf(&said, "%s%s", said.length > 0 ? ", " : "",
			    name);
		else
			import->at = i;
	}
	if (said.length > 0)
		ui_say(ui, STYLE_GOOD, _("taken in: %s"), said.data);
	else if (done)
		ui_say(ui, STYLE_NORMAL, "%s", _("nothing was taken in"));
	buffer_release(&said);
	ui_reload(ui, name[0] != '\0' ? name : NULL);
	if (done)
		ui_pop(ui);
}

static void
act_import(struct ui *ui, void *data, enum action action)
{
	struct import *import = data;

	import->err.code = ERROR_NONE;
	switch (action) {
	case ACTION_CANCEL:
		ui_pop(ui);
		break;
	case ACTION_NEXT_FIELD:
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
	case ACTION_WHEEL_DOWN_LINE:
		if (import->at + 1 < import->places.count)
			import->at++;
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
	case ACTION_UP_VI:
	case ACTION_WHEEL_UP_LINE:
		if (import->at > 0)
			import->at--;
		break;
	case ACTION_TICK:
		import->ticked[import->at] = !import->ticked[import->at];
		break;
	case ACTION_DO_IMPORT:
		apply(ui, import);
		break;
	default:
		break;
	}
}

static void
click_import(struct ui *ui, void *data, int part)
{
	struct import *import = data;

	import->at = (size_t)part;
	act_import(ui, data, ACTION_TICK);
}

static void
release_import(void *data)
{
	struct import *import = data;

	for (size_t i = 0; import->whose != NULL &&
	    i < import->places.count; i++)
		free(import->whose[i]);
	free(import->whose);
	free(import->ticked);
	places_release(&import->places);
	free(import);
}

static const struct screen_type import_type = {
	.on = ON_IMPORT,
	.draw = draw_import,
	.act = act_import,
	.click = click_import,
	.release = release_import,
};

static int
set_whose(struct import *import, size_t i)
{
	struct buffer text = BUFFER_INIT;
	struct look look;

	look_at(&look, &import->places.place[i], NULL);
	buffer_add_string(&text, look.identity.email != NULL ?
	    look.identity.email : _("unknown account"));
	look_release(&look);
	import->whose[i] = buffer_detach(&text, &import->err);
	return import->whose[i] == NULL ? -1 : 0;
}

static int
fill(struct ui *ui, struct import *import)
{
	size_t count;

	if (import_offers(ui->app, &import->places, &import->err) != 0)
		return -1;
	count = import->places.count;
	import->whose = calloc(count + 1, sizeof *import->whose);
	import->ticked = calloc(count + 1, sizeof *import->ticked);
	if (import->whose == NULL || import->ticked == NULL)
		return error_no_memory(&import->err);
	for (size_t i = 0; i < count; i++) {
		import->ticked[i] = true;
		if (set_whose(import, i) != 0)
			return -1;
	}
	return 0;
}

void
import_open(struct ui *ui, bool asked)
{
	struct import *import = calloc(1, sizeof *import);

	if (import == NULL)
		return;
	if (fill(ui, import) == 0 && import->places.count > 0) {
		ui_push(ui, &import_type, import);
		return;
	}
	if (import->err.code != ERROR_NONE)
		ui_say_error(ui, &import->err);
	else if (asked)
		ui_say(ui, STYLE_NORMAL, "%s", _("no program here has a login "
		    "that the store has not"));
	release_import(import);
}
