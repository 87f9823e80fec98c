/*
 * Another name for a profile.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/rename.h"
#include "app/use.h"
#include "base/i18n.h"
#include "ui/dialog.h"
#include "ui/field.h"
#include "ui/screen.h"

#define COLUMNS 58
#define LINES 3		/* without the text */

struct rename {
	char name[STORE_NAME_MAX + 1];
	struct field field;
	struct error err;
};

static void
draw_rename(struct ui *ui, void *state)
{
	struct rename *rename = state;
	bool bad = rename->err.code != ERROR_NONE;
	const char *text = bad ? rename->err.text :
	    _("Programs that show it go on showing it.");
	int wanted = term_wrapped_lines(COLUMNS, text), used;
	char title[STORE_NAME_MAX + 200];
	struct dialog d;

	(void)ui;
	snprintf(title, sizeof title, "%s %s %s", _("Rename"),
	    term_glyph(GLYPH_DOT), rename->name);
	d = dialog_draw(title, LINES + wanted, COLUMNS, ON_RENAME);
	used = term_text(d.line, d.column, d.columns, STYLE_NORMAL,
	    _("New name:")) + 1;
	field_draw(&rename->field, d.line, d.column + used, d.columns - used,
	    true);
	term_wrapped(d.line + 2, d.column, d.columns, d.lines - 2,
	    bad ? STYLE_BAD : STYLE_DIM, text);
}

static bool
type_rename(struct ui *ui, void *state, int key)
{
	struct rename *rename = state;

	(void)ui;
	if (!field_type(&rename->field, key))
		return false;
	rename->err.code = ERROR_NONE;
	return true;
}

static void
act_rename(struct ui *ui, void *state, enum action action)
{
	struct rename *rename = state;
	struct rename copy = *rename;

	if (action == ACTION_CANCEL)
		ui_pop(ui);
	else if (action == ACTION_DO_RENAME && rename_profile(ui->app,
	    rename->name, rename->field.text, USE_GLANCE_MS,
	    &rename->err) == 0) {
		ui_pop(ui);
		ui_reload(ui, copy.field.text);
		ui_say(ui, STYLE_GOOD, _("'%s' is '%s' now"), copy.name,
		    copy.field.text);
	}
}

static const struct screen_type rename_type = {
	.on = ON_RENAME,
	.draw = draw_rename,
	.type = type_rename,
	.act = act_rename,
	.release = free,
};

void
rename_open(struct ui *ui, const char *name)
{
	struct rename *rename = calloc(1, sizeof *rename);

	if (rename == NULL)
		return;
	snprintf(rename->name, sizeof rename->name, "%s", name);
	field_set(&rename->field, name);
	ui_push(ui, &rename_type, rename);
}
