/*
 * The keys of a screen, from the one table.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define LABEL_COLUMNS 14	/* at least; and at most, a third of all */

struct help {
	uint64_t about;	/* ON_... */
	struct scroll scroll;
};

static bool
does_the_same(int a, int b, uint64_t about)
{
	return (action_info[a].screens & about) != 0 &&
	    (action_info[b].screens & about) != 0 &&
	    strcmp(action_info[a].help, action_info[b].help) == 0;
}

/* An entry of its own: on this screen, and not told with one before. */
static bool
is_entry(int action, uint64_t about)
{
	for (int i = 0; i < action; i++)
		if (does_the_same(i, action, about))
			return false;
	return (action_info[action].screens & about) != 0;
}

/* "Up, k": all keys that do the same. */
static void
add_label(int action, uint64_t about, struct buffer *out)
{
	buffer_add_string(out, action_label((enum action)action));
	for (int i = action + 1; i < ACTIONS; i++)
		if (does_the_same(i, action, about))
			buffer_addf(out, ", %s",
			    action_label((enum action)i));
}

static int
label_columns(uint64_t about, int columns)
{
	struct buffer label = BUFFER_INIT;
	int most = LABEL_COLUMNS - 1;

	for (int i = 0; i < ACTIONS; i++) {
		if (!is_entry(i, about))
			continue;
		buffer_clear(&label);
		add_label(i, about, &label);
		most = text_widest(most, label.data);
	}
	buffer_release(&label);
	return most < columns / 3 || most < LABEL_COLUMNS ? most + 1 :
	    columns / 3;
}

/* What a click is, none can do by clicking on its line. */
static bool
is_of_the_mouse(int action)
{
	int key = action_info[action].key;

	return key == TERM_CLICK || key == TERM_DOUBLE_CLICK ||
	    key == TERM_WHEEL_UP || key == TERM_WHEEL_DOWN;
}

/* One key and its sentence, from @at on in the page, @label columns behind the
 * key's beginning; returns its lines. */
static int
draw_key(int action, uint64_t about, int at, int lines, int columns,
    int label)
{
	struct buffer keys = BUFFER_INIT;
	int width = columns - 4 - label;
	const char *text = _(action_info[action].help);
	int wanted = term_wrapped_lines(width, text), used;
	int first = at < 0 ? -at : 0, room = lines - 3 - (at + first);

	if (first >= wanted || room <= 0)
		return wanted;
	add_label(action, about, &keys);
	if (first == 0)
		term_text(1 + at, 2, label - 1, STYLE_KEY, keys.data);
	buffer_release(&keys);
	used = term_wrapped_from(1 + at + first, 2 + label, width,
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
	int lines, columns, label, used = 0;

	(void)ui;
	term_size(&lines, &columns);
	label = label_columns(help->about, columns);
	term_box(0, 0, lines, columns, _("Keys"));
	for (int i = 0; i < ACTIONS; i++)
		if (is_entry(i, help->about))
			used += draw_key(i, help->about,
			    used - help->scroll.skip, lines, columns, label);
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
help_open(struct ui *ui, uint64_t on)
{
	struct help *help = calloc(1, sizeof *help);

	if (help == NULL)
		return;
	help->about = on;
	ui_push(ui, &help_type, help);
}
