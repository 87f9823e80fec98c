/*
 * Signing out: the chain is revoked at the issuer, then deleted here.
 */
#include "config.h"

#include <stdlib.h>

#include "app/job_type.h"
#include "base/i18n.h"
#include "oauth/issuer.h"
#include "storage/audit.h"
#include "storage/backup.h"

static int
prepare_sign_out(struct job *job, struct message_request *request,
    struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	char **token = &credential.refresh_token;
	int result = -1;

	if (credential_load(job->app->store, job->name, &credential,
	    err) != 0)
		goto out;
	request->operation = MESSAGE_REVOKE;
	if (*token == NULL) {
		request->operation = MESSAGE_REVOKE_ACCESS;
		token = &credential.access_token;
	}
	if (*token == NULL)
		error_set(err, ERROR_FAILED,
		    _("'%s' has no token to revoke; forget it here: "
		    "chatelaine delete %s"), job->name, job->name);
	else if (issuer_check(credential.issuer, err) == 0) {
		request->issuer = credential.issuer;
		request->token = *token;
		credential.issuer = *token = NULL;
		result = 0;
	}
out:
	credential_release(&credential);
	return result;
}

static int
finish_sign_out(struct job *job, struct error *err)
{
	audit_add(job->app->store, AUDIT_SIGN_OUT, job->name, NULL, NULL,
	    NULL);
	pending_remove(job->app->store, job->name, PENDING_REFRESH, NULL);
	/* A login that has ended is not worth a backup. */
	if (backup_purge(job->app->store, job->name, err) == 0)
		return 0;
	return -1;
}

static void
give_up_sign_out(struct job *job, bool sent, struct error *err)
{
	struct error why = *err;

	(void)sent;
	error_set(err, why.code,
	    _("'%s' was not signed out: %s; it is still here; to forget it "
	    "without the issuer: chatelaine delete %s"), job->name, why.text,
	    job->name);
	audit_add(job->app->store, AUDIT_SIGN_OUT, job->name, NULL, err, NULL);
}

const struct job_type job_sign_out_type = {
	.timeout_ms = JOB_CHILD_TIMEOUT_MS,
	.prepare = prepare_sign_out,
	.finish = finish_sign_out,
	.give_up = give_up_sign_out,
};
