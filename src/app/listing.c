#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/keep.h"
#include "app/listing.h"
#include "app/login.h"
#include "app/settings.h"
#include "app/shown.h"
#include "app/status.h"
#include "base/stamp.h"
#include "base/text.h"
#include "base/time.h"
#include "storage/pending.h"

#define PLANS_MOST 32
#define STEPS 16		/* between two looks at the clock */

/* --- Loading -------------------------------------------------------------- */

static void
release_seen(struct listing_seen *seen, size_t count)
{
	for (size_t i = 0; seen != NULL && i < count; i++)
		if (seen->profile[i] != NULL) {
			profile_release(seen->profile[i]);
			free(seen->profile[i]);
		}
	if (seen != NULL)
		free(seen->profile);
	free(seen);
}

static struct listing_seen *
make_seen(size_t count, struct error *err)
{
	struct listing_seen *seen = calloc(1, sizeof *seen);

	if (seen != NULL)
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers. */
		seen->profile = calloc(count + 1, sizeof *seen->profile);
	if (seen == NULL || seen->profile == NULL) {
		free(seen);
		error_no_memory(err);
		return NULL;
	}
	return seen;
}

void
listing_release(struct listing *l)
{
	release_seen(l->seen, l->count);
	index_free(l->index);
	profile_list_release(&l->few);
	targets_release(&l->targets);
	memset(l, 0, sizeof *l);
}

/* Takes in which names there are, and in which directories. */
static int
set_names(struct listing *l, const struct store_names *names,
    const struct store_dirs *dirs, struct error *err)
{
	struct listing_seen *seen = make_seen(names->count, err);

	/* The names last: nothing fails once they are new. */
	if (seen == NULL || index_set_dirs(l->index, dirs, err) != 0 ||
	    index_set_names(l->index, names, err) != 0) {
		release_seen(seen, 0);
		return -1;
	}
	release_seen(l->seen, l->count);
	l->seen = seen;
	l->count = names->count;
	return 0;
}

static int
update_names(struct listing *l, struct error *err)
{
	struct store_dirs dirs = STORE_DIRS_INIT;
	struct store_names names = { NULL, 0 };
	int result;

	result = store_list_dirs(l->app->store, &names, &dirs, err);
	if (result == 0)
		result = set_names(l, &names, &dirs, err);
	store_names_release(&names);
	store_dirs_release(&dirs);
	return result;
}

static int
make_index(struct listing *l, const struct profile_list *list,
    const struct store_names *names, const struct store_dirs *dirs,
    struct error *err)
{
	l->index = index_make();
	if (l->index == NULL)
		return error_no_memory(err);
	for (size_t i = 0; i < list->count; i++)
		if (index_put(l->index, &list->profile[i], err) < 0)
			return -1;
	if (set_names(l, names, dirs, err) != 0)
		return -1;
	/* None has gone meanwhile: nothing more is to be compared. */
	if (l->count == list->count)
		l->verified = l->count;
	return 0;
}

/* Where there is no index: reads all, and makes one where there are many. */
static int
load_files(struct listing *l, struct error *err)
{
	struct store_dirs dirs = STORE_DIRS_INIT;
	struct store_names names = { NULL, 0 };
	struct profile_list list = { NULL, 0 };
	int result;

	result = store_list_dirs(l->app->store, &names, &dirs, err);
	if (result == 0)
		result = login_load_names(l->app, &names, &list, err);
	if (result == 0 && list.count < INDEX_LEAST) {
		l->few = list;
		l->count = list.count;
		result = shown_complete(l->app, &l->few, err);
	} else if (result == 0) {
		result = make_index(l, &list, &names, &dirs, err);
		profile_list_release(&list);
	}
	store_names_release(&names);
	store_dirs_release(&dirs);
	return result;
}

static void
forget(const struct listing *l, size_t at)
{
	profile_release(l->seen->profile[at]);
	free(l->seen->profile[at]);
	l->seen->profile[at] = NULL;
}

