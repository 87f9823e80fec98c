/*
 * The address that a browser ended at, for a sign-in whose browser is on
 * another machine. There is a code in it, so it is not shown, and wiped.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/secret.h"
#include "ui/dialog.h"
#include "ui/field.h"
#include "ui/screen.h"

#define COLUMNS 62
#define LINES 2		/* without the text */

struct paste {
	struct field field;
	struct error err;
};

static void
draw_paste(struct ui *ui, void *state)
{
	struct paste *paste = state;
	bool bad = paste->err.code != ERROR_NONE;
	const char *text = bad ? paste->err.text :
	    _("Of the page that did not load. It has a code in it, and is not "
	    "shown.");
	int wanted = term_wrapped_lines(COLUMNS, text);
	struct dialog d;

	(void)ui;
	d = dialog_draw(_("Paste address"), LINES + wanted, COLUMNS, ON_PASTE);
	field_draw_hidden(&paste->field, d.line, d.column, d.columns);
	term_wrapped(d.line + 2, d.column, d.columns, d.lines - 2,
	    bad ? STYLE_BAD : STYLE_DIM, text);
}

static bool
type_paste(struct ui *ui, void *state, int key)
{
	struct paste *paste = state;

	(void)ui;
	if (!field_type(&paste->field, key))
		return false;
	paste->err.code = ERROR_NONE;
	return true;
}

static void
act_paste(struct ui *ui, void *state, enum action action)
{
	struct paste *paste = state;

	/* Whatever comes of it is told by the sign-in below. */
	if (action == ACTION_BACK || (action == ACTION_DO_PASTE &&
	    (ui->job == NULL || job_paste(ui->job, paste->field.text,
	    &paste->err) == 0)))
		ui_pop(ui);
}

static void
release_paste(void *state)
{
	secret_wipe(state, sizeof(struct paste));
	free(state);
}

static const struct screen_type paste_type = {
	.on = ON_PASTE,
	.draw = draw_paste,
	.type = type_paste,
	.act = act_paste,
	.release = release_paste,
};

void
paste_open(struct ui *ui)
{
	struct paste *paste = calloc(1, sizeof *paste);

	if (paste != NULL)
		ui_push(ui, &paste_type, paste);
}
