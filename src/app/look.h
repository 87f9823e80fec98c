/*
 * look: what stands at a place, before anything is written there.
 */
#ifndef APP_LOOK_H
#define APP_LOOK_H

#include <stdbool.h>

#include "app/place.h"
#include "base/buffer.h"
#include "base/error.h"
#include "oauth/jwt.h"
#include "storage/profile.h"

/* What a program's file of logins may be. */
#define LOOK_FILE_MAX ((size_t)1024 * 1024)

enum look_kind {
	LOOK_NOTHING,		/* no file, or nothing of ours in it */
	LOOK_OURS,		/* byte for byte what we wrote last */
	LOOK_VIEW,		/* no refresh token in it: nothing to lose */
	LOOK_LOGIN,		/* a chain, of @identity */
	LOOK_FOREIGN		/* never overwritten; @why */
};

struct look {
	enum look_kind kind;
	struct consumer_login login;
	struct identity identity;	/* of its access token; may be empty */
	struct buffer text;		/* the file as it was read */
	struct consumer_span span;	/* what is ours in it */
	/* Where the file really is: behind the links of its path. */
	int dir;		/* -1: not there */
	char *name;		/* in @dir */
	bool there;		/* there is a file */
	struct error why;
};

/* Looks. @digest is that of the bytes we wrote last; NULL or "" for none. Never
 * fails: what cannot be looked at is LOOK_FOREIGN. The caller calls
 * look_release() in any case. */
void look_at(struct look *look, const struct place *place,
    const char *digest);

/* How long a program that has begun to write its file in place may take. */
#define LOOK_WRITER_MS 2000
#define LOOK_STEP_MS 5

/* The same before something is decided by it: a file that is empty has perhaps
 * been emptied by a program that is about to fill it, and is waited for. */
void look_at_filled(struct look *look, const struct place *place,
    const char *digest);

/* The same for the file @name in @dir, which look_release() leaves open. */
void look_at_file(struct look *look, const struct consumer *consumer, int dir,
    const char *name);

void look_release(struct look *look);

/* True if that could not be found out just now: what it is, it may show when
 * looked at again. @why says so. */
bool look_is_unsure(const struct look *look);

/* The same as an error, before something is changed that depends on it. */
int look_check_sure(const struct look *look, struct error *err);

/* True if what stands there is of this profile's person and workspace. */
bool look_is_of(const struct look *look, const struct profile *profile);

#endif
