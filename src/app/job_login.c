/*
 * Signing in by device code, or by a browser. While a code waits for the
 * approval there is a record of it (storage/waiting), with which the next start
 * goes on. The profile's lock, which the child has, too, keeps two from asking
 * at once.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/adopt.h"
#include "app/job_type.h"
#include "app/login.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "storage/audit.h"
#include "storage/waiting.h"

/* A device code lives 15 minutes, and the child says itself when it ends. */
#define LOGIN_TIMEOUT_MS (INT64_C(16) * 60 * 1000)

/* A login that its program has is not replaced behind its back; one that it has
 * lost may be. */
static int
check_not_lent(struct job *job, struct error *err)
{
	struct profile profile;
	int result = 0;

	if (login_load(job->app, job->name, &profile, NULL) == 0)
		result = profile_check_sure(&profile, err);
	if (result == 0 && profile.renewable)
		result = login_check_ours(&profile, err);
	profile_release(&profile);
	return result;
}

static int
copy_text(char *to, size_t size, const char *text)
{
	if (!text_is_visible_ascii(text, size - 1))
		return -1;
	strcpy(to, text);
	return 0;
}

/* Asks for what waits, if it does and is of this issuer, instead of for a new
 * code. */
static void
resume(struct job *job, struct message_request *request)
{
	struct store *store = job->app->store;
	struct device *device = &request->device;
	int64_t now = time_now();
	struct waiting waiting;

	if (job->new_code)
		waiting_remove(store, job->name, NULL);
	if (waiting_load(store, job->name, now, &waiting, NULL) == 0 &&
	    strcmp(waiting.issuer, job->app->issuer) == 0 &&
	    copy_text(device->code, sizeof device->code, waiting.code) == 0 &&
	    copy_text(device->id, sizeof device->id, waiting.device) == 0) {
		device->interval = waiting.interval;
		device->lifetime = waiting_left(&waiting, now);
		job->replace = job->replace || waiting.replace;
		job->view.resumed = true;
	}
	waiting_release(&waiting);
}

static int
prepare_login(struct job *job, struct message_request *request,
    struct error *err)
{
	if (store_check_new(job->app->store, job->name, err) != 0 ||
	    check_not_lent(job, err) != 0)
		return -1;
	request->operation = job->view.browser ? MESSAGE_BROWSER_LOGIN :
	    MESSAGE_LOGIN;
	request->issuer = strdup(job->app->issuer);
	if (request->issuer == NULL)
		return error_no_memory(err);
	resume(job, request);
	return job_reserve(job, job->app->issuer, NULL, 0, 1, err);
}

static int
finish_login(struct job *job, struct error *err)
{
	return adopt_login(job->app, job->name, job->saved, err);
}

/* Without a record it goes on as well, only not for another process. */
static void
keep_code(struct job *job, const struct message_event *event)
{
	struct device device = event->device;
	struct waiting waiting = {
		.issuer = strdup(job->app->issuer),
		.device = device.id, .code = device.code,
		.interval = device.interval,
		.since = time_now(), .ends = event->expires_at,
		.replace = job->replace,
	};

	if (waiting.issuer != NULL)
		waiting_save(job->app->store, job->name, &waiting, NULL);
	free(waiting.issuer);
	secret_wipe(&device, sizeof device);
}

static void
hear_login(struct job *job, const struct message_event *event)
{
	if (event->kind == MESSAGE_CODE && !job->view.resumed)
		keep_code(job, event);
	else if (event->kind == MESSAGE_SPENDING ||
	    event->kind == MESSAGE_FAILED)
		waiting_remove(job->app->store, job->name, NULL);
}

static void
give_up_login(struct job *job, bool sent, struct error *err)
{
	(void)sent;	/* no login of ours was spent */
	pending_remove(job->app->store, job->name, PENDING_LOGIN, NULL);
	if (job->cancelled)
		waiting_remove(job->app->store, job->name, NULL);
	if (err != NULL)
		app_note(job->app, AUDIT_SIGN_IN, job->name, NULL, err);
}

const struct job_type job_login_type = {
	.timeout_ms = LOGIN_TIMEOUT_MS,
	.operation = PENDING_LOGIN,
	.prepare = prepare_login,
	.finish = finish_login,
	.heard = hear_login,
	.give_up = give_up_login,
};
