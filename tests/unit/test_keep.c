/*
 * keep: which login is due when, and what is advised where nothing renews.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/keep.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/lock.h"

#define NOW ((int64_t)1790000000)
#define HOUR ((int64_t)3600)
#define WITHIN (48 * HOUR)

static char path[] = "/tmp/chatelaine-keep-XXXXXX";
static struct settings settings;
static struct app app;

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static int
open_store(void **state)
{
	(void)state;
	json_init();
	strcpy(path + strlen(path) - 6, "XXXXXX");
	if (mkdtemp(path) == NULL)
		return -1;
	app.store = store_open(path, NULL);
	app.settings = &settings;
	if (settings_load(&settings, NULL, NULL, true, NULL) != 0)
		return -1;
	return app.store == NULL ? -1 : 0;
}

static int
close_store(void **state)
{
	(void)state;
	store_close(app.store);
	settings_release(&settings);
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
what_is_due(void **state)
{
	static char owner[] = "codex", damage[] = "it is";
	static const struct {
		int64_t left;		/* 0: the end is unknown */
		int64_t within;
		struct profile profile;
		bool due;
	} table[] = {
		{ 48 * HOUR - 1, WITHIN, { .renewable = true }, true },
		{ 48 * HOUR, WITHIN, { .renewable = true }, false },
		{ HOUR, HOUR + 1, { .renewable = true }, true },
		{ HOUR, HOUR, { .renewable = true }, false },
		{ -HOUR, 0, { .renewable = true }, true },
		{ 0, WITHIN, { .renewable = true }, true },
		{ HOUR, WITHIN, { .renewable = false }, false },
		{ -HOUR, WITHIN, { .renewable = false }, false },
		{ -HOUR, WITHIN, { .renewable = true, .owner = owner },
		    false },
		{ -HOUR, WITHIN, { .renewable = true, .damage = damage },
		    false },
		{ -HOUR, WITHIN, { .renewable = true,
		    .refused = REASON_REUSED, .refused_generation = 1,
		    .generation = 1 }, false },
		{ -HOUR, WITHIN, { .renewable = true,
		    .refused = REASON_REUSED, .refused_generation = 1,
		    .generation = 2 }, true },
		/* In doubt: in the last hour, whatever was said. */
		{ HOUR, WITHIN, { .renewable = true, .in_doubt = true },
		    false },
		{ HOUR - 1, WITHIN, { .renewable = true,
		    .in_doubt = true }, true },
		{ HOUR, 30 * 24 * HOUR, { .renewable = true,
		    .in_doubt = true }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct profile profile = table[i].profile;

		profile.expires_at = table[i].left == 0 ? TIME_UNKNOWN :
		    NOW + table[i].left;
		if (keep_is_due(&profile, NOW, table[i].within) !=
		    table[i].due)
			fail_msg("row %zu", i);
	}
}

static void
what_is_advised(void **state)
{
	static char owner[] = "codex";
	struct profile profile[2] = {
		{ .renewable = true, .expires_at = NOW + 100 * HOUR },
		{ .renewable = true, .expires_at = NOW + HOUR },
	};
	struct profile_list list = { profile, 2 };
	struct buffer advice = BUFFER_INIT;
	int lock;

	(void)state;
	assert_true(keep_advice(&app, &list, NOW, &advice));
	assert_true(strstr(advice.data, "chatelaine-keep") != NULL ||
	    strstr(advice.data, " refresh --all ") != NULL);
	list.count = 1;
	assert_false(keep_advice(&app, &list, NOW, &advice));
	list.count = 0;
	assert_false(keep_advice(&app, &list, NOW, &advice));
	list.count = 2;
	profile[1].owner = owner;
	assert_false(keep_advice(&app, &list, NOW, &advice));
	profile[1].owner = NULL;
	lock = lock_try(app.store, LOCK_KEEP, NULL);
	assert_true(lock >= 0);
	assert_false(keep_advice(&app, &list, NOW, &advice));
	close(lock);
	assert_true(keep_advice(&app, &list, NOW, &advice));
	buffer_release(&advice);
}

static void
a_timer_keeps(void **state)
{
	char file[256];
	struct stat st;
	struct timespec times[2];

	(void)state;
	assert_false(keep_is_active(&app));
	/* In a store that is not there yet nothing is made. */
	keep_note_timer(&app);
	assert_false(keep_is_active(&app));
	snprintf(file, sizeof file, "%s/.chatelaine", path);
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(mkdir(file, 0700), 0);
	keep_note_timer(&app);
	assert_true(keep_is_active(&app));
	snprintf(file, sizeof file, "%s/.chatelaine/kept", path);
	assert_int_equal(lstat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* A day and a bit is forgiven, two are not. */
	times[0] = times[1] = (struct timespec){ time_now() - 25 * HOUR, 0 };
	assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
	assert_true(keep_is_active(&app));
	times[0].tv_sec = times[1].tv_sec = time_now() - 48 * HOUR;
	assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
	assert_false(keep_is_active(&app));
	keep_note_timer(&app);
	assert_true(keep_is_active(&app));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due),
		TEST(what_is_advised),
		TEST(a_timer_keeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
