/*
 * buffer: appending never fails at once, and never forgets that it failed.
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

#include "base/buffer.h"

static void
adding_and_dropping(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	assert_string_equal(b.data, "");
	buffer_add(&b, "a\0b", 3);
	assert_int_equal(b.length, 3);
	assert_int_equal(b.data[3], '\0');
	buffer_drop(&b, 2);
	assert_string_equal(b.data, "b");
	buffer_add_string(&b, "cd");
	buffer_add_char(&b, 'e');
	buffer_addf(&b, "%d-%s", 42, "x");
	assert_string_equal(b.data, "bcde42-x");
	buffer_drop(&b, 0);
	buffer_drop(&b, 100);
	assert_string_equal(b.data, "");
	assert_true(buffer_ok(&b, NULL));
	buffer_release(&b);
	buffer_drop(&b, 1);
	buffer_clear(&b);
	assert_string_equal(b.data, "");
}

static void
it_grows(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buffer_add_char(&b, (char)('a' + i % 26));
	assert_true(buffer_ok(&b, NULL));
	assert_int_equal(b.length, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buffer_release(&b);
}

static void
too_much_is_told_at_the_end(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buffer_add_string(&b, "kept");
	assert_null(buffer_reserve(&b, BUFFER_MAX - 4));
	buffer_add_string(&b, "more");
	assert_string_equal(b.data, "kept");
	assert_false(buffer_ok(&b, &err));
	assert_int_equal(err.code, ERROR_FAILED);
	assert_false(buffer_ok(&b, NULL));
	assert_null(buffer_reserve(&b, 1));
	assert_null(buffer_detach(&b, NULL));
	/* It can be used again. */
	buffer_add_string(&b, "new");
	assert_true(buffer_ok(&b, NULL));
	assert_null(buffer_reserve(&b, SIZE_MAX));
	buffer_clear(&b);
	assert_true(buffer_ok(&b, NULL));
	assert_non_null(buffer_reserve(&b, BUFFER_MAX - 1));
	buffer_release(&b);
}

static void
reserved_room_is_ours(void **state)
{
	struct buffer b = BUFFER_INIT;
	char *to;

	(void)state;
	buffer_add_string(&b, "ab");
	to = buffer_reserve(&b, 1000);
	assert_ptr_equal(to, b.data + 2);
	memset(to, 'x', 1000);
	to[1000] = '\0';
	b.length += 1000;
	assert_int_equal(strlen(b.data), 1002);
	buffer_release(&b);
}

static void
a_detached_string_is_the_callers(void **state)
{
	struct buffer b = BUFFER_INIT;
	char *text;

	(void)state;
	/* An empty one too can be freed. */
	text = buffer_detach(&b, NULL);
	assert_string_equal(text, "");
	free(text);
	buffer_add_string(&b, "x");
	text = buffer_detach(&b, NULL);
	assert_string_equal(text, "x");
	assert_string_equal(b.data, "");
	assert_int_equal(b.length, 0);
	free(text);
}

static void
secrets_are_wiped_where_the_memory_stays(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	buffer_add_string(&b, "a secret, to be gone");
	buffer_drop(&b, 10);
	assert_null(memchr(b.data + b.length, 'g', 10));
	buffer_clear(&b);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(b.data[i], '\0');
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adding_and_dropping),
		cmocka_unit_test(it_grows),
		cmocka_unit_test(too_much_is_told_at_the_end),
		cmocka_unit_test(reserved_room_is_ours),
		cmocka_unit_test(a_detached_string_is_the_callers),
		cmocka_unit_test(secrets_are_wiped_where_the_memory_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
