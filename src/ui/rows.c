#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/rows.h"

#define WORDS_MAX 32

struct row_key {
	const struct profile *profile;
	size_t index;
	enum profile_status status;	/* when it was loaded */
	int64_t end;		/* of its access; 0: it needs somebody now */
};

void
rows_release(struct rows *rows)
{
	free(rows->key);
	free(rows->shown);
	free(rows->marked);
	free(rows->text_at);
	buffer_release(&rows->text);
	rows->key = NULL;
	rows->shown = rows->text_at = NULL;
	rows->marked = NULL;
	rows->total = rows->count = rows->marks = 0;
	rows->has_marks = false;
}

/* --- Order --------------------------------------------------------------- */

/* What is unknown comes last. */
static int
compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	return strcasecmp(a, b);
}

/* The list came sorted by name, which also decides between equals. */
static int
by_name(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int
by_end(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;
	int order = (x->end > y->end) - (x->end < y->end);

	return order != 0 ? order : by_name(a, b);
}

static int
by_account(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;
	int order = compare_texts(x->profile->email, y->profile->email);

	return order != 0 ? order : by_name(a, b);
}

static const char *
plan_of(const struct profile *profile)
{
	return profile->plan == NULL ? NULL : status_plan(profile->plan);
}

static int
by_plan(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;
	int order = compare_texts(plan_of(x->profile), plan_of(y->profile));

	return order != 0 ? order : by_name(a, b);
}

void
rows_sort(struct rows *rows, enum rows_sort sort)
{
	static int (*const compare[SORTS])(const void *, const void *) = {
		[SORT_NAME] = by_name, [SORT_END] = by_end,
		[SORT_ACCOUNT] = by_account, [SORT_PLAN] = by_plan,
	};

	rows->sort = sort;
	if (rows->total > 0)
		qsort(rows->key, rows->total, sizeof *rows->key,
		    compare[sort]);
}

/* --- Loading ------------------------------------------------------------- */

/* Both lists are sorted by name, so one pass finds who was marked. */
static void
take_marks(struct rows *to, const struct profile_list *list,
    const struct rows *from, const struct profile_list *old)
{
	size_t at = 0;

	for (size_t i = 0; i < list->count && from->has_marks; i++) {
		int order = -1;

		while (at < old->count && (order = strcmp(
		    old->profile[at].name, list->profile[i].name)) < 0)
			at++;
		if (at < old->count && order == 0 && from->marked[at])
			to->marked[i] = to->has_marks = true;
	}
}

static void
set_key(struct row_key *key, const struct profile *profile, size_t index,
    int64_t now)
{
	enum profile_reason reason;

	key->profile = profile;
	key->index = index;
	key->status = profile_status(profile, now, &reason);
	key->end = key->status == PROFILE_NEEDS_LOGIN ||
	    key->status == PROFILE_DAMAGED ? 0 : profile->expires_at;
}

int
rows_load(struct rows *rows, const struct profile_list *old,
    const struct profile_list *list, int64_t now, struct error *err)
{
	size_t n = list->count > 0 ? list->count : 1;
	struct rows new = {
		.total = list->count, .text = BUFFER_INIT,
		.filter = rows->filter, .sort = rows->sort,
	};

	new.key = calloc(n, sizeof *new.key);
	new.shown = calloc(n, sizeof *new.shown);
	new.marked = calloc(n, sizeof *new.marked);
	if (new.key == NULL || new.shown == NULL || new.marked == NULL) {
		rows_release(&new);
		return error_no_memory(err);
	}
	for (size_t i = 0; i < list->count; i++) {
		int columns = text_columns(list->profile[i].name);

		set_key(&new.key[i], &list->profile[i], i, now);
		if (columns > new.name_columns)
			new.name_columns = columns;
	}
	take_marks(&new, list, rows, old);
	rows_sort(&new, new.sort);
	rows_release(rows);
	*rows = new;
	return 0;
}

/* --- The filter ---------------------------------------------------------- */

/* Small letters; what is not UTF-8 as it is. */
static void
add_folded(struct buffer *out, const char *text)
{
	size_t left = text == NULL ? 0 : strlen(text), n;
	char bytes[4];
	uint32_t c;

	for (; left > 0; text += n, left -= n) {
		n = text_decode(text, left, &c);
		if (n == 0) {
			buffer_add_char(out, *text);
			n = 1;
		} else
			buffer_add(out, bytes, field_encode(bytes,
			    (unsigned int)towlower((wint_t)c)));
	}
	/* A word that is looked for never spans two facts. */
	buffer_add_char(out, '\n');
}

/* The tenant is in the name; a status can be called as the command line does,
 * and as the list does. */
static void
add_profile(struct buffer *out, const struct row_key *key)
{
	const struct profile *p = key->profile;

	add_folded(out, p->name);
	add_folded(out, p->email);
	add_folded(out, status_plan(p->plan));
	add_folded(out, p->label);
	add_folded(out, status_word(key->status));
	add_folded(out, profile_status_word(key->status));
	if (key->status == PROFILE_NEEDS_LOGIN)
		add_folded(out, _("sign in again"));
	buffer_add_char(out, '\0');
}

/* Once after each load, and only if somebody filters. False when there is no
 * memory for it. */
static bool
prepare_texts(struct rows *rows)
{
	if (rows->text_at != NULL)
		return true;
	rows->text_at = calloc(rows->total > 0 ? rows->total : 1,
	    sizeof *rows->text_at);
	for (size_t i = 0; rows->text_at != NULL && i < rows->total; i++) {
		rows->text_at[rows->key[i].index] = rows->text.length;
		add_profile(&rows->text, &rows->key[i]);
	}
	if (rows->text_at != NULL && buffer_ok(&rows->text, NULL))
		return true;
	free(rows->text_at);
	rows->text_at = NULL;
	buffer_release(&rows->text);
	return false;
}

/* Cuts @text at its spaces, in place; returns how many words there are. */
static size_t
cut_words(char *text, const char *word[WORDS_MAX])
{
	size_t count = 0;
	char *rest;

	for (char *one = strtok_r(text, " \n", &rest);
	    one != NULL && count < WORDS_MAX;
	    one = strtok_r(NULL, " \n", &rest))
		word[count++] = one;
	return count;
}

static bool
has_words(const char *text, const char *const *word, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(text, word[i]) == NULL)
			return false;
	return true;
}

