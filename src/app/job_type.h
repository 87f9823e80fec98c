/*
 * job_type: the inside of a job, for app/job.c, which runs jobs, and for
 * app/job_*.c, which say what they do.
 */
#ifndef APP_JOB_TYPE_H
#define APP_JOB_TYPE_H

#include "app/job.h"
#include "oauth/child.h"
#include "oauth/message.h"
#include "storage/pending.h"
#include "storage/usage.h"

/* Longer than a child may take for one request (oauth/helper): one that is
 * silent for this long is not coming back. ms. */
#define JOB_CHILD_TIMEOUT_MS 30000

/* The same for a renewal where nobody waits (app->patient). ms. */
#define JOB_PATIENT_MS 120000

struct job {
	struct app *app;
	const struct job_type *type;
	char name[STORE_NAME_MAX + 1];
	char saved[STORE_NAME_MAX + 1];
	bool replace, new_code;	/* of a sign-in */
	bool cancelled;
	int64_t generation;	/* when the job was asked for; 0: any */
	int lock, spend_lock;
	int answer;
	struct child child;
	int listen;		/* job_listen(); -1 */
	int64_t deadline;	/* steady clock, ms */
	bool late;		/* the deadline was put off once */
	bool reserved;		/* there is a record to take away */
	struct job_view view;
	char url[MESSAGE_URL_MAX];
	char code[MESSAGE_CODE_MAX];
	struct usage usage;	/* usage: what was told, and of whom */
	char user_id[USAGE_RECORD_TEXT + 1];
	char account_id[USAGE_RECORD_TEXT + 1];
};

/* What the kinds differ in. */
struct job_type {
	bool spends;		/* under the store's lock */
	bool lockless;		/* nothing of the login changes */
	int64_t timeout_ms;
	enum pending_operation operation;	/* of its record */
	/* With the locks held, if any: fills in the request, whose strings
	 * are the caller's then. 1: there is nothing to do any more. */
	int (*prepare)(struct job *job, struct message_request *request,
	    struct error *err);
	/* After `answered`, `done` or `usage`. */
	int (*finish)(struct job *job, struct error *err);
	/* What the child says, before anything is done about it. May be
	 * NULL. */
	void (*heard)(struct job *job, const struct message_event *event);
	/* After `failed`, or a child's silent end. @sent: perhaps spent. */
	void (*give_up)(struct job *job, bool sent, struct error *err);
};

extern const struct job_type job_refresh_type;
extern const struct job_type job_login_type;
extern const struct job_type job_sign_out_type;
extern const struct job_type job_usage_type;

/* Makes the record for the answer, and room. Called by prepare(). @token: the
 * refresh token that is sent, or NULL. */
int job_reserve(struct job *job, const char *issuer, const char *token,
    int64_t generation, int64_t attempts, struct error *err);

#endif
