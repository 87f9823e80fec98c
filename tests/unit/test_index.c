/*
 * index: what is put in comes back; what was damaged is none.
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

#include "base/json.h"
#include "base/stamp.h"
#include "base/time.h"
#include "storage/index.h"
#include "storage/index_file.h"
#include "storage/lock.h"

#define LARGE_TEXT ((size_t)3 * 1024 * 1024)

static char path[] = "/tmp/chatelaine-index-XXXXXX";
static char file[64];
static struct store *store;

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
	snprintf(file, sizeof file, "%s/.chatelaine/index", path);
	store = store_open(path, NULL);
	return store == NULL ? -1 : 0;
}

static int
close_store(void **state)
{
	(void)state;
	store_close(store);
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct profile
one(const char *name)
{
	static char email[] = "dev@example.com", plan[] = "pro";
	static char message[] = "no more";
	struct profile profile = {
		.email = email, .plan = plan, .refused = REASON_REVOKED,
		.refused_message = message, .refused_generation = 3,
		.created_at = 1, .last_refresh = 2, .expires_at = 1800000000,
		.generation = 4, .stamp = 77, .renewable = true,
	};

	strcpy(profile.name, name);
	return profile;
}

/* An index of so many. */
static struct index *
make(int count)
{
	struct index *index = index_make();

	assert_non_null(index);
	for (int i = count; i > 0; i--) {
		char name[16];
		struct profile profile;

		snprintf(name, sizeof name, "p%03d", i);
		profile = one(name);
		assert_int_equal(index_put(index, &profile, NULL), 1);
	}
	return index;
}

static void
save(int count)
{
	struct index *index = make(count);

	assert_true(index_is_changed(index));
	assert_int_equal(index_save(index, store, NULL), 0);
	assert_false(index_is_changed(index));
	index_free(index);
}

static void
what_is_put_in_comes_back(void **state)
{
	struct index *index;
	struct profile view;
	struct stat st;
	size_t at;

	(void)state;
	save(30);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	index = index_load(store);
	assert_non_null(index);
	assert_int_equal(index_count(index), 30);
	assert_false(index_find(index, "a", &at));
	assert_int_equal(at, 0);
	assert_true(index_find(index, "p007", &at));
	assert_int_equal(at, 6);
	index_get(index, at, &view);
	assert_string_equal(view.name, "p007");
	assert_string_equal(view.email, "dev@example.com");
	assert_string_equal(view.plan, "pro");
	assert_null(view.label);
	assert_null(view.damage);
	assert_int_equal(view.refused, REASON_REVOKED);
	assert_string_equal(view.refused_message, "no more");
	assert_int_equal(view.refused_generation, 3);
	assert_int_equal(view.created_at, 1);
	assert_int_equal(view.last_refresh, 2);
	assert_int_equal(view.expires_at, 1800000000);
	assert_int_equal(view.generation, 4);
	assert_true(view.renewable);
	assert_true(index_is_whole(index, at));
	assert_int_equal(index_stamp(index, at), 77);
	assert_int_equal(index_widths(index)->email, 15);
	index_free(index);
}

static void
only_what_differs_is_a_change(void **state)
{
	static char other[] = "other@example.com", warning[] = "mode 0644";
	struct profile profile = one("p002"), view;
	struct index *index;

	(void)state;
	save(3);
	index = index_load(store);
	assert_int_equal(index_put(index, &profile, NULL), 0);
	assert_false(index_is_changed(index));
	/* An empty text is as none. */
	profile.label = other + sizeof other - 1;
	assert_int_equal(index_put(index, &profile, NULL), 0);
	profile.email = other;
	profile.warning[0] = warning;
	profile.forbidden = true;
	assert_int_equal(index_put(index, &profile, NULL), 1);
	assert_true(index_is_changed(index));
	assert_int_equal(index_save(index, store, NULL), 0);
	index_free(index);
	index = index_load(store);
	index_get(index, 1, &view);
	assert_string_equal(view.email, "other@example.com");
	/* The words of a warning are not kept, but that there is one. */
	assert_false(index_is_whole(index, 1));
	assert_true(index_is_whole(index, 0));
	index_free(index);
}

