/*
 * rows: which profiles the list shows, in which order, and which are marked.
 *
 * Profiles are known by their index in the profile_list that was loaded last.
 * Nothing here reads a file: typing a filter stays fast with many profiles.
 */
#ifndef UI_ROWS_H
#define UI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "storage/profile.h"
#include "ui/field.h"

enum rows_sort { SORT_NAME, SORT_END, SORT_ACCOUNT, SORT_PLAN, SORTS };

#define ROWS_NONE ((size_t)-1)

struct row_key;

struct rows {
	size_t total;		/* profiles that there are */
	struct row_key *key;	/* all of them, sorted */
	size_t *shown;		/* those that the filter lets through */
	size_t count;		/* of @shown */
	bool *marked;		/* by index */
	size_t marks;		/* marked ones that are shown */
	bool has_marks;		/* any, shown or not */
	struct buffer text;	/* what the filter looks at, one after the
				 * other; empty until it is needed */
	size_t *text_at;	/* by index: where its text begins */
	enum rows_sort sort;
	struct field filter;
	int name_columns;	/* of the widest name */
};

void rows_release(struct rows *rows);

/* Takes over from @old, whose marks are kept by name, to @list, as it is at
 * @now. Changes nothing when it fails. To be followed by rows_show(). */
int rows_load(struct rows *rows, const struct profile_list *old,
    const struct profile_list *list, int64_t now, struct error *err);

/* Sorts anew. To be followed by rows_show(). */
void rows_sort(struct rows *rows, enum rows_sort sort);

/* Applies the filter. The profile @keep is shown whatever it says: what one is
 * at work on does not vanish from under one's hand. */
void rows_show(struct rows *rows, size_t keep);

/* Where the profile @index is shown; ROWS_NONE if it is not. */
size_t rows_find(const struct rows *rows, size_t index);

void rows_mark(struct rows *rows, size_t index, bool marked);
void rows_invert(struct rows *rows);	/* of those that are shown */
void rows_unmark_all(struct rows *rows);

#endif
