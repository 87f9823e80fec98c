#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/login.h"
#include "app/look.h"
#include "app/take.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/stamp.h"
#include "base/time.h"
#include "storage/spent.h"

int
login_place(const struct profile *profile, struct place *place,
    struct error *err)
{
	*place = (struct place)PLACE_INIT;
	if (profile->owner == NULL || profile->owner_path == NULL)
		return error_set(err, ERROR_FAILED, _("'%s' is not lent"),
		    profile->name);
	return place_set(place, profile->owner, profile->owner_path, err);
}

bool
login_is_lent_to(const struct profile *profile, const struct place *place)
{
	return profile->owner != NULL && profile->owner_path != NULL &&
	    strcmp(profile->owner, place->consumer->kind) == 0 &&
	    strcmp(profile->owner_path, place->path) == 0;
}

static bool
is_volume(const struct profile *profile)
{
	return profile->generation == 0;
}

/* True if the program's file still has the login: for a volume of which
 * nothing was noted, whoever is in it. */
static bool
is_there(const struct look *look, const struct profile *profile)
{
	if (look->identity.user_id == NULL)
		return false;
	if (profile->user_id == NULL || profile->account_id == NULL)
		return is_volume(profile);
	return look_is_of(look, profile);
}

static int
note_absence(struct profile *profile, const struct look *look,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;

	if (is_volume(profile)) {
		free(profile->damage);
		profile->unsure = look_is_unsure(look);
		profile->damage = strdup(look->kind == LOOK_FOREIGN ?
		    look->why.text : _("its file holds no login"));
		return profile->damage == NULL ? error_no_memory(err) :
		    profile_note_forbidden(profile, profile->owner_path, false,
		    err) < 0 ? -1 : 0;
	}
	/* What its program threw away was perhaps revoked as well, as codex
	 * does: the access token that we remember promises nothing. */
	if (look->kind != LOOK_FOREIGN) {
		profile->refused = REASON_NO_REFRESH_TOKEN;
		profile->refused_generation = profile->generation;
	}
	buffer_addf(&text, _("%s does not hold its login any more"),
	    profile->owner_path);
	return profile_warn(profile, &text, err);
}

/* Of the file that a login is lent to, behind the links that lead to it. */
static uint64_t
lent_stamp(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? stamp_of(&st) : STAMP_NONE;
}

uint64_t
login_stamp(const struct app *app, const struct profile *known)
{
	uint64_t stamp = profile_stamp(app->store, known->name);

	return known->owner_path == NULL ? stamp :
	    stamp_join(stamp, lent_stamp(known->owner_path));
}

/* Completes what is known of a lent login from the file of its program; @waits:
 * an empty one is waited for. */
static int
overlay(struct profile *profile, bool waits, struct error *err)
{
	struct error why = ERROR_INIT;
	struct place place;
	struct look look;
	int result = 0;

	profile->renewable = false;
	if (login_place(profile, &place, &why) != 0) {
		place_release(&place);
		if (error_is_no_memory(&why))
			return error_no_memory(err);
		/* Lent to a program that is not known here: one profile that
		 * cannot be read, and no reason to show no others. */
		profile->stamp = STAMP_NEVER;
		profile->damage = strdup(why.text);
		return profile->damage == NULL ? error_no_memory(err) : 0;
	}
	profile->stamp = stamp_join(profile->stamp,
	    lent_stamp(profile->owner_path));
	if (waits)
		look_at_filled(&look, &place, NULL);
	else
		look_at(&look, &place, NULL);
	if (!is_there(&look, profile))
		result = note_absence(profile, &look, err);
	else {
		profile->renewable = look.kind == LOOK_LOGIN;
		profile->expires_at = look.identity.expires_at;
		take_string(&profile->user_id, &look.identity.user_id);
		take_string(&profile->account_id, &look.identity.account_id);
		take_string(&profile->email, &look.identity.email);
		take_string(&profile->plan, &look.identity.plan);
	}
	look_release(&look);
	place_release(&place);
	return result;
}

static int
load(const struct app *app, const char *name, bool waits,
    struct profile *profile, struct error *err)
{
	if (profile_load(app->store, name, profile, err) != 0)
		return -1;
	if (profile->owner == NULL || profile->damage != NULL)
		return 0;
	return overlay(profile, waits, err);
}

int
login_load(const struct app *app, const char *name, struct profile *profile,
    struct error *err)
{
	return load(app, name, true, profile, err);
}

int
login_load_listed(const struct app *app, const char *name,
    struct profile *profile, struct error *err)
{
	return load(app, name, false, profile, err);
}

static int
overlay_all(struct profile_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct profile *profile = &list->profile[i];

		if (profile->owner == NULL || profile->damage != NULL)
			continue;
		if (overlay(profile, false, err) != 0) {
			profile_list_release(list);
			return -1;
		}
	}
	return 0;
}

int
login_load_all(const struct app *app, struct profile_list *list,
    struct error *err)
{
	return profile_load_all(app->store, list, err) == 0 ?
	    overlay_all(list, err) : -1;
}

int
login_load_names(const struct app *app, const struct store_names *names,
    struct profile_list *list, struct error *err)
{
	return profile_load_names(app->store, names, list, err) == 0 ?
	    overlay_all(list, err) : -1;
}

static void
hand_over(char **to, char **from)
{
	if (*from == NULL)
		return;
	secret_free(to);
	*to = *from;
	*from = NULL;
}

static int
lent_credential(const struct app *app, const struct profile *profile,
    struct credential *credential, struct error *err)
{
	struct place place;
	struct look look;
	int result = -1;

