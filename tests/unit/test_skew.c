/*
 * skew: that the clock is off is remembered until it is right.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/skew.h"
#include "temp_store.h"

#define NOW 1795435200

static enum error_code
load(struct skew *skew)
{
	struct error err = ERROR_INIT;

	return skew_load(store, skew, &err) == 0 ? ERROR_NONE : err.code;
}

static void
save(int64_t ahead)
{
	const struct skew skew = { ahead, NOW };

	assert_int_equal(skew_save(store, &skew, NULL), 0);
}

static void
kept_while_it_is_off(void **state)
{
	struct skew skew;

	(void)state;
	assert_int_equal(load(&skew), ERROR_NOT_FOUND);
	save(-31);
	assert_int_equal(load(&skew), ERROR_NONE);
	assert_int_equal(skew.ahead, -31);
	assert_int_equal(skew.at, NOW);
	save(86400);
	assert_int_equal(load(&skew), ERROR_NONE);
	assert_int_equal(skew.ahead, 86400);
	save(30);
	assert_int_equal(load(&skew), ERROR_NOT_FOUND);
	save(-30);
	assert_int_equal(load(&skew), ERROR_NOT_FOUND);
}

static void
other_records_are_none(void **state)
{
	static const char *const wrong[] = {
		"", "[]", "{}", "{\"schema\":1}", "{\"schema\":1,\"at\":"
		"\"2026-11-23T12:00:00Z\"}", "{\"schema\":1,\"at\":7,"
		"\"issuer_ahead\":99}", "{\"schema\":1,\"at\":"
		"\"2026-11-23T12:00:00Z\",\"issuer_ahead\":1}",
	};
	char file[256];
	struct skew skew;
	int fd;

	(void)state;
	save(99);
	snprintf(file, sizeof file, "%s/.chatelaine/clock.json", path);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		fd = open(file, O_WRONLY | O_TRUNC);
		assert_int_equal(write(fd, wrong[i], strlen(wrong[i])),
		    strlen(wrong[i]));
		close(fd);
		assert_int_equal(load(&skew), ERROR_FAILED);
	}
	save(0);
	assert_int_equal(load(&skew), ERROR_NOT_FOUND);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kept_while_it_is_off),
		TEST(other_records_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
