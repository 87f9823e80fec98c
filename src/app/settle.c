#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/intake.h"
#include "app/lend.h"
#include "app/login.h"
#include "app/look.h"
#include "app/settle.h"
#include "app/use.h"
#include "app/view.h"
#include "base/file.h"
#include "base/i18n.h"
#include "storage/move.h"
#include "storage/pending.h"

/* --- Moves of a chain ---------------------------------------------------- */

/* Where it now is cannot be told from what cannot be read just now. A profile
 * that is not there is empty. Both are released in any case. */
static int
load_both(struct app *app, const char *name, const struct place *place,
    struct profile *profile, struct look *look, struct error *err)
{
	struct error why = ERROR_INIT;

	look_at_filled(look, place, NULL);
	if (profile_load_sure(app->store, name, profile, &why) != 0 &&
	    why.code != ERROR_NOT_FOUND)
		return error_give(err, &why);
	return look_check_sure(look, err);
}

/*
 * On the way in. Without the chain in the store it had not begun, and the
 * file has it still. With it, the file's copy goes; and where its program has
 * renewed it meanwhile, the newer tokens come in first.
 */
static int
settle_in(struct app *app, const char *name, const struct place *place,
    struct error *err)
{
	struct intake intake = INTAKE_INIT;
	struct use_result result = { 0 };
	struct profile profile;
	struct look look;
	int done;

	profile_sweep(app->store, name);
	done = load_both(app, name, place, &profile, &look, err);
	if (done != 0 || !profile.renewable || look.kind != LOOK_LOGIN ||
	    !look_is_of(&look, &profile))
		goto out;
	intake.held = name;
	intake.home = profile.owner != NULL;
	done = use_replace_login(app, place, &look, name, &intake, &result,
	    err);
out:
	look_release(&look);
	profile_release(&profile);
	return done;
}

struct staged {
	const struct look *there;	/* the file in place */
	const struct consumer *consumer;
	const char *token;		/* the store's; NULL: none any more */
	struct error *err;
};

/* 1: this one has the chain; 2: that cannot be told. */
static int
is_staged(int dir, const char *entry, void *data)
{
	const struct staged *staged = data;
	struct look look;
	int result = 0;

	if (!file_is_temporary(entry, staged->there->name))
		return 0;
	look_at_file(&look, staged->consumer, dir, entry);
	if (look_check_sure(&look, staged->err) != 0)
		result = 2;
	else if (look.kind == LOOK_LOGIN)
		result = strcmp(look.login.refresh_token, staged->token) == 0;
	look_release(&look);
	return result;
}

/* 1: the chain stands beside the file still, where it was staged (app/lend), so
 * that what is in the file is another one of the same person. -1: @err. */
static int
find_staged(struct app *app, const char *name, const struct place *place,
    const struct look *look, struct error *err)
{
	struct credential credential;
	struct staged staged = { look, place->consumer, NULL, err };
	int result = credential_load(app->store, name, &credential, err);

	staged.token = credential.refresh_token;
	if (result == 0 && staged.token != NULL) {
		result = file_for_each(look->dir, is_staged, &staged);
		if (result < 0)
			error_set_errno(err, errno, _("cannot read %s"),
			    place->path);
	}
	credential_release(&credential);
	return result > 1 ? -1 : result;
}

/* The chain is out as soon as the program's file has it; the profile says so,
 * and then the list of targets. */
static int
settle_out(struct app *app, const char *name, const struct place *place,
    struct error *err)
{
	struct profile profile;
	struct look look;
	int done = load_both(app, name, place, &profile, &look, err);

	if (done == 0 && look.kind == LOOK_LOGIN &&
	    look_is_of(&look, &profile) &&
	    (profile.owner == NULL || login_is_lent_to(&profile, place))) {
		done = find_staged(app, name, place, &look, err);
		if (done == 0)
			done = lend_finish(app, &profile, place, err);
		else if (done > 0)
			done = 0;
	}
	look_release(&look);
	profile_release(&profile);
	return done;
}

/* The directory has one name or the other; the list follows. */
static int
settle_rename(struct app *app, const char *name, const struct move *move,
    struct error *err)
{
	int old, new;

	if (move->to == NULL || store_check_name(move->to, NULL) != 0)
		return 0;
	old = profile_find(app->store, name, err);
	if (old == 0)
		return use_rename(app, name, move->to, err);
	new = old < 0 ? -1 : profile_find(app->store, move->to, err);
	return new != 0 ? (new < 0 ? -1 : 0) :
	    pending_rename(app->store, move->to, name, err);
}

