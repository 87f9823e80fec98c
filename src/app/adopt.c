#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/answer.h"
#include "oauth/jwt.h"
#include "storage/audit.h"
#include "storage/backup.h"
#include "storage/lock.h"
#include "storage/pending.h"

/* How many names NAME-2, NAME-3... are tried for a login that is not NAME's. */
#define OTHER_NAMES 99

/* Hands a string over, freeing what was there. A NULL changes nothing. */
static void
replace_string(char **to, char **from)
{
	if (*from == NULL)
		return;
	free(*to);
	*to = *from;
	*from = NULL;
}

static void
replace_secret(char **to, char **from)
{
	if (*from == NULL)
		return;
	secret_free(to);
	*to = *from;
	*from = NULL;
}

static void
forget_refusal(struct profile *profile)
{
	profile->refused = REASON_NONE;
	free(profile->refused_message);
	profile->refused_message = NULL;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Neither part identifies a login alone (oauth/jwt). */
static bool
is_same_login(const struct profile *profile, const struct identity *identity)
{
	return same(profile->user_id, identity->user_id) &&
	    same(profile->account_id, identity->account_id);
}

/* Puts the parts of an answer into a credential. What the answer lacks stays
 * (protocol.md 3.1). */
static void
fill_credential(struct credential *credential, struct answer *answer,
    const struct identity *identity)
{
	bool access = answer->access_token != NULL;

	credential->generation++;
	credential->obtained_at = time_now();
	replace_secret(&credential->access_token, &answer->access_token);
	replace_secret(&credential->refresh_token, &answer->refresh_token);
	replace_secret(&credential->id_token, &answer->id_token);
	if (identity->expires_at != TIME_UNKNOWN)
		credential->expires_at = identity->expires_at;
	else if (access)
		credential->expires_at = answer->expires_in == 0 ?
		    TIME_UNKNOWN : time_now() + answer->expires_in;
}

static void
fill_profile(struct profile *profile, struct identity *identity)
{
	replace_string(&profile->user_id, &identity->user_id);
	replace_string(&profile->account_id, &identity->account_id);
	replace_string(&profile->email, &identity->email);
	replace_string(&profile->plan, &identity->plan);
	profile->last_refresh = time_now();
	forget_refusal(profile);
}

/* Says where an answer is that could not be written to its place. */
static int
not_saved(struct app *app, const char *name, enum pending_operation operation,
    struct error *err)
{
	struct error why = *err;
	struct buffer path = BUFFER_INIT;

	pending_path(app->store, name, operation, &path);
	error_set(err, why.code, _("%s; the new login is safe in %s and is "
	    "taken in at the next start that can write"), why.text, path.data);
	buffer_release(&path);
	return -1;
}

/* Writes both files of a profile that is there. */
static int
save(struct app *app, const struct profile *profile,
    const struct credential *credential, struct error *err)
{
	int dir, result;

	dir = store_open_profile(app->store, profile->name, err);
	if (dir < 0)
		return -1;
	file_sweep(dir, PROFILE_CREDENTIAL_FILE);
	file_sweep(dir, PROFILE_FILE);
	result = credential_save(dir, credential, err);
	if (result == 0)
		result = profile_save(dir, profile, err);
	close(dir);
	return result;
}

static int
save_profile(struct app *app, const struct profile *profile,
    struct error *err)
{
	int dir, result;

	dir = store_open_profile(app->store, profile->name, err);
	if (dir < 0)
		return -1;
	file_sweep(dir, PROFILE_FILE);
	result = profile_save(dir, profile, err);
	close(dir);
	return result;
}

static void
note(struct app *app, enum audit_event event, const char *name,
    const struct error *why)
{
	/* What was done stays done when it cannot be written down. */
	audit_add(app->store, event, name, NULL, why, NULL);
}

/* Makes a new profile of an answer. */
static int
create(struct app *app, const char *name, struct answer *answer,
    struct identity *identity, const char *issuer, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	struct profile profile;
	int result = -1;

	memset(&profile, 0, sizeof profile);
	snprintf(profile.name, sizeof profile.name, "%s", name);
	profile.created_at = time_now();
	credential.issuer = strdup(issuer);
	fill_credential(&credential, answer, identity);
	fill_profile(&profile, identity);
	if (credential.issuer == NULL)
		error_no_memory(err);
	else
		result = profile_create(app->store, &profile, &credential,
		    err);
	credential_release(&credential);
	profile_release(&profile);
	return result;
}

/* True if profile @name has the very chain of @answer: then an earlier attempt
 * got this far. */
static bool
has_chain(struct app *app, const char *name, const struct answer *answer)
{
	struct credential credential = CREDENTIAL_INIT;
	bool found;

	found = credential_load(app->store, name, &credential, NULL) == 0 &&
	    same(credential.refresh_token, answer->refresh_token);
	credential_release(&credential);
	return found;
}

/* Keeps a login that is not @name's under the next free name, which it puts
 * into @saved. */
static int
create_beside(struct app *app, const char *name, struct answer *answer,
    struct identity *identity, const char *issuer,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct profile there;
	bool is_free;

	for (int i = 2; i <= OTHER_NAMES; i++) {
		char suffix[8];
		int n = snprintf(suffix, sizeof suffix, "-%d", i);

		snprintf(saved, STORE_NAME_MAX + 1, "%.*s%s",
		    STORE_NAME_MAX - n, name, suffix);
		if (store_check_name(saved, err) != 0)
			return -1;
		is_free = profile_load(app->store, saved, &there, NULL) != 0;
		profile_release(&there);
		if (is_free)
			return create(app, saved, answer, identity, issuer,
			    err);
		if (has_chain(app, saved, answer))
			return 0;
	}
	return error_set(err, ERROR_REFUSED,
	    _("there is no free name beside '%s'"), name);
}

/* --- Renewals -------------------------------------------------------------- */

/* Notes in the profile that its chain has ended. */
static int
refuse(struct app *app, struct profile *profile, struct answer *answer,
    struct error *err)
{
	static const enum profile_reason reason[] = {
		[ANSWER_REUSED] = REASON_REUSED,
		[ANSWER_EXPIRED] = REASON_EXPIRED,
		[ANSWER_REVOKED] = REASON_REVOKED,
	};

	profile->refused = reason[answer->kind];
	profile->refused_generation = profile->generation;
	free(profile->refused_message);
	profile->refused_message = strdup(answer->error.text);
	note(app, AUDIT_REFRESH, profile->name, &answer->error);
	if (save_profile(app, profile, err) != 0)
		return -1;
	pending_remove(app->store, profile->name, PENDING_REFRESH, NULL);
	return error_set(err, ERROR_NEEDS_LOGIN,
	    _("'%s' cannot be renewed: %s; sign in again: chatelaine login %s"),
	    profile->name, answer->error.text, profile->name);
}

/* The tokens that a renewal returned are somebody else's: both logins stay,
 * but this chain has no successor. */
static int
refuse_stranger(struct app *app, struct profile *profile,
    const struct pending *pending, struct answer *answer,
    struct identity *identity, struct error *err)
{
	char saved[STORE_NAME_MAX + 1];

	if (create_beside(app, profile->name, answer, identity,
	    pending->issuer, saved, err) != 0)
		return not_saved(app, profile->name, PENDING_REFRESH, err);
	answer->kind = ANSWER_REVOKED;
	error_set(&answer->error, ERROR_REFUSED,
	    _("the issuer answered with another login, kept as '%s'"), saved);
	refuse(app, profile, answer, err);
	err->code = ERROR_REFUSED;
	return -1;
}

static int
take_tokens(struct app *app, struct profile *profile,
    struct credential *credential, const struct pending *pending,
    struct answer *answer, struct error *err)
{
	struct identity identity = IDENTITY_INIT;
	int result = -1;

	/* A token that cannot be read is no reason to drop its successor;
	 * the old access token then stays in use. */
	if (answer->access_token != NULL && identity_read(&identity,
	    answer->access_token, answer->id_token, NULL) != 0) {
		identity_release(&identity);
		if (answer->refresh_token != NULL)
			secret_free(&answer->access_token);
	}
	if (identity.user_id != NULL && !is_same_login(profile, &identity)) {
		result = refuse_stranger(app, profile, pending, answer,
		    &identity, err);
		goto out;
	}
	fill_credential(credential, answer, &identity);
	fill_profile(profile, &identity);
	if (save(app, profile, credential, err) != 0) {
		not_saved(app, profile->name, PENDING_REFRESH, err);
		goto out;
	}
	note(app, AUDIT_REFRESH, profile->name, NULL);
	result = pending_remove(app->store, profile->name, PENDING_REFRESH,
	    err);
out:
	identity_release(&identity);
	return result;
}

/* An earlier attempt wrote credential.json and was cut off: the rest follows
 * from it. */
static int
finish(struct app *app, struct profile *profile,
    const struct credential *credential, struct error *err)
{
	struct identity identity = IDENTITY_INIT;

	identity_read(&identity, credential->access_token,
	    credential->id_token, NULL);
	fill_profile(profile, &identity);
	profile->last_refresh = credential->obtained_at;
	identity_release(&identity);
	if (save_profile(app, profile, err) != 0)
		return -1;
	note(app, AUDIT_REFRESH, profile->name, NULL);
	return pending_remove(app->store, profile->name, PENDING_REFRESH, err);
}

static int
apply_refresh(struct app *app, struct profile *profile,
    struct credential *credential, const struct pending *pending,
    struct answer *answer, struct error *err)
{
	if (credential->generation > pending->generation)
		return finish(app, profile, credential, err);
	switch (answer->kind) {
	case ANSWER_TOKENS:
		return take_tokens(app, profile, credential, pending, answer,
		    err);
	case ANSWER_REUSED:
	case ANSWER_EXPIRED:
	case ANSWER_REVOKED:
		return refuse(app, profile, answer, err);
	case ANSWER_UNAVAILABLE:
	case ANSWER_REJECTED:
		note(app, AUDIT_REFRESH, profile->name, &answer->error);
		pending_remove(app->store, profile->name, PENDING_REFRESH,
		    NULL);
		return error_set(err, answer->error.code,
		    _("'%s' was not renewed: %s; nothing is lost, try again "
		    "later"), profile->name, answer->error.text);
	case ANSWER_IN_DOUBT:
		break;
	}
	return error_set(err, ERROR_UNAVAILABLE,
	    _("the renewal of '%s' is in doubt: %s; its access token stays in "
	    "use, and it is tried once more near the end"), profile->name,
	    answer->error.text);
}

int
adopt_refresh(struct app *app, const char *name, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	struct answer answer = { .kind = ANSWER_IN_DOUBT };
	struct error why = ERROR_INIT;
	struct profile profile;
	struct pending pending;
	int result = -1;

	memset(&profile, 0, sizeof profile);
	if (pending_load(app->store, name, PENDING_REFRESH, &pending,
	    &why) == 0 &&
	    profile_load(app->store, name, &profile, &why) == 0 &&
	    credential_load(app->store, name, &credential, &why) == 0) {
		answer_read(&answer, pending.answer.data,
		    pending.answer.length);
		result = apply_refresh(app, &profile, &credential, &pending,
		    &answer, &why);
	}
	answer_release(&answer);
	credential_release(&credential);
	profile_release(&profile);
	pending_release(&pending);
	if (result != 0 && err != NULL)
		*err = why;
	return result;
}

/* --- Sign-ins --------------------------------------------------------------- */

/* The same person and workspace again: a new chain for the profile. */
static int
renew_chain(struct app *app, struct profile *profile, struct answer *answer,
    struct identity *identity, const char *issuer, struct error *err)
{
	struct credential credential;
	char *copy;
	int result = -1;

	if (credential_load(app->store, profile->name, &credential,
	    err) != 0)
		goto out;
	copy = strdup(issuer);
	if (copy == NULL) {
		error_no_memory(err);
		goto out;
	}
	replace_string(&credential.issuer, &copy);
	fill_credential(&credential, answer, identity);
	fill_profile(profile, identity);
	result = save(app, profile, &credential, err);
	/* A renewal of the old chain is in doubt no more. */
	if (result == 0)
		pending_remove(app->store, profile->name, PENDING_REFRESH,
		    NULL);
out:
	credential_release(&credential);
	return result;
}

/* Puts a new login where it belongs. */
static int
place(struct app *app, const char *name, const struct pending *pending,
    struct answer *answer, struct identity *identity,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct profile there;
	int result;

	strcpy(saved, name);
	if (profile_load(app->store, name, &there, NULL) != 0)
		result = create(app, name, answer, identity, pending->issuer,
		    err);
	else if (there.damage == NULL && is_same_login(&there, identity))
		result = renew_chain(app, &there, answer, identity,
		    pending->issuer, err);
	else if (there.damage != NULL || pending->replace) {
		/* `undo` brings back what stood here. */
		result = backup_forget(app->store, name, err);
		if (result == 0)
			result = create(app, name, answer, identity,
			    pending->issuer, err);
	} else {
		result = create_beside(app, name, answer, identity,
		    pending->issuer, saved, err);
		if (result == 0)
			error_set(err, ERROR_REFUSED,
			    _("'%s' is another login (%s) and stays as it "
			    "was; the new one is kept as '%s'; --replace "
			    "puts it in its place"), name,
			    there.email != NULL ? there.email :
			    there.account_id, saved);
	}
	profile_release(&there);
	return result;
}

static int
apply_login(struct app *app, const char *name, const struct pending *pending,
    struct answer *answer, char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct identity identity = IDENTITY_INIT;
	struct error beside = ERROR_INIT;
	int result = -1;

	if (answer->kind != ANSWER_TOKENS) {
		error_set(err, answer->kind == ANSWER_IN_DOUBT ?
		    ERROR_UNAVAILABLE : answer->error.code,
		    _("the sign-in was not completed: %s; start again"),
		    answer->error.text);
	} else if (answer->access_token == NULL ||
	    answer->refresh_token == NULL) {
		error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the sign-in was not completed: the issuer's answer "
		    "lacks a token; start again"));
	} else if (identity_read(&identity, answer->access_token,
	    answer->id_token, err) == 0) {
		result = place(app, name, pending, answer, &identity, saved,
		    &beside);
		if (beside.code != ERROR_NONE)
			*err = beside;
		if (result != 0) {
			not_saved(app, name, PENDING_LOGIN, err);
			goto out;
		}
		if (beside.code != ERROR_NONE)
			result = -1;
	}
	note(app, AUDIT_SIGN_IN, result == 0 ? saved : name,
	    result == 0 ? NULL : err);
	pending_remove(app->store, name, PENDING_LOGIN, NULL);
