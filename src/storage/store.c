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
#include "base/json.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/profile.h"
#include "storage/record.h"
#include "storage/store.h"

#define PRIVATE_DIR ".chatelaine"

struct store {
	char *path;
	int root;		/* -1: not there */
};

static int
open_root(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

struct store *
store_open(const char *path, struct error *err)
{
	struct store *store = calloc(1, sizeof *store);

	if (store != NULL)
		store->path = strdup(path);
	if (store == NULL || store->path == NULL) {
		free(store);
		error_no_memory(err);
		return NULL;
	}
	store->root = open_root(path);
	if (store->root < 0 && errno != ENOENT) {
		error_set_errno(err, errno, _("cannot open the store %s"),
		    path);
		store_close(store);
		return NULL;
	}
	return store;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->root >= 0)
		close(store->root);
	free(store->path);
	free(store);
}

const char *
store_path(const struct store *store)
{
	return store->path;
}

bool
store_exists(const struct store *store)
{
	return store->root >= 0;
}

/* Returns the length of the name component that @text starts with, or 0. */
static size_t
component(const char *text)
{
	static const char alphanumeric[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t n;

	if (*text == '\0' || strchr(alphanumeric, *text) == NULL)
		return 0;
	for (n = 1; text[n] != '\0' && (strchr(alphanumeric, text[n]) != NULL ||
	    strchr("._@+-", text[n]) != NULL); n++)
		continue;
	return n <= STORE_COMPONENT_MAX ? n : 0;
}

static bool
is_component(const char *text)
{
	size_t n = component(text);

	return n > 0 && text[n] == '\0';
}

int
store_check_name(const char *name, struct error *err)
{
	size_t n = component(name);

	if (n > 0 && (name[n] == '\0' ||
	    (name[n] == '/' && is_component(name + n + 1))))
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' is not a profile name: letters, digits and . _ @ + - "
	    "after a letter or digit, at most %d, or two such with a / "
	    "between"), name, STORE_COMPONENT_MAX);
}

void
store_flat_name(char flat[STORE_NAME_MAX + 1], const char *name)
{
	size_t i;

	for (i = 0; i < STORE_NAME_MAX && name[i] != '\0'; i++)
		flat[i] = name[i] == '/' ? '%' : name[i];
	flat[i] = '\0';
}

void
store_plain_name(char name[STORE_NAME_MAX + 1], const char *flat)
{
	size_t i;

	for (i = 0; i < STORE_NAME_MAX && flat[i] != '\0'; i++)
		name[i] = flat[i] == '%' ? '/' : flat[i];
	name[i] = '\0';
}

const char *
store_leaf(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

/* "" for a name without a tenant. */
static void
tenant_of(char tenant[STORE_COMPONENT_MAX + 1], const char *name)
{
	size_t n = (size_t)(store_leaf(name) - name);

	if (n > 0)
		n--;
	memcpy(tenant, name, n);
	tenant[n] = '\0';
}

static int
no_store(const struct store *store, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, _("there is no store at %s"),
	    store->path);
}

int
store_open_profile(const struct store *store, const char *name,
    struct error *err)
{
	char tenant[STORE_COMPONENT_MAX + 1];
	int parent, fd;

	if (store_check_name(name, err) != 0)
		return -1;
	if (store->root < 0)
		return no_store(store, err);
	tenant_of(tenant, name);
	if (tenant[0] == '\0')
		return file_open_dir(store->root, name, err);
	parent = file_open_dir(store->root, tenant, err);
	if (parent < 0)
		return -1;
	fd = file_open_dir(parent, store_leaf(name), err);
	close(parent);
	return fd;
}

static int
make_root(struct store *store, struct error *err)
{
	if (store->root >= 0)
		return 0;
	if (file_make_path(store->path, err) != 0)
		return -1;
	store->root = open_root(store->path);
	if (store->root < 0)
		return error_set_errno(err, errno,
		    _("cannot open the store %s"), store->path);
	return 0;
}

int
store_open_parent(const struct store *store, const char *name,
    struct error *err)
{
	char tenant[STORE_COMPONENT_MAX + 1];

	if (store_check_name(name, err) != 0)
		return -1;
	if (store->root < 0)
		return no_store(store, err);
	tenant_of(tenant, name);
	return file_open_dir(store->root, tenant[0] == '\0' ? "." : tenant,
	    err);
}

int
store_make_parent(struct store *store, const char *name, struct error *err)
{
	char tenant[STORE_COMPONENT_MAX + 1];

	if (store_check_name(name, err) != 0 || make_root(store, err) != 0)
		return -1;
	tenant_of(tenant, name);
	return file_make_dir(store->root, tenant[0] == '\0' ? "." : tenant,
	    err);
}

static int list_directory(int dir, const char *tenant,
    struct store_names *names, struct error *err);

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

int
store_check_place(const struct store *store, const char *name,
    struct error *err)
{
	struct store_names names = { NULL, 0 };
	char tenant[STORE_COMPONENT_MAX + 1];
	int dir, result = 0;

