#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/job.h"
#include "app/keep.h"
#include "app/keep_watch.h"
#include "app/login.h"
#include "app/status.h"
#include "app/use.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "base/watch.h"
#include "storage/lock.h"

/* Between finding that a login is due and renewing it; ms. */
#define JITTER_LEAST_MS 1000
#define JITTER_SPREAD_MS 2000

/* After a failure, or a renewal that leaves it due: doubled each time. */
#define RETRY_FIRST_MS 60000
#define RETRY_MOST_MS 3600000

/* When a file could not be looked at for somebody who is at work on it. */
#define LATER_MS 500
/* How long a signal may wait where ppoll() is missing. */
#define SLICE_MS 1000

/* When a login is tried next. */
struct plan {
	char name[STORE_NAME_MAX + 1];
	int64_t at;		/* steady clock, ms */
	int64_t retry;		/* ms; 0: it was not tried */
	/* Renewed, and due still, since its tokens do not live as long as
	 * they should: again when less than this is left, s. 0: it was not. */
	int64_t within;
	bool used;		/* found in this round */
	bool ready;		/* but for the time */
	bool refused;		/* as it was last time, and said */
};

struct keep {
	struct app *app;
	int64_t within;
	void (*say)(bool trouble, const char *line, void *context);
	void *context;
	struct watch *watch;
	struct keep_watch *files;
	struct plan *plan;
	size_t plans;
	struct job *job;
	size_t job_plan;
	bool later;		/* a file is to be looked at once more */
};

void
keep_sayf(const struct keep_say *say, bool trouble, const char *format, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof line, format, ap);
	va_end(ap);
	say->say(trouble, line, say->context);
}

/* --- Which, and when ----------------------------------------------------- */

bool
keep_is_due(const struct profile *profile, int64_t now, int64_t within)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);

	if (profile->owner != NULL || profile->damage != NULL ||
	    !profile->renewable || status == PROFILE_NEEDS_LOGIN)
		return false;
	/* In doubt: once more, near the end. */
	if (status == PROFILE_IN_DOUBT)
		within = STATUS_RETRY_WINDOW;
	return profile->expires_at == TIME_UNKNOWN ||
	    profile->expires_at - now < within;
}

static int64_t
random_below(int64_t most)
{
	uint32_t number = 0;

	/* Without it they come together; that is all. */
	if (getentropy(&number, sizeof number) != 0)
		return 0;
	return (int64_t)number % most;
}

static struct plan *
plan_for(struct keep *keep, const char *name)
{
	struct plan *plan;

	for (size_t i = 0; i < keep->plans; i++)
		if (strcmp(keep->plan[i].name, name) == 0)
			return &keep->plan[i];
	plan = realloc(keep->plan, (keep->plans + 1) * sizeof *plan);
	if (plan == NULL)
		return NULL;
	keep->plan = plan;
	plan += keep->plans++;
	memset(plan, 0, sizeof *plan);
	strcpy(plan->name, name);
	plan->at = time_steady_ms() + JITTER_LEAST_MS +
	    random_below(JITTER_SPREAD_MS);
	return plan;
}

/* Drops those that are due no more. */
static void
tidy_plans(struct keep *keep)
{
	size_t kept = 0;

	for (size_t i = 0; i < keep->plans; i++)
		if (keep->plan[i].used)
			keep->plan[kept++] = keep->plan[i];
	keep->plans = kept;
}

/* Views that could not be written when their profile was renewed, or that a
 * killed process left as they were. */
