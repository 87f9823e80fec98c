#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/intake.h"
#include "app/keep_watch.h"
#include "app/import.h"
#include "app/login.h"
#include "app/look.h"
#include "app/use.h"
#include "base/digest.h"
#include "base/i18n.h"
#include "base/time.h"
#include "storage/lock.h"

/* What was seen at a place. */
struct seen {
	struct place place;
	enum look_kind kind;
	char digest[DIGEST_SIZE];	/* of the whole file */
	char lent[STORE_NAME_MAX + 1];	/* the profile lent to it; "" */
};

/* What a look tells, all of one moment. */
struct sight {
	struct look look;
	char name[STORE_NAME_MAX + 1];	/* whose view it is, says the list */
	char lent[STORE_NAME_MAX + 1];
};

struct keep_watch {
	struct app *app;
	struct watch *watch;
	struct keep_say say;
	struct seen *seen;
	size_t count;
};

/* The usual places whether they are there or not, those of the list, and those
 * of lent logins. */
static int
all_places(struct app *app, struct places *places)
{
	struct profile_list list;
	struct place place;

	if (use_known_places(app, places, NULL) != 0)
		return -1;
	for (size_t i = 0; i < consumers_count; i++) {
		if (place_usual(&place, &consumers[i], NULL) == 0)
			places_add(places, &place, NULL);
		place_release(&place);
	}
	if (profile_load_all(app->store, &list, NULL) != 0)
		return 0;
	for (size_t i = 0; i < list.count; i++) {
		if (login_place(&list.profile[i], &place, NULL) == 0)
			places_add(places, &place, NULL);
		place_release(&place);
	}
	profile_list_release(&list);
	return 0;
}

static struct seen *
find_seen(struct keep_watch *files, const struct place *place)
{
	struct seen *seen;

	for (size_t i = 0; i < files->count; i++)
		if (place_is_same(&files->seen[i].place, place))
			return &files->seen[i];
	seen = realloc(files->seen, (files->count + 1) * sizeof *seen);
	if (seen == NULL)
		return NULL;
	files->seen = seen;
	seen += files->count;
	memset(seen, 0, sizeof *seen);
	if (place_copy(&seen->place, place, NULL) != 0)
		return NULL;
	files->count++;
	watch_add(files->watch, place->path, NULL);
	return seen;
}

/* --- What happened ------------------------------------------------------- */

/* What the list says of a place: whose view is there, and its digest. */
static void
listed(struct keep_watch *files, const struct place *place,
    char name[STORE_NAME_MAX + 1], char digest[DIGEST_SIZE])
{
	struct targets targets;
	const struct target *target;

	name[0] = digest[0] = '\0';
	if (targets_load(files->app->store, &targets, NULL) == 0) {
		target = targets_find(&targets, place->consumer->kind,
		    place->path);
		if (target != NULL && target->profile != NULL) {
			strcpy(digest, target->digest);
			if (strlen(target->profile) <= STORE_NAME_MAX)
				strcpy(name, target->profile);
		}
	}
	targets_release(&targets);
}

/* Its program renewed a lent login: where else it is shown, that follows. */
static bool
lent_changed(struct keep_watch *files, const char *name)
{
	char end[TIME_TEXT_SIZE];
	struct profile profile;
	int lock = lock_take(files->app->store, name, USE_GLANCE_MS, NULL);

	if (lock < 0)
		return false;
	use_renew(files->app, name);
	close(lock);
	if (login_load(files->app, name, &profile, NULL) == 0) {
		app_time(files->app, end, profile.expires_at);
		if (profile.renewable)
			keep_sayf(&files->say, false, _("'%s' was renewed by "
			    "%s; its access ends %s"), name, profile.owner,
			    end);
		else
			keep_sayf(&files->say, true, _("%s does not hold the "
			    "login of '%s' any more"), profile.owner_path,
			    name);
	}
	profile_release(&profile);
	return true;
}

/* A login that a program made itself. */
static bool
login_came(struct keep_watch *files, const struct place *place,
    struct look *look)
{
	struct error why = ERROR_INIT;
	struct buffer label = BUFFER_INIT, word = BUFFER_INIT;
	char name[STORE_NAME_MAX + 1];
	struct profile profile;
	bool taken = false;
	int found, better = 0;

