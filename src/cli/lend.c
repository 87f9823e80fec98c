#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/import.h"
#include "app/lend.h"
#include "app/login.h"
#include "app/look.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/target.h"

int
cli_run_lend(struct cli *cli, struct error *err)
{
	const char *name = cli->operand[0];
	struct place place;
	int result = -1;

	if (cli->value[OPTION_TO] == NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("lend wants --to: codex, openhands, or either with "
		    "=PATH"));
	if (place_find(&place, cli->value[OPTION_TO], err) == 0 &&
	    lend_profile(cli->app, name, &place, USE_WAIT_MS, err) == 0) {
		result = cli_say(cli, err, _("'%s' is lent to %s, which renews "
		    "it from now on: %s"), name, place.consumer->title,
		    place.path);
		target_warn_running(cli, &place);
	}
	place_release(&place);
	return result;
}

int
cli_run_take_back(struct cli *cli, struct error *err)
{
	const char *name = cli->operand[0];
	struct profile profile;
	struct place place = PLACE_INIT;
	char end[TIME_TEXT_SIZE];
	bool known;
	int result;

	/* Where it was, for the programs that have it in memory. */
	if (login_load(cli->app, name, &profile, err) != 0) {
		profile_release(&profile);
		return -1;
	}
	known = login_place(&profile, &place, NULL) == 0;
	profile_release(&profile);
	result = lend_take_back(cli->app, name, USE_WAIT_MS, err);
	if (result == 0)
		result = login_load(cli->app, name, &profile, err);
	if (result == 0) {
		app_time(cli->app, end, profile.expires_at);
		result = cli_say(cli, err, profile.expires_at > time_now() ?
		    _("'%s' is back, and renewed by chatelaine; its access "
		    "ends %s") : _("'%s' is back, and renewed by chatelaine; "
		    "its access ended %s"), name, end);
		profile_release(&profile);
		if (known)
			target_warn_running(cli, &place);
	}
	place_release(&place);
	return result;
}

/* A kind, a kind with a path, or a file whose kind it tells itself. */
static int
find_source(struct place *place, const char *operand, struct error *err)
{
	struct buffer text = BUFFER_INIT, spec = BUFFER_INIT;
	const struct consumer *consumer;
	const char *equals = strchr(operand, '=');
	bool is_file = strchr(operand, '/') != NULL &&
	    (equals == NULL || strchr(operand, '/') < equals);
	int result = -1;

	*place = (struct place)PLACE_INIT;
	if (!is_file && (equals != NULL ||
	    consumer_find(operand, NULL) != NULL))
		return place_find(place, operand, err);
	if (file_read(AT_FDCWD, operand, LOOK_FILE_MAX, &text, NULL,
	    err) != 0) {
		if (err->code == ERROR_NOT_FOUND && !is_file)
			place_find(place, operand, err);
		else if (err->code == ERROR_NOT_FOUND)
			error_step(err, "%s",
			    _("to sign in here: chatelaine login NAME"));
		goto out;
	}
	consumer = consumer_guess(text.data, text.length);
	if (consumer == NULL)
		error_set(err, ERROR_FAILED,
		    _("%s is not a login of a program that is known here"),
		    operand);
	else {
		buffer_addf(&spec, "%s=%s", consumer->kind, operand);
		result = place_find(place, spec.data, err);
	}
out:
	buffer_release(&text);
	buffer_release(&spec);
	return result;
}

int
cli_run_import(struct cli *cli, struct error *err)
{
	char name[STORE_NAME_MAX + 1];
	struct profile profile;
	struct place place;
	int result = -1;
	bool taken;

	if (find_source(&place, cli->operand[0], err) != 0)
		goto out;
	if (import_login(cli->app, &place, cli->value[OPTION_AS], USE_WAIT_MS,
	    name, &taken, err) != 0)
		goto out;
	result = login_load(cli->app, name, &profile, err);
	if (result == 0) {
		result = cli_say(cli, err, taken ?
		    _("'%s' is %s, taken in from %s, where its view is now") :
		    _("'%s' (%s) was newer than %s, where its view is now"),
		    name, profile.email != NULL ? profile.email :
		    profile.account_id, place.path);
		profile_release(&profile);
		target_warn_running(cli, &place);
	}
out:
	place_release(&place);
	return result;
}