static void
renew_views(struct keep *keep, const struct profile_list *list)
{
	struct targets targets;
	int lock;

	if (targets_load(keep->app->store, &targets, NULL) != 0)
		targets.count = 0;
	for (size_t i = 0; i < targets.count; i++)
		for (size_t j = 0; j < list->count; j++) {
			const struct target *target = &targets.target[i];
			const struct profile *profile = &list->profile[j];

			if (target->profile == NULL ||
			    target->digest[0] == '\0' ||
			    strcmp(target->profile, profile->name) != 0 ||
			    (target->generation == profile->generation &&
			    target->expires_at == profile->expires_at))
				continue;
			lock = lock_try(keep->app->store, profile->name,
			    NULL);
			if (lock < 0)
				continue;
			use_renew(keep->app, profile->name);
			close(lock);
		}
	targets_release(&targets);
}

static void
plan_all(struct keep *keep)
{
	struct profile_list list;
	struct plan *plan;

	if (login_load_all(keep->app, &list, NULL) != 0)
		return;
	for (size_t i = 0; i < keep->plans; i++)
		keep->plan[i].used = false;
	for (size_t i = 0; i < list.count; i++)
		if (keep_is_due(&list.profile[i], time_now(), keep->within)) {
			plan = plan_for(keep, list.profile[i].name);
			if (plan == NULL)
				continue;
			plan->used = true;
			plan->ready = plan->within == 0 ||
			    list.profile[i].expires_at - time_now() <
			    plan->within;
		}
	tidy_plans(keep);
	renew_views(keep, &list);
	profile_list_release(&list);
}

/* --- Renewing ------------------------------------------------------------ */

/* For @least_s seconds at least, if that is no longer than the longest: what a
 * server says by mistake must not let a login end. */
static void
put_off(struct plan *plan, int64_t least_s)
{
	int64_t wait;

	plan->retry = plan->retry == 0 ? RETRY_FIRST_MS : plan->retry * 2;
	if (plan->retry > RETRY_MOST_MS)
		plan->retry = RETRY_MOST_MS;
	wait = plan->retry;
	if (least_s > wait / 1000)
		wait = least_s < RETRY_MOST_MS / 1000 ? least_s * 1000 :
		    RETRY_MOST_MS;
	plan->at = time_steady_ms() + wait + random_below(wait / 8 + 1);
}

static void
failed(struct keep *keep, struct plan *plan, const struct error *why,
    int64_t retry_after)
{
	const struct keep_say say = { keep->say, keep->context };

	bool again = why->code == ERROR_REFUSED && plan->refused;

	put_off(plan, retry_after);
	plan->refused = why->code == ERROR_REFUSED;
	/* It stays so until somebody does what was said. */
	if (again)
		return;
	keep_sayf(&say, true, "%s%s%s", why->text,
	    why->step[0] == '\0' ? "" : "; ", why->step);
}

static void
start_next(struct keep *keep)
{
	struct error why = ERROR_INIT;

	for (size_t i = 0; i < keep->plans; i++) {
		struct plan *plan = &keep->plan[i];

		if (!plan->ready || plan->at > time_steady_ms())
			continue;
		keep->job = job_refresh(keep->app, plan->name, 0, &why);
		keep->job_plan = i;
		if (keep->job != NULL)
			return;
		failed(keep, plan, &why, 0);
	}
}

static void
finish(struct keep *keep)
{
	const struct keep_say say = { keep->say, keep->context };
	const struct job_view *view = job_view(keep->job);
	struct plan *plan = &keep->plan[keep->job_plan];
	char end[TIME_TEXT_SIZE];
	struct profile profile;

	if (view->state == JOB_FAILED)
		failed(keep, plan, &view->error, view->retry_after);
	else {
		/* Should it be due still, not at once again. */
		put_off(plan, 0);
		plan->refused = false;
		if (login_load(keep->app, plan->name, &profile, NULL) == 0) {
			plan->within = (profile.expires_at - time_now()) / 2;
			if (plan->within < 0)
				plan->within = 0;
			app_time(keep->app, end, profile.expires_at);
			if (!view->unchanged)
				keep_sayf(&say, false, _("'%s' is renewed; "
				    "its access ends %s"), plan->name, end);
		}
		profile_release(&profile);
	}
	job_free(keep->job);
	keep->job = NULL;
}

