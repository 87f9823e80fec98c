/*
 * The dialog that forgets all marked profiles. Signing out is not for many:
 * each wants its name typed.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ui/batch.h"
#include "ui/dialog.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define COLUMNS 60
#define NAMES_MOST 12		/* lines */
#define NAMES_LEAST 3

/* The names, from line @skip on, in their order on the screen. */
static void
draw_names(const struct ui *ui, const struct dialog *d, int lines, int skip)
{
	const struct rows *rows = &ui->rows;
	int at = -skip;

	for (size_t i = 0; i < rows->count && at < lines; i++) {
		const struct profile *p;
		struct profile view;
		int column = d->column + 2, end = d->column + d->columns;

		if (!rows->marked[rows->shown[i]] || at++ < 0)
			continue;
		p = listing_view(&ui->list, rows->shown[i], &view);
		column += 2 + term_text(d->line + at - 1, column,
		    end - column, STYLE_STRONG, p->name);
		if (p->email != NULL)
			term_text(d->line + at - 1, column, end - column,
			    STYLE_DIM, p->email);
	}
}

/* Whether a program shows one of them. */
static bool
is_shown(const struct ui *ui)
{
	const struct rows *rows = &ui->rows;
	struct profile view;

	for (size_t i = 0; i < rows->count; i++)
		if (rows->marked[rows->shown[i]] && listing_view(&ui->list,
		    rows->shown[i], &view)->targets.count > 0)
			return true;
	return false;
}

/* Where there is room the words stay in sight below the names; else both are
 * one text that scrolls. */
static void
draw_forget(struct ui *ui, void *state)
{
	struct scroll *scroll = state;
	struct buffer text = BUFFER_INIT;
	int lines, columns, names = (int)ui->rows.marks, words, room, skip, at;
	char title[200];
	struct dialog d;

	buffer_add_string(&text, _("They move to the backups, and z brings "
	    "them back one at a time. The logins stay valid at the issuer. To "
	    "sign out, delete them one by one."));
	if (is_shown(ui))
		buffer_addf(&text, " %s", _("Programs that show one of them "
		    "are left without a login."));
	term_size(&lines, &columns);
	columns = columns - 4 < COLUMNS ? columns - 4 : COLUMNS;
	words = term_wrapped_lines(columns, text.data);
	snprintf(title, sizeof title, ngettext("Forget %zu profile",
	    "Forget %zu profiles", ui->rows.marks), ui->rows.marks);
	d = dialog_draw(title, (names < NAMES_MOST ? names : NAMES_MOST) + 1 +
	    words, COLUMNS, ON_FORGET);
	room = d.lines - 1 - words;
	if (room >= NAMES_LEAST) {
		scroll_fit(scroll, names, room);
		at = room + 1;
		skip = 0;
	} else {
		scroll_fit(scroll, names + 1 + words, d.lines);
		room = d.lines;
		at = names + 1 - scroll->skip;
		skip = at < 0 ? -at : 0;
		at = at < 0 ? 0 : at;
	}
	draw_names(ui, &d, room, scroll->skip);
	term_wrapped_from(d.line + at, d.column, d.columns, d.lines - at,
	    STYLE_NORMAL, text.data, skip);
	ui_draw_more(d.line + d.lines + 1, d.column + d.columns,
	    scroll_has_more(scroll));
	buffer_release(&text);
}

static void
act_forget(struct ui *ui, void *state, enum action action)
{
	if (scroll_act(state, action))
		return;
	if (action == ACTION_CANCEL)
		ui_pop(ui);
	else if (action == ACTION_DO_DELETE) {
		ui_pop(ui);
		batch_open(ui, BATCH_FORGET, NULL);
	}
}

static const struct screen_type forget_type = {
	.on = ON_FORGET,
	.draw = draw_forget,
	.act = act_forget,
	.release = free,
};

void
forget_open(struct ui *ui)
{
	struct scroll *scroll = calloc(1, sizeof *scroll);

	if (scroll != NULL)
		ui_push(ui, &forget_type, scroll);
}
