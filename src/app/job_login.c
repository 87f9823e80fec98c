/*
 * Signing in by device code.
 */
#include "config.h"

#include <string.h>

#include "app/adopt.h"
#include "app/job_type.h"
#include "app/login.h"
#include "storage/audit.h"

/* A device code lives 15 minutes, and the child says itself when it ends. */
#define LOGIN_TIMEOUT_MS (16 * 60 * 1000)

/* A login that its program has is not replaced behind its back; one that it has
 * lost may be. */
static int
check_not_lent(struct job *job, struct error *err)
{
	struct profile profile;
	int result = 0;

	if (login_load(job->app, job->name, &profile, NULL) == 0 &&
	    profile.renewable)
		result = login_check_ours(&profile, err);
	profile_release(&profile);
	return result;
}

static int
prepare_login(struct job *job, struct message_request *request,
    struct error *err)
{
	if (store_check_place(job->app->store, job->name, err) != 0 ||
	    check_not_lent(job, err) != 0)
		return -1;
	request->operation = MESSAGE_LOGIN;
	request->issuer = strdup(job->app->issuer);
	if (request->issuer == NULL)
		return error_no_memory(err);
	return job_reserve(job, job->app->issuer, 0, 1, err);
}

static int
finish_login(struct job *job, struct error *err)
{
	return adopt_login(job->app, job->name, job->saved, err);
}

static void
give_up_login(struct job *job, bool sent, struct error *err)
{
	(void)sent;	/* no login of ours was spent */
	pending_remove(job->app->store, job->name, PENDING_LOGIN, NULL);
	if (err != NULL)
		audit_add(job->app->store, AUDIT_SIGN_IN, job->name, NULL,
		    err, NULL);
}

const struct job_type job_login_type = {
	.timeout_ms = LOGIN_TIMEOUT_MS,
	.operation = PENDING_LOGIN,
	.prepare = prepare_login,
	.finish = finish_login,
	.give_up = give_up_login,
};
