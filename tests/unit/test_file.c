/*
 * file: what is read, what is refused, and that a file is replaced whole or
 * not at all. What only permissions show is tried as an ordinary user, which
 * root becomes in a child.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
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

static char path[] = "/tmp/chatelaine-file-XXXXXX";
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

static void
check_contents(const char *name, const char *expected)
{
	struct buffer text = BUFFER_INIT;

	assert_int_equal(file_read(dir, name, 4096, &text, NULL, NULL), 0);
	assert_string_equal(text.data, expected);
	buffer_release(&text);
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
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

/* --- Reading ---------------------------------------------------------------------- */

static void
files_are_read_up_to_their_limit(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct file_facts facts;
	struct error err;

	(void)state;
	put("empty", "");
	put("five", "12345");
	assert_int_equal(fchmodat(dir, "five", 0640, 0), 0);
	assert_int_equal(linkat(dir, "five", dir, "link", 0), 0);
	assert_int_equal(file_read(dir, "empty", 0, &text, NULL, NULL), 0);
	assert_int_equal(text.length, 0);
	assert_int_equal(file_read(dir, "five", 5, &text, &facts, NULL), 0);
	assert_string_equal(text.data, "12345");
	assert_int_equal(facts.mode, 0640);
	assert_int_equal(facts.links, 2);
	assert_int_equal(facts.uid, geteuid());
	assert_int_equal(file_read(dir, "five", 4, &text, NULL, &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_non_null(strstr(err.text, "larger"));
	buffer_release(&text);
}

static void
what_is_no_file_is_refused(void **state)
{
	static const struct {
		const char *name, *word;
		enum error_code code;
	} table[] = {
		{ "none", "no none", ERROR_NOT_FOUND },
		{ "link", "symbolic link", ERROR_FAILED },
		{ "dangling", "symbolic link", ERROR_FAILED },
		{ "fifo", "fifo", ERROR_FAILED },
		{ "directory", "directory", ERROR_FAILED },
		{ "sparse", "larger than 1 KiB", ERROR_FAILED },
	};
	struct buffer text = BUFFER_INIT;
	struct error err;
	int devices = open("/dev", O_RDONLY | O_DIRECTORY), fd;

	(void)state;
	put("file", "secret");
	put("sparse", "");
	fd = openat(dir, "sparse", O_WRONLY);
	assert_int_equal(ftruncate(fd, 1 << 30), 0);
	close(fd);
	assert_int_equal(symlinkat("file", dir, "link"), 0);
	assert_int_equal(symlinkat("nowhere", dir, "dangling"), 0);
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(mkdirat(dir, "directory", 0700), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		assert_int_equal(file_read(dir, table[i].name, 1024, &text,
		    NULL, &err), -1);
		if (err.code != table[i].code ||
		    strstr(err.text, table[i].word) == NULL)
			fail_msg("%s: %s", table[i].name, err.text);
	}
	assert_int_equal(file_read(devices, "null", 1024, &text, NULL, &err),
	    -1);
	assert_non_null(strstr(err.text, "device"));
	assert_int_equal(text.length, 0);
	close(devices);
	buffer_release(&text);
}

static bool
another_users_file_is_refused(void)
{
	struct buffer text = BUFFER_INIT;
	struct error err = ERROR_INIT;
	bool refused = file_read(dir, "theirs", 64, &text, NULL, &err) == -1 &&
	    err.code == ERROR_FAILED && strstr(err.text, "another user") &&
	    file_read(dir, "roots", 64, &text, NULL, &err) == 0;

	buffer_release(&text);
	return refused;
}

static void
files_of_others(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return;	/* skip() is a failure in this cmocka's TAP */
	put("theirs", "x");
	put("roots", "x");
	assert_int_equal(fchownat(dir, "theirs", 12345, 12345, 0), 0);
	assert_int_equal(fchmodat(dir, "theirs", 0644, 0), 0);
	assert_int_equal(fchmodat(dir, "roots", 0644, 0), 0);
	check_contents("theirs", "x");		/* root reads all */
	assert_true(as_ordinary_user(another_users_file_is_refused));
}

/* --- Writing ---------------------------------------------------------------------- */

static void
files_are_private_under_any_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 0777 };

	(void)state;
	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		int fd;

		umask(masks[i]);
		assert_int_equal(file_write(dir, "w", "one", 3, NULL), 0);
		assert_int_equal(mode_of("w"), 0600);
		assert_int_equal(file_append(dir, "a", "one\n", 4, NULL), 0);
		assert_int_equal(mode_of("a"), 0600);
		fd = file_reserve(dir, "r", "", 0, 100, NULL);
		assert_true(fd >= 0);
		close(fd);
		assert_int_equal(mode_of("r"), 0600);
		assert_int_equal(file_remove(dir, "w", NULL), 0);
		assert_int_equal(file_remove(dir, "a", NULL), 0);
		assert_int_equal(file_remove(dir, "r", NULL), 0);
	}
}

