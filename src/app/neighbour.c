#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/neighbour.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/time.h"

/* Longer than Codex holds its outer lock while it waits for the inner one. */
#define WAIT_MS 7000
#define STEP_MS 10

/* proper-lockfile takes a lock over that was not touched for this long; s. */
#define STALE 10

#define SUFFIX ".lock"

static int
busy(const struct place *place, struct error *err)
{
	return error_set(err, ERROR_BUSY,
	    _("%s is being written by %s; try again"), place->path,
	    place->consumer->title);
}

static int
take_flock(int dir, const char *name, mode_t mode, int *fd, int64_t end)
{
	*fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC, mode);
	if (*fd < 0 || file_inherit_owner(dir, *fd) != 0)
		return -1;
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) ||
		    time_steady_ms() >= end)
			return -1;
		poll(NULL, 0, STEP_MS);
	}
	return 0;
}

/* auth.lock in CODEX_HOME, then the file's own beside the file itself. */
static int
lock_codex(struct neighbour *neighbour, const struct place *place, int dir,
    const char *name, int64_t end)
{
	char *copy = strdup(place->path), file[NAME_MAX + 1];
	int home, result = -1;

	if (copy == NULL || (size_t)snprintf(file, sizeof file, "%s%s", name,
	    SUFFIX) >= sizeof file) {
		errno = copy == NULL ? ENOMEM : ENAMETOOLONG;
		free(copy);
		return -1;
	}
	*strrchr(copy, '/') = '\0';
	home = open(*copy == '\0' ? "/" : copy,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home >= 0 && take_flock(home, "auth" SUFFIX, 0644,
	    &neighbour->fd[0], end) == 0)
		result = take_flock(dir, file, 0600, &neighbour->fd[1], end);
	if (home >= 0)
		close(home);
	free(copy);
	return result;
}

static bool
is_stale(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    time(NULL) - st.st_mtime > STALE;
}

static int
lock_directory(struct neighbour *neighbour, int dir, const char *name,
    int64_t end)
{
	char lock[NAME_MAX + 1];

	if ((size_t)snprintf(lock, sizeof lock, "%s%s", name, SUFFIX) >=
	    sizeof lock) {
		errno = ENAMETOOLONG;
		return -1;
	}
	while (mkdirat(dir, lock, 0700) != 0) {
		if (errno != EEXIST)
			return -1;
		if (is_stale(dir, lock) &&
		    unlinkat(dir, lock, AT_REMOVEDIR) == 0)
			continue;
		if (time_steady_ms() >= end) {
			errno = EWOULDBLOCK;
			return -1;
		}
		poll(NULL, 0, STEP_MS);
	}
	neighbour->dir = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	strcpy(neighbour->made, lock);
	if (neighbour->dir >= 0)
		return 0;
	unlinkat(dir, lock, AT_REMOVEDIR);
	return -1;
}

int
neighbour_lock(struct neighbour *neighbour, const struct place *place,
    int dir, const char *name, struct error *err)
{
	int64_t end = time_steady_ms() + WAIT_MS;
	int result = 0, number;

	*neighbour = (struct neighbour){ { -1, -1 }, -1, "" };
	if (place->consumer->lock == CONSUMER_LOCK_CODEX)
		result = lock_codex(neighbour, place, dir, name, end);
	else if (place->consumer->lock == CONSUMER_LOCK_DIRECTORY)
		result = lock_directory(neighbour, dir, name, end);
	if (result == 0)
		return 0;
	number = errno;
	neighbour_unlock(neighbour);
	if (number == EWOULDBLOCK)
		return busy(place, err);
	return error_set_errno(err, number, _("cannot lock %s"), place->path);
}

#ifdef F_SETLEASE

int
neighbour_hold(int dir, const char *name)
{
	int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int number;

	if (fd < 0)
		return -1;
	/* Whoever waits is told of by this, which would end us. */
	signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
		return fd;
	number = errno;
	close(fd);
	return number == EAGAIN ? NEIGHBOUR_WRITES : -1;
}

bool
neighbour_waits(int lease)
{
	return lease >= 0 && fcntl(lease, F_GETLEASE) == F_UNLCK;
}

#else

int
neighbour_hold(int dir, const char *name)
{
	(void)dir;
	(void)name;
	return -1;
}

bool
neighbour_waits(int lease)
{
	(void)lease;
	return false;
}

#endif

void
neighbour_unlock(struct neighbour *neighbour)
{
	for (int i = NEIGHBOUR_LOCKS - 1; i >= 0; i--)
		if (neighbour->fd[i] >= 0)
			close(neighbour->fd[i]);
	if (neighbour->dir >= 0) {
		unlinkat(neighbour->dir, neighbour->made, AT_REMOVEDIR);
		close(neighbour->dir);
	}
	*neighbour = (struct neighbour){ { -1, -1 }, -1, "" };
}
