#include "config.h"

#include "app/login.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/refresh.h"

#define MIN_VALID_DEFAULT ((int64_t)600)

static int
renew(struct cli *cli, const struct profile *profile, int64_t left,
    struct error *err)
{
	struct error why = ERROR_INIT;

	if (refresh_wait(cli->app, profile->name, profile->generation,
	    &why) == 0)
		return 0;
	*err = why;
	if (left > 0 && why.step[0] == '\0')
		error_step(err, _("the access token lasts %d s more, and "
		    "'chatelaine token %s --min-valid 0s' prints it"),
		    (int)left, profile->name);
	else if (left > 0)
		/* TRANSLATORS: first what else can be done. */
		error_step(err, _("%s; the access token lasts %d s more, and "
		    "'chatelaine token %s --min-valid 0s' prints it"),
		    why.step, (int)left, profile->name);
	return -1;
}

/* The token goes out as soon as it is noted, and is wiped: what cannot be noted
 * must not happen. */
static int
print_token(struct cli *cli, const char *name, struct error *err)
{
	struct credential credential;
	struct buffer text = BUFFER_INIT;
	int result = -1;

	app_stay_offline(cli->app, false);	/* what had to be renewed is */
	if (login_load_credential(cli->app, name, &credential, err) == 0 &&
	    app_note_first(cli->app, AUDIT_TOKEN, name, NULL, err) == 0) {
		buffer_addf(&text, "%s\n", credential.access_token == NULL ?
		    "" : credential.access_token);
		result = cli_write(&text, err);
	}
	buffer_release(&text);
	credential_release(&credential);
	return result;
}

int
cli_run_token(struct cli *cli, struct error *err)
{
	const char *name = cli->operand[0];
	const char *given = cli->value[OPTION_MIN_VALID];
	int64_t min_valid = MIN_VALID_DEFAULT, left;
	struct profile profile;
	int result;

	if (given != NULL && time_parse_length(given, &min_valid) != 0)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is no length of time; they look like 30s, 10m, "
		    "48h, 2d"), given);
	result = login_load(cli->app, name, &profile, err);
	if (result == 0)
		result = status_check_damage(&profile, err);
	if (result == 0)
		result = login_check_held(&profile, err);
	left = profile.expires_at - time_now();
	if (result == 0 && (left <= 0 || left < min_valid))
		result = renew(cli, &profile, left, err);
	profile_release(&profile);
	return result == 0 ? print_token(cli, name, err) : -1;
}
