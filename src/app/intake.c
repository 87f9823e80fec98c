#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/intake.h"
#include "app/login.h"
#include "app/running.h"
#include "app/take.h"
#include "app/view.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/move.h"
#include "storage/spent.h"

/* --- Which profile ------------------------------------------------------- */

/* A name from an e-mail: "dev@example.com" is "dev". */
static void
suggest_name(const struct identity *identity, char name[STORE_NAME_MAX + 1])
{
	const char *email = identity->email != NULL ? identity->email : "";
	size_t n = strcspn(email, "@");

	snprintf(name, STORE_COMPONENT_MAX + 1, "%.*s", (int)n, email);
	if (store_check_name(name, NULL) != 0 || strchr(name, '/') != NULL)
		strcpy(name, "login");
}

/* Takes the lock of a name that is free; @as itself, or one beside a
 * suggestion. */
static int
lock_new_name(struct intake *intake, struct app *app,
    const struct look *look, struct error *err)
{
	char wish[STORE_NAME_MAX + 1];
	int found = 0;

	if (intake->as == NULL)
		suggest_name(&look->identity, wish);
	else if (store_check_name(intake->as, err) != 0)
		return -1;
	else
		strcpy(wish, intake->as);
	if (intake->as != NULL)
		found = profile_find(app->store, wish, err);
	if (found != 0)
		return found < 0 ? -1 : error_set(err, ERROR_REFUSED,
		    _("'%s' is another login and stays as it is; choose "
		    "another name"), wish);
	if (profile_free_name(app->store, wish, intake->name, err) != 0 ||
	    store_check_new(app->store, intake->name, err) != 0)
		return -1;
	intake->lock = lock_try(app->store, intake->name, err);
	if (intake->lock >= 0)
		found = profile_find(app->store, intake->name, err);
	if (intake->lock < 0 || found <= 0)
		return intake->lock < 0 ? -1 : found;
	return error_set(err, ERROR_BUSY,
	    _("'%s' has just been taken; try again"), intake->name);
}

/* --- Whether to take it -------------------------------------------------- */

int
intake_is_same_chain(struct app *app, const char *name,
    const struct look *look, struct error *err)
{
	struct error why = ERROR_INIT;
	struct credential credential;
	int same = 0;

	if (credential_load(app->store, name, &credential, &why) == 0)
		same = credential.refresh_token != NULL &&
		    strcmp(credential.refresh_token,
		    look->login.refresh_token) == 0;
	else if (error_is_passing(&why))
		same = error_give(err, &why);
	credential_release(&credential);
	return same;
}

int
intake_is_better(struct app *app, const struct profile *profile,
    const struct look *look, struct error *err)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, time_now(),
	    &reason);
	int spent, same;

	same = intake_is_same_chain(app, profile->name, look, err);
	if (same != 0)
		return same < 0 ? -1 : 0;
	/* Nor is an older copy, however long its access token lasts. */
	spent = spent_find(app->store, look->login.refresh_token, NULL, err);
	if (spent != 0)
		return spent < 0 ? -1 : 0;
	if (status == PROFILE_NEEDS_LOGIN || status == PROFILE_IN_DOUBT ||
	    status == PROFILE_DAMAGED || !profile->renewable)
		return 1;
	return look->identity.expires_at > profile->expires_at;
}

int
intake_is_better_unasked(struct app *app, const struct profile *profile,
    const struct look *look, struct error *err)
{
	if (profile->in_doubt &&
	    look->identity.expires_at <= profile->expires_at)
		return 0;
	return intake_is_better(app, profile, look, err);
}

static int
refuse_unknown(const struct place *place, const struct look *look,
    struct error *err)
{
	struct buffer word = BUFFER_INIT;

	place_word(place, &word);
	error_set(err, ERROR_REFUSED,
	    _("%s holds a login that is not in the store (%s), which would be "
	    "lost"), place->path, look->identity.email != NULL ?
	    look->identity.email : _("unknown account"));
	error_step(err, _("take it in first: chatelaine import %s"),
	    word.data);
	buffer_release(&word);
	return -1;
}

static int
refuse_lent(const struct profile *profile, const struct place *place,
    struct error *err)
{
	if (login_is_lent_to(profile, place))
		error_set(err, ERROR_REFUSED,
		    _("%s holds the login '%s', which is lent to it"),
		    place->path, profile->name);
	else
		error_set(err, ERROR_REFUSED,
		    _("%s holds a login of the account of '%s', which is lent "
		    "to %s"), place->path, profile->name, profile->owner_path);
	return error_step(err, _("take that back first: chatelaine take-back "
	    "%s"), profile->name);
}

/* --- Taking it ----------------------------------------------------------- */

/* Programs renew from five minutes before the end on (protocol.md 3.2); s. */
#define RENEWAL_BEGINS ((int64_t)6 * 60)

/*
 * A program that renews its login has sent the refresh token that stands in its
 * file, under no lock, and where that file has changed when the answer comes,
 * codex throws the answer away: we would have taken in a spent token, and the
 * login would end. So not while one runs that may be at it; it is done in a
 * moment, and then the file has more time left.
 */
int
intake_check_renewal(const struct place *place, const struct look *look,
    struct error *err)
{
	char *dir = strdup(place->path);
	struct running running;
	size_t count;

