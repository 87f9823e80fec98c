/*
 * spent: which refresh tokens were spent, so that none is sent again that comes
 * back in an older copy of a profile's file: STORE/.chatelaine/spent.
 *
 * A line for each: when, a space, and the SHA-256 of the token, never the
 * token. With SPENT_MOST lines the file is put aside as spent.1, in the place
 * of the one before, so that the newest SPENT_MOST are known at least. A token
 * is put in when its successor has come, or another chain of the same login in
 * its place, never before: one that may be alive, and is in use, is not in it.
 * A line that cannot be read is none; files that are damaged know nothing, and
 * are begun anew. Needs no lock of the caller's.
 */
#ifndef STORAGE_SPENT_H
#define STORAGE_SPENT_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "storage/store.h"

#define SPENT_MOST 2048

/* Below the store's "."; and the one that was put aside. */
#define SPENT_FILE "spent"
#define SPENT_OLDER "spent.1"

/* Puts in the token with this digest (base/digest), if it is not in there,
 * and syncs it. */
int spent_add(struct store *store, const char *digest, int64_t at,
    struct error *err);

/* 1 if @token was spent; @at, which may be NULL, is when: Unix time. 0 if that
 * is not known. -1: it cannot be told just now (error_is_passing()), and then
 * the token must not be sent. */
int spent_find(const struct store *store, const char *token, int64_t *at,
    struct error *err);

#endif
