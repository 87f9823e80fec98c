#include "config.h"

#include "app/job.h"
#include "app/keep.h"
#include "app/login.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/refresh.h"

int
refresh_wait(struct app *app, const char *name, int64_t seen,
    struct error *err)
{
	struct job *job = job_refresh(app, name, seen, err);
	int result;

	if (job == NULL)
		return -1;
	interrupt_catch();
	result = job_run(job, &interrupt_flag, NULL, NULL, err);
	job_free(job);
	if (result == 0 && interrupt_flag)
		return error_set(err, ERROR_INTERRUPTED,
		    _("interrupted, after '%s' was renewed"), name);
	return result;
}

static int
refresh_one(struct cli *cli, const char *name, struct error *err)
{
	struct profile profile;
	char end[TIME_TEXT_SIZE];
	int result = -1;

	if (refresh_wait(cli->app, name, 0, err) != 0)
		return -1;
	if (login_load(cli->app, name, &profile, err) == 0) {
		app_time(cli->app, end, profile.expires_at);
		result = cli_say(cli, err, _("'%s' is renewed; its access ends "
		    "%s"), name, end);
	}
	profile_release(&profile);
	return result;
}

/* Goes on after a failure, reports each, and gives the last. */
static int
refresh_each(struct cli *cli, char *const *names, size_t count,
    struct error *err)
{
	struct error why = ERROR_INIT;
	int result = 0;

	for (size_t i = 0; i < count && !interrupt_flag; i++) {
		if (refresh_one(cli, names[i], &why) == 0)
			continue;
		if (result != 0)
			cli_report(err);
		*err = why;
		result = -1;
	}
	return result;
}

/* --all: what can be renewed. What needs its owner first is told, whoever is
 * quiet, since nothing else tells it; it is no failure of this run. */
static int
refresh_all(struct cli *cli, struct error *err)
{
	struct store_names names = { NULL, 0 };
	bool some = cli->value[OPTION_WITHIN] != NULL;
	struct profile_list list;
	enum profile_reason reason;
	enum profile_status status;
	int64_t within;
	int result = -1;

	if (keep_within(cli, &within, err) != 0)
		return -1;
	if (login_load_all(cli->app, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		status = profile_status(&list.profile[i], time_now(), &reason);
		if (list.profile[i].owner != NULL)
			continue;	/* its program renews it */
		if (status == PROFILE_DAMAGED ||
		    status == PROFILE_NEEDS_LOGIN ||
		    !list.profile[i].renewable ||
		    status_next(&list.profile[i], time_now()) ==
		    NEXT_LOGIN_OR_WAIT)
			cli_note(_("chatelaine: '%s' is left out: %s"),
			    list.profile[i].name,
			    status_word_of(&list.profile[i], time_now()));
		else if (some && !keep_is_due(&list.profile[i], time_now(),
		    within))
			continue;
		else if (store_names_add(&names, list.profile[i].name,
		    err) != 0)
			goto out;
	}
	/* A timer calls like this. */
	cli->app->patient = some;
	result = refresh_each(cli, names.name, names.count, err);
	if (some)
		keep_note_timer(cli->app);
out:
	store_names_release(&names);
	profile_list_release(&list);
	return result;
}

int
cli_run_refresh(struct cli *cli, struct error *err)
{
	bool all = cli->value[OPTION_ALL] != NULL;

	if (!all && cli->value[OPTION_WITHIN] != NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("--within goes with --all"));
	if (all == (cli->operands > 0))
		return error_set(err, ERROR_USAGE, "%s", all ?
		    _("refresh takes either names or --all") :
		    _("refresh wants a NAME, or --all"));
	if (all)
		return refresh_all(cli, err);
	return refresh_each(cli, cli->operand, (size_t)cli->operands, err);
}
