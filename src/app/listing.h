/*
 * listing: the profiles of a store, as they are listed: read from their files
 * where there are few, and where there are many, from the index, which is
 * compared with the files (storage/index).
 *
 * Profiles are known by their place, in the order of names.
 */
#ifndef APP_LISTING_H
#define APP_LISTING_H

#include "app/app.h"
#include "storage/index.h"

/* What was read, and found out by it. */
struct listing_seen {
	struct profile **profile;	/* by place; NULL: not read */
	bool changed;		/* what listing_view() says of some */
	bool gone;		/* one of them has gone: to be loaded anew */
};

struct listing {
	struct app *app;
	size_t count;
	struct profile_list few;	/* all, where there are few */
	struct index *index;		/* NULL there */
	struct listing_seen *seen;	/* NULL there */
	struct targets targets;
	size_t verified;	/* places below are as their files say */
};

/* Loads it. All that is in memory of @old goes over to @listing, which saves
 * reading; @old may be NULL, and is as it was on failure. The caller calls
 * listing_release(). */
int listing_load(struct app *app, struct listing *listing,
    struct listing *old, struct error *err);
void listing_release(struct listing *listing);

const char *listing_name(const struct listing *listing, size_t at);
bool listing_find(const struct listing *listing, const char *name,
    size_t *at);

/* The profile as its files say, read at the latest now, with the targets that
 * show it. One that has gone is a damaged one, and @seen->gone. It belongs to
 * the listing. NULL: out of memory. */
const struct profile *listing_get(const struct listing *listing, size_t at);

/* What is known of it without looking: it was read before, or is filled into
 * @view from the index. Not to be changed or released. */
const struct profile *listing_view(const struct listing *listing, size_t at,
    struct profile *view);

/* The same, but as its files say; the one from the index has its targets, too,
 * so that listing_drop() is called. NULL when it has gone. */
const struct profile *listing_verified(struct listing *listing, size_t at,
    struct profile *view);
void listing_drop(const struct profile *profile, struct profile *view);

/* Compares profiles with their files for about @ms; true when it is done. */
bool listing_verify(struct listing *listing, int ms);
bool listing_is_verified(const struct listing *listing);

/* True if a profile has gone: then listing_load() is to be called. */
bool listing_is_old(const struct listing *listing);

/* True, once, when what listing_view() says has changed. */
bool listing_has_changed(struct listing *listing);

/* Writes the index where it has changed, and may be written; the last thing
 * that is done with a listing that is old. */
void listing_save(struct listing *listing);

/* True if a login is to be renewed now; what app/keep would do. */
bool listing_is_due(const struct listing *listing, int64_t now);

/* How many columns names, accounts and plans take, at most. */
void listing_widths(const struct listing *listing, int *name, int *email,
    int *plan);

#endif
