/*
 * backup: profiles that were forgotten here and may come back.
 *
 * Forgetting moves a profile's directory to STORE/.chatelaine/backups/ by one
 * rename, so its refresh token is in one file before and after. A renewal in
 * doubt goes along: its record (storage/pending) lies in the directory until
 * the profile is brought back. The profile's lock is held by the caller.
 */
#ifndef STORAGE_BACKUP_H
#define STORAGE_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/store.h"

/* Moves @name away. */
int backup_forget(struct store *store, const char *name, struct error *err);

/* Removes @name for good, with what is in it; and, @backups, what was forgotten
 * under that name before. */
int backup_purge(struct store *store, const char *name, bool backups,
    struct error *err);

/* Completes a purge that was cut off. */
void backup_sweep(struct store *store);

/* Gives the name of what was forgotten last, and when, in ms since 1970.
 * ERROR_NOT_FOUND when there is nothing. */
int backup_last(const struct store *store, char name[STORE_NAME_MAX + 1],
    int64_t *at, struct error *err);

/* Calls @each for every profile that could come back, with its directory, what
 * that is called in the part STORE_BACKUPS, and the name that it had; goes on
 * whatever that returns, and past one that cannot be opened. -1: so not all
 * were seen. */
int backup_for_each(const struct store *store, int (*each)(int dir,
    const char *entry, const char *name, void *data), void *data,
    struct error *err);

/* Brings the newest backup of @name back as @as, which may be the same name
 * and whose lock is held. ERROR_REFUSED when there is a profile @as. */
int backup_restore(struct store *store, const char *name, const char *as,
    struct error *err);

#endif
