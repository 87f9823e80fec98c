#include "config.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "storage/record.h"
#include "storage/waiting.h"

/* A clock may be put right by this much without a code being lost; s. */
#define CLOCK_TOLERANCE 60

int
waiting_save(struct store *store, const char *name,
    const struct waiting *waiting, struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	struct json *object;
	int dir, result;

	dir = store_make_part(store, STORE_WAITING, err);
	if (dir < 0)
		return -1;
	store_flat_name(flat, name);
	object = json_object();
	json_set_integer(object, "schema", RECORD_SCHEMA);
	json_set_string(object, "issuer", waiting->issuer);
	json_set_string(object, "device_auth_id", waiting->device);
	json_set_string(object, "user_code", waiting->code);
	json_set_integer(object, "interval", waiting->interval);
	record_set_time(object, "since", waiting->since);
	record_set_time(object, "ends", waiting->ends);
	json_set_bool(object, "replace", waiting->replace);
	result = record_write(dir, flat, object, err);
	close(dir);
	return result;
}

int64_t
waiting_left(const struct waiting *waiting, int64_t now)
{
	int64_t left;

	/* Before it began: the clock was put back, by who knows how much. */
	if (now + CLOCK_TOLERANCE < waiting->since || now >= waiting->ends)
		return 0;
	left = waiting->ends - (now < waiting->since ? waiting->since : now);
	return left < WAITING_LIFETIME ? left : WAITING_LIFETIME;
}

static int
read_waiting(const struct json *object, struct waiting *waiting,
    struct error *err)
{
	if (record_copy(&waiting->issuer, object, "issuer", err) != 0 ||
	    record_copy(&waiting->device, object, "device_auth_id",
	    err) != 0 ||
	    record_copy(&waiting->code, object, "user_code", err) != 0)
		return -1;
	waiting->since = record_time(object, "since");
	waiting->ends = record_time(object, "ends");
	waiting->replace = json_bool(object, "replace");
	if (waiting->issuer == NULL || waiting->device == NULL ||
	    waiting->code == NULL || json_integer(object, "interval",
	    &waiting->interval) != 0 || waiting->interval < 1 ||
	    waiting->interval > WAITING_LIFETIME)
		return error_set(err, ERROR_FAILED, "%s",
		    _("the record of a sign-in cannot be read"));
	return 0;
}

int
waiting_load(const struct store *store, const char *name, int64_t now,
    struct waiting *waiting, struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	struct json *object;
	int dir, result = -1;

	*waiting = (struct waiting)WAITING_INIT;
	dir = store_open_part(store, STORE_WAITING, err);
	if (dir < 0)
		return -1;
	store_flat_name(flat, name);
	object = record_read(dir, flat, NULL, err);
	if (object != NULL)
		result = read_waiting(object, waiting, err);
	if (result == 0 && waiting_left(waiting, now) == 0)
		result = error_set(err, ERROR_NOT_FOUND, "%s",
		    _("no sign-in waits"));
	json_free(object);
	close(dir);
	return result;
}

void
waiting_release(struct waiting *waiting)
{
	secret_free(&waiting->issuer);
	secret_free(&waiting->device);
	secret_free(&waiting->code);
	*waiting = (struct waiting)WAITING_INIT;
}

int
waiting_remove(const struct store *store, const char *name,
    struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	int dir, result;

	dir = store_find_part(store, STORE_WAITING, err);
	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	store_flat_name(flat, name);
	result = file_remove(dir, flat, err);
	close(dir);
	return result;
}

void
waiting_sweep(const struct store *store, const char *name, int64_t now)
{
	char flat[STORE_NAME_MAX + 1];
	struct error err = ERROR_INIT;
	struct waiting waiting;
	int dir = store_open_part(store, STORE_WAITING, NULL);

	if (dir < 0)
		return;
	store_flat_name(flat, name);
	file_sweep(dir, flat);
	if (waiting_load(store, name, now, &waiting, &err) != 0 &&
	    !error_is_passing(&err))
		file_remove(dir, flat, NULL);
	waiting_release(&waiting);
	close(dir);
}

static int
add_name(struct store_names *names, const char *entry, struct error *err)
{
	char name[STORE_NAME_MAX + 1], flat[NAME_MAX + 1];

	/* One that was never whole is swept as well. */
	store_plain_name(name, file_of_temporary(entry, flat));
	return store_check_name(name, NULL) != 0 ? 0 :
	    store_names_add(names, name, err);
}

int
waiting_list(const struct store *store, struct store_names *names,
    struct error *err)
{
	return store_list_part(store, STORE_WAITING, add_name, names, err);
}
