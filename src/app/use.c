#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/export.h"
#include "app/intake.h"
#include "app/login.h"
#include "app/look.h"
#include "app/take.h"
#include "app/use.h"
#include "app/view.h"
#include "base/i18n.h"
#include "base/time.h"
#include "storage/lock.h"

int
use_lock(struct app *app, int wait_ms, struct error *err)
{
	if (app->targets_depth > 0) {
		app->targets_depth++;
		return 0;
	}
	app->targets_lock = lock_take(app->store, LOCK_TARGETS, wait_ms, err);
	if (app->targets_lock < 0)
		return -1;
	app->targets_depth = 1;
	if (targets_load(app->store, &app->targets, err) == 0)
		return 0;
	use_unlock(app);
	return -1;
}

int
use_save(struct app *app, struct error *err)
{
	return targets_save(app->store, &app->targets, err);
}

void
use_unlock(struct app *app)
{
	if (--app->targets_depth > 0)
		return;
	targets_release(&app->targets);
	close(app->targets_lock);
}

/* --- One place ----------------------------------------------------------- */

static struct target *
target_of(struct app *app, const struct place *place)
{
	return targets_find(&app->targets, place->consumer->kind,
	    place->path);
}

/* Notes what stands there now; @view may be NULL: none of ours. @before: what
 * stood there. */
static int
note(struct app *app, const struct place *place, const char *name,
    const struct view *view, const struct profile *profile,
    const struct look *before, struct error *err)
{
	struct target *target = targets_add(&app->targets,
	    place->consumer->kind, place->path, err);

	if (target == NULL)
		return -1;
	if (before->kind == LOOK_LOGIN || name == NULL ||
	    target->profile == NULL || strcmp(name, target->profile) != 0)
		target->since = time_now();
	if (target->profile != NULL &&
	    (name == NULL || strcmp(name, target->profile) != 0) &&
	    target_set(&target->previous, target->profile, err) != 0)
		return -1;
	if (target_set(&target->profile, name, err) != 0)
		return -1;
	target->digest[0] = '\0';
	if (view != NULL)
		strcpy(target->digest, view->digest);
	target->generation = profile != NULL ? profile->generation : 0;
	target->expires_at = profile != NULL ? profile->expires_at :
	    TIME_UNKNOWN;
	return use_save(app, err);
}

/* What `undo` goes back to. */
static int
note_undo(struct app *app, const struct place *place, struct error *err)
{
	struct target *target = targets_add(&app->targets,
	    place->consumer->kind, place->path, err);

	if (target == NULL)
		return -1;
	if (target->may_undo)
		return 0;
	target->may_undo = true;
	return target_set(&target->undo, target->profile, err);
}

static int
note_first(struct app *app, const struct place *place, const char *name,
    struct error *err)
{
	struct buffer label = BUFFER_INIT;
	int result;

	place_label(place, &label);
	result = app_note_first(app, AUDIT_USE, name, label.data, err);
	buffer_release(&label);
	return result;
}

static void
note_end(struct app *app, const struct place *place, const char *name,
    const struct error *why)
{
	struct buffer label = BUFFER_INIT;

	place_label(place, &label);
	app_note(app, AUDIT_USE, name, label.data, why);
	buffer_release(&label);
}

/* @asked: a person wants it, and what cannot be noted must not happen. Where it
 * follows a renewal, it has to. */
static int
put(struct app *app, const struct place *place, const struct look *look,
    const struct profile *profile, bool asked, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	struct view view = VIEW_INIT;
	int result = -1;

	if (login_load_credential(app, profile->name, &credential, err) == 0 &&
	    view_stage(&view, app, place, look, &credential,
	    profile->account_id, false, err) == 0 &&
	    (!asked || note_first(app, place, profile->name, err) == 0)) {
		result = view_commit(&view, err);
		if (result == 0)
			result = note(app, place, profile->name, &view,
			    profile, look, err);
	}
	credential_release(&credential);
	view_release(&view);
	return result;
}

static int
take_away(struct app *app, const struct place *place,
    const struct look *look, struct error *err)
{
	struct view view = VIEW_INIT;
	int result = 0;

	if (look->kind != LOOK_NOTHING) {
		result = view_stage_removal(&view, app, place, look, err);
		if (result == 0)
			result = view_commit(&view, err);
		view_release(&view);
	}
	return result != 0 ? -1 : note(app, place, NULL, NULL, NULL,
	    look, err);
}

/* The file is not ours to change while a login is lent to it. */
static int
check_lent(struct app *app, const struct place *place, const char *name,
    struct use_result *result, struct error *err)
{
	char lent[STORE_NAME_MAX + 1];

	if (login_lent_to(app, place, lent, err) != 0)
		return -1;
	if (lent[0] == '\0')
		return 0;
	if (name != NULL && strcmp(lent, name) == 0) {
		result->unchanged = true;
		return 1;
	}
	error_set(err, ERROR_REFUSED,
	    _("%s holds the login '%s', which is lent to it"), place->path,
	    lent);
	return error_step(err, _("take it back first: chatelaine take-back "
	    "%s"), lent);
}

/* What stood there is the login of a profile: `use -` and `undo` go back to
 * its view. */
