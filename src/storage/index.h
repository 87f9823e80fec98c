/*
 * index: what a store of many profiles is listed from, so that it need not be
 * read file by file: STORE/.chatelaine/index.
 *
 * A cache, and never trusted over the files. Each profile has the stamp
 * (base/stamp) that its files had when they were read; whoever shows a profile
 * compares it (app/listing), and what is done with a profile begins with
 * reading its files. No token is in it. It may be removed at any time.
 *
 * The file, in the byte order of the machine: a header; the entries, of a fixed
 * size, sorted by name; the directories in which profiles may come; the texts.
 * One that was damaged, or written by another version or machine, is none.
 */
#ifndef STORAGE_INDEX_H
#define STORAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/profile.h"
#include "storage/store.h"

/* With fewer profiles, reading their files is as fast. */
#define INDEX_LEAST 500

/* Below the store's ".". */
#define INDEX_FILE "index"

struct index;

/* An empty one; NULL: out of memory. And the one of @store; NULL where there is
 * none that can be used. Both are in memory, and freed by index_free(). */
struct index *index_make(void);
struct index *index_load(const struct store *store);
void index_free(struct index *index);

/* Writes it. Not synced: it can be made anew. One process at a time:
 * ERROR_BUSY while another one writes. */
int index_save(struct index *index, struct store *store, struct error *err);

size_t index_count(const struct index *index);

/* True when it is not as it was loaded or saved. */
bool index_is_changed(const struct index *index);

/* Fills in @view with the profile at place @at. Its strings belong to the
 * index, until that is changed: @view is not to be released. What is in other
 * places than the profile's files (in_doubt, targets) is not in it. */
void index_get(const struct index *index, size_t at, struct profile *view);
const char *index_name(const struct index *index, size_t at);
uint64_t index_stamp(const struct index *index, size_t at);

/* True if that is all there is to say of it: it is not damaged, and has no
 * warnings, whose words are not kept. */
bool index_is_whole(const struct index *index, size_t at);

/* The place of @name, or (false) the one where it would be. */
bool index_find(const struct index *index, const char *name, size_t *at);

/* Puts in @profile, in the place of what is there under its name; fastest in
 * the order of names. 1; 0 where nothing is different and nothing was changed;
 * -1: out of memory. */
int index_put(struct index *index, const struct profile *profile,
    struct error *err);

/* What store_list_dirs() gave. Of a name that is new nothing is known yet, and
 * its stamp is STAMP_NEVER. */
int index_set_names(struct index *index, const struct store_names *names,
    struct error *err);
int index_set_dirs(struct index *index, const struct store_dirs *dirs,
    struct error *err);

/* True if these directories are as they were then. */
bool index_dirs_are(const struct index *index, const struct store *store);

/* How many columns the longest of them takes, at least. */
struct index_widths {
	int name, email;
};

const struct index_widths *index_widths(const struct index *index);

/* Which plans there are, @most at most; returns how many. They belong to the
 * index. */
size_t index_plans(const struct index *index, const char **plan, size_t most);

#endif
