#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "storage/index.h"
#include "storage/index_file.h"

struct index *
index_make(void)
{
	struct index *index = calloc(1, sizeof *index);
	uint32_t none;

	/* Place 0 is what stands for no text. */
	if (index == NULL || index_add_text(index, "", &none) != 0) {
		index_free(index);
		return NULL;
	}
	index->changed = true;
	return index;
}

void
index_free(struct index *index)
{
	if (index == NULL)
		return;
	free(index->entry);
	free(index->dir);
	free(index->text);
	free(index);
}

size_t
index_count(const struct index *index)
{
	return index->count;
}

bool
index_is_changed(const struct index *index)
{
	return index->changed;
}

const struct index_widths *
index_widths(const struct index *index)
{
	return &index->widths;
}

/* --- Reading -------------------------------------------------------------- */

const char *
index_name(const struct index *index, size_t at)
{
	return index->text + index->entry[at].name;
}

uint64_t
index_stamp(const struct index *index, size_t at)
{
	return index->entry[at].stamp;
}

bool
index_is_whole(const struct index *index, size_t at)
{
	return (index->entry[at].flags & ENTRY_WHOLE) != 0;
}

/* Strings of a profile are changed by whoever owns them, which is nobody here.
 */
static char *
text_at(const struct index *index, uint32_t at)
{
	return at == 0 ? NULL : index->text + at;
}

void
index_get(const struct index *index, size_t at, struct profile *view)
{
	static char damaged[] = "";
	const struct entry *e = &index->entry[at];

	memset(view, 0, sizeof *view);
	memcpy(view->name, index->text + e->name,
	    strnlen(index->text + e->name, STORE_NAME_MAX));
	view->user_id = text_at(index, e->user_id);
	view->account_id = text_at(index, e->account_id);
	view->email = text_at(index, e->email);
	view->plan = text_at(index, e->plan);
	view->label = text_at(index, e->label);
	view->owner = text_at(index, e->owner);
	view->owner_path = text_at(index, e->owner_path);
	view->refused_message = text_at(index, e->refused_message);
	view->created_at = e->created_at;
	view->last_refresh = e->last_refresh;
	view->expires_at = e->expires_at;
	view->generation = e->generation;
	view->refused_generation = e->refused_generation;
	view->refused = (enum profile_reason)e->refused;
	view->stamp = e->stamp;
	view->renewable = (e->flags & ENTRY_RENEWABLE) != 0;
	view->damage = (e->flags & ENTRY_DAMAGED) != 0 ? damaged : NULL;
	view->forbidden = (e->flags & ENTRY_FORBIDDEN) != 0;
}

bool
index_find(const struct index *index, const char *name, size_t *at)
{
	size_t from = 0, to = index->count;
	int order;

	/* Most come in their order. */
	if (to > 0 && strcmp(index_name(index, to - 1), name) < 0)
		from = to;
	while (from < to) {
		*at = from + (to - from) / 2;
		order = strcmp(index_name(index, *at), name);
		if (order == 0)
			return true;
		if (order < 0)
			from = *at + 1;
		else
			to = *at;
	}
	*at = from;
	return false;
}

/* --- Changing ------------------------------------------------------------- */

int
index_add_text(struct index *index, const char *text, uint32_t *at)
{
	size_t length = text == NULL ? 0 : strlen(text) + 1, size;
	char *grown;

	*at = 0;
	if (length == 0 || (length == 1 && index->length > 0))
		return 0;
	if (index->length + length > INDEX_TEXT_MAX)
		return -1;
	if (index->length + length > index->size) {
		size = (index->length + length) * 2;
		grown = realloc(index->text, size);
		if (grown == NULL)
			return -1;
		index->text = grown;
		index->size = size;
	}
	*at = (uint32_t)index->length;
	memcpy(index->text + *at, text, length);
	index->length += length;
	return 0;
}

/* As above, but what is the same in @old, or in the entry before, is not
 * written again. */
static int
set_text(struct index *index, const char *text, uint32_t old, uint32_t before,
    uint32_t *at)
{
	const char *there = old == 0 ? NULL : index->text + old;

	if (text == NULL || *text == '\0') {
		*at = 0;
		return 0;
	}
	*at = old;
	if (there != NULL && strcmp(there, text) == 0)
		return 0;
	*at = before;
	there = before == 0 ? NULL : index->text + before;
	if (there != NULL && strcmp(there, text) == 0)
		return 0;
	return index_add_text(index, text, at);
}

/* A plan is one of few: they are kept together. */
static int
set_plan(struct index *index, const char *plan, uint32_t old, uint32_t *at)
{
	if (plan != NULL && old != 0 && strcmp(index->text + old, plan) == 0) {
		*at = old;
		return 0;
	}
	for (size_t i = 0; plan != NULL && i < index->plans; i++)
		if (strcmp(index->text + index->plan[i], plan) == 0) {
			*at = index->plan[i];
			return 0;
		}
	if (index_add_text(index, plan, at) != 0)
		return -1;
	if (*at != 0 && index->plans < PLANS)
		index->plan[index->plans++] = *at;
	return 0;
}

static unsigned char
flags_of(const struct profile *profile)
{
	return (profile->renewable ? ENTRY_RENEWABLE : 0) |
	    (profile->damage != NULL ? ENTRY_DAMAGED : 0) |
	    (profile->forbidden ? ENTRY_FORBIDDEN : 0) |
	    (profile->damage == NULL && profile->warning[0] == NULL ?
	    ENTRY_WHOLE : 0);
}

