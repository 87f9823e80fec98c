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

/* Whether it would, as far as can be told without changing anything. */
int volume_check(struct app *app, const char *name, uid_t uid,
    struct error *err);

/* The number of a user, as a person wrote it. ERROR_USAGE. */
int volume_parse_uid(const char *text, uid_t *uid, struct error *err);

/*
 * Understands a line of a list, without its end: TENANT/USER, and the number of
 * its user, by default *@uid. 1; 0 for one that is empty or begins with "#".
 * ERROR_USAGE for what is neither; whether there may be such a volume is not
 * looked at.
 */
int volume_parse(const char *line, size_t length,
    char name[STORE_NAME_MAX + 1], uid_t *uid, struct error *err);

#endif
