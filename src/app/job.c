#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/job.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/child.h"
#include "oauth/issuer.h"
#include "storage/audit.h"
#include "storage/backup.h"
#include "storage/lock.h"
#include "storage/pending.h"

/* A renewal in doubt is tried once more when its access token has less than
 * this left; seconds. */
#define RETRY_WINDOW ((int64_t)3600)
#define ATTEMPTS_MAX 2

/* Longer than a child may take for one request (oauth/helper): one that is
 * silent for this long is not coming back. ms. */
#define CHILD_TIMEOUT_MS 30000
/* A device code lives 15 minutes, and the child says itself when it ends. */
#define LOGIN_TIMEOUT_MS (16 * 60 * 1000)

struct job {
	struct app *app;
	const struct job_type *type;
	char name[STORE_NAME_MAX + 1];
	char saved[STORE_NAME_MAX + 1];
	bool replace;
	int64_t generation;	/* when the job was asked for; 0: any */
	int lock, spend_lock;
	int answer;
	struct child child;
	int64_t deadline;	/* steady clock, ms */
	bool reserved;		/* there is a record to take away */
	struct job_view view;
	char url[MESSAGE_URL_MAX];
	char code[MESSAGE_CODE_MAX];
};

/* What the three kinds differ in. */
struct job_type {
	bool spends;		/* under the store's lock */
	int64_t timeout_ms;
	enum pending_operation operation;
	/* With the locks held: fills the request and what it needs. 1: there
	 * is nothing to do any more. */
	int (*prepare)(struct job *job, struct message_request *request,
	    struct error *err);
	/* After `answered` or `done`. */
	int (*finish)(struct job *job, struct error *err);
	/* After `failed`, or a child's silent end. @sent: perhaps spent. */
	void (*give_up)(struct job *job, bool sent, struct error *err);
};

/* --- Renewal ------------------------------------------------------------------ */

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
		if (why.code != ERROR_NOT_FOUND) {
			*err = why;
			result = -1;
		}
	} else if (pending.generation == credential->generation) {
		*attempts = pending.attempts;
		if (pending.attempts >= ATTEMPTS_MAX)
			result = error_set(err, ERROR_NEEDS_LOGIN,
			    _("two renewals of '%s' got no answer, and a third "
			    "could end the login; sign in again: chatelaine "
			    "login %s"), job->name, job->name);
		else if (credential->expires_at - time_now() > RETRY_WINDOW)
			result = error_set(err, ERROR_REFUSED,
			    _("the last renewal of '%s' got no answer; it is "
			    "tried once more when the access token has under "
			    "an hour left, or sign in again: chatelaine login "
			    "%s"), job->name, job->name);
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
	if (status == PROFILE_DAMAGED)
		error_set(err, ERROR_FAILED, _("'%s' is damaged: %s"),
		    job->name, profile.damage);
	else if (status == PROFILE_NEEDS_LOGIN ||
	    status == PROFILE_ACCESS_ONLY)
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("'%s' cannot be renewed (%s); sign in again: chatelaine "
		    "login %s"), job->name, profile_reason_word(
		    reason != REASON_NONE ? reason : REASON_NO_REFRESH_TOKEN),
		    job->name);
	else
		result = 0;
out:
	profile_release(&profile);
	return result;
}

static int
reserve(struct job *job, const char *issuer, int64_t generation,
    int64_t attempts, struct error *err)
{
	char *copy = strdup(issuer);
	const struct pending intent = {
		.operation = job->type->operation,
		.generation = generation,
		.at = time_now(),
		.attempts = attempts,
		.replace = job->replace,
		.issuer = copy,
	};

	if (copy == NULL)
		return error_no_memory(err);
	job->answer = pending_reserve(job->app->store, job->name, &intent,
	    err);
	free(copy);
	if (job->answer < 0)
		return -1;
	job->reserved = true;
	return 0;
}

/* Completes what an earlier renewal left, so that its answer is not lost under
 * a new one. */
static void
adopt_earlier(struct job *job)
{
	struct pending pending;
	bool answered;

	answered = pending_load(job->app->store, job->name, PENDING_REFRESH,
	    &pending, NULL) == 0 && pending.answer.length > 0;
	pending_release(&pending);
	if (answered)
		adopt_refresh(job->app, job->name, NULL);
}

static int
prepare_refresh(struct job *job, struct message_request *request,
    struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	int64_t attempts;
	int result = -1;

	adopt_earlier(job);
	if (check_profile(job, err) != 0 || credential_load(job->app->store,
	    job->name, &credential, err) != 0)
		goto out;
	/* Whoever held the lock before us has renewed it. */
	if (credential.generation > job->generation) {
		result = 1;
		goto out;
	}
	if (issuer_check(credential.issuer, err) != 0 ||
	    check_doubt(job, &credential, &attempts, err) != 0 ||
	    reserve(job, credential.issuer, credential.generation,
	    attempts + 1, err) != 0)
		goto out;
	/* A chain belongs to the issuer that began it. */
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

	if (!sent) {
		pending_remove(job->app->store, job->name, PENDING_REFRESH,
		    NULL);
		error_set(err, why.code, _("'%s' was not renewed: %s"),
		    job->name, why.text);
	} else
		error_set(err, why.code,
		    _("the renewal of '%s' is in doubt: %s; its access token "
		    "stays in use, and it is tried once more near the end"),
		    job->name, why.text);
	audit_add(job->app->store, AUDIT_REFRESH, job->name, NULL, err, NULL);
}

