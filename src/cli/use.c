#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/login.h"
#include "app/running.h"
#include "app/use.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/refresh.h"
#include "cli/target.h"

#define RUNNING_MAX 8

int
target_places(struct cli *cli, struct places *places, struct error *err)
{
	struct place place;
	int result = 0;

	*places = (struct places)PLACES_INIT;
	for (int i = 0; i < cli->targets && result == 0; i++) {
		result = place_find(&place, cli->target[i], err);
		if (result == 0)
			result = places_add(places, &place, err);
		place_release(&place);
	}
	return result;
}

/* A program reads its login when it starts, and may write it when it ends. */
void
target_warn_running(const struct cli *cli, const struct place *place)
{
	struct running list[RUNNING_MAX];
	char *dir = strdup(place->path);
	size_t count = 0;

	if (dir != NULL) {
		*strrchr(dir, '/') = '\0';
		count = running_find(place->consumer, dir, list, RUNNING_MAX);
	}
	for (size_t i = 0; i < count; i++)
		cli_hint(cli, _("chatelaine: %s runs (process %ld) and may "
		    "have the login it began with in memory; start it anew"),
		    list[i].name, list[i].pid);
	free(dir);
}

/* A view that has ended serves nobody. */
static int
renew_ended(struct cli *cli, const char *name, struct error *err)
{
	struct profile profile;
	int result;

	result = login_load(cli->app, name, &profile, err);
	if (result == 0 && profile.renewable && profile.owner == NULL &&
	    profile.damage == NULL && profile.expires_at <= time_now())
		result = refresh_wait(cli->app, name, profile.generation, err);
	profile_release(&profile);
	return result;
}

static int
say(const struct cli *cli, const struct place *place, const char *name,
    const struct use_result *done, struct error *err)
{
	struct buffer label = BUFFER_INIT;
	int result;

	place_label(place, &label);
	if (done->taken[0] != '\0')
		cli_hint(cli, _("chatelaine: %s had newer tokens of '%s', "
		    "which are in the store now"), label.data, done->taken);
	if (!buffer_ok(&label, err))
		result = -1;
	else if (name == NULL)
		result = cli_say(cli, err, _("%s shows no profile"),
		    label.data);
	else
		result = cli_say(cli, err, _("%s shows '%s'"), label.data,
		    name);
	buffer_release(&label);
	if (!done->unchanged)
		target_warn_running(cli, place);
	return result;
}

static int
use_one(struct cli *cli, const struct place *place, const char *name,
    struct error *err)
{
	struct use_result done;
	int result;

	if (name != NULL && strcmp(name, "-") == 0)
		result = use_previous(cli->app, place, USE_WAIT_MS, &done,
		    err);
	else
		result = use_profile(cli->app, place, name, USE_WAIT_MS,
		    &done, err);
	if (result != 0)
		return -1;
	return say(cli, place, done.profile[0] == '\0' ? NULL : done.profile,
	    &done, err);
}

/* Each target is switched by itself; every failure is told, the last is the
 * status. */
static int
use_each(struct cli *cli, const struct places *places, const char *name,
    struct error *err)
{
	struct error why = ERROR_INIT;
	int result = 0;

	if (use_begin_undo(cli->app, err) != 0)
		return -1;
	for (size_t i = 0; i < places->count; i++) {
		if (interrupt_flag)
			error_set(&why, ERROR_INTERRUPTED, "%s",
			    _("interrupted before the other programs"));
		else if (use_one(cli, &places->place[i], name, &why) == 0)
			continue;
		if (result != 0)
			cli_report(err);
		*err = why;
		result = -1;
		if (interrupt_flag)
			break;
	}
	return result;
}

int
cli_run_use(struct cli *cli, struct error *err)
{
	bool none = cli->value[OPTION_NONE] != NULL;
	const char *name = none || cli->operands == 0 ? NULL :
	    cli->operand[0];
	struct places places = PLACES_INIT;
	int result = -1;

	if (none == (cli->operands > 0))
		return error_set(err, ERROR_USAGE, "%s", none ?
		    _("use takes either a NAME or --none") :
		    _("use wants a NAME, - for the one before, or --none"));
	if ((cli->targets > 0 ? target_places(cli, &places, err) :
	    use_default_places(cli->app, &places, err)) != 0)
		goto out;
	if (places.count == 0) {
		error_set(err, ERROR_USAGE, "%s",
		    _("no program that uses a login was found here; name one: "
		    "--for codex, --for openhands, --for codex=DIR"));
		goto out;
	}
	if (name != NULL && strcmp(name, "-") != 0 &&
	    renew_ended(cli, name, err) != 0)
		goto out;
	result = use_each(cli, &places, name, err);
out:
	places_release(&places);
	return result;
}