/* One that is there, or NULL. */
static const struct profile *
get_present(const struct listing *l, size_t at)
{
	bool was_gone = l->seen->gone;
	const struct profile *profile;

	l->seen->gone = false;
	profile = listing_get(l, at);
	if (l->seen->gone) {
		forget(l, at);
		return NULL;
	}
	l->seen->gone = was_gone;
	return profile;
}

static void
read_named(struct listing *l, const char *name)
{
	size_t at;

	if (name != NULL && index_find(l->index, name, &at))
		get_present(l, at);
}

/* What stands elsewhere than in a profile's own files is looked up at once. */
static void
read_special(struct listing *l)
{
	struct store_names pending;

	pending_list(l->app->store, &pending, NULL);
	for (size_t i = 0; i < pending.count; i++)
		read_named(l, pending.name[i]);
	store_names_release(&pending);
	for (size_t i = 0; i < l->targets.count; i++)
		read_named(l, l->targets.target[i].profile);
}

/* Takes over the index that @old has, or the one of the store. */
static int
load_index(struct listing *l, struct listing *old, struct error *err)
{
	bool look = old != NULL && listing_is_old(old);

	l->index = old != NULL && old->index != NULL ? old->index :
	    index_load(l->app->store);
	if (l->index == NULL)
		return load_files(l, err);
	if (look || !index_dirs_are(l->index, l->app->store))
		return update_names(l, err);
	l->count = index_count(l->index);
	l->seen = make_seen(l->count, err);
	return l->seen == NULL ? -1 : 0;
}

int
listing_load(struct app *app, struct listing *l, struct listing *old,
    struct error *err)
{
	int result;

	memset(l, 0, sizeof *l);
	l->app = app;
	/* A list that cannot be read is no reason to show no profiles. */
	targets_load(app->store, &l->targets, NULL);
	result = load_index(l, old, err);
	if (old != NULL && l->index == old->index) {
		/* It is of one of them only. */
		if (result == 0) {
			release_seen(old->seen, old->count);
			old->seen = NULL;
			old->index = NULL;
			old->count = 0;
		} else {
			l->index = NULL;
			if (old->seen != NULL)
				old->seen->gone = true;
		}
	}
	if (result == 0 && l->index != NULL)
		read_special(l);
	if (result != 0)
		listing_release(l);
	return result;
}

/* --- One profile ---------------------------------------------------------- */

const char *
listing_name(const struct listing *l, size_t at)
{
	return l->index != NULL ? index_name(l->index, at) :
	    l->few.profile[at].name;
}

bool
listing_find(const struct listing *l, const char *name, size_t *at)
{
	if (l->index != NULL)
		return index_find(l->index, name, at);
	for (*at = 0; *at < l->count; ++*at)
		if (strcmp(l->few.profile[*at].name, name) == 0)
			return true;
	return false;
}

/* What cannot be read is shown, and why. */
static void
note_failure(const struct listing *l, struct profile *profile,
    const char *name, const struct error *why)
{
	l->seen->gone = l->seen->gone || why->code == ERROR_NOT_FOUND;
	profile_release(profile);
	snprintf(profile->name, sizeof profile->name, "%s", name);
	profile->damage = strdup(why->text);
}

/* Reads the profile from its files, and has the index know; the caller frees
 * it. */
static struct profile *
read_one(const struct listing *l, size_t at)
{
	struct profile *profile = calloc(1, sizeof *profile);
	char name[STORE_NAME_MAX + 1];
	struct error why = ERROR_INIT;

	if (profile == NULL)
		return NULL;
	snprintf(name, sizeof name, "%s", index_name(l->index, at));
	if (login_load_listed(l->app, name, profile, &why) != 0)
		note_failure(l, profile, name, &why);
	else if (index_put(l->index, profile, NULL) > 0)
		l->seen->changed = true;
	/* After that: what stands in other places is in no index. */
	shown_complete_by(profile, &l->targets, NULL);
	return profile;
}

