/*
 * Signing out: the chain is revoked at the issuer, then deleted here.
 */
#include "config.h"

#include <stdlib.h>

#include "app/job_type.h"
#include "app/lend.h"
#include "app/login.h"
#include "app/use.h"
#include "base/i18n.h"
#include "oauth/issuer.h"
#include "storage/audit.h"
#include "storage/backup.h"
#include "storage/waiting.h"

static int
prepare_sign_out(struct job *job, struct message_request *request,
    struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	char **token = &credential.refresh_token;
	struct error why = ERROR_INIT;
	int result = -1;

	/* With the chain of its program, where it is lent. */
	if (login_load_credential(job->app, job->name, &credential,
	    &why) != 0) {
		error_set(err, why.code, _("'%s' is damaged: %s"), job->name,
		    why.text);
		error_step(err, _("to forget it here: chatelaine delete %s"),
		    job->name);
		goto out;
	}
	request->operation = MESSAGE_REVOKE;
	if (*token == NULL) {
		request->operation = MESSAGE_REVOKE_ACCESS;
		token = &credential.access_token;
	}
	if (issuer_check(credential.issuer, err) == 0) {
		request->issuer = credential.issuer;
		request->token = *token;
		credential.issuer = *token = NULL;
		result = 0;
	}
out:
	credential_release(&credential);
	return result;
}

/* A volume of an agent-server stays where it is, without the login. */
static int
remove_ended(struct app *app, const char *name, struct error *err)
{
	int found = profile_find(app->store, name, err);

	return found <= 0 ? found :
	    backup_purge(app->store, name, false, err);
}

static int
finish_sign_out(struct job *job, struct error *err)
{
	struct error why = ERROR_INIT;
	int views;

	app_note(job->app, AUDIT_SIGN_OUT, job->name, NULL, NULL);
	pending_remove(job->app->store, job->name, PENDING_REFRESH, NULL);
	usage_remove(job->app->store, job->name);
	waiting_remove(job->app->store, job->name, NULL);
	/* A login that has ended is not worth a backup, nor a file. */
	views = use_withdraw(job->app, job->name, &why);
	if (lend_discard(job->app, job->name, &why) == 0 &&
	    remove_ended(job->app, job->name, &why) == 0 && views == 0)
		return 0;
	return error_set(err, why.code,
	    _("'%s' is signed out at the issuer, but not all of it "
	    "could be removed here: %s"), job->name, why.text);
}

/* Sent and not answered is not the same as not done. */
static void
give_up_sign_out(struct job *job, bool sent, struct error *err)
{
	struct error why = *err;

	error_set(err, why.code, sent ?
	    _("it is not known whether '%s' was signed out, and it is still "
	    "here: %s") : _("'%s' was not signed out, and is still here: %s"),
	    job->name, why.text);
	error_step(err, _("to forget it without the issuer: chatelaine delete "
	    "%s"), job->name);
	app_note(job->app, AUDIT_SIGN_OUT, job->name, NULL, err);
}

const struct job_type job_sign_out_type = {
	.timeout_ms = JOB_CHILD_TIMEOUT_MS,
	.prepare = prepare_sign_out,
	.finish = finish_sign_out,
	.give_up = give_up_sign_out,
};
