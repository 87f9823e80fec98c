#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/clock.h"
#include "app/job.h"
#include "app/job_type.h"
#include "app/login.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/issuer.h"
#include "storage/lock.h"

/* How long a child that is late is heard out. ms. */
#define LATE_MS 5000

int
job_reserve(struct job *job, const char *issuer, const char *token,
    int64_t generation, int64_t attempts, struct error *err)
{
	char *copy = strdup(issuer);
	struct pending intent = {
		.operation = job->type->operation,
		.generation = generation,
		.at = time_now(),
		.attempts = attempts,
		.replace = job->replace,
		.issuer = copy,
	};

	if (copy == NULL)
		return error_no_memory(err);
	if (token != NULL)
		digest_text(intent.digest, token, strlen(token));
	job->answer = pending_reserve(job->app->store, job->name, &intent,
	    err);
	free(copy);
	if (job->answer < 0)
		return -1;
	job->reserved = true;
	return 0;
}

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

	if (job->type->lockless)
		return 0;
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
	/* An answer that waits is for those who hold the lock. */
	prepared = job->type->lockless ? 0 :
	    adopt_pending(job->app, job->name, &job->view.error);
	if (prepared != 0 && job->view.error.code == ERROR_BUSY &&
	    time_steady_ms() < job->deadline) {
		release_locks(job);
		return false;
	}
	if (prepared == 0)
		prepared = job->type->prepare(job, &request,
		    &job->view.error);
	if (prepared == 0) {
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
has_answer(const struct job *job)
{
	struct pending pending;
	bool has;

	has = pending_load(job->app->store, job->name, job->type->operation,
	    &pending, NULL) == 0 && pending.answer.length > 0;
	pending_release(&pending);
	return has;
}

/* @alive: the child may still be at it. One that spends is then left to it: it
 * has the locks, and writes the answer down. */
static bool
fail(struct job *job, bool sent, bool alive, const struct error *why)
{
	if (alive && job->type->spends)
		job->child.pid = 0;
	else
		child_end(&job->child);
	job->view.error = *why;
	/* It may have written the answer down, and not lived to say so. */
	if (job->reserved && job->child.pid == 0 && has_answer(job))
		return end(job, job->type->finish(job, &job->view.error) == 0 ?
		    JOB_DONE : JOB_FAILED);
	job->type->give_up(job, sent, &job->view.error);
	return end(job, JOB_FAILED);
}

static bool
handle(struct job *job, const struct message_event *event)
{
	struct job_view *view = &job->view;

	if (event->told_time)
		clock_heard(job->app, event->server_ahead);
	if (job->type->heard != NULL)
		job->type->heard(job, event);
	switch (event->kind) {
	case MESSAGE_CODE:
		memcpy(job->code, event->device.code, sizeof job->code);
		view->code = job->code;
		/* FALLTHROUGH */
	case MESSAGE_BROWSER:
		memcpy(job->url, event->url, sizeof job->url);
		view->url = job->url;
		view->port = (int)event->port;
		view->code_expires_at = event->expires_at;
		view->code_ends_ms = time_steady_ms() +
		    (event->expires_at - time_now()) * 1000;
		view->state = JOB_CODE;
		return false;
	case MESSAGE_WAITING:
	case MESSAGE_RETRYING:
		view->polls = event->polls;
		view->trouble = event->error;
		return false;
	case MESSAGE_SPENDING:
		view->state = JOB_SENT;
		job->deadline = time_steady_ms() + (job->app->patient &&
		    job->type->spends ? JOB_PATIENT_MS : JOB_CHILD_TIMEOUT_MS);
		return false;
	case MESSAGE_USAGE_TOLD:
		job->usage = event->usage;
		/* FALLTHROUGH */
	case MESSAGE_ANSWERED:
	case MESSAGE_DONE:
		view->retry_after = event->retry_after;
		return end(job, job->type->finish(job, &view->error) == 0 ?
		    JOB_DONE : JOB_FAILED);
	case MESSAGE_FAILED:
		break;
	}
	return fail(job, event->sent, false, &event->error);
}

bool
job_step(struct job *job)
{
	struct message_event event;
	struct error why = ERROR_INIT;
	bool ended = false;
	int got;

	if (job->view.state == JOB_DONE || job->view.state == JOB_FAILED)
		return true;
	if (job->view.state == JOB_WAITING_FOR_LOCK)
		return start(job);
	while (!ended && (got = child_read(&job->child, &event, &why)) > 0) {
		ended = handle(job, &event);
		secret_wipe(&event.device, sizeof event.device);
	}
	if (ended)
		return true;
	if (got == CHILD_CLOSED)
		return fail(job, job->view.state == JOB_SENT, false, &why);
	if (got == CHILD_CONFUSED)
		return fail(job, true, true, &why);
	if (time_steady_ms() < job->deadline)
		return false;
	/* After a suspend it is late for the child as well, which knows why. */
	if (job->view.state == JOB_CODE && !job->late) {
		job->late = true;
		job->deadline = time_steady_ms() + LATE_MS;
		return false;
	}
	error_set(&why, ERROR_UNAVAILABLE, "%s",
	    _("the server did not answer in time; try again later"));
	/* It may just have sent it; or we were asleep, and it was, too. */
	return fail(job, true, true, &why);
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
	job->lock = job->spend_lock = job->answer = job->listen = -1;
	job->child = (struct child)CHILD_INIT;
	buffer_init(&job->child.line);
	job->deadline = time_steady_ms() + LOCK_WAIT_MS;
	job->view.saved = job->saved;
	return job;
}

struct job *
job_login(struct app *app, const char *name, unsigned int how,
    struct error *err)
{
	struct job *job;

	if (issuer_check(app->issuer, err) != 0)
		return NULL;
	job = job_new(app, &job_login_type, name, err);
	if (job != NULL) {
		job->replace = (how & JOB_REPLACE) != 0;
		job->view.browser = (how & JOB_BROWSER) != 0;
		job->new_code = (how & (JOB_NEW_CODE | JOB_BROWSER)) != 0;
	}
	return job;
}

/* For a profile that is there; notes its generation. */
static struct job *
job_for_profile(struct app *app, const struct job_type *type,
    const char *name, struct error *err)
{
	struct profile profile;
	struct job *job = NULL;

	if (login_load(app, name, &profile, err) == 0 &&
	    (!type->spends || status_check_damage(&profile, err) == 0))
		job = job_new(app, type, name, err);
	if (job != NULL)
		job->generation = profile.generation;
	profile_release(&profile);
	return job;
}

struct job *
job_refresh(struct app *app, const char *name, int64_t seen,
    struct error *err)
{
	struct job *job = job_for_profile(app, &job_refresh_type, name, err);

	if (job != NULL && seen > 0)
		job->generation = seen;
	return job;
}

struct job *
job_sign_out(struct app *app, const char *name, struct error *err)
{
	return job_for_profile(app, &job_sign_out_type, name, err);
}

struct job *
job_usage(struct app *app, const char *name, struct error *err)
{
	return job_for_profile(app, &job_usage_type, name, err);
}

int
job_paste(struct job *job, const char *address, struct error *err)
{
	if (job->view.state != JOB_CODE || !job->view.browser) {
		error_set(err, ERROR_FAILED, "%s",
		    _("no sign-in waits for an address now"));
		return -1;
	}
	return child_paste(&job->child, address, err);
}

void
job_cancel(struct job *job)
{
	job->cancelled = true;
}

void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	if (job_is_spending(job) ||
	    (job->view.state == JOB_SENT && !job->cancelled)) {
		/* Not killed: it writes the answer down, holding the locks
		 * that it inherited. */
		job->child.pid = 0;
		job->reserved = false;
	}
	child_end(&job->child);
	if (job->reserved && job->type == &job_login_type)
		job->type->give_up(job, false, NULL);
	close_fd(&job->answer);
	release_locks(job);
	secret_wipe(job->code, sizeof job->code);
	secret_wipe(job->url, sizeof job->url);
	free(job);
}

void
job_listen(struct job *job, int fd)
{
	job->listen = fd;
}

int
job_run(struct job *job, const volatile sig_atomic_t *interrupted,
    void (*changed)(const struct job_view *view, void *context),
    void *context, struct error *err)
{
	while (!job_step(job)) {
		struct pollfd fds[2] = { { job_fd(job), POLLIN, 0 } };

		if (changed != NULL)
			changed(&job->view, context);
		if (*interrupted && !job_is_spending(job))
			return error_set(err, ERROR_INTERRUPTED, "%s",
			    _("interrupted"));
		/* A signal ends the wait; poll() ignores a negative fd. */
		fds[1] = (struct pollfd){ job->listen, POLLIN, 0 };
		poll(fds, 2, job_timeout_ms(job));
	}
	if (changed != NULL)
		changed(&job->view, context);
	if (job->view.state == JOB_DONE)
		return 0;
	if (err != NULL)
		*err = job->view.error;
	return -1;
}
