/*
 * pending: reserve before you spend.
 *
 * Before a single-use secret is sent, there is a file that says so and has
 * room for the answer: STORE/.chatelaine/pending/NAME, made, filled and synced
 * first. The network program writes the server's raw answer into it before it
 * tells anybody. So there is no instant at which a new refresh token is only
 * in memory once it has arrived, and whoever starts next finds either
 *
 *	no such file		nothing was under way
 *	an answer in it		which is completed (app/adopt)
 *	no whole answer in it,	sent, or about to be: the login is in doubt
 *	or it is damaged
 *
 * A sign-in under a name has a record of its own (NAME~login), so that it does
 * not cover the record of a renewal in doubt.
 *
 * The file: one line of JSON (the intent), padded with NULs to
 * PENDING_ANSWER_AT; then "HTTP 200\n" and the body as it came; then NULs.
 *
 * All but pending_is_in_doubt() want the profile's lock held.
 */
#ifndef STORAGE_PENDING_H
#define STORAGE_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "storage/store.h"

#define PENDING_ANSWER_AT 4096

/* Room for the answer: more than the network program takes from a server. */
#define PENDING_ROOM ((size_t)96 * 1024)

enum pending_operation {
	PENDING_LOGIN,		/* an authorization code, for a new chain */
	PENDING_REFRESH		/* the refresh token of @generation */
};

struct pending {
	enum pending_operation operation;
	int64_t generation;	/* PENDING_REFRESH: what was sent */
	int64_t at;
	int64_t attempts;	/* how often that token was sent, with this */
	bool replace;		/* PENDING_LOGIN: may displace another login */
	char *issuer;		/* owned */
	char digest[DIGEST_SIZE];	/* of the token that was sent; "":
					 * not known */
	struct buffer answer;	/* pending_load(): empty when none came */
	bool damaged;		/* it failed, since this is no record */
};

/* Makes the file, or makes it anew for one more attempt. Returns a descriptor
 * positioned where the answer goes, or -1: then nothing may be sent. The
 * intent's @answer is not looked at. Whoever has the descriptor, and so the
 * network program, also has a lock (flock) on the record itself: it holds even
 * when somebody removes the files of storage/lock. */
int pending_reserve(struct store *store, const char *name,
    const struct pending *intent, struct error *err);

/* 1 while somebody may still write an answer into the record, 0 if nobody may;
 * -1: that cannot be told just now, and it must stay. */
int pending_is_busy(const struct store *store, const char *name,
    enum pending_operation operation, struct error *err);

/* Removes what a killed pending_reserve() left. */
void pending_sweep(const struct store *store, const char *name);

/* Reads it. ERROR_NOT_FOUND: nothing is pending; ERROR_FAILED: it cannot be
 * read, just now (error_is_passing()) or ever. The caller calls
 * pending_release() in any case. */
int pending_load(const struct store *store, const char *name,
    enum pending_operation operation, struct pending *pending,
    struct error *err);
void pending_release(struct pending *pending);

int pending_remove(const struct store *store, const char *name,
    enum pending_operation operation, struct error *err);

/* The record of a renewal goes with its profile to the name @to. That there is
 * none is no failure. */
int pending_rename(struct store *store, const char *name, const char *to,
    struct error *err);

/* The path of the file, for messages: where an answer is safe. */
void pending_path(const struct store *store, const char *name,
    enum pending_operation operation, struct buffer *path);

/* The names of all profiles with something pending; a name may come twice. */
int pending_list(const struct store *store, struct store_names *names,
    struct error *err);

/* 1 when the token of @generation was sent, nobody waits for the answer any
 * more, and none was taken in, or the record is damaged; else 0. -1: that
 * cannot be told just now (error_is_passing()). */
int pending_is_in_doubt(const struct store *store, const char *name,
    int64_t generation, struct error *err);

#endif
