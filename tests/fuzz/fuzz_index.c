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

struct header {
	uint64_t magic;
	uint32_t version, entry_size;
	uint64_t count, dirs, length;
	int32_t name, email;
	uint64_t sum;
};

/* As in storage/index_file, which reads nothing with another sum. */
static uint64_t
add_to_sum(uint64_t sum, const char *p, size_t length)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lane[4] = { sum, 1, 2, 3 }, word[4];

	for (size_t n; length > 0; p += sizeof word, length -= n) {
		n = length < sizeof word ? length : sizeof word;
		memset(word, 0, sizeof word);
		memcpy(word, p, n);
		for (int i = 0; i < 4; i++) {
			lane[i] = (lane[i] ^ word[i]) * factor;
			lane[i] ^= lane[i] >> 29;
		}
	}
	for (int i = 1; i < 4; i++)
		lane[0] = (lane[0] ^ lane[i] ^ lane[0] >> 32) * factor;
	return lane[0];
}

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
	struct header header = {
		.magic = UINT64_C(0x3178656469746863), .version = 1,
		.entry_size = sizeof(struct entry),
		.count = take_byte(input) % 8, .dirs = take_byte(input) % 4,
		.name = (int8_t)take_byte(input),
		.email = (int8_t)take_byte(input),
	};
	size_t entries = header.count * sizeof(struct entry);
	size_t dirs = header.dirs * sizeof(struct index_dir);
	size_t fixed = entries + dirs;
	struct buffer rest = BUFFER_INIT, file = BUFFER_INIT;

	buffer_add(&rest, input->data, input->left);
	while (rest.length < fixed + 2)
		buffer_add_char(&rest, '\0');
	header.length = rest.length - fixed;
	header.sum = add_to_sum(0, (const char *)&header, sizeof header);
	header.sum = add_to_sum(header.sum, rest.data, entries);
	header.sum = add_to_sum(header.sum, rest.data + entries, dirs);
	header.sum = add_to_sum(header.sum, rest.data + fixed,
	    (size_t)header.length);
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
	index_free(index);
	return 0;
}
