/*
 * dialog: a box in the middle of the screen.
 */
#ifndef UI_DIALOG_H
#define UI_DIALOG_H

#include <stdint.h>

/* The inside of a box: where content may stand, without the line of keys. */
struct dialog {
	int line, column, lines, columns;
};

/*
 * Draws a box for content of @lines by @columns, or as much of that as the
 * screen has, with its keys in the last line inside. Returns its inside.
 */
struct dialog dialog_draw(const char *title, int lines, int columns,
    uint64_t on);

/* Makes line @line of the inside, if that has so many, the @part that is told
 * to the screen when it is clicked on. */
void dialog_hot(const struct dialog *dialog, int line, int part);

#endif
