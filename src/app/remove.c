#include "config.h"

#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/remove.h"
#include "app/shown.h"
#include "app/use.h"
#include "base/i18n.h"
#include "storage/audit.h"
#include "storage/backup.h"
#include "storage/lock.h"
#include "storage/pending.h"
#include "storage/usage.h"
#include "storage/waiting.h"

/* An agent-server's own directory is not ours to move away. */
static int
check_volume(struct app *app, const char *name, struct error *err)
{
	struct profile profile;
	int result;

	result = profile_load_sure(app->store, name, &profile, err);
	if (result == 0 && profile.generation == 0 && profile.owner != NULL) {
		result = error_set(err, ERROR_REFUSED,
		    _("'%s' is the volume of an %s agent-server and holds its "
		    "only login"), name, profile.owner);
		error_step(err, _("to end that login: chatelaine delete %s "
		    "--sign-out"), name);
	}
	profile_release(&profile);
	return result;
}

static int
withdraw(struct app *app, const char *name, struct error *err)
{
	struct error why = ERROR_INIT;

	if (use_withdraw(app, name, &why) == 0)
		return 0;
	error_set(err, why.code, _("'%s' stays, since a program goes on "
	    "showing it: %s"), name, why.text);
	return error_step(err, "%s", _("mend that, and try again"));
}

int
remove_profile(struct app *app, const char *name, bool purge, int wait_ms,
    struct error *err)
{
	struct error why = ERROR_INIT;
	struct profile profile;
	int lock, result;

	/* A damaged one may be removed, one that is not there may not. */
	result = profile_load(app->store, name, &profile, err);
	profile_release(&profile);
	if (result != 0)
		return -1;
	lock = lock_take(app->store, name, wait_ms, err);
	if (lock < 0)
		return -1;
	result = adopt_pending(app, name, &why);
	if (result == 0)
		result = check_volume(app, name, &why);
	/* First, so that a second try can do what the first could not: nothing
	 * would tell of the views of a profile that is gone. */
	if (result == 0)
		result = withdraw(app, name, &why);
	if (result != 0)
		goto out;
	if (purge) {
		result = backup_purge(app->store, name, true, &why);
		if (result == 0)
			pending_remove(app->store, name, PENDING_REFRESH,
			    NULL);
	} else
		result = backup_forget(app->store, name, &why);
	if (result == 0) {
		usage_remove(app->store, name);
		waiting_remove(app->store, name, NULL);
	}
	app_note(app, AUDIT_DELETE, name, purge ? "purge" : NULL,
	    result == 0 ? NULL : &why);
out:
	close(lock);
	if (result != 0)
		error_give(err, &why);
	return result;
}

void
remove_add_loss(const struct profile *profile, bool sign_out,
    struct buffer *out)
{
	struct buffer views = BUFFER_INIT;

	if (sign_out)
		store_names_join(&profile->targets, &views);
	else
		shown_add_views(profile, &views);
	if (views.length > 0)
		buffer_addf(out, _("Left without a login: %s."), views.data);
	if (profile->owner != NULL && !sign_out)
		buffer_addf(out, "%s%s", views.length > 0 ? " " : "",
		    _("The program that it is lent to keeps it."));
	out->failed |= views.failed;
	buffer_release(&views);
}

/* Takes the lock of a name that is free, and still is with the lock held. */
static int
lock_free_name(struct app *app, const char *name, int wait_ms,
    char as[STORE_NAME_MAX + 1], struct error *err)
{
	int lock, found;

	if (profile_free_name(app->store, name, as, err) != 0)
		return -1;
	lock = lock_take(app->store, as, wait_ms, err);
	if (lock < 0)
		return -1;
	found = profile_find(app->store, as, err);
	if (found == 0)
		return lock;
	close(lock);
	return found < 0 ? -1 : error_set(err, ERROR_BUSY,
	    _("'%s' has just been taken; try again"), as);
}

int
remove_undo(struct app *app, int wait_ms, char name[STORE_NAME_MAX + 1],
    char as[STORE_NAME_MAX + 1], struct error *err)
{
	struct error why = ERROR_INIT;
	struct places places;
	int lock, result, shown = 0;
	int64_t at;

	if (backup_last(app->store, name, &at, err) != 0)
		return -1;
	lock = lock_free_name(app, name, wait_ms, as, err);
	if (lock < 0)
		return -1;
	result = backup_restore(app->store, name, as, err);
	if (result == 0) {
		app_note(app, AUDIT_UNDO, as, NULL, NULL);
		/* Where programs showed it, they do again. */
		if (strcmp(name, as) == 0) {
			shown = use_undo(app, name, &places, &why);
			places_release(&places);
		}
	}
	if (shown != 0 && why.code != ERROR_NOT_FOUND) {
		error_set(err, why.code,
		    _("'%s' is back, but its programs do not show it: %s"), as,
		    why.text);
		result = error_step(err, _("to have that: chatelaine use %s"),
		    as);
	}
	close(lock);
	return result;
}
