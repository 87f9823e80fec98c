/*
 * Calls of the C library that fail, each with what it may fail with; which one
 * does so, shim_torture.c says. 0 stands for half of what was asked for. What
 * goes to standard error is left alone: a failure is to be said there.
 */
#define _GNU_SOURCE
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "shim_torture.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

#define FAILS(...) \
	shim_call_fails(__COUNTER__ + 1, (const int[]){ __VA_ARGS__ }, \
	    sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int), CALLER)

/* The function itself, as @next. */
#define NEXT(name) \
	static __typeof__(&name) next; \
	if (next == NULL) \
		next = (__typeof__(next))dlsym(RTLD_NEXT, #name)

#define CALL(type, name, parameters, arguments, failure, ...) \
	type name parameters \
	{ \
		NEXT(name); \
		if (FAILS(__VA_ARGS__)) \
			return failure; \
		return next arguments; \
	}

/* Bytes, of which there may be fewer. */
#define CALL_SOME(name, parameters, arguments, ...) \
	ssize_t name parameters \
	{ \
		NEXT(name); \
		if (fd != STDERR_FILENO && FAILS(__VA_ARGS__)) { \
			if (errno != 0) \
				return -1; \
			length = (length + 1) / 2; \
		} \
		return next arguments; \
	}

#define CALL_MODE(name, parameters, known, last) \
	int name parameters \
	{ \
		mode_t mode = 0; \
		va_list ap; \
		NEXT(name); \
		if (flags & (O_CREAT | __O_TMPFILE)) { \
			va_start(ap, last); \
			mode = va_arg(ap, mode_t); \
			va_end(ap); \
		} \
		if (FAILS(EACCES, EMFILE, EIO, ENOSPC, EINTR)) \
			return -1; \
		return next known; \
	}

CALL_MODE(open, (const char *path, int flags, ...), (path, flags, mode), flags)
CALL_MODE(openat, (int dir, const char *path, int flags, ...),
    (dir, path, flags, mode), flags)

/* What openat() is where the flags are known late. */
int __openat_2(int dir, const char *path, int flags);
CALL(int, __openat_2, (int dir, const char *path, int flags),
    (dir, path, flags), -1, EACCES, EMFILE, EIO, EINTR)

CALL(DIR *, fdopendir, (int fd), (fd), NULL, ENOMEM, EIO)
CALL(DIR *, opendir, (const char *path), (path), NULL, EACCES, EMFILE)
CALL(struct dirent *, readdir, (DIR *dir), (dir), NULL, EIO)

CALL_SOME(read, (int fd, void *data, size_t length), (fd, data, length),
    EIO, EINTR, 0)
CALL_SOME(pread, (int fd, void *data, size_t length, off_t at),
    (fd, data, length, at), EIO, EINTR, 0)
CALL_SOME(write, (int fd, const void *data, size_t length), (fd, data, length),
    ENOSPC, EIO, EINTR, 0)
CALL_SOME(pwrite, (int fd, const void *data, size_t length, off_t at),
    (fd, data, length, at), ENOSPC, EIO, EINTR, 0)

CALL(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), -1, EIO)
CALL(int, fsync, (int fd), (fd), -1, EIO, ENOSPC)
CALL(int, ftruncate, (int fd, off_t length), (fd, length), -1, EIO, EINTR)
CALL(int, posix_fallocate, (int fd, off_t at, off_t length), (fd, at, length),
    errno, ENOSPC, EIO, EINTR)
CALL(int, fstat, (int fd, struct stat *st), (fd, st), -1, EIO)
CALL(int, stat, (const char *path, struct stat *st), (path, st), -1, EACCES,
    EIO)
CALL(int, lstat, (const char *path, struct stat *st), (path, st), -1, EACCES,
    EIO)
CALL(int, fstatat, (int dir, const char *path, struct stat *st, int flags),
    (dir, path, st, flags), -1, EACCES, EIO)
CALL(int, fstatfs, (int fd, struct statfs *st), (fd, st), -1, EIO)
CALL(int, faccessat, (int dir, const char *path, int mode, int flags),
    (dir, path, mode, flags), -1, EACCES, EIO)
CALL(int, access, (const char *path, int mode), (path, mode), -1, EACCES)
CALL(ssize_t, readlink, (const char *path, char *to, size_t size),
    (path, to, size), -1, EACCES)
CALL(char *, realpath, (const char *path, char *to), (path, to), NULL, EACCES,
    EIO)
CALL(char *, getcwd, (char *to, size_t size), (to, size), NULL, ENOENT)
CALL(int, renameat, (int from, const char *old, int to, const char *new),
    (from, old, to, new), -1, EIO, ENOSPC, EACCES)
CALL(int, renameat2, (int from, const char *old, int to, const char *new,
    unsigned flags), (from, old, to, new, flags), -1, EIO, ENOSPC, EACCES,
    EINVAL)