	place_label(place, &label);
	place_word(place, &word);
	found = login_find(files->app, look, &profile, NULL);
	if (found == 0 && profile.owner == NULL)
		better = intake_is_better_unasked(files->app, &profile, look,
		    &why);
	if (found != 0)
		keep_sayf(&files->say, true, _("%s has a login that is not in "
		    "the store (%s); to take it in: chatelaine import %s"),
		    place->path, look->identity.email != NULL ?
		    look->identity.email : _("unknown account"), word.data);
	else if (better < 0)
		keep_sayf(&files->say, true, "%s", why.text);
	else if (better > 0) {
		if (import_login(files->app, place, NULL, USE_GLANCE_MS, name,
		    &taken, &why) == 0 && taken)
			keep_sayf(&files->say, false, _("%s had newer tokens "
			    "of '%s', which are in the store now"),
			    label.data, name);
		else if (why.code != ERROR_NONE && why.code != ERROR_BUSY)
			keep_sayf(&files->say, true, "%s", why.text);
	} else if (profile.owner == NULL)
		keep_sayf(&files->say, true, _("%s has a login of its own of "
		    "'%s', older than ours; to put the view back: chatelaine "
		    "use %s --for %s"), label.data, profile.name, profile.name,
		    word.data);
	profile_release(&profile);
	buffer_release(&label);
	buffer_release(&word);
	return why.code != ERROR_BUSY;
}

static bool
changed(struct keep_watch *files, const struct seen *before,
    struct sight *sight)
{
	const struct place *place = &before->place;
	struct look *look = &sight->look;

	if (sight->lent[0] != '\0')
		/* It has just been lent: its program did nothing yet. */
		return strcmp(sight->lent, before->lent) != 0 ||
		    lent_changed(files, sight->lent);
	if (look->kind == LOOK_LOGIN)
		return login_came(files, place, look);
	if (sight->name[0] == '\0')
		return true;
	if (look->kind == LOOK_NOTHING)
		keep_sayf(&files->say, true, _("%s removed its view of '%s'"),
		    place->consumer->title, sight->name);
	else if (look->kind == LOOK_FOREIGN)
		keep_sayf(&files->say, true, _("%s is left as it is: %s"),
		    place->path, look->why.text);
	return true;
}

/* File, list and profile are of one moment only while nobody switches or lends:
 * what is half done would be taken for a program's doing. */
static bool
take_sight(struct keep_watch *files, const struct place *place,
    struct sight *sight)
{
	char ours[DIGEST_SIZE];

	if (use_lock(files->app, USE_GLANCE_MS, NULL) != 0)
		return false;
	listed(files, place, sight->name, ours);
	login_lent_to(files->app, place, sight->lent, NULL);
	look_at(&sight->look, place, ours);
	use_unlock(files->app);
	return true;
}

static bool
look_one(struct keep_watch *files, const struct place *place, bool first)
{
	struct seen *seen = find_seen(files, place), before;
	struct sight sight;
	bool done = true;

	if (seen == NULL)
		return true;
	if (!take_sight(files, place, &sight))
		return false;
	before = *seen;
	seen->kind = sight.look.kind;
	digest_text(seen->digest, sight.look.text.data,
	    sight.look.text.length);
	strcpy(seen->lent, sight.lent);
	if (!first && seen->kind != LOOK_OURS &&
	    (seen->kind != before.kind ||
	    strcmp(seen->digest, before.digest) != 0))
		done = changed(files, &before, &sight);
	if (!done)
		*seen = before;
	look_release(&sight.look);
	return done;
}

static bool
look_all(struct keep_watch *files, bool first)
{
	struct places places = PLACES_INIT;
	bool done = true;

	if (all_places(files->app, &places) == 0)
		for (size_t i = 0; i < places.count; i++)
			done &= look_one(files, &places.place[i], first);
	places_release(&places);
	return done;
}

bool
keep_watch_look(struct keep_watch *files)
{
	return look_all(files, false);
}

struct keep_watch *
keep_watch_open(struct app *app, struct watch *watch,
    const struct keep_say *say, struct error *err)
{
	struct keep_watch *files = calloc(1, sizeof *files);
	struct buffer path = BUFFER_INIT;

	if (files == NULL) {
		error_no_memory(err);
		return NULL;
	}
	files->app = app;
	files->watch = watch;
	files->say = *say;
	/* Who switches, lends or takes back changes the list. */
	buffer_addf(&path, "%s/.chatelaine/%s", store_path(app->store),
	    STORE_STATE_FILE);
	watch_add(watch, path.data, NULL);
	buffer_release(&path);
	look_all(files, true);
	return files;
}

void
keep_watch_close(struct keep_watch *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->count; i++)
		place_release(&files->seen[i].place);
	free(files->seen);
	free(files);
}
