/*
 * What is synced, and when: fsync() is replaced by one that writes down what was
 * on the disk at that moment. No crash of a program shows it; one of the machine
 * would.
 *
 *	f  a file with something in it, whose name is not there yet
 *	F  a file with something in it, under its name
 *	d  the directory, the name not there yet
 *	D  the directory with the name in it
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

#include "base/file.h"
#include "storage/pending.h"
#include "temp_store.h"

static char synced[32];
static const char *awaited;	/* below the store */

int
fsync(int fd)
{
	struct stat st, named;
	char name[sizeof path + 64];
	bool there, is_dir;

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(name, sizeof name, "%s/%s", path, awaited);
	there = stat(name, &named) == 0;
	is_dir = S_ISDIR(st.st_mode);
	assert_true(is_dir || st.st_size > 0);
	assert_true(strlen(synced) + 1 < sizeof synced);
	synced[strlen(synced)] = is_dir ? (there ? 'D' : 'd') :
	    there && named.st_ino == st.st_ino ? 'F' : 'f';
	return 0;
}

/* Forgets what was synced until now. */
static int
begin(const char *name)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY);

	assert_true(dir >= 0);
	memset(synced, 0, sizeof synced);
	awaited = name;
	return dir;
}

static void
a_file_is_whole_before_it_has_its_name(void **state)
{
	char temporary[NAME_MAX + 1];
	int dir = begin("a");

	(void)state;
	assert_int_equal(file_write(dir, "a", "text", 4, NULL), 0);
	assert_string_equal(synced, "fD");
	close(dir);
	dir = begin("b");
	assert_int_equal(file_stage(dir, "b", "text", 4, temporary, NULL), 0);
	assert_int_equal(file_commit_new(dir, temporary, "b", NULL), 0);
	assert_string_equal(synced, "fD");
	close(dir);
}

static void
names_that_come_and_go_are_kept(void **state)
{
	int dir = begin("sub"), sub = file_make_dir(dir, "sub", NULL);

	(void)state;
	assert_true(sub >= 0);
	assert_string_equal(synced, "D");
	close(sub);
	assert_int_equal(file_remove_dir(dir, "sub", NULL), 0);
	assert_string_equal(synced, "Dd");
	close(dir);
	dir = begin("a");
	assert_int_equal(file_write(dir, "a", "text", 4, NULL), 0);
	assert_int_equal(file_remove(dir, "a", NULL), 0);
	assert_string_equal(synced, "fDd");
	close(dir);
}

static void
a_line_is_there_before_anything_goes_on(void **state)
{
	int dir = begin("log");

	(void)state;
	assert_int_equal(file_append(dir, "log", "1\n", 2, NULL), 0);
	assert_string_equal(synced, "FD");
	assert_int_equal(file_append(dir, "log", "2\n", 2, NULL), 0);
	assert_string_equal(synced, "FDF");
	close(dir);
}

static void
what_is_about_to_be_sent_is_there_before(void **state)
{
	char issuer[] = "https://issuer.example";
	const struct pending intent = { .operation = PENDING_REFRESH,
	    .generation = 1, .at = 1790000000, .attempts = 1,
	    .issuer = issuer };
	int dir = begin(".chatelaine/pending/work"), fd;

	(void)state;
	fd = pending_reserve(store, "work", &intent, NULL);
	assert_true(fd >= 0);
	close(fd);
	/* The end counts: the file, its first name, the name that counts. */
	assert_string_equal(synced + strlen(synced) - 3, "fdD");
	close(dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_whole_before_it_has_its_name),
		TEST(names_that_come_and_go_are_kept),
		TEST(a_line_is_there_before_anything_goes_on),
		TEST(what_is_about_to_be_sent_is_there_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
