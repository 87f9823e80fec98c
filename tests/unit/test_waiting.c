/*
 * waiting: a sign-in is kept as long as its code lives, and no longer.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "storage/waiting.h"
#include "temp_store.h"

#define NOW 1795435200
#define PART "/.chatelaine/waiting"

static char issuer[] = "https://issuer.example";
static char device[] = "deviceauth_01 \"\\", code[] = "ABCD-12345";
static const struct waiting sample = {
	issuer, device, code, 5, NOW, NOW + 900, true
};

static const char *
below(const char *name)
{
	static char full[256];

	snprintf(full, sizeof full, "%s" PART "/%s", path, name);
	return full;
}

static bool
is_there(const char *name)
{
	return access(below(name), F_OK) == 0;
}

static void
put(const char *name, const char *text)
{
	int fd = open(below(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int
load(int64_t now)
{
	struct error err = ERROR_INIT;
	struct waiting found;
	int result = waiting_load(store, "acme/work", now, &found, &err);

	waiting_release(&found);
	return result == 0 ? 0 : (int)err.code;
}

static void
it_is_read_back(void **state)
{
	struct waiting found;
	struct stat st;

	(void)state;
	assert_int_equal(load(NOW), ERROR_NOT_FOUND);
	assert_int_equal(waiting_save(store, "acme/work", &sample, NULL), 0);
	assert_int_equal(waiting_load(store, "acme/work", NOW + 1, &found,
	    NULL), 0);
	assert_string_equal(found.issuer, issuer);
	assert_string_equal(found.device, device);
	assert_string_equal(found.code, code);
	assert_int_equal(found.interval, 5);
	assert_int_equal(found.since, NOW);
	assert_int_equal(found.ends, NOW + 900);
	assert_true(found.replace);
	waiting_release(&found);
	assert_null(found.code);
	assert_int_equal(stat(below("acme%work"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(waiting_remove(store, "acme/work", NULL), 0);
	assert_int_equal(waiting_remove(store, "acme/work", NULL), 0);
	assert_int_equal(load(NOW), ERROR_NOT_FOUND);
}

static void
time_left_is_within_a_codes_life(void **state)
{
	static const struct { int64_t since, ends, now, left; } table[] = {
		{ NOW, NOW + 900, NOW, 900 },
		{ NOW, NOW + 900, NOW + 899, 1 },
		{ NOW, NOW + 900, NOW + 900, 0 },
		{ NOW, NOW + 900, NOW + 86400, 0 },
		/* The clock was put back: a little, and a lot. */
		{ NOW, NOW + 900, NOW - 30, 900 },
		{ NOW, NOW + 60, NOW - 30, 60 },
		{ NOW, NOW + 900, NOW - 3600, 0 },
		/* Nonsense in the file. */
		{ NOW, NOW + 86400, NOW + 1, 900 },
		{ NOW, NOW - 5, NOW, 0 },
		{ INT64_MIN, INT64_MIN, NOW, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct waiting waiting = sample;

		waiting.since = table[i].since;
		waiting.ends = table[i].ends;
		if (waiting_left(&waiting, table[i].now) != table[i].left)
			fail_msg("%zu", i);
	}
}

static void
what_has_ended_is_not_there_and_swept(void **state)
{
	(void)state;
	assert_int_equal(waiting_save(store, "acme/work", &sample, NULL), 0);
	waiting_sweep(store, "acme/work", NOW + 899);
	assert_int_equal(load(NOW + 899), 0);
	assert_int_equal(load(NOW + 900), ERROR_NOT_FOUND);
	assert_true(is_there("acme%work"));
	waiting_sweep(store, "acme/work", NOW + 900);
	assert_false(is_there("acme%work"));
}

static void
what_cannot_be_read_is_swept(void **state)
{
	static const char *const table[] = {
		"", "{}", "[]", "{\"schema\":1}",
		"{\"schema\":1,\"issuer\":\"i\"}",
		"{\"schema\":1,\"issuer\":\"i\",\"device_auth_id\":\"d\"}",
		"{\"schema\":1,\"issuer\":\"i\",\"device_auth_id\":\"d\","
		    "\"user_code\":\"c\"}",
		"{\"schema\":1,\"issuer\":\"i\",\"device_auth_id\":\"d\","
		    "\"user_code\":\"c\",\"interval\":5}",
		"{\"schema\":1,\"issuer\":\"i\",\"device_auth_id\":\"d\","
		    "\"user_code\":\"\",\"interval\":5,"
		    "\"since\":\"2026-11-23T12:00:00Z\","
		    "\"ends\":\"2026-11-23T12:15:00Z\"}",
	};

	(void)state;
	assert_int_equal(waiting_save(store, "acme/work", &sample, NULL), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		put("acme%work", table[i]);
		if (load(NOW) == 0)
			fail_msg("taken: %s", table[i]);
		waiting_sweep(store, "acme/work", NOW);
		assert_false(is_there("acme%work"));
	}
}

static void
what_was_never_whole_is_found_and_swept(void **state)
{
	struct store_names names;

	(void)state;
	assert_int_equal(waiting_save(store, "work", &sample, NULL), 0);
	put(".acme%work.abcdef", "{");
	assert_int_equal(waiting_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 2);
	for (size_t i = 0; i < names.count; i++)
		waiting_sweep(store, names.name[i], NOW);
	store_names_release(&names);
	assert_false(is_there(".acme%work.abcdef"));
	assert_true(is_there("work"));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
	const struct CMUnitTest tests[] = {
		TEST(it_is_read_back),
		TEST(time_left_is_within_a_codes_life),
		TEST(what_has_ended_is_not_there_and_swept),
		TEST(what_cannot_be_read_is_swept),
		TEST(what_was_never_whole_is_found_and_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
