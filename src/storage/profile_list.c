/*
 * All profiles of a store.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "storage/pending.h"
#include "storage/profile.h"

/* From so many on, two processors read them. */
#define TWO_FROM 2000

/* What one thread reads: names from @from up to @to, each into the place that
 * it has in the list. A place that stays empty is one that was deleted. */
struct part {
	const struct store *store;
	const struct store_names *names, *pending;
	struct profile *profile;
	size_t from, to;
	bool look;		/* there may be a renewal in doubt of any */
	struct error err;
};

static void
load_part(void *data)
{
	struct part *part = data;

	for (size_t i = part->from; i < part->to; i++) {
		const char *name = part->names->name[i];
		struct error why = ERROR_INIT;

		if (profile_load_one(part->store, name, part->look ||
		    store_names_has(part->pending, name), &part->profile[i],
		    &why) == 0)
			continue;
		profile_release(&part->profile[i]);
		if (why.code != ERROR_NOT_FOUND) {
			part->err = why;
			return;
		}
	}
}

/* Loads all of @part. Reading shares nothing that is written, so that the half
 * of it can be another thread's. */
static void
load_parts(struct part *part)
{
	struct part half = *part;

	if (part->to - part->from < TWO_FROM) {
		load_part(part);
		return;
	}
	half.from = part->to = part->from + (part->to - part->from) / 2;
	parallel(load_part, part, &half);
	if (part->err.code == ERROR_NONE)
		part->err = half.err;
}

/* Closes the gaps. */
static void
close_ranks(struct profile_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->profile[i].name[0] == '\0')
			continue;
		if (count < i)
			list->profile[count] = list->profile[i];
		count++;
	}
	list->count = count;
}

int
profile_load_names(const struct store *store, const struct store_names *names,
    struct profile_list *list, struct error *err)
{
	struct store_names pending = { NULL, 0 };
	struct part part = { .store = store, .names = names,
	    .pending = &pending, .err = ERROR_INIT };

	list->count = 0;
	/* Nearly always there is none, which saves looking for each. */
	part.look = pending_list(store, &pending, NULL) != 0;
	store_names_sort(&pending);
	list->profile = calloc(names->count + 1, sizeof *list->profile);
	if (list->profile == NULL)
		error_no_memory(&part.err);
	else {
		part.profile = list->profile;
		part.to = list->count = names->count;
		load_parts(&part);
	}
	store_names_release(&pending);
	if (part.err.code == ERROR_NONE) {
		close_ranks(list);
		return 0;
	}
	profile_list_release(list);
	return error_give(err, &part.err);
}

int
profile_load_all(const struct store *store, struct profile_list *list,
    struct error *err)
{
	struct store_names names = { NULL, 0 };
	int result;

	*list = (struct profile_list){ NULL, 0 };
	result = store_list(store, &names, err);
	if (result == 0)
		result = profile_load_names(store, &names, list, err);
	store_names_release(&names);
	return result;
}

void
profile_list_release(struct profile_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		profile_release(&list->profile[i]);
	free(list->profile);
	list->profile = NULL;
	list->count = 0;
}