static void
a_file_is_replaced(void **state)
{
	struct buffer big = BUFFER_INIT;

	(void)state;
	while (big.length < 100000)
		buffer_add_string(&big, "0123456789");
	put("file", "old");
	assert_int_equal(fchmodat(dir, "file", 0644, 0), 0);
	assert_int_equal(file_write(dir, "file", big.data, big.length, NULL),
	    0);
	assert_int_equal(mode_of("file"), 0600);
	/* A link is replaced, not followed. */
	put("target", "untouched");
	assert_int_equal(symlinkat("target", dir, "link"), 0);
	assert_int_equal(file_write(dir, "link", "new", 3, NULL), 0);
	check_contents("link", "new");
	check_contents("target", "untouched");
	assert_int_equal(entries(), 3);
	buffer_release(&big);
}

static bool
writing_fails(void)
{
	struct error err = ERROR_INIT;

	return file_write(dir, "file", "new", 3, &err) == -1 &&
	    err.code == ERROR_FAILED && strstr(err.text, "ermission") != NULL;
}

static void
a_failed_write_leaves_the_old_file(void **state)
{
	struct rlimit old, small;
	struct error err = ERROR_INIT;
	int written;

	(void)state;
	put("file", "old");
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 2;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	written = file_write(dir, "file", "newer", 5, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(written, -1);
	assert_non_null(strstr(err.text, strerror(EFBIG)));
	check_contents("file", "old");
	/* A directory is not replaced. */
	assert_int_equal(mkdirat(dir, "directory", 0700), 0);
	assert_int_equal(file_write(dir, "directory", "x", 1, &err), -1);
	assert_int_equal(entries(), 2);
	assert_int_equal(fchmod(dir, 0500), 0);
	assert_true(as_ordinary_user(writing_fails));
	assert_int_equal(fchmod(dir, 0700), 0);
	check_contents("file", "old");
	assert_int_equal(entries(), 2);
}

static void
what_a_killed_writer_left_is_swept(void **state)
{
	static const char *const kept[] = {
		"file", ".file", ".file.abc", ".file.abcdefg", "file.abcdef",
		".other.abcdef", ".file.x.abcdef"
	};

	(void)state;
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		put(kept[i], "");
	put(".file.abcdef", "");
	put(".file.A1b2C3", "");
	file_sweep(dir, "file");
	assert_int_equal(entries(), sizeof kept / sizeof kept[0]);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		check_contents(kept[i], "");
}

static void
reserving_gives_room(void **state)
{
	struct rlimit old, small;
	struct error err = ERROR_INIT;
	struct stat st;
	char text[9];
	int fd;

	(void)state;
	fd = file_reserve(dir, "file", "head", 4, 10000, NULL);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_size >= 10004);
	/* The descriptor stands behind the head. */
	assert_int_equal(write(fd, "tail", 5), 5);
	close(fd);
	fd = openat(dir, "file", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof text), sizeof text);
	assert_string_equal(text, "headtail");
	close(fd);
	assert_int_equal(file_reserve(dir, "file", "", 0, 1, &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	/* No room: no file. */
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 100;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	fd = file_reserve(dir, "more", "head", 4, 10000, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(err.text, strerror(EFBIG)));
	assert_int_equal(entries(), 1);
}

static bool
appending_fails(void)
{
	struct error err = ERROR_INIT;

	/* The cause, not what was tried after it. */
	return file_append(dir, "new", "x\n", 2, &err) == -1 &&
	    strstr(err.text, strerror(EACCES)) != NULL;
}

static void
appending_adds_lines(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(file_append(dir, "log", "one\n", 4, NULL), 0);
	assert_int_equal(file_append(dir, "log", "two\n", 4, NULL), 0);
	check_contents("log", "one\ntwo\n");
	assert_int_equal(symlinkat("log", dir, "link"), 0);
	assert_int_equal(file_append(dir, "link", "x\n", 2, &err), -1);
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(file_append(dir, "fifo", "x\n", 2, &err), -1);
	assert_int_equal(mkdirat(dir, "directory", 0700), 0);
	assert_int_equal(file_append(dir, "directory", "x\n", 2, &err), -1);
	check_contents("log", "one\ntwo\n");
	assert_int_equal(fchmod(dir, 0500), 0);
	assert_true(as_ordinary_user(appending_fails));
	assert_int_equal(fchmod(dir, 0700), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_read_up_to_their_limit),
		TEST(what_is_no_file_is_refused),
		TEST(files_of_others),
		TEST(files_are_private_under_any_umask),
		TEST(a_file_is_replaced),
		TEST(a_failed_write_leaves_the_old_file),
		TEST(what_a_killed_writer_left_is_swept),
		TEST(reserving_gives_room),
		TEST(appending_adds_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
