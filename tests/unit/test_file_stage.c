/*
 * file, in two halves: nothing shows before it is committed, and nothing that
 * came in between is lost unseen.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
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

static char path[] = "/tmp/chatelaine-stage-XXXXXX";
static char temporary[NAME_MAX + 1];
static int dir;

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static int
open_dir(void **state)
{
	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	if (mkdtemp(path) == NULL)
		return -1;
	dir = open(path, O_RDONLY | O_DIRECTORY);
	return dir < 0 ? -1 : 0;
}

static int
close_dir(void **state)
{
	(void)state;
	umask(022);
	close(dir);
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
check_contents(const char *name, const char *expected)
{
	struct buffer text = BUFFER_INIT;

	assert_int_equal(file_read(dir, name, 4096, &text, NULL, NULL), 0);
	assert_string_equal(text.data, expected);
	buffer_release(&text);
}

static int
entries(void)
{
	DIR *d = opendir(path);
	int count = -2;		/* "." and ".." */

	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void
stage(const char *text)
{
	assert_int_equal(file_stage(dir, "f", text, strlen(text), temporary,
	    NULL), 0);
}

static void
what_is_staged_is_whole_private_and_beside(void **state)
{
	static const mode_t masks[] = { 0, 022, 0777 };
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		umask(masks[i]);
		stage("new");
		assert_true(file_is_temporary(temporary, "f"));
		check_contents(temporary, "new");
		assert_int_equal(fstatat(dir, temporary, &st,
		    AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(faccessat(dir, "f", F_OK, 0), -1);
		file_discard(dir, temporary);
		assert_int_equal(entries(), 0);
	}
	/* A killed process leaves it; it is swept. */
	stage("new");
	file_sweep(dir, "f");
	assert_int_equal(entries(), 0);
}

static void
committing_replaces(void **state)
{
	(void)state;
	stage("one");
	assert_int_equal(file_commit(dir, temporary, "f", NULL), 0);
	check_contents("f", "one");
	stage("two");
	check_contents("f", "one");
	assert_int_equal(file_commit(dir, temporary, "f", NULL), 0);
	check_contents("f", "two");
	assert_int_equal(entries(), 1);
}

static void
a_failed_commit_leaves_nothing_staged(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdirat(dir, "f", 0700), 0);
	stage("new");
	assert_int_equal(file_commit(dir, temporary, "f", &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(entries(), 1);
}

static void
nothing_new_over_what_came_meanwhile(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	stage("one");
	assert_int_equal(file_commit_new(dir, temporary, "f", NULL), 0);
	check_contents("f", "one");
	assert_int_equal(entries(), 1);
#ifdef HAVE_RENAMEAT2
	stage("two");
	assert_int_equal(file_commit_new(dir, temporary, "f", &err), -1);
	assert_int_equal(err.code, ERROR_BUSY);
	check_contents("f", "one");
	/* It is there still, for whoever tries again. */
	check_contents(temporary, "two");
	file_discard(dir, temporary);
#endif
	assert_int_equal(entries(), 1);
}

static void
exchanging_keeps_the_old_one(void **state)
{
	int result;

	(void)state;
	stage("one");
	/* With nothing there it is as committing. */
	assert_int_equal(file_exchange(dir, temporary, "f", NULL), 0);
	check_contents("f", "one");
	assert_int_equal(entries(), 1);
	stage("two");
	result = file_exchange(dir, temporary, "f", NULL);
	check_contents("f", "two");
	if (result == 1) {
		check_contents(temporary, "one");
		file_discard(dir, temporary);
	} else
		assert_int_equal(result, 0);
	assert_int_equal(entries(), 1);
}

/* Who has the old file open writes into it, not into the new one. */
static void
a_late_writer_is_found(void **state)
{
	int fd;

	(void)state;
	stage("old");
	assert_int_equal(file_commit(dir, temporary, "f", NULL), 0);
	fd = openat(dir, "f", O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	stage("view");
	if (file_exchange(dir, temporary, "f", NULL) == 1) {
		assert_int_equal(write(fd, "+late", 5), 5);
		check_contents(temporary, "old+late");
	}
	check_contents("f", "view");
	close(fd);
}

static void
a_link_is_exchanged_not_followed(void **state)
{
	struct stat st;

	(void)state;
	stage("target");
	assert_int_equal(file_commit(dir, temporary, "target", NULL), 0);
	assert_int_equal(symlinkat("target", dir, "f"), 0);
	stage("new");
	assert_true(file_exchange(dir, temporary, "f", NULL) >= 0);
	assert_int_equal(fstatat(dir, "f", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
	check_contents("f", "new");
	check_contents("target", "target");
}

static void
a_name_too_long_or_no_room(void **state)
{
	struct error err = ERROR_INIT;
	char name[NAME_MAX + 1];

	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	assert_int_equal(file_stage(dir, name, "x", 1, temporary, &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(entries(), 0);
}

/* Otherwise the user could not read what root put there. */
static void
what_root_stages_belongs_to_the_directorys_owner(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		return;	/* skip() is a failure in this cmocka's TAP */
	assert_int_equal(fchown(dir, 65534, 65534), 0);
	stage("x");
	assert_int_equal(fstatat(dir, temporary, &st, 0), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(st.st_gid, 65534);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_staged_is_whole_private_and_beside),
		TEST(committing_replaces),
		TEST(a_failed_commit_leaves_nothing_staged),
		TEST(nothing_new_over_what_came_meanwhile),
		TEST(exchanging_keeps_the_old_one),
		TEST(a_late_writer_is_found),
		TEST(a_link_is_exchanged_not_followed),
		TEST(a_name_too_long_or_no_room),
		TEST(what_root_stages_belongs_to_the_directorys_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
