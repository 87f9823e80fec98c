#include "config.h"

#include <unistd.h>

#include "app/adopt.h"
#include "app/run.h"
#include "app/settle.h"
#include "base/i18n.h"
#include "base/time.h"
#include "oauth/answer.h"
#include "storage/backup.h"
#include "storage/lock.h"
#include "storage/move.h"
#include "storage/pending.h"
#include "storage/waiting.h"

/* What a record holds. */
enum held {
	HELD_NOTHING,		/* there is no record */
	HELD_NO_ANSWER,
	HELD_UNKNOWN,		/* it cannot be told just now */
	HELD_ANSWER,
	HELD_TOKENS		/* an answer that must not be lost */
};

static enum held
look(struct app *app, const char *name, enum pending_operation operation,
    struct error *why)
{
	enum held held = HELD_ANSWER;
	struct pending pending;
	struct answer answer;

	*why = (struct error)ERROR_INIT;
	if (pending_load(app->store, name, operation, &pending, why) != 0)
		/* One that cannot be read is left as it is. */
		held = why->code == ERROR_NOT_FOUND ? HELD_NOTHING :
		    error_is_passing(why) ? HELD_UNKNOWN : HELD_ANSWER;
	else if (pending.answer.length == 0)
		held = HELD_NO_ANSWER;
	else {
		answer_read(&answer, pending.answer.data,
		    pending.answer.length);
		if (answer.kind == ANSWER_TOKENS)
			held = HELD_TOKENS;
		else if (error_is_passing(&answer.error)) {
			held = HELD_UNKNOWN;
			*why = answer.error;
		}
		answer_release(&answer);
	}
	pending_release(&pending);
	return held;
}

/* Without an answer, a renewal stays in doubt; a sign-in has ended. */
static int
adopt_one(struct app *app, const char *name, enum pending_operation operation,
    struct error *err)
{
	char saved[STORE_NAME_MAX + 1];
	struct error why;
	enum held held = look(app, name, operation, &why);
	int result, busy;

	/* There may be tokens in it: nobody may write over them. */
	if (held == HELD_UNKNOWN)
		return error_give(err, &why);
	if (held == HELD_NOTHING) {
		pending_remove(app->store, name, operation, NULL);
		return 0;
	}
	/* Nor may it go where that cannot be told. */
	busy = pending_is_busy(app->store, name, operation, err);
	if (busy != 0)
		return busy < 0 ? -1 : error_set(err, ERROR_BUSY,
		    _("an answer for '%s' is still awaited by another process; "
		    "try again when it is done"), name);
	if (held == HELD_NO_ANSWER && operation == PENDING_LOGIN) {
		pending_remove(app->store, name, operation, NULL);
		return 0;
	}
	if (held == HELD_NO_ANSWER)
		return 0;
	result = operation == PENDING_LOGIN ?
	    adopt_login(app, name, saved, err) :
	    adopt_refresh(app, name, err);
	if (result != 0)
		held = look(app, name, operation, &why);
	return result != 0 && (held == HELD_TOKENS || held == HELD_UNKNOWN) ?
	    -1 : 0;
}

int
adopt_pending(struct app *app, const char *name, struct error *err)
{
	if (settle_profile(app, name, err) != 0)
		return -1;
	pending_sweep(app->store, name);
	waiting_sweep(app->store, name, time_now());
	if (adopt_one(app, name, PENDING_REFRESH, err) != 0)
		return -1;
	return adopt_one(app, name, PENDING_LOGIN, err);
}

static void
adopt_names(struct app *app, struct store_names *names)
{
	int lock;

	for (size_t i = 0; i < names->count; i++) {
		lock = lock_try(app->store, names->name[i], NULL);
		if (lock < 0)
			continue;	/* somebody is at work on it */
		adopt_pending(app, names->name[i], NULL);
		close(lock);
	}
	store_names_release(names);
}

void
adopt_all(struct app *app)
{
	struct store_names names = { NULL, 0 };

	backup_sweep(app->store);
	/* Before other files are written, on behalf of what follows. */
	settle_files(app);
	if (move_list(app->store, &names, NULL) == 0)
		adopt_names(app, &names);
	run_sweep(app);
	if (pending_list(app->store, &names, NULL) == 0)
		adopt_names(app, &names);
	if (waiting_list(app->store, &names, NULL) == 0)
		adopt_names(app, &names);
}
