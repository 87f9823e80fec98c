#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/time.h"
#include "storage/lock.h"

#define SUFFIX ".lock"
#define SPEND_FILE "%spend" SUFFIX	/* no profile's name starts with % */
/* How often a lock that vanishes is made again. */
#define ROUNDS_MAX 100

#define FILE_SIZE (STORE_NAME_MAX + sizeof SUFFIX)

static void
lock_file(char file[FILE_SIZE], const char *name)
{
	char flat[STORE_NAME_MAX + 1];

	if (name == LOCK_SPEND)
		snprintf(file, FILE_SIZE, "%s", SPEND_FILE);
	else {
		store_flat_name(flat, name);
		snprintf(file, FILE_SIZE, "%s%s", flat, SUFFIX);
	}
}

/* Leaves our pid in the file, for the message of whoever waits. */
static void
sign(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());

	/* Without it the message names process 0; that is all. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return;
}

static int
busy(int fd, const char *name, struct error *err)
{
	char text[32] = "";
	long pid = 0;
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n > 0)
		pid = strtol(text, NULL, 10);
	if (name == LOCK_SPEND)
		return error_set(err, ERROR_BUSY,
		    _("another renewal is under way (process %ld); try again "
		    "when it is done"), pid);
	if (*name == '%')
		return error_set(err, ERROR_BUSY,
		    _("process %ld is at work on the same; try again when it "
		    "is done"), pid);
	return error_set(err, ERROR_BUSY,
	    _("'%s' is in use by process %ld; try again when it is done"),
	    name, pid);
}

/* 0 if the file was removed or replaced after we opened it: then the lock on it
 * excludes nobody. 1 if not; -1: that cannot be told, for the errno. */
static int
is_current(int dir, const char *file, int fd)
{
	struct stat ours, theirs;

	if (fstat(fd, &ours) != 0)
		return -1;
	if (fstatat(dir, file, &theirs, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static int
cannot_open(const char *name, int number, struct error *err)
{
	return error_set_errno(err, number, _("cannot open the lock of %s"),
	    name == LOCK_SPEND || *name == '%' ? _("the store") : name);
}

static int
try_in(int dir, const char *file, const char *name, struct error *err)
{
	int fd, current, number;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		fd = file_ensure(dir, file) < 0 ? -1 : openat(dir, file,
		    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;	/* removed in between */
		if (fd < 0)
			return cannot_open(name, errno, err);
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			if (errno == EWOULDBLOCK)
				busy(fd, name, err);
			else
				error_set_errno(err, errno,
				    _("this file system cannot lock, so "
				    "nothing is sent; move the store to "
				    "another one"));
			close(fd);
			return -1;
		}
		current = is_current(dir, file, fd);
		number = errno;
		if (current > 0) {
			sign(fd);
			return fd;
		}
		close(fd);
		if (current < 0)
			return cannot_open(name, number, err);
	}
	return error_set(err, ERROR_FAILED, "%s",
	    _("the lock is removed as fast as it is made; is the store being "
	    "deleted?"));
}

int
lock_try(struct store *store, const char *name, struct error *err)
{
	char file[FILE_SIZE];
	int dir, fd;

	lock_file(file, name);
	dir = store_make_part(store, STORE_LOCKS, err);
	if (dir < 0)
		return -1;
	fd = try_in(dir, file, name, err);
	close(dir);
	return fd;
}

bool
lock_is_held(const struct store *store, const char *name)
{
	char file[FILE_SIZE];
	int dir, fd;
	bool held;

	lock_file(file, name);
	dir = store_open_part(store, STORE_LOCKS, NULL);
	if (dir < 0)
		return false;
	fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(dir);
	if (fd < 0)
		return false;
	/* Shared, so that two who ask do not see each other. */
	held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

int
lock_pause(const struct store *store, struct error *err)
{
	if (poll(NULL, 0, LOCK_RETRY_MS) < 0 && errno == EINTR &&
	    store_is_interrupted(store))
		return error_set(err, ERROR_INTERRUPTED, "%s",
		    _("interrupted"));
	return 0;
}

int
lock_take(struct store *store, const char *name, int wait_ms,
    struct error *err)
{
	int64_t end = time_steady_ms() + wait_ms;
	struct error why = ERROR_INIT;
	int fd;

	while ((fd = lock_try(store, name, &why)) < 0 &&
	    why.code == ERROR_BUSY && time_steady_ms() < end &&
	    lock_pause(store, &why) == 0)
		continue;
	return fd >= 0 ? fd : error_give(err, &why);
}
