#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/secret.h"

char buffer_empty[1];

void
buffer_init(struct buffer *b)
{
	b->data = buffer_empty;
	b->length = b->size = 0;
	b->failed = false;
}

char *
buffer_reserve(struct buffer *b, size_t more)
{
	size_t need, size;
	char *data;

	if (b->failed)
		return NULL;
	if (more >= BUFFER_MAX - b->length) {
		b->failed = true;
		return NULL;
	}
	need = b->length + more + 1;
	if (need > b->size) {
		size = b->size == 0 ? 128 : b->size;
		while (size < need)
			size *= 2;
		/* Not realloc(): it would leave the old copy unwiped. */
		data = malloc(size);
		if (data == NULL) {
			b->failed = true;
			return NULL;
		}
		memcpy(data, b->data, b->length + 1);
		if (b->size > 0) {
			secret_wipe(b->data, b->length);
			free(b->data);
		}
		b->data = data;
		b->size = size;
	}
	return b->data + b->length;
}

void
buffer_add(struct buffer *b, const void *data, size_t length)
{
	char *to = buffer_reserve(b, length);

	if (to == NULL)
		return;
	memcpy(to, data, length);
	to[length] = '\0';
	b->length += length;
}

void
buffer_add_string(struct buffer *b, const char *string)
{
	buffer_add(b, string, strlen(string));
}

void
buffer_add_char(struct buffer *b, char c)
{
	buffer_add(b, &c, 1);
}

void
buffer_add_word(struct buffer *b, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._=@%+,:-";

	if (*text != '\0' && strspn(text, plain) == strlen(text)) {
		buffer_add_string(b, text);
		return;
	}
	buffer_add_char(b, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buffer_add_string(b, "'\\''");
		else
			buffer_add_char(b, *text);
	buffer_add_char(b, '\'');
}

void
buffer_addf(struct buffer *b, const char *format, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	to = buffer_reserve(b, (size_t)n);
	if (to == NULL)
		return;
	va_start(ap, format);
	vsnprintf(to, (size_t)n + 1, format, ap);
	va_end(ap);
	b->length += (size_t)n;
}

void
buffer_drop(struct buffer *b, size_t count)
{
	size_t rest;

	if (count == 0)
		return;
	if (count > b->length)
		count = b->length;
	rest = b->length - count;
	memmove(b->data, b->data + count, rest);
	secret_wipe(b->data + rest, count);
	b->length = rest;
	b->data[rest] = '\0';
}

bool
buffer_ok(const struct buffer *b, struct error *err)
{
	if (b->failed)
		error_no_memory(err);
	return !b->failed;
}

char *
buffer_detach(struct buffer *b, struct error *err)
{
	char *data;

	buffer_reserve(b, 0);
	if (!buffer_ok(b, err)) {
		buffer_release(b);
		return NULL;
	}
	data = b->data;
	buffer_init(b);
	return data;
}

void
buffer_clear(struct buffer *b)
{
	if (b->size > 0) {
		secret_wipe(b->data, b->length);
		b->data[0] = '\0';
	}
	b->length = 0;
	b->failed = false;
}

void
buffer_release(struct buffer *b)
{
	if (b->size > 0) {
		secret_wipe(b->data, b->length);
		free(b->data);
	}
	buffer_init(b);
}
