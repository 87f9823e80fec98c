/*
 * A sign-in's answer: whose it is decides where it goes.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/adopt.h"
#include "app/login.h"
#include "app/take.h"
#include "base/i18n.h"
#include "storage/backup.h"
#include "storage/spent.h"
#include "storage/waiting.h"

/* Puts a new login where it belongs. One whose refresh token was spent since
 * came this way before, and its record could not be removed: what the store has
 * is newer. */
static int
place(struct app *app, const char *name, const struct pending *pending,
    struct answer *answer, struct identity *identity,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct profile there;
	int result;

	strcpy(saved, name);
	result = spent_find(app->store, answer->refresh_token, NULL, err);
	if (result != 0)
		return result < 0 ? -1 : 0;
	result = profile_find(app->store, name, err);
	if (result <= 0)
		return result < 0 ? -1 : take_create(app, name, answer,
		    identity, pending->issuer, err);
	if (login_load(app, name, &there, err) != 0 ||
	    profile_check_sure(&there, err) != 0)
		result = -1;
	else if (there.damage == NULL && take_is_same_login(&there, identity))
		result = take_new_chain(app, &there, answer, identity,
		    pending->issuer, err);
	else if (there.damage != NULL || pending->replace) {
		/* `undo` brings back what stood here. */
		result = backup_forget(app->store, name, err);
		if (result == 0)
			result = take_create(app, name, answer, identity,
			    pending->issuer, err);
	} else {
		result = take_create_beside(app, name, answer, identity,
		    pending->issuer, saved, err);
		if (result == 0) {
			error_set(err, ERROR_REFUSED,
			    _("'%s' is another login (%s) and stays as it "
			    "was; the new one is kept as '%s'"), name,
			    there.email != NULL ? there.email :
			    there.account_id, saved);
			error_step(err, _("to put it in its place: chatelaine "
			    "login %s --replace"), name);
		}
	}
	profile_release(&there);
	return result;
}

static int
apply_login(struct app *app, const char *name, const struct pending *pending,
    struct answer *answer, char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct identity identity = IDENTITY_INIT;
	struct error beside = ERROR_INIT;
	int result = -1;

	if (error_is_no_memory(&answer->error)) {
		*err = answer->error;
		take_not_saved(app, name, PENDING_LOGIN, err);
		goto out;
	}
	if (answer->kind != ANSWER_TOKENS) {
		error_set(err, answer->kind == ANSWER_IN_DOUBT ?
		    ERROR_UNAVAILABLE : answer->error.code,
		    _("the sign-in was not completed: %s; start again"),
		    answer->error.text);
	} else if (answer->access_token == NULL ||
	    answer->refresh_token == NULL) {
		error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the sign-in was not completed: the issuer's answer "
		    "lacks a token; start again"));
	} else if (identity_read(&identity, answer->access_token,
	    answer->id_token, err) == 0) {
		result = place(app, name, pending, answer, &identity, saved,
		    &beside);
		if (beside.code != ERROR_NONE)
			*err = beside;
		if (result != 0) {
			take_not_saved(app, name, PENDING_LOGIN, err);
			goto out;
		}
		if (beside.code != ERROR_NONE)
			result = -1;
	} else if (!error_is_no_memory(err)) {
		struct error why = *err;

		error_set(err, why.code,
		    _("the sign-in was not completed: %s; start again"),
		    why.text);
	}
	if (result != 0 && error_is_no_memory(err)) {
		take_not_saved(app, name, PENDING_LOGIN, err);
		goto out;
	}
	take_note(app, AUDIT_SIGN_IN, result == 0 ? saved : name,
	    result == 0 ? NULL : err);
	/* Whoever asked may not have lived to see that it was approved. */
	waiting_remove(app->store, name, NULL);
	pending_remove(app->store, name, PENDING_LOGIN, NULL);
out:
	identity_release(&identity);
	return result;
}

int
adopt_login(struct app *app, const char *name,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	struct answer answer = { .kind = ANSWER_IN_DOUBT };
	struct pending pending;
	struct error why = ERROR_INIT;
	int result = -1;

	strcpy(saved, name);
	if (pending_load(app->store, name, PENDING_LOGIN, &pending,
	    &why) == 0) {
		answer_read(&answer, pending.answer.data,
		    pending.answer.length);
		result = apply_login(app, name, &pending, &answer, saved,
		    &why);
	} else if (why.code != ERROR_NOT_FOUND)
		take_not_saved(app, name, PENDING_LOGIN, &why);
	answer_release(&answer);
	pending_release(&pending);
	if (result != 0)
		error_give(err, &why);
	return result;
}
