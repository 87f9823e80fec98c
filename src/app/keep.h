/*
 * keep: renewing every login in time, and noticing what programs do with their
 * files, for as long as it runs.
 *
 * One at a time, spread by chance, each on one connection (app/job). Time is
 * looked at anew at least every half minute, so that a machine that slept, or
 * whose clock was set, is noticed. A program's file that changes is looked at
 * within a second (base/watch).
 */
#ifndef APP_KEEP_H
#define APP_KEEP_H

#include <signal.h>

#include "app/app.h"

/*
 * Runs until @interrupted is set: 0. @say is given a line about everything that
 * is done, and, as @trouble, of what is not as it should be. ERROR_BUSY:
 * another one keeps this store.
 */
int keep_run(struct app *app, int64_t within,
    const volatile sig_atomic_t *interrupted,
    void (*say)(bool trouble, const char *line, void *context), void *context,
    struct error *err);

/* True if something renews this store's logins in time: a `keep` runs, or a
 * timer has called `refresh --all --within` within the last day. */
bool keep_is_active(const struct app *app);

/* A timer has called. */
void keep_note_timer(struct app *app);

/* True if @profile is to be renewed at @now, with less than @within left. */
bool keep_is_due(const struct profile *profile, int64_t now, int64_t within);

/* When nothing renews: true, and appends the one command that sets it up, for
 * this store: a timer has none of our options and variables. */
bool keep_command(const struct app *app, struct buffer *out);

/* When nothing renews and a login of ours has less than SETTING_WINDOW left:
 * true, and appends the one command that sets it up. */
bool keep_advice(const struct app *app, const struct profile_list *list,
    int64_t now, struct buffer *out);

#endif
