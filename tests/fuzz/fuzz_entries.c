/*
 * The names of files in the store: whatever lies there, what is listed are the
 * names of profiles.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"
#include "storage/move.h"
#include "storage/pending.h"
#include "storage/store.h"
#include "storage/waiting.h"

static void
check_names(struct store_names *names)
{
	CHECK(names->count <= 1);
	for (size_t i = 0; i < names->count; i++)
		CHECK(store_check_name(names->name[i], NULL) == 0);
	store_names_release(names);
}

/* A file of that name in a part of the store, while it is listed. */
static void
check_part(const char *part, const char *entry,
    int (*list)(const struct store *, struct store_names *, struct error *))
{
	int dir = store_make_part(fuzz_store(), part, NULL), fd;
	struct store_names names;

	CHECK(dir >= 0);
	fd = openat(dir, entry, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
	CHECK(fd >= 0);
	close(fd);
	CHECK(list(fuzz_store(), &names, NULL) == 0);
	check_names(&names);
	CHECK(unlinkat(dir, entry, 0) == 0);
	close(dir);
}

/* Files that moves are written down under, which are no profiles'. */
static int
list_moved_files(const struct store *store, struct store_names *names,
    struct error *err)
{
	int result = move_list_files(store, names, err);

	CHECK(names->count <= 1);
	store_names_release(names);
	return result;
}

static int
list_moves(const struct store *store, struct store_names *names,
    struct error *err)
{
	CHECK(list_moved_files(store, names, err) == 0);
	return move_list(store, names, err);
}

/* A directory of that name, with a profile's file in it. */
static void
check_profile(const char *entry)
{
	const char *path = store_path(fuzz_store());
	int root = open(path, O_RDONLY | O_DIRECTORY), dir, fd;
	struct store_names names;

	CHECK(root >= 0);
	dir = file_make_dir(root, entry, NULL);
	CHECK(dir >= 0);
	fd = openat(dir, "profile.json", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0);
	close(fd);
	CHECK(store_list(fuzz_store(), &names, NULL) == 0);
	if (names.count > 0)
		CHECK(store_check_place(fuzz_store(), entry, NULL) == 0);
	check_names(&names);
	unlinkat(dir, "profile.json", 0);
	close(dir);
	CHECK(unlinkat(root, entry, AT_REMOVEDIR) == 0);
	close(root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *entry = fuzz_rest(&input), file[NAME_MAX + 1];

	if (*entry != '\0' && strlen(entry) <= NAME_MAX &&
	    strchr(entry, '/') == NULL && strcmp(entry, ".") != 0 &&
	    strcmp(entry, "..") != 0) {
		/* The parts are made first, and so is the store. */
		check_part(STORE_PENDING, entry, pending_list);
		check_part(STORE_MOVES, entry, list_moves);
		check_part(STORE_WAITING, entry, waiting_list);
		if (strcmp(entry, ".chatelaine") != 0)
			check_profile(entry);
		if (strlen(file_of_temporary(entry, file)) < strlen(entry))
			CHECK(file_is_temporary(entry, file));
	}
	free(entry);
	return 0;
}
