/*
 * targets: the list of places is read back as it was written, and what others
 * have in the same file stays.
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
#include "base/time.h"
#include "storage/targets.h"
#include "temp_store.h"

static void
put_state(const char *text)
{
	int dir = store_make_part(store, ".", NULL);

	assert_true(dir >= 0);
	assert_int_equal(file_write(dir, STORE_STATE_FILE, text, strlen(text),
	    NULL), 0);
	close(dir);
}

static void
none_yet(void **state)
{
	struct targets targets;

	(void)state;
	assert_int_equal(targets_load(store, &targets, NULL), 0);
	assert_int_equal(targets.count, 0);
	targets_release(&targets);
	/* Looking makes nothing. */
	assert_int_equal(store_open_part(store, ".", NULL), -1);
	put_state("{\"schema\":1}\n");
	assert_int_equal(targets_load(store, &targets, NULL), 0);
	assert_int_equal(targets.count, 0);
	targets_release(&targets);
}

static void
everything_is_read_back(void **state)
{
	struct targets targets = TARGETS_INIT, found;
	struct target *target;
	char digest[DIGEST_SIZE];

	(void)state;
	digest_text(digest, "x", 1);
	target = targets_add(&targets, "codex", "/h/.codex/auth.json", NULL);
	assert_non_null(target);
	assert_int_equal(target_set(&target->profile, "work", NULL), 0);
	assert_int_equal(target_set(&target->previous, "acme/x", NULL), 0);
	assert_int_equal(target_set(&target->undo, "old", NULL), 0);
	target->may_undo = true;
	strcpy(target->digest, digest);
	target->generation = 7;
	target->expires_at = 1795435200;
	target = targets_add(&targets, "pi", "/a\n\"\xc3\xa9/auth.json", NULL);
	assert_non_null(target);
	target->run = true;
	assert_int_equal(targets_save(store, &targets, NULL), 0);
	targets_release(&targets);

	assert_int_equal(targets_load(store, &found, NULL), 0);
	assert_int_equal(found.count, 2);
	target = targets_find(&found, "codex", "/h/.codex/auth.json");
	assert_non_null(target);
	assert_string_equal(target->profile, "work");
	assert_string_equal(target->previous, "acme/x");
	assert_string_equal(target->undo, "old");
	assert_true(target->may_undo);
	assert_false(target->run);
	assert_string_equal(target->digest, digest);
	assert_int_equal(target->generation, 7);
	assert_int_equal(target->expires_at, 1795435200);
	target = targets_find(&found, "pi", "/a\n\"\xc3\xa9/auth.json");
	assert_non_null(target);
	assert_null(target->profile);
	assert_null(target->previous);
	assert_false(target->may_undo);
	assert_true(target->run);
	assert_string_equal(target->digest, "");
	assert_int_equal(target->expires_at, TIME_UNKNOWN);
	targets_release(&found);
}

static void
a_place_is_once_in_the_list(void **state)
{
	struct targets targets = TARGETS_INIT;

	(void)state;
	assert_non_null(targets_add(&targets, "codex", "/a", NULL));
	assert_non_null(targets_add(&targets, "pi", "/a", NULL));
	assert_non_null(targets_add(&targets, "codex", "/b", NULL));
	assert_ptr_equal(targets_add(&targets, "codex", "/a", NULL),
	    targets_find(&targets, "codex", "/a"));
	assert_int_equal(targets.count, 3);
	targets_drop(&targets, targets_find(&targets, "pi", "/a"));
	assert_int_equal(targets.count, 2);
	assert_null(targets_find(&targets, "pi", "/a"));
	assert_non_null(targets_find(&targets, "codex", "/b"));
	targets_drop(&targets, targets_find(&targets, "codex", "/b"));
	targets_drop(&targets, targets_find(&targets, "codex", "/a"));
	assert_int_equal(targets.count, 0);
	targets_release(&targets);
}

static void
undo_is_forgotten(void **state)
{
	struct targets targets = TARGETS_INIT;
	struct target *target = targets_add(&targets, "codex", "/a", NULL);

	(void)state;
	assert_non_null(target);
	target->may_undo = true;
	assert_int_equal(target_set(&target->undo, "old", NULL), 0);
	assert_int_equal(target_set(&target->previous, "old", NULL), 0);
	targets_forget_undo(&targets);
	assert_false(target->may_undo);
	assert_null(target->undo);
	assert_string_equal(target->previous, "old");
	targets_release(&targets);
}

/* state.json is not of targets alone. */
static void
the_rest_of_the_file_stays(void **state)
{
	struct targets targets;
	struct buffer text = BUFFER_INIT;
	int dir;

	(void)state;
	put_state("{\"schema\":1,\"terms\":\"2026-01-01T00:00:00Z\","
	    "\"later\":{\"a\":[1]},\"targets\":[{\"kind\":\"codex\","
	    "\"path\":\"/a\",\"profile\":\"work\"}]}");
	assert_int_equal(targets_load(store, &targets, NULL), 0);
	assert_int_equal(targets.count, 1);
	targets_drop(&targets, &targets.target[0]);
	assert_int_equal(targets_save(store, &targets, NULL), 0);
	targets_release(&targets);
	dir = store_open_part(store, ".", NULL);
	assert_int_equal(file_read(dir, STORE_STATE_FILE, 4096, &text, NULL,
	    NULL), 0);
	close(dir);
	assert_non_null(strstr(text.data, "2026-01-01T00:00:00Z"));
	assert_non_null(strstr(text.data, "\"later\""));
	assert_null(strstr(text.data, "codex"));
	buffer_release(&text);
}

static void
odd_entries_are_left_out(void **state)
{
	struct targets targets;

	(void)state;
	put_state("{\"schema\":1,\"targets\":["
	    "{\"kind\":\"codex\"}, {\"path\":\"/a\"}, 7, null, [],"
	    "{\"kind\":\"codex\",\"path\":\"relative\"},"
	    "{\"kind\":\"of-tomorrow\",\"path\":\"/b\"},"
	    "{\"kind\":\"codex\",\"path\":\"/c\",\"digest\":\""
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "45\",\"generation\":\"x\",\"expires_at\":\"soon\"}]}");
	assert_int_equal(targets_load(store, &targets, NULL), 0);
	assert_int_equal(targets.count, 2);
	assert_non_null(targets_find(&targets, "of-tomorrow", "/b"));
	assert_string_equal(targets_find(&targets, "codex", "/c")->digest, "");
	assert_int_equal(targets_find(&targets, "codex", "/c")->generation, 0);
	assert_int_equal(targets_find(&targets, "codex", "/c")->expires_at,
	    TIME_UNKNOWN);
	targets_release(&targets);
}

/* A list that cannot be read must not be taken for an empty one: what would
 * be written next forgets all. */
static void
a_damaged_file_is_a_failure(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "{\"schema\":99}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct error err = ERROR_INIT;
		struct targets targets;

		put_state(texts[i]);
		if (targets_load(store, &targets, &err) == 0)
			fail_msg("%s was read", texts[i]);
		assert_int_equal(err.code, ERROR_FAILED);
		assert_int_equal(targets.count, 0);
		targets_release(&targets);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_store, close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_yet),
		TEST(everything_is_read_back),
		TEST(a_place_is_once_in_the_list),
		TEST(undo_is_forgotten),
		TEST(the_rest_of_the_file_stays),
		TEST(odd_entries_are_left_out),
		TEST(a_damaged_file_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
