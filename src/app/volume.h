/*
 * volume: directories of a store that containers mount to keep a login in.
 *
 * A program in the container signs in by itself and writes its file there. From
 * then on the directory is a profile that is lent to it; before, it is none.
 */
#ifndef APP_VOLUME_H
#define APP_VOLUME_H

#include <sys/types.h>

#include <stdbool.h>

#include "app/app.h"

/* The user of the images of OpenHands (protocol.md 8.5). */
#define VOLUME_UID 10001

/*
 * Makes the directory @name (TENANT/USER), mode 0700, of user @uid. @made:
 * false if it was there already, as it is to be. Only root makes one for
 * another user, which leaves nothing else of root's in a directory of others.
 *	ERROR_USAGE	@name is no name of that form
 *	ERROR_REFUSED	there is a profile, or a directory of somebody else
 */
int volume_add(struct app *app, const char *name, uid_t uid, bool *made,
    struct error *err);

#endif
