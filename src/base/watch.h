/*
 * watch: noticing that files change.
 *
 *	struct pollfd wait = { watch_fd(watch), POLLIN, 0 };
 *
 *	poll(&wait, 1, watch_interval_ms(watch));
 *	if (watch_changed(watch))
 *		... look at the files
 *
 * Two ways at once. The system tells of what happens in the directories of the
 * files (inotify), so that nobody waits; and every time it is asked, the watch
 * compares what stat() says of each file with what it said before, for what the
 * system does not tell: writes of another host on NFS, a full queue, a
 * directory that was exchanged together with those above it. Without inotify
 * the second way is all there is, and it is asked more often.
 *
 * A change may be told twice, and one that the caller made itself is told as
 * well. A file that is written and stays open is only noticed by the second
 * way: databases and logs in the same directory would wake the caller for every
 * write. Permissions are no change. Nothing is opened, so nothing blocks.
 */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stdbool.h>

#include "base/error.h"

struct watch;

/* Watches nothing yet. Where inotify is not to be had, or not any more (each
 * user has a limited number), it only polls. NULL: out of memory. */
struct watch *watch_open(struct error *err);

/* For hosts without inotify, and for tests of what they get. */
struct watch *watch_open_polling(struct error *err);

void watch_close(struct watch *watch);	/* NULL is fine */

/*
 * Watches what happens to the file @path (made, written, replaced, removed), by
 * watching its directory; where that is not there yet, its nearest ancestor
 * that is. Of a symbolic link, the directory of what it points to is watched,
 * too. It need not exist. The path is copied; twice is fine. What the file is
 * now is what it is compared with. -1: out of memory.
 */
int watch_add(struct watch *watch, const char *path, struct error *err);

/* Forgets all paths, and what happened to them. */
void watch_clear(struct watch *watch);

/* Readable when something happened in a watched directory, not only to a file
 * that is watched: ask watch_changed(). -1: poll only. */
int watch_fd(const struct watch *watch);

/* How often watch_changed() should be asked anyway: every 30 s; every second
 * without inotify, or where it cannot watch one of the directories. */
int watch_interval_ms(const struct watch *watch);

/* Takes what the descriptor has, and watches directories that came meanwhile;
 * true when something happened to a watched file since it was last asked. */
bool watch_changed(struct watch *watch);

#endif
