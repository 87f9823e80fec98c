/*
 * The targets of app/use, all of them: which there are, and what happens to
 * them when a profile changes, goes, or is renamed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/intake.h"
#include "app/login.h"
#include "app/look.h"
#include "app/use.h"
#include "base/i18n.h"
#include "base/time.h"

/* --- Places -------------------------------------------------------------- */

int
places_add(struct places *places, const struct place *place,
    struct error *err)
{
	struct place *grown;

	for (size_t i = 0; i < places->count; i++)
		if (place_is_same(&places->place[i], place))
			return 0;
	grown = realloc(places->place, (places->count + 1) * sizeof *grown);
	if (grown == NULL)
		return error_no_memory(err);
	places->place = grown;
	if (place_copy(&grown[places->count], place, err) != 0)
		return -1;
	places->count++;
	return 0;
}

void
places_release(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		place_release(&places->place[i]);
	free(places->place);
	*places = (struct places)PLACES_INIT;
}

/* The usual places of programs that were used here. */
static int
add_usual(struct places *places, struct error *err)
{
	struct place place;
	int result = 0;

	for (size_t i = 0; i < consumers_count && result == 0; i++) {
		if (place_usual(&place, &consumers[i], NULL) == 0 &&
		    place_is_there(&place))
			result = places_add(places, &place, err);
		place_release(&place);
	}
	return result;
}

static int
add_listed(const struct app *app, bool only_shown, struct places *places,
    struct error *err)
{
	struct targets targets;
	struct place place;
	int result;

	result = targets_load(app->store, &targets, err);
	for (size_t i = 0; i < targets.count && result == 0; i++) {
		const struct target *target = &targets.target[i];

		if (target->run || (only_shown && target->profile == NULL &&
		    target->previous == NULL))
			continue;
		/* A kind of a later version is not for us. */
		if (place_set(&place, target->kind, target->path, NULL) == 0)
			result = places_add(places, &place, err);
		place_release(&place);
	}
	targets_release(&targets);
	return result;
}

static int
add_kind(const char *kind, void *context, struct error *err)
{
	struct places *places = context;
	struct place place;
	int result;

	result = place_find(&place, kind, err);
	if (result == 0)
		result = places_add(places, &place, err);
	place_release(&place);
	return result;
}

int
use_default_places(const struct app *app, struct places *places,
    struct error *err)
{
	*places = (struct places)PLACES_INIT;
	if (settings_each_target(app->settings, add_kind, places, err) != 0)
		return -1;
	if (places->count > 0)
		return 0;
	if (add_listed(app, true, places, err) != 0)
		return -1;
	return places->count > 0 ? 0 : add_usual(places, err);
}

int
use_known_places(const struct app *app, struct places *places,
    struct error *err)
{
	*places = (struct places)PLACES_INIT;
	if (add_usual(places, err) != 0)
		return -1;
	return add_listed(app, false, places, err);
}

/* --- All views of a profile ---------------------------------------------- */

static bool
shows(const struct target *target, const char *name)
{
	return target->profile != NULL && strcmp(target->profile, name) == 0;
}

/* True if the file is a view of this profile still: only that is rewritten
 * unasked. */
static bool
has_view(const struct target *target, const struct place *place,
    const struct profile *profile)
{
	struct look look;
	bool has;

	look_at(&look, place, target->digest);
	has = look.kind == LOOK_OURS ||
	    (look.kind == LOOK_VIEW && look_is_of(&look, profile));
	look_release(&look);
	return has;
}

/* The places that have a view of @name now, or, @stale, one of older tokens;
 * copied, since the list changes. */
static int
viewed(struct app *app, const char *name, bool stale, struct places *places)
{
	struct profile profile;
	struct place place;
	int result;

	*places = (struct places)PLACES_INIT;
	result = login_load(app, name, &profile, NULL);
	for (size_t i = 0; i < app->targets.count && result == 0; i++) {
		const struct target *target = &app->targets.target[i];

		if (!shows(target, name) || (stale &&
		    target->generation == profile.generation &&
		    target->expires_at == profile.expires_at))
			continue;
		if (place_set(&place, target->kind, target->path, NULL) == 0 &&
		    has_view(target, &place, &profile))
			result = places_add(places, &place, NULL);
		place_release(&place);
	}
	profile_release(&profile);
	return result;
}

