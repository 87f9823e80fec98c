#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "app/use.h"
#include "app/volume.h"
#include "base/file.h"
#include "base/i18n.h"
#include "storage/audit.h"
#include "storage/lock.h"
#include "storage/profile.h"

static int
check_name(const char *name, uid_t uid, struct error *err)
{
	if (store_check_name(name, err) != 0)
		return -1;
	if (strchr(name, '/') == NULL)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is the name of no volume; it looks like "
		    "TENANT/USER"), name);
	if (uid != geteuid() && geteuid() != 0)
		return error_set(err, ERROR_FAILED,
		    _("only root can make a directory of user %lu; run this as "
		    "root, or leave --uid out for one of your own"),
		    (unsigned long)uid);
	return 0;
}

static int
note_entry(int dir, const char *entry, void *data)
{
	(void)dir, (void)entry, (void)data;
	return 1;
}

/* One that is there is taken as it is to be, or for what was cut off here:
 * empty, and of whoever owns @parent. */
static int
check_owner(int parent, int fd, const char *name, uid_t uid,
    struct error *err)
{
	struct stat dir, above;
	int entries = 1;

	if (fstat(fd, &dir) != 0 || fstat(parent, &above) != 0)
		return error_set_errno(err, errno, _("cannot look at %s"),
		    name);
	if (dir.st_uid == uid)
		return 0;
	if (dir.st_uid == above.st_uid)
		entries = file_for_each(fd, note_entry, NULL);
	if (entries < 0)
		return error_set_errno(err, errno, _("cannot look at %s"),
		    name);
	return entries == 0 ? 0 : error_set(err, ERROR_REFUSED,
	    _("there is a directory of user %lu already for '%s'; choose "
	    "another name"), (unsigned long)dir.st_uid, name);
}

/* Gives the directory @fd to @uid. */
static int
give(int parent, int fd, const char *name, uid_t uid, struct error *err)
{
	const struct passwd *pw = getpwuid(uid);
	struct stat dir;

	if (check_owner(parent, fd, name, uid, err) != 0)
		return -1;
	if (fstat(fd, &dir) != 0)
		return error_set_errno(err, errno, _("cannot look at %s"),
		    name);
	if ((dir.st_uid != uid && fchown(fd, uid, pw != NULL ? pw->pw_gid :
	    (gid_t)uid) != 0) || ((dir.st_mode & 07777) != 0700 &&
	    fchmod(fd, 0700) != 0) || fsync(fd) != 0)
		return error_set_errno(err, errno,
		    _("cannot give '%s' to user %lu"), name,
		    (unsigned long)uid);
	return 0;
}

static int
make(struct app *app, const char *name, uid_t uid, bool *made,
    struct error *err)
{
	int parent = store_make_parent(app->store, name, err), fd;
	int result = -1;

	if (parent < 0)
		return -1;
	/* What cannot be looked at is not ours to take away again. */
	*made = faccessat(parent, store_leaf(name), F_OK,
	    AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
	fd = file_make_dir(parent, store_leaf(name), err);
	if (fd >= 0) {
		result = give(parent, fd, name, uid, err);
		close(fd);
	}
	if (result != 0 && *made)
		unlinkat(parent, store_leaf(name), AT_REMOVEDIR);
	close(parent);
	return result;
}

/* A volume with a login in it is one all the same. */
static int
check_profile(struct app *app, const char *name, struct error *err)
{
	int found = profile_find(app->store, name, err), result;
	struct profile profile;

	if (found <= 0)
		return found;
	result = profile_load_sure(app->store, name, &profile, err);
	if (result == 0 && (profile.owner == NULL || profile.generation != 0))
		result = error_set(err, ERROR_REFUSED,
		    _("'%s' is a profile of this store already; choose another "
		    "name"), name);
	profile_release(&profile);
	return result;
}

/* What make() would refuse of one that is there. */
static int
check_there(struct app *app, const char *name, uid_t uid, struct error *err)
{
	struct error why = ERROR_INIT;
	int parent = store_open_parent(app->store, name, &why), dir;
	int result = 0;

	if (parent < 0)
		return why.code == ERROR_NOT_FOUND ? 0 :
		    error_give(err, &why);
	dir = file_open_dir(parent, store_leaf(name), &why);
	if (dir >= 0) {
		result = check_owner(parent, dir, name, uid, err);
		close(dir);
	} else if (why.code != ERROR_NOT_FOUND)
		result = error_give(err, &why);
	close(parent);
	return result;
}

int
volume_check(struct app *app, const char *name, uid_t uid, struct error *err)
{
	if (check_name(name, uid, err) != 0 ||
	    store_check_place(app->store, name, err) != 0 ||
	    check_profile(app, name, err) != 0)
		return -1;
	return check_there(app, name, uid, err);
}

int
volume_add(struct app *app, const char *name, uid_t uid, bool *made,
    struct error *err)
{
	int lock, result = -1;

	if (check_name(name, uid, err) != 0 ||
	    store_check_place(app->store, name, err) != 0)
		return -1;
	lock = lock_take(app->store, name, USE_WAIT_MS, err);
	if (lock < 0)
		return -1;
	if (check_profile(app, name, err) == 0)
		result = make(app, name, uid, made, err);
	if (result == 0 && *made)
		app_note(app, AUDIT_ADD_VOLUME, name, NULL, NULL);
	close(lock);
	return result;
}
