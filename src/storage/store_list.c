/*
 * Which profiles there are, as the directories say.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/stamp.h"
#include "storage/profile.h"
#include "storage/store.h"

/* What a scan fills in. @dirs: may be NULL. */
struct scan {
	struct store_names *names;
	struct store_dirs *dirs;
};

static int list_directory(int dir, const char *tenant, struct scan *scan,
    struct error *err);

static int
cannot_read(struct error *err)
{
	return error_set_errno(err, errno, "%s", _("cannot read the store"));
}

int
store_is_profile(int dir, struct error *err)
{
	static const char *const files[] = {
		CREDENTIAL_FILE, PROFILE_FILE, STORE_VOLUME_FILE
	};
	struct stat st;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (fstatat(dir, files[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return 1;
		if (errno != ENOENT)
			return cannot_read(err);
	}
	return 0;
}

/* Opens the directory of @name to look whether there is one: a descriptor, or
 * STORE_ABSENT, or -1. What is no directory is none. */
static int
find_dir(int parent, const char *name, struct error *err)
{
	struct error why = ERROR_INIT;
	int fd = file_open_dir(parent, name, &why);
	struct stat st;

	if (fd >= 0)
		return fd;
	if (why.code == ERROR_NOT_FOUND || (!error_is_passing(&why) &&
	    fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode)))
		return STORE_ABSENT;
	return error_give(err, &why);
}

/* A directory that was made for the user of a container (app/volume), which
 * mounts it: what takes its place would never come there. */
static int
check_volume(const struct store *store, const char *name, struct error *err)
{
	struct error why = ERROR_INIT;
	int parent = store_open_parent(store, name, &why), fd, result = 0;
	struct stat above, dir;

	if (parent < 0)
		return why.code == ERROR_NOT_FOUND ? 0 :
		    error_give(err, &why);
	fd = find_dir(parent, store_leaf(name), err);
	if (fd >= 0)
		result = store_is_profile(fd, err);
	if (fd < 0 || result != 0)
		result = fd == -1 || result < 0 ? -1 : 0;
	else if (fstat(parent, &above) != 0 || fstat(fd, &dir) != 0)
		result = cannot_read(err);
	else if (dir.st_uid != above.st_uid)
		result = error_set(err, ERROR_REFUSED, _("'%s' is a directory "
		    "of user %lu, whose program signs in there itself; choose "
		    "another name"), name, (unsigned long)dir.st_uid);
	if (fd >= 0)
		close(fd);
	close(parent);
	return result;
}

int
store_check_new(const struct store *store, const char *name,
    struct error *err)
{
	if (store_check_place(store, name, err) != 0)
		return -1;
	return check_volume(store, name, err);
}

int
store_check_place(const struct store *store, const char *name,
    struct error *err)
{
	struct store_names names = { NULL, 0 };
	struct scan scan = { &names, NULL };
	char first[STORE_NAME_MAX + 1];
	bool has_tenant;
	int dir, is, result;

	if (store_check_name(name, err) != 0)
		return -1;
	if (!store_exists(store))
		return 0;
	snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "/"), name);
	has_tenant = strchr(name, '/') != NULL;
	dir = find_dir(store_root(store), first, err);
	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	is = store_is_profile(dir, err);
	result = is < 0 ? -1 : 0;
	if (has_tenant && is > 0)
		result = error_set(err, ERROR_REFUSED,
		    _("'%s' is a profile, so nothing can be kept under it; "
		    "choose another name"), first);
	else if (!has_tenant && is == 0)
		result = list_directory(dir, name, &scan, err);
	if (result == 0 && names.count > 0)
		result = error_set(err, ERROR_REFUSED,
		    _("there are profiles under '%s/'; choose another name"),
		    name);
	store_names_release(&names);
	close(dir);
	return result;
}

int
store_names_add(struct store_names *names, const char *name,
    struct error *err)
{
	size_t count = names->count;
	char **grown;

	/* Doubles the room where the count is a power of two. */
	if ((count & (count - 1)) == 0) {
		grown = realloc(names->name,
		    (count == 0 ? 1 : count * 2) * sizeof *grown);
		if (grown == NULL)
			return error_no_memory(err);
		names->name = grown;
	}
	names->name[count] = strdup(name);
	if (names->name[count] == NULL)
		return error_no_memory(err);
	names->count++;
	return 0;
}

void
store_names_join(const struct store_names *names, struct buffer *out)
{
	for (size_t i = 0; i < names->count; i++)
		buffer_addf(out, "%s%s", i > 0 ? " " : "", names->name[i]);
}

void
store_names_release(struct store_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	names->name = NULL;
	names->count = 0;
}

void
store_dirs_release(struct store_dirs *dirs)
{
	store_names_release(&dirs->names);
	free(dirs->stamp);
	dirs->stamp = NULL;
}

/* Notes that something may come into the directory @fd that is no profile. */
static int
watch(struct scan *scan, const char *path, int fd, struct error *err)
{
	struct store_dirs *dirs = scan->dirs;
	size_t count;
	uint64_t *grown;
	struct stat st;

	if (dirs == NULL)
		return 0;
	count = dirs->names.count;
	if ((count & (count - 1)) == 0) {
		grown = realloc(dirs->stamp,
		    (count == 0 ? 1 : count * 2) * sizeof *grown);
		if (grown == NULL)
			return error_no_memory(err);
		dirs->stamp = grown;
	}
	dirs->stamp[count] = fstat(fd, &st) == 0 ?
	    stamp_of(&st) : STAMP_NEVER;
	return store_names_add(&dirs->names, path, err);
}