	if (dir == NULL)
		return error_no_memory(err);
	*strrchr(dir, '/') = '\0';
	count = look->identity.expires_at != TIME_UNKNOWN &&
	    look->identity.expires_at - time_now() > RENEWAL_BEGINS ? 0 :
	    running_find(place->consumer, dir, &running, 1);
	free(dir);
	if (count == 0)
		return 0;
	error_set(err, ERROR_BUSY,
	    _("%s runs (process %ld) and may be renewing the login in %s"),
	    running.name, running.pid, place->path);
	return error_step(err, "%s", _("try again when it has ended"));
}

static int
begin_move(struct app *app, const char *name, const struct place *place,
    struct error *err)
{
	const struct move move = { MOVE_IN, (char *)place->consumer->kind,
	    place->path, NULL };

	return move_begin(app->store, name, &move, err);
}

/* The login in the form in which the issuer's answers are taken in. */
static void
move_tokens(struct answer *answer, struct look *look)
{
	memset(answer, 0, sizeof *answer);
	answer->kind = ANSWER_TOKENS;
	answer->access_token = look->login.access_token;
	answer->refresh_token = look->login.refresh_token;
	answer->id_token = look->login.id_token;
	look->login.access_token = look->login.refresh_token =
	    look->login.id_token = NULL;
}

static int
take_in(struct intake *intake, struct app *app, struct profile *profile,
    struct look *look, struct error *err)
{
	const char *issuer = look->login.issuer != NULL ?
	    look->login.issuer : app->issuer;
	struct identity identity = IDENTITY_INIT;
	struct answer answer;
	int result;

	move_tokens(&answer, look);
	/* The look is still asked whose login it was. */
	result = identity_read(&identity, answer.access_token,
	    answer.id_token, err);
	if (result == 0)
		result = profile != NULL ? take_new_chain(app, profile,
		    &answer, &identity, issuer, err) :
		    take_create(app, intake->name, &answer, &identity,
		    issuer, err);
	take_note(app, AUDIT_IMPORT, intake->name, result == 0 ? NULL : err);
	intake->taken = result == 0;
	answer_release(&answer);
	identity_release(&identity);
	return result;
}

static int
take_new(struct intake *intake, struct app *app, const struct place *place,
    struct look *look, struct error *err)
{
	if (intake_check_renewal(place, look, err) != 0 ||
	    lock_new_name(intake, app, look, err) != 0 ||
	    begin_move(app, intake->name, place, err) != 0)
		return -1;
	if (take_in(intake, app, NULL, look, err) != 0) {
		/* It may be there all the same, and only not be synced. */
		if (profile_find(app->store, intake->name, NULL) == 0)
			move_end(app->store, intake->name, NULL);
		return -1;
	}
	intake->created = true;
	return 0;
}

static int
take_known(struct intake *intake, struct app *app,
    const struct place *place, struct look *look, struct error *err)
{
	struct profile profile;
	int result = -1, better, same = 0;

	if (intake->held == NULL || strcmp(intake->held, intake->name) != 0) {
		intake->lock = lock_try(app->store, intake->name, err);
		if (intake->lock < 0 ||
		    adopt_pending(app, intake->name, err) != 0)
			return -1;
	}
	/* As it is with the lock held. */
	if (profile_load_sure(app->store, intake->name, &profile, err) != 0)
		goto out;
	if (profile.owner != NULL && !intake->home) {
		refuse_lent(&profile, place, err);
		goto out;
	}
	better = intake->home ? 1 :
	    intake_is_better(app, &profile, look, err);
	/* A copy of our chain is not taken in, but may just be sent. */
	if (better == 0)
		same = intake_is_same_chain(app, profile.name, look, err);
	if (same != 0)
		better = same < 0 ? -1 :
		    intake_check_renewal(place, look, err);
	if (better <= 0) {
		result = better;
		goto out;
	}
	if (intake_check_renewal(place, look, err) == 0)
		result = begin_move(app, intake->name, place, err);
	if (result == 0)
		result = take_in(intake, app, &profile, look, err);
out:
	profile_release(&profile);
	return result;
}

int
intake_begin(struct intake *intake, struct app *app,
    const struct place *place, struct look *look, struct error *err)
{
	struct profile profile;
	int found;

	if (look->identity.user_id == NULL)
		return error_set(err, ERROR_REFUSED,
		    _("%s holds a login that does not say whose it is, and "
		    "would be lost; move it away first"), place->path);
	if (intake->home) {
		strcpy(intake->name, intake->held);
		return take_known(intake, app, place, look, err);
	}
	found = login_find(app, look, &profile, err);
	if (found == 0)
		strcpy(intake->name, profile.name);
	profile_release(&profile);
	if (found < 0)
		return -1;
	if (found > 0)
		return intake->make ? take_new(intake, app, place, look, err) :
		    refuse_unknown(place, look, err);
	if (intake->as != NULL && strcmp(intake->as, intake->name) != 0) {
		error_set(err, ERROR_REFUSED,
		    _("that login is in the store already, as '%s'"),
		    intake->name);
		return error_step(err, "%s",
		    _("to take it in there, leave out --as"));
	}
	return take_known(intake, app, place, look, err);
}

void
intake_end(struct intake *intake, struct app *app)
{
	if (intake->taken)
		move_end(app->store, intake->name, NULL);
}

void
intake_release(struct intake *intake)
{
	if (intake->lock >= 0)
		close(intake->lock);
	intake->lock = -1;
}
