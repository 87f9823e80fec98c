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

static bool
has(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A directory with a profile's files in it. */
static bool
is_profile(int dir)
{
	return has(dir, CREDENTIAL_FILE) || has(dir, PROFILE_FILE) ||
	    has(dir, STORE_VOLUME_FILE);
}

/* A directory that was made for the user of a container (app/volume), which
 * mounts it: what takes its place would never come there. */
static int
check_volume(const struct store *store, const char *name, struct error *err)
{
	int parent = store_open_parent(store, name, NULL), fd = -1;
	struct stat above, dir;
	int result = 0;

	if (parent >= 0)
		fd = file_open_dir(parent, store_leaf(name), NULL);
	if (fd >= 0 && !is_profile(fd) && fstat(parent, &above) == 0 &&
	    fstat(fd, &dir) == 0 && dir.st_uid != above.st_uid)
		result = error_set(err, ERROR_REFUSED, _("'%s' is a directory "
		    "of user %lu, whose program signs in there itself; choose "
		    "another name"), name, (unsigned long)dir.st_uid);
	if (fd >= 0)
		close(fd);
	if (parent >= 0)
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
	int dir, result = 0;

	if (store_check_name(name, err) != 0)
		return -1;
	if (!store_exists(store))
		return 0;
	snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "/"), name);
	has_tenant = strchr(name, '/') != NULL;
	dir = file_open_dir(store_root(store), first, NULL);
	if (dir < 0)
		return 0;
	if (has_tenant && is_profile(dir))
		result = error_set(err, ERROR_REFUSED,
		    _("'%s' is a profile, so nothing can be kept under it; "
		    "choose another name"), first);
	else if (!has_tenant && !is_profile(dir) &&
	    list_directory(dir, name, &scan, NULL) == 0 && names.count > 0)
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
	struct stat st;
	int fd, result = 0;

	fd = openat(dir, entry,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return error_set_errno(err, errno, "%s",
		    _("cannot read the store"));
	if (fd < 0) {
		if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return errno == ENOENT ? 0 : error_set_errno(err,
			    errno, "%s", _("cannot read the store"));
		/* A plain file is nothing of ours. A link in a profile's
		 * place, or a directory that may not be read, must show. */
		return S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode) ?
		    store_names_add(scan->names, name, err) : 0;
	}
	if (is_profile(fd))
		result = store_names_add(scan->names, name, err);
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
		error_set_errno(err, errno, "%s", _("cannot read the store"));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (result == 0 && (errno = 0, entry = readdir(d)) != NULL)
		result = list_one(dir, tenant, entry, scan, err);
	/* A store that is read in part would be one with fewer profiles. */
	if (result == 0 && errno != 0)
		result = error_set_errno(err, errno, "%s",
		    _("cannot read the store"));
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
		error_set_errno(err, errno, "%s", _("cannot read the store"));
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
