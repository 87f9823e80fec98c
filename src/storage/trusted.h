/*
 * trusted: files that a person has said are to be believed:
 * STORE/.chatelaine/trusted/HASH, of which HASH is the SHA-256 of the path.
 *
 * A record has the owner and the SHA-256 of what stood in the file, so that one
 * of other content, or of somebody else, is not believed any more. No secret.
 */
#ifndef STORAGE_TRUSTED_H
#define STORAGE_TRUSTED_H

#include <sys/types.h>

#include "base/digest.h"
#include "base/error.h"
#include "storage/store.h"

enum trusted { TRUSTED_NEVER, TRUSTED_CHANGED, TRUSTED_AS_IT_IS };

/* Whether the file at the absolute @path is the one that was trusted, by the
 * @digest of its content and its owner @uid. -1: that cannot be told. */
int trusted_look(const struct store *store, const char *path, uid_t uid,
    const char *digest, enum trusted *trusted, struct error *err);

/* From now on it is. */
int trusted_save(struct store *store, const char *path, uid_t uid,
    const char *digest, struct error *err);

#endif