static int
fill(struct index *index, const struct profile *p, const struct entry *old,
    const struct entry *before, struct entry *e)
{
	memset(e, 0, sizeof *e);
	e->created_at = p->created_at;
	e->last_refresh = p->last_refresh;
	e->expires_at = p->expires_at;
	e->generation = p->generation;
	e->refused_generation = p->refused_generation;
	e->stamp = p->stamp;
	e->refused = (unsigned char)p->refused;
	e->flags = flags_of(p);
	return set_text(index, p->name, old->name, 0, &e->name) == 0 &&
	    set_text(index, p->user_id, old->user_id, before->user_id,
	    &e->user_id) == 0 &&
	    set_text(index, p->account_id, old->account_id,
	    before->account_id, &e->account_id) == 0 &&
	    set_text(index, p->email, old->email, before->email,
	    &e->email) == 0 &&
	    set_plan(index, p->plan, old->plan, &e->plan) == 0 &&
	    set_text(index, p->label, old->label, before->label,
	    &e->label) == 0 &&
	    set_text(index, p->owner, old->owner, before->owner,
	    &e->owner) == 0 &&
	    set_text(index, p->owner_path, old->owner_path, 0,
	    &e->owner_path) == 0 &&
	    set_text(index, p->refused_message, old->refused_message,
	    before->refused_message, &e->refused_message) == 0 ? 0 : -1;
}

static void
widen(int *columns, const char *text)
{
	int wanted = text == NULL ? 0 : text_columns(text);

	if (wanted > *columns)
		*columns = wanted;
}

/* Makes room for one more entry at @at. */
static int
open_gap(struct index *index, size_t at)
{
	struct entry *grown;
	size_t room;

	if (index->count == INDEX_COUNT_MAX)
		return -1;
	if (index->count == index->room) {
		room = index->room == 0 ? 1024 : index->room * 2;
		grown = realloc(index->entry, room * sizeof *grown);
		if (grown == NULL)
			return -1;
		index->entry = grown;
		index->room = room;
	}
	memmove(index->entry + at + 1, index->entry + at,
	    (index->count - at) * sizeof *index->entry);
	index->count++;
	return 0;
}

int
index_put(struct index *index, const struct profile *profile,
    struct error *err)
{
	static const struct entry none;
	struct entry e;
	size_t at;
	bool there = index_find(index, profile->name, &at);

	if (fill(index, profile, there ? &index->entry[at] : &none,
	    at > 0 ? &index->entry[at - 1] : &none, &e) != 0)
		return error_no_memory(err);
	if (there && memcmp(&e, &index->entry[at], sizeof e) == 0)
		return 0;
	if (!there && open_gap(index, at) != 0)
		return error_no_memory(err);
	index->entry[at] = e;
	index->changed = true;
	widen(&index->widths.name, profile->name);
	widen(&index->widths.email, profile->email);
	return 1;
}

int
index_set_names(struct index *index, const struct store_names *names,
    struct error *err)
{
	struct entry *entry = calloc(names->count + 1, sizeof *entry);
	size_t at = 0, known = 0;
	int order;

	if (entry == NULL || names->count > INDEX_COUNT_MAX)
		goto out;
	for (size_t i = 0; i < names->count; i++) {
		order = -1;
		while (at < index->count && (order = strcmp(
		    index_name(index, at), names->name[i])) < 0)
			at++;
		if (at < index->count && order == 0) {
			entry[i] = index->entry[at++];
			known++;
		} else if (index_add_text(index, names->name[i],
		    &entry[i].name) != 0)
			goto out;
		else
			widen(&index->widths.name, names->name[i]);
	}
	if (known != index->count || known != names->count)
		index->changed = true;
	free(index->entry);
	index->entry = entry;
	index->count = names->count;
	index->room = names->count + 1;
	return 0;
out:
	free(entry);
	return error_no_memory(err);
}

static bool
is_among(const char *text, const char *const *plan, size_t count)
{
	/* One that came after it was loaded has a text of its own. */
	for (size_t i = 0; i < count; i++)
		if (plan[i] == text || strcmp(plan[i], text) == 0)
			return true;
	return false;
}

size_t
index_plans(const struct index *index, const char **plan, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < index->count && count < most; i++) {
		const char *one = text_at(index, index->entry[i].plan);

		if (one != NULL && !is_among(one, plan, count))
			plan[count++] = one;
	}
	return count;
}

/* --- Directories ---------------------------------------------------------- */

static bool
dirs_are_same(const struct index *index, const struct store_dirs *dirs)
{
	if (index->dirs != dirs->names.count)
		return false;
	for (size_t i = 0; i < index->dirs; i++)
		if (index->dir[i].stamp != dirs->stamp[i] ||
		    strcmp(index->text + index->dir[i].path,
		    dirs->names.name[i]) != 0)
			return false;
	return true;
}

int
index_set_dirs(struct index *index, const struct store_dirs *dirs,
    struct error *err)
{
	size_t count = dirs->names.count;
	struct index_dir *dir;

	if (dirs_are_same(index, dirs))
		return 0;
	dir = calloc(count + 1, sizeof *dir);

	for (size_t i = 0; dir != NULL && i < count; i++) {
		dir[i].stamp = dirs->stamp[i];
		if (index_add_text(index, dirs->names.name[i],
		    &dir[i].path) != 0) {
			free(dir);
			dir = NULL;
		}
	}
	if (dir == NULL)
		return error_no_memory(err);
	free(index->dir);
	index->dir = dir;
	index->dirs = count;
	index->changed = true;
	return 0;
}

bool
index_dirs_are(const struct index *index, const struct store *store)
{
	for (size_t i = 0; i < index->dirs; i++)
		if (!store_dir_is(store, index->text + index->dir[i].path,
		    index->dir[i].stamp))
			return false;
	return index->dirs > 0;
}
