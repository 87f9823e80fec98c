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
	int skip, last;
};

static void
draw_help(struct ui *ui, void *state)
{
	struct help *help = state;
	int lines, columns, used = 0, at;

	(void)ui;
	term_size(&lines, &columns);
	term_box(0, 0, lines, columns, _("Keys"));
	for (int i = 0; i < ACTIONS; i++) {
		if ((action_info[i].screens & help->about) == 0)
			continue;
		at = used++ - help->skip;
		if (at < 0 || at >= lines - 3)
			continue;
		term_text(1 + at, 2, LABEL_COLUMNS - 1, STYLE_KEY,
		    action_label((enum action)i));
		term_text(1 + at, 2 + LABEL_COLUMNS,
		    columns - 4 - LABEL_COLUMNS, STYLE_NORMAL,
		    _(action_info[i].help));
	}
	help->last = used > lines - 3 ? used - (lines - 3) : 0;
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