bool
store_dir_is(const struct store *store, const char *path, uint64_t stamp)
{
	return store_exists(store) &&
	    stamp_is(stamp, stamp_at(store_root(store), path));
}

/* NOLINTBEGIN(misc-no-recursion): into a tenant's directory, no deeper. */

/* A directory that is no profile: a tenant's, or one that may become either. */
static int
list_other(int fd, const char *tenant, const char *name, struct scan *scan,
    struct error *err)
{
	if (watch(scan, name, fd, err) != 0)
		return -1;
	return tenant[0] == '\0' ? list_directory(fd, name, scan, err) : 0;
}

/* One entry of the store, or of a tenant's directory: @name is "ENTRY" or
 * "TENANT/ENTRY". */
static int
list_entry(int dir, const char *tenant, const char *entry, const char *name,
    struct scan *scan, struct error *err)
{
	struct error why = ERROR_INIT;
	struct stat st;
	int fd, result = 0;

	fd = openat(dir, entry,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return cannot_read(err);
	if (fd < 0) {
		if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return errno == ENOENT ? 0 : cannot_read(err);
		/* A plain file is nothing of ours. A link in a profile's
		 * place, or a directory that may not be read, must show. */
		return S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode) ?
		    store_names_add(scan->names, name, err) : 0;
	}
	/* One that cannot be told must show as well. */
	if (store_is_profile(fd, &why) != 0)
		result = error_is_passing(&why) ? error_give(err, &why) :
		    store_names_add(scan->names, name, err);
	else
		result = list_other(fd, tenant, name, scan, err);
	close(fd);
	return result;
}

/* True for what surely is a profile, found by a single look: in a store there
 * may be many. */
static bool
is_plain_profile(int dir, const struct dirent *entry)
{
#ifdef DT_DIR
	char file[STORE_COMPONENT_MAX + sizeof "/" CREDENTIAL_FILE];
	struct stat st;

	/* Not by a path that may lead through a link. */
	if (entry->d_type != DT_DIR)
		return false;
	snprintf(file, sizeof file, "%.*s/%s", STORE_COMPONENT_MAX,
	    entry->d_name, CREDENTIAL_FILE);
	return fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) == 0;
#else
	(void)dir, (void)entry;
	return false;
#endif
}

static int
list_one(int dir, const char *tenant, const struct dirent *entry,
    struct scan *scan, struct error *err)
{
	char name[STORE_NAME_MAX + 1];

	if (!store_is_component(entry->d_name))
		return 0;
	snprintf(name, sizeof name, "%.*s%s%.*s", STORE_COMPONENT_MAX, tenant,
	    tenant[0] == '\0' ? "" : "/", STORE_COMPONENT_MAX, entry->d_name);
	if (is_plain_profile(dir, entry))
		return store_names_add(scan->names, name, err);
	return list_entry(dir, tenant, entry->d_name, name, scan, err);
}

static int
list_directory(int dir, const char *tenant, struct scan *scan,
    struct error *err)
{
	struct dirent *entry;
	int fd, result = 0;
	DIR *d;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		cannot_read(err);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (result == 0 && (errno = 0, entry = readdir(d)) != NULL)
		result = list_one(dir, tenant, entry, scan, err);
	/* A store that is read in part would be one with fewer profiles. */
	if (result == 0 && errno != 0)
		result = cannot_read(err);
	closedir(d);
	return result;
}

/* NOLINTEND(misc-no-recursion) */

struct part_listing {
	int (*add)(struct store_names *names, const char *entry,
	    struct error *err);
	struct store_names *names;
	struct error *err;
};

/* 1: @add failed, and has said why. */
static int
add_entry(int dir, const char *entry, void *data)
{
	struct part_listing *listing = data;

	(void)dir;
	return listing->add(listing->names, entry, listing->err) == 0 ? 0 : 1;
}

int
store_list_part(const struct store *store, const char *part,
    int (*add)(struct store_names *names, const char *entry,
    struct error *err), struct store_names *names, struct error *err)
{
	struct part_listing listing;
	int dir, result;

	*names = (struct store_names){ NULL, 0 };
	listing = (struct part_listing){ add, names, err };
	dir = store_find_part(store, part, err);
	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	result = file_for_each(dir, add_entry, &listing);
	if (result < 0)
		cannot_read(err);
	close(dir);
	if (result == 0)
		return 0;
	store_names_release(names);
	return -1;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
store_names_sort(struct store_names *names)
{
	if (names->count > 1)
		qsort(names->name, names->count, sizeof *names->name,
		    compare_names);
}

bool
store_names_has(const struct store_names *names, const char *name)
{
	return names->count > 0 && bsearch(&name, names->name, names->count,
	    sizeof *names->name, compare_names) != NULL;
}

int
store_list_dirs(const struct store *store, struct store_names *names,
    struct store_dirs *dirs, struct error *err)
{
	struct scan scan = { names, dirs };

	names->name = NULL;
	names->count = 0;
	if (!store_exists(store))
		return 0;
	if (watch(&scan, ".", store_root(store), err) != 0 ||
	    list_directory(store_root(store), "", &scan, err) != 0) {
		store_names_release(names);
		return -1;
	}
	store_names_sort(names);
	return 0;
}

int
store_list(const struct store *store, struct store_names *names,
    struct error *err)
{
	return store_list_dirs(store, names, NULL, err);
}
