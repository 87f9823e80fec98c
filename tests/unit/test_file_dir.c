/*
 * file: directories, and whose they are. What only permissions show is tried
 * as an ordinary user, which root becomes in a child.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

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

#define NOBODY 65534

static char path[] = "/tmp/chatelaine-dir-XXXXXX";
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
	umask(022);
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
	fchmod(dir, 0700);
	close(dir);
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
put(const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

/* Runs @what, which may use no assertions, as somebody without privileges;
 * true if it returned true. */
static bool
as_ordinary_user(bool (*what)(void))
{
	int status;
	pid_t pid;

	if (geteuid() == 0)
		assert_int_equal(fchown(dir, NOBODY, NOBODY), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 && setuid(NOBODY) != 0)
			_exit(2);
		_exit(what() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
make_path(const char *below, struct error *err)
{
	char name[256];

	snprintf(name, sizeof name, "%s/%s", path, below);
	return file_make_path(name, err);
}

static bool
directories_under_umask_0777(void)
{
	int fd;

	umask(0777);
	fd = file_make_dir(dir, "d", NULL);
	return fd >= 0;
}

static void
an_ordinary_user_makes_directories_under_any_umask(void **state)
{
	(void)state;
	assert_true(as_ordinary_user(directories_under_umask_0777));
	assert_int_equal(mode_of("d"), 0700);
}

static void
directories_are_opened_without_following(void **state)
{
	static const struct {
		const char *name;
		enum error_code code;
	} table[] = {
		{ "none", ERROR_NOT_FOUND }, { "link", ERROR_FAILED },
		{ "file", ERROR_FAILED },
	};
	struct error err;
	int fd;

	(void)state;
	put("file", "");
	fd = file_make_dir(dir, "d", NULL);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlinkat("d", dir, "link"), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		assert_int_equal(file_open_dir(dir, table[i].name, &err), -1);
		assert_int_equal(err.code, table[i].code);
		if (table[i].code == ERROR_NOT_FOUND)
			continue;
		assert_int_equal(file_make_dir(dir, table[i].name, &err), -1);
	}
	/* One that is there stays as it is. */
	assert_int_equal(fchmodat(dir, "d", 0755, 0), 0);
	fd = file_make_dir(dir, "d", NULL);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(mode_of("d"), 0755);
}

static void
a_path_is_made_private(void **state)
{
	struct error err;

	(void)state;
	umask(0);
	assert_int_equal(make_path("a//b/c/", NULL), 0);
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b"), 0700);
	assert_int_equal(mode_of("a/b/c"), 0700);
	assert_int_equal(make_path("a/b/c", NULL), 0);
	/* Above the store links are followed: a home may be one. */
	assert_int_equal(symlinkat("a", dir, "home"), 0);
	assert_int_equal(make_path("home/d", NULL), 0);
	assert_int_equal(mode_of("a/d"), 0700);
	put("file", "");
	assert_int_equal(make_path("file/x", &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
}

static void
a_relative_path_is_made_here(void **state)
{
	int here = open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(fchdir(dir), 0);
	assert_int_equal(file_make_path("x/y", NULL), 0);
	assert_int_equal(fchdir(here), 0);
	close(here);
	assert_int_equal(mode_of("x/y"), 0700);
}

static bool
path_below_an_unreadable_one(void)
{
	return mkdirat(dir, "passage", 0700) == 0 &&
	    mkdirat(dir, "passage/mine", 0700) == 0 &&
	    fchmodat(dir, "passage", 0111, 0) == 0 &&
	    make_path("passage/mine/store", NULL) == 0;
}

/* /home is 0711 on many machines: it can be passed, not read. */
static void
passing_needs_no_reading(void **state)
{
	bool made = as_ordinary_user(path_below_an_unreadable_one);

	(void)state;
	assert_int_equal(fchmodat(dir, "passage", 0700, 0), 0);
	assert_true(made);
	assert_int_equal(mode_of("passage/mine/store"), 0700);
}

static void
a_directory_is_removed_with_its_files(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(make_path("d", NULL), 0);
	put("outside", "");
	put("d/file", "");
	put("d/.hidden", "");
	assert_int_equal(symlinkat("../outside", dir, "d/link"), 0);
	assert_int_equal(file_remove_dir(dir, "d", NULL), 0);
	assert_int_equal(faccessat(dir, "d", F_OK, 0), -1);
	assert_int_equal(faccessat(dir, "outside", F_OK, 0), 0);
	/* No deeper, and not through a link. */
	assert_int_equal(make_path("d/below", NULL), 0);
	put("d/below/file", "");
	assert_int_equal(file_remove_dir(dir, "d", &err), -1);
	assert_int_equal(faccessat(dir, "d/below/file", F_OK, 0), 0);
	assert_int_equal(symlinkat("d", dir, "link"), 0);
	assert_int_equal(file_remove_dir(dir, "link", &err), -1);
	assert_int_equal(file_remove_dir(dir, "none", &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void
removing_what_is_not_there_is_done(void **state)
{
	struct error err;

	(void)state;
	put("file", "");
	assert_int_equal(file_remove(dir, "file", NULL), 0);
	assert_int_equal(file_remove(dir, "file", NULL), 0);
	assert_int_equal(mkdirat(dir, "d", 0700), 0);
	assert_int_equal(file_remove(dir, "d", &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
}

static void
what_root_makes_belongs_to_the_directorys_owner(void **state)
{
	static const char *const made[] = { "w", "a", "r", "d", "p", "p/q" };
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		return;	/* skip() is a failure in this cmocka's TAP */
	assert_int_equal(fchown(dir, NOBODY, 4321), 0);
	assert_int_equal(file_write(dir, "w", "x", 1, NULL), 0);
	assert_int_equal(file_append(dir, "a", "x\n", 2, NULL), 0);
	close(file_reserve(dir, "r", "", 0, 1, NULL));
	close(file_make_dir(dir, "d", NULL));
	assert_int_equal(make_path("p/q", NULL), 0);
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
		assert_int_equal(fstatat(dir, made[i], &st, 0), 0);
		assert_int_equal(st.st_uid, NOBODY);
		assert_int_equal(st.st_gid, 4321);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ordinary_user_makes_directories_under_any_umask),
		TEST(directories_are_opened_without_following),
		TEST(a_path_is_made_private),
		TEST(a_relative_path_is_made_here),
		TEST(passing_needs_no_reading),
		TEST(a_directory_is_removed_with_its_files),
		TEST(removing_what_is_not_there_is_done),
		TEST(what_root_makes_belongs_to_the_directorys_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
