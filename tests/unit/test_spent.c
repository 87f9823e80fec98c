/*
 * spent: a token that was put in is known, as long as it is among the newest;
 * a file that is damaged knows less, and is no failure.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

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

#include "storage/spent.h"
#include "temp_store.h"

#define NOW 1795435200

static int
add(const char *token, int64_t at)
{
	char digest[DIGEST_SIZE];

	digest_text(digest, token, strlen(token));
	return spent_add(store, digest, at, NULL);
}

static bool
has(const char *token)
{
	int found = spent_find(store, token, NULL, NULL);

	assert_true(found >= 0);
	return found > 0;
}

static const char *
file(const char *name)
{
	static char text[128];

	snprintf(text, sizeof text, "%s/.chatelaine/%s", path, name);
	return text;
}

static off_t
size_of(const char *name)
{
	struct stat st;

	return stat(file(name), &st) == 0 ? st.st_size : -1;
}

/* Writes @length lines of tokens that nobody has at the end of the file. */
static void
fill(int lines)
{
	FILE *f = fopen(file(SPENT_FILE), "a");

	assert_non_null(f);
	for (int i = 0; i < lines; i++)
		fprintf(f, "2026-11-23T12:00:00Z %064x\n", (unsigned int)i);
	assert_int_equal(fclose(f), 0);
}

static void
what_was_put_in_is_known_with_its_time(void **state)
{
	struct stat st;
	int64_t at = 0;

	(void)state;
	assert_false(has("rt_one"));
	assert_int_equal(add("rt_one", NOW), 0);
	assert_int_equal(add("rt_two", NOW + 60), 0);
	assert_int_equal(spent_find(store, "rt_one", &at, NULL), 1);
	assert_int_equal(at, NOW);
	assert_int_equal(spent_find(store, "rt_two", &at, NULL), 1);
	assert_int_equal(at, NOW + 60);
	assert_false(has("rt_three"));
	assert_int_equal(stat(file(SPENT_FILE), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
a_token_stands_in_it_once(void **state)
{
	off_t size;

	(void)state;
	assert_int_equal(add("rt_one", NOW), 0);
	size = size_of(SPENT_FILE);
	assert_int_equal(add("rt_one", NOW + 60), 0);
	assert_int_equal(size_of(SPENT_FILE), size);
}

static void
it_does_not_grow_for_ever(void **state)
{
	off_t line, full;

	(void)state;
	assert_int_equal(add("rt_first", NOW), 0);
	line = size_of(SPENT_FILE);
	full = line * SPENT_MOST;
	fill(SPENT_MOST - 1);
	assert_int_equal(add("rt_second", NOW), 0);
	/* What was put aside is known still. */
	assert_int_equal(size_of(SPENT_FILE), line);
	assert_int_equal(size_of(SPENT_OLDER), full);
	assert_true(has("rt_first"));
	fill(SPENT_MOST - 1);
	assert_int_equal(add("rt_third", NOW), 0);
	assert_int_equal(size_of(SPENT_FILE), line);
	assert_int_equal(size_of(SPENT_OLDER), full);
	assert_false(has("rt_first"));
	assert_true(has("rt_second"));
	assert_true(has("rt_third"));
}

static void
put(const char *bytes, size_t length)
{
	int fd = open(file(SPENT_FILE), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void
damage_makes_it_know_less_and_no_more(void **state)
{
	static const char *const damaged[] = {
		"", "\n\n\n", "2026-11-23T12:00:00Z", "half a line",
		"2026-11-23T12:00:00Z "
		    "0123456789abcdef0123456789abcdef0123456789abcdef",
		"soon                 "
		    "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef\n",
	};

	(void)state;
	assert_int_equal(add("rt_one", NOW), 0);
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		put(damaged[i], strlen(damaged[i]));
		assert_false(has("rt_one"));
		assert_int_equal(add("rt_one", NOW), 0);
		assert_true(has("rt_one"));
	}
	put("\0\0\0\xff\n", 5);
	assert_int_equal(add("rt_two", NOW), 0);
	assert_true(has("rt_two"));
}

/* The line of who was killed in the middle of it does not spoil the next. */
static void
half_a_line_is_ended(void **state)
{
	(void)state;
	assert_int_equal(add("rt_one", NOW), 0);
	assert_int_equal(add("rt_two", NOW), 0);
	assert_int_equal(truncate(file(SPENT_FILE), size_of(SPENT_FILE) - 9),
	    0);
	assert_int_equal(add("rt_three", NOW), 0);
	assert_true(has("rt_one"));
	assert_false(has("rt_two"));
	assert_true(has("rt_three"));
}

/* A link that somebody put there is not followed, and not in the way. */
static void
what_is_no_file_is_put_aside(void **state)
{
	char elsewhere[128];

	(void)state;
	assert_int_equal(add("rt_one", NOW), 0);
	snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", path);
	assert_int_equal(rename(file(SPENT_FILE), elsewhere), 0);
	assert_int_equal(symlink(elsewhere, file(SPENT_FILE)), 0);
	assert_false(has("rt_one"));
	assert_int_equal(add("rt_two", NOW), 0);
	assert_true(has("rt_two"));
	/* Larger than any of ours. */
	assert_int_equal(truncate(file(SPENT_FILE), (off_t)1 << 30), 0);
	assert_int_equal(add("rt_three", NOW), 0);
	assert_true(has("rt_three"));
}

static void
several_at_once_lose_nothing(void **state)
{
	enum { WRITERS = 4, TOKENS = 8 };
	char token[32];
	int status;

	(void)state;
	assert_int_equal(add("rt_before", NOW), 0);
	/* The first to come finds it full. */
	fill(SPENT_MOST - 1);
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid > 0)
			continue;
		for (int j = 0; j < TOKENS; j++) {
			snprintf(token, sizeof token, "rt_%d_%d", i, j);
			if (add(token, NOW) != 0)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < WRITERS; i++)
		for (int j = 0; j < TOKENS; j++) {
			snprintf(token, sizeof token, "rt_%d_%d", i, j);
			assert_true(has(token));
		}
	assert_true(has("rt_before"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
		TEST(what_was_put_in_is_known_with_its_time),
		TEST(a_token_stands_in_it_once),
		TEST(it_does_not_grow_for_ever),
		TEST(damage_makes_it_know_less_and_no_more),
		TEST(half_a_line_is_ended),
		TEST(what_is_no_file_is_put_aside),
		TEST(several_at_once_lose_nothing),
	};

	return cmocka_run_group_tests_name("spent", tests, NULL, NULL);
}
