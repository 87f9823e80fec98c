/*
 * skew: how far the clock of this machine was off when the issuer last told the
 * time, so that it can be said later: STORE/.chatelaine/clock.json.
 *
 * There is a record only while the clock is off. Nothing depends on it.
 */
#ifndef STORAGE_SKEW_H
#define STORAGE_SKEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/store.h"

/* A clock that is off by no more is right; s: what tells it has whole
 * seconds, and is on its way for some. */
#define SKEW_TOLERANCE 30

struct skew {
	int64_t ahead;		/* the issuer's clock, of ours; s */
	int64_t at;		/* of ours, when it told; s since 1970 */
};

/* True when a clock is off by so much. */
bool skew_matters(int64_t ahead);

/* Keeps it; or takes the record away when that is no skew that matters. */
int skew_save(struct store *store, const struct skew *skew,
    struct error *err);

/* ERROR_NOT_FOUND: the clock was right, or nobody told. */
int skew_load(const struct store *store, struct skew *skew,
    struct error *err);

#endif
