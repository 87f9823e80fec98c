/*
 * digest: SHA-256, by the vectors of its standard (FIPS 180-4).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static void
known_texts(void **state)
{
	static const struct {
		const char *text, *hex;
	} table[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
	};
	char hex[DIGEST_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		memset(hex, 'x', sizeof hex);
		digest_text(hex, table[i].text, strlen(table[i].text));
		assert_string_equal(hex, table[i].hex);
	}
}

static void
a_long_text(void **state)
{
	const size_t length = 1000000;
	char hex[DIGEST_SIZE], *text = malloc(length);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', length);
	digest_text(hex, text, length);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0");
	free(text);
}

/* Length counts, not a NUL; and an empty file may have no memory at all. */
static void
any_bytes(void **state)
{
	char one[DIGEST_SIZE], other[DIGEST_SIZE];

	(void)state;
	digest_text(one, "a\0b", 3);
	digest_text(other, "a\0c", 3);
	assert_string_not_equal(one, other);
	digest_text(other, "a", 1);
	assert_string_not_equal(one, other);
	digest_text(one, NULL, 0);
	digest_text(other, "", 0);
	assert_string_equal(one, other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(a_long_text),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
