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
uint64_t list_where(const struct ui *ui);

/* How a status is written. */
enum term_style list_style_of(enum profile_status status);

/* A tenant: the line, the facts for when it is selected, and more of them into
 * a rectangle. */
void list_draw_tenant(const struct ui *ui, const struct list_layout *layout,
    struct tree_tenant *tenant, int line);
void list_add_tenant(const struct ui *ui, struct tree_tenant *tenant,
    struct buffer *out);
void list_draw_tenant_pane(const struct ui *ui, struct tree_tenant *tenant,
    int line, int column, int lines, int columns);

/* Folds, unfolds, marks; false when the action is another. */
bool list_act_tree(struct ui *ui, enum action action);

/* Moves the selection; false when the action is no movement. */
bool list_move(struct ui *ui, enum action action);

/* True while seconds show. */
bool list_ticks(struct ui *ui, void *state);

#endif