static void
names_come_and_go(void **state)
{
	struct store_names names = { NULL, 0 };
	struct index *index = make(3);
	struct profile view;

	(void)state;
	store_names_add(&names, "p002", NULL);
	store_names_add(&names, "p0021", NULL);
	store_names_add(&names, "z", NULL);
	assert_int_equal(index_set_names(index, &names, NULL), 0);
	assert_int_equal(index_count(index), 3);
	index_get(index, 0, &view);
	assert_string_equal(view.email, "dev@example.com");
	index_get(index, 1, &view);
	assert_string_equal(view.name, "p0021");
	assert_null(view.email);
	assert_int_equal(index_stamp(index, 1), STAMP_NEVER);
	assert_false(index_is_whole(index, 1));
	store_names_release(&names);
	index_free(index);
}

static void
read_back(char *bytes, size_t size)
{
	int fd = open(file, O_RDONLY);

	assert_int_equal(read(fd, bytes, size), size);
	close(fd);
}

static void
write_out(const char *bytes, size_t size)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void
a_damaged_file_is_none(void **state)
{
	struct stat st;
	size_t size;
	char *bytes;

	(void)state;
	save(3);
	assert_int_equal(stat(file, &st), 0);
	size = (size_t)st.st_size;
	bytes = malloc(size + 1);
	assert_non_null(bytes);
	read_back(bytes, size);
	for (size_t i = 0; i < size; i++) {
		bytes[i] = (char)(bytes[i] ^ (1 << i % 8));
		write_out(bytes, size);
		assert_null(index_load(store));
		bytes[i] = (char)(bytes[i] ^ (1 << i % 8));
	}
	for (size_t i = 0; i < size; i++) {
		write_out(bytes, i);
		assert_null(index_load(store));
	}
	bytes[size] = '\0';
	write_out(bytes, size + 1);
	assert_null(index_load(store));
	free(bytes);
}

static void
a_file_that_others_may_write_is_none(void **state)
{
	struct index *index;

	(void)state;
	save(3);
	assert_int_equal(chmod(file, 0660), 0);
	assert_null(index_load(store));
	assert_int_equal(chmod(file, 0600), 0);
	index = index_load(store);
	assert_non_null(index);
	index_free(index);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_null(index_load(store));
}

static void
one_writes_at_a_time(void **state)
{
	struct index *index = make(1);
	struct error err = ERROR_INIT;
	int lock;

	(void)state;
	lock = lock_try(store, LOCK_INDEX, NULL);
	assert_true(lock >= 0);
	assert_int_equal(index_save(index, store, &err), -1);
	assert_int_equal(err.code, ERROR_BUSY);
	close(lock);
	assert_int_equal(index_save(index, store, NULL), 0);
	index_free(index);
}

static void
a_directory_that_changes_is_noticed(void **state)
{
	struct store_dirs dirs = STORE_DIRS_INIT;
	struct index *index = make(1);
	struct store_names names;
	char inner[64];

	(void)state;
	snprintf(inner, sizeof inner, "%s/tenant", path);
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(store_list_dirs(store, &names, &dirs, NULL), 0);
	assert_int_equal(dirs.names.count, 2);
	assert_string_equal(dirs.names.name[0], ".");
	assert_string_equal(dirs.names.name[1], "tenant");
	/* Too new to be told apart, so it is never the same. */
	assert_int_equal(dirs.stamp[0], STAMP_NEVER);
	assert_int_equal(index_set_dirs(index, &dirs, NULL), 0);
	assert_false(index_dirs_are(index, store));
	assert_int_equal(index_save(index, store, NULL), 0);
	/* Each difference is a change, and what is the same is none. */
	dirs.stamp[0] = stamp_at(store_root(store), ".");
	dirs.stamp[1] = 7;
	assert_int_equal(index_set_dirs(index, &dirs, NULL), 0);
	assert_true(index_is_changed(index));
	assert_int_equal(index_save(index, store, NULL), 0);
	assert_int_equal(index_set_dirs(index, &dirs, NULL), 0);
	assert_false(index_is_changed(index));
	dirs.names.name[1][0] = 'T';
	assert_int_equal(index_set_dirs(index, &dirs, NULL), 0);
	assert_true(index_is_changed(index));
	assert_false(index_dirs_are(index, store));
	store_names_release(&names);
	store_dirs_release(&dirs);
	index_free(index);
}

