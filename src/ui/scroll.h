/*
 * scroll: moving about in what is longer than its place.
 */
#ifndef UI_SCROLL_H
#define UI_SCROLL_H

#include <stdbool.h>

#include "ui/action.h"

/* Lines that a turn of the wheel is. */
#define SCROLL_WHEEL 3

struct scroll {
	int skip;		/* lines that are scrolled away */
	int last;		/* the most that @skip may be */
	int page;		/* lines of a page */
};

/* For a picture that has room for @room lines out of @used. */
void scroll_fit(struct scroll *scroll, int used, int room);

/* True when there is more below. */
bool scroll_has_more(const struct scroll *scroll);

/* Moves; false when the action is no movement. */
bool scroll_act(struct scroll *scroll, enum action action);

#endif
