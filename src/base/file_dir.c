/*
 * Directories: what of base/file is about them.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"

int
file_open_dir(int dir, const char *name, struct error *err)
{
	int fd;

	fd = openat(dir, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return error_set(err, ERROR_NOT_FOUND, _("there is no %s"),
		    name);
	return error_set_errno(err, errno, _("cannot open %s"), name);
}

int
file_make_dir(int dir, const char *name, struct error *err)
{
	mode_t mask;
	int fd, made, saved;

	/* Under some umasks even its owner could not open it; and a chmod by
	 * name could hit something else by then. */
	mask = umask(077);
	made = mkdirat(dir, name, 0700);
	saved = errno;
	umask(mask);
	if (made != 0) {
		if (saved == EEXIST || faccessat(dir, name, F_OK, 0) == 0)
			return file_open_dir(dir, name, err);
		return error_set_errno(err, saved, _("cannot make %s"), name);
	}
	fd = file_open_dir(dir, name, err);
	if (fd < 0)
		return -1;
	if (file_inherit_owner(dir, fd) != 0) {
		error_set_errno(err, errno, _("cannot make %s"), name);
		close(fd);
		return -1;
	}
	if (file_sync(dir, err) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A directory that is passed through need not be readable. */
#ifdef O_PATH
#define O_PASS O_PATH
#else
#define O_PASS O_RDONLY
#endif

/* Makes @name below a directory that was opened for passing through. */
static int
make_below(int dir, const char *name, struct error *err)
{
	int readable, fd;

	readable = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (readable < 0)
		return error_set_errno(err, errno, _("cannot make %s"), name);
	fd = file_make_dir(readable, name, err);
	close(readable);
	return fd;
}

int
file_make_path(const char *path, struct error *err)
{
	const int pass = O_PASS | O_DIRECTORY | O_CLOEXEC;
	char *copy, *at, *end;
	int dir, next;

	copy = strdup(path);
	if (copy == NULL)
		return error_no_memory(err);
	/* Above the last name a link is no danger: it is where the person,
	 * or the administrator, put their home. */
	dir = open(*copy == '/' ? "/" : ".", pass);
	if (dir < 0)
		error_set_errno(err, errno, _("cannot open %s"), path);
	for (at = copy; dir >= 0; at = end) {
		at += strspn(at, "/");
		if (*at == '\0')
			break;
		end = at + strcspn(at, "/");
		if (*end != '\0')
			*end++ = '\0';
		next = openat(dir, at, pass);
		if (next < 0 && errno == ENOENT)
			next = make_below(dir, at, err);
		else if (next < 0)
			error_set_errno(err, errno, _("cannot open %s"), path);
		close(dir);
		dir = next;
	}
	free(copy);
	if (dir < 0)
		return -1;
	close(dir);
	return 0;
}

int
file_for_each(int dir, int (*each)(int dir, const char *name, void *data),
    void *data)
{
	struct dirent *entry;
	int fd, result = 0, saved;
	DIR *d;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return -1;
	}
	while (result == 0 && (errno = 0, entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			result = each(dir, entry->d_name, data);
	/* No entry is the end, or a failure, which looks the same. */
	if (result == 0 && errno != 0)
		result = -1;
	saved = errno;
	closedir(d);
	errno = saved;
	return result;
}

static int
remove_entry(int dir, const char *name, void *data)
{
	(void)data;
	return unlinkat(dir, name, 0);
}

static int
refuse_directory(int dir, const char *name, void *data)
{
	struct stat st;

	(void)data;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTEMPTY;
	return -1;
}

bool
file_is_temporary(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return entry[0] == '.' && strncmp(entry + 1, name, n) == 0 &&
	    entry[n + 1] == '.' && strlen(entry) == n + 2 + FILE_SUFFIX_LENGTH;
}

const char *
file_of_temporary(const char *entry, char name[NAME_MAX + 1])
{
	size_t n = strlen(entry);

	/* ".NAME.XXXXXX" */
	if (entry[0] != '.' || n <= FILE_SUFFIX_LENGTH + 2 || n > NAME_MAX)
		return entry;
	n -= FILE_SUFFIX_LENGTH + 2;
	memcpy(name, entry + 1, n);
	name[n] = '\0';
	return file_is_temporary(entry, name) ? name : entry;
}

static int
remove_temporary(int dir, const char *entry, void *data)
{
	const char *const *name = data;

	return file_is_temporary(entry, *name) ? unlinkat(dir, entry, 0) : 0;
}

void
file_sweep(int dir, const char *name)
{
	file_for_each(dir, remove_temporary, &name);
}

int
file_remove_dir(int dir, const char *name, struct error *err)
{
	int fd;

	fd = file_open_dir(dir, name, err);
	if (fd < 0)
		return -1;
	/* All of it or nothing, as far as that can be told before. */
	if (file_for_each(fd, refuse_directory, NULL) != 0 ||
	    file_for_each(fd, remove_entry, NULL) != 0 ||
	    unlinkat(dir, name, AT_REMOVEDIR) != 0) {
		error_set_errno(err, errno, _("cannot remove %s"), name);
		close(fd);
		return -1;
	}
	close(fd);
	return file_sync(dir, err);
}
