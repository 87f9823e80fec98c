/*
 * The names of files in the store: whatever lies there, what is listed are the
 * names of profiles.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

/* A profile of that name has its place to itself: nothing is kept under it, and
 * it is nobody's tenant. */
static void
check_place(const char *entry)
{
	char below[NAME_MAX + sizeof "/x"];
	struct error err = ERROR_INIT;

	CHECK(store_check_place(fuzz_store(), entry, NULL) == 0);
	CHECK(store_check_new(fuzz_store(), entry, NULL) == 0);
	snprintf(below, sizeof below, "%s/x", entry);
	CHECK(store_check_place(fuzz_store(), below, &err) != 0 &&
	    err.code == ERROR_REFUSED);
	CHECK(store_check_new(fuzz_store(), below, NULL) != 0);
}

/* As a tenant with a profile in it, or with none yet. */
static void
check_tenant(const char *entry)
{
	char file[NAME_MAX + sizeof "/x/" STORE_VOLUME_FILE];
	struct store_names names;
	bool is_name = store_check_name(entry, NULL) == 0;

	snprintf(file, sizeof file, "%s/x/%s", entry, STORE_VOLUME_FILE);
	fuzz_put(file, "{}", 2);
	CHECK(store_list(fuzz_store(), &names, NULL) == 0);
	CHECK(names.count == (is_name ? 1 : 0));
	CHECK(!store_names_has(&names, entry));
	if (is_name)
		CHECK(strncmp(names.name[0], entry, strlen(entry)) == 0 &&
		    store_names_has(&names, names.name[0]));
	store_names_release(&names);
	CHECK(store_check_place(fuzz_store(), entry, NULL) != 0);
	CHECK(fuzz_remove(file) == 0);
	CHECK((store_check_new(fuzz_store(), entry, NULL) == 0) == is_name);
	*strrchr(file, '/') = '\0';
	CHECK(fuzz_remove(file) == 0);
	CHECK(fuzz_remove(entry) == 0);
}

/* The directories in which a profile may come, while there is one of that
 * name: where each is as it was, no name has come or gone. */
static void
check_dirs(const char *entry)
{
	struct store_dirs dirs = STORE_DIRS_INIT;
	struct store_names names;

	CHECK(store_list_dirs(fuzz_store(), &names, &dirs, NULL) == 0);
	CHECK(dirs.names.count >= 1);
	CHECK(strcmp(dirs.names.name[0], ".") == 0);
	for (size_t i = 0; i < dirs.names.count; i++)
		CHECK(strcmp(dirs.names.name[i], entry) != 0 &&
		    !store_dir_is(fuzz_store(), entry, dirs.stamp[i]));
	store_names_release(&names);
	store_dirs_release(&dirs);
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
	if (names.count > 0) {
		check_place(entry);
		check_dirs(entry);
	}
	check_names(&names);
	unlinkat(dir, "profile.json", 0);
	close(dir);
	CHECK(unlinkat(root, entry, AT_REMOVEDIR) == 0);
	close(root);
}

/* Where there is no store there are no names, and any may be had. */
static void
check_none(const char *entry)
{
	struct store_names names;

	CHECK(store_list(fuzz_no_store(), &names, NULL) == 0);
	CHECK(names.count == 0 && !store_names_has(&names, entry));
	store_names_release(&names);
	CHECK(store_check_new(fuzz_no_store(), entry, NULL) ==
	    store_check_name(entry, NULL));
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
		if (strcmp(entry, ".chatelaine") != 0) {
			check_profile(entry);
			check_tenant(entry);
			check_none(entry);
		}
		if (strlen(file_of_temporary(entry, file)) < strlen(entry))
			CHECK(file_is_temporary(entry, file));
	}
	free(entry);
	return 0;
}
