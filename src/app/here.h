/*
 * here: the profile that a command is about when nobody names one.
 *
 * A directory names one in a file, HERE_FILE, for itself and what is below it.
 * Such a file comes with what was cloned or unpacked, too, so it is believed
 * only after a person has said so (storage/trusted). Without one, it is the
 * profile that all programs show which show one.
 */
#ifndef APP_HERE_H
#define APP_HERE_H

#include <sys/types.h>

#include "app/app.h"
#include "base/digest.h"

#define HERE_FILE ".chatelaine-profile"

/* Such a file, as it was read: one line, the name of a profile. */
struct here {
	char *path;		/* owned; absolute, no link in its directory */
	char name[STORE_NAME_MAX + 1];
	char digest[DIGEST_SIZE];	/* of all that is in it */
	uid_t uid;		/* whose it is: ours or root's */
};

#define HERE_INIT { NULL, "", "", 0 }

/*
 * The file in @dir; for NULL, the nearest one from the working directory up, to
 * the home directory or the root. 1 when there is one, 0 when there is none.
 * ERROR_REFUSED, with what is wrong with it, for one that may not be what its
 * owner wrote: a link, of another user, writable by others, not one name. The
 * caller calls here_release() in any case.
 */
int here_find(const char *dir, struct here *here, struct error *err);
void here_release(struct here *here);

/* Has the file that here_find() finds believed, as it is now. ERROR_NOT_FOUND
 * where there is none. */
int here_trust(struct app *app, const char *dir, struct here *here,
    struct error *err);

/* The profile: 1, and @from, appended to, is the file that says so, or "" where
 * programs do; 0 where nothing names one. ERROR_REFUSED with what to do, for a
 * file that is not trusted; ERROR_NOT_FOUND where programs show several. */
int here_choose(struct app *app, char name[STORE_NAME_MAX + 1],
    struct buffer *from, struct error *err);

#endif
