/*
 * list: what the files of the list share.
 */
#ifndef UI_LIST_H
#define UI_LIST_H

#include "ui/screen.h"

/* Where everything stands, for a size of the screen. */
struct list_layout {
	int lines, columns;
	int width;		/* of the list */
	int name, account, plan, left, used;	/* widths; 0: not shown */
	int first, rows;	/* the rows of profiles */
	int message, selected, keys;	/* lines; -1: no room */
	int message_lines;
};

void list_lay_out(const struct ui *ui, struct list_layout *layout);
void list_draw(struct ui *ui, void *state);

/* Which keys there are: ON_... */
unsigned int list_where(const struct ui *ui);

/* Moves the selection; false when the action is no movement. */
bool list_move(struct ui *ui, enum action action);

/* True while seconds show. */
bool list_ticks(struct ui *ui, void *state);

#endif
