/*
 * watch: what happens to a file is told, by the descriptor and without it.
 * The system queues an event before the call that made it returns, so that
 * nothing here waits for time to pass.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/watch.h"

#define NOBODY 65534

static char path[] = "/tmp/chatelaine-watch-XXXXXX";
static int dir;
static struct watch *watch;

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
	watch = watch_open(NULL);
	return dir < 0 || watch == NULL ? -1 : 0;
}

static int
open_polling(void **state)
{
	if (open_dir(state) != 0)
		return -1;
	watch_close(watch);
	watch = watch_open_polling(NULL);
	return watch == NULL ? -1 : 0;
}

static int
close_dir(void **state)
{
	(void)state;
	watch_close(watch);
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
replace(const char *name, const char *text)
{
	put(".new", text);
	assert_int_equal(renameat(dir, ".new", dir, name), 0);
}

static void
make_dir(const char *name)
{
	assert_int_equal(mkdirat(dir, name, 0700), 0);
}

static void
move(const char *from, const char *to)
{
	assert_int_equal(renameat(dir, from, dir, to), 0);
}

static void
drop(const char *name)
{
	assert_int_equal(unlinkat(dir, name, 0), 0);
}

static void
point(const char *name, const char *target)
{
	assert_int_equal(symlinkat(target, dir, name), 0);
}

static void
add(const char *name)
{
	char whole[256];

	snprintf(whole, sizeof whole, "%s/%s", path, name);
	assert_int_equal(watch_add(watch, whole, NULL), 0);
}

static bool
readable(int ms)
{
	struct pollfd wait = { watch_fd(watch), POLLIN, 0 };

	return poll(&wait, 1, ms) == 1;
}

/* Somebody who waits is woken, and told of a change once. */
static void
assert_told(void)
{
	if (watch_fd(watch) >= 0)
		assert_true(readable(10000));
	assert_true(watch_changed(watch));
	assert_false(watch_changed(watch));
	assert_false(readable(0));
}

/* Woken or not, there is no change to tell of. */
static void
assert_not_told(void)
{
	assert_false(watch_changed(watch));
	assert_false(readable(0));
}

static void
nothing_is_watched_at_first(void **state)
{
	(void)state;
	put("file", "a");
	assert_not_told();
	assert_int_equal(watch_interval_ms(watch),
	    watch_fd(watch) >= 0 ? 30000 : 1000);
	watch_close(NULL);
}

static void
the_life_of_a_file_is_told(void **state)
{
	(void)state;
	add("file");
	add("file");
	assert_not_told();
	put("file", "a");
	assert_told();
	put("file", "ab");
	assert_told();
	replace("file", "abc");
	assert_told();
	drop("file");
	assert_told();
	replace("file", "abc");
	assert_told();
	move("file", "away");
	assert_told();
	assert_not_told();
}

