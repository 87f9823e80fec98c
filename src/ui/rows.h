/*
 * rows: which profiles the list shows, in which order, and which are marked.
 *
 * Profiles are known by their place in the listing that was loaded last.
 * Nothing here but rows_read() reads a file: typing a filter stays fast.
 */
#ifndef UI_ROWS_H
#define UI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/listing.h"
#include "base/error.h"
#include "ui/field.h"
#include "ui/tree.h"

enum rows_sort { SORT_NAME, SORT_END, SORT_ACCOUNT, SORT_PLAN, SORTS };

#define ROWS_NONE TREE_NONE

/* Columns before the name of a tenant, and of what stands below it. */
#define ROWS_INDENT 2

/* What the filter looks at, one after the other. */
struct rows_text {
	char *text;
	size_t length, size;
	size_t *at;		/* by index: where its text begins; NULL until
				 * it is needed */
	size_t done;		/* so many are in it */
};

struct rows {
	size_t total;		/* profiles that there are */
	size_t *order;		/* all of them, sorted; NULL: by name */
	size_t *shown;		/* those that the filter lets through */
	size_t count;		/* of @shown */
	struct tree tree;	/* the lines that they stand in */
	bool *marked;		/* by index */
	size_t marks;		/* marked ones that are shown */
	bool has_marks;		/* any, shown or not */
	struct rows_text text;
	int64_t now;		/* when they were loaded */
	enum rows_sort sort;
	struct field filter;
	/* Of the widest there is. */
	int name_columns, account_columns, plan_columns, used_columns;
};

void rows_release(struct rows *rows);

/* Takes over to @list, as it is at @now; those @marked, which are sorted, are
 * marked. There are no rows when it fails. To be followed by rows_show(). */
int rows_load(struct rows *rows, const struct listing *list,
    const struct store_names *marked, int64_t now, struct error *err);

/* The names of those that are marked, which the caller releases. */
void rows_marked(const struct rows *rows, const struct listing *list,
    struct store_names *names);

/* Reads the profile @index, which is about to be seen. */
void rows_read(struct rows *rows, const struct listing *list, size_t index);

/* Sorts anew. To be followed by rows_show(). */
void rows_sort(struct rows *rows, const struct listing *list,
    enum rows_sort sort);

/* Makes ready for filtering, for about @ms; true when it is done. */
bool rows_prepare(struct rows *rows, const struct listing *list, int ms);
bool rows_is_prepared(const struct rows *rows);

/* Applies the filter. The profile @keep is shown whatever it says: what one is
 * at work on does not vanish from under one's hand. */
void rows_show(struct rows *rows, const struct listing *list, size_t keep);

/* Makes the lines anew, after something was folded. */
void rows_fold(struct rows *rows, const struct listing *list);

void rows_mark(struct rows *rows, size_t index, bool marked);
void rows_invert(struct rows *rows);	/* of those that are shown */

/* True if all of the tenant's that are shown are marked. */
bool rows_has_marked(const struct tree_tenant *tenant);
void rows_mark_tenant(struct rows *rows, const struct tree_tenant *tenant,
    bool marked);
void rows_unmark_all(struct rows *rows);

#endif
