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

/* No record is larger: tokens take up to 16 KiB each (protocol.md section 5,
 * "Sizes"). */
#define RECORD_MAX ((size_t)128 * 1024)

/* Reads and parses @file below @dir, and checks that it is an object with a
 * schema that we know. NULL on failure; the text names the file. @facts may be
 * NULL. */
struct json *record_read(int dir, const char *file, struct file_facts *facts,
    struct error *err);

/* Writes @object, which it frees, atomically. Keys that we do not know stay as
 * they were in the file. */
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
