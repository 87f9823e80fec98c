#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/rows.h"

#define WORDS_MAX 32
#define PREPARE_MS 10000	/* somebody waits for it */
#define STEPS 64		/* between two looks at the clock */

static void
clear(struct rows *rows)
{
	tree_release(&rows->tree);
	free(rows->order);
	free(rows->shown);
	free(rows->marked);
	free(rows->text.at);
	free(rows->text.text);
	memset(&rows->text, 0, sizeof rows->text);
	rows->order = rows->shown = NULL;
	rows->marked = NULL;
	rows->total = rows->count = rows->marks = 0;
	rows->has_marks = false;
}

void
rows_release(struct rows *rows)
{
	clear(rows);
	tree_forget(&rows->tree);
}

/* --- Order --------------------------------------------------------------- */

struct sort_key {
	size_t index;
	const char *text;
	int64_t end;		/* of its access; 0: it needs somebody now */
};

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
by_key(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int order = (x->end > y->end) - (x->end < y->end);

	if (order == 0)
		order = compare_texts(x->text, y->text);
	return order != 0 ? order : (x->index > y->index) -
	    (x->index < y->index);
}

static void
set_key(struct sort_key *key, const struct profile *p, enum rows_sort sort,
    int64_t now)
{
	enum profile_reason reason;
	enum profile_status status;

	if (sort == SORT_ACCOUNT)
		key->text = p->email;
	else if (sort == SORT_PLAN)
		key->text = p->plan == NULL ? NULL : status_plan(p->plan);
	else {
		status = profile_status(p, now, &reason);
		key->end = status == PROFILE_NEEDS_LOGIN ||
		    status == PROFILE_DAMAGED ? 0 : p->expires_at;
	}
}

void
rows_sort(struct rows *rows, const struct listing *list, enum rows_sort sort)
{
	struct sort_key *key;
	struct profile view;

	rows->sort = sort;
	free(rows->order);
	rows->order = NULL;
	if (sort == SORT_NAME || rows->total == 0)
		return;
	key = calloc(rows->total, sizeof *key);
	rows->order = calloc(rows->total, sizeof *rows->order);
	for (size_t i = 0; key != NULL && i < rows->total; i++) {
		key[i].index = i;
		set_key(&key[i], listing_view(list, i, &view), sort,
		    rows->now);
	}
	if (key != NULL && rows->order != NULL) {
		qsort(key, rows->total, sizeof *key, by_key);
		for (size_t i = 0; i < rows->total; i++)
			rows->order[i] = key[i].index;
	} else {
		/* Without memory, by name. */
		free(rows->order);
		rows->order = NULL;
	}
	free(key);
}

/* --- Loading ------------------------------------------------------------- */

void
rows_marked(const struct rows *rows, const struct listing *list,
    struct store_names *names)
{
	names->name = NULL;
	names->count = 0;
	for (size_t i = 0; i < rows->total && rows->has_marks; i++)
		if (rows->marked[i])
			store_names_add(names, listing_name(list, i), NULL);
}

static void
widen(int *columns, int to)
{
	if (to > *columns)
		*columns = to;
}

static void
measure_used(struct rows *rows, const struct profile *p)
{
	int used = 0;

	for (size_t i = 0; i < p->targets.count; i++)
		used += text_columns(p->targets.name[i]) + (i > 0);
	widen(&rows->used_columns, used);
}

/* Those that programs show are read already. */
static void
measure(struct rows *rows, const struct listing *list)
{
	struct profile view;

	listing_widths(list, &rows->name_columns, &rows->account_columns,
	    &rows->plan_columns);
	if (rows->tree.tenants > 0)
		widen(&rows->name_columns, rows->tree.columns +
		    ROWS_INDENT);
	for (size_t i = 0; i < list->count; i++)
		if (list->seen == NULL || list->seen->profile[i] != NULL)
			measure_used(rows, listing_view(list, i, &view));
}

void
rows_read(struct rows *rows, const struct listing *list, size_t index)
{
	const struct profile *profile = listing_get(list, index);

	if (profile != NULL)
		measure_used(rows, profile);
}

int
rows_load(struct rows *rows, const struct listing *list,
    const struct store_names *marked, int64_t now, struct error *err)
{
	size_t n = list->count > 0 ? list->count : 1, at;

	clear(rows);
	rows->shown = calloc(n, sizeof *rows->shown);
	rows->marked = calloc(n, sizeof *rows->marked);
	if (rows->shown == NULL || rows->marked == NULL ||
	    tree_load(&rows->tree, list, err) != 0) {
		clear(rows);
		return error_no_memory(err);
	}
	rows->total = list->count;
	rows->now = now;
	rows->used_columns = 0;
	measure(rows, list);
	for (size_t i = 0; i < marked->count; i++)
		if (listing_find(list, marked->name[i], &at))
			rows->marked[at] = rows->has_marks = true;
	rows_sort(rows, list, rows->sort);
	return 0;
}

/* --- The filter ---------------------------------------------------------- */

