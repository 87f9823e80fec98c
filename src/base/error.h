/*
 * error: what went wrong, and what the front end does about it.
 *
 * Every function that can fail takes a `struct error *` as its last parameter
 * and returns 0 or -1 (or a pointer or NULL). The pointer may be NULL where the
 * caller does not want to know why. The code is also the exit code of the
 * command line; the text is for people: lower case, the cause first, the next
 * step last, no full stop. A step that only the command line can take stands
 * apart: the interface has keys for it.
 *
 * The text may quote a server, a file or the environment, unfiltered: whoever
 * shows it passes it through base/text first.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error_code {
	ERROR_NONE = 0,
	ERROR_FAILED = 1,	/* anything without a code of its own */
	ERROR_USAGE = 2,	/* the command line, or the config file */
	ERROR_NOT_FOUND = 3,	/* no such profile, or more than one */
	ERROR_NEEDS_LOGIN = 4,	/* only signing in again helps */
	ERROR_UNAVAILABLE = 5,	/* network or issuer; try later */
	ERROR_REFUSED = 6,	/* it would lose or leak a login */
	ERROR_BUSY = 7,		/* another process holds the lock */
	ERROR_INTERRUPTED = 130	/* the person said stop */
};

struct error {
	enum error_code code;
	char text[1024];	/* cut at the end where it is longer */
	char step[400];		/* "renew it: chatelaine refresh x", or "" */
	bool passing;		/* see error_is_passing() */
};

#define ERROR_INIT { ERROR_NONE, "", "", false }

/* Sets code and text (printf style). Returns -1, so that a caller can write
 * `return error_set(...)`. @err may be NULL. */
int error_set(struct error *err, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the next step as a command, to what error_set() said. Returns -1. */
int error_step(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As error_set(), with ": " and the text of errno @number behind. ENOSPC and
 * its like are failures that a person can mend, so the text says what. */
int error_set_errno(struct error *err, int number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The error of a failed allocation. Returns -1. And whether it is that one:
 * what failed for want of memory may be well with more. */
int error_no_memory(struct error *err);
bool error_is_no_memory(const struct error *err);

/* True for that one, and for what else the system may have again later: too
 * many open files, a disk that does not answer. What could not be read because
 * of it is neither damaged nor absent. */
bool error_is_passing(const struct error *err);

/* Gives @why to the caller. Returns -1. @err may be NULL. */
int error_give(struct error *err, const struct error *why);

#endif
