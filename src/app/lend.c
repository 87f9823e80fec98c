#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/intake.h"
#include "app/lend.h"
#include "app/login.h"
#include "app/look.h"
#include "app/settle.h"
#include "app/status.h"
#include "app/take.h"
#include "app/use.h"
#include "app/view.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/move.h"

/* Takes the profile's lock and completes what is under way with it. */
static int
lock_profile(struct app *app, const char *name, int wait_ms,
    struct error *err)
{
	int lock = lock_take(app->store, name, wait_ms, err);

	if (lock >= 0 && adopt_pending(app, name, err) != 0) {
		close(lock);
		return -1;
	}
	return lock;
}

static void
note(struct app *app, enum audit_event event, const char *name,
    const struct place *place, const struct error *why)
{
	struct buffer label = BUFFER_INIT;

	if (place->consumer != NULL)
		place_label(place, &label);
	app_note(app, event, name, label.data, why);
	buffer_release(&label);
}

static int
note_lending(struct app *app, const char *name, const struct place *place,
    struct error *err)
{
	struct buffer label = BUFFER_INIT;
	int result;

	place_label(place, &label);
	result = app_note_first(app, AUDIT_LEND, name, label.data, err);
	buffer_release(&label);
	return result;
}

/* --- Lending ------------------------------------------------------------- */

/* What is lent must be whole. */
static int
check_lendable(const struct profile *profile, const struct place *place,
    struct error *err)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, time_now(),
	    &reason);

	if (!place->consumer->lendable)
		return error_set(err, ERROR_USAGE,
		    _("nothing is lent to %s: it keeps other logins in the "
		    "same file, or locks nothing; use 'chatelaine use'"),
		    place->consumer->title);
	if (status_check_damage(profile, err) != 0 ||
	    login_check_ours(profile, err) != 0)
		return -1;
	if (status == PROFILE_IN_DOUBT) {
		error_set(err, ERROR_REFUSED,
		    _("the last renewal of '%s' got no answer, so it cannot "
		    "be lent now"), profile->name);
		return error_step(err, _("to have it at once, sign in again: "
		    "chatelaine login %s"), profile->name);
	}
	if (profile->renewable && status != PROFILE_NEEDS_LOGIN)
		return 0;
	error_set(err, ERROR_NEEDS_LOGIN, _("'%s' has no chain to lend: %s"),
	    profile->name, status_reason(reason != REASON_NONE ? reason :
	    REASON_NO_REFRESH_TOKEN));
	return error_step(err, _("sign in again: chatelaine login %s"),
	    profile->name);
}

int
lend_finish(struct app *app, struct profile *profile,
    const struct place *place, struct error *err)
{
	struct credential credential;
	struct target *target;
	int result = -1;

	if (credential_load(app->store, profile->name, &credential, err) == 0 &&
	    target_set(&profile->owner, place->consumer->kind, err) == 0 &&
	    target_set(&profile->owner_path, place->path, err) == 0) {
		secret_free(&credential.refresh_token);
		result = take_save(app, profile, &credential, err);
	}
	credential_release(&credential);
	if (result != 0)
		return -1;
	/* It shows this profile now; its bytes are not ours to know. */
	target = targets_add(&app->targets, place->consumer->kind,
	    place->path, err);
	if (target == NULL)
		return -1;
	target->digest[0] = '\0';
	if (target->profile != NULL &&
	    strcmp(target->profile, profile->name) != 0 &&
	    target_set(&target->previous, target->profile, err) != 0)
		return -1;
	if (target->profile == NULL ||
	    strcmp(target->profile, profile->name) != 0)
		target->since = time_now();
	if (target_set(&target->profile, profile->name, err) != 0)
		return -1;
	return use_save(app, err);
}

/* What is in the way is taken in first, or refused. */
static int
clear_place(struct app *app, const struct place *place,
    struct intake *intake, struct look *look, struct error *err)
{
	char lent[STORE_NAME_MAX + 1];

