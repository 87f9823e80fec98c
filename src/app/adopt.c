#include "config.h"

#include <unistd.h>

#include "app/adopt.h"
#include "storage/lock.h"
#include "storage/pending.h"

static bool
has_answer(struct app *app, const char *name, enum pending_operation operation,
    enum error_code *why)
{
	struct error err = ERROR_INIT;
	struct pending pending;
	bool has;

	has = pending_load(app->store, name, operation, &pending, &err) == 0 &&
	    pending.answer.length > 0;
	pending_release(&pending);
	*why = err.code;
	return has;
}

void
adopt_pending(struct app *app, const char *name)
{
	char saved[STORE_NAME_MAX + 1];
	enum error_code why;

	pending_sweep(app->store, name);
	if (has_answer(app, name, PENDING_REFRESH, &why))
		adopt_refresh(app, name, NULL);
	else if (why == ERROR_NOT_FOUND)
		pending_remove(app->store, name, PENDING_REFRESH, NULL);
	/* Without an answer, a renewal stays in doubt; a sign-in has ended. */
	if (has_answer(app, name, PENDING_LOGIN, &why))
		adopt_login(app, name, saved, NULL);
	else if (why == ERROR_NOT_FOUND || why == ERROR_NONE)
		pending_remove(app->store, name, PENDING_LOGIN, NULL);
}

void
adopt_all(struct app *app)
{
	struct store_names names;
	int lock;

	if (pending_list(app->store, &names, NULL) != 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		lock = lock_try(app->store, names.name[i], NULL);
		if (lock < 0)
			continue;	/* somebody is at work on it */
		adopt_pending(app, names.name[i]);
		close(lock);
	}
	store_names_release(&names);
}
