/*
 * secret: memory and processes that hold tokens.
 *
 * A token lives as briefly as it can. What may have held one is freed by the
 * functions below, which overwrite it first.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <sys/types.h>
#include <sys/resource.h>

#include <stddef.h>

/* Overwrites @size bytes in a way that no compiler leaves out. */
void secret_wipe(void *memory, size_t size);

/* Overwrites and frees a string, and sets it to NULL. NULL is fine. */
void secret_free(char **string);

/* A malloc() and a free() that overwrites: for libraries that take hooks. */
void *secret_allocate(size_t size);
void secret_release(void *memory);

/* What a process was given, before it was hardened. */
struct secret_limits {
	mode_t umask;
	struct rlimit core;
};

/* Keeps this process out of core dumps and debuggers (RLIMIT_CORE 0 and, on
 * Linux, PR_SET_DUMPABLE 0; best effort), and what it makes out of the hands of
 * others (umask 077). Call before the first secret. @before, or NULL, tells
 * what was there. */
void secret_harden_process(struct secret_limits *before);

/* For the moment in which a program is started that is not ours, and holds no
 * secret of ours: gives it what we were given. Then harden again. */
void secret_give_back(const struct secret_limits *before);

#endif