CALL(int, symlinkat, (const char *to, int dir, const char *path),
    (to, dir, path), -1, ENOSPC, EACCES)
CALL(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags),
    -1, EACCES, EIO)
CALL(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode),
    -1, ENOSPC, EACCES)
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode), -1, EPERM, EIO)
CALL(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group), -1,
    EPERM)
CALL(int, flock, (int fd, int how), (fd, how), -1, ENOLCK, EINTR)
CALL(int, pipe, (int ends[2]), (ends), -1, EMFILE)
CALL(int, dup2, (int fd, int to), (fd, to), -1, EINTR)
CALL(pid_t, fork, (void), (), -1, EAGAIN)
CALL(int, posix_spawnp, (pid_t *pid, const char *file,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const *args, char *const *env), (pid, file, actions, attr, args, env),
    errno, EAGAIN, EACCES)
CALL(int, execv, (const char *path, char *const *args), (path, args), -1,
    EACCES, EAGAIN)
CALL(pid_t, waitpid, (pid_t pid, int *status, int flags), (pid, status, flags),
    -1, EINTR)
CALL(int, setpgid, (pid_t pid, pid_t group), (pid, group), -1, EPERM)
CALL(int, poll, (struct pollfd *fds, nfds_t count, int timeout),
    (fds, count, timeout), -1, ENOMEM, EINTR)
CALL(int, ppoll, (struct pollfd *fds, nfds_t count, const struct timespec *time,
    const sigset_t *mask), (fds, count, time, mask), -1, ENOMEM, EINTR)
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);
CALL(int, __poll_chk, (struct pollfd *fds, nfds_t count, int timeout,
    size_t size), (fds, count, timeout, size), -1, ENOMEM, EINTR)
CALL(int, getentropy, (void *to, size_t length), (to, length), -1, EIO, ENOSYS)
CALL(char *, setlocale, (int part, const char *name), (part, name), NULL,
    ENOENT)
CALL(int, pthread_create, (pthread_t *thread, const pthread_attr_t *attr,
    void *(*run)(void *), void *data), (thread, attr, run, data), errno, EAGAIN)
CALL(int, setenv, (const char *name, const char *value, int over),
    (name, value, over), -1, ENOMEM)
CALL(int, inotify_init1, (int flags), (flags), -1, EMFILE)
CALL(int, inotify_add_watch, (int fd, const char *path, uint32_t mask),
    (fd, path, mask), -1, ENOSPC)
CALL(int, timerfd_create, (int clock, int flags), (clock, flags), -1, EMFILE)
CALL(int, socket, (int family, int type, int protocol),
    (family, type, protocol), -1, EMFILE)
CALL(int, bind, (int fd, const struct sockaddr *address, socklen_t length),
    (fd, address, length), -1, EADDRINUSE, EACCES)
CALL(int, listen, (int fd, int count), (fd, count), -1, EADDRINUSE)
CALL(int, tcgetattr, (int fd, struct termios *mode), (fd, mode), -1, EIO)
CALL(int, tcsetattr, (int fd, int when, const struct termios *mode),
    (fd, when, mode), -1, EIO, EINTR)

/* Closed it is all the same. */
int
close(int fd)
{
	bool failed = FAILS(EIO, EINTR);
	int number = errno, result;

	NEXT(close);
	result = next(fd);
	if (!failed)
		return result;
	errno = number;
	return -1;
}

size_t
fwrite(const void *data, size_t size, size_t count, FILE *file)
{
	NEXT(fwrite);
	if (file != stderr && FAILS(ENOSPC, EIO))
		return 0;
	return next(data, size, count, file);
}

int
fflush(FILE *file)
{
	NEXT(fflush);
	if (file != stderr && FAILS(ENOSPC, EIO))
		return EOF;
	return next(file);
}

int
fcntl(int fd, int what, ...)
{
	va_list ap;
	void *with;

	NEXT(fcntl);
	va_start(ap, what);
	with = va_arg(ap, void *);
	va_end(ap);
	if (FAILS(EINVAL, EMFILE))
		return -1;
	return next(fd, what, with);
}

long
syscall(long number, ...)
{
	va_list ap;
	long with[6];

	NEXT(syscall);
	va_start(ap, number);
	for (size_t i = 0; i < 6; i++)
		with[i] = va_arg(ap, long);
	va_end(ap);
	if (FAILS(ENOSYS, EPERM))
		return -1;
	return next(number, with[0], with[1], with[2], with[3], with[4],
	    with[5]);
}

int
prctl(int what, ...)
{
	va_list ap;
	unsigned long with[4];

	NEXT(prctl);
	va_start(ap, what);
	for (size_t i = 0; i < 4; i++)
		with[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (FAILS(EPERM, EINVAL))
		return -1;
	return next(what, with[0], with[1], with[2], with[3]);
}
