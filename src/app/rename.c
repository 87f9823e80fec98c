#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/rename.h"
#include "app/use.h"
#include "base/i18n.h"
#include "storage/audit.h"
#include "storage/lock.h"
#include "storage/move.h"
#include "storage/pending.h"
#include "storage/usage.h"

/* Both locks, the one whose name sorts first before the other. */
static int
lock_both(struct app *app, const char *name, const char *to, int wait_ms,
    int lock[2], struct error *err)
{
	bool swap = strcmp(name, to) > 0;

	lock[0] = lock_take(app->store, swap ? to : name, wait_ms, err);
	lock[1] = lock[0] < 0 ? -1 :
	    lock_take(app->store, swap ? name : to, wait_ms, err);
	return lock[1] < 0 ? -1 : 0;
}

/* The view that an agent-server's volume has after its login was taken back
 * would go along, to where that server does not look. */
static int
check_view(struct app *app, const char *name, struct error *err)
{
	int dir = store_open_profile(app->store, name, err), number;

	if (dir < 0)
		return -1;
	number = faccessat(dir, STORE_VOLUME_FILE, F_OK,
	    AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
	close(dir);
	if (number == ENOENT)
		return 0;
	if (number != 0)
		return error_set_errno(err, number, _("cannot look at %s"),
		    name);
	error_set(err, ERROR_REFUSED,
	    _("'%s' is the volume of an agent-server, which looks for its "
	    "view under that name"), name);
	return error_step(err, _("take the view away first: chatelaine use "
	    "--none --for openhands=%s/%s/%s"), store_path(app->store), name,
	    STORE_VOLUME_FILE);
}

static int
check(struct app *app, const char *name, const char *to, struct error *err)
{
	struct profile profile;
	int result, taken;

	if (profile_load_sure(app->store, name, &profile, err) != 0) {
		profile_release(&profile);
		return -1;
	}
	taken = profile_find(app->store, to, err);
	if (profile.generation == 0 && profile.owner != NULL) {
		error_set(err, ERROR_REFUSED,
		    _("'%s' is the volume of an agent-server, which looks for "
		    "it under that name"), name);
		result = error_step(err, _("take it back first: chatelaine "
		    "take-back %s"), name);
	} else if (taken > 0) {
		error_set(err, ERROR_REFUSED,
		    _("there is a profile '%s' already"), to);
		result = error_step(err, "%s", _("choose another name"));
	} else {
		result = taken < 0 ? -1 : check_view(app, name, err);
		if (result == 0)
			result = store_check_new(app->store, to, err);
	}
	profile_release(&profile);
	return result;
}

static int
rename_locked(struct app *app, const char *name, const char *to,
    struct error *err)
{
	const struct move move = { MOVE_RENAME, NULL, NULL, (char *)to };

	if (adopt_pending(app, name, err) != 0 ||
	    check(app, name, to, err) != 0 ||
	    move_begin(app->store, name, &move, err) != 0)
		return -1;
	/* The record of a renewal in doubt first: a record without its profile
	 * does no harm. */
	if (pending_rename(app->store, name, to, err) != 0 ||
	    profile_rename(app->store, name, to, err) != 0) {
		/* Where it cannot come back now, app/settle brings it. */
		if (pending_rename(app->store, to, name, NULL) == 0)
			move_end(app->store, name, NULL);
		return -1;
	}
	usage_remove(app->store, name);
	if (use_rename(app, name, to, err) != 0)
		return -1;
	return move_end(app->store, name, err);
}

int
rename_profile(struct app *app, const char *name, const char *to,
    int wait_ms, struct error *err)
{
	int lock[2], result = -1;

	if (store_check_name(name, err) != 0 || store_check_name(to, err) != 0)
		return -1;
	if (strcmp(name, to) == 0) {
		error_set(err, ERROR_USAGE, "%s", _("that is its name"));
		return error_step(err, "%s", _("choose another name"));
	}
	if (check(app, name, to, err) != 0)
		return -1;
	if (lock_both(app, name, to, wait_ms, lock, err) == 0) {
		result = rename_locked(app, name, to, err);
		app_note(app, AUDIT_RENAME, to, name,
		    result == 0 ? NULL : err);
	}
	for (int i = 0; i < 2; i++)
		if (lock[i] >= 0)
			close(lock[i]);
	return result;
}
