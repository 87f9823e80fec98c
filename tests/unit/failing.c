/*
 * The wrappers that `ld --wrap` puts in the place of the C library's functions;
 * see failing.h. The names are the linker's.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failing.h"

static struct {
	bool begun;
	enum failing_mode mode;
	unsigned long at, count;
	const char *only, *failed;
	long live;
} failing;

void
failing_begin(const char *only, enum failing_mode mode, unsigned long at)
{
	failing.only = only;
	failing.mode = mode;
	failing.at = at;
	failing.count = 0;
	failing.failed = NULL;
	failing.begun = true;
}

const char *
failing_end(void)
{
	failing.begun = false;
	return failing.failed;
}

long
failing_live(void)
{
	return failing.live;
}

/* True if this call is one. */
static bool
is_chosen(const char *name)
{
	if (!failing.begun || (failing.only != NULL &&
	    strcmp(failing.only, name) != 0))
		return false;
	failing.count++;
	if (failing.count < failing.at || (failing.mode != FAILING_ALL &&
	    failing.count > failing.at))
		return false;
	if (failing.failed == NULL)
		failing.failed = name;
	return true;
}

static bool
fails(const char *name, int number)
{
	if (failing.mode == FAILING_PARTLY || !is_chosen(name))
		return false;
	errno = number;
	return true;
}

static bool
is_cut(const char *name)
{
	return failing.mode == FAILING_PARTLY && is_chosen(name);
}

/* What a function does when it does not fail. */
#define WRAP(type, name, parameters, arguments, number, bad) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters \
	{ \
		return fails(#name, number) ? bad : __real_##name arguments; \
	}

WRAP(int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1)
WRAP(int, fstatat, (int dir, const char *name, struct stat *st, int flags),
    (dir, name, st, flags), EIO, -1)
WRAP(int, faccessat, (int dir, const char *name, int mode, int flags),
    (dir, name, mode, flags), EIO, -1)
WRAP(int, mkdirat, (int dir, const char *name, mode_t mode),
    (dir, name, mode), ENOSPC, -1)
WRAP(int, renameat, (int from, const char *name, int to, const char *other),
    (from, name, to, other), EIO, -1)
WRAP(int, renameat2, (int from, const char *name, int to, const char *other,
    unsigned int flags), (from, name, to, other, flags), EINVAL, -1)
WRAP(int, unlinkat, (int dir, const char *name, int flags),
    (dir, name, flags), EACCES, -1)
WRAP(int, ftruncate, (int fd, off_t length), (fd, length), EIO, -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), EPERM, -1)
WRAP(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), EPERM, -1)
WRAP(int, flock, (int fd, int operation), (fd, operation), ENOLCK, -1)
WRAP(int, getentropy, (void *data, size_t size), (data, size), ENOSYS, -1)
WRAP(int, posix_fallocate, (int fd, off_t at, off_t length),
    (fd, at, length), ENOSPC, ENOSPC)
WRAP(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence), EIO, -1)
WRAP(DIR *, fdopendir, (int fd), (fd), ENOMEM, NULL)
WRAP(struct dirent *, readdir, (DIR *d), (d), EIO, NULL)
WRAP(ssize_t, pread, (int fd, void *data, size_t size, off_t at),
    (fd, data, size, at), EIO, -1)
WRAP(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at),
    (fd, data, size, at), ENOSPC, -1)
WRAP(char *, realpath, (const char *path, char *resolved), (path, resolved),
    EACCES, NULL)
#ifdef __GLIBC__
WRAP(char *, __realpath_chk, (const char *path, char *resolved, size_t size),
    (path, resolved, size), EACCES, NULL)
#endif

int __wrap_fsync(int fd);

int
__wrap_fsync(int fd)
{
	(void)fd;
	return fails("fsync", EIO) ? -1 : 0;
}

int __wrap_poll(struct pollfd *fd, nfds_t count, int wait);

int
__wrap_poll(struct pollfd *fd, nfds_t count, int wait)
{
	(void)fd, (void)count, (void)wait;
	return 0;
}

/* --- What is done in part ------------------------------------------------- */

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);

ssize_t
__wrap_read(int fd, void *data, size_t size)
{
	if (fails("read", EIO))
		return -1;
	if (is_cut("read")) {
		if (failing.at % 2 == 0)
			return __real_read(fd, data, (size + 1) / 2);
		errno = EINTR;
		return -1;
	}
	return __real_read(fd, data, size);
}

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	if (fails("write", ENOSPC))
		return -1;
	return __real_write(fd, data, is_cut("write") ? (size + 1) / 2 : size);
}

int __real_close(int fd);
int __wrap_close(int fd);

/* It closes in any case. */
int
__wrap_close(int fd)
{
	int result = __real_close(fd);

	if (fails("close", EIO))
		return -1;
	if (is_cut("close")) {
		errno = EINTR;
		return -1;
	}
	return result;
}

/* --- What takes a mode, if it makes the file ------------------------------- */

int __real_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...);

int
__wrap_openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (fails("openat", EMFILE))
		return -1;
	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return __real_openat(dir, name, flags, mode);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int
__wrap_open(const char *path, int flags, ...)
{
	return fails("open", EMFILE) ? -1 : __real_open(path, flags);
}

#ifdef __GLIBC__
WRAP(int, __openat_2, (int dir, const char *name, int flags),
    (dir, name, flags), EMFILE, -1)
#endif

/* --- Memory ----------------------------------------------------------------- */

static void *
counted(void *memory)
{
	failing.live += memory != NULL;
	return memory;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *
__wrap_malloc(size_t size)
{
	return fails("malloc", ENOMEM) ? NULL : counted(__real_malloc(size));
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails("calloc", ENOMEM) ? NULL :
	    counted(__real_calloc(count, size));
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *
__wrap_realloc(void *memory, size_t size)
{
	void *grown;

	if (fails("realloc", ENOMEM))
		return NULL;
	grown = __real_realloc(memory, size);
	return memory == NULL ? counted(grown) : grown;
}

char *__wrap_strdup(const char *text);

char *
__wrap_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails("strdup", ENOMEM) ? NULL :
	    counted(__real_malloc(size));

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

void __real_free(void *memory);
void __wrap_free(void *memory);

void
__wrap_free(void *memory)
{
	failing.live -= memory != NULL;
	__real_free(memory);
}
