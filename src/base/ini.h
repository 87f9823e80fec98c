/*
 * ini: a text of lines "KEY = VALUE", with comments and sections. The only file
 * with inih.
 *
 * A comment is a line that begins with # or ;, or what follows a ; behind a
 * space. Space around keys and values does not count, nor does that at the
 * start of a line.
 */
#ifndef BASE_INI_H
#define BASE_INI_H

#include <stddef.h>

#include "base/error.h"

/* A line that says something. @section is "" before the first one. The strings
 * are gone after the call. 0, or -1 with what is wrong with it. */
typedef int ini_take(void *context, const char *section, const char *key,
    const char *value, int line, struct error *err);

/*
 * Gives every line of @text to @take, which gets @context, until one is wrong:
 * ERROR_USAGE, "FILE:LINE: what is wrong". @text ends in a NUL that @length
 * does not count; @line is the number of its first line.
 */
int ini_read(const char *text, size_t length, const char *file,
    ini_take *take, void *context, int line, struct error *err);

#endif