	if (store_check_name(name, err) != 0)
		return -1;
	if (store->root < 0)
		return 0;
	tenant_of(tenant, name);
	dir = file_open_dir(store->root, tenant[0] == '\0' ? name : tenant,
	    NULL);
	if (dir < 0)
		return 0;
	if (tenant[0] != '\0' && is_profile(dir))
		result = error_set(err, ERROR_REFUSED,
		    _("'%s' is a profile, so nothing can be kept under it; "
		    "choose another name"), tenant);
	else if (tenant[0] == '\0' && !is_profile(dir) &&
	    list_directory(dir, name, &names, NULL) == 0 && names.count > 0)
		result = error_set(err, ERROR_REFUSED,
		    _("there are profiles under '%s/'; choose another name"),
		    name);
	store_names_release(&names);
	close(dir);
	return result;
}

int
store_open_part(const struct store *store, const char *part,
    struct error *err)
{
	int private, fd;

	if (store->root < 0)
		return no_store(store, err);
	private = file_open_dir(store->root, PRIVATE_DIR, err);
	if (private < 0)
		return -1;
	fd = file_open_dir(private, part, err);
	close(private);
	return fd;
}

int
store_make_part(struct store *store, const char *part, struct error *err)
{
	int private, fd;

	if (make_root(store, err) != 0)
		return -1;
	private = file_make_dir(store->root, PRIVATE_DIR, err);
	if (private < 0)
		return -1;
	fd = file_make_dir(private, part, err);
	close(private);
	return fd;
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

/* Adds "ENTRY" or "TENANT/ENTRY". */
static int
add_entry(struct store_names *names, const char *tenant, const char *entry,
    struct error *err)
{
	char name[STORE_NAME_MAX + 1];

	snprintf(name, sizeof name, "%s%s%.*s", tenant,
	    tenant[0] == '\0' ? "" : "/", STORE_COMPONENT_MAX, entry);
	return store_names_add(names, name, err);
}

/* One entry of the store, or of a tenant's directory. */
static int
list_entry(int dir, const char *tenant, const char *entry,
    struct store_names *names, struct error *err)
{
	struct stat st;
	int fd, result = 0;

	if (!is_component(entry))
		return 0;
	fd = openat(dir, entry,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		/* A plain file is nothing of ours. A link in a profile's
		 * place, or a directory that may not be read, must show. */
		if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode)))
			return add_entry(names, tenant, entry, err);
		return 0;
	}
	if (is_profile(fd))
		result = add_entry(names, tenant, entry, err);
	else if (tenant[0] == '\0')
		result = list_directory(fd, entry, names, err);
	close(fd);
	return result;
}

static int
list_directory(int dir, const char *tenant, struct store_names *names,
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
	while (result == 0 && (entry = readdir(d)) != NULL)
		result = list_entry(dir, tenant, entry->d_name, names, err);
	closedir(d);
	return result;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
store_list(const struct store *store, struct store_names *names,
    struct error *err)
{
	names->name = NULL;
	names->count = 0;
	if (store->root < 0)
		return 0;
	if (list_directory(store->root, "", names, err) != 0) {
		store_names_release(names);
		return -1;
	}
	if (names->count > 1)
		qsort(names->name, names->count, sizeof *names->name,
		    compare_names);
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
store_drop_tenant(const struct store *store, const char *name)
{
	const char *slash = strchr(name, '/');
	char tenant[STORE_NAME_MAX + 1];
	int root;

	if (slash == NULL)
		return;
	memcpy(tenant, name, (size_t)(slash - name));
	tenant[slash - name] = '\0';
	root = store_open_parent(store, tenant, NULL);
	if (root < 0)
		return;
	unlinkat(root, tenant, AT_REMOVEDIR);
	close(root);
}

bool
store_terms_agreed(const struct store *store)
{
	struct json *state;
	int dir;
	bool agreed;

	dir = store_open_part(store, ".", NULL);
	if (dir < 0)
		return false;
	state = record_read(dir, STORE_STATE_FILE, NULL, NULL);
	agreed = record_time(state, "terms_agreed_at") != TIME_UNKNOWN;
	json_free(state);
	close(dir);
	return agreed;
}

int
store_agree_terms(struct store *store, struct error *err)
{
	struct json *state;
	int lock, dir, result;

	/* Others write other parts of the file. */
	lock = lock_take(store, LOCK_TARGETS, LOCK_WAIT_MS, err);
	if (lock < 0)
		return -1;
	dir = store_make_part(store, ".", err);
	if (dir < 0) {
		close(lock);
		return -1;
	}
	state = json_object();
	json_set_integer(state, "schema", RECORD_SCHEMA);
	record_set_time(state, "terms_agreed_at", time_now());
	result = record_write(dir, STORE_STATE_FILE, state, err);
	close(dir);
	close(lock);
	return result;
}
