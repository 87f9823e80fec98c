/*
 * The index of a store: how many entries and directories in two bytes, then
 * what stands behind the header. The header, with the sum that would hide all
 * of it from a fuzzer, is made here. And an index that is made of the lines as
 * names.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "storage/index.h"
#include "storage/index_file.h"
#include "storage/lock.h"

static uint8_t
take_byte(struct fuzz_input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->data++;
}

/* The bytes of the parts, as many as there should be. */
static void
put(struct fuzz_input *input)
{
	struct index_header header = {
		.magic = INDEX_MAGIC, .version = INDEX_VERSION,
		.entry_size = sizeof(struct entry),
		.count = take_byte(input) % 8, .dirs = take_byte(input) % 4,
		.name = (int8_t)take_byte(input),
		.email = (int8_t)take_byte(input),
	};
	size_t entries = header.count * sizeof(struct entry);
	size_t dirs = header.dirs * sizeof(struct index_dir);
	size_t fixed = entries + dirs;
	struct buffer rest = BUFFER_INIT, file = BUFFER_INIT;
	struct entry entry[8];
	struct index_dir dir[4];
	struct index parts = { .count = 0 };

	buffer_add(&rest, input->data, input->left);
	while (rest.length < fixed + 2)
		buffer_add_char(&rest, '\0');
	header.length = rest.length - fixed;
	parts.length = (size_t)header.length;
	parts.count = (size_t)header.count;
	parts.dirs = (size_t)header.dirs;
	parts.entry = entry;
	parts.dir = dir;
	parts.text = rest.data + fixed;
	memcpy(entry, rest.data, entries);
	memcpy(dir, rest.data + entries, dirs);
	header.sum = index_sum(&header, &parts);
	buffer_add(&file, &header, sizeof header);
	buffer_add(&file, rest.data, rest.length);
	fuzz_put(".chatelaine/index", file.data, file.length);
	buffer_release(&rest);
	buffer_release(&file);
}

static void
check_text(const char *text)
{
	CHECK(text == NULL || strlen(text) <= BUFFER_MAX);
}

static void
check_entries(const struct index *index)
{
	enum profile_reason reason;
	struct profile view;
	size_t at;

	for (size_t i = 0; i < index_count(index); i++) {
		check_text(index_name(index, i));
		index_find(index, index_name(index, i), &at);
		CHECK(at <= index_count(index));
		index_get(index, i, &view);
		CHECK(strlen(view.name) <= STORE_NAME_MAX);
		check_text(view.user_id);
		check_text(view.account_id);
		check_text(view.email);
		check_text(view.plan);
		check_text(view.label);
		check_text(view.owner);
		check_text(view.owner_path);
		check_text(view.refused_message);
		CHECK(profile_status(&view, 0, &reason) <= PROFILE_DAMAGED);
		profile_reason_word(reason);
	}
}

/* Whatever is in it, it takes in what there is. */
static void
check_changed(struct index *index)
{
	static char first[] = "first", last[] = "last", plan[] = "plus";
	static char *both[] = { first, last };
	struct store_names names = { both, 2 };
	uint64_t stamps[] = { 1, 2 };
	struct store_dirs dirs = { names, stamps };
	struct profile profile = { .email = last, .plan = plan,
	    .label = first };
	size_t at;

	CHECK(index_set_names(index, &names, NULL) == 0);
	CHECK(index_set_dirs(index, &dirs, NULL) == 0);
	CHECK(index_count(index) == 2 && index_is_changed(index));
	strcpy(profile.name, first);
	CHECK(index_put(index, &profile, NULL) >= 0);
	CHECK(index_put(index, &profile, NULL) == 0);
	CHECK(index_find(index, first, &at) && at == 0);
	CHECK(index_is_whole(index, at) && index_stamp(index, at) == 0);
	CHECK(index_find(index, last, &at) && at == 1);
	check_entries(index);
	CHECK(index_save(index, fuzz_store(), NULL) == 0);
	CHECK(!index_is_changed(index));
}

static void
check_saved(struct index *index)
{
	struct index *back;

	/* It cannot be where a name is twice. */
	if (index_save(index, fuzz_store(), NULL) != 0)
		return;
	back = index_load(fuzz_store());
	CHECK(back != NULL);
	CHECK(index_count(back) == index_count(index));
	check_entries(back);
	index_free(back);
}

/* More plans than are kept together, and more texts than are summed at once. */
#define MADE_MAX ((size_t)40)
#define LARGE ((size_t)70 * 1000)

