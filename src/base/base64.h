/*
 * base64: RFC 4648, as JWTs and PKCE (section 5, no padding) and the terminal's
 * clipboard (section 4) use it.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/buffer.h"

/* Appends the bytes that base64url text without padding stands for. Returns
 * -1 at any other character or an impossible length. */
int base64url_decode(struct buffer *out, const char *text, size_t length);

/* Appends base64url without padding. */
void base64url_encode(struct buffer *out, const void *data, size_t length);

/* Appends base64 with padding. */
void base64_encode(struct buffer *out, const void *data, size_t length);

#endif
