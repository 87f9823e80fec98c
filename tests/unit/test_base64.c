/*
 * base64: the vectors of RFC 4648, and what is refused.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static void
encoding(void **state)
{
	static const char *const table[][3] = {
		{ "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" }, { "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+", "-__-" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct buffer out = BUFFER_INIT;

		base64_encode(&out, table[i][0], strlen(table[i][0]));
		assert_string_equal(out.data, table[i][1]);
		buffer_clear(&out);
		base64url_encode(&out, table[i][0], strlen(table[i][0]));
		assert_string_equal(out.data, table[i][2]);
		buffer_release(&out);
	}
}

static void
decoding(void **state)
{
	static const struct {
		const char *text, *bytes;	/* NULL: refused */
	} table[] = {
		{ "", "" }, { "Zg", "f" }, { "Zm8", "fo" }, { "Zm9v", "foo" },
		{ "Zm9vYmFy", "foobar" }, { "-__-", "\xfb\xff\xfe" },
		{ "Z", NULL }, { "Zm9vY", NULL }, { "Zg==", NULL },
		{ "+//+", NULL }, { "Zm 9", NULL }, { "Zm9\n", NULL },
		{ "Zm9.", NULL }, { "Zm\xc3\xa9", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct buffer out = BUFFER_INIT;
		int result = base64url_decode(&out, table[i].text,
		    strlen(table[i].text));

		if ((result == 0) != (table[i].bytes != NULL))
			fail_msg("'%s': %d", table[i].text, result);
		if (result == 0)
			assert_string_equal(out.data, table[i].bytes);
		buffer_release(&out);
	}
}

static void
every_byte_survives(void **state)
{
	struct buffer text = BUFFER_INIT, back = BUFFER_INIT;
	unsigned char bytes[255];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(255 - i);
	base64_encode(&text, bytes, sizeof bytes);
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] == '+' || text.data[i] == '/')
			text.data[i] = text.data[i] == '+' ? '-' : '_';
	assert_int_equal(base64url_decode(&back, text.data, text.length), 0);
	assert_int_equal(back.length, sizeof bytes);
	assert_memory_equal(back.data, bytes, sizeof bytes);
	buffer_release(&text);
	buffer_release(&back);
	/* A NUL is no letter, and nothing is read behind the length. */
	assert_int_equal(base64url_decode(&back, "Zg\0\0", 4), -1);
	buffer_release(&back);
	assert_int_equal(base64url_decode(&back, "Zm9v!", 4), 0);
	buffer_release(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoding),
		cmocka_unit_test(decoding),
		cmocka_unit_test(every_byte_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
