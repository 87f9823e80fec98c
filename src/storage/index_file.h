/*
 * index_file: what the files of storage/index share: an index in memory, and
 * its parts as they stand in the file.
 */
#ifndef STORAGE_INDEX_FILE_H
#define STORAGE_INDEX_FILE_H

#include "storage/index.h"

#define INDEX_TEXT_MAX ((size_t)1 << 31)
#define INDEX_COUNT_MAX ((size_t)4 * 1000 * 1000)
#define PLANS 16

/* One profile; texts as their places, 0 for none. No gaps: it is compared and
 * written as bytes. */
struct entry {
	uint32_t name, user_id, account_id, email, plan, label;
	uint32_t owner, owner_path, refused_message;
	unsigned char refused;		/* enum profile_reason */
	unsigned char flags;
	unsigned char unused[2];
	int64_t created_at, last_refresh, expires_at;
	int64_t generation, refused_generation;
	uint64_t stamp;
};

#define ENTRY_RENEWABLE 1
#define ENTRY_DAMAGED 2
#define ENTRY_WHOLE 4
#define ENTRY_FORBIDDEN 8

struct index_dir {
	uint64_t stamp;
	uint32_t path;
	uint32_t unused;
};

/* Another byte order is another number. */
#define INDEX_MAGIC UINT64_C(0x3178656469746863)	/* "chtidex1" */
#define INDEX_VERSION 2

struct index_header {
	uint64_t magic;
	uint32_t version, entry_size;
	uint64_t count, dirs, length;
	int32_t name, email;		/* widths */
	uint64_t sum;			/* of all but itself */
};

struct index {
	struct entry *entry;
	size_t count, room;
	struct index_dir *dir;
	size_t dirs;
	char *text;
	size_t length, size;
	uint32_t plan[PLANS];	/* texts that plans have */
	size_t plans;
	struct index_widths widths;
	bool changed;
};

/* The sum that stands in the file of @index. */
uint64_t index_sum(const struct index_header *header,
    const struct index *index);

/* Puts @text, which may be NULL, behind the others. -1: no room. */
int index_add_text(struct index *index, const char *text, uint32_t *at);

#endif
