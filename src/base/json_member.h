/*
 * json_member: one member of an object changed in its text, the rest of the
 * text kept to the byte.
 *
 * A file that several programs share is not printed anew: numbers that only a
 * double holds, the order, the white space and the line ends are theirs. Which
 * member it is, json_parse() has said, so a key that is written with escapes is
 * not read two ways; here is only found where it stands.
 */
#ifndef BASE_JSON_MEMBER_H
#define BASE_JSON_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

struct json;

/* A text, and the object that json_parse() made of it (json_is_object()). */
struct json_text {
	const char *data;
	size_t length;
	const struct json *object;
};

struct json_span {
	size_t start, length;
};

/* The bytes of the value of a member of the outermost object; false (and
 * 0, 0) when there is none of that name. */
bool json_member_find(const struct json_text *text, const char *key,
    struct json_span *value);

/*
 * Appends the text with @value, which is freed, in place of the member's; or
 * with the member behind the others, written as the last of them is. @value is
 * on lines of its own, indented as its member, when the member begins a line;
 * else on one line. @key has nothing in it that is to be escaped. @span (may
 * be NULL) is where the value stands in what was appended. -1: out of memory.
 */
int json_member_set(const struct json_text *text, const char *key,
    struct json *value, struct buffer *out, struct json_span *span,
    struct error *err);

/* Appends the text without the member and its comma; all of it when there is
 * none of that name. What json_member_set() added goes without a trace, unless
 * there was white space in an empty object. -1: out of memory. */
int json_member_remove(const struct json_text *text, const char *key,
    struct buffer *out, struct error *err);

#endif
