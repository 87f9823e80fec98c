#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/stamp.h"

static const char *
kind_of(mode_t mode)
{
	if (S_ISLNK(mode))
		return _("a symbolic link");
	if (S_ISDIR(mode))
		return _("a directory");
	if (S_ISFIFO(mode))
		return _("a fifo");
	if (S_ISSOCK(mode))
		return _("a socket");
	return _("a device");
}

bool
file_owner_is_trusted(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0 || geteuid() == 0;
}

static int
check_file(const struct stat *st, const char *name, size_t most,
    struct error *err)
{
	if (!S_ISREG(st->st_mode))
		return error_set(err, ERROR_FAILED, _("%s is %s, not a file"),
		    name, kind_of(st->st_mode));
	if (!file_owner_is_trusted(st))
		return error_set(err, ERROR_FAILED,
		    _("%s belongs to another user (uid %lu)"), name,
		    (unsigned long)st->st_uid);
	if (st->st_size < 0 || (size_t)st->st_size > most)
		return error_set(err, ERROR_FAILED,
		    _("%s is larger than %zu KiB"), name, most / 1024);
	return 0;
}

static int
read_all(int fd, const char *name, size_t expected, size_t most,
    struct buffer *out, struct error *err)
{
	/* One more than there should be: a read that is short of that is the
	 * end, where all came that should. */
	const size_t room = expected + 1;
	size_t total = 0;
	ssize_t n;
	char *to;

	do {
		to = buffer_reserve(out, room);
		if (to == NULL)
			return error_no_memory(err);
		n = read(fd, to, room);
		if (n < 0 && errno == EINTR) {
			n = (ssize_t)room;
			continue;
		}
		if (n < 0)
			return error_set_errno(err, errno, _("cannot read %s"),
			    name);
		out->length += (size_t)n;
		out->data[out->length] = '\0';
		total += (size_t)n;
		if (total > most)	/* it grew meanwhile */
			return error_set(err, ERROR_FAILED,
			    _("%s is larger than %zu KiB"), name, most / 1024);
	} while ((size_t)n == room || (n > 0 && total < expected));
	return 0;
}

int
file_read(int dir, const char *name, size_t most, struct buffer *out,
    struct file_facts *facts, struct error *err)
{
	struct stat st = { 0 };
	int fd, result = -1;

	fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			return error_set(err, ERROR_NOT_FOUND,
			    _("there is no %s"), name);
		if (errno == ELOOP || errno == EMLINK || errno == ENXIO) {
			if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			    !S_ISREG(st.st_mode))
				return check_file(&st, name, most, err);
			errno = ELOOP;
		}
		return error_set_errno(err, errno, _("cannot open %s"), name);
	}
	if (fstat(fd, &st) != 0)
		error_set_errno(err, errno, _("cannot read %s"), name);
	else if (check_file(&st, name, most, err) == 0)
		result = read_all(fd, name, (size_t)st.st_size, most, out,
		    err);
	if (facts != NULL) {
		facts->mode = st.st_mode & 07777;
		facts->uid = st.st_uid;
		facts->links = st.st_nlink;
		facts->stamp = stamp_of(&st);
	}
	close(fd);
	return result;
}

int
file_write_all(int fd, const char *data, size_t length)
{
	ssize_t n;

	for (; length > 0; data += n, length -= (size_t)n) {
		n = write(fd, data, length);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -1;
	}
	return 0;
}

int
file_inherit_owner(int dir, int fd)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (fstat(dir, &st) != 0)
		return -1;
	if (st.st_uid == 0)
		return 0;
	return fchown(fd, st.st_uid, st.st_gid);
}

/* Opens a new file, exactly 0600 and with the right owner before anything is
 * in it. */
static int
create(int dir, const char *name)
{
	int fd, saved;

	fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (fchmod(fd, 0600) == 0 && file_inherit_owner(dir, fd) == 0)
		return fd;
	saved = errno;
	close(fd);
	unlinkat(dir, name, 0);
	errno = saved;
	return -1;
}

