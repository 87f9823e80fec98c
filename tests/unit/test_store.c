/*
 * store: names, what is taken for a profile, and the notice agreed to once.
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

#include "base/buffer.h"
#include "base/json.h"
#include "base/stamp.h"
#include "base/time.h"
#include "storage/profile.h"
#include "storage/store.h"
#include "temp_store.h"

/* Makes a file of the store; the name is below it. */
static void
put(const char *name, const char *text)
{
	char file[256];
	int fd;

	snprintf(file, sizeof file, "%s/%s", path, name);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
make_dir(const char *name)
{
	char file[256];

	snprintf(file, sizeof file, "%s/%s", path, name);
	assert_int_equal(mkdir(file, 0700), 0);
}

static void
good_and_bad_names(void **state)
{
	static const char sixty_three[] =
	    "a23456789012345678901234567890123456789012345678901234567890123";
	static const char *const good[] = {
		"a", "Z", "0", "work", "me@example.org", "a.b_c+d-e",
		"acme/work", "0/0", sixty_three
	};
	static const char *const bad[] = {
		"", "/", "a/", "/a", "a//b", "a/b/c", ".", "..", ".a", "-a",
		"_a", "@a", "a/.b", "a/..", "../a", "a b", "a\n", "a%b",
		"a~b", "a\\b", "a:b", "\xc3\xa9", "a\xff", "a*", "a\x7f",
	};
	char longest[STORE_NAME_MAX + 1], long_name[80];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (store_check_name(good[i], NULL) != 0)
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (store_check_name(bad[i], &err) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(err.code, ERROR_USAGE);
		/* Nor does anything else come of it. */
		assert_int_equal(store_open_profile(store, bad[i], NULL), -1);
		assert_int_equal(store_open_parent(store, bad[i], NULL), -1);
		assert_int_equal(store_make_parent(store, bad[i], NULL), -1);
		assert_int_equal(profile_free_name(store, bad[i], longest,
		    NULL), -1);
	}
	snprintf(longest, sizeof longest, "%s/%s", sixty_three, sixty_three);
	assert_int_equal(store_check_name(longest, NULL), 0);
	snprintf(long_name, sizeof long_name, "%s4", sixty_three);
	assert_int_equal(store_check_name(long_name, NULL), -1);
	snprintf(long_name, sizeof long_name, "a/%s4", sixty_three);
	assert_int_equal(store_check_name(long_name, NULL), -1);
}

static void
names_are_flat_where_they_stand_side_by_side(void **state)
{
	char flat[STORE_NAME_MAX + 1], plain[STORE_NAME_MAX + 1], big[300];

	(void)state;
	store_flat_name(flat, "acme/work");
	assert_string_equal(flat, "acme%work");
	store_plain_name(plain, flat);
	assert_string_equal(plain, "acme/work");
	assert_string_equal(store_leaf("acme/work"), "work");
	assert_string_equal(store_leaf("work"), "work");
	/* The name of some file may be longer than any profile's. */
	memset(big, 'a', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	store_plain_name(plain, big);
	assert_int_equal(strlen(plain), STORE_NAME_MAX);
}

static void
check_list(const char *expected)
{
	struct buffer text = BUFFER_INIT;
	struct store_names names;

	assert_int_equal(store_list(store, &names, NULL), 0);
	for (size_t i = 0; i < names.count; i++)
		buffer_addf(&text, "%s ", names.name[i]);
	assert_string_equal(text.data, expected);
	store_names_release(&names);
	buffer_release(&text);
}

static void
what_is_a_profile(void **state)
{
	static const char *const profiles[] = {
		"work", "acme/x", "acme/b", "zero/0"
	};
	char file[256];

	(void)state;
	check_list("");
	make_dir("acme");
	make_dir("zero");
	make_dir("empty");
	make_dir("empty/empty");
	for (size_t i = 0; i < 4; i++) {
		make_dir(profiles[i]);
		snprintf(file, sizeof file, "%s/%s", profiles[i],
		    i % 2 == 0 ? "credential.json" : "profile.json");
		put(file, "");
	}
	make_dir("half");
	put("half/other.json", "");
	/* Nothing of ours: hidden, deeper, plain files, other names. */
	make_dir(".hidden");
	put(".hidden/credential.json", "");
	make_dir("acme/x/deep");
	put("acme/x/deep/credential.json", "");
	make_dir("has space");
	put("has space/credential.json", "");
	put("file", "");
	put("acme/credentials.txt", "");
	check_list("acme/b acme/x work zero/0 ");
	/* A link in a profile's place must show. */
	snprintf(file, sizeof file, "%s/link", path);
	assert_int_equal(symlink("work", file), 0);
	snprintf(file, sizeof file, "%s/acme/gone", path);
	assert_int_equal(symlink("/nowhere", file), 0);
	check_list("acme/b acme/gone acme/x link work zero/0 ");
}

static void
many_profiles_are_sorted(void **state)
{
	struct store_names names;
	char file[64];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(file, sizeof file, "p%02d", i * 37 % 100);
		make_dir(file);
		snprintf(file, sizeof file, "p%02d/profile.json",
		    i * 37 % 100);
		put(file, "");
	}
	assert_int_equal(store_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 100);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(file, sizeof file, "p%02zu", i);
		assert_string_equal(names.name[i], file);
	}
	store_names_release(&names);
}

