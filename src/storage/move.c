#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "storage/move.h"
#include "storage/record.h"

static const char *const words[] = {
	[MOVE_IN] = "in",
	[MOVE_OUT] = "out",
	[MOVE_RENAME] = "rename",
};

#define WORDS (sizeof words / sizeof words[0])

int
move_begin(struct store *store, const char *name, const struct move *move,
    struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	struct json *object;
	int dir, result;

	dir = store_make_part(store, STORE_MOVES, err);
	if (dir < 0)
		return -1;
	store_flat_name(flat, name);
	file_sweep(dir, flat);
	object = json_object();
	json_set_integer(object, "schema", RECORD_SCHEMA);
	json_set_string(object, "operation", words[move->operation]);
	json_set_string(object, "kind", move->kind);
	json_set_string(object, "path", move->path);
	json_set_string(object, "to", move->to);
	result = record_write(dir, flat, object, err);
	close(dir);
	return result;
}

static int
read_move(const struct json *object, struct move *move, struct error *err)
{
	const char *word = json_string(object, "operation");

	for (size_t i = 0; word != NULL && i < WORDS; i++)
		if (strcmp(word, words[i]) == 0) {
			move->operation = (enum move_operation)i;
			word = NULL;
		}
	if (word != NULL || json_string(object, "operation") == NULL)
		return error_set(err, ERROR_FAILED, "%s",
		    _("the record of a move is not of this chatelaine"));
	if (record_copy(&move->kind, object, "kind", err) != 0 ||
	    record_copy(&move->path, object, "path", err) != 0 ||
	    record_copy(&move->to, object, "to", err) != 0)
		return -1;
	return 0;
}

int
move_load(const struct store *store, const char *name, struct move *move,
    struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	struct json *object;
	int dir, result = -1;

	*move = (struct move)MOVE_INIT;
	dir = store_open_part(store, STORE_MOVES, err);
	if (dir < 0)
		return -1;
	store_flat_name(flat, name);
	object = record_read(dir, flat, NULL, err);
	if (object != NULL)
		result = read_move(object, move, err);
	json_free(object);
	close(dir);
	return result;
}

void
move_release(struct move *move)
{
	free(move->kind);
	free(move->path);
	free(move->to);
	*move = (struct move)MOVE_INIT;
}

int
move_end(const struct store *store, const char *name, struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	int dir, result;

	dir = store_find_part(store, STORE_MOVES, err);
	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	store_flat_name(flat, name);
	result = file_remove(dir, flat, err);
	close(dir);
	return result;
}

void
move_sweep(const struct store *store, const char *name)
{
	char flat[STORE_NAME_MAX + 1];
	int dir;

	dir = store_open_part(store, STORE_MOVES, NULL);
	if (dir < 0)
		return;
	store_flat_name(flat, name);
	file_sweep(dir, flat);
	close(dir);
}

static int
add_profile(struct store_names *names, const char *entry, struct error *err)
{
	char name[STORE_NAME_MAX + 1], flat[NAME_MAX + 1];

	/* A record that was never whole is swept as well. */
	store_plain_name(name, file_of_temporary(entry, flat));
	return store_check_name(name, NULL) != 0 ? 0 :
	    store_names_add(names, name, err);
}

static int
add_file(struct store_names *names, const char *entry, struct error *err)
{
	char flat[NAME_MAX + 1];

	entry = file_of_temporary(entry, flat);
	return entry[0] != MOVE_FILE_MARK ? 0 :
	    store_names_add(names, entry, err);
}

int
move_list(const struct store *store, struct store_names *names,
    struct error *err)
{
	return store_list_part(store, STORE_MOVES, add_profile, names, err);
}

int
move_list_files(const struct store *store, struct store_names *names,
    struct error *err)
{
	return store_list_part(store, STORE_MOVES, add_file, names, err);
}
