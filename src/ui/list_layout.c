/*
 * Where the parts of the list stand.
 */
#include "config.h"

#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/list.h"

#define PANE_FROM 110		/* columns: details stand beside the list */
#define PLAN_COLUMNS 10
#define LEFT_MOST 28
#define HEADING_MOST 20
#define NAME_LEAST 8
#define NAME_MOST 28
#define ACCOUNT_LEAST 12
#define ACCOUNT_MOST 32
#define USED_FROM 12		/* or it is left out */
#define USED_MOST 15

/* A message gets the lines that it needs, for its end is the next step; but no
 * more than the list can do without. */
static int
message_lines(const struct ui *ui, int lines, int columns)
{
	int wanted = term_wrapped_lines(columns, ui->message);
	int most = lines >= 20 ? 4 : lines >= 12 ? 3 : lines >= 9 ? 2 : 1;

	return wanted < 1 ? 1 : wanted > most ? most : wanted;
}

static int
between(int least, int wanted, int most)
{
	return wanted < least ? least : wanted > most ? most : wanted;
}

/* A heading, and the sign of the sort behind it. */
static int
heading_columns(const char *heading, int least)
{
	int columns = between(0, text_columns(heading) + 1, HEADING_MOST);

	return columns > least ? columns : least;
}

/* Columns go by priority: name, end, plan, account, used by. What is there is
 * as wide as what stands in it, as far as there is room. */
static void
lay_out_columns(const struct rows *rows, struct list_layout *l)
{
	int rest = l->width - 3, used;

	l->name = between(heading_columns(_("PROFILE"), NAME_LEAST),
	    rows->name_columns, NAME_MOST);
	if (l->name > rest)
		l->name = rest;
	rest -= l->name + 2;
	l->left = between(0, heading_columns(_("ACCESS ENDS IN"),
	    status_left_columns(term_glyph(GLYPH_RENEWABLE))), LEFT_MOST);
	if (l->left > rest)
		l->left = rest > 0 ? rest : 0;
	rest -= l->left + 2;
	l->plan = rest >= PLAN_COLUMNS ? between(heading_columns(_("PLAN"), 0),
	    rows->plan_columns, PLAN_COLUMNS) : 0;
	rest -= l->plan > 0 ? l->plan + 2 : 0;
	l->used = l->account = 0;
	if (rest >= ACCOUNT_LEAST + 2 + USED_FROM) {
		used = between(text_columns(_("USED BY")), rows->used_columns,
		    USED_MOST);
		l->account = between(ACCOUNT_LEAST, rows->account_columns,
		    between(ACCOUNT_LEAST, rest - 2 - used, ACCOUNT_MOST));
		l->used = rest - 2 - l->account;
	} else if (rest >= ACCOUNT_LEAST)
		l->account = between(ACCOUNT_LEAST, rest, ACCOUNT_MOST);
}

void
list_lay_out(const struct ui *ui, struct list_layout *l)
{
	term_size(&l->lines, &l->columns);
	l->width = l->columns >= PANE_FROM ? l->columns * 3 / 5 : l->columns;
	lay_out_columns(&ui->rows, l);
	l->keys = l->lines - 1;
	l->selected = l->lines >= 6 ? l->lines - 2 : -1;
	l->message_lines = message_lines(ui, l->lines, l->columns - 2);
	l->message = l->lines >= 8 ? l->lines - 2 - l->message_lines :
	    l->selected;
	l->first = l->lines >= 5 ? 2 : l->lines >= 3 ? 1 : 0;
	l->rows = (l->message >= 0 ? l->message : l->keys) - l->first;
	if (l->rows < 1)
		l->rows = 1;
}