/* --- The loop ------------------------------------------------------------ */

static int
timeout_ms(const struct keep *keep)
{
	int64_t now = time_steady_ms(), wait = watch_interval_ms(keep->watch);

	if (keep->later && wait > LATER_MS)
		wait = LATER_MS;

	if (keep->job != NULL)
		return job_timeout_ms(keep->job) < wait ?
		    job_timeout_ms(keep->job) : (int)wait;
	for (size_t i = 0; i < keep->plans; i++)
		if (keep->plan[i].ready && keep->plan[i].at - now < wait)
			wait = keep->plan[i].at - now;
	return wait < 0 ? 0 : (int)wait;
}

/* A signal that comes between the look at @interrupted and the wait must end
 * the wait. */
static void
wait_for(struct pollfd *fds, nfds_t count, int ms,
    const volatile sig_atomic_t *interrupted, bool spending)
{
#ifdef HAVE_PPOLL
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };
	sigset_t blocked, old;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, &old);
	if (!*interrupted || spending)
		ppoll(fds, count, &ts, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
#else
	if (!*interrupted || spending)
		poll(fds, count, ms < SLICE_MS ? ms : SLICE_MS);
#endif
}

static void
tell_unnoted(struct keep *keep)
{
	const struct keep_say say = { keep->say, keep->context };
	struct buffer text = BUFFER_INIT;

	if (app_unnoted(keep->app, &text))
		keep_sayf(&say, true, "%s", text.data);
	buffer_release(&text);
}

static void
loop(struct keep *keep, const volatile sig_atomic_t *interrupted)
{
	while (!*interrupted ||
	    (keep->job != NULL && job_is_spending(keep->job))) {
		struct pollfd wait[2];

		tell_unnoted(keep);
		if (keep->job != NULL && job_step(keep->job)) {
			finish(keep);
			continue;
		}
		if (keep->job == NULL && !*interrupted) {
			plan_all(keep);
			start_next(keep);
			if (keep->job != NULL)
				continue;
		}
		wait[0] = (struct pollfd){ keep->job != NULL ?
		    job_fd(keep->job) : -1, POLLIN, 0 };
		wait[1] = (struct pollfd){ watch_fd(keep->watch), POLLIN, 0 };
		wait_for(wait, 2, timeout_ms(keep), interrupted,
		    keep->job != NULL && job_is_spending(keep->job));
		if (watch_changed(keep->watch) || keep->later)
			keep->later = !keep_watch_look(keep->files);
	}
	job_free(keep->job);
}

int
keep_run(struct app *app, int64_t within,
    const volatile sig_atomic_t *interrupted,
    void (*say)(bool trouble, const char *line, void *context), void *context,
    struct error *err)
{
	struct keep keep = { .app = app, .within = within, .say = say,
	    .context = context };
	const struct keep_say words = { say, context };
	struct error why = ERROR_INIT;
	int lock, result = -1;

	/* Who asks whether it is held holds it for a moment. */
	lock = lock_take(app->store, LOCK_KEEP, LOCK_GLANCE_MS, &why);
	if (lock < 0) {
		if (why.code == ERROR_BUSY)
			error_set(&why, ERROR_BUSY, "%s",
			    _("this store is kept by another process "
			    "already"));
		*err = why;
		return -1;
	}
	app->patient = true;
	keep.watch = watch_open(err);
	if (keep.watch != NULL)
		keep.files = keep_watch_open(app, keep.watch, &words, err);
	if (keep.files != NULL) {
		keep_sayf(&words, false, _("keeping %s"),
		    store_path(app->store));
		loop(&keep, interrupted);
		keep_sayf(&words, false, "%s", _("stopped"));
		result = 0;
	}
	keep_watch_close(keep.files);
	watch_close(keep.watch);
	free(keep.plan);
	close(lock);
	return result;
}
