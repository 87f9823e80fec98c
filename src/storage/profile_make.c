/*
 * Making a profile, and finding a name for one.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "storage/profile.h"

/* What stands there cannot be opened: it is something all the same, or it
 * cannot even be looked at. */
static int
find_closed(int parent, const char *name, const struct error *why,
    struct error *err)
{
	struct stat st;

	if (error_is_passing(why))
		return error_give(err, why);
	if (fstatat(parent, store_leaf(name), &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : error_set_errno(err, errno,
	    _("cannot look at %s"), name);
}

int
profile_find(const struct store *store, const char *name, struct error *err)
{
	struct error why = ERROR_INIT;
	int parent, dir, found;

	if (store_check_name(name, NULL) != 0)
		return 0;	/* nor can there be one */
	parent = store_open_parent(store, name, &why);
	if (parent < 0)
		return why.code == ERROR_NOT_FOUND ? 0 :
		    error_give(err, &why);
	dir = file_open_dir(parent, store_leaf(name), &why);
	if (dir >= 0) {
		found = store_is_profile(dir, err);
		close(dir);
	} else
		found = why.code == ERROR_NOT_FOUND ? 0 :
		    find_closed(parent, name, &why, err);
	close(parent);
	return found;
}

int
profile_other_name(const char *name, int number,
    char other[STORE_NAME_MAX + 1], struct error *err)
{
	const char *leaf = store_leaf(name);
	char suffix[8] = "";
	int n = 0;

	if (number > 1)
		n = snprintf(suffix, sizeof suffix, "-%d", number);
	/* A long name gives way at its end. */
	snprintf(other, STORE_NAME_MAX + 1, "%.*s%.*s%s", (int)(leaf - name),
	    name, STORE_COMPONENT_MAX - n, leaf, suffix);
	return store_check_name(other, err);
}

int
profile_free_name(const struct store *store, const char *name,
    char free_name[STORE_NAME_MAX + 1], struct error *err)
{
	int found;

	for (int i = 1; i <= PROFILE_OTHER_NAMES; i++) {
		if (profile_other_name(name, i, free_name, err) != 0)
			return -1;
		found = profile_find(store, free_name, err);
		if (found <= 0)
			return found;
	}
	return error_set(err, ERROR_REFUSED,
	    _("there is no free name beside '%s'"), name);
}

/* Where a profile's directory is put together. */
#define NEW_PART "new"

int
profile_create(struct store *store, const struct profile *profile,
    const struct credential *credential, struct error *err)
{
	char flat[STORE_NAME_MAX + 1];
	int parent, aside, dir = -1, result = -1;

	store_flat_name(flat, profile->name);
	if (store_check_place(store, profile->name, err) != 0)
		return -1;
	parent = store_make_parent(store, profile->name, err);
	if (parent < 0)
		return -1;
	aside = store_make_part(store, NEW_PART, err);
	if (aside < 0)
		goto out;
	/* What a killed process left of the same work. */
	if (faccessat(aside, flat, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	    file_remove_dir(aside, flat, err) != 0)
		goto out;
	dir = file_make_dir(aside, flat, err);
	if (dir < 0 || credential_save(dir, credential, err) != 0 ||
	    profile_save(dir, profile, err) != 0)
		goto undo;
	if (renameat(aside, flat, parent, store_leaf(profile->name)) == 0) {
		result = file_sync(parent, err);
		goto out;
	}
	if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)
		error_set(err, ERROR_REFUSED, _("'%s' is there already"),
		    profile->name);
	else
		error_set_errno(err, errno, _("cannot make '%s'"),
		    profile->name);
undo:
	/* To list it takes memory, and there may be none: what a login stands
	 * in goes by its name. */
	if (dir >= 0) {
		unlinkat(dir, CREDENTIAL_FILE, 0);
		unlinkat(dir, PROFILE_FILE, 0);
	}
	unlinkat(aside, flat, AT_REMOVEDIR);
out:
	if (dir >= 0)
		close(dir);
	if (aside >= 0)
		close(aside);
	close(parent);
	return result;
}

void
profile_sweep(const struct store *store, const char *name)
{
	char flat[STORE_NAME_MAX + 1];
	int aside = store_open_part(store, NEW_PART, NULL);
	int dir = store_open_profile(store, name, NULL);

	store_flat_name(flat, name);
	if (aside >= 0 &&
	    faccessat(aside, flat, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		file_remove_dir(aside, flat, NULL);
	if (dir >= 0) {
		file_sweep(dir, CREDENTIAL_FILE);
		file_sweep(dir, PROFILE_FILE);
		close(dir);
	}
	if (aside >= 0)
		close(aside);
}

int
profile_rename(struct store *store, const char *name, const char *to,
    struct error *err)
{
	int from = store_open_parent(store, name, err), into;
	int result = -1;

	if (from < 0)
		return -1;
	into = store_make_parent(store, to, err);
	if (into >= 0) {
		/* Replaces an empty directory, never a profile. */
		if (renameat(from, store_leaf(name), into,
		    store_leaf(to)) != 0)
			error_set_errno(err, errno, _("cannot rename '%s'"),
			    name);
		else if (file_sync(into, err) == 0)
			result = file_sync(from, err);
		close(into);
	}
	close(from);
	if (result == 0)
		store_drop_tenant(store, name);
	return result;
}
