/*
 * sandbox: what this process gives up for good, and its children with it.
 *
 * By Landlock, which is Linux only and of which each kernel knows a part: what
 * it does not know stays allowed, and no failure is an error. What was opened
 * before stays open. A kernel without it, or another system, is ABI 0.
 *
 * Besides what is named below, a process in a sandbox cannot look into those
 * outside of it: the environments of other programs are closed to it.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

enum sandbox_part {
	SANDBOX_READING,	/* of files and directories */
	SANDBOX_WRITING,	/* of files and into directories */
	SANDBOX_PROGRAMS,	/* starting any */
	SANDBOX_TRUNCATION,	/* of a file by its name */
	SANDBOX_TCP,		/* listening; connecting but to listed ports */
	SANDBOX_DEVICES,	/* controlling one, by ioctl() */
	SANDBOX_PROCESSES,	/* signals to others, and abstract sockets */
	SANDBOX_PARTS
};

#define SANDBOX_PART(part) (1u << (part))
#define SANDBOX_ALL (SANDBOX_PART(SANDBOX_PARTS) - 1)

/* What the programs leave themselves in an instrumented build: sanitizers and
 * coverage write files, and start what makes them readable. */
#ifdef CHATELAINE_INSTRUMENTED
#define SANDBOX_REPORTS (SANDBOX_PART(SANDBOX_READING) | \
	SANDBOX_PART(SANDBOX_WRITING) | SANDBOX_PART(SANDBOX_PROGRAMS) | \
	SANDBOX_PART(SANDBOX_TRUNCATION))
#else
#define SANDBOX_REPORTS 0u
#endif

struct sandbox {
	unsigned int parts;	/* of SANDBOX_PART(): what is given up, but */
	const char *const *path;	/* these stay readable, */
	size_t paths;
	const char *writable;		/* and this one writable; NULL: none */
	const uint16_t *port;		/* and these may be connected to */
	size_t ports;
};

/* Paths go for what is below them as well; one that leads nowhere is none.
 *
 * Gives it up, and the rights of set-user-ID programs too. Returns which parts
 * are now in force: 0 where there is no Landlock. Call it before there is a
 * second thread, which would stay as it is. */
unsigned int sandbox_enter(const struct sandbox *sandbox);

/* What the kernel knows of Landlock: its ABI, 0 for nothing. */
int sandbox_abi(void);

/* Those of @parts that a kernel of that ABI enforces. */
unsigned int sandbox_enforced(unsigned int parts, int abi);

/* Its word, as in JSON; for people by _(): "reading". */
const char *sandbox_word(enum sandbox_part part);

#endif