	if (login_lent_to(app, place, lent, err) != 0)
		return -1;
	if (lent[0] != '\0') {
		error_set(err, ERROR_REFUSED,
		    _("%s holds the login '%s', which is lent to it"),
		    place->path, lent);
		return error_step(err, _("take it back first: chatelaine "
		    "take-back %s"), lent);
	}
	look_at_filled(look, place, NULL);
	return look->kind != LOOK_LOGIN ? 0 :
	    intake_begin(intake, app, place, look, err);
}

static int
lend_here(struct app *app, struct profile *profile,
    const struct place *place, struct error *err)
{
	const struct move move = { MOVE_OUT, (char *)place->consumer->kind,
	    place->path, NULL };
	struct credential credential = CREDENTIAL_INIT;
	struct intake intake = INTAKE_INIT;
	struct view view = VIEW_INIT;
	struct look look;
	bool moving = false;
	int result = -1;

	memset(&look, 0, sizeof look);
	look.dir = -1;
	buffer_init(&look.text);
	intake.held = profile->name;
	if (clear_place(app, place, &intake, &look, err) != 0 ||
	    credential_load(app->store, profile->name, &credential, err) != 0 ||
	    login_check_spent(app, profile->name, credential.refresh_token,
	    err) != 0 ||
	    view_stage(&view, app, place, &look, &credential,
	    profile->account_id, true, err) != 0 ||
	    file_sync(view.dir, err) != 0)
		goto out;
	/* What is staged tells app/settle that it did not come to that: so it
	 * is there before the record, and goes after it. */
	moving = move_begin(app->store, profile->name, &move, err) == 0;
	if (moving && note_lending(app, profile->name, place, err) == 0)
		result = view_commit(&view, err);
	if (result == 0)
		result = lend_finish(app, profile, place, err);
	/* Where nothing was written, nothing is on its way. */
	else if (view.temporary[0] != '\0' &&
	    move_end(app->store, profile->name, NULL) != 0)
		view_leave(&view);
	if (result == 0) {
		move_end(app->store, profile->name, NULL);
		intake_end(&intake, app);
	}
out:
	credential_release(&credential);
	intake_release(&intake);
	view_release(&view);
	look_release(&look);
	return result;
}

int
lend_profile(struct app *app, const char *name, const struct place *place,
    int wait_ms, struct error *err)
{
	int64_t end = time_steady_ms() + wait_ms;
	struct error why = ERROR_INIT;
	struct profile profile;
	int lock, result;

	lock = lock_profile(app, name, wait_ms, err);
	if (lock < 0)
		return -1;
	result = profile_load(app->store, name, &profile, &why);
	if (result == 0)
		result = check_lendable(&profile, place, &why);
	if (result == 0)
		result = use_look(app, name, &why);
	if (result == 0) {
		/* It may have newer tokens now. */
		profile_release(&profile);
		result = profile_load(app->store, name, &profile, &why);
	}
	if (result == 0)
		do {
			result = use_lock(app, wait_ms, &why);
			if (result == 0) {
				result = lend_here(app, &profile, place, &why);
				use_unlock(app);
			}
		} while (result != 0 && use_again(app, &why, end));
	if (result != 0)
		note(app, AUDIT_LEND, name, place, &why);
	profile_release(&profile);
	close(lock);
	if (result != 0)
		error_give(err, &why);
	return result;
}

/* --- Taking back --------------------------------------------------------- */

/* The program lost it: the profile is ours again, without a chain. */
static int
give_up(struct app *app, struct profile *profile, const struct look *look,
    struct error *err)
{
	struct buffer path = BUFFER_INIT;
	int result = -1;

	if (look_check_sure(look, err) != 0)
		return -1;
	buffer_add_string(&path, profile->owner_path);
	if (!buffer_ok(&path, err))
		return -1;
	profile->refused = REASON_NO_REFRESH_TOKEN;
	profile->refused_generation = profile->generation;
	if (look->kind == LOOK_FOREIGN) {
		error_set(err, ERROR_REFUSED, _("%s cannot be read: %s"),
		    path.data, look->why.text);
		error_step(err, _("if it stays so, sign in again: chatelaine "
		    "login %s"), profile->name);
	} else if (profile->generation > 0 &&
	    target_set(&profile->owner, NULL, err) == 0 &&
	    target_set(&profile->owner_path, NULL, err) == 0 &&
	    take_save_profile(app, profile, err) == 0) {
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("%s does not hold the login of '%s' any more"),
		    path.data, profile->name);
		result = error_step(err, _("sign in again: chatelaine login "
		    "%s"), profile->name);
	} else
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("%s does not hold the login of '%s'"), path.data,
		    profile->name);
	buffer_release(&path);
	return result;
}

