/*
 * lend: giving a whole login, with its refresh token, to one program that
 * renews it itself; and taking it back.
 *
 * The chain is in one file before and after: the store's, or the program's.
 */
#ifndef APP_LEND_H
#define APP_LEND_H

#include "app/app.h"
#include "app/place.h"

/* Moves the chain of @name into the file at @place. ERROR_USAGE: nothing can
 * be lent to that program. Waits @wait_ms for locks. */
int lend_profile(struct app *app, const char *name,
    const struct place *place, int wait_ms, struct error *err);

/* Moves the newest chain of @name home, and leaves a view behind.
 * ERROR_NEEDS_LOGIN: the program does not have it any more; @name is ours
 * again, to be signed in anew. */
int lend_take_back(struct app *app, const char *name, int wait_ms,
    struct error *err);

/* @name, whose lock is held, was signed out: the file that it was lent to goes,
 * if it holds that login still. 0 when it is not lent. */
int lend_discard(struct app *app, const char *name, struct error *err);

/* The program's file has the chain: the store lets go of it. The profile's lock
 * is held. For app/settle. */
int lend_finish(struct app *app, struct profile *profile,
    const struct place *place, struct error *err);

#endif