/* So many that two read them, each one half. */
static void
many_come_in_order(void **state)
{
	enum { MANY = 2000 };
	struct profile_list list;
	char name[16];

	(void)state;
	for (int i = MANY - 1; i >= 0; i--) {
		snprintf(name, sizeof name, "p%04d", i);
		assert_int_equal(symlinkat("none", store_root(store), name),
		    0);
	}
	assert_int_equal(profile_load_all(store, &list, NULL), 0);
	assert_int_equal(list.count, MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "p%04d", i);
		assert_string_equal(list.profile[i].name, name);
		assert_non_null(list.profile[i].damage);
	}
	profile_list_release(&list);
}

static void
stamps(void **state)
{
	struct stat st, other;
	uint64_t stamp;

	(void)state;
	memset(&st, 0, sizeof st);
	st.st_ino = 5;
	st.st_size = 100;
	st.st_ctim.tv_sec = time_now() - 60;
	stamp = stamp_of(&st);
	assert_true(stamp_is(stamp, stamp_of(&st)));
	other = st;
	other.st_ino = 6;
	assert_false(stamp_is(stamp, stamp_of(&other)));
	other = st;
	other.st_size++;
	assert_false(stamp_is(stamp, stamp_of(&other)));
	other = st;
	other.st_ctim.tv_nsec++;
	assert_false(stamp_is(stamp, stamp_of(&other)));
	other = st;
	other.st_mode = 0644;
	assert_false(stamp_is(stamp, stamp_of(&other)));
	assert_false(stamp_is(stamp_join(stamp, STAMP_NONE),
	    stamp_join(STAMP_NONE, stamp)));
	/* What changed just now may change once more and look the same. */
	st.st_ctim.tv_sec = time_now();
	assert_int_equal(stamp_of(&st), STAMP_NEVER);
	assert_false(stamp_is(STAMP_NEVER, STAMP_NEVER));
	assert_int_equal(stamp_join(stamp, STAMP_NEVER), STAMP_NEVER);
	assert_int_equal(stamp_at(store_root(store), "nothing"), STAMP_NONE);
}

static void
a_store_that_is_not_there_is_empty(void **state)
{
	char name[256];
	struct store_names names;
	struct error err;
	struct store *none;
	int fd;

	(void)state;
	snprintf(name, sizeof name, "%s/below/store", path);
	none = store_open(name, NULL);
	assert_non_null(none);
	assert_false(store_exists(none));
	assert_string_equal(store_path(none), name);
	assert_int_equal(store_list(none, &names, NULL), 0);
	assert_int_equal(names.count, 0);
	assert_int_equal(store_terms_agreed(none, NULL), 0);
	assert_int_equal(store_open_profile(none, "work", &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(store_open_part(none, STORE_LOCKS, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	/* Reading made nothing; the first writer makes it. */
	assert_int_equal(access(name, F_OK), -1);
	fd = store_make_parent(none, "acme/work", NULL);
	assert_true(fd >= 0);
	close(fd);
	assert_true(store_exists(none));
	store_close(none);
	store_close(NULL);
	put("file", "");
	snprintf(name, sizeof name, "%s/file", path);
	assert_null(store_open(name, &err));
	assert_int_equal(err.code, ERROR_FAILED);
}

static void
links_are_not_followed_below_the_store(void **state)
{
	char file[256];

	(void)state;
	make_dir("real");
	make_dir("real/x");
	snprintf(file, sizeof file, "%s/tenant", path);
	assert_int_equal(symlink("real", file), 0);
	assert_int_equal(store_open_profile(store, "tenant", NULL), -1);
	assert_int_equal(store_open_profile(store, "tenant/x", NULL), -1);
	assert_int_equal(store_make_parent(store, "tenant/x", NULL), -1);
	snprintf(file, sizeof file, "%s/.chatelaine", path);
	assert_int_equal(symlink("real", file), 0);
	assert_int_equal(store_make_part(store, STORE_LOCKS, NULL), -1);
}

static void
the_terms_are_agreed_to_once(void **state)
{
	static const char *const worthless[] = {
		"", "{}", "garbage", "{\"terms_agreed_at\":true}",
		"{\"terms_agreed_at\":\"yes\"}"
	};

	(void)state;
	assert_int_equal(store_terms_agreed(store, NULL), 0);
	assert_int_equal(store_agree_terms(store, NULL), 0);
	assert_int_equal(store_terms_agreed(store, NULL), 1);
	for (size_t i = 0; i < sizeof worthless / sizeof worthless[0]; i++) {
		put(".chatelaine/state.json", worthless[i]);
		assert_int_equal(store_terms_agreed(store, NULL), 0);
	}
	assert_int_equal(store_agree_terms(store, NULL), 0);
	assert_int_equal(store_terms_agreed(store, NULL), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_and_bad_names),
		TEST(names_are_flat_where_they_stand_side_by_side),
		TEST(what_is_a_profile),
		TEST(many_profiles_are_sorted),
		TEST(many_come_in_order),
		TEST(stamps),
		TEST(a_store_that_is_not_there_is_empty),
		TEST(links_are_not_followed_below_the_store),
		TEST(the_terms_are_agreed_to_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
