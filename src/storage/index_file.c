#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "storage/index_file.h"
#include "storage/lock.h"

#define INDEX_FILE "index"
#define INDEX_VERSION 1

/* Another byte order is another number. */
#define MAGIC UINT64_C(0x3178656469746863)	/* "chtidex1" */

struct header {
	uint64_t magic;
	uint32_t version, entry_size;
	uint64_t count, dirs, length;
	int32_t name, email;		/* widths */
	uint64_t sum;			/* of all but itself */
};

/* --- The sum -------------------------------------------------------------- */

/* Four at once: all of the file is summed up at each start. Each step can be
 * undone, so that no change of a single word goes unnoticed. */
static uint64_t
add_to_sum(uint64_t sum, const void *data, size_t length)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lane[4] = { sum, 1, 2, 3 }, word[4];
	const char *p = data;

	for (; length > 0; p += sizeof word) {
		size_t n = length < sizeof word ? length : sizeof word;

		if (n < sizeof word)
			memset(word, 0, sizeof word);
		memcpy(word, p, n);
		for (int i = 0; i < 4; i++) {
			lane[i] = (lane[i] ^ word[i]) * factor;
			lane[i] ^= lane[i] >> 29;
		}
		length -= n;
	}
	for (int i = 1; i < 4; i++)
		lane[0] = (lane[0] ^ lane[i] ^ lane[0] >> 32) * factor;
	return lane[0];
}

static uint64_t
sum_of(const struct header *header, const struct index *index)
{
	struct header copy = *header;
	uint64_t sum;

	copy.sum = 0;
	sum = add_to_sum(0, &copy, sizeof copy);
	sum = add_to_sum(sum, index->entry,
	    index->count * sizeof *index->entry);
	sum = add_to_sum(sum, index->dir, index->dirs * sizeof *index->dir);
	return add_to_sum(sum, index->text, index->length);
}

/* --- Reading -------------------------------------------------------------- */

static int
read_part(int fd, void *to, size_t length)
{
	char *at = to;
	ssize_t n;

	for (; length > 0; at += n, length -= (size_t)n) {
		n = read(fd, at, length);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return -1;
	}
	return 0;
}

static bool
header_is_ours(const struct header *header, uint64_t size)
{
	return header->magic == MAGIC && header->version == INDEX_VERSION &&
	    header->entry_size == sizeof(struct entry) &&
	    header->count <= INDEX_COUNT_MAX &&
	    header->dirs <= INDEX_COUNT_MAX &&
	    header->length > 0 && header->length <= INDEX_TEXT_MAX &&
	    size == sizeof *header + header->count * sizeof(struct entry) +
	    header->dirs * sizeof(struct index_dir) + header->length;
}

static bool
entry_is_sound(const struct entry *e, size_t length)
{
	return e->name < length && e->user_id < length &&
	    e->account_id < length && e->email < length && e->plan < length &&
	    e->label < length && e->owner < length &&
	    e->owner_path < length && e->refused_message < length &&
	    e->refused <= REASON_NO_REFRESH_TOKEN;
}

/* So that no place leads out of it, whoever wrote the file. */
static bool
is_sound(const struct index *index)
{
	/* No character takes more than its bytes escaped. */
	if (index->widths.name < 0 || index->widths.email < 0 ||
	    (size_t)index->widths.name > index->length * 4 ||
	    (size_t)index->widths.email > index->length * 4)
		return false;
	/* Each text ends, the last one at the latest. */
	if (index->text[0] != '\0' || index->text[index->length - 1] != '\0')
		return false;
	for (size_t i = 0; i < index->count; i++)
		if (!entry_is_sound(&index->entry[i], index->length))
			return false;
	for (size_t i = 0; i < index->dirs; i++)
		if (index->dir[i].path >= index->length)
			return false;
	return true;
}