/* mkstemp() has no form for a directory's descriptor. */
static int
create_temporary(int dir, const char *name, char temporary[NAME_MAX + 1])
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	unsigned char random[FILE_SUFFIX_LENGTH];
	char suffix[FILE_SUFFIX_LENGTH + 1];
	int fd;

	for (int attempt = 0; attempt < 100; attempt++) {
		if (getentropy(random, sizeof random) != 0)
			return -1;
		for (size_t i = 0; i < FILE_SUFFIX_LENGTH; i++)
			suffix[i] = letters[random[i] % (sizeof letters - 1)];
		suffix[FILE_SUFFIX_LENGTH] = '\0';
		if ((size_t)snprintf(temporary, NAME_MAX + 1, ".%s.%s", name,
		    suffix) > NAME_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = create(dir, temporary);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* close() may report what write() could not; EINTR closes all the same. */
static int
close_checked(int fd)
{
	return close(fd) == 0 || errno == EINTR ? 0 : -1;
}

int
file_stage(int dir, const char *name, const void *data, size_t length,
    char temporary[NAME_MAX + 1], struct error *err)
{
	int fd, saved;

	fd = create_temporary(dir, name, temporary);
	if (fd < 0) {
		temporary[0] = '\0';
		return error_set_errno(err, errno, _("cannot write %s"), name);
	}
	if (file_write_all(fd, data, length) == 0 && fsync(fd) == 0) {
		if (close_checked(fd) == 0)
			return 0;
		saved = errno;
	} else {
		saved = errno;
		close(fd);
	}
	if (unlinkat(dir, temporary, 0) == 0)
		temporary[0] = '\0';
	return error_set_errno(err, saved, _("cannot write %s"), name);
}

int
file_commit(int dir, const char *temporary, const char *name,
    struct error *err)
{
	int saved;

	if (renameat(dir, temporary, dir, name) == 0)
		return file_sync(dir, err);
	saved = errno;
	unlinkat(dir, temporary, 0);
	return error_set_errno(err, saved, _("cannot write %s"), name);
}

int
file_commit_new(int dir, const char *temporary, const char *name,
    struct error *err)
{
#ifdef HAVE_RENAMEAT2
	if (renameat2(dir, temporary, dir, name, RENAME_NOREPLACE) == 0)
		return file_sync(dir, err);
	if (errno == EEXIST)
		return error_set(err, ERROR_BUSY,
		    _("%s came as it was being made; try again"), name);
	/* Where the file system cannot do that. */
#endif
	return file_commit(dir, temporary, name, err);
}

int
file_exchange(int dir, const char *temporary, const char *name,
    struct error *err)
{
#ifdef HAVE_RENAMEAT2
	/* It fails where there is nothing under @name, too. */
	if (renameat2(dir, temporary, dir, name, RENAME_EXCHANGE) == 0)
		return 1;
#endif
	return file_commit(dir, temporary, name, err);
}

int
file_discard(int dir, const char *temporary)
{
	return unlinkat(dir, temporary, 0) == 0 || errno == ENOENT ? 0 : -1;
}

int
file_write(int dir, const char *name, const void *data, size_t length,
    struct error *err)
{
	char temporary[NAME_MAX + 1];

	if (file_stage(dir, name, data, length, temporary, err) != 0)
		return -1;
	return file_commit(dir, temporary, name, err);
}

int
file_write_cache(int dir, const char *name, const struct file_part *part,
    size_t parts, struct error *err)
{
	char temporary[NAME_MAX + 1];
	int fd = create_temporary(dir, name, temporary), result = 0;

	if (fd < 0)
		return error_set_errno(err, errno, _("cannot write %s"), name);
	for (size_t i = 0; i < parts && result == 0; i++)
		result = file_write_all(fd, part[i].data, part[i].length);
	if (close_checked(fd) == 0 && result == 0 &&
	    renameat(dir, temporary, dir, name) == 0)
		return 0;
	error_set_errno(err, errno, _("cannot write %s"), name);
	unlinkat(dir, temporary, 0);
	return -1;
}

static int
fill(int fd, size_t length, size_t room)
{
	static const char zeros[4096];

#ifdef HAVE_POSIX_FALLOCATE
	/* Not from 0 on: where the file system cannot do it, glibc reads what
	 * is there, and this descriptor only writes. */
	int number = posix_fallocate(fd, (off_t)length, (off_t)room);

	if (number == 0)
		return 0;
	if (number != EINVAL && number != EOPNOTSUPP) {
		errno = number;
		return -1;
	}
#endif
	for (size_t at = 0; at < room; at += sizeof zeros)
		if (file_write_all(fd, zeros, sizeof zeros) != 0)
			return -1;
	return lseek(fd, (off_t)length, SEEK_SET) < 0 ? -1 : 0;
}

int
file_reserve(int dir, const char *name, const void *data, size_t length,
    size_t room, struct error *err)
{
	int fd, saved;

	fd = create(dir, name);
	if (fd < 0)
		return error_set_errno(err, errno, _("cannot make %s"), name);
	if (file_write_all(fd, data, length) == 0 &&
	    fill(fd, length, room) == 0 && fsync(fd) == 0) {
		if (file_sync(dir, err) == 0)
			return fd;
		close(fd);
		unlinkat(dir, name, 0);
		return -1;
	}
	saved = errno;
	close(fd);
	unlinkat(dir, name, 0);
	return error_set_errno(err, saved, _("cannot reserve room for %s"),
	    name);
}

int
file_check_writable(int dir, struct error *err)
{
	if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0)
		return 0;
	return error_set_errno(err, errno, "%s",
	    _("the profile's directory cannot be written to"));
}

int
file_ensure(int dir, const char *name)
{
	int fd = create(dir, name);

	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	close(fd);
	return 1;
}

/* Opens a file that is there for writing in place. */
static int
open_in_place(int dir, const char *name, int flag, struct error *err)
{
	struct stat st;
	int fd;

	fd = openat(dir, name, O_WRONLY | flag | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		error_set_errno(err, errno, _("cannot open %s"), name);
		return -1;
	}
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		close(fd);
		error_set(err, ERROR_FAILED, _("%s is %s, not a file"), name,
		    kind_of(st.st_mode));
		return -1;
	}
	return fd;
}

