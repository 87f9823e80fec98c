/*
 * backup: what was forgotten can come back, once, whole, and over nothing.
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
#include "storage/backup.h"
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
make_profile(const char *name, const char *contents)
{
	char file[128];

	make_dir(name);
	snprintf(file, sizeof file, "%s/credential.json", name);
	put(file, contents);
}

static bool
is_there(const char *name)
{
	char file[256];
	struct stat st;

	snprintf(file, sizeof file, "%s/%s", path, name);
	return lstat(file, &st) == 0;
}

static void
check_contents(const char *name, const char *expected)
{
	char file[256], text[64] = "";
	int fd;

	snprintf(file, sizeof file, "%s/%s/credential.json", path, name);
	fd = open(file, O_RDONLY);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof text - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

static void
forgotten_and_brought_back(void **state)
{
	static const char *const names[] = { "work", "acme/work" };
	char last[STORE_NAME_MAX + 1];
	int64_t at;

	(void)state;
	make_profile("work", "secret");
	make_dir("acme");
	make_profile("acme/work", "secret");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(backup_forget(store, names[i], NULL), 0);
		assert_false(is_there(names[i]));
		assert_int_equal(backup_last(store, last, &at, NULL), 0);
		assert_string_equal(last, names[i]);
		assert_int_equal(backup_restore(store, names[i], names[i],
		    NULL), 0);
		check_contents(names[i], "secret");
		assert_int_equal(backup_last(store, last, &at, NULL), -1);
	}
}

static void
nothing_to_undo(void **state)
{
	char last[STORE_NAME_MAX + 1];
	int64_t at;
	struct error err;

	(void)state;
	assert_int_equal(backup_last(store, last, &at, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(backup_restore(store, "work", "work", &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	make_dir(".chatelaine");
	make_dir(".chatelaine/backups");
	/* What we did not put there is left alone. */
	make_dir(".chatelaine/backups/work");
	make_dir(".chatelaine/backups/123-work");
	make_dir(".chatelaine/backups/001790000000000-..");
	assert_int_equal(backup_last(store, last, &at, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void
the_newest_comes_back_first(void **state)
{
	char last[STORE_NAME_MAX + 1];
	int64_t at;

	(void)state;
	make_dir(".chatelaine");
	make_dir(".chatelaine/backups");
	make_profile(".chatelaine/backups/001790000000001-work", "old");
	make_profile(".chatelaine/backups/001790000000002-work", "new");
	make_profile(".chatelaine/backups/001790000000003-acme%x", "other");
	assert_int_equal(backup_last(store, last, &at, NULL), 0);
	assert_string_equal(last, "acme/x");
	assert_int_equal(backup_restore(store, "work", "work", NULL), 0);
	check_contents("work", "new");
	assert_int_equal(backup_restore(store, "acme/x", "acme/x", NULL), 0);
	check_contents("acme/x", "other");
	assert_int_equal(backup_last(store, last, &at, NULL), 0);
	assert_string_equal(last, "work");
}

static void
a_name_that_is_taken_again(void **state)
{
	struct error err;

	(void)state;
	make_profile("work", "old");
	assert_int_equal(backup_forget(store, "work", NULL), 0);
	make_profile("work", "new");
	assert_int_equal(backup_restore(store, "work", "work", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	check_contents("work", "new");
}

static void
it_may_come_back_under_another_name(void **state)
{
	(void)state;
	make_profile("work", "old");
	assert_int_equal(backup_forget(store, "work", NULL), 0);
	make_profile("work", "new");
	assert_int_equal(backup_restore(store, "work", "acme/old", NULL), 0);
	check_contents("acme/old", "old");
	check_contents("work", "new");
}

static void
the_last_profile_takes_its_tenant_along(void **state)
{
	(void)state;
	make_dir("acme");
	make_profile("acme/a", "");
	make_profile("acme/b", "");
	assert_int_equal(backup_forget(store, "acme/a", NULL), 0);
	assert_true(is_there("acme"));
	assert_int_equal(backup_forget(store, "acme/b", NULL), 0);
	assert_false(is_there("acme"));
	make_dir("acme");
	make_profile("acme/c", "");
	assert_int_equal(backup_purge(store, "acme/c", false, NULL), 0);
	assert_false(is_there("acme"));
}

static void
purging_leaves_nothing(void **state)
{
	char last[STORE_NAME_MAX + 1], link[256];
	int64_t at;

	(void)state;
	make_profile("work", "secret");
	assert_int_equal(backup_purge(store, "work", false, NULL), 0);
	assert_false(is_there("work"));
	assert_int_equal(backup_last(store, last, &at, NULL), -1);
	/* A link goes, and not what it points to. */
	make_profile("target", "kept");
	snprintf(link, sizeof link, "%s/link", path);
	assert_int_equal(symlink("target", link), 0);
	assert_int_equal(backup_purge(store, "link", false, NULL), 0);
	assert_false(is_there("link"));
	check_contents("target", "kept");
}

static void
a_damaged_link_comes_back_over_nothing(void **state)
{
	struct error err = ERROR_INIT;
	char link[256];

	(void)state;
	make_profile("target", "kept");
	snprintf(link, sizeof link, "%s/link", path);
	assert_int_equal(symlink("target", link), 0);
	assert_int_equal(backup_forget(store, "link", NULL), 0);
	assert_false(is_there("link"));
	make_profile("link", "new");
	assert_int_equal(backup_restore(store, "link", "link", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	check_contents("link", "new");
	assert_int_equal(backup_purge(store, "link", false, NULL), 0);
	/* Nor over another link, which a plain rename would replace. */
	assert_int_equal(symlink("elsewhere", link), 0);
	assert_int_equal(backup_restore(store, "link", "link", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(backup_restore(store, "link", "link", NULL), 0);
	assert_true(is_there("link"));
}

static void
what_is_not_there_cannot_be_forgotten(void **state)
{
	(void)state;
	assert_int_equal(backup_forget(store, "none", NULL), -1);
	assert_int_equal(backup_purge(store, "none", false, NULL), -1);
	assert_int_equal(backup_forget(store, "acme/none", NULL), -1);
	/* and makes no tenant of that name */
	assert_false(is_there("acme"));
}

static int
count_one(int dir, const char *entry, const char *name, void *data)
{
	int *count = data;

	(void)dir, (void)entry, (void)name;
	(*count)++;
	return 0;
}

static void
what_is_no_backup_stays_where_it_is(void **state)
{
	static const char *const others[] = {
		"x", "123456789012345", "123456789012345-", "1234-work",
		"123456789012345_work", "123456789012345-.work",
	};
	char name[STORE_NAME_MAX + 1], file[128];
	int count = 0;
	int64_t at;

	(void)state;
	close(store_make_part(store, STORE_BACKUPS, NULL));
	close(store_make_part(store, "gone", NULL));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		snprintf(file, sizeof file, ".chatelaine/backups/%s",
		    others[i]);
		put(file, "");
		snprintf(file, sizeof file, ".chatelaine/gone/%s", others[i]);
		put(file, "");
	}
	assert_int_equal(backup_last(store, name, &at, NULL), -1);
	backup_sweep(store);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		snprintf(file, sizeof file, ".chatelaine/gone/%s", others[i]);
		assert_true(is_there(file));
	}
	/* A file under the name of a backup is one, and has nothing in it. */
	put(".chatelaine/backups/123456789012345-work", "");
	assert_int_equal(backup_for_each(store, count_one, &count, NULL), 0);
	assert_int_equal(count, 0);
	make_profile("work", "1");
	assert_int_equal(backup_purge(store, "work", true, NULL), 0);
	assert_false(is_there(".chatelaine/backups/123456789012345-work"));
	assert_true(is_there(".chatelaine/backups/1234-work"));
}

static void
nothing_comes_back_over_a_file(void **state)
{
	struct error err;

	(void)state;
	make_profile("work", "1");
	assert_int_equal(backup_forget(store, "work", NULL), 0);
	put("work", "somebody's");
	assert_int_equal(backup_restore(store, "work", "work", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_true(is_there("work"));
	assert_int_equal(backup_restore(store, "work", "home", NULL), 0);
	check_contents("home", "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forgotten_and_brought_back),
		TEST(nothing_to_undo),
		TEST(the_newest_comes_back_first),
		TEST(a_name_that_is_taken_again),
		TEST(it_may_come_back_under_another_name),
		TEST(the_last_profile_takes_its_tenant_along),
		TEST(purging_leaves_nothing),
		TEST(a_damaged_link_comes_back_over_nothing),
		TEST(what_is_not_there_cannot_be_forgotten),
		TEST(what_is_no_backup_stays_where_it_is),
		TEST(nothing_comes_back_over_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
