/*
 * lock: who may change what, one process at a time.
 *
 * flock(2) on files under STORE/.chatelaine/locks/ that are never removed or
 * renamed. A lock belongs to the open file: it ends when the last process that
 * holds the descriptor ends, however it ends. The descriptor is close-on-exec;
 * oauth/child hands it on to the network program on purpose, so that nobody
 * sends a refresh token a second time while the first answer may still come,
 * even when the one who asked was killed.
 *
 * Order: the profile's lock first, then the store's, then LOCK_TARGETS;
 * LOCK_AUDIT last, and nothing is waited for with it. Of two profiles, the one
 * whose name sorts first.
 */
#ifndef STORAGE_LOCK_H
#define STORAGE_LOCK_H

#include <stdbool.h>

#include "base/error.h"
#include "storage/store.h"

/* In place of a profile's name: the lock under which refresh tokens are spent,
 * one at a time over the whole store. */
#define LOCK_SPEND NULL

/* The lock under which programs' files and the list of targets are written:
 * for milliseconds, never across the network. */
#define LOCK_TARGETS "%targets"

/* Held by audit_add() for the time that a line takes. */
#define LOCK_AUDIT "%audit"

/* Held by `chatelaine keep` as long as it runs. */
#define LOCK_KEEP "%keep"

/* Under which the index is written. */
#define LOCK_INDEX "%index"

/* Under which the register of spent tokens is put aside. */
#define LOCK_SPENT "%spent"

/* How long the command line waits for a lock, in ms: longer than one network
 * operation may take. */
#define LOCK_WAIT_MS 20000

/* How long the interface does: longer than somebody takes to look whether a
 * lock is held, shorter than a person notices. ms. */
#define LOCK_GLANCE_MS 60

/* How long to sleep between two tries, in ms. */
#define LOCK_RETRY_MS 20

/*
 * Takes the lock of profile @name, or one of the above. Returns a descriptor,
 * which the caller closes to release it, or -1: ERROR_BUSY with the holder's
 * pid, or ERROR_FAILED where locks cannot be made; then nothing may be spent.
 */
int lock_try(struct store *store, const char *name, struct error *err);

/* True if somebody holds it. Takes nothing and makes nothing. */
bool lock_is_held(const struct store *store, const char *name);

/* As above, trying for @wait_ms, or until somebody wants us to stop. */
int lock_take(struct store *store, const char *name, int wait_ms,
    struct error *err);

/* Sleeps until the next try. ERROR_INTERRUPTED when a signal came meanwhile
 * that wants us to stop (store_set_interrupt()): one that came before was about
 * what is being brought to its end now. */
int lock_pause(const struct store *store, struct error *err);

#endif
