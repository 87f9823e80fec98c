/*
 * job: one operation with the network, while the front end goes on.
 *
 *	job = job_refresh(app, "work", &err);
 *	while (!job_step(job))
 *		poll job_fd(job) for reading, for at most job_timeout_ms(job);
 *	view = job_view(job);	(JOB_DONE or JOB_FAILED)
 *	job_free(job);
 *
 * A job takes its locks, reserves room for the answer, runs one child, and
 * takes the answer into the store. job_free() at any earlier moment breaks off:
 * a sign-in whose code still waits for its approval is gone on with at the next
 * start (storage/waiting), unless job_cancel() said that nobody wants it; what
 * has been sent, a renewal or the approval of a sign-in, is left to its child,
 * which holds the locks until the answer is written down, and the next start
 * takes it in.
 */
#ifndef APP_JOB_H
#define APP_JOB_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "base/error.h"
#include "oauth/message.h"

enum job_state {
	JOB_WAITING_FOR_LOCK,	/* another process is at work */
	JOB_CONNECTING,		/* to the issuer */
	JOB_CODE,		/* sign-in: the code is out, we poll */
	JOB_SENT,		/* a secret is spent: the answer matters */
	JOB_DONE,
	JOB_FAILED
};

struct job_view {
	enum job_state state;
	const char *url, *code;	/* sign-in, from JOB_CODE on; by a browser
				 * there is no code */
	int64_t code_expires_at;	/* of the code, or of the wait */
	int64_t code_ends_ms;	/* the same on the steady clock, which nobody
				 * sets: for what is left */
	bool browser;		/* a sign-in by a browser: it comes back to */
	int port;		/* here; 0: nobody listens */
	bool resumed;		/* the code is one that was got before */
	int64_t polls;
	struct error trouble;	/* JOB_CODE: the last poll failed so, or what
				 * came from the browser was not it */
	struct error error;	/* JOB_FAILED, and why we wait for a lock */
	const char *saved;	/* the profile that has the result */
	bool unchanged;		/* JOB_DONE: somebody else had renewed it */
	int64_t retry_after;	/* JOB_FAILED: the issuer wants no other try
				 * for so long; s, 0: it did not say */
};

struct job;

/* All of them: NULL on failure. The job belongs to the caller; @app outlives
 * it. @how: of JOB_REPLACE, JOB_NEW_CODE, JOB_BROWSER. @seen: the
 * generation that was found wanting (0: the one there is now); when somebody
 * has renewed it since, nothing is sent. job_usage() spends nothing, takes no
 * lock and changes no login; its result is kept for app/usage. */
enum {
	JOB_REPLACE = 1 << 0,	/* may displace another login of that name */
	JOB_NEW_CODE = 1 << 1,	/* a sign-in that waits is dropped */
	JOB_BROWSER = 1 << 2	/* by a browser; and a code that waits is
				 * dropped */
};

struct job *job_login(struct app *app, const char *name, unsigned int how,
    struct error *err);
struct job *job_refresh(struct app *app, const char *name, int64_t seen,
    struct error *err);
struct job *job_sign_out(struct app *app, const char *name,
    struct error *err);
struct job *job_usage(struct app *app, const char *name, struct error *err);

/* What to wait for: -1 is nothing but the time. ms, never negative. */
int job_fd(const struct job *job);
int job_timeout_ms(const struct job *job);

/* Does what can be done without waiting. True when it has ended. */
bool job_step(struct job *job);

/* What to show; belongs to the job and changes with job_step(). */
const struct job_view *job_view(const struct job *job);

/* True when ending it now would leave an answer behind: better wait. */
bool job_is_spending(const struct job *job);

/* To a sign-in by a browser: the address that it ended at, as a person pasted
 * it. It has a secret in it. 0: it is judged, and if it is wrong, that is the
 * next trouble; -1: @err. */
int job_paste(struct job *job, const char *address, struct error *err);

/* Before job_free(): the person has given it up. */
void job_cancel(struct job *job);

void job_free(struct job *job);

/* job_run() also wakes, and calls @changed, which then reads it, when there is
 * something at @fd. -1: nowhere, as it is at first. */
void job_listen(struct job *job, int fd);

/* Runs it to its end, unless @interrupted becomes true first: then a job that
 * is not spending is given up with ERROR_INTERRUPTED. For front ends without
 * a loop. @changed is called after each step; may be NULL. */
int job_run(struct job *job, const volatile sig_atomic_t *interrupted,
    void (*changed)(const struct job_view *view, void *context),
    void *context, struct error *err);

#endif
