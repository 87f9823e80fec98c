/*
 * remove: forgetting a login here, and bringing it back. Signing out at the
 * issuer is app/job's.
 */
#ifndef APP_REMOVE_H
#define APP_REMOVE_H

#include "app/app.h"
#include "storage/lock.h"

/* How long to wait for a lock, in ms: a command, and the interface, which must
 * not stand still. */
#define REMOVE_WAIT_MS LOCK_WAIT_MS
#define REMOVE_GLANCE_MS LOCK_GLANCE_MS

/* Forgets profile @name: moves it to the backups, or, @purge, deletes it
 * for good, with its older backups. Waits @wait_ms for its lock. */
int remove_profile(struct app *app, const char *name, bool purge, int wait_ms,
    struct error *err);

/* Appends what programs lose when @profile, as app/shown completed it, is
 * forgotten, or, @sign_out, signed out: sentences; nothing where they lose
 * nothing. */
void remove_add_loss(const struct profile *profile, bool sign_out,
    struct buffer *out);

/* Brings back what was forgotten last: @name was its name, @as is the name
 * that it has now, another one where @name is taken again. */
int remove_undo(struct app *app, int wait_ms, char name[STORE_NAME_MAX + 1],
    char as[STORE_NAME_MAX + 1], struct error *err);

#endif
