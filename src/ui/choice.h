/*
 * choice: a dialog of lines that can be stood on, above a text.
 */
#ifndef UI_CHOICE_H
#define UI_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ui/dialog.h"

/* The dialog as it is drawn: its inside, and which choices are in sight. */
struct choice_dialog {
	struct dialog inside;
	size_t from, to;
};

/*
 * Draws a box for @count choices of which @at is stood on, and below them what
 * @err says, or @text when that is nothing: in sight whatever the height.
 */
struct choice_dialog choice_dialog_draw(const char *title, uint64_t on,
    size_t count, size_t at, const struct error *err, const char *text);

/* Draws the choice @i, if it is in sight; as choice_draw(). A click on it is
 * the part @i. */
void choice_dialog_line(const struct choice_dialog *c, size_t i, bool focused,
    const char *box, const char *label, const char *note);

/* Draws a choice in line @line of the dialog, if that has so many. @box may be
 * "". */
void choice_draw(const struct dialog *d, int line, bool focused,
    const char *box, const char *label, const char *note);

#endif
