/*
 * lock: one process at a time, however the holder ends.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <fcntl.h>
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
#include "base/json.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/store.h"
#include "temp_store.h"

/* Starts a process that takes the lock of @name and holds it until it is
 * killed; it has the lock when this returns. */
static pid_t
start_holder(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = lock_try(store, name, NULL);

		if (fd < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void
kill_holder(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
the_holder_excludes_others_and_is_named(void **state)
{
	static const char *const names[] = { "work", "acme/work", LOCK_SPEND };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pid_t pid = start_holder(names[i]);
		struct error err;
		char number[32];
		int fd;

		snprintf(number, sizeof number, "process %ld", (long)pid);
		assert_int_equal(lock_try(store, names[i], &err), -1);
		assert_int_equal(err.code, ERROR_BUSY);
		assert_non_null(strstr(err.text, number));
		assert_int_equal(lock_take(store, names[i], 60, &err), -1);
		assert_int_equal(err.code, ERROR_BUSY);
		/* Released by the death of its holder. */
		kill_holder(pid);
		fd = lock_try(store, names[i], NULL);
		assert_true(fd >= 0);
		close(fd);
	}
}

static void
locks_do_not_cover_each_other(void **state)
{
	int one = lock_try(store, "work", NULL);
	int two = lock_try(store, "acme/work", NULL);
	int three = lock_try(store, LOCK_SPEND, NULL);

	(void)state;
	assert_true(one >= 0 && two >= 0 && three >= 0);
	/* Each is released alone. */
	close(one);
	one = lock_try(store, "work", NULL);
	assert_true(one >= 0);
	assert_int_equal(lock_try(store, "acme/work", NULL), -1);
	assert_int_equal(lock_try(store, LOCK_SPEND, NULL), -1);
	close(one);
	close(two);
	close(three);
}

static void
waiting_ends_when_the_lock_is_free(void **state)
{
	pid_t holder = start_holder("work"), waiter;
	int status;

	(void)state;
	waiter = fork();
	assert_true(waiter >= 0);
	if (waiter == 0)
		_exit(lock_take(store, "work", 60000, NULL) >= 0 ? 0 : 1);
	kill_holder(holder);
	assert_int_equal(waitpid(waiter, &status, 0), waiter);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Somebody tidied up: the lock on a file without a name excludes nobody, so
 * nobody may be told that it has one. */
static void
a_removed_file_is_made_anew(void **state)
{
	char file[256];
	int first, second;

	(void)state;
	first = lock_try(store, "work", NULL);
	assert_true(first >= 0);
	snprintf(file, sizeof file, "%s/.chatelaine/locks/work.lock", path);
	assert_int_equal(unlink(file), 0);
	second = lock_try(store, "work", NULL);
	assert_true(second >= 0);
	assert_int_equal(lock_try(store, "work", NULL), -1);
	close(first);
	assert_int_equal(lock_try(store, "work", NULL), -1);
	close(second);
}

static void
the_file_is_private_and_no_link(void **state)
{
	struct error err;
	struct stat st;
	char file[256], victim[256];
	int fd = lock_try(store, "work", NULL);

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
	snprintf(file, sizeof file, "%s/.chatelaine/locks/evil.lock", path);
	snprintf(victim, sizeof victim, "%s/victim", path);
	assert_int_equal(symlink(victim, file), 0);
	assert_int_equal(lock_try(store, "evil", &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(access(victim, F_OK), -1);
	close(open(victim, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(lock_try(store, "evil", &err), -1);
	assert_non_null(strstr(err.text, "cannot open"));
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void
any_umask_leaves_a_lock_that_can_be_taken_again(void **state)
{
	mode_t old = umask(0777);
	struct stat st;
	int fd = lock_try(store, "work", NULL);

	(void)state;
	umask(old);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	close(fd);
}

/* What is removed just before the next flock(), or so many of them. */
static const char *vanishing;
static int vanish_more;

int
flock(int fd, int operation)
{
	if (vanishing != NULL)
		assert_int_equal(unlink(vanishing), 0);
	if (vanish_more-- <= 0)
		vanishing = NULL;
	return (int)syscall(SYS_flock, fd, operation);
}

/* One that has it, and one who opens the file by its name, would else have it
 * both. */
static void
a_file_that_goes_as_it_is_locked_is_no_lock(void **state)
{
	struct stat ours, theirs;
	char file[256];
	int fd;

	(void)state;
	snprintf(file, sizeof file, "%s/.chatelaine/locks/work.lock", path);
	vanishing = file;
	fd = lock_try(store, "work", NULL);
	assert_true(fd >= 0);
	assert_null(vanishing);
	assert_int_equal(fstat(fd, &ours), 0);
	assert_int_equal(stat(file, &theirs), 0);
	assert_int_equal(ours.st_ino, theirs.st_ino);
	close(fd);
}

static void
a_file_that_always_goes_is_given_up(void **state)
{
	struct error err;
	char file[256];

	(void)state;
	snprintf(file, sizeof file, "%s/.chatelaine/locks/work.lock", path);
	vanishing = file;
	vanish_more = 1000;
	assert_int_equal(lock_try(store, "work", &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_non_null(strstr(err.text, "is the store being deleted?"));
	vanishing = NULL;
	vanish_more = 0;
}

/* Otherwise the owner could never lock it again. */
static void
what_root_locks_belongs_to_the_stores_owner(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	if (geteuid() != 0)
		return;	/* skip() is a failure in this cmocka's TAP */
	assert_int_equal(chown(path, 65534, 65534), 0);
	fd = lock_try(store, "work", NULL);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_uid, 65534);
	close(fd);
}

static void
asking_takes_and_makes_nothing(void **state)
{
	char file[256];
	pid_t pid;
	int fd;

	(void)state;
	snprintf(file, sizeof file, "%s/.chatelaine", path);
	assert_false(lock_is_held(store, LOCK_KEEP));
	assert_int_equal(access(file, F_OK), -1);
	pid = start_holder(LOCK_KEEP);
	assert_true(lock_is_held(store, LOCK_KEEP));
	assert_true(lock_is_held(store, LOCK_KEEP));
	assert_false(lock_is_held(store, LOCK_TARGETS));
	assert_false(lock_is_held(store, "work"));
	kill_holder(pid);
	assert_false(lock_is_held(store, LOCK_KEEP));
	/* It is free for whoever wants it. */
	fd = lock_try(store, LOCK_KEEP, NULL);
	assert_true(fd >= 0);
	assert_true(lock_is_held(store, LOCK_KEEP));
	close(fd);
}

/* None of the store's own is a profile's. */
static void
the_stores_own_locks_differ(void **state)
{
	static const char *const names[] = {
		LOCK_SPEND, LOCK_TARGETS, LOCK_KEEP, "targets", "keep",
	};
	int fd[5];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		fd[i] = lock_try(store, names[i], NULL);
		assert_true(fd[i] >= 0);
	}
	for (size_t i = 0; i < 5; i++)
		close(fd[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

static volatile sig_atomic_t stop, never;

static void
on_alarm(int number)
{
	(void)number;
	stop = 1;
}

static void
waiting_ends_when_somebody_wants_it(void **state)
{
	const struct itimerval soon = { { 0, 0 }, { 0, 50000 } };
	struct sigaction action = { .sa_handler = on_alarm };
	struct error err = ERROR_INIT;
	int64_t start = time_steady_ms();
	pid_t pid = start_holder("work");

	(void)state;
	sigaction(SIGALRM, &action, NULL);
	/* A signal that wants nothing is none. */
	stop = 0;
	store_set_interrupt(store, &never);
	setitimer(ITIMER_REAL, &soon, NULL);
	while (stop == 0)
		assert_int_equal(lock_pause(store, &err), 0);
	stop = 0;
	store_set_interrupt(store, &stop);
	/* More than one: it may come between two naps. */
	for (int i = 0; i < 3 && err.code != ERROR_INTERRUPTED; i++) {
		setitimer(ITIMER_REAL, &soon, NULL);
		assert_int_equal(lock_take(store, "work", 1000, &err), -1);
	}
	assert_int_equal(err.code, ERROR_INTERRUPTED);
	assert_true(time_steady_ms() - start < 2500);
	/* What came before is no reason not to wait for what must be done. */
	assert_int_equal(lock_take(store, "work", 50, &err), -1);
	assert_int_equal(err.code, ERROR_BUSY);
	store_set_interrupt(store, NULL);
	kill_holder(pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_holder_excludes_others_and_is_named),
		TEST(locks_do_not_cover_each_other),
		TEST(waiting_ends_when_the_lock_is_free),
		TEST(waiting_ends_when_somebody_wants_it),
		TEST(a_removed_file_is_made_anew),
		TEST(the_file_is_private_and_no_link),
		TEST(a_file_that_goes_as_it_is_locked_is_no_lock),
		TEST(a_file_that_always_goes_is_given_up),
		TEST(any_umask_leaves_a_lock_that_can_be_taken_again),
		TEST(what_root_locks_belongs_to_the_stores_owner),
		TEST(asking_takes_and_makes_nothing),
		TEST(the_stores_own_locks_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
