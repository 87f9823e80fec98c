/*
 * adopt: taking a kept answer of the issuer into the store.
 *
 * There is one way for tokens into the store, and it starts from the answer
 * that storage/pending kept. It is the same right after the answer came and at
 * the next start after a kill, and may be cut off and begun again anywhere: so
 * what is done every day is also what repairs.
 */
#ifndef APP_ADOPT_H
#define APP_ADOPT_H

#include "app/app.h"
#include "base/error.h"

/*
 * Completes the renewal pending for @name, whose lock is held: 0 when its new
 * tokens are in the store. -1 otherwise:
 *	ERROR_NEEDS_LOGIN	refused for good, which is noted in the profile
 *	ERROR_UNAVAILABLE	not now; or in doubt, then it stays pending
 *	ERROR_REFUSED		the answer was of another login, which was
 *				kept as a profile of its own
 *	ERROR_FAILED		not written; the text says where the answer is
 */
int adopt_refresh(struct app *app, const char *name, struct error *err);

/*
 * Completes the sign-in pending for @name, whose lock is held. @saved is the
 * name of the profile that has the login now: @name, or on ERROR_REFUSED
 * another one, since @name is somebody else's.
 */
int adopt_login(struct app *app, const char *name,
    char saved[STORE_NAME_MAX + 1], struct error *err);

/*
 * Does either, as far as there is an answer, for @name, whose lock is held, and
 * clears away what a killed process left. It comes before anything else that is
 * done with a profile: an old answer must not be written over a newer one, and
 * an answer with tokens in it that cannot be taken in now must not be
 * overwritten. In that case -1 and the reason, and nothing else may be done;
 * ERROR_BUSY when the answer may still come, for its sender lives. Whatever
 * else goes wrong shows in the profile's status.
 */
int adopt_pending(struct app *app, const char *name, struct error *err);

/* The same for all that is pending and that nobody is at work on. */
void adopt_all(struct app *app);

#endif
