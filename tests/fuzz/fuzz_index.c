/*
 * The index of a store: how many entries and directories in two bytes, then
 * what stands behind the header. The header, with the sum that would hide all
 * of it from a fuzzer, is made here.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "storage/index.h"
#include "storage/index_file.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const char *plan[4];
	struct index *index;

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