const struct profile *
listing_get(const struct listing *l, size_t at)
{
	if (l->index == NULL)
		return &l->few.profile[at];
	if (l->seen->profile[at] == NULL)
		l->seen->profile[at] = read_one(l, at);
	return l->seen->profile[at];
}

const struct profile *
listing_view(const struct listing *l, size_t at, struct profile *view)
{
	if (l->index == NULL)
		return &l->few.profile[at];
	if (l->seen->profile[at] != NULL)
		return l->seen->profile[at];
	index_get(l->index, at, view);
	return view;
}

/* True if @view, from the index, is what its files say. */
static bool
is_current(const struct listing *l, size_t at, const struct profile *view)
{
	return index_is_whole(l->index, at) && (at < l->verified ||
	    stamp_is(view->stamp, login_stamp(l->app, view)));
}

const struct profile *
listing_verified(struct listing *l, size_t at, struct profile *view)
{
	const struct profile *profile = listing_view(l, at, view);

	if (profile != view)
		return profile;
	if (!is_current(l, at, view))
		return get_present(l, at);
	shown_complete_by(view, &l->targets, NULL);
	return view;
}

void
listing_drop(const struct profile *profile, struct profile *view)
{
	if (profile == view)
		store_names_release(&view->targets);
}

/* --- All ------------------------------------------------------------------ */

bool
listing_is_verified(const struct listing *l)
{
	return l->index == NULL || l->verified >= l->count;
}

bool
listing_is_old(const struct listing *l)
{
	return l->seen != NULL && l->seen->gone;
}

bool
listing_has_changed(struct listing *l)
{
	bool changed = l->seen != NULL && l->seen->changed;

	if (changed)
		l->seen->changed = false;
	return changed;
}

static void
verify_one(struct listing *l, size_t at)
{
	struct profile view, *now;

	index_get(l->index, at, &view);
	/* What was read stays as it is shown until all is read anew. */
	if (l->seen->profile[at] != NULL ||
	    stamp_is(view.stamp, login_stamp(l->app, &view)))
		return;
	now = read_one(l, at);
	if (now != NULL)
		profile_release(now);
	free(now);
}

bool
listing_verify(struct listing *l, int ms)
{
	int64_t end = time_steady_ms() + ms;

	while (!listing_is_verified(l) && time_steady_ms() < end)
		for (int i = 0; i < STEPS && !listing_is_verified(l); i++)
			verify_one(l, l->verified++);
	return listing_is_verified(l);
}

void
listing_save(struct listing *l)
{
	struct error err = ERROR_INIT;

	if (l->index == NULL)
		return;
	/* A store that cannot be written to, or another one who writes, is no
	 * failure: the next one may. */
	if (listing_is_old(l))
		update_names(l, &err);
	if (index_is_changed(l->index))
		index_save(l->index, l->app->store, NULL);
}

bool
listing_is_due(const struct listing *l, int64_t now)
{
	int64_t within = settings_window(l->app->settings);
	struct profile view;

	for (size_t i = 0; i < l->count; i++)
		if (keep_is_due(listing_view(l, i, &view), now, within))
			return true;
	return false;
}

static void
widen(int *columns, const char *text)
{
	int wanted = text == NULL ? 0 : text_columns(text);

	if (wanted > *columns)
		*columns = wanted;
}

void
listing_widths(const struct listing *l, int *name, int *email, int *plan)
{
	const char *plans[PLANS_MOST];
	size_t count;

	*name = *email = *plan = 0;
	for (size_t i = 0; l->index == NULL && i < l->count; i++) {
		widen(name, l->few.profile[i].name);
		widen(email, l->few.profile[i].email);
		widen(plan, status_plan(l->few.profile[i].plan));
	}
	if (l->index == NULL)
		return;
	*name = index_widths(l->index)->name;
	*email = index_widths(l->index)->email;
	count = index_plans(l->index, plans, PLANS_MOST);
	for (size_t i = 0; i < count; i++)
		widen(plan, status_plan(plans[i]));
}
