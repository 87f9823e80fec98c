/*
 * json_member: changing one member of an object in a text of JSON, the rest of
 * which stays as it is to the byte.
 *
 * For files that are not ours: parsing and printing such a file anew would lose
 * its order, its numbers' spelling and its white space. The text must be an
 * object that json_parse() (base/json) took.
 */
#ifndef BASE_JSON_MEMBER_H
#define BASE_JSON_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/json.h"

/* Where the value of the member @key stands: false when there is none. */
bool json_member_find(const char *text, size_t length, const char *key,
    size_t *start, size_t *size);

/* Appends the text with @value, which it frees, in the place of the member's;
 * or with that member added at the end, in the manner of the text. Where the
 * value stands in @out is put into @start and @size. -1: out of memory. */
int json_member_set(const char *text, size_t length, const char *key,
    struct json *value, struct buffer *out, size_t *start, size_t *size,
    struct error *err);

/* Appends the text without that member. */
void json_member_remove(const char *text, size_t length, const char *key,
    struct buffer *out);

#endif
