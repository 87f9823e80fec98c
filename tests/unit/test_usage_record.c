/*
 * usage: what is kept of a login's limits, and what is made of a file that is
 * not as we wrote it.
 */
#include "config.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "storage/usage.h"
#include "temp_store.h"

/* Makes the file of "work" what is given. */
static void
put(const char *text)
{
	int dir = store_make_part(store, "usage", NULL);

	assert_true(dir >= 0);
	assert_int_equal(file_write(dir, "work.json", text, strlen(text),
	    NULL), 0);
	close(dir);
}

static void
fill(struct usage_record *record)
{
	memset(record, 0, sizeof *record);
	record->fetched_at = 1795000000;
	usage_copy(record->user_id, "user-x");
	usage_copy(record->account_id, "1111");
	usage_copy(record->plan, "pl\x1bus");
	record->limit_reached = 1;
	record->limits = 2;
	usage_copy(record->limit[0].label, "5 h");
	record->limit[0].percent = 120;
	record->limit[0].seconds = 18000;
	record->limit[0].resets_at = 1795009120;
	usage_copy(record->limit[1].name, "Spark");
	record->limit[1].percent = USAGE_NOT_KNOWN;
	record->limit[1].seconds = USAGE_NOT_KNOWN;
	record->credits = true;
	record->unlimited = USAGE_NOT_KNOWN;
	usage_copy(record->balance, "12.50");
}

static void
what_is_saved_is_loaded(void **state)
{
	static const char *const names[] = { "work", "acme/client-x" };
	struct usage_record saved, loaded;
	struct stat st;
	char file[128];

	(void)state;
	fill(&saved);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(usage_save(store, names[i], &saved, NULL), 0);
		assert_int_equal(usage_load(store, names[i], &loaded, NULL),
		    0);
		assert_memory_equal(&saved, &loaded, sizeof saved);
	}
	snprintf(file, sizeof file, "%s/.chatelaine/usage/acme%%client-x.json",
	    path);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* The next one replaces it whole. */
	saved.limits = 0;
	saved.credits = false;
	saved.limit_reached = USAGE_NOT_KNOWN;
	assert_int_equal(usage_save(store, "work", &saved, NULL), 0);
	assert_int_equal(usage_load(store, "work", &loaded, NULL), 0);
	assert_int_equal(loaded.limits, 0);
	assert_false(loaded.credits);
	assert_int_equal(loaded.limit_reached, USAGE_NOT_KNOWN);
}

static enum error_code
load_code(const char *name)
{
	struct error err = ERROR_INIT;
	struct usage_record record;

	return usage_load(store, name, &record, &err) == 0 ? ERROR_NONE :
	    err.code;
}

static void
nothing_kept(void **state)
{
	struct usage_record record;

	(void)state;
	assert_int_equal(load_code("work"), ERROR_NOT_FOUND);
	usage_remove(store, "work");
	fill(&record);
	usage_save(store, "other", &record, NULL);
	assert_int_equal(load_code("work"), ERROR_NOT_FOUND);
	assert_int_equal(load_code("other"), ERROR_NONE);
	usage_remove(store, "other");
	assert_int_equal(load_code("other"), ERROR_NOT_FOUND);
	assert_int_equal(load_code("../work"), ERROR_USAGE);
	assert_int_equal(usage_save(store, "../work", &record, NULL), -1);
}

static void
files_of_others(void **state)
{
	static const char *const damaged[] = {
		"", "[]", "{}", "{\"schema\":0}", "{\"schema\":2}", "{",
	};
	static const char *const empty[] = {
		"{\"schema\":1}",
		"{\"schema\":1,\"windows\":7,\"credits\":[],\"plan\":3}",
		"{\"schema\":1,\"windows\":[],\"limit_reached\":null,"
		    "\"fetched_at\":\"yesterday\"}",
	};
	struct usage_record record;

	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		put(damaged[i]);
		assert_int_equal(load_code("work"), ERROR_FAILED);
	}
	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		put(empty[i]);
		assert_int_equal(usage_load(store, "work", &record, NULL), 0);
		assert_int_equal(record.limits, 0);
		assert_int_equal(record.fetched_at, 0);
		assert_int_equal(record.limit_reached, USAGE_NOT_KNOWN);
		assert_false(record.credits);
		assert_string_equal(record.plan, "");
	}
	put("{\"schema\":1,\"windows\":[7,{\"used_percent\":1e15,"
	    "\"window_seconds\":-5,\"resets_at\":5}]}");
	assert_int_equal(usage_load(store, "work", &record, NULL), 0);
	assert_int_equal(record.limits, 2);
	assert_int_equal(record.limit[0].percent, USAGE_NOT_KNOWN);
	assert_int_equal(record.limit[1].percent, 9999);
	assert_int_equal(record.limit[1].seconds, USAGE_NOT_KNOWN);
	assert_int_equal(record.limit[1].resets_at, 0);
}

static void
too_much_is_cut(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct usage_record record;

	(void)state;
	buffer_add_string(&text, "{\"schema\":1,\"plan\":\"a");
	for (int i = 0; i < 100; i++)
		buffer_add_string(&text, "\xc3\xa9");
	buffer_add_string(&text, "\",\"windows\":[{}");
	for (int i = 0; i < 100; i++)
		buffer_add_string(&text, ",{}");
	buffer_add_string(&text, "]}");
	put(text.data);
	buffer_release(&text);
	assert_int_equal(usage_load(store, "work", &record, NULL), 0);
	assert_int_equal(record.limits, USAGE_RECORD_LIMITS);
	assert_int_equal(strlen(record.plan), USAGE_RECORD_TEXT - 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
	const struct CMUnitTest tests[] = {
		TEST(what_is_saved_is_loaded),
		TEST(nothing_kept),
		TEST(files_of_others),
		TEST(too_much_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
