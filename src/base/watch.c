#include "config.h"

#include <sys/stat.h>
#ifdef HAVE_SYS_INOTIFY_H
#include <sys/inotify.h>
#endif

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/watch.h"

#define INTERVAL_MS 30000
#define INTERVAL_POLLING_MS 1000

/* Links that lead to links: the system's limit is 40, a person's is 2. */
#define LINKS_MOST 8
/* A directory that comes and goes faster than it can be watched. */
#define TRIES_MOST 8
/* What is read of the queue at once: somebody who fills it faster than it is
 * emptied must not keep us here. */
#define READS_MOST 512

/* What stat() said. */
struct facts {
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec written;
};

struct file {
	char *path;
	struct facts facts;
};

/* Where the system tells of a file: events in the directory @number about
 * @name are about it. NULL: an ancestor, where nothing is about it yet. */
struct place {
	int number;
	char *name;
};

struct places {
	struct place *item;
	size_t count;
};

struct watch {
	int fd;			/* of inotify; -1: only polling */
	bool blind;		/* it does not tell of every file */
	struct file *file;
	size_t files;
	struct places places;
};

/* --- inotify -------------------------------------------------------------- */

#ifdef HAVE_SYS_INOTIFY_H

static int
queue_open(void)
{
	return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

/* Returns the number of the watched directory, the same one for the same
 * directory; or -1 with errno. One mask for all: a directory may hold a file
 * and be the ancestor of another. */
static int
queue_watch(int fd, const char *dir)
{
	return inotify_add_watch(fd, dir, IN_ONLYDIR | IN_EXCL_UNLINK |
	    IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |
	    IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF);
}

static void
queue_forget(int fd, int number)
{
	/* It fails for one whose directory is gone. */
	(void)inotify_rm_watch(fd, number);
}

static bool
is_about_a_file(const struct watch *watch, const struct inotify_event *event)
{
	if (event->len == 0)
		return false;
	for (size_t i = 0; i < watch->places.count; i++) {
		const struct place *p = &watch->places.item[i];

		if (p->number == event->wd && p->name != NULL &&
		    strcmp(p->name, event->name) == 0)
			return true;
	}
	return false;
}

/* True when one of the events was about a watched file. What was lost when the
 * queue was full, stat() tells. */
static bool
queue_drain(const struct watch *watch)
{
	_Alignas(struct inotify_event) char data[4096];
	const struct inotify_event *event;
	bool found = false;
	ssize_t n;

	for (int i = 0; i < READS_MOST; i++) {
		n = read(watch->fd, data, sizeof data);
		if (n <= 0)
			break;
		for (const char *p = data; p < data + n;
		    p += sizeof *event + event->len) {
			event = (const void *)p;
			found |= is_about_a_file(watch, event);
		}
	}
	return found;
}

#else

static int
queue_open(void)
{
	return -1;
}

static int
queue_watch(int fd, const char *dir)
{
	(void)fd, (void)dir;
	errno = ENOSYS;
	return -1;
}

static void
queue_forget(int fd, int number)
{
	(void)fd, (void)number;
}

static bool
queue_drain(const struct watch *watch)
{
	(void)watch;
	return false;
}

#endif

/* --- Where to look -------------------------------------------------------- */

/* Cuts the last name off: "/a/b", "/a", "/"; "a", ".". False at the end. */
static bool
go_up(char *path)
{
	size_t n = strlen(path);

	if (strcmp(path, ".") == 0 || strspn(path, "/") == n)
		return false;
	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n == 0)
		path[n++] = '.';
	path[n] = '\0';
	return true;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Watches @dir, or its nearest ancestor that is there (*@above). */
static int
watch_nearest(int fd, const char *dir, bool *above)
{
	char at[PATH_MAX], missing[PATH_MAX];
	int number;

	if (strlen(dir) >= sizeof at) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (int i = 0; i < TRIES_MOST; i++) {
		*above = false;
		strcpy(at, dir);
		while ((number = queue_watch(fd, at)) < 0 &&
		    (errno == ENOENT || errno == ENOTDIR)) {
			strcpy(missing, at);
			if (!go_up(at))
				return -1;
			*above = true;
		}
		/* It may have been made before the one above was watched. */
		if (number < 0 || !*above || !is_directory(missing))
			return number;
	}
	errno = EAGAIN;
	return -1;
}

static int
places_add(struct places *places, int number, const char *name)
{
	struct place *grown;
	char *copy = NULL;

	if (name != NULL && (copy = strdup(name)) == NULL)
		return -1;
	grown = realloc(places->item, (places->count + 1) * sizeof *grown);
	if (grown == NULL) {
		free(copy);
		return -1;
	}
	places->item = grown;
	grown[places->count].number = number;
	grown[places->count++].name = copy;
	return 0;
}

static bool
places_have(const struct places *places, int number)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->item[i].number == number)
			return true;
	return false;
}

