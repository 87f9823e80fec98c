/*
 * record: the JSON files of a profile, as far as they are alike.
 */
#ifndef STORAGE_RECORD_H
#define STORAGE_RECORD_H

#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

/* The schema that is written, and the newest that is understood. */
#define RECORD_SCHEMA 1

/* Reads and parses @file of at most @most bytes below @dir, and checks that it
 * is an object with a schema that we know. NULL on failure; the text names the
 * file. @facts may be NULL. */
struct json *record_read(int dir, const char *file, size_t most,
    struct file_facts *facts, struct error *err);

/* Writes @object, which it frees, atomically. */
int record_write(int dir, const char *file, struct json *object,
    struct error *err);

/* Copies a string member into *@to, which the caller frees; one that is
 * missing or empty is NULL, and no failure. */
int record_copy(char **to, const struct json *from, const char *key,
    struct error *err);

/* A point in time, as RFC 3339; TIME_UNKNOWN is null. */
int64_t record_time(const struct json *object, const char *key);
void record_set_time(struct json *object, const char *key, int64_t when);

#endif