int
file_overwrite(int dir, const char *name, const void *data, size_t length,
    struct error *err)
{
	int fd = open_in_place(dir, name, 0, err);

	if (fd < 0)
		return -1;
	if (file_write_all(fd, data, length) != 0) {
		error_set_errno(err, errno, _("cannot write %s"), name);
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
file_truncate(int dir, const char *name, off_t length, struct error *err)
{
	int fd = open_in_place(dir, name, 0, err);

	if (fd < 0)
		return -1;
	if (ftruncate(fd, length) != 0) {
		error_set_errno(err, errno, _("cannot write %s"), name);
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
file_append(int dir, const char *name, const char *line, size_t length,
    struct error *err)
{
	int fd, made, saved;

	made = file_ensure(dir, name);
	if (made < 0)
		return error_set_errno(err, errno, _("cannot make %s"), name);
	fd = open_in_place(dir, name, O_APPEND, err);
	if (fd < 0)
		return -1;
	if (file_write_all(fd, line, length) != 0 || fsync(fd) != 0) {
		saved = errno;
		close(fd);
		return error_set_errno(err, saved, _("cannot write %s"), name);
	}
	if (close_checked(fd) != 0)
		return error_set_errno(err, errno, _("cannot write %s"), name);
	return made > 0 ? file_sync(dir, err) : 0;
}

int
file_remove(int dir, const char *name, struct error *err)
{
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		return error_set_errno(err, errno, _("cannot remove %s"), name);
	return file_sync(dir, err);
}

int
file_sync(int dir, struct error *err)
{
	/* Some file systems have nothing to sync in a directory. */
	if (fsync(dir) != 0 && errno != EINVAL && errno != EROFS)
		return error_set_errno(err, errno, "%s",
		    _("cannot sync the directory"));
	return 0;
}
