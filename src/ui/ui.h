/*
 * ui: the terminal interface.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>

#include "app/app.h"
#include "base/error.h"

/* True when standard input and output are a terminal that curses can use. */
bool ui_is_possible(void);

/* Runs until the person quits: 0; or the terminal went away: -1. The terminal
 * is given back as it was, in any case. */
int ui_run(struct app *app, struct error *err);

#endif
