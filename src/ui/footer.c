/*
 * The line of keys, from the one table.
 */
#include "config.h"

#include "base/i18n.h"
#include "base/text.h"
#include "ui/screen.h"

/* Columns between two keys. */
#define KEY_GAP 2

/* How wide an action is in the footer; 0: it is not in it. */
static int
key_columns(enum action action, uint64_t on)
{
	const struct action_info *info = &action_info[action];

	if ((info->screens & on) == 0 || *info->word == '\0')
		return 0;
	return text_columns(action_label(action)) + 1 +
	    text_columns(_(info->word));
}

/* Marks what fits: first the ways out, then the rest in the table's order. */
static void
choose_keys(bool shown[ACTIONS], int width, uint64_t on)
{
	static const enum action first[] = {
		ACTION_CANCEL, ACTION_BACK, ACTION_QUIT, ACTION_CLEAR,
		ACTION_HELP
	};
	const int firsts = (int)(sizeof first / sizeof first[0]);
	int used = -KEY_GAP;

	for (int i = 0; i < firsts + ACTIONS; i++) {
		enum action action = i < firsts ? first[i] :
		    (enum action)(i - firsts);
		int columns = key_columns(action, on);

		if (columns == 0 || shown[action])
			continue;
		if (used + KEY_GAP + columns > width) {
			if (i >= firsts)
				return;
			continue;
		}
		shown[action] = true;
		used += KEY_GAP + columns;
	}
}

void
ui_draw_keys(int line, int column, int width, uint64_t on)
{
	bool shown[ACTIONS] = { false };
	const int right = column + width;

	choose_keys(shown, width, on);
	for (int i = 0; i < ACTIONS; i++) {
		if (!shown[i])
			continue;
		ui_hot_key(line, column, key_columns((enum action)i, on),
		    (enum action)i);
		column += 1 + term_text(line, column, right - column,
		    STYLE_KEY, action_label((enum action)i));
		column += KEY_GAP + term_text(line, column, right - column,
		    STYLE_NORMAL, _(action_info[i].word));
	}
}

void
ui_draw_more(int line, int right, bool more)
{
	const char *text = _(" more below ");
	int columns = text_columns(text);

	if (!more)
		return;
	term_text(line, right - columns, columns, STYLE_WARNING, text);
	ui_hot_key(line, right - columns, columns, ACTION_PAGE_DOWN);
}
