/*
 * intake: taking a login in from a program's file.
 *
 * The store has the chain first; then the file's copy goes, by a view that
 * takes its place. In between there is a record (storage/move) by which
 * app/settle completes what was cut off.
 */
#ifndef APP_INTAKE_H
#define APP_INTAKE_H

#include <stdbool.h>

#include "app/app.h"
#include "app/look.h"
#include "app/place.h"

/* What is wanted, and what came of it. */
struct intake {
	/* A login of nobody known becomes a profile: of this name, or, NULL,
	 * of one made from its e-mail. False: it is refused. */
	bool make;
	const char *as;
	const char *held;	/* the profile whose lock the caller holds */
	bool home;		/* it is @held's own, that was lent */
	/* The profile that this login is of; its lock, -1 if the caller has
	 * it. */
	char name[STORE_NAME_MAX + 1];
	int lock;
	bool taken;		/* the store has these tokens now */
	bool created;		/* the profile is new */
};

#define INTAKE_INIT { false, NULL, NULL, false, "", -1, false, false }

/*
 * Takes in what stands at @place (LOOK_LOGIN), as far as it is newer than what
 * the store has of the same login. LOCK_TARGETS is held. 0: nothing is lost
 * when the file is overwritten now, after which intake_end() follows. -1:
 * ERROR_REFUSED, it must not be overwritten; ERROR_BUSY, somebody is at work on
 * that profile.
 */
int intake_begin(struct intake *intake, struct app *app,
    const struct place *place, struct look *look, struct error *err);

/* 1 if what stands in a file (LOOK_LOGIN) serves better than the tokens that
 * the store has of the same login; else 0. -1: that cannot be told just now,
 * so that the file must stay as it is. */
int intake_is_better(struct app *app, const struct profile *profile,
    const struct look *look, struct error *err);

/* The same where nobody asked: a login in doubt may well be alive, and makes
 * way for a newer one only, not for any that its program has. */
int intake_is_better_unasked(struct app *app, const struct profile *profile,
    const struct look *look, struct error *err);

/* 1 if it is the very refresh token that the store has, 0 if not; -1: that
 * cannot be told just now. */
int intake_is_same_chain(struct app *app, const char *name,
    const struct look *look, struct error *err);

/* ERROR_BUSY while a program runs that may be renewing the login that @look saw
 * at @place: whoever writes there then makes it lose the answer. */
int intake_check_renewal(const struct place *place, const struct look *look,
    struct error *err);

/* The file's copy is gone. */
void intake_end(struct intake *intake, struct app *app);

/* Releases the lock. Always called; without intake_end() before, what was taken
 * in is completed at the next start. */
void intake_release(struct intake *intake);

#endif