static void
count_marks(struct rows *rows)
{
	rows->marks = 0;
	for (size_t i = 0; i < rows->count; i++)
		rows->marks += rows->marked[rows->shown[i]];
	rows->has_marks = false;
	for (size_t i = 0; i < rows->total && !rows->has_marks; i++)
		rows->has_marks = rows->marked[i];
}

void
rows_show(struct rows *rows, size_t keep)
{
	struct buffer wanted = BUFFER_INIT;
	const char *word[WORDS_MAX];
	size_t words = 0;

	if (rows->filter.length > 0 && prepare_texts(rows)) {
		add_folded(&wanted, rows->filter.text);
		if (buffer_ok(&wanted, NULL))
			words = cut_words(wanted.data, word);
	}
	rows->count = 0;
	for (size_t i = 0; i < rows->total; i++) {
		size_t index = rows->key[i].index;

		if (words == 0 || index == keep || has_words(rows->text.data +
		    rows->text_at[index], word, words))
			rows->shown[rows->count++] = index;
	}
	buffer_release(&wanted);
	count_marks(rows);
}

size_t
rows_find(const struct rows *rows, size_t index)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->shown[i] == index)
			return i;
	return ROWS_NONE;
}

/* --- Marks --------------------------------------------------------------- */

void
rows_mark(struct rows *rows, size_t index, bool marked)
{
	rows->marked[index] = marked;
	count_marks(rows);
}

void
rows_invert(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		rows->marked[rows->shown[i]] = !rows->marked[rows->shown[i]];
	count_marks(rows);
}

void
rows_unmark_all(struct rows *rows)
{
	for (size_t i = 0; i < rows->total; i++)
		rows->marked[i] = false;
	count_marks(rows);
}
