#include "config.h"

#include "ui/dialog.h"
#include "ui/screen.h"
#include "ui/term.h"

static int
least(int a, int b)
{
	return a < b ? a : b;
}

struct dialog
dialog_draw(const char *title, int lines, int columns, uint64_t on)
{
	int screen_lines, screen_columns, height, width, line, column;
	struct dialog inside;

	term_size(&screen_lines, &screen_columns);
	/* The frame, and the line of keys. */
	height = least(lines + 3, screen_lines);
	width = least(columns + 4, screen_columns);
	line = (screen_lines - height) / 2;
	column = (screen_columns - width) / 2;
	term_box(line, column, height, width, title);
	inside.line = line + 1;
	inside.column = column + 2;
	inside.lines = height - 3 > 0 ? height - 3 : 0;
	inside.columns = width - 4 > 0 ? width - 4 : 0;
	ui_draw_keys(line + height - 2, inside.column, inside.columns, on);
	return inside;
}

void
dialog_hot(const struct dialog *dialog, int line, int part)
{
	if (line < dialog->lines)
		ui_hot_part(dialog->line + line, dialog->column,
		    dialog->columns, part);
}
