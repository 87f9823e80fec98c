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

enum rows_sort { SORT_NAME, SORT_END, SORT_ACCOUNT, SORT_PLAN, SORTS };

#define ROWS_NONE ((size_t)-1)

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

/* Where the profile @index is shown; ROWS_NONE if it is not. */
size_t rows_find(const struct rows *rows, size_t index);

void rows_mark(struct rows *rows, size_t index, bool marked);
void rows_invert(struct rows *rows);	/* of those that are shown */
void rows_unmark_all(struct rows *rows);

#endif
