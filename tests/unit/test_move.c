/*
 * move: what is on its way is written down, read back and forgotten.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "storage/move.h"
#include "temp_store.h"

static char codex[] = "codex", openhands[] = "openhands";
static char usual[] = "/home/x/.codex/auth.json";
static char odd[] = "/a b/\xc3\xa9\"\\\n.json", other[] = "acme/other";

static void
every_operation_is_read_back(void **state)
{
	static const struct move moves[] = {
		{ MOVE_IN, codex, usual, NULL },
		{ MOVE_OUT, openhands, odd, NULL },
		{ MOVE_RENAME, NULL, NULL, other },
	};
	struct move found;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct move *move = &moves[i];

		assert_int_equal(move_begin(store, "acme/work", move, NULL),
		    0);
		assert_int_equal(move_load(store, "acme/work", &found, NULL),
		    0);
		assert_int_equal(found.operation, move->operation);
		if (move->path != NULL) {
			assert_string_equal(found.kind, move->kind);
			assert_string_equal(found.path, move->path);
			assert_null(found.to);
		} else {
			assert_null(found.kind);
			assert_null(found.path);
			assert_string_equal(found.to, move->to);
		}
		move_release(&found);
	}
}

static void
what_has_ended_is_not_there(void **state)
{
	const struct move move = { MOVE_IN, codex, usual, NULL };
	struct move found;
	struct error err = ERROR_INIT;

	(void)state;
	/* Nor before anything was. */
	assert_int_equal(move_load(store, "work", &found, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	move_release(&found);
	assert_int_equal(move_end(store, "work", NULL), 0);
	assert_int_equal(move_begin(store, "work", &move, NULL), 0);
	assert_int_equal(move_end(store, "work", NULL), 0);
	assert_int_equal(move_end(store, "work", NULL), 0);
	err = (struct error)ERROR_INIT;
	assert_int_equal(move_load(store, "work", &found, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	move_release(&found);
}

static void
the_names_are_listed(void **state)
{
	const struct move move = { MOVE_IN, codex, usual, NULL };
	struct store_names names;

	(void)state;
	assert_int_equal(move_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 0);
	store_names_release(&names);
	assert_int_equal(move_begin(store, "work", &move, NULL), 0);
	assert_int_equal(move_begin(store, "acme/work", &move, NULL), 0);
	/* That of a file that is being written is no profile's. */
	assert_int_equal(move_begin(store, "%view", &move, NULL), 0);
	assert_int_equal(move_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 2);
	assert_true(strcmp(names.name[0], "acme/work") == 0 ||
	    strcmp(names.name[1], "acme/work") == 0);
	assert_string_not_equal(names.name[0], names.name[1]);
	store_names_release(&names);
}

/* What cannot be understood is a failure, which keeps the record. */
static void
damaged_records(void **state)
{
	static const char *const texts[] = {
		"", "{}", "[]", "{\"schema\":1}",
		"{\"schema\":1,\"operation\":\"sideways\"}",
		"{\"schema\":1,\"operation\":7}",
		"{\"schema\":99,\"operation\":\"in\"}",
	};
	int dir = store_make_part(store, STORE_MOVES, NULL);

	(void)state;
	assert_true(dir >= 0);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct error err = ERROR_INIT;
		struct move found;

		assert_int_equal(file_write(dir, "work", texts[i],
		    strlen(texts[i]), NULL), 0);
		if (move_load(store, "work", &found, &err) == 0 ||
		    err.code != ERROR_FAILED)
			fail_msg("%s: %d", texts[i], (int)err.code);
		move_release(&found);
	}
	close(dir);
}

static void
it_is_private_and_replaced_whole(void **state)
{
	const struct move move = { MOVE_IN, codex, usual, NULL };
	char file[256];
	struct stat st;

	(void)state;
	assert_int_equal(move_begin(store, "acme/work", &move, NULL), 0);
	snprintf(file, sizeof file, "%s/.chatelaine/moves/acme%%work", path);
	assert_int_equal(lstat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_store, close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_operation_is_read_back),
		TEST(what_has_ended_is_not_there),
		TEST(the_names_are_listed),
		TEST(damaged_records),
		TEST(it_is_private_and_replaced_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