static bool
make_room(struct rows_text *to, size_t more)
{
	size_t size = (to->length + more) * 2;
	char *grown;

	if (to->text != NULL && to->length + more <= to->size)
		return true;
	grown = realloc(to->text, size);
	if (grown == NULL)
		return false;
	to->text = grown;
	to->size = size;
	return true;
}

/* Small letters; what is not UTF-8 as it is. */
static bool
add_folded(struct rows_text *to, const char *text)
{
	size_t left = text == NULL ? 0 : strlen(text), n;
	uint32_t c;

	/* A small letter may take more bytes, but not twice as many. */
	if (!make_room(to, 2 * left + 2))
		return false;
	for (; left > 0; text += n, left -= n) {
		n = 1;
		c = (unsigned char)*text;
		if (c < 0x80)
			to->text[to->length++] = (char)towlower((wint_t)c);
		else if ((n = text_decode(text, left, &c)) == 0) {
			to->text[to->length++] = *text;
			n = 1;
		} else
			to->length += field_encode(to->text + to->length,
			    (unsigned int)towlower((wint_t)c));
	}
	/* A word that is looked for never spans two facts. */
	to->text[to->length++] = '\n';
	to->text[to->length] = '\0';
	return true;
}

/* The tenant is in the name; a status can be called as the command line does,
 * and as the list does. */
static bool
add_profile(struct rows_text *to, const struct profile *p, int64_t now)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(p, now, &reason);

	if (!add_folded(to, p->name) || !add_folded(to, p->email) ||
	    !add_folded(to, status_plan(p->plan)) ||
	    !add_folded(to, p->label) ||
	    !add_folded(to, status_word_of(p, now)) ||
	    !add_folded(to, profile_status_word(status)) ||
	    (status == PROFILE_NEEDS_LOGIN &&
	    !add_folded(to, _("sign in again"))))
		return false;
	to->length++;		/* the NUL stays */
	return true;
}

bool
rows_is_prepared(const struct rows *rows)
{
	return rows->text.done >= rows->total;
}

bool
rows_prepare(struct rows *rows, const struct listing *list, int ms)
{
	int64_t end = time_steady_ms() + ms;
	struct rows_text *to = &rows->text;
	struct profile view;

	if (to->at == NULL)
		to->at = calloc(rows->total + 1, sizeof *to->at);
	if (to->at == NULL)
		return false;
	while (!rows_is_prepared(rows) && time_steady_ms() <= end)
		for (int i = 0; i < STEPS && !rows_is_prepared(rows); i++) {
			to->at[to->done] = to->length;
			if (!add_profile(to, listing_view(list, to->done,
			    &view), rows->now))
				return false;
			to->done++;
		}
	return rows_is_prepared(rows);
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
	struct tree_tenant *tenant;

	rows->marks = 0;
	for (size_t t = 0; t < rows->tree.tenants; t++)
		rows->tree.tenant[t].marked = 0;
	for (size_t i = 0; i < rows->count; i++) {
		if (!rows->marked[rows->shown[i]])
			continue;
		rows->marks++;
		tenant = tree_tenant_of(&rows->tree, rows->shown[i]);
		if (tenant != NULL)
			tenant->marked++;
	}
	rows->has_marks = false;
	for (size_t i = 0; i < rows->total && !rows->has_marks; i++)
		rows->has_marks = rows->marked[i];
}

/* The words of the filter; none where it is empty. */
static size_t
find_words(struct rows *rows, const struct listing *list,
    struct rows_text *folded, const char *word[WORDS_MAX])
{
	if (rows->filter.length == 0 ||
	    !rows_prepare(rows, list, PREPARE_MS) ||
	    !add_folded(folded, rows->filter.text))
		return 0;
	return cut_words(folded->text, word);
}

void
rows_show(struct rows *rows, const struct listing *list, size_t keep)
{
	struct rows_text folded = { .text = NULL };
	const char *word[WORDS_MAX];
	size_t words = find_words(rows, list, &folded, word);

	rows->count = 0;
	for (size_t i = 0; i < rows->total; i++) {
		size_t index = rows->order == NULL ? i : rows->order[i];

		if (words == 0 || index == keep || has_words(rows->text.text +
		    rows->text.at[index], word, words))
			rows->shown[rows->count++] = index;
	}
	free(folded.text);
	count_marks(rows);
	rows_fold(rows, list);
}

void
rows_fold(struct rows *rows, const struct listing *list)
{
	tree_lay(&rows->tree, list, rows->shown, rows->count,
	    rows->filter.length > 0);
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

bool
rows_has_marked(const struct tree_tenant *tenant)
{
	return tenant->marked > 0 && tenant->marked == tenant->shown;
}

void
rows_mark_tenant(struct rows *rows, const struct tree_tenant *tenant,
    bool marked)
{
	for (size_t i = 0; i < rows->count; i++)
		if (tree_tenant_of(&rows->tree, rows->shown[i]) == tenant)
			rows->marked[rows->shown[i]] = marked;
	count_marks(rows);
}

void
rows_unmark_all(struct rows *rows)
{
	for (size_t i = 0; i < rows->total; i++)
		rows->marked[i] = false;
	count_marks(rows);
}