/* The lines that are names, each once. */
static void
read_names(struct fuzz_input *input, struct store_names *names)
{
	while (names->count < MADE_MAX && input->left > 0) {
		char *line = fuzz_line(input);

		if (store_check_name(line, NULL) == 0 &&
		    !store_names_has(names, line))
			CHECK(store_names_add(names, line, NULL) == 0);
		store_names_sort(names);
		free(line);
	}
}

/* One of which all is told by its place; two have a plan in common. */
static void
make(struct profile *profile, const struct store_names *names, size_t i)
{
	static char large[LARGE + 1];

	memset(large, 'x', LARGE);
	*profile = (struct profile){ .email = names->name[i],
	    .plan = names->name[i / 2], .generation = (int64_t)i,
	    .label = i == MADE_MAX - 1 ? large : NULL, .stamp = i + 2,
	    .damage = i % 5 == 4 ? names->name[i] : NULL };
	strcpy(profile->name, names->name[i]);
}

static void
check_same(const struct index *index, const struct store_names *names)
{
	struct profile wanted, view;
	size_t at;

	CHECK(index_count(index) == names->count);
	for (size_t i = 0; i < names->count; i++) {
		CHECK(index_find(index, names->name[i], &at) && at == i);
		make(&wanted, names, i);
		index_get(index, i, &view);
		CHECK(fuzz_same(view.name, wanted.name));
		CHECK(fuzz_same(view.email, wanted.email));
		CHECK(fuzz_same(view.plan, wanted.plan));
		CHECK(fuzz_same(view.label, wanted.label));
		CHECK(view.generation == wanted.generation);
		CHECK(index_stamp(index, i) == wanted.stamp);
		CHECK(index_is_whole(index, i) == (wanted.damage == NULL));
	}
}

static void
check_plans(const struct index *index, const struct store_names *names)
{
	const char *plan[MADE_MAX];
	size_t count = index_plans(index, plan, MADE_MAX);

	CHECK(count == (names->count + 1) / 2);
	for (size_t i = 0; i < count; i++)
		CHECK(fuzz_same(plan[i], names->name[i]));
}

/* It is written by one at a time, and not again while nothing is new. */
static void
check_written(struct index *index, const struct store_names *names,
    const struct store_dirs *dirs)
{
	struct error err = ERROR_INIT;
	int lock = lock_try(fuzz_store(), LOCK_INDEX, NULL);

	CHECK(lock >= 0);
	CHECK(index_save(index, fuzz_store(), &err) != 0 &&
	    err.code == ERROR_BUSY);
	close(lock);
	CHECK(index_save(index, fuzz_store(), NULL) == 0);
	CHECK(!index_is_changed(index));
	CHECK(index_set_names(index, names, NULL) == 0);
	CHECK(index_set_dirs(index, dirs, NULL) == 0);
	CHECK(!index_is_changed(index));
	CHECK(!index_dirs_are(index, fuzz_store()));
}

static void
check_made(struct fuzz_input input)
{
	struct index *index = index_make(), *back;
	uint64_t stamps[MADE_MAX] = { 0 };
	struct store_dirs dirs = { { NULL, 0 }, stamps };
	struct profile profile;

	CHECK(index != NULL);
	read_names(&input, &dirs.names);
	CHECK(index_set_names(index, &dirs.names, NULL) == 0);
	CHECK(index_set_dirs(index, &dirs, NULL) == 0);
	for (int known = 0; known < 2; known++)
		for (size_t i = 0; i < dirs.names.count; i++) {
			make(&profile, &dirs.names, i);
			CHECK(index_put(index, &profile, NULL) == !known);
		}
	check_written(index, &dirs.names, &dirs);
	index_free(index);
	back = index_load(fuzz_store());
	CHECK(back != NULL);
	check_same(back, &dirs.names);
	check_plans(back, &dirs.names);
	index_free(back);
	store_names_release(&dirs.names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const char *plan[4];
	struct index *index;

	check_made(input);
	/* What is no index at all. */
	fuzz_put(".chatelaine/index", data, size);
	CHECK(index_load(fuzz_store()) == NULL);
	put(&input);
	index = index_load(fuzz_store());
	if (index == NULL)
		return 0;
	CHECK(index_widths(index)->name >= 0);
	CHECK(index_widths(index)->email >= 0);
	check_entries(index);
	index_plans(index, plan, 4);
	index_dirs_are(index, fuzz_store());
	check_saved(index);
	check_changed(index);
	index_free(index);
	return 0;
}
