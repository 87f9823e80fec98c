#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/login.h"
#include "app/take.h"
#include "app/use.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/spent.h"

void
take_string(char **to, char **from)
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
bool
take_is_same_login(const struct profile *profile,
    const struct identity *identity)
{
	return same(profile->user_id, identity->user_id) &&
	    same(profile->account_id, identity->account_id);
}

/* Puts the parts of an answer into a credential. What the answer lacks stays
 * (protocol.md 3.1). */
void
take_credential(struct credential *credential, struct answer *answer,
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

void
take_profile(struct profile *profile, struct identity *identity)
{
	take_string(&profile->user_id, &identity->user_id);
	take_string(&profile->account_id, &identity->account_id);
	take_string(&profile->email, &identity->email);
	take_string(&profile->plan, &identity->plan);
	profile->last_refresh = time_now();
	forget_refusal(profile);
}

/* Says where an answer is that could not be written to its place. */
int
take_not_saved(struct app *app, const char *name,
    enum pending_operation operation, struct error *err)
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
int
take_save(struct app *app, const struct profile *profile,
    const struct credential *credential, struct error *err)
{
	int dir, result;

	dir = store_open_profile(app->store, profile->name, err);
	if (dir < 0)
		return -1;
	file_sweep(dir, CREDENTIAL_FILE);
	file_sweep(dir, PROFILE_FILE);
	result = credential_save(dir, credential, err);
	if (result == 0)
		result = profile_save(dir, profile, err);
	close(dir);
	if (result == 0)
		use_renew(app, profile->name);
	return result;
}

int
take_save_profile(struct app *app, const struct profile *profile,
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

void
take_note(struct app *app, enum audit_event event, const char *name,
    const struct error *why)
{
	app_note(app, event, name, NULL, why);
}

/* Makes a new profile of an answer. */
int
take_create(struct app *app, const char *name, struct answer *answer,
    struct identity *identity, const char *issuer, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	struct profile profile;
	int result = -1;

	memset(&profile, 0, sizeof profile);
	snprintf(profile.name, sizeof profile.name, "%s", name);
	profile.created_at = time_now();
	credential.issuer = strdup(issuer);
	take_credential(&credential, answer, identity);
	take_profile(&profile, identity);
	if (credential.issuer == NULL)
		error_no_memory(err);
	else {
		/* Of a profile that once had this name. */
		pending_remove(app->store, name, PENDING_REFRESH, NULL);
		result = profile_create(app->store, &profile, &credential,
		    err);
	}
	/* Another login under a name that programs show. */
	if (result == 0)
		use_renew(app, name);
	credential_release(&credential);
	profile_release(&profile);
	return result;
}

static void
note_digest(char digest[DIGEST_SIZE], const char *token)
{
	if (token != NULL)
		digest_text(digest, token, strlen(token));
}

int
take_new_chain(struct app *app, struct profile *profile, struct answer *answer,
    struct identity *identity, const char *issuer, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	char *copy, before[DIGEST_SIZE] = "", now[DIGEST_SIZE] = "";
	int result = -1;

	/* An agent-server's volume has no tokens of ours yet. */
	if (profile->generation > 0 && credential_load(app->store,
	    profile->name, &credential, err) != 0)
		goto out;
	copy = strdup(issuer);
	if (copy == NULL) {
		error_no_memory(err);
		goto out;
	}
	take_string(&credential.issuer, &copy);
	note_digest(before, credential.refresh_token);
	take_credential(&credential, answer, identity);
	note_digest(now, credential.refresh_token);
	take_profile(profile, identity);
	/* What was lent before, this one is ours to renew. */
	free(profile->owner);
	free(profile->owner_path);
	profile->owner = profile->owner_path = NULL;
	result = take_save(app, profile, &credential, err);
	/* A renewal of the old chain is in doubt no more. */
	if (result == 0)
		pending_remove(app->store, profile->name, PENDING_REFRESH,
		    NULL);
	/* It may be what these tokens were got for: not sent any more, should
	 * an older copy of the file come back. */
	if (result == 0 && before[0] != '\0' && strcmp(before, now) != 0)
		spent_add(app->store, before, time_now(), NULL);
out:
	credential_release(&credential);
	return result;
}

/* Makes @name of the answer if that is free; renews it if it is the same login,
 * which came this way before. 1 when it is another one. */
static int
place_beside(struct app *app, const char *name, struct answer *answer,
    struct identity *identity, const char *issuer, struct error *err)
{
	struct profile there;
	int result = profile_find(app->store, name, err);

	if (result <= 0)
		return result < 0 ? -1 : take_create(app, name, answer,
		    identity, issuer, err);
	if (profile_load_sure(app->store, name, &there, err) != 0)
		result = -1;
	else if (there.damage == NULL && take_is_same_login(&there, identity))
		result = take_new_chain(app, &there, answer, identity, issuer,
		    err);
	profile_release(&there);
	return result;
}

/* Keeps a login that is not @name's under the next free name, which it puts
 * into @saved. */
int
take_create_beside(struct app *app, const char *name, struct answer *answer,
    struct identity *identity, const char *issuer,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	for (int i = 2; i <= PROFILE_OTHER_NAMES; i++) {
		int result = 1, lock;

		if (profile_other_name(name, i, saved, err) != 0)
			return -1;
		lock = lock_try(app->store, saved, NULL);
		if (lock < 0)
			continue;	/* somebody is at work there */
		result = place_beside(app, saved, answer, identity, issuer,
		    err);
		close(lock);
		if (result <= 0)
			return result;
	}
	return error_set(err, ERROR_REFUSED,
	    _("there is no free name beside '%s'"), name);
}

void
take_back(struct app *app, const char *name, const struct pending *pending)
{
	struct pending before = *pending;
	int fd;

	before.attempts--;
	if (before.attempts < 1) {
		pending_remove(app->store, name, PENDING_REFRESH, NULL);
		return;
	}
	fd = pending_reserve(app->store, name, &before, NULL);
	if (fd >= 0)
		close(fd);
}
