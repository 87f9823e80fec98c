/*
 * The keys of a screen, from the one table.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/i18n.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define LABEL_COLUMNS 14

struct help {
	unsigned int about;	/* ON_... */
	struct scroll scroll;
};

static bool
does_the_same(int a, int b, unsigned int about)
{
	return (action_info[a].screens & about) != 0 &&
	    (action_info[b].screens & about) != 0 &&
	    strcmp(action_info[a].help, action_info[b].help) == 0;
}

/* An entry of its own: on this screen, and not told with one before. */
static bool
is_entry(int action, unsigned int about)
{
	for (int i = 0; i < action; i++)
		if (does_the_same(i, action, about))
			return false;
	return (action_info[action].screens & about) != 0;
}

/* "Up, k": all keys that do the same. */
static void
draw_label(int line, int action, unsigned int about)
{
	struct buffer label = BUFFER_INIT;

	buffer_add_string(&label, action_label((enum action)action));
	for (int i = action + 1; i < ACTIONS; i++)
		if (does_the_same(i, action, about))
			buffer_addf(&label, ", %s",
			    action_label((enum action)i));
	term_text(line, 2, LABEL_COLUMNS - 1, STYLE_KEY, label.data);
	buffer_release(&label);
}

/* What a click is, none can do by clicking on its line. */
static bool
is_of_the_mouse(int action)
{
	int key = action_info[action].key;

	return key == TERM_CLICK || key == TERM_DOUBLE_CLICK ||
	    key == TERM_WHEEL_UP || key == TERM_WHEEL_DOWN;
}

/* One key and its sentence, from @at on in the page; returns its lines. */
static int
draw_key(int action, unsigned int about, int at, int lines, int columns)
{
	int width = columns - 4 - LABEL_COLUMNS;
	const char *text = _(action_info[action].help);
	int wanted = term_wrapped_lines(width, text), used;
	int first = at < 0 ? -at : 0, room = lines - 3 - (at + first);

	if (first >= wanted || room <= 0)
		return wanted;
	if (first == 0)
		draw_label(1 + at, action, about);
	used = term_wrapped_from(1 + at + first, 2 + LABEL_COLUMNS, width,
	    wanted - first < room ? wanted - first : room, STYLE_NORMAL, text,
	    first);
	for (int i = 0; i < used && !is_of_the_mouse(action); i++)
		ui_hot_part(1 + at + first + i, 2, columns - 4, action);
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
		if (is_entry(i, help->about))
			used += draw_key(i, help->about,
			    used - help->scroll.skip, lines, columns);
	scroll_fit(&help->scroll, used, lines - 3);
	ui_draw_more(lines - 1, columns - 2, scroll_has_more(&help->scroll));
	ui_draw_keys(lines - 2, 2, columns - 4, ON_HELP);
}

static void
act_help(struct ui *ui, void *state, enum action action)
{
	struct help *help = state;

	if (!scroll_act(&help->scroll, action))
		ui_pop(ui);
}

/* A line of the help is that key on the screen below. */
static void
click_help(struct ui *ui, void *state, int part)
{
	(void)state;
	ui_pop(ui);
	ui_act(ui, (enum action)part);
}

static const struct screen_type help_type = {
	.on = ON_HELP,
	.draw = draw_help,
	.act = act_help,
	.click = click_help,
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
