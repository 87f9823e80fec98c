/*
 * Signing in by device code.
 */
#include "config.h"

#include <string.h>

#include "app/adopt.h"
#include "app/job_type.h"
#include "storage/audit.h"

/* A device code lives 15 minutes, and the child says itself when it ends. */
#define LOGIN_TIMEOUT_MS (16 * 60 * 1000)

static int
prepare_login(struct job *job, struct message_request *request,
    struct error *err)
{
	if (store_check_place(job->app->store, job->name, err) != 0)
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