/* However many there are, and whenever they came. */
static void
a_plan_is_told_once(void **state)
{
	struct index *index = make(1);
	const char *plan[40];
	struct profile profile;
	char name[8];

	(void)state;
	assert_int_equal(index_save(index, store, NULL), 0);
	index_free(index);
	index = index_load(store);
	assert_non_null(index);
	profile = one("q");
	assert_int_equal(index_put(index, &profile, NULL), 1);
	assert_int_equal(index_plans(index, plan, 40), 1);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "r%02d", i);
		profile = one(name);
		snprintf(name, sizeof name, "plan%02d", i / 2);
		profile.plan = name;
		assert_int_equal(index_put(index, &profile, NULL), 1);
	}
	assert_int_equal(index_plans(index, plan, 40), 21);
	assert_int_equal(index_plans(index, plan, 3), 3);
	/* Another one is one more. */
	strcpy(name, "new");
	assert_int_equal(index_put(index, &profile, NULL), 1);
	assert_int_equal(index_plans(index, plan, 40), 22);
	index_free(index);
}

/* Writes it as it is in memory, with a sum that is right. */
static void
write_as_it_is(const struct index *index)
{
	struct index_header header = {
		.magic = INDEX_MAGIC, .version = INDEX_VERSION,
		.entry_size = sizeof(struct entry), .count = index->count,
		.dirs = index->dirs, .length = index->length,
		.name = index->widths.name, .email = index->widths.email,
	};
	FILE *f = fopen(file, "w");

	header.sum = index_sum(&header, index);
	assert_non_null(f);
	fwrite(&header, sizeof header, 1, f);
	fwrite(index->entry, sizeof *index->entry, index->count, f);
	fwrite(index->dir, sizeof *index->dir, index->dirs, f);
	fwrite(index->text, 1, index->length, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(file, 0600), 0);
}

static bool
is_taken(const struct index *index)
{
	struct index *loaded;

	write_as_it_is(index);
	loaded = index_load(store);
	index_free(loaded);
	return loaded != NULL;
}

static void
a_place_that_leads_out_of_it_is_noticed(void **state)
{
	static const size_t place[] = {
		offsetof(struct entry, name), offsetof(struct entry, user_id),
		offsetof(struct entry, account_id),
		offsetof(struct entry, email), offsetof(struct entry, plan),
		offsetof(struct entry, label), offsetof(struct entry, owner),
		offsetof(struct entry, owner_path),
		offsetof(struct entry, refused_message),
	};
	static char message[STORE_NAME_MAX + 2];
	struct profile last = one("x");
	struct index *index;
	struct entry *e, before;
	uint32_t outside;

	(void)state;
	save(3);
	index = index_load(store);
	assert_non_null(index);
	assert_true(is_taken(index));
	outside = (uint32_t)index->length;
	e = &index->entry[1];
	before = *e;
	for (size_t i = 0; i < sizeof place / sizeof place[0]; i++) {
		memcpy((char *)e + place[i], &outside, sizeof outside);
		assert_false(is_taken(index));
		*e = before;
	}
	e->refused = REASON_NO_REFRESH_TOKEN + 1;
	assert_false(is_taken(index));
	e->refused = REASON_NONE;
	index->widths.email = -1;
	assert_false(is_taken(index));
	index->widths.email = (int)index->length * 6 + 1;
	assert_false(is_taken(index));
	index->widths.email = 3;
	index->text[0] = 'x';
	assert_false(is_taken(index));
	index->text[0] = '\0';
	assert_true(is_taken(index));
	/* A name that is longer than any. */
	memset(message, 'x', sizeof message - 1);
	last.refused_message = message;
	assert_int_equal(index_put(index, &last, NULL), 1);
	assert_true(is_taken(index));
	index->entry[3].name = index->entry[3].refused_message;
	index->entry[3].refused_message = 0;
	assert_false(is_taken(index));
	index_free(index);
}

/* It is read into large pages. */
static void
a_large_one_comes_back(void **state)
{
	static char message[LARGE_TEXT];
	struct index *index = index_make();
	struct profile profile = one("work"), view;

	(void)state;
	memset(message, 'x', sizeof message - 1);
	profile.refused_message = message;
	assert_int_equal(index_put(index, &profile, NULL), 1);
	assert_int_equal(index_save(index, store, NULL), 0);
	index_free(index);
	index = index_load(store);
	assert_non_null(index);
	index_get(index, 0, &view);
	assert_string_equal(view.refused_message, message);
	assert_string_equal(view.name, "work");
	index_free(index);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_store, close_store)
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_in_comes_back),
		TEST(only_what_differs_is_a_change),
		TEST(names_come_and_go),
		TEST(a_damaged_file_is_none),
		TEST(a_file_that_others_may_write_is_none),
		TEST(one_writes_at_a_time),
		TEST(a_plan_is_told_once),
		TEST(a_directory_that_changes_is_noticed),
		TEST(a_place_that_leads_out_of_it_is_noticed),
		TEST(a_large_one_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
