#include "config.h"

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
#include "storage/record.h"
#include "storage/store.h"

#define PRIVATE_DIR ".chatelaine"

struct store {
	char *path;
	int root;		/* -1: not there */
	const volatile sig_atomic_t *interrupted;	/* or NULL */
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

void
store_set_interrupt(struct store *store, const volatile sig_atomic_t *flag)
{
	store->interrupted = flag;
}

bool
store_is_interrupted(const struct store *store)
{
	return store->interrupted != NULL && *store->interrupted != 0;
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

int
store_root(const struct store *store)
{
	return store->root;
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

bool
store_is_component(const char *text)
{
	size_t n = component(text);

	return n > 0 && text[n] == '\0';
}

int
store_check_name(const char *name, struct error *err)
{
	size_t n = component(name);

	if (n > 0 && (name[n] == '\0' ||
	    (name[n] == '/' && store_is_component(name + n + 1))))
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
		flat[i] = (char)(name[i] == '/' ? '%' : name[i]);
	flat[i] = '\0';
}

void
store_plain_name(char name[STORE_NAME_MAX + 1], const char *flat)
{
	size_t i;

	for (i = 0; i < STORE_NAME_MAX && flat[i] != '\0'; i++)
		name[i] = (char)(flat[i] == '%' ? '/' : flat[i]);
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
store_find_part(const struct store *store, const char *part,
    struct error *err)
{
	struct error why = ERROR_INIT;
	int fd = store_open_part(store, part, &why);

	if (fd >= 0)
		return fd;
	if (why.code == ERROR_NOT_FOUND)
		return STORE_ABSENT;
	return error_give(err, &why);
}

int
store_make_part(struct store *store, const char *part, struct error *err)
{
	int private, fd;

	if (make_root(store, err) != 0)
		return -1;
	private = file_make_dir(store->root, PRIVATE_DIR, err);
	if (private < 0 && faccessat(store->root, ".", W_OK, AT_EACCESS) != 0 &&
	    errno == EACCES) {
		error_set(err, ERROR_FAILED, _("user %lu may not write to %s"),
		    (unsigned long)geteuid(), store->path);
		return error_step(err, "%s", _("run this as root, or as the "
		    "user whose it is"));
	}
	if (private < 0)
		return -1;
	fd = file_make_dir(private, part, err);
	close(private);
	return fd;
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

int
store_terms_agreed(const struct store *store, struct error *err)
{
	struct error why = ERROR_INIT;
	int dir = store_open_part(store, ".", &why), agreed = 0;
	struct json *state;

	if (dir >= 0) {
		state = record_read(dir, STORE_STATE_FILE, NULL, &why);
		agreed = record_time(state, "terms_agreed_at") != TIME_UNKNOWN;
		json_free(state);
		close(dir);
	}
	return error_is_passing(&why) ? error_give(err, &why) : agreed;
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
