/*
 * kept: the answer of a server, written down as it comes: into the room that
 * was made for it before anything was sent. It may hold the only copy of a new
 * refresh token.
 *
 * The file begins with the status, as "HTTP 200\n" (storage/pending reads it).
 */
#ifndef OAUTH_KEPT_H
#define OAUTH_KEPT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct kept {
	int fd;			/* not ours to close; -1: nothing is kept */
	off_t start;		/* where in it the answer goes */
	bool has_status;
	bool failed;		/* not all of it could be written down */
};

void kept_begin(struct kept *kept, int fd);

/* Adds what came, as soon as it comes. A failure stops nothing, since
 * kept_end() has it all. */
void kept_add(struct kept *kept, long status, const char *data, size_t length);

/* The whole answer came, or no more will: where some of it could not be written
 * down, writes all of it once more, a few times, and syncs. False: it is not
 * all there. */
bool kept_end(struct kept *kept, long status, const char *data,
    size_t length);

#endif
