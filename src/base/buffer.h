/*
 * buffer: a growing run of bytes, wiped when it goes.
 *
 *	struct buffer b = BUFFER_INIT;
 *
 *	buffer_add_string(&b, "Authorization: Bearer ");
 *	buffer_add_string(&b, token);
 *	if (!buffer_ok(&b, err))
 *		...
 *	buffer_release(&b);
 *
 * Appending never fails at once: a buffer that ran out of memory, or that
 * would pass BUFFER_MAX, takes nothing more and says so in buffer_ok(), which
 * is asked once, at the end. `data` is never NULL and always ends in a NUL
 * that `length` does not count.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define BUFFER_MAX ((size_t)16 * 1024 * 1024)

struct buffer {
	char *data;
	size_t length;
	size_t size;		/* 0: `data` is the empty constant */
	bool failed;
};

/* The empty string that a fresh buffer points to; nobody writes to it. */
extern char buffer_empty[1];

#define BUFFER_INIT { buffer_empty, 0, 0, false }

void buffer_init(struct buffer *b);
void buffer_add(struct buffer *b, const void *data, size_t length);
void buffer_add_string(struct buffer *b, const char *string);
void buffer_add_char(struct buffer *b, char c);
/* As one word of a shell, quoted where it has to be. */
void buffer_add_word(struct buffer *b, const char *text);
void buffer_addf(struct buffer *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Makes sure that @more bytes and a NUL fit behind what is there, and returns
 * where they go, or NULL. The caller raises `length` for what it wrote. */
char *buffer_reserve(struct buffer *b, size_t more);

/* Removes the first @count bytes. */
void buffer_drop(struct buffer *b, size_t count);

/* False, with @err set, when something did not fit. */
bool buffer_ok(const struct buffer *b, struct error *err);

/* Hands the string over to the caller, who frees it (secret_free() for a
 * secret); the buffer is empty then. NULL when something did not fit. */
char *buffer_detach(struct buffer *b, struct error *err);

/* Empties and wipes, keeping the memory; or giving it back. */
void buffer_clear(struct buffer *b);
void buffer_release(struct buffer *b);

#endif
