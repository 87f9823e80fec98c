/*
 * child: one run of chatelaine-oauth, the only program with a network.
 *
 * One child per operation. It is in a process group of its own, so that a
 * Ctrl-C meant for us does not cut off an answer that is on its way. It ends by
 * itself when it has nothing more to say, when a poll finds that we are gone,
 * or by child_end(); it never outlives an operation otherwise.
 */
#ifndef OAUTH_CHILD_H
#define OAUTH_CHILD_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "oauth/message.h"

struct child {
	pid_t pid;		/* 0: none */
	int input;		/* its standard input, held open */
	int output;		/* its events; poll this for reading */
	struct buffer line;
};

#define CHILD_INIT { 0, -1, -1, BUFFER_INIT }

/* Which descriptors the child gets besides its own; -1 for none. */
struct child_files {
	int answer;		/* becomes MESSAGE_ANSWER_FD */
	int lock[2];		/* stay locked while it lives */
	bool quiet;		/* no standard error: a screen is open */
};

/* Starts @program and sends it @request. On failure (-1) nothing runs. */
int child_start(struct child *child, const char *program,
    const struct message_request *request, const struct child_files *files,
    struct error *err);

/* What child_read() returns where it is neither an event nor none. */
#define CHILD_CLOSED (-1)	/* it said all it had to say */
#define CHILD_CONFUSED (-2)	/* nonsense, or it cannot be heard */

/* Reads what there is, without waiting. Returns 1 and an event, 0 when there
 * is none yet, or CHILD_CLOSED or CHILD_CONFUSED. */
int child_read(struct child *child, struct message_event *event,
    struct error *err);

/* Hands it an address that a person pasted: 0, or -1 when it is too long or
 * nobody reads any more. */
int child_paste(struct child *child, const char *address, struct error *err);

/* Kills it if it still runs, collects it, closes and wipes everything. */
void child_end(struct child *child);

#endif