static int
take_home(struct app *app, struct profile *profile,
    const struct place *place, struct look *look, struct error *err)
{
	struct use_result result = { 0 };
	struct intake intake = INTAKE_INIT;

	intake.held = profile->name;
	intake.home = true;
	return use_replace_login(app, place, look, "", &intake, &result, err);
}

static int
take_back_here(struct app *app, const char *name, struct place *place,
    struct error *err)
{
	struct profile profile;
	struct look look;
	int result = -1;

	if (profile_load_sure(app->store, name, &profile, err) != 0)
		goto out;
	if (profile.owner == NULL) {
		error_set(err, ERROR_USAGE, _("'%s' is not lent"), name);
		error_step(err, "%s", _("'chatelaine list' shows what is"));
		goto out;
	}
	if (login_place(&profile, place, err) != 0)
		goto out;
	look_at_filled(&look, place, NULL);
	if (look.kind == LOOK_LOGIN && (look_is_of(&look, &profile) ||
	    (profile.user_id == NULL && look.identity.user_id != NULL)))
		result = take_home(app, &profile, place, &look, err);
	else
		result = give_up(app, &profile, &look, err);
	look_release(&look);
out:
	profile_release(&profile);
	return result;
}

/* Its program wrote between the look and the lock, and the chain that came home
 * has been spent: what it wrote comes after it. 1: not lent any more. */
static int
take_rest(struct app *app, const char *name, struct error *err)
{
	struct profile profile;
	int result = settle_profile(app, name, err);

	if (result == 0) {
		result = profile_load_sure(app->store, name, &profile, err);
		if (result == 0 && profile.owner == NULL)
			result = 1;
		profile_release(&profile);
	}
	return result;
}

static int
take_back_once(struct app *app, const char *name, bool again,
    struct place *place, int wait_ms, struct error *err)
{
	int result = use_lock(app, wait_ms, err);

	if (result != 0)
		return -1;
	result = again ? take_rest(app, name, err) : 0;
	if (result == 0) {
		place_release(place);
		result = take_back_here(app, name, place, err);
	}
	use_unlock(app);
	return result < 0 ? -1 : 0;
}

int
lend_take_back(struct app *app, const char *name, int wait_ms,
    struct error *err)
{
	int64_t end = time_steady_ms() + wait_ms;
	struct place place = PLACE_INIT;
	struct error why = ERROR_INIT;
	int lock, result;

	lock = lock_profile(app, name, wait_ms, err);
	if (lock < 0)
		return -1;
	result = take_back_once(app, name, false, &place, wait_ms, &why);
	while (result != 0 && use_again(app, &why, end))
		result = take_back_once(app, name, true, &place, wait_ms,
		    &why);
	note(app, AUDIT_TAKE_BACK, name, &place, result == 0 ? NULL : &why);
	place_release(&place);
	close(lock);
	if (result != 0)
		error_give(err, &why);
	return result;
}

int
lend_discard(struct app *app, const char *name, struct error *err)
{
	struct place place = PLACE_INIT;
	struct view view = VIEW_INIT;
	struct look look;
	struct profile profile;
	int result;

	result = profile_load_sure(app->store, name, &profile, err);
	if (result != 0 || profile.owner == NULL)
		goto out;
	result = -1;
	if (login_place(&profile, &place, err) != 0 ||
	    use_lock(app, USE_WAIT_MS, err) != 0)
		goto out;
	look_at_filled(&look, &place, NULL);
	result = 0;
	if (look.kind == LOOK_LOGIN && (profile.user_id == NULL ||
	    look_is_of(&look, &profile))) {
		result = view_stage_removal(&view, app, &place, &look, err);
		if (result == 0)
			result = view_commit(&view, err);
		view_release(&view);
	}
	look_release(&look);
	use_unlock(app);
out:
	place_release(&place);
	profile_release(&profile);
	return result < 0 ? -1 : 0;
}
