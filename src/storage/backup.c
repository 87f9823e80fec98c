#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "storage/backup.h"

/* "MILLISECONDS-NAME": names sort by age. */
#define STAMP_DIGITS 15

static void
backup_name(char out[NAME_MAX + 1], const char *name)
{
	char flat[STORE_NAME_MAX + 1];
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	store_flat_name(flat, name);
	snprintf(out, NAME_MAX + 1, "%0*lld-%s", STAMP_DIGITS,
	    (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000, flat);
}

/* Where what is being deleted goes first. */
#define GONE_PART "gone"

/* The name of a renewal's record inside of a backup. */
#define RECORD_FILE "pending"

/* Moves the record of a renewal in doubt from @from to @to; that there is none
 * is no failure. 1: there was. -1: it is where it was. */
static int
move_record(int from, const char *name, int to, const char *new_name)
{
	int saved;

	if (renameat(from, name, to, new_name) != 0)
		return errno == ENOENT ? 0 : -1;
	if (file_sync(to, NULL) == 0)
		return 1;
	saved = errno;
	(void)!renameat(to, new_name, from, name);
	errno = saved;
	return -1;
}

/* After the profile went: a record without its profile does no harm, a profile
 * without its record would send a spent token. */
static int
take_record_along(const struct store *store, const char *flat, int backups,
    const char *backup, struct error *err)
{
	int pending = store_find_part(store, STORE_PENDING, err);
	struct error why = ERROR_INIT;
	int dir, result = 0;

	if (pending < 0)
		return pending == STORE_ABSENT ? 0 : -1;
	dir = file_open_dir(backups, backup, &why);
	if (dir >= 0) {
		if (move_record(pending, flat, dir, RECORD_FILE) < 0)
			result = error_set_errno(err, errno, "%s",
			    _("cannot rename the record of a renewal"));
		close(dir);
	} else if (error_is_passing(&why))
		result = error_give(err, &why);
	close(pending);
	return result;
}

/* Before the profile comes back, for the same reason. 1: there was one. */
static int
bring_record_back(struct store *store, const char *flat, int backups,
    const char *backup, struct error *err)
{
	struct stat st;
	int dir, pending, result;

	/* What is no directory, a damaged profile, has no record in it. */
	if (fstatat(backups, backup, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		return 0;
	dir = file_open_dir(backups, backup, err);
	if (dir < 0)
		return -1;
	pending = store_make_part(store, STORE_PENDING, err);
	result = pending < 0 ? -1 :
	    move_record(dir, RECORD_FILE, pending, flat);
	if (pending >= 0 && result < 0)
		error_set_errno(err, errno, "%s",
		    _("cannot bring the record of a renewal back"));
	if (pending >= 0)
		close(pending);
	close(dir);
	return result;
}

/* The flat name in a backup's name; NULL if it is none. */
static const char *
flat_part(const char *entry)
{
	char name[STORE_NAME_MAX + 1];

	if (strspn(entry, "0123456789") != STAMP_DIGITS ||
	    entry[STAMP_DIGITS] != '-')
		return NULL;
	store_plain_name(name, entry + STAMP_DIGITS + 1);
	return store_check_name(name, NULL) == 0 ?
	    entry + STAMP_DIGITS + 1 : NULL;
}

/* Moves between two directories and makes both last. */
static int
move(int from, const char *name, int to, const char *new_name,
    struct error *err)
{
	if (renameat(from, name, to, new_name) != 0)
		return errno;
	if (file_sync(to, err) != 0 || file_sync(from, err) != 0)
		return -1;
	return 0;
}

int
backup_forget(struct store *store, const char *name, struct error *err)
{
	char backup[NAME_MAX + 1], flat[STORE_NAME_MAX + 1];
	int parent, backups, number = -1;

	parent = store_open_parent(store, name, err);
	if (parent < 0)
		return -1;
	backups = store_make_part(store, STORE_BACKUPS, err);
	if (backups >= 0) {
		backup_name(backup, name);
		number = move(parent, store_leaf(name), backups, backup, err);
		store_flat_name(flat, name);
		/* It went, even where that could not be synced; or it stays,
		 * where its record does. */
		if (number <= 0 && take_record_along(store, flat, backups,
		    backup, number == 0 ? err : NULL) != 0) {
			move(backups, backup, parent, store_leaf(name), NULL);
			number = -1;
		}
		close(backups);
	}
	close(parent);
	if (number > 0)
		return error_set_errno(err, number, _("cannot move '%s' away"),
		    name);
	if (number < 0)
		return -1;
	store_drop_tenant(store, name);
	return 0;
}

static int
nothing(struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, "%s",
	    _("there is nothing to undo"));
}

struct search {
	const char *flat;	/* NULL: of any */
	char *newest;
};

static int
keep_newest(int dir, const char *entry, void *data)
{
	const struct search *search = data;
	const char *part = flat_part(entry);

	(void)dir;
	if (part != NULL && (search->flat == NULL ||
	    strcmp(part, search->flat) == 0) &&
	    strcmp(entry, search->newest) > 0)
		snprintf(search->newest, NAME_MAX + 1, "%s", entry);
	return 0;
}

/* Finds the newest backup, of @flat where that is not NULL. ERROR_NOT_FOUND
 * when there is none, and only then. */
static int
find_newest(int dir, const char *flat, char newest[NAME_MAX + 1],
    struct error *err)
{
	struct search search = { flat, newest };

	newest[0] = '\0';
	if (file_for_each(dir, keep_newest, &search) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot read the store"));
	return newest[0] == '\0' ? nothing(err) : 0;
}

/* Removes a profile's directory; or the link that stands in a damaged one's
 * place. */
static int
remove_at(int dir, const char *name, struct error *err)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		return file_remove(dir, name, err);
	return file_remove_dir(dir, name, err);
}

/* Removes every backup of @name. */
static int
purge_backups(const struct store *store, const char *name, struct error *err)
{
	char flat[STORE_NAME_MAX + 1], newest[NAME_MAX + 1];
	struct error why = ERROR_INIT;
	int backups;

	backups = store_find_part(store, STORE_BACKUPS, err);
	if (backups < 0)
		return backups == STORE_ABSENT ? 0 : -1;
	store_flat_name(flat, name);
	while (find_newest(backups, flat, newest, &why) == 0 &&
	    remove_at(backups, newest, &why) == 0)
		continue;
	close(backups);
	if (why.code == ERROR_NOT_FOUND)
		return 0;
	return error_give(err, &why);
}

/* Moves what is to be deleted aside first, by one rename, so that a kill in
 * between leaves no half of a profile. */
static int
remove_aside(struct store *store, int dir, const char *leaf,
    const char *name, struct error *err)
{
	char aside[NAME_MAX + 1];
	int gone, number, result = -1;

	gone = store_make_part(store, GONE_PART, err);
	if (gone < 0)
		return -1;
	backup_name(aside, name);
	number = move(dir, leaf, gone, aside, err);
	if (number > 0)
		error_set_errno(err, number, _("cannot remove '%s'"), name);
	else if (number == 0)
		result = remove_at(gone, aside, err);
	close(gone);
	return result;
}

static int
remove_gone(int gone, const char *entry, void *data)
{
	(void)data;
	if (flat_part(entry) != NULL)
		remove_at(gone, entry, NULL);
	return 0;
}

void
backup_sweep(struct store *store)
{
	int gone = store_open_part(store, GONE_PART, NULL);

	if (gone < 0)
		return;
	file_for_each(gone, remove_gone, NULL);
	close(gone);
}

int
backup_purge(struct store *store, const char *name, bool backups,
    struct error *err)
{
	int parent, result;

	parent = store_open_parent(store, name, err);
	if (parent < 0)
		return -1;
	/* These first: as long as the profile is there, what failed can be
	 * done once more. */
	result = backups ? purge_backups(store, name, err) : 0;
	if (result == 0)
		result = remove_aside(store, parent, store_leaf(name), name,
		    err);
	close(parent);
	if (result == 0)
		store_drop_tenant(store, name);
	return result;
}

struct visit {
	int (*each)(int dir, const char *entry, const char *name, void *data);
	void *data;
	struct error err;	/* the first failure */
};

static int
visit_entry(int backups, const char *entry, void *data)
{
	const char *part = flat_part(entry);
	struct visit *visit = data;
	char name[STORE_NAME_MAX + 1];
	struct error why = ERROR_INIT;
	int dir = part == NULL ? -1 : file_open_dir(backups, entry, &why);

	if (dir < 0) {
		/* What is no directory, a damaged profile, has nothing. */
		if (error_is_passing(&why) && visit->err.code == ERROR_NONE)
			visit->err = why;
		return 0;
	}
	store_plain_name(name, part);
	visit->each(dir, entry, name, visit->data);
	close(dir);
	return 0;
}

int
backup_for_each(const struct store *store, int (*each)(int dir,
    const char *entry, const char *name, void *data), void *data,
    struct error *err)
{
	struct visit visit = { each, data, ERROR_INIT };
	int backups = store_find_part(store, STORE_BACKUPS, err);

	if (backups < 0)
		return backups == STORE_ABSENT ? 0 : -1;
	if (file_for_each(backups, visit_entry, &visit) != 0)
		error_set_errno(&visit.err, errno, "%s",
		    _("cannot read the store"));
	close(backups);
	return visit.err.code == ERROR_NONE ? 0 :
	    error_give(err, &visit.err);
}

int
backup_last(const struct store *store, char name[STORE_NAME_MAX + 1],
    int64_t *at, struct error *err)
{
	char newest[NAME_MAX + 1];
	int dir, result;

	dir = store_find_part(store, STORE_BACKUPS, err);
	if (dir < 0)
		return dir == STORE_ABSENT ? nothing(err) : -1;
	result = find_newest(dir, NULL, newest, err);
	close(dir);
	if (result != 0)
		return -1;
	store_plain_name(name, flat_part(newest));
	*at = strtoll(newest, NULL, 10);
	return 0;
}

/* Something stands where the profile is to come. */
static bool
is_taken(int number)
{
	return number == EEXIST || number == ENOTEMPTY || number == ENOTDIR ||
	    number == EISDIR;
}

/* Moves @backup to its place, where an empty directory may stand, which goes;
 * the record first (bring_record_back()). 0, an errno, or -1 with @err. */
static int
move_home(struct store *store, int backups, const char *backup, int parent,
    const char *as, struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	int number, record;

	if (unlinkat(parent, store_leaf(as), AT_REMOVEDIR) != 0 &&
	    errno != ENOENT)
		return errno;
	store_flat_name(flat, as);
	record = bring_record_back(store, flat, backups, backup, err);
	if (record < 0)
		return -1;
	number = move(backups, backup, parent, store_leaf(as), err);
	/* Or it would come back without it, the next time. */
	if (number > 0 && record > 0)
		take_record_along(store, flat, backups, backup, NULL);
	return number;
}

int
backup_restore(struct store *store, const char *name, const char *as,
    struct error *err)
{
	char from[STORE_NAME_MAX + 1], newest[NAME_MAX + 1];
	int backups, parent = -1, number, result = -1;

	store_flat_name(from, name);
	backups = store_find_part(store, STORE_BACKUPS, err);
	if (backups < 0)
		return backups == STORE_ABSENT ? nothing(err) : -1;
	if (find_newest(backups, from, newest, err) != 0)
		goto out;
	parent = store_make_parent(store, as, err);
	if (parent < 0)
		goto out;
	number = move_home(store, backups, newest, parent, as, err);
	if (is_taken(number))
		error_set(err, ERROR_REFUSED,
		    _("there is a profile '%s' already"), as);
	else if (number > 0)
		error_set_errno(err, number, _("cannot bring '%s' back"),
		    name);
	else
		result = number;
out:
	if (parent >= 0)
		close(parent);
	close(backups);
	return result;
}
