/*
 * secret: memory and processes that hold tokens.
 *
 * A token lives as briefly as it can. What may have held one is freed by the
 * functions below, which overwrite it first.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

/* Overwrites @size bytes in a way that no compiler leaves out. */
void secret_wipe(void *memory, size_t size);

/* Overwrites and frees a string, and sets it to NULL. NULL is fine. */
void secret_free(char **string);

/* A malloc() and a free() that overwrites: for libraries that take hooks. */
void *secret_allocate(size_t size);
void secret_release(void *memory);

/* Keeps this process out of core dumps and debuggers (RLIMIT_CORE 0 and, on
 * Linux, PR_SET_DUMPABLE 0; best effort), and what it makes out of the hands of
 * others (umask 077). Call before the first secret. */
void secret_harden_process(void);

#endif
