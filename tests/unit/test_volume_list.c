/*
 * volume: lines of a list, and what would be refused, before anything is made.
 */
#include "config.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/volume.h"
#include "temp_store.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static void
lines(void **state)
{
	static const struct {
		const char *line;
		size_t length;
		int result;
		const char *name;
		uid_t uid;
	} table[] = {
		{ "acme/alice", 10, 1, "acme/alice", 77 },
		{ "acme/alice 10001", 16, 1, "acme/alice", 10001 },
		{ "\tacme/bob \t0 \r", 14, 1, "acme/bob", 0 },
		{ "", 0, 0, NULL, 0 },
		{ " \r", 2, 0, NULL, 0 },
		{ "# acme/alice", 12, 0, NULL, 0 },
		{ "acme/alice -1", 13, -1, "no number", 0 },
		{ "acme/alice 4294967295", 21, -1, "no number", 0 },
		{ "acme/alice 1x", 13, -1, "no number", 0 },
		{ "acme/alice 1 2", 14, -1, "more than", 0 },
		{ "acme/a\0ice", 10, -1, "no line", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char name[STORE_NAME_MAX + 1];
		struct error err = ERROR_INIT;
		uid_t uid = 77;
		int result = volume_parse(table[i].line, table[i].length,
		    name, &uid, &err);

		if (result != table[i].result)
			fail_msg("%zu: %d %s", i, result, err.text);
		if (result == 1) {
			assert_string_equal(name, table[i].name);
			assert_int_equal(uid, table[i].uid);
		} else if (result < 0) {
			assert_int_equal(err.code, ERROR_USAGE);
			assert_non_null(strstr(err.text, table[i].name));
		}
	}
}

static void
too_long_for_a_name(void **state)
{
	char name[STORE_NAME_MAX + 1], line[1000];
	uid_t uid = 0;

	(void)state;
	memset(line, 'a', sizeof line);
	assert_int_equal(volume_parse(line, STORE_NAME_MAX, name, &uid, NULL),
	    1);
	assert_int_equal(volume_parse(line, STORE_NAME_MAX + 1, name, &uid,
	    NULL), -1);
	assert_int_equal(volume_parse(line, sizeof line, name, &uid, NULL),
	    -1);
}

static int
check(const char *name)
{
	struct app app = { .store = store };

	return volume_check(&app, name, geteuid(), NULL);
}

static void
what_is_checked_is_not_made(void **state)
{
	char file[256];

	(void)state;
	assert_int_equal(check("acme/alice"), 0);
	assert_int_equal(check("acme"), -1);
	assert_int_equal(check("../alice"), -1);
	snprintf(file, sizeof file, "%s/acme", path);
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(mkdir(file, 0700), 0);
	snprintf(file, sizeof file, "%s/acme/alice", path);
	assert_int_equal(mkdir(file, 0700), 0);
	assert_int_equal(check("acme/alice"), 0);
	snprintf(file, sizeof file, "%s/acme/link", path);
	assert_int_equal(symlink("/tmp", file), 0);
	assert_int_equal(check("acme/link"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(too_long_for_a_name),
		cmocka_unit_test_setup_teardown(what_is_checked_is_not_made,
		    open_store, close_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
