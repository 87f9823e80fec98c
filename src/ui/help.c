/*
 * The keys of a screen, from the one table.
 */
#include "config.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "ui/screen.h"

#define LABEL_COLUMNS 11

struct help {
	unsigned int about;	/* ON_... */
	int skip, last, page;	/* lines */
};

/* One key and its sentence, from @at on in the page; returns its lines. */
static int
draw_key(enum action action, int at, int lines, int columns)
{
	int width = columns - 4 - LABEL_COLUMNS;
	const char *text = _(action_info[action].help);
	int wanted = term_wrapped_lines(width, text);

	int first = at < 0 ? -at : 0, room = lines - 3 - (at + first);

	if (first >= wanted || room <= 0)
		return wanted;
	if (first == 0)
		term_text(1 + at, 2, LABEL_COLUMNS - 1, STYLE_KEY,
		    action_label(action));
	term_wrapped_from(1 + at + first, 2 + LABEL_COLUMNS, width,
	    wanted - first < room ? wanted - first : room, STYLE_NORMAL, text,
	    first);
	return wanted;
}

static void
draw_help(struct ui *ui, void *state)
{
	struct help *help = state;
	int lines, columns, used = 0;

	(void)ui;
	term_size(&lines, &columns);
	term_box(0, 0, lines, columns, _("Keys"));
	for (int i = 0; i < ACTIONS; i++)
		if ((action_info[i].screens & help->about) != 0)
			used += draw_key((enum action)i, used - help->skip,
			    lines, columns);
	help->page = lines > 4 ? lines - 3 : 1;
	help->last = used > help->page ? used - help->page : 0;
	if (help->skip > help->last)
		help->skip = help->last;
	ui_draw_more(lines - 1, columns - 2, help->skip < help->last);
	ui_draw_keys(lines - 2, 2, columns - 4, ON_HELP);
}

static void
act_help(struct ui *ui, void *state, enum action action)
{
	struct help *help = state;

	if (action == ACTION_UP || action == ACTION_UP_VI)
		help->skip -= help->skip > 0;
	else if (action == ACTION_DOWN || action == ACTION_DOWN_VI)
		help->skip += help->skip < help->last;
	else if (action == ACTION_PAGE_UP)
		help->skip -= help->skip < help->page ? help->skip :
		    help->page;
	else if (action == ACTION_PAGE_DOWN)
		help->skip += help->last - help->skip < help->page ?
		    help->last - help->skip : help->page;
	else
		ui_pop(ui);
}

static const struct screen_type help_type = {
	.on = ON_HELP,
	.draw = draw_help,
	.act = act_help,
	.release = free,
};

void
help_open(struct ui *ui, unsigned int on)
{
	struct help *help = calloc(1, sizeof *help);

	if (help == NULL)
		return;
	help->about = on;
	ui_push(ui, &help_type, help);
}
