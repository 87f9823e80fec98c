/*
 * waiting: a sign-in that waits for its approval, while its code lives:
 * STORE/.chatelaine/waiting/NAME.
 *
 * The code is on a phone by now, so a line that drops must not cost it: whoever
 * starts next goes on with it. The record has what asking for the approval
 * takes, and is a secret for these minutes. It is removed before the approval
 * is exchanged for a login, since that can be done once only.
 *
 * Writing and removing want the profile's lock held.
 */
#ifndef STORAGE_WAITING_H
#define STORAGE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/store.h"

/* No code lives longer; s. */
#define WAITING_LIFETIME 900

struct waiting {
	char *issuer, *device, *code;	/* owned; @device is the issuer's */
	int64_t interval;	/* s between two questions */
	int64_t since, ends;	/* s since 1970 */
	bool replace;		/* may displace another login */
};

#define WAITING_INIT { NULL, NULL, NULL, 0, 0, 0, false }

int waiting_save(struct store *store, const char *name,
    const struct waiting *waiting, struct error *err);

/* ERROR_NOT_FOUND: none waits, or its code has ended by @now; ERROR_FAILED: it
 * cannot be read. The caller calls waiting_release() in any case. */
int waiting_load(const struct store *store, const char *name, int64_t now,
    struct waiting *waiting, struct error *err);
void waiting_release(struct waiting *waiting);

/* How long the code lives: 0 to WAITING_LIFETIME s, whatever was done to the
 * clock since. */
int64_t waiting_left(const struct waiting *waiting, int64_t now);

int waiting_remove(const struct store *store, const char *name,
    struct error *err);

/* Removes what has ended by @now or cannot be read, and what a killed
 * waiting_save() left. */
void waiting_sweep(const struct store *store, const char *name, int64_t now);

/* The names of all with a record, also of one that was never whole; a name may
 * come twice. */
int waiting_list(const struct store *store, struct store_names *names,
    struct error *err);

#endif
