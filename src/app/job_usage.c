/*
 * Usage: the backend is asked how much of the plan is used up. Nothing is
 * spent and nothing of the login changes, whatever it answers: so this takes
 * no lock.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/job_type.h"
#include "app/login.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/time.h"
#include "oauth/issuer.h"
#include "storage/usage.h"

/* What to do about an access token that is no good: renew it or, where that
 * cannot help, sign in. */
static int
refuse_token(const struct profile *profile, enum error_code code,
    const char *text, struct error *err)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, time_now(),
	    &reason);

	if (status == PROFILE_NEEDS_LOGIN || !profile->renewable) {
		error_set(err, ERROR_NEEDS_LOGIN, "%s", text);
		return error_step(err, _("sign in again: chatelaine login "
		    "%s"), profile->name);
	}
	error_set(err, code, "%s", text);
	return error_step(err, _("renew it: chatelaine refresh %s"),
	    profile->name);
}

static int
take_token(const struct job *job, char **token, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	int result = login_load_credential(job->app, job->name, &credential,
	    err);

	if (result == 0 && credential.access_token == NULL) {
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("'%s' has no access token"), job->name);
		result = error_step(err, _("sign in again: chatelaine login "
		    "%s"), job->name);
	}
	*token = credential.access_token;
	credential.access_token = NULL;
	credential_release(&credential);
	return result;
}

/* A token that is over would only be refused. */
static int
check_time(const struct profile *profile, struct error *err)
{
	struct error why = ERROR_INIT;

	if (profile->expires_at == TIME_UNKNOWN ||
	    profile->expires_at > time_now())
		return 0;
	error_set(&why, ERROR_FAILED, _("the access token of '%s' is over"),
	    profile->name);
	return refuse_token(profile, why.code, why.text, err);
}

static int
prepare_usage(struct job *job, struct message_request *request,
    struct error *err)
{
	struct profile profile;
	int result = -1;

	if (profile_load(job->app->store, job->name, &profile, err) != 0 ||
	    status_check_damage(&profile, err) != 0 ||
	    issuer_check(job->app->backend, err) != 0 ||
	    check_time(&profile, err) != 0 ||
	    take_token(job, &request->token, err) != 0)
		goto out;
	usage_copy(job->user_id, profile.user_id);
	usage_copy(job->account_id, profile.account_id);
	request->operation = MESSAGE_USAGE;
	request->issuer = strdup(job->app->backend);
	request->account = profile.account_id;
	profile.account_id = NULL;
	result = request->issuer == NULL ? error_no_memory(err) : 0;
out:
	profile_release(&profile);
	return result;
}

static void
fill_record(struct usage_record *record, const struct job *job)
{
	const struct usage *usage = &job->usage;

	record->fetched_at = time_now();
	strcpy(record->user_id, job->user_id);
	strcpy(record->account_id, job->account_id);
	usage_copy(record->plan, usage->plan);
	record->limit_reached = usage->limit_reached;
	for (size_t i = 0; i < usage->windows &&
	    i < USAGE_RECORD_LIMITS; i++) {
		const struct usage_window *window = &usage->window[i];
		struct usage_limit *limit = &record->limit[i];

		usage_copy(limit->name, window->limit);
		usage_copy(limit->label, window->label);
		limit->percent = window->percent;
		limit->seconds = window->seconds;
		limit->resets_at = window->resets_at;
		record->limits = i + 1;
	}
	record->credits = usage->credits;
	record->has_credits = usage->has_credits;
	record->unlimited = usage->unlimited;
	usage_copy(record->balance, usage->balance);
}

static int
finish_usage(struct job *job, struct error *err)
{
	struct usage_record record = { .fetched_at = TIME_UNKNOWN };
	struct error why = ERROR_INIT;

	fill_record(&record, job);
	if (usage_save(job->app->store, job->name, &record, &why) == 0)
		return 0;
	return error_set(err, why.code,
	    _("the usage of '%s' was fetched, but could not be kept: %s"),
	    job->name, why.text);
}

static void
give_up_usage(struct job *job, bool sent, struct error *err)
{
	struct error why = *err;
	struct profile profile;

	(void)sent;
	error_set(err, why.code, _("the usage of '%s' is unavailable: %s"),
	    job->name, why.text);
	if (why.code != ERROR_NEEDS_LOGIN)
		return;
	/* The token is refused, which is not the login's end: of that the
	 * issuer's word counts. */
	if (profile_load(job->app->store, job->name, &profile, NULL) == 0)
		refuse_token(&profile, ERROR_UNAVAILABLE, why.text, err);
	profile_release(&profile);
}

const struct job_type job_usage_type = {
	.lockless = true,
	.timeout_ms = JOB_CHILD_TIMEOUT_MS,
	.prepare = prepare_usage,
	.finish = finish_usage,
	.give_up = give_up_usage,
};
