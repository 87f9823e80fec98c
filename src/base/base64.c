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

static char
plain_digit(unsigned int value)
{
	return value == 62 ? '+' : value == 63 ? '/' : digits[value];
}

void
base64_encode(struct buffer *out, const void *data, size_t length)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned int bits = (unsigned int)p[i] << 16;

		if (left > 1)
			bits |= (unsigned int)p[i + 1] << 8;
		if (left > 2)
			bits |= p[i + 2];
		buffer_add_char(out, plain_digit(bits >> 18 & 63));
		buffer_add_char(out, plain_digit(bits >> 12 & 63));
		buffer_add_char(out,
		    left > 1 ? plain_digit(bits >> 6 & 63) : '=');
		buffer_add_char(out, left > 2 ? plain_digit(bits & 63) : '=');
	}
}
