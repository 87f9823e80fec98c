#include "config.h"

#include <string.h>

#include "base/base64.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static int
url_digit(char c)
{
	const char *at;

	if (c == '-')
		return 62;
	if (c == '_')
		return 63;
	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

int
base64url_decode(struct buffer *out, const char *text, size_t length)
{
	unsigned int bits = 0;
	int count = 0, digit;

	if (length % 4 == 1)
		return -1;
	for (size_t i = 0; i < length; i++) {
		digit = url_digit(text[i]);
		if (digit < 0)
			return -1;
		bits = (bits << 6 | (unsigned int)digit) & 0xffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buffer_add_char(out, (char)(bits >> count & 0xff));
		}
	}
	return 0;
}

/* @last: the characters for 62 and 63; @padding, where there is any. */
static void
encode(struct buffer *out, const void *data, size_t length,
    const char last[2], const char *padding)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned int bits = (unsigned int)p[i] << 16;

		if (left > 1)
			bits |= (unsigned int)p[i + 1] << 8;
		if (left > 2)
			bits |= p[i + 2];
		for (size_t k = 0; k < 4; k++, bits <<= 6) {
			unsigned int value = bits >> 18 & 63;

			if (k > left)
				buffer_add_string(out, padding);
			else
				buffer_add_char(out, (char)(value < 62 ?
				    digits[value] : last[value - 62]));
		}
	}
}

void
base64url_encode(struct buffer *out, const void *data, size_t length)
{
	encode(out, data, length, "-_", "");
}

void
base64_encode(struct buffer *out, const void *data, size_t length)
{
	encode(out, data, length, "+/", "=");
}
