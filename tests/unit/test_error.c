/*
 * error: texts for people, cut where a character ends.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

/* True if the bytes are whole characters. */
static bool
is_utf8(const char *text, size_t length)
{
	uint32_t c;
	size_t n;

	for (; length > 0; text += n, length -= n) {
		n = text_decode(text, length, &c);
		if (n == 0)
			return false;
	}
	return true;
}

static void
code_and_text(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_set(&err, ERROR_BUSY, "%s is %d", "x", 5), -1);
	assert_int_equal(err.code, ERROR_BUSY);
	assert_string_equal(err.text, "x is 5");
	assert_int_equal(error_set_errno(&err, ENOSPC, "cannot write %s",
	    "x"), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_string_equal(err.text,
	    "cannot write x: No space left on device");
	assert_int_equal(error_no_memory(&err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_string_equal(err.text, "out of memory");
	/* Whoever does not want to know. */
	assert_int_equal(error_set(NULL, ERROR_BUSY, "%s", ""), -1);
	assert_int_equal(error_set_errno(NULL, EIO, "%s", ""), -1);
	assert_int_equal(error_no_memory(NULL), -1);
}

static void
the_codes_are_exit_codes(void **state)
{
	static const int codes[] = {
		ERROR_NONE, ERROR_FAILED, ERROR_USAGE, ERROR_NOT_FOUND,
		ERROR_NEEDS_LOGIN, ERROR_UNAVAILABLE, ERROR_REFUSED, ERROR_BUSY
	};

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_int_equal(codes[i], i);
	assert_int_equal(ERROR_INTERRUPTED, 130);
}

/* Fills a text with @character from @offset on. */
static void
make_long(char text[2048], const char *character, size_t offset)
{
	size_t n = strlen(character), at;

	memset(text, 'a', offset);
	for (at = offset; at + n < 2047; at += n)
		memcpy(text + at, character, n);
	text[at] = '\0';
}

static void
a_long_text_is_cut_at_a_character(void **state)
{
	static const char *const characters[] = {
		"x", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"
	};
	const size_t size = sizeof ((struct error *)NULL)->text;
	struct error err;
	char text[2048];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t offset = 0; offset < 4; offset++) {
			size_t n;

			make_long(text, characters[i], offset);
			error_set(&err, ERROR_FAILED, "%s", text);
			n = strlen(err.text);
			assert_true(n < size && n + 4 >= size);
			assert_memory_equal(err.text, text, n);
			assert_true(is_utf8(err.text, n));
			error_set_errno(&err, EIO, "%s", text);
			n = strlen(err.text);
			assert_true(is_utf8(err.text, n));
		}
}

static void
an_exact_fit_loses_nothing(void **state)
{
	struct error err;
	char text[sizeof err.text];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + sizeof text - 3, "\xc3\xa9", 3);
	error_set(&err, ERROR_FAILED, "%s", text);
	assert_string_equal(err.text, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_and_text),
		cmocka_unit_test(the_codes_are_exit_codes),
		cmocka_unit_test(a_long_text_is_cut_at_a_character),
		cmocka_unit_test(an_exact_fit_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