static int
note_origin(struct app *app, const struct place *place, const char *name,
    struct error *err)
{
	struct target *target = targets_add(&app->targets,
	    place->consumer->kind, place->path, err);

	if (target == NULL)
		return -1;
	if (target->may_undo && target->undo == NULL &&
	    target_set(&target->undo, name, err) != 0)
		return -1;
	return target_set(&target->profile, name, err);
}

int
use_replace_login(struct app *app, const struct place *place,
    struct look *look, const char *name, struct intake *intake,
    struct use_result *result, struct error *err)
{
	bool asked = name != NULL && *name != '\0';
	struct profile profile;
	int done = -1;

	memset(&profile, 0, sizeof profile);
	if (view_probe(app, place, look, err) != 0 ||
	    intake_begin(intake, app, place, look, err) != 0)
		goto out;
	if (intake->taken)
		strcpy(result->taken, intake->name);
	if (note_origin(app, place, intake->name, err) != 0)
		goto out;
	if (name == NULL)
		done = take_away(app, place, look, err);
	else {
		if (*name == '\0')
			name = intake->name;
		strcpy(result->profile, name);
		done = login_load(app, name, &profile, err);
		if (done == 0)
			done = put(app, place, look, &profile, asked, err);
	}
	if (done == 0)
		intake_end(intake, app);
out:
	intake_release(intake);
	profile_release(&profile);
	return done;
}

/* With LOCK_TARGETS. */
static int
use_here(struct app *app, const struct place *place, const char *name,
    struct use_result *result, struct error *err)
{
	struct target *target = target_of(app, place);
	struct intake intake = INTAKE_INIT;
	struct profile profile;
	struct look look;
	int done;

	memset(&profile, 0, sizeof profile);
	done = check_lent(app, place, name, result, err);
	if (done != 0)
		return done < 0 ? -1 : 0;
	look_at_filled(&look, place, target != NULL ? target->digest : NULL);
	if (name != NULL) {
		done = login_load(app, name, &profile, err);
		if (done == 0)
			done = export_check_usable(&profile, err);
	}
	if (done == 0)
		done = note_undo(app, place, err);
	if (done != 0)
		goto out;
	if (look.kind == LOOK_LOGIN)
		done = use_replace_login(app, place, &look, name, &intake,
		    result, err);
	else if (name != NULL)
		done = put(app, place, &look, &profile, true, err);
	else
		done = take_away(app, place, &look, err);
out:
	look_release(&look);
	profile_release(&profile);
	return done;
}

int
use_mark_run(struct app *app, const struct place *place, struct error *err)
{
	struct target *target = target_of(app, place);

	if (target == NULL)
		return error_no_memory(err);
	target->run = true;
	target->may_undo = false;
	return use_save(app, err);
}

int
use_rewrite(struct app *app, const struct place *place, const char *name,
    struct error *err)
{
	struct target *target = target_of(app, place);
	struct profile profile;
	struct look look;
	int done = 0;

	memset(&profile, 0, sizeof profile);
	look_at(&look, place, target != NULL ? target->digest : NULL);
	if (look.kind != LOOK_OURS && look.kind != LOOK_VIEW)
		done = 0;	/* what its program made of it meanwhile */
	else if (name != NULL) {
		done = login_load(app, name, &profile, err);
		if (done == 0)
			done = put(app, place, &look, &profile, false, err);
	} else {
		done = note_undo(app, place, err);
		if (done == 0)
			done = take_away(app, place, &look, err);
	}
	look_release(&look);
	profile_release(&profile);
	return done;
}

bool
use_again(const struct app *app, struct error *why, int64_t end)
{
	return why->code == ERROR_BUSY && time_steady_ms() < end &&
	    lock_pause(app->store, why) == 0;
}

int
use_profile(struct app *app, const struct place *place, const char *name,
    int wait_ms, struct use_result *result, struct error *err)
{
	int64_t end = time_steady_ms() + wait_ms;
	struct error why = ERROR_INIT;
	int done;

	memset(result, 0, sizeof *result);
	do {
		done = use_lock(app, wait_ms, &why);
		if (done == 0) {
			done = use_here(app, place, name, result, &why);
			use_unlock(app);
		}
	} while (done != 0 && use_again(app, &why, end));
	if (name != NULL && done == 0)
		strcpy(result->profile, name);
	if (done != 0 || (name == NULL && !result->unchanged))
		note_end(app, place, name, done == 0 ? NULL : &why);
	if (done != 0)
		error_give(err, &why);
	return done;
}

int
use_previous(struct app *app, const struct place *place, int wait_ms,
    struct use_result *result, struct error *err)
{
	struct buffer label = BUFFER_INIT;
	char name[STORE_NAME_MAX + 1] = "";
	struct target *target;

	memset(result, 0, sizeof *result);
	if (use_lock(app, wait_ms, err) != 0)
		return -1;
	target = target_of(app, place);
	if (target != NULL && target->previous != NULL)
		snprintf(name, sizeof name, "%s", target->previous);
	use_unlock(app);
	if (name[0] != '\0')
		return use_profile(app, place, name, wait_ms, result, err);
	place_label(place, &label);
	error_set(err, ERROR_NOT_FOUND, _("%s has shown no other profile"),
	    label.data);
	buffer_release(&label);
	return error_step(err, "%s",
	    _("'chatelaine list' shows what there is"));
}
