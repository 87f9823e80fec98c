/*
 * running: which programs run that may hold an old login in memory.
 *
 * A program reads its login when it starts and keeps it. Who exchanges the file
 * tells the person which programs to start anew. It is advice: what cannot be
 * told is told rather once too often.
 */
#ifndef APP_RUNNING_H
#define APP_RUNNING_H

#include <stddef.h>
#include <stdint.h>

#include "formats/consumer.h"

/* One process of this user that runs the program @name, which is one of the
 * names of the table, not what the process calls itself. */
struct running {
	long pid;
	char name[32];
	int64_t began;		/* seconds since 1970, give or take one, or
				 * TIME_UNKNOWN */
};

/*
 * Puts into @list (at most @most) what runs of @consumer's programs and looks
 * for its login in the directory @dir (absolute; links are followed; NULL:
 * whichever), and returns how many. Only processes of the same user (as root:
 * of root), never our own. Known by argv[0], or by the script that an
 * interpreter runs; a version or a platform may follow the name
 * ("codex-x86_64-unknown-linux-musl" is codex). Which directory, its
 * environment at its start tells; where that cannot be read, or does not tell,
 * the process counts. Without /proc: nothing.
 */
size_t running_find(const struct consumer *consumer, const char *dir,
    struct running *list, size_t most);

#endif
