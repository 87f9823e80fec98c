#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parallel.h"
#include "storage/index_file.h"
#include "storage/lock.h"

/* --- The sum -------------------------------------------------------------- */

/* All of the file is summed up at each start: in pieces, while they are still
 * in the processor's cache, and four words at once. Each step can be undone, so
 * that no change of a single word goes unnoticed. */
#define PIECE ((size_t)64 * 1024)
#define LANES 4
#define LARGE_PAGE ((size_t)2 * 1024 * 1024)
#define FACTOR UINT64_C(0x9e3779b97f4a7c15)

/* From so many bytes of text on, two processors read. */
#define TWO_FROM ((size_t)1024 * 1024)

static void
add_words(uint64_t lane[LANES], const uint64_t word[LANES])
{
	for (int i = 0; i < LANES; i++) {
		lane[i] = (lane[i] ^ word[i]) * FACTOR;
		lane[i] ^= lane[i] >> 29;
	}
}

static uint64_t
add_piece(uint64_t sum, const char *p, size_t length)
{
	uint64_t lane[LANES] = { sum, 1, 2, 3 }, word[LANES];

	for (; length >= sizeof word; p += sizeof word) {
		memcpy(word, p, sizeof word);
		add_words(lane, word);
		length -= sizeof word;
	}
	memset(word, 0, sizeof word);
	/* Of nothing there may be no place. */
	if (length > 0)
		memcpy(word, p, length);
	add_words(lane, word);
	for (int i = 1; i < LANES; i++)
		lane[0] = (lane[0] ^ lane[i] ^ lane[0] >> 32) * FACTOR;
	return lane[0];
}

static uint64_t
sum_of(const void *data, size_t length)
{
	const char *p = data;
	uint64_t sum = 0;

	for (; length > PIECE; p += PIECE, length -= PIECE)
		sum = add_piece(sum, p, PIECE);
	return add_piece(sum, p, length);
}

/* Of the header, but for the sum in it. */
static uint64_t
begin_sum(const struct index_header *header)
{
	struct index_header copy = *header;

	copy.sum = 0;
	return add_piece(0, (const char *)&copy, sizeof copy);
}

/* Of the parts, which are summed up each for itself. */
static uint64_t
join_sums(const struct index_header *header, uint64_t entries, uint64_t dirs,
    uint64_t text)
{
	const uint64_t sum[] = { begin_sum(header), entries, dirs, text };

	return add_piece(0, (const char *)sum, sizeof sum);
}

uint64_t
index_sum(const struct index_header *header, const struct index *index)
{
	return join_sums(header,
	    sum_of(index->entry, index->count * sizeof *index->entry),
	    sum_of(index->dir, index->dirs * sizeof *index->dir),
	    sum_of(index->text, index->length));
}

/* --- Reading -------------------------------------------------------------- */

/* A part of the file: @length bytes from @at on. */
struct part {
	int fd;
	off_t at;
	size_t length;
	void *data;		/* allocated; NULL: it could not be read */
	uint64_t sum;
};

static int
read_piece(int fd, char *to, size_t length, off_t at)
{
	ssize_t n;

	for (; length > 0; to += n, at += n, length -= (size_t)n) {
		n = pread(fd, to, length, at);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return -1;
	}
	return 0;
}

/* Memory of so many bytes and at least one. In large pages, where there are
 * such: to get it in small ones takes as long as to read the file. */
static void *
allocate(size_t length)
{
	void *memory = NULL;

	if (length < LARGE_PAGE)
		return calloc(1, length + 1);
	if (posix_memalign(&memory, LARGE_PAGE, length) != 0)
		return NULL;
#ifdef MADV_HUGEPAGE
	madvise(memory, length, MADV_HUGEPAGE);
#endif
	return memory;
}

/* Each piece is summed up while it is in the processor's cache. */
static void
read_part(void *data)
{
	struct part *part = data;
	size_t done = 0, n;
	char *to = allocate(part->length);

	part->sum = 0;
	part->data = to;
	do {
		n = part->length - done < PIECE ? part->length - done : PIECE;
		if (to == NULL || read_piece(part->fd, to + done, n,
		    part->at + (off_t)done) != 0) {
			free(to);
			part->data = NULL;
			return;
		}
		part->sum = add_piece(part->sum, to + done, n);
		done += n;
	} while (done < part->length);
}

static bool
header_is_ours(const struct index_header *header, uint64_t size)
{
	return header->magic == INDEX_MAGIC &&
	    header->version == INDEX_VERSION &&
	    header->entry_size == sizeof(struct entry) &&
	    header->count <= INDEX_COUNT_MAX &&
	    header->dirs <= INDEX_COUNT_MAX &&
	    header->length > 0 && header->length <= INDEX_TEXT_MAX &&
	    size == sizeof *header + header->count * sizeof(struct entry) +
	    header->dirs * sizeof(struct index_dir) + header->length;
}

/* A name has its place in many a structure. */
static bool
name_is_sound(const char *text, uint32_t name, size_t length)
{
	return name < length && text[name] != '\0' &&
	    strnlen(text + name, STORE_NAME_MAX + 1) <= STORE_NAME_MAX;
}

static bool
entry_is_sound(const struct entry *e, size_t length)
{
	return e->user_id < length &&
	    e->account_id < length && e->email < length && e->plan < length &&
	    e->label < length && e->owner < length &&
	    e->owner_path < length && e->refused_message < length &&
	    e->refused <= REASON_NO_REFRESH_TOKEN;
}

/* So that no place leads out of it, whoever wrote the file. */
static bool
is_sound(const struct index *index)
{
	/* A byte takes six columns at most: \u0001. */
	if (index->widths.name < 0 || index->widths.email < 0 ||
	    (size_t)index->widths.name > index->length * 6 ||
	    (size_t)index->widths.email > index->length * 6)
		return false;
	/* Each text ends, the last one at the latest. */
	if (index->text[0] != '\0' || index->text[index->length - 1] != '\0')
		return false;
	for (size_t i = 0; i < index->count; i++)
		if (!entry_is_sound(&index->entry[i], index->length) ||
		    !name_is_sound(index->text, index->entry[i].name,
		    index->length) || (i > 0 && strcmp(index_name(index,
		    i - 1), index_name(index, i)) >= 0))
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
	struct index_header header;
	struct part entries, dirs, text;

	if (size < sizeof header ||
	    read_piece(fd, (char *)&header, sizeof header, 0) != 0 ||
	    !header_is_ours(&header, size))
		return -1;
	entries = (struct part){ fd, sizeof header,
	    header.count * sizeof *index->entry, NULL, 0 };
	dirs = (struct part){ fd, entries.at + (off_t)entries.length,
	    header.dirs * sizeof *index->dir, NULL, 0 };
	text = (struct part){ fd, dirs.at + (off_t)dirs.length,
	    header.length, NULL, 0 };
	read_part(&dirs);
	if (text.length < TWO_FROM) {
		read_part(&entries);
		read_part(&text);
	} else
		parallel(read_part, &entries, &text);
	index->entry = entries.data;
	index->dir = dirs.data;
	index->text = text.data;
	index->count = index->room = header.count;
	index->dirs = header.dirs;
	index->length = index->size = header.length;
	index->widths.name = header.name;
	index->widths.email = header.email;
	return entries.data != NULL && dirs.data != NULL &&
	    text.data != NULL && header.sum == join_sums(&header, entries.sum,
	    dirs.sum, text.sum) && is_sound(index) ? 0 : -1;
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
	struct index_header header = {
		.magic = INDEX_MAGIC, .version = INDEX_VERSION,
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

	header.sum = index_sum(&header, index);
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
