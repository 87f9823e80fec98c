/*
 * app: what a person does with logins, once, for both front ends.
 *
 * `struct app` is what all of it needs: the store, and where things are.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "app/settings.h"
#include "base/error.h"
#include "base/sandbox.h"
#include "base/time.h"
#include "storage/audit.h"
#include "storage/profile.h"
#include "storage/store.h"
#include "storage/targets.h"

struct app {
	struct store *store;
	struct settings *settings;	/* the caller's */
	const char *issuer;	/* as the settings have it */
	const char *backend;	/* CHATELAINE_BACKEND, or the default */
	const char *helper;	/* the program chatelaine-oauth */
	bool screen;		/* a screen is open: nobody prints */
	bool patient;		/* nobody waits for us: the answer to a
				 * renewal is waited for as long as it may
				 * come */
	int64_t issuer_ahead;	/* its clock of ours, s (app/clock) */
	/* The list of targets while LOCK_TARGETS is held (app/use). */
	struct targets targets;
	int targets_lock, targets_depth;
	struct error unnoted;	/* of app_note() */
};

/*
 * Opens the store that @settings name; they must live as long as @app. Then
 * completes or undoes what an earlier process was killed in. 0 or -1;
 * app_release() in any case.
 */
int app_init(struct app *app, struct settings *settings, struct error *err);

/* Opens it alone, to look: nothing in it is changed. */
int app_open(struct app *app, struct settings *settings, struct error *err);
void app_release(struct app *app);

/* As settings_set(); what of @app depends on it follows, but for the store. */
int app_set(struct app *app, enum setting setting, const char *value,
    struct error *err);

/* Notes in the audit log what was done: audit_add() for what stays done when it
 * cannot be noted, as a renewal. Why it could not is told by app_unnoted(). */
void app_note(struct app *app, enum audit_event event, const char *profile,
    const char *detail, const struct error *why);

/* The same before something is handed out: what cannot be noted must not
 * happen. */
int app_note_first(struct app *app, enum audit_event event,
    const char *profile, const char *detail, struct error *err);

/* True if something was not noted since the last call: appends the words. */
bool app_unnoted(struct app *app, struct buffer *out);

/* A time as this person reads it: by time_format_local() and their clock. */
void app_time(const struct app *app, char text[TIME_TEXT_SIZE], int64_t when);

/* What a process gives up that needs neither the network nor another program
 * any more: of SANDBOX_PART(). */
#define APP_OFFLINE_PARTS ((SANDBOX_PART(SANDBOX_WRITING) | \
	SANDBOX_PART(SANDBOX_PROGRAMS) | SANDBOX_PART(SANDBOX_TRUNCATION) | \
	SANDBOX_PART(SANDBOX_TCP) | SANDBOX_PART(SANDBOX_PROCESSES)) & \
	~SANDBOX_REPORTS)

/* Gives it up, as sandbox_enter() does: from here on no job can be started,
 * and no other program be looked into (app/running). Writing it gives up but
 * into the store; where none is open, or if it @writes elsewhere, it keeps
 * that. */
void app_stay_offline(const struct app *app, bool writes);

/* A variable of the environment, @otherwise where it is not set or empty; and
 * the home directory, NULL where there is none. */
const char *app_environment(const char *name, const char *otherwise);
const char *app_home(void);

/* Appends @path as people write it, from their home on: "~/.codex". For the
 * eye; a command to be pasted has the whole of it. */
void app_add_path(struct buffer *out, const char *path);

/* The notice that is agreed to once, before the first sign-in; translated. */
const char *app_terms(void);

#endif
