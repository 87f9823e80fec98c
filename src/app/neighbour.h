/*
 * neighbour: the lock that a program takes when it writes its own file.
 *
 * Held for a comparison and a rename() only: Codex gives up after 5 s of
 * waiting and drops the tokens that it has just fetched (protocol.md 7.4). It
 * is no protection against two renewals: Codex sends first and locks later.
 */
#ifndef APP_NEIGHBOUR_H
#define APP_NEIGHBOUR_H

#include <limits.h>

#include "app/place.h"

#define NEIGHBOUR_LOCKS 2

struct neighbour {
	int fd[NEIGHBOUR_LOCKS];	/* -1: none */
	int dir;			/* of a lock that is a directory */
	char made[NAME_MAX + 1];	/* its name; "" */
};

/* Takes the lock for the file @name in @dir, which @place leads to. Waits for
 * some seconds. -1: ERROR_BUSY, the program is writing. */
int neighbour_lock(struct neighbour *neighbour, const struct place *place,
    int dir, const char *name, struct error *err);
void neighbour_unlock(struct neighbour *neighbour);

/*
 * For programs that lock nothing and write in place: keeps everybody from
 * opening the file @name in @dir for writing, by a lease, until the descriptor
 * that is returned is closed; who tries waits so long. -1 where the system, the
 * file system or the file's owner do not let us, and nobody is kept;
 * NEIGHBOUR_WRITES when somebody has it open for writing.
 */
#define NEIGHBOUR_WRITES (-2)

int neighbour_hold(int dir, const char *name);

/* True if somebody waits to open the file for writing. */
bool neighbour_waits(int lease);

#endif
