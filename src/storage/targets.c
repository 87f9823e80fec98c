#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/record.h"
#include "storage/targets.h"

static void
release(struct target *target)
{
	free(target->kind);
	free(target->path);
	free(target->profile);
	free(target->previous);
	free(target->undo);
	memset(target, 0, sizeof *target);
}

int
target_set(char **to, const char *value, struct error *err)
{
	char *copy = value == NULL ? NULL : strdup(value);

	if (value != NULL && copy == NULL)
		return error_no_memory(err);
	free(*to);
	*to = copy;
	return 0;
}

struct target *
targets_find(const struct targets *targets, const char *kind,
    const char *path)
{
	for (size_t i = 0; i < targets->count; i++)
		if (strcmp(targets->target[i].kind, kind) == 0 &&
		    strcmp(targets->target[i].path, path) == 0)
			return &targets->target[i];
	return NULL;
}

struct target *
targets_add(struct targets *targets, const char *kind, const char *path,
    struct error *err)
{
	struct target *target = targets_find(targets, kind, path);

	if (target != NULL)
		return target;
	target = realloc(targets->target,
	    (targets->count + 1) * sizeof *target);
	if (target == NULL) {
		error_no_memory(err);
		return NULL;
	}
	targets->target = target;
	target += targets->count;
	memset(target, 0, sizeof *target);
	target->since = TIME_UNKNOWN;
	if (target_set(&target->kind, kind, err) != 0 ||
	    target_set(&target->path, path, err) != 0) {
		release(target);
		return NULL;
	}
	targets->count++;
	return target;
}

void
targets_drop(struct targets *targets, struct target *target)
{
	size_t after = targets->count -
	    (size_t)(target - targets->target) - 1;

	release(target);
	memmove(target, target + 1, after * sizeof *target);
	targets->count--;
}

void
targets_forget_undo(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		free(targets->target[i].undo);
		targets->target[i].undo = NULL;
		targets->target[i].may_undo = false;
	}
}

void
targets_release(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		release(&targets->target[i]);
	free(targets->target);
	*targets = (struct targets)TARGETS_INIT;
}

static int
read_target(struct targets *targets, const struct json *object,
    struct error *err)
{
	const char *kind = json_string(object, "kind");
	const char *path = json_string(object, "path");
	const char *digest = json_string(object, "digest");
	struct target *target;

	/* What a later version, or a hand, made of it is not ours to use; nor
	 * is one that is there twice. */
	if (kind == NULL || path == NULL || *path != '/')
		return 0;
	if (targets_find(targets, kind, path) != NULL)
		return 0;
	target = targets_add(targets, kind, path, err);
	if (target == NULL ||
	    record_copy(&target->profile, object, "profile", err) != 0 ||
	    record_copy(&target->previous, object, "previous", err) != 0 ||
	    record_copy(&target->undo, object, "undo", err) != 0)
		return -1;
	target->since = record_time(object, "since");
	target->may_undo = json_bool(object, "may_undo");
	target->run = json_bool(object, "run");
	if (digest != NULL && strlen(digest) < sizeof target->digest)
		strcpy(target->digest, digest);
	if (json_integer(object, "generation", &target->generation) != 0)
		target->generation = 0;
	target->expires_at = record_time(object, "expires_at");
	return 0;
}

int
targets_load(const struct store *store, struct targets *targets,
    struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *state;
	int dir, result = 0;

	*targets = (struct targets)TARGETS_INIT;
	dir = store_find_part(store, ".", err);
	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	state = record_read(dir, STORE_STATE_FILE, NULL, &why);
	close(dir);
	if (state == NULL) {
		if (why.code == ERROR_NOT_FOUND)
			return 0;
		return error_give(err, &why);
	}
	for (const struct json *one = json_first(json_get(state, "targets"));
	    one != NULL && result == 0; one = json_next(one))
		result = read_target(targets, one, err);
	json_free(state);
	return result;
}

static void
print_target(struct json *object, const struct target *target)
{
	json_set_string(object, "kind", target->kind);
	json_set_string(object, "path", target->path);
	json_set_string(object, "profile", target->profile);
	json_set_string(object, "previous", target->previous);
	if (target->may_undo) {
		json_set_bool(object, "may_undo", true);
		json_set_string(object, "undo", target->undo);
	}
	if (target->run)
		json_set_bool(object, "run", true);
	if (target->digest[0] == '\0')
		return;
	json_set_string(object, "digest", target->digest);
	json_set_integer(object, "generation", target->generation);
	record_set_time(object, "expires_at", target->expires_at);
	record_set_time(object, "since", target->since);
}

int
targets_save(struct store *store, const struct targets *targets,
    struct error *err)
{
	struct json *state, *list;
	int dir, result;

	dir = store_make_part(store, ".", err);
	if (dir < 0)
		return -1;
	file_sweep(dir, STORE_STATE_FILE);
	state = json_object();
	json_set_integer(state, "schema", RECORD_SCHEMA);
	list = json_set_array(state, "targets");
	for (size_t i = 0; i < targets->count; i++)
		print_target(json_append_object(list), &targets->target[i]);
	/* The rest of the file stays. */
	result = record_write(dir, STORE_STATE_FILE, state, err);
	close(dir);
	return result;
}
