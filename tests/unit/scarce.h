/*
 * Memory that runs out, for a program that is linked with $(SCARCE).
 *
 * "No memory" is an error like others, wherever it happens: what is tried with
 * one allocation that fails, and then with the next, says so and nothing else.
 */
#ifndef SCARCE_H
#define SCARCE_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

/* Allocations that are still made before one is not; -1: all are made. */
static long scarce_left = -1;

static bool
runs_out(void)
{
	return scarce_left >= 0 && scarce_left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return runs_out() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return runs_out() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return runs_out() ? NULL : __real_realloc(old, size);
}

char *
__wrap_strdup(const char *text)
{
	return runs_out() ? NULL : __real_strdup(text);
}

/* Whether one was not made since with_scarce_memory() called. From here on all
 * are. */
static bool scarce_failed;

static bool
ran_out(void)
{
	scarce_failed = scarce_left < 0;
	scarce_left = -1;
	return scarce_failed;
}

/* Calls @try, which asks ran_out() behind what it tries: with each allocation
 * of that failing once, and then with none. */
static void
with_scarce_memory(void (*try)(void))
{
	long n = 0;

	do {
		scarce_left = n++;
		try();
	} while (scarce_failed);
}

#endif