/* Not by mmap(): a file that somebody cuts short would end the program. */
static int
read_file(int fd, uint64_t size, struct index *index)
{
	struct header header;

	if (size < sizeof header ||
	    read_part(fd, &header, sizeof header) != 0 ||
	    !header_is_ours(&header, size))
		return -1;
	index->count = index->room = header.count;
	index->dirs = header.dirs;
	index->length = index->size = header.length;
	index->widths.name = header.name;
	index->widths.email = header.email;
	index->entry = calloc(header.count + 1, sizeof *index->entry);
	index->dir = calloc(header.dirs + 1, sizeof *index->dir);
	index->text = malloc(header.length);
	if (index->entry == NULL || index->dir == NULL ||
	    index->text == NULL ||
	    read_part(fd, index->entry, index->count *
	    sizeof *index->entry) != 0 ||
	    read_part(fd, index->dir, index->dirs * sizeof *index->dir) != 0 ||
	    read_part(fd, index->text, index->length) != 0 ||
	    sum_of(&header, index) != header.sum || !is_sound(index))
		return -1;
	return 0;
}

struct index *
index_load(const struct store *store)
{
	struct index *index = NULL;
	struct stat st;
	int dir, fd;

	dir = store_open_part(store, ".", NULL);
	if (dir < 0)
		return NULL;
	fd = openat(dir, INDEX_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	close(dir);
	if (fd < 0)
		return NULL;
	/* What another user wrote would be shown as if it were the store's. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    file_owner_is_trusted(&st) && (st.st_mode & 022) == 0)
		index = calloc(1, sizeof *index);
	if (index != NULL && read_file(fd, (uint64_t)st.st_size, index) != 0) {
		index_free(index);
		index = NULL;
	}
	close(fd);
	return index;
}

/* --- Writing -------------------------------------------------------------- */

/* A copy without the texts that nothing has any more. */
static struct index *
tidy(const struct index *index)
{
	struct index *copy = index_make();
	struct profile view;
	uint32_t path;

	if (copy == NULL)
		return NULL;
	copy->dir = calloc(index->dirs + 1, sizeof *copy->dir);
	for (size_t i = 0; copy->dir != NULL && i < index->dirs; i++) {
		copy->dir[i].stamp = index->dir[i].stamp;
		if (index_add_text(copy, index->text + index->dir[i].path,
		    &path) != 0)
			break;
		copy->dir[i].path = path;
		copy->dirs++;
	}
	for (size_t i = 0; i < index->count; i++) {
		index_get(index, i, &view);
		if (index_put(copy, &view, NULL) < 0)
			break;
		copy->entry[i].flags = index->entry[i].flags;
	}
	if (copy->count == index->count && copy->dirs == index->dirs)
		return copy;
	index_free(copy);
	return NULL;
}

static int
write_file(const struct index *index, int dir, struct error *err)
{
	struct header header = {
		.magic = MAGIC, .version = INDEX_VERSION,
		.entry_size = sizeof(struct entry),
		.count = index->count, .dirs = index->dirs,
		.length = index->length, .name = index->widths.name,
		.email = index->widths.email,
	};
	const struct file_part parts[] = {
		{ &header, sizeof header },
		{ index->entry, index->count * sizeof *index->entry },
		{ index->dir, index->dirs * sizeof *index->dir },
		{ index->text, index->length },
	};

	header.sum = sum_of(&header, index);
	return file_write_cache(dir, INDEX_FILE, parts,
	    sizeof parts / sizeof parts[0], err);
}

int
index_save(struct index *index, struct store *store, struct error *err)
{
	struct index *copy;
	int lock, dir, result = -1;

	lock = lock_try(store, LOCK_INDEX, err);
	if (lock < 0)
		return -1;
	dir = store_make_part(store, ".", err);
	copy = dir < 0 ? NULL : tidy(index);
	if (dir >= 0 && copy == NULL)
		error_no_memory(err);
	if (copy != NULL)
		result = write_file(copy, dir, err);
	if (result == 0)
		index->changed = false;
	index_free(copy);
	if (dir >= 0) {
		file_sweep(dir, INDEX_FILE);
		close(dir);
	}
	close(lock);
	return result;
}