int
settle_profile(struct app *app, const char *name, struct error *err)
{
	struct place place = PLACE_INIT;
	struct error why = ERROR_INIT;
	struct move move;
	int done = -1;

	if (move_load(app->store, name, &move, &why) != 0) {
		move_release(&move);
		if (why.code == ERROR_NOT_FOUND) {
			move_sweep(app->store, name);
			return 0;
		}
		return error_give(err, &why);
	}
	if (use_lock(app, app->screen ? USE_GLANCE_MS : USE_RENEW_MS, err) != 0)
		goto out;
	/* There may be a copy of the chain in it. */
	profile_sweep(app->store, name);
	if (move.operation == MOVE_RENAME)
		done = settle_rename(app, name, &move, err);
	else if (move.kind == NULL || move.path == NULL)
		error_set(err, ERROR_FAILED, "%s",
		    _("the record of a move is not of this chatelaine"));
	else if (place_set(&place, move.kind, move.path, err) == 0)
		done = move.operation == MOVE_IN ?
		    settle_in(app, name, &place, err) :
		    settle_out(app, name, &place, err);
	use_unlock(app);
	if (done == 0)
		done = move_end(app->store, name, err);
out:
	place_release(&place);
	move_release(&move);
	return done;
}

/* --- Files --------------------------------------------------------------- */

struct left_over {
	struct app *app;
	const struct place *place;
	const char *name;	/* of the file */
	bool stays;		/* something could not be settled */
};

/* 1 if the file in place has the same chain; or one that was lent to it in the
 * place of this older one of the same person. -1: that cannot be told. */
static int
is_in_place(struct app *app, const struct place *place,
    const struct look *look)
{
	char lent[STORE_NAME_MAX + 1] = "";
	struct profile profile;
	struct look there;
	int is = 0;

	look_at(&there, place, NULL);
	if (look_is_unsure(&there))
		is = -1;
	if (there.kind != LOOK_LOGIN)
		goto out;
	is = strcmp(there.login.refresh_token,
	    look->login.refresh_token) == 0;
	if (is == 0 && login_lent_to(app, place, lent, NULL) != 0)
		is = -1;
	if (is != 0 || lent[0] == '\0')
		goto out;
	if (profile_load(app->store, lent, &profile, NULL) != 0 ||
	    profile.unsure)
		is = -1;
	else
		is = look_is_of(look, &profile) &&
		    look_is_of(&there, &profile) &&
		    look->identity.expires_at <= there.identity.expires_at;
	profile_release(&profile);
out:
	look_release(&there);
	return is;
}

/* A staged view, a lent chain, or what was exchanged out: only what is nowhere
 * else is kept, by taking it in. */
static int
settle_temporary(int dir, const char *entry, void *data)
{
	struct left_over *left = data;
	struct intake intake = INTAKE_INIT;
	struct look look;
	int there = 1;
	bool settled;

	if (!file_is_temporary(entry, left->name))
		return 0;
	look_at_file(&look, left->place->consumer, dir, entry);
	if (look.kind == LOOK_LOGIN)
		there = is_in_place(left->app, left->place, &look);
	/* Nor does what cannot be read just now go. */
	settled = there >= 0 && !look_is_unsure(&look);
	if (settled && there == 0) {
		intake.make = true;
		/* Which may have found out that this was lent. */
		settled = intake_begin(&intake, left->app, left->place, &look,
		    NULL) == 0 || (look.login.refresh_token != NULL &&
		    is_in_place(left->app, left->place, &look) > 0);
	}
	if (settled) {
		settled = file_discard(dir, entry) == 0;
		file_sync(dir, NULL);
		intake_end(&intake, left->app);
	}
	if (!settled)
		left->stays = true;
	intake_release(&intake);
	look_release(&look);
	return 0;
}

static void
settle_file(struct app *app, const struct place *place, const char *record)
{
	struct left_over left = { app, place, NULL, false };
	struct look look;

	/* Where the file really is. */
	look_at(&look, place, NULL);
	left.name = look.name;
	left.stays = look_is_unsure(&look);
	if (look.dir >= 0 && look.name != NULL &&
	    file_for_each(look.dir, settle_temporary, &left) != 0)
		left.stays = true;
	if (!left.stays)
		move_end(app->store, record, NULL);
	look_release(&look);
}

static void
settle_record(struct app *app, const char *record)
{
	struct place place = PLACE_INIT;
	struct move move;

	if (move_load(app->store, record, &move, NULL) == 0 &&
	    move.kind != NULL && move.path != NULL &&
	    place_set(&place, move.kind, move.path, NULL) == 0)
		settle_file(app, &place, record);
	move_sweep(app->store, record);
	place_release(&place);
	move_release(&move);
}

void
settle_files_locked(struct app *app)
{
	struct store_names records = { NULL, 0 };

	if (move_list_files(app->store, &records, NULL) != 0)
		return;
	for (size_t i = 0; i < records.count; i++)
		settle_record(app, records.name[i]);
	store_names_release(&records);
}

void
settle_files(struct app *app)
{
	struct store_names records = { NULL, 0 };
	bool any;

	/* Nearly always there is none, which needs no lock. */
	any = move_list_files(app->store, &records, NULL) == 0 &&
	    records.count > 0;
	store_names_release(&records);
	if (!any || use_lock(app, 0, NULL) != 0)
		return;
	settle_files_locked(app);
	use_unlock(app);
}