static const struct job_type refresh_type = {
	.spends = true,
	.timeout_ms = CHILD_TIMEOUT_MS,
	.operation = PENDING_REFRESH,
	.prepare = prepare_refresh,
	.finish = finish_refresh,
	.give_up = give_up_refresh,
};

/* --- Sign-in ------------------------------------------------------------------- */

static int
prepare_login(struct job *job, struct message_request *request,
    struct error *err)
{
	request->issuer = strdup(job->app->issuer);
	if (request->issuer == NULL)
		return error_no_memory(err);
	return reserve(job, job->app->issuer, 0, 1, err);
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

static const struct job_type login_type = {
	.timeout_ms = LOGIN_TIMEOUT_MS,
	.operation = PENDING_LOGIN,
	.prepare = prepare_login,
	.finish = finish_login,
	.give_up = give_up_login,
};

/* --- Sign-out ------------------------------------------------------------------ */

static int
prepare_sign_out(struct job *job, struct message_request *request,
    struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	int result = -1;

	if (credential_load(job->app->store, job->name, &credential,
	    err) != 0)
		goto out;
	if (credential.refresh_token == NULL)
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("'%s' has no refresh token to revoke; forget it here: "
		    "chatelaine delete %s"), job->name, job->name);
	else if (issuer_check(credential.issuer, err) == 0) {
		request->issuer = credential.issuer;
		request->token = credential.refresh_token;
		credential.issuer = credential.refresh_token = NULL;
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

static const struct job_type sign_out_type = {
	.timeout_ms = CHILD_TIMEOUT_MS,
	.prepare = prepare_sign_out,
	.finish = finish_sign_out,
	.give_up = give_up_sign_out,
};

/* --- All ----------------------------------------------------------------------- */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
release_locks(struct job *job)
{
	close_fd(&job->spend_lock);
	close_fd(&job->lock);
}

static bool
end(struct job *job, enum job_state state)
{
	child_end(&job->child);
	close_fd(&job->answer);
	release_locks(job);
	job->reserved = false;
	job->view.state = state;
	return true;
}

/* Takes both locks, or says who has one. */
static int
take_locks(struct job *job)
{
	struct store *store = job->app->store;

	if (job->lock < 0)
		job->lock = lock_try(store, job->name, &job->view.error);
	if (job->lock < 0)
		return -1;
	if (job->type->spends && job->spend_lock < 0)
		job->spend_lock = lock_try(store, LOCK_SPEND,
		    &job->view.error);
	return job->type->spends && job->spend_lock < 0 ? -1 : 0;
}

static bool
start(struct job *job)
{
	struct message_request request = { .issuer = NULL };
	struct child_files files;
	int prepared;

	if (take_locks(job) != 0) {
		if (job->view.error.code == ERROR_BUSY &&
		    time_steady_ms() < job->deadline)
			return false;
		return end(job, JOB_FAILED);
	}
	prepared = job->type->prepare(job, &request, &job->view.error);
	if (prepared == 0) {
		request.operation = job->type == &login_type ? MESSAGE_LOGIN :
		    job->type == &refresh_type ? MESSAGE_REFRESH :
		    MESSAGE_REVOKE;
		files = (struct child_files){ .answer = job->answer,
		    .lock = { job->lock, job->spend_lock },
		    .quiet = job->app->screen };
		prepared = child_start(&job->child, job->app->helper, &request,
		    &files, &job->view.error);
		if (prepared != 0)
			job->type->give_up(job, false, &job->view.error);
	}
	message_release_request(&request);
	if (prepared != 0) {
		job->view.unchanged = prepared > 0;
		return end(job, prepared > 0 ? JOB_DONE : JOB_FAILED);
	}
	job->view.state = JOB_CONNECTING;
	job->view.error.code = ERROR_NONE;
	job->deadline = time_steady_ms() + job->type->timeout_ms;
	return false;
}

static bool
fail(struct job *job, bool sent, const struct error *why)
{
	job->view.error = *why;
	job->type->give_up(job, sent, &job->view.error);
	return end(job, JOB_FAILED);
}

static bool
handle(struct job *job, const struct message_event *event)
{
	struct job_view *view = &job->view;

	switch (event->kind) {
	case MESSAGE_CODE:
		memcpy(job->url, event->url, sizeof job->url);
		memcpy(job->code, event->code, sizeof job->code);
		view->url = job->url;
		view->code = job->code;
		view->code_expires_at = event->expires_at;
		view->state = JOB_CODE;
		return false;
	case MESSAGE_WAITING:
	case MESSAGE_RETRYING:
		view->polls = event->polls;
		view->trouble = event->error;
		return false;
	case MESSAGE_SPENDING:
		view->state = JOB_SENT;
		job->deadline = time_steady_ms() + CHILD_TIMEOUT_MS;
		return false;
	case MESSAGE_ANSWERED:
	case MESSAGE_DONE:
		return end(job, job->type->finish(job, &view->error) == 0 ?
		    JOB_DONE : JOB_FAILED);
	case MESSAGE_FAILED:
		break;
	}
	return fail(job, event->sent, &event->error);
}

bool
job_step(struct job *job)
{
	struct message_event event;
	struct error why = ERROR_INIT;
	int got;

	if (job->view.state == JOB_DONE || job->view.state == JOB_FAILED)
		return true;
	if (job->view.state == JOB_WAITING_FOR_LOCK)
		return start(job);
	while ((got = child_read(&job->child, &event, &why)) > 0)
		if (handle(job, &event))
			return true;
	if (got < 0)
		return fail(job, job->view.state == JOB_SENT, &why);
	if (time_steady_ms() < job->deadline)
		return false;
	error_set(&why, ERROR_UNAVAILABLE, "%s",
	    _("the issuer did not answer in time; try again later"));
	/* It may just have sent it. */
	return fail(job, true, &why);
}

int
job_fd(const struct job *job)
{
	return job->child.output;
}

int
job_timeout_ms(const struct job *job)
{
	int64_t left;

	if (job->view.state == JOB_WAITING_FOR_LOCK)
		return LOCK_RETRY_MS;
	left = job->deadline - time_steady_ms();
	return left < 0 ? 0 : (int)left;
}

const struct job_view *
job_view(const struct job *job)
{
	return &job->view;
}

bool
job_is_spending(const struct job *job)
{
	/* From the start of the child on: what it said last may not have been
	 * read yet. */
	return job->type->spends && (job->view.state == JOB_CONNECTING ||
	    job->view.state == JOB_SENT);
}

static struct job *
job_new(struct app *app, const struct job_type *type, const char *name,
    struct error *err)
{
	struct job *job;

	if (store_check_name(name, err) != 0)
		return NULL;
	job = calloc(1, sizeof *job);
	if (job == NULL) {
		error_no_memory(err);
		return NULL;
	}
	job->app = app;
	job->type = type;
	strcpy(job->name, name);
	strcpy(job->saved, name);
	job->lock = job->spend_lock = job->answer = -1;
	job->child = (struct child)CHILD_INIT;
	buffer_init(&job->child.line);
	job->deadline = time_steady_ms() + LOCK_WAIT_MS;
	job->view.saved = job->saved;
	return job;
}

struct job *
job_login(struct app *app, const char *name, bool replace, struct error *err)
{
	struct job *job;

	if (issuer_check(app->issuer, err) != 0)
		return NULL;
	job = job_new(app, &login_type, name, err);
	if (job != NULL)
		job->replace = replace;
	return job;
}

/* For a profile that is there; notes its generation. */
static struct job *
job_for_profile(struct app *app, const struct job_type *type,
    const char *name, struct error *err)
{
	struct profile profile;
	struct job *job = NULL;

	if (profile_load(app->store, name, &profile, err) == 0)
		job = job_new(app, type, name, err);
	if (job != NULL)
		job->generation = profile.generation;
	profile_release(&profile);
	return job;
}

struct job *
job_refresh(struct app *app, const char *name, struct error *err)
{
	return job_for_profile(app, &refresh_type, name, err);
}

struct job *
job_sign_out(struct app *app, const char *name, struct error *err)
{
	return job_for_profile(app, &sign_out_type, name, err);
}

void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	if (job_is_spending(job))
		/* Not killed: it writes the answer down, holding the locks
		 * that it inherited. */
		job->child.pid = 0;
	child_end(&job->child);
	if (job->reserved && job->type == &login_type)
		give_up_login(job, false, NULL);
	close_fd(&job->answer);
	release_locks(job);
	secret_wipe(job->code, sizeof job->code);
	free(job);
}

int
job_run(struct job *job, const volatile sig_atomic_t *interrupted,
    void (*changed)(const struct job_view *view, void *context),
    void *context, struct error *err)
{
	while (!job_step(job)) {
		struct pollfd fd = { job_fd(job), POLLIN, 0 };

		if (changed != NULL)
			changed(&job->view, context);
		if (*interrupted && !job_is_spending(job))
			return error_set(err, ERROR_INTERRUPTED, "%s",
			    _("interrupted"));
		/* A signal ends the wait; poll() ignores a negative fd. */
		poll(&fd, 1, job_timeout_ms(job));
	}
	if (changed != NULL)
		changed(&job->view, context);
	if (job->view.state == JOB_DONE)
		return 0;
	if (err != NULL)
		*err = job->view.error;
	return -1;
}