static void
the_same_bytes_again_are_told(void **state)
{
	const struct timespec then[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	(void)state;
	put("file", "a");
	assert_int_equal(utimensat(dir, "file", then, 0), 0);
	add("file");
	put("file", "a");
	assert_int_equal(utimensat(dir, "file", then, 0), 0);
	/* Only the queue knows. */
	if (watch_fd(watch) >= 0)
		assert_told();
}

static void
other_files_are_no_change(void **state)
{
	(void)state;
	put("file", "a");
	add("file");
	put("other", "a");
	replace("another", "a");
	drop("other");
	make_dir("d");
	put("d/file", "a");
	assert_int_equal(fchmodat(dir, "file", 0400, 0), 0);
	assert_not_told();
	/* Until they are watched as well. */
	add("other");
	add("d/file");
	put("other", "ab");
	assert_told();
	put("d/file", "ab");
	assert_told();
}

static void
a_directory_may_come_later(void **state)
{
	(void)state;
	add("a/b/file");
	make_dir("a");
	assert_not_told();
	make_dir("a/b");
	assert_not_told();
	put("a/b/file", "1");
	assert_told();
	/* What is above is not watched any more. */
	put("other", "1");
	put("a/other", "1");
	assert_false(readable(0));
}

static void
a_directory_may_come_with_the_file(void **state)
{
	(void)state;
	add("a/b/file");
	make_dir("tree");
	make_dir("tree/b");
	put("tree/b/file", "1");
	move("tree", "a");
	assert_told();
	put("a/b/file", "12");
	assert_told();
}

static void
a_directory_may_be_replaced(void **state)
{
	(void)state;
	make_dir("a");
	put("a/file", "1");
	add("a/file");
	make_dir("new");
	put("new/file", "1");
	move("a", "old");
	move("new", "a");
	assert_told();
	put("a/file", "2");
	assert_told();
	put("old/file", "3");
	assert_false(readable(0));
	/* And go, and come. */
	drop("a/file");
	assert_int_equal(unlinkat(dir, "a", AT_REMOVEDIR), 0);
	assert_told();
	make_dir("a");
	assert_not_told();
	put("a/file", "1");
	assert_told();
}

/* No event tells of it: the watched directory is the one that moved. */
static void
a_directory_above_may_be_replaced(void **state)
{
	(void)state;
	make_dir("top");
	make_dir("top/a");
	put("top/a/file", "1");
	add("top/a/file");
	make_dir("new");
	make_dir("new/a");
	put("new/a/file", "1");
	move("top", "old");
	move("new", "top");
	assert_true(watch_changed(watch));
	assert_not_told();
	put("top/a/file", "2");
	assert_told();
}

static void
what_a_link_points_to_is_watched(void **state)
{
	(void)state;
	make_dir("d");
	make_dir("far");
	put("far/file", "1");
	point("far/link", "file");
	point("d/link", "../far/link");
	add("d/link");
	put("far/file", "12");
	assert_told();
	put("far/.new", "123");
	move("far/.new", "far/file");
	assert_told();
	drop("far/file");
	assert_told();
	put("far/file", "1");
	assert_told();
	/* Where it points to changes. */
	make_dir("near");
	put("near/file", "1");
	point("new", "../near/file");
	move("new", "d/link");
	assert_told();
	put("near/file", "12");
	assert_told();
	put("far/file", "1234");
	assert_not_told();
}

static void
a_link_may_point_to_nothing_or_itself(void **state)
{
	(void)state;
	point("dangling", "none/file");
	point("loop", "loop");
	add("dangling");
	add("loop");
	assert_not_told();
	make_dir("none");
	assert_not_told();
	put("none/file", "1");
	assert_told();
	drop("loop");
	put("loop", "1");
	assert_told();
}

static void
a_fifo_does_not_block(void **state)
{
	(void)state;
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	point("link", "fifo");
	add("fifo");
	add("link");
	assert_not_told();
	replace("fifo", "1");
	assert_told();
}

static void
a_path_may_be_relative(void **state)
{
	int here = open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(fchdir(dir), 0);
	assert_int_equal(watch_add(watch, "file", NULL), 0);
	assert_int_equal(watch_add(watch, "d/file", NULL), 0);
	put("file", "1");
	assert_told();
	make_dir("d");
	assert_not_told();
	put("d/file", "1");
	assert_told();
	watch_clear(watch);
	assert_int_equal(fchdir(here), 0);
	close(here);
}

static void
what_was_forgotten_is_not_told(void **state)
{
	(void)state;
	add("file");
	put("file", "1");
	watch_clear(watch);
	assert_not_told();
	put("file", "12");
	assert_false(readable(0));
	assert_not_told();
	add("file");
	assert_not_told();
	put("file", "123");
	assert_told();
}

/* Makes the system lose events; false where that would take too many. */
static bool
flood(void)
{
	FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	unsigned long most;

	if (limit == NULL || fscanf(limit, "%lu", &most) != 1)
		most = 0;
	if (limit != NULL)
		fclose(limit);
	if (most == 0 || most > 200000)
		return false;
	for (unsigned long i = 0; i < most; i += 2) {
		point("noise", "x");
		drop("noise");
	}
	return true;
}

static void
a_full_queue_loses_no_change(void **state)
{
	(void)state;
	put("file", "1");
	add("file");
	if (watch_fd(watch) < 0 || !flood())
		return;
	put("file", "12");
	assert_told();
	assert_true(flood());
	assert_not_told();
	put("file", "123");
	assert_told();
}

/* As somebody whom permissions stop, 0 if all is as it should be. */
static int
watch_the_unreadable(void)
{
	char whole[256];
	struct watch *w = watch_open(NULL);

	if (geteuid() == 0 && setuid(NOBODY) != 0)
		return 2;
	snprintf(whole, sizeof whole, "%s/d/file", path);
	if (watch_add(w, whole, NULL) != 0 || watch_interval_ms(w) != 1000)
		return 3;
	put("d/file", "12");
	if (!watch_changed(w) || watch_changed(w))
		return 4;
	watch_close(w);
	return 0;
}

/* Such a directory can be passed, but inotify does not take it. */
static void
a_directory_that_cannot_be_read_is_polled(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	make_dir("d");
	put("d/file", "1");
	assert_int_equal(fchmodat(dir, "d/file", 0666, 0), 0);
	assert_int_equal(fchmodat(dir, "d", 0311, 0), 0);
	assert_int_equal(fchmod(dir, 0711), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(watch_the_unreadable());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(fchmodat(dir, "d", 0700, 0), 0);
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)
#define BOTH(name) TEST(name), { "polling: " #name, name, open_polling, \
	close_dir, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(nothing_is_watched_at_first),
		BOTH(the_life_of_a_file_is_told),
		TEST(the_same_bytes_again_are_told),
		BOTH(other_files_are_no_change),
		BOTH(a_directory_may_come_later),
		BOTH(a_directory_may_come_with_the_file),
		BOTH(a_directory_may_be_replaced),
		BOTH(a_directory_above_may_be_replaced),
		BOTH(what_a_link_points_to_is_watched),
		BOTH(a_link_may_point_to_nothing_or_itself),
		BOTH(a_fifo_does_not_block),
		BOTH(a_path_may_be_relative),
		BOTH(what_was_forgotten_is_not_told),
		TEST(a_full_queue_loses_no_change),
		TEST(a_directory_that_cannot_be_read_is_polled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
