/*
 * json: cJSON, hardened.
 *
 * cJSON by itself takes trailing bytes, duplicate keys, invalid UTF-8 and
 * \u0000 (which cuts a string short), looks keys up without regard to case,
 * and frees without wiping. A credential must not be read two ways, so none
 * of that gets past json_parse().
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct json;

/* Makes cJSON wipe what it frees. Once, before anything else here. */
void json_init(void);

/*
 * Reads one value (RFC 8259). Refused: anything behind it, nesting over 32,
 * an object of more than 512 members or with a key twice, invalid UTF-8, NUL,
 * \u0000 and lone surrogates. The caller frees the result. NULL on failure:
 * ERROR_FAILED and "not valid JSON" or "out of memory"; the text never quotes
 * the input, which may hold a secret.
 */
struct json *json_parse(const char *data, size_t length, struct error *err);
void json_free(struct json *json);

/*
 * Looking things up. A missing key, another type, or a @json that is NULL all
 * give NULL, false or -1: a reader asks for what it needs and checks once. What
 * is returned belongs to @json. json_is_absent(): not there, or null.
 */
const struct json *json_get(const struct json *object, const char *key);
const char *json_string(const struct json *object, const char *key);
bool json_is_absent(const struct json *object, const char *key);
bool json_bool(const struct json *object, const char *key);
bool json_is_object(const struct json *json);
bool json_is_null(const struct json *json);

/* The members of an object or array, one by one; NULL at the end. */
const struct json *json_first(const struct json *json);
const struct json *json_next(const struct json *member);

/* An integer in +-2^53; *@value is left alone on failure (-1). */
int json_integer(const struct json *object, const char *key, int64_t *value);

/* Any finite number, whole or not. */
int json_number(const struct json *object, const char *key, double *value);

/* As json_integer() for a number that some servers send as a string of
 * digits. */
int json_integer_liberal(const struct json *object, const char *key,
    int64_t *value);

/*
 * Building. Like a buffer, a value that ran out of memory says so when it is
 * printed, not before. A NULL string is null. What json_set_object() and
 * json_append_object() return belongs to the parent.
 */
struct json *json_object(void);
void json_set_string(struct json *object, const char *key, const char *value);
void json_set_buffer(struct json *object, const char *key,
    const struct buffer *value);
void json_set_integer(struct json *object, const char *key, int64_t value);
void json_set_bool(struct json *object, const char *key, bool value);
void json_set_null(struct json *object, const char *key);
struct json *json_set_object(struct json *object, const char *key);
struct json *json_set_array(struct json *object, const char *key);
struct json *json_append_object(struct json *array);
void json_append_string(struct json *array, const char *value);

/* Moves into @object what @old has and @object lacks: what a newer version
 * wrote outlives an older one's rewriting. @old keeps the rest. */
void json_keep(struct json *object, struct json *old);

enum json_style { JSON_LINE, JSON_PRETTY };

/*
 * Appends @json as text in ASCII (everything else is \u-escaped, so no text
 * in it can reach a terminal as more than it is): on one line, or pretty with
 * two spaces. No newline at the end. Frees @json, which may be NULL: that is
 * the object that could not be allocated. Returns 0, or -1: out of memory.
 */
int json_print(struct json *json, enum json_style style, struct buffer *out,
    struct error *err);

#endif