void
use_renew(struct app *app, const char *name)
{
	struct places places;

	/* Nearly always there is none, which needs no lock. */
	if (!use_has_views(app, name))
		return;
	if (use_lock(app, app->screen ? USE_GLANCE_MS : USE_RENEW_MS,
	    NULL) != 0)
		return;
	if (viewed(app, name, true, &places) == 0)
		for (size_t i = 0; i < places.count; i++)
			use_rewrite(app, &places.place[i], name, NULL);
	places_release(&places);
	use_unlock(app);
}

bool
use_has_views(const struct app *app, const char *name)
{
	struct targets targets;
	bool has = false;

	if (targets_load(app->store, &targets, NULL) == 0)
		for (size_t i = 0; i < targets.count; i++)
			has = has || shows(&targets.target[i], name);
	targets_release(&targets);
	return has;
}

/* Whether @look saw tokens of the sign-in that the store's are of: 1, or 0; -1
 * when they do not say. Two sign-ins of a person end each by itself. @newer:
 * they were issued later. */
static int
is_of_sign_in(struct app *app, const char *name, const struct look *look,
    bool *newer)
{
	struct identity ours = IDENTITY_INIT;
	struct credential credential;
	int is = -1;

	*newer = false;
	if (credential_load(app->store, name, &credential, NULL) == 0 &&
	    identity_read(&ours, credential.access_token, NULL, NULL) == 0 &&
	    ours.session != NULL && look->identity.session != NULL) {
		is = strcmp(ours.session, look->identity.session) == 0;
		*newer = ours.issued_at != TIME_UNKNOWN &&
		    look->identity.issued_at > ours.issued_at;
	}
	credential_release(&credential);
	identity_release(&ours);
	return is;
}

/* 1 if @place has a login of @name that must not stay there: newer than ours,
 * or a copy of our own chain, which is worthless, and dangerous, as soon as we
 * renew. -1: that cannot be told just now, or a view there is newer. */
static int
has_chain(struct app *app, const struct place *place, const char *name,
    struct look *look, struct error *err)
{
	struct profile profile;
	bool newer;
	int has = 0;

	look_at(look, place, NULL);
	if (look_check_sure(look, err) != 0)
		return -1;
	if (look->kind != LOOK_LOGIN && look->kind != LOOK_VIEW)
		return 0;
	if (profile_load_sure(app->store, name, &profile, err) != 0)
		has = -1;
	else if (profile.owner != NULL || !look_is_of(look, &profile))
		has = 0;
	else if (look->kind == LOOK_LOGIN) {
		has = intake_is_better_unasked(app, &profile, look, err);
		if (has == 0)
			has = intake_is_same_chain(app, name, look, err);
	} else if (is_of_sign_in(app, name, look, &newer) == 1 && newer) {
		error_set(err, ERROR_REFUSED,
		    _("%s shows newer tokens of '%s' than the store has: its "
		    "%s is an older copy, and sending that again would end "
		    "the login, so nothing is sent"), place->path, name,
		    CREDENTIAL_FILE);
		has = error_step(err, _("put the newest one back, or sign in "
		    "again: chatelaine login %s"), name);
	}
	profile_release(&profile);
	return has;
}

/* Why @place keeps what it has. What is of another sign-in may stay: it is not
 * spent with ours. */
static int
not_cleared(struct app *app, const struct place *place, const char *name,
    const struct error *why, struct error *err)
{
	struct look look;
	bool newer;
	int of;

	look_at(&look, place, NULL);
	of = look.kind == LOOK_LOGIN ?
	    is_of_sign_in(app, name, &look, &newer) : -1;
	look_release(&look);
	if (of == 0)
		return 0;
	error_set(err, why->code,
	    _("%s has the login '%s' as well, and that cannot be changed now: "
	    "%s"), place->path, name, why->text);
	return why->step[0] == '\0' ? -1 : error_step(err, "%s", why->step);
}

static int
clear_place(struct app *app, const struct place *place, const char *name,
    struct error *err)
{
	struct intake intake = INTAKE_INIT;
	struct error why = ERROR_INIT;
	struct use_result result = { 0 };
	struct look look;
	int done = has_chain(app, place, name, &look, err);