out:
	identity_release(&identity);
	return result;
}

int
adopt_login(struct app *app, const char *name,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct answer answer = { .kind = ANSWER_IN_DOUBT };
	struct pending pending;
	struct error why = ERROR_INIT;
	int result = -1;

	strcpy(saved, name);
	if (pending_load(app->store, name, PENDING_LOGIN, &pending,
	    &why) == 0) {
		answer_read(&answer, pending.answer.data,
		    pending.answer.length);
		result = apply_login(app, name, &pending, &answer, saved,
		    &why);
	}
	answer_release(&answer);
	pending_release(&pending);
	if (result != 0 && err != NULL)
		*err = why;
	return result;
}

/* --- What others left -------------------------------------------------------- */

static bool
has_answer(struct app *app, const char *name, enum pending_operation operation,
    enum error_code *why)
{
	struct error err = ERROR_INIT;
	struct pending pending;
	bool has;

	has = pending_load(app->store, name, operation, &pending, &err) == 0 &&
	    pending.answer.length > 0;
	pending_release(&pending);
	*why = err.code;
	return has;
}

static void
adopt_one(struct app *app, const char *name)
{
	char saved[STORE_NAME_MAX + 1];
	enum error_code why;

	if (has_answer(app, name, PENDING_REFRESH, &why))
		adopt_refresh(app, name, NULL);
	else if (why == ERROR_NOT_FOUND)
		pending_remove(app->store, name, PENDING_REFRESH, NULL);
	/* Without an answer, a renewal stays in doubt; a sign-in has ended. */
	if (has_answer(app, name, PENDING_LOGIN, &why))
		adopt_login(app, name, saved, NULL);
	else if (why == ERROR_NOT_FOUND || why == ERROR_NONE)
		pending_remove(app->store, name, PENDING_LOGIN, NULL);
}

void
adopt_all(struct app *app)
{
	struct store_names names;
	int lock;

	if (pending_list(app->store, &names, NULL) != 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		lock = lock_try(app->store, names.name[i], NULL);
		if (lock < 0)
			continue;	/* somebody is at work on it */
		adopt_one(app, names.name[i]);
		close(lock);
	}
	store_names_release(&names);
}
