/*
 * stamp: whether a file is still the one that was read, by one stat().
 *
 * A number made of what stat() says: another one when the file was replaced,
 * written, linked or given other permissions since.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stdint.h>

/* Equal to nothing, not even to itself: the file was changed so recently that
 * one more change might not show, as file systems count time in steps. */
#define STAMP_NEVER ((uint64_t)0)

/* Of what is not there. */
#define STAMP_NONE ((uint64_t)1)

uint64_t stamp_of(const struct stat *st);

/* Of @path below @dir: the link itself, not what it leads to. */
uint64_t stamp_at(int dir, const char *path);

/* Of both together. */
uint64_t stamp_join(uint64_t a, uint64_t b);

/* True if both are of one and the same state. */
bool stamp_is(uint64_t a, uint64_t b);

#endif
