/*
 * A renewal's answer: the profile has a chain already.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/adopt.h"
#include "app/take.h"
#include "app/use.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "storage/spent.h"

/* True when the answer says that the token which was sent is spent: it has a
 * successor. One that stays the same is not. */
static bool
has_successor(const struct pending *pending, const struct answer *answer)
{
	char digest[DIGEST_SIZE];

	if (answer->kind != ANSWER_TOKENS || answer->refresh_token == NULL ||
	    pending->digest[0] == '\0')
		return false;
	digest_text(digest, answer->refresh_token,
	    strlen(answer->refresh_token));
	return strcmp(digest, pending->digest) != 0;
}

/* Notes what was spent, which the record alone knows: it stays until that is
 * done, or an older copy of the profile's file might be sent again. */
static int
note_spent(struct app *app, const char *name, const struct pending *pending,
    struct error *err)
{
	struct error why = ERROR_INIT;

	if (spent_add(app->store, pending->digest, pending->at, &why) == 0)
		return 0;
	error_set(err, why.code, _("'%s' is renewed, but that its old refresh "
	    "token is spent cannot be written down: %s"), name, why.text);
	return error_step(err, "%s", _("mend that, and try again"));
}

/* The answer is in its place: the record goes. */
static int
end_record(struct app *app, const char *name, const struct pending *pending,
    bool spent, struct error *err)
{
	if (spent && note_spent(app, name, pending, err) != 0)
		return -1;
	return pending_remove(app->store, name, PENDING_REFRESH, err);
}

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
	take_note(app, AUDIT_REFRESH, profile->name, &answer->error);
	if (take_save_profile(app, profile, err) != 0)
		return -1;
	pending_remove(app->store, profile->name, PENDING_REFRESH, NULL);
	error_set(err, ERROR_NEEDS_LOGIN, _("'%s' cannot be renewed: %s"),
	    profile->name, answer->error.text);
	return error_step(err, _("sign in again: chatelaine login %s"),
	    profile->name);
}

/* The tokens that a renewal returned are somebody else's: both logins stay,
 * but this chain has no successor. */
static int
refuse_stranger(struct app *app, struct profile *profile,
    const struct pending *pending, struct answer *answer,
    struct identity *identity, struct error *err)
{
	bool spent = has_successor(pending, answer);
	char saved[STORE_NAME_MAX + 1];

	if (take_create_beside(app, profile->name, answer, identity,
	    pending->issuer, saved, err) != 0)
		return take_not_saved(app, profile->name, PENDING_REFRESH, err);
	answer->kind = ANSWER_REVOKED;
	error_set(&answer->error, ERROR_REFUSED,
	    _("the issuer answered with another login, kept as '%s'"), saved);
	if (spent && note_spent(app, profile->name, pending, err) != 0)
		return -1;
	refuse(app, profile, answer, err);
	err->code = ERROR_REFUSED;
	return -1;
}

/* A profile.json that was lost, or made by hand, may not say whose the login
 * is; the tokens that it had do. */
static void
complete_identity(struct profile *profile, const struct credential *credential)
{
	struct identity identity = IDENTITY_INIT;

	if (profile->user_id != NULL && profile->account_id != NULL)
		return;
	if (identity_read(&identity, credential->access_token,
	    credential->id_token, NULL) == 0) {
		take_string(&profile->user_id, &identity.user_id);
		take_string(&profile->account_id, &identity.account_id);
	}
	identity_release(&identity);
}

static int
take_tokens(struct app *app, struct profile *profile,
    struct credential *credential, const struct pending *pending,
    struct answer *answer, struct error *err)
{
	struct identity identity = IDENTITY_INIT;
	bool spent = has_successor(pending, answer);
	int result = -1;

	/* A token that cannot be read is no reason to drop its successor;
	 * the old access token then stays in use. */
	if (answer->access_token != NULL && identity_read(&identity,
	    answer->access_token, answer->id_token, NULL) != 0) {
		identity_release(&identity);
		if (answer->refresh_token != NULL)
			secret_free(&answer->access_token);
	}
	complete_identity(profile, credential);
	if (identity.user_id != NULL && profile->user_id != NULL &&
	    !take_is_same_login(profile, &identity)) {
		result = refuse_stranger(app, profile, pending, answer,
		    &identity, err);
		goto out;
	}
	take_credential(credential, answer, &identity);
	take_profile(profile, &identity);
	if (take_save(app, profile, credential, err) != 0) {
		take_not_saved(app, profile->name, PENDING_REFRESH, err);
		goto out;
	}
	take_note(app, AUDIT_REFRESH, profile->name, NULL);
	result = end_record(app, profile->name, pending, spent, err);
out:
	identity_release(&identity);
	return result;
}

/* An earlier attempt wrote credential.json and was cut off: the rest follows
 * from it. */
static int
finish(struct app *app, struct profile *profile,
    const struct credential *credential, const struct pending *pending,
    const struct answer *answer, struct error *err)
{
	struct identity identity = IDENTITY_INIT;

	identity_read(&identity, credential->access_token,
	    credential->id_token, NULL);
	take_profile(profile, &identity);
	profile->last_refresh = credential->obtained_at;
	identity_release(&identity);
	if (take_save_profile(app, profile, err) != 0)
		return -1;
	use_renew(app, profile->name);
	take_note(app, AUDIT_REFRESH, profile->name, NULL);
	return end_record(app, profile->name, pending,
	    has_successor(pending, answer), err);
}

static int
apply_refresh(struct app *app, struct profile *profile,
    struct credential *credential, const struct pending *pending,
    struct answer *answer, struct error *err)
{
	if (credential->generation > pending->generation)
		return finish(app, profile, credential, pending, answer, err);
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
		take_note(app, AUDIT_REFRESH, profile->name, &answer->error);
		take_back(app, profile->name, pending);
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

/* A credential.json that cannot be read is no loss when the answer has all of
 * its successor. */
static bool
replace_credential(struct credential *credential,
    const struct pending *pending, const struct answer *answer)
{
	if (answer->kind != ANSWER_TOKENS || answer->access_token == NULL ||
	    answer->refresh_token == NULL)
		return false;
	credential_release(credential);
	credential->generation = pending->generation;
	credential->issuer = strdup(pending->issuer);
	return credential->issuer != NULL;
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
	    &why) != 0) {
		if (why.code != ERROR_NOT_FOUND)
			take_not_saved(app, name, PENDING_REFRESH, &why);
		goto out;
	}
	answer_read(&answer, pending.answer.data, pending.answer.length);
	if (profile_load_sure(app->store, name, &profile, &why) == 0 &&
	    (credential_load(app->store, name, &credential, &why) == 0 ||
	    replace_credential(&credential, &pending, &answer)))
		result = apply_refresh(app, &profile, &credential, &pending,
		    &answer, &why);
	else if (answer.kind == ANSWER_TOKENS)
		take_not_saved(app, name, PENDING_REFRESH, &why);
out:
	answer_release(&answer);
	credential_release(&credential);
	profile_release(&profile);
	pending_release(&pending);
	if (result != 0)
		error_give(err, &why);
	return result;
}