static int
watch_place(struct watch *watch, const char *path)
{
	const char *slash = strrchr(path, '/');
	bool above = false;
	int number, result;
	char *dir;

	dir = strdup(path);
	if (dir == NULL)
		return -1;
	go_up(dir);
	number = watch_nearest(watch->fd, dir, &above);
	free(dir);
	if (number < 0)
		return -1;
	result = places_add(&watch->places, number,
	    above ? NULL : slash == NULL ? path : slash + 1);
	if (result != 0 && !places_have(&watch->places, number))
		queue_forget(watch->fd, number);
	return result;
}

/* Puts into *@next where the link @path points to, NULL if it is none. */
static int
follow(const char *path, char **next)
{
	const char *slash = strrchr(path, '/');
	char target[PATH_MAX];
	size_t before;
	ssize_t n;

	*next = NULL;
	n = readlink(path, target, sizeof target);
	if (n <= 0 || (size_t)n == sizeof target)
		return 0;
	before = target[0] == '/' || slash == NULL ? 0 :
	    (size_t)(slash - path) + 1;
	*next = malloc(before + (size_t)n + 1);
	if (*next == NULL)
		return -1;
	memcpy(*next, path, before);
	memcpy(*next + before, target, (size_t)n);
	(*next)[before + (size_t)n] = '\0';
	return 0;
}

/* Watches the directories of @path and of all that it points to. */
static void
watch_places(struct watch *watch, const char *path)
{
	char *at = NULL, *next;

	if (watch->fd < 0)
		return;
	for (int i = 0; i < LINKS_MOST && path != NULL; i++, path = at) {
		if (watch_place(watch, path) != 0)
			watch->blind = true;
		if (follow(path, &next) != 0)
			watch->blind = true;
		free(at);
		at = next;
	}
	free(at);
}

/* Looks anew where every file is to be watched, and lets go of what was only
 * watched for what is there by now: somebody's home is busy. */
static void
watch_again(struct watch *watch)
{
	struct places old = watch->places;

	watch->places = (struct places){ NULL, 0 };
	watch->blind = false;
	for (size_t i = 0; i < watch->files; i++)
		watch_places(watch, watch->file[i].path);
	for (size_t i = 0; i < old.count; i++) {
		if (!places_have(&watch->places, old.item[i].number))
			queue_forget(watch->fd, old.item[i].number);
		free(old.item[i].name);
	}
	free(old.item);
}

/* --- What a file is ------------------------------------------------------- */

static struct facts
look_at(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct facts){ .there = false };
	return (struct facts){ true, st.st_dev, st.st_ino, st.st_size,
	    st.st_mtim };
}

static bool
same(const struct facts *a, const struct facts *b)
{
	if (!a->there || !b->there)
		return a->there == b->there;
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->written.tv_sec == b->written.tv_sec &&
	    a->written.tv_nsec == b->written.tv_nsec;
}

/* --- The watch ------------------------------------------------------------ */

struct watch *
watch_open_polling(struct error *err)
{
	struct watch *watch;

	watch = calloc(1, sizeof *watch);
	if (watch == NULL) {
		error_no_memory(err);
		return NULL;
	}
	watch->fd = -1;
	return watch;
}

struct watch *
watch_open(struct error *err)
{
	struct watch *watch = watch_open_polling(err);

	if (watch != NULL)
		watch->fd = queue_open();
	return watch;
}

void
watch_close(struct watch *watch)
{
	if (watch == NULL)
		return;
	watch_clear(watch);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
}

int
watch_add(struct watch *watch, const char *path, struct error *err)
{
	struct file *grown;
	char *copy;

	for (size_t i = 0; i < watch->files; i++)
		if (strcmp(watch->file[i].path, path) == 0)
			return 0;
	copy = strdup(path);
	if (copy == NULL)
		return error_no_memory(err);
	grown = realloc(watch->file, (watch->files + 1) * sizeof *grown);
	if (grown == NULL) {
		free(copy);
		return error_no_memory(err);
	}
	watch->file = grown;
	/* First watched, then looked at: nothing happens between. */
	watch_places(watch, copy);
	grown[watch->files++] = (struct file){ copy, look_at(copy) };
	return 0;
}

void
watch_clear(struct watch *watch)
{
	for (size_t i = 0; i < watch->files; i++)
		free(watch->file[i].path);
	free(watch->file);
	watch->file = NULL;
	watch->files = 0;
	watch_again(watch);
	/* Nobody is to be woken for what was forgotten. */
	if (watch->fd >= 0)
		queue_drain(watch);
}

int
watch_fd(const struct watch *watch)
{
	return watch->fd;
}

int
watch_interval_ms(const struct watch *watch)
{
	return watch->fd < 0 || watch->blind ? INTERVAL_POLLING_MS :
	    INTERVAL_MS;
}

bool
watch_changed(struct watch *watch)
{
	bool changed = false;

	if (watch->fd >= 0) {
		changed = queue_drain(watch);
		watch_again(watch);
		/* What was let go of says so, which is to wake nobody. */
		changed |= queue_drain(watch);
	}
	for (size_t i = 0; i < watch->files; i++) {
		struct file *f = &watch->file[i];
		const struct facts now = look_at(f->path);

		changed |= !same(&f->facts, &now);
		f->facts = now;
	}
	return changed;
}
