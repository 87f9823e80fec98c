/*
 * ini: lines, comments, and the line that an error names.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/ini.h"

/* "SECTION.KEY=VALUE@LINE " of each; "bad" is refused. */
static int
note(void *context, const char *section, const char *key, const char *value,
    int line, struct error *err)
{
	if (strcmp(key, "bad") == 0)
		return error_set(err, ERROR_USAGE, "no %s", key);
	buffer_addf(context, "%s.%s=%s@%d ", section, key, value, line);
	return 0;
}

static void
check(const char *text, int result, const char *said, const char *wrong)
{
	struct buffer out = BUFFER_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(ini_read(text, strlen(text), "FILE", note, &out, 1,
	    &err), result);
	assert_string_equal(out.data, said);
	if (result != 0) {
		assert_int_equal(err.code, ERROR_USAGE);
		assert_non_null(strstr(err.text, wrong));
	}
	buffer_release(&out);
}

static void
lines(void **state)
{
	(void)state;
	check("", 0, "", NULL);
	check("a=1", 0, ".a=1@1 ", NULL);
	check("# x = y\n\n  ; z\n a = 1 2 \nb= \n", 0, ".a=1 2@4 .b=@5 ",
	    NULL);
	check("a = 1 ; why\r\nb = x;y#z\r\n", 0, ".a=1@1 .b=x;y#z@2 ", NULL);
	check("[s]\na = 1\n", 0, "s.a=1@2 ", NULL);
	/* An indented line stands for itself. */
	check("a = 1\n\tb = 2\n", 0, ".a=1@1 .b=2@2 ", NULL);
}

static void
wrong_lines(void **state)
{
	struct buffer out = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	check("a = 1\n\nbad = 2\nb = 3\n", -1, ".a=1@1 ", "FILE:3: no bad");
	check("what\nbad = 2\n", -1, "", "FILE:1: ");
	check("bad = 2\nwhat\n", -1, "", "FILE:1: no bad");
	check("a = 1\n[s\n", -1, ".a=1@1 ", "FILE:2: ");
	/* Of a part of a file. */
	assert_int_equal(ini_read("a = 1\nbad = 2\n", 14, "FILE", note, &out,
	    7, &err), -1);
	assert_string_equal(out.data, ".a=1@7 ");
	assert_string_equal(err.text, "FILE:8: no bad");
	buffer_clear(&out);
	assert_int_equal(ini_read("a = 1\nwhat\n", 11, "FILE", note, &out, 7,
	    &err), -1);
	assert_non_null(strstr(err.text, "FILE:8: "));
	buffer_release(&out);
}

static void
long_lines(void **state)
{
	static char text[100000];
	struct buffer out = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[0] = '#';
	strcpy(text + sizeof text - 8, "\na = 1\n");
	check(text, 0, ".a=1@2 ", NULL);
	memcpy(text, "a = ", 4);
	check(text, -1, "", "FILE:1: the line is longer");
	assert_int_equal(ini_read("a = 1\0b = 2", 11, "FILE", note, &out,
	    1, &err), -1);
	assert_string_equal(out.data, "");
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(wrong_lines),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
