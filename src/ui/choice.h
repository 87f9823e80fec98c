/*
 * choice: a line of a dialog that can be stood on, with a box before it.
 */
#ifndef UI_CHOICE_H
#define UI_CHOICE_H

#include <stdbool.h>

#include "ui/dialog.h"

/* Draws it in line @line of the dialog, if that has so many. @box may be "". */
void choice_draw(const struct dialog *d, int line, bool focused,
    const char *box, const char *label, const char *note);

#endif
