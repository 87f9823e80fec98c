/*
 * The name of a new profile, and the notice that comes before the first
 * sign-in: what stands between `a` and the code.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/dialog.h"
#include "ui/field.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define NAME_COLUMNS 58
#define TERMS_COLUMNS 66

struct name {
	struct field field;
	struct error err;	/* why it was not taken */
};

static void
draw_name(struct ui *ui, void *state)
{
	struct name *name = state;
	struct dialog d = dialog_draw(_("Add a login"), 5, NAME_COLUMNS,
	    ON_NAME);
	int used;

	(void)ui;
	used = term_text(d.line, d.column, d.columns, STYLE_NORMAL,
	    _("Name:")) + 1;
	field_draw(&name->field, d.line, d.column + used, d.columns - used,
	    true);
	if (name->err.code != ERROR_NONE)
		term_wrapped(d.line + 2, d.column, d.columns, d.lines - 2,
		    STYLE_BAD, name->err.text);
	else
		term_wrapped(d.line + 2, d.column, d.columns, d.lines - 2,
		    STYLE_DIM, _("A name for this login on this machine: work, "
		    "or team/work to keep several together."));
}

static bool
type_name(struct ui *ui, void *state, int key)
{
	struct name *name = state;

	(void)ui;
	if (!field_type(&name->field, key))
		return false;
	name->err.code = ERROR_NONE;
	return true;
}

/* A name that is taken is no mistake of the store's, but here it is one: `i`
 * is for signing in again. */
static int
check_name(struct ui *ui, struct name *name)
{
	struct profile there;
	int result;

	if (name->field.length == 0)
		return error_set(&name->err, ERROR_USAGE, "%s",
		    _("type a name first"));
	if (store_check_name(name->field.text, &name->err) != 0 ||
	    store_check_new(ui->app->store, name->field.text,
	    &name->err) != 0)
		return -1;
	result = profile_load(ui->app->store, name->field.text, &there, NULL);
	profile_release(&there);
	return result != 0 ? 0 : error_set(&name->err, ERROR_REFUSED,
	    _("'%s' is there already; choose another name, or Esc and i to "
	    "sign in again"), name->field.text);
}

static void
act_name(struct ui *ui, void *state, enum action action)
{
	struct name *name = state;
	struct field field = name->field;

	if (action == ACTION_CANCEL)
		ui_pop(ui);
	else if (action == ACTION_CONTINUE && check_name(ui, name) == 0) {
		ui_pop(ui);
		login_begin(ui, field.text);
	}
}

static const struct screen_type name_type = {
	.on = ON_NAME,
	.draw = draw_name,
	.type = type_name,
	.act = act_name,
	.release = free,
};

void
name_open(struct ui *ui)
{
	struct name *name = calloc(1, sizeof *name);

	if (name != NULL)
		ui_push(ui, &name_type, name);
}

/* --- The terms ------------------------------------------------------------ */

struct terms {
	char name[STORE_NAME_MAX + 1];
	struct scroll scroll;
};

static void
draw_terms(struct ui *ui, void *state)
{
	struct terms *terms = state;
	int lines, columns, wanted;
	struct dialog d;

	(void)ui;
	term_size(&lines, &columns);
	if (columns > TERMS_COLUMNS + 4)
		columns = TERMS_COLUMNS + 4;
	wanted = term_wrapped_lines(columns - 4, app_terms());
	d = dialog_draw(_("Before the first sign-in"), wanted + 1,
	    TERMS_COLUMNS, ON_TERMS);
	scroll_fit(&terms->scroll, wanted, d.lines);
	term_wrapped_from(d.line, d.column, d.columns, d.lines, STYLE_NORMAL,
	    app_terms(), terms->scroll.skip);
	ui_draw_more(d.line + d.lines + 1, d.column + d.columns,
	    scroll_has_more(&terms->scroll));
}

static void
act_terms(struct ui *ui, void *state, enum action action)
{
	struct terms *terms = state, copy = *terms;
	struct error err = ERROR_INIT;

	if (action == ACTION_CANCEL)
		ui_pop(ui);
	else if (action == ACTION_AGREE && scroll_has_more(&terms->scroll))
		/* What was not seen is not agreed to. */
		scroll_act(&terms->scroll, ACTION_DOWN);
	else if (action == ACTION_AGREE) {
		ui_pop(ui);
		if (store_agree_terms(ui->app->store, &err) != 0)
			ui_say_error(ui, &err);
		else
			login_open(ui, copy.name);
	} else
		scroll_act(&terms->scroll, action);
}

static const struct screen_type terms_type = {
	.on = ON_TERMS,
	.draw = draw_terms,
	.act = act_terms,
	.release = free,
};

void
terms_open(struct ui *ui, const char *name)
{
	struct terms *terms = calloc(1, sizeof *terms);

	if (terms == NULL)
		return;
	snprintf(terms->name, sizeof terms->name, "%s", name);
	ui_push(ui, &terms_type, terms);
}

void
login_begin(struct ui *ui, const char *name)
{
	if (store_terms_agreed(ui->app->store, NULL) > 0)
		login_open(ui, name);
	else
		terms_open(ui, name);
}