	if (login_place(profile, &place, err) != 0) {
		place_release(&place);
		return -1;
	}
	look_at(&look, &place, NULL);
	if (is_there(&look, profile)) {
		hand_over(&credential->access_token, &look.login.access_token);
		hand_over(&credential->refresh_token,
		    &look.login.refresh_token);
		hand_over(&credential->id_token, &look.login.id_token);
		if (look.login.issuer != NULL)
			take_string(&credential->issuer, &look.login.issuer);
		credential->expires_at = look.identity.expires_at;
	}
	if (credential->issuer == NULL)
		credential->issuer = strdup(app->issuer);
	if (credential->obtained_at == TIME_UNKNOWN)
		credential->obtained_at = time_now();
	if (credential->access_token != NULL && credential->issuer != NULL)
		result = 0;
	else
		error_set(err, ERROR_FAILED, _("%s holds no login"),
		    profile->owner_path);
	look_release(&look);
	place_release(&place);
	return result;
}

int
login_load_credential(const struct app *app, const char *name,
    struct credential *credential, struct error *err)
{
	struct profile profile;
	int result;

	*credential = (struct credential)CREDENTIAL_INIT;
	result = profile_load_sure(app->store, name, &profile, err);
	/* A volume has none of our files. */
	if (result == 0 && !(profile.owner != NULL && is_volume(&profile)))
		result = credential_load(app->store, name, credential, err);
	if (result == 0 && profile.owner != NULL)
		result = lent_credential(app, &profile, credential, err);
	profile_release(&profile);
	return result;
}

int
login_check_ours(const struct profile *profile, struct error *err)
{
	if (profile->owner == NULL)
		return 0;
	error_set(err, ERROR_REFUSED,
	    _("'%s' is lent to %s, which renews it"), profile->name,
	    profile->owner);
	return error_step(err, _("take it back: chatelaine take-back %s"),
	    profile->name);
}

int
login_check_held(const struct profile *profile, struct error *err)
{
	enum profile_reason reason;

	if (profile->owner == NULL || profile_status(profile, time_now(),
	    &reason) != PROFILE_NEEDS_LOGIN)
		return 0;
	error_set(err, ERROR_NEEDS_LOGIN,
	    _("%s does not hold the login of '%s' any more"),
	    profile->owner_path, profile->name);
	return error_step(err, _("sign in again: chatelaine login %s"),
	    profile->name);
}

int
login_check_spent(const struct app *app, const char *name, const char *token,
    struct error *err)
{
	char date[TIME_TEXT_SIZE];
	int64_t at;
	int found = token == NULL ? 0 :
	    spent_find(app->store, token, &at, err);

	if (found <= 0)
		return found;
	app_time(app, date, at);
	error_set(err, ERROR_REFUSED,
	    _("the refresh token of '%s' was spent %s: its %s is an older "
	    "copy, and sending that again would end the login, so nothing is "
	    "sent"), name, date, CREDENTIAL_FILE);
	return error_step(err, _("put the newest one back, or sign in again: "
	    "chatelaine login %s"), name);
}

int
login_find(const struct app *app, const struct look *look,
    struct profile *profile, struct error *err)
{
	struct profile_list list;
	int result = 1;

	memset(profile, 0, sizeof *profile);
	if (look->identity.user_id == NULL)
		return 1;
	if (login_load_all(app, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.count && result == 1; i++)
		if (look_is_of(look, &list.profile[i])) {
			*profile = list.profile[i];
			memset(&list.profile[i], 0, sizeof *profile);
			result = 0;
		}
	/* It may be of one that could not be read. */
	for (size_t i = 0; i < list.count && result == 1; i++)
		result = profile_check_sure(&list.profile[i], err) != 0 ?
		    -1 : 1;
	profile_list_release(&list);
	return result;
}

/* The profile whose directory in the store a file is in; "" when it is in
 * none. */
static void
volume_of(const struct app *app, const char *path,
    char name[STORE_NAME_MAX + 1])
{
	char real[PATH_MAX];
	const char *end = strrchr(path, '/');
	size_t n;

	name[0] = '\0';
	if (realpath(store_path(app->store), real) == NULL)
		return;
	n = strlen(real);
	if (strncmp(path, real, n) != 0 || path[n] != '/' || end <= path + n ||
	    (size_t)(end - path) - n - 1 > STORE_NAME_MAX)
		return;
	snprintf(name, STORE_NAME_MAX + 1, "%.*s", (int)(end - path - n - 1),
	    path + n + 1);
	if (store_check_name(name, NULL) != 0)
		name[0] = '\0';
}

/* 1 if it is, 0 if not, -1 if that cannot be told. */
static int
is_lent_to(const struct app *app, const char *name,
    const struct place *place, struct error *err)
{
	struct error why = ERROR_INIT;
	struct profile profile;
	int is = profile_load_sure(app->store, name, &profile, &why);

	if (is != 0)
		is = error_is_passing(&why) ? error_give(err, &why) : 0;
	else
		is = login_is_lent_to(&profile, place);
	profile_release(&profile);
	return is;
}

int
login_lent_to(const struct app *app, const struct place *place,
    char name[STORE_NAME_MAX + 1], struct error *err)
{
	struct targets targets;
	const struct target *target;
	int result, is;

	/* What we lent is in the list; else it is a volume in the store. */
	volume_of(app, place->path, name);
	result = targets_load(app->store, &targets, err);
	target = targets_find(&targets, place->consumer->kind, place->path);
	if (target != NULL && target->profile != NULL &&
	    store_check_name(target->profile, NULL) == 0)
		strcpy(name, target->profile);
	targets_release(&targets);
	if (result != 0 || name[0] == '\0')
		return result;
	is = is_lent_to(app, name, place, err);
	if (is == 0)
		name[0] = '\0';
	return is < 0 ? -1 : 0;
}
