#include "config.h"

#include <limits.h>

#include "ui/scroll.h"

void
scroll_fit(struct scroll *scroll, int used, int room)
{
	scroll->page = room > 1 ? room : 1;
	scroll->last = used > room ? used - room : 0;
	if (scroll->skip > scroll->last)
		scroll->skip = scroll->last;
}

bool
scroll_has_more(const struct scroll *scroll)
{
	return scroll->skip < scroll->last;
}

/* How many lines down an action goes; 0: it is no movement. */
static int
step_of(const struct scroll *scroll, enum action action)
{
	switch (action) {
	case ACTION_UP:
	case ACTION_UP_VI:
		return -1;
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
		return 1;
	case ACTION_WHEEL_UP:
		return -SCROLL_WHEEL;
	case ACTION_WHEEL_DOWN:
		return SCROLL_WHEEL;
	case ACTION_PAGE_UP:
		return -scroll->page;
	case ACTION_PAGE_DOWN:
		return scroll->page;
	case ACTION_HOME:
	case ACTION_HOME_VI:
		return -INT_MAX;
	case ACTION_END:
	case ACTION_END_VI:
		return INT_MAX;
	default:
		return 0;
	}
}

bool
scroll_act(struct scroll *scroll, enum action action)
{
	int step = step_of(scroll, action);

	if (step < 0)
		scroll->skip = scroll->skip < -step ? 0 : scroll->skip + step;
	else if (step > 0)
		scroll->skip = scroll->last - scroll->skip < step ?
		    scroll->last : scroll->skip + step;
	return step != 0;
}
