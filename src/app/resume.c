#include "config.h"

#include <string.h>
#include <unistd.h>

#include "app/resume.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/waiting.h"

/* Longer than the network program takes to see that whom it works for is gone;
 * and only asked for where a sign-in waits. ms. */
#define MOMENT_MS 500

/* The clock's seconds until it ends are counted from now on. */
static void
consider(const struct app *app, const char *name, struct resume *best)
{
	int64_t now = time_now(), ends = 0;
	struct waiting waiting;

	if (waiting_load(app->store, name, now, &waiting, NULL) == 0 &&
	    strcmp(waiting.issuer, app->issuer) == 0)
		ends = now + waiting_left(&waiting, now);
	waiting_release(&waiting);
	if (ends <= best->ends)
		return;
	best->ends = ends;
	strcpy(best->name, name);
}

bool
resume_find(const struct app *app, struct resume *resume)
{
	struct store_names names = { NULL, 0 };
	int lock;

	*resume = (struct resume){ "", 0 };
	if (waiting_list(app->store, &names, NULL) != 0)
		return false;
	for (size_t i = 0; i < names.count; i++) {
		lock = lock_take(app->store, names.name[i], MOMENT_MS, NULL);
		if (lock < 0)
			continue;
		consider(app, names.name[i], resume);
		close(lock);
	}
	store_names_release(&names);
	return resume->ends > 0;
}

int
resume_drop(struct app *app, const char *name, struct error *err)
{
	int lock = lock_take(app->store, name, LOCK_GLANCE_MS, err);
	int result;

	if (lock < 0)
		return -1;
	result = waiting_remove(app->store, name, err);
	close(lock);
	return result;
}