	/* Nearly always there is none, which needs no lock. */
	look_release(&look);
	if (done <= 0)
		return done;
	done = use_lock(app, USE_RENEW_MS, &why);
	if (done == 0) {
		intake.held = name;
		done = has_chain(app, place, name, &look, &why);
		if (done > 0)
			done = use_replace_login(app, place, &look, name,
			    &intake, &result, &why);
		look_release(&look);
		use_unlock(app);
	}
	return done == 0 ? 0 : not_cleared(app, place, name, &why, err);
}

int
use_look(struct app *app, const char *name, struct error *err)
{
	struct error why = ERROR_INIT;
	struct places places;
	int result = 0;

	/* Without the list the usual places are known still. */
	if (use_known_places(app, &places, &why) != 0 &&
	    error_is_passing(&why))
		result = error_give(err, &why);
	for (size_t i = 0; i < places.count; i++)
		if (clear_place(app, &places.place[i], name, &why) != 0 &&
		    result == 0)
			result = error_give(err, &why);
	places_release(&places);
	return result;
}

int
use_withdraw(struct app *app, const char *name, struct error *err)
{
	struct places places;
	int result;

	/* What `undo` goes back to next is the deletion. */
	if (use_begin_undo(app, err) != 0)
		return -1;
	if (!use_has_views(app, name))
		return 0;
	if (use_lock(app, USE_WAIT_MS, err) != 0)
		return -1;
	/* A profile that cannot be read has no view that could be told. */
	viewed(app, name, false, &places);
	result = 0;
	for (size_t i = 0; i < places.count; i++)
		if (use_rewrite(app, &places.place[i], NULL, err) != 0)
			result = -1;
	places_release(&places);
	use_unlock(app);
	return result;
}

int
use_rename(struct app *app, const char *name, const char *to,
    struct error *err)
{
	int result = 0;

	if (use_lock(app, USE_WAIT_MS, err) != 0)
		return -1;
	for (size_t i = 0; i < app->targets.count && result == 0; i++) {
		struct target *target = &app->targets.target[i];

		if (shows(target, name))
			result = target_set(&target->profile, to, err);
		if (result == 0 && target->previous != NULL &&
		    strcmp(target->previous, name) == 0)
			result = target_set(&target->previous, to, err);
		if (result == 0 && target->undo != NULL &&
		    strcmp(target->undo, name) == 0)
			result = target_set(&target->undo, to, err);
	}
	if (result == 0 && app->targets.count > 0)
		result = use_save(app, err);
	use_unlock(app);
	return result;
}

/* --- Undo ---------------------------------------------------------------- */

int
use_begin_undo(struct app *app, struct error *err)
{
	bool any = false;
	int result = 0;

	if (use_lock(app, USE_WAIT_MS, err) != 0)
		return -1;
	for (size_t i = 0; i < app->targets.count; i++)
		any = any || app->targets.target[i].may_undo;
	targets_forget_undo(&app->targets);
	if (any)
		result = use_save(app, err);
	use_unlock(app);
	return result;
}

int
use_undo(struct app *app, const char *restored, struct places *places,
    struct error *err)
{
	struct use_result result;
	struct place place;
	int done = 0;

	*places = (struct places)PLACES_INIT;
	if (use_lock(app, USE_WAIT_MS, err) != 0)
		return -1;
	for (size_t i = 0; i < app->targets.count && done == 0; i++) {
		const struct target *target = &app->targets.target[i];

		if (!target->may_undo || (restored != NULL &&
		    (target->undo == NULL ||
		    strcmp(target->undo, restored) != 0)))
			continue;
		if (place_set(&place, target->kind, target->path, NULL) == 0)
			done = places_add(places, &place, err);
		place_release(&place);
	}
	if (done == 0 && places->count == 0)
		done = error_set(err, ERROR_NOT_FOUND, "%s",
		    _("there is nothing to undo"));
	for (size_t i = 0; i < places->count && done == 0; i++) {
		struct target *target = targets_find(&app->targets,
		    places->place[i].consumer->kind, places->place[i].path);
		char *name = NULL;

		/* It stays in the list until all is done: who is cut off
		 * begins anew. */
		if (target_set(&name, target->undo, err) != 0) {
			done = -1;
			break;
		}
		done = use_profile(app, &places->place[i], name, USE_WAIT_MS,
		    &result, err);
		free(name);
	}
	targets_forget_undo(&app->targets);
	if (done == 0)
		done = use_save(app, err);
	use_unlock(app);
	return done;
}
