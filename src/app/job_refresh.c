/*
 * Renewing: the refresh token is spent.
 */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/job_type.h"
#include "app/login.h"
#include "app/status.h"
#include "app/take.h"
#include "app/use.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/time.h"
#include "oauth/issuer.h"
#include "storage/audit.h"

#define ATTEMPTS_MAX 2

/* Decides whether the token may be sent (again): 0, or -1 with the reason. */
static int
check_doubt(const struct job *job, const struct credential *credential,
    int64_t *attempts, struct error *err)
{
	struct error why = ERROR_INIT;
	struct pending pending;
	int result = 0;

	*attempts = 0;
	if (pending_load(job->app->store, job->name, PENDING_REFRESH, &pending,
	    &why) != 0) {
		/* One that is damaged was of a token that was sent. */
		if (pending.damaged)
			*attempts = 1;
		else if (why.code != ERROR_NOT_FOUND)
			result = error_give(err, &why);
	} else if (pending.generation == credential->generation)
		*attempts = pending.attempts;
	if (*attempts > 0) {
		/* When the access token has ended there is nothing left that a
		 * try could end. */
		if (*attempts >= ATTEMPTS_MAX &&
		    credential->expires_at > time_now())
			result = error_set(err, ERROR_NEEDS_LOGIN,
			    _("two renewals of '%s' got no answer, and a third "
			    "could end the login"), job->name);
		else if (credential->expires_at - time_now() >
		    STATUS_RETRY_WINDOW)
			result = error_set(err, ERROR_REFUSED,
			    _("the last renewal of '%s' got no answer; it may "
			    "be tried once more when the access token has "
			    "under an hour left"), job->name);
		if (result != 0)
			error_step(err, _("to have it at once, sign in again: "
			    "chatelaine login %s"), job->name);
	}
	pending_release(&pending);
	return result;
}

/* The profile must be one that a token may be spent for. */
static int
check_profile(struct job *job, struct error *err)
{
	enum profile_status status;
	enum profile_reason reason;
	struct profile profile;
	int result = -1;

	if (profile_load(job->app->store, job->name, &profile, err) != 0)
		goto out;
	status = profile_status(&profile, time_now(), &reason);
	if (status_check_damage(&profile, err) != 0 ||
	    login_check_ours(&profile, err) != 0)
		goto out;
	if (status == PROFILE_NEEDS_LOGIN || status == PROFILE_ACCESS_ONLY) {
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("'%s' cannot be renewed: %s"), job->name,
		    status_reason(reason != REASON_NONE ? reason :
		    REASON_NO_REFRESH_TOKEN));
		error_step(err, _("sign in again: chatelaine login %s"),
		    job->name);
		goto out;
	}
	result = 0;
out:
	profile_release(&profile);
	return result;
}

/* What comes back must have a place to go. The answer's own room is reserved
 * with the record; this is about the place where it stays. */
static int
check_writable(const struct job *job, struct error *err)
{
	int dir = store_open_profile(job->app->store, job->name, err);
	int result;

	if (dir < 0)
		return -1;
	file_sweep(dir, CREDENTIAL_FILE);
	file_sweep(dir, PROFILE_FILE);
	result = file_check_writable(dir, err);
	close(dir);
	return result;
}

static int
prepare_refresh(struct job *job, struct message_request *request,
    struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	int64_t attempts;
	int result = -1;

	/* A program may have newer tokens than we. */
	if (use_look(job->app, job->name, err) != 0 ||
	    check_profile(job, err) != 0 || credential_load(job->app->store,
	    job->name, &credential, err) != 0)
		goto out;
	/* Whoever held the lock before us has renewed it. */
	if (credential.generation > job->generation) {
		result = 1;
		goto out;
	}
	if (issuer_check(credential.issuer, err) != 0 ||
	    login_check_spent(job->app, job->name, credential.refresh_token,
	    err) != 0 ||
	    check_doubt(job, &credential, &attempts, err) != 0 ||
	    check_writable(job, err) != 0 ||
	    job_reserve(job, credential.issuer, credential.refresh_token,
	    credential.generation, attempts + 1, err) != 0)
		goto out;
	/* A chain belongs to the issuer that began it. */
	request->operation = MESSAGE_REFRESH;
	request->patient = job->app->patient;
	request->issuer = credential.issuer;
	request->token = credential.refresh_token;
	credential.issuer = credential.refresh_token = NULL;
	result = 0;
out:
	credential_release(&credential);
	return result;
}

static int
finish_refresh(struct job *job, struct error *err)
{
	return adopt_refresh(job->app, job->name, err);
}

static void
give_up_refresh(struct job *job, bool sent, struct error *err)
{
	struct error why = *err;
	struct pending pending;

	if (!sent) {
		if (pending_load(job->app->store, job->name, PENDING_REFRESH,
		    &pending, NULL) == 0)
			take_back(job->app, job->name, &pending);
		pending_release(&pending);
		error_set(err, why.code, _("'%s' was not renewed: %s"),
		    job->name, why.text);
	} else
		error_set(err, why.code,
		    _("the renewal of '%s' is in doubt: %s; its access token "
		    "stays in use, and it is tried once more near the end"),
		    job->name, why.text);
	app_note(job->app, AUDIT_REFRESH, job->name, NULL, err);
}

const struct job_type job_refresh_type = {
	.spends = true,
	.timeout_ms = JOB_CHILD_TIMEOUT_MS,
	.operation = PENDING_REFRESH,
	.prepare = prepare_refresh,
	.finish = finish_refresh,
	.give_up = give_up_refresh,
};
