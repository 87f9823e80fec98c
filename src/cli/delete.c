#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/job.h"
#include "app/login.h"
#include "app/remove.h"
#include "app/shown.h"
#include "app/undo.h"
#include "base/buffer.h"
#include "base/i18n.h"
#include "cli/cli.h"
#include "cli/interrupt.h"

/* A sign-out cannot be undone, so the name is typed; forgetting can. */
static int
confirm(struct cli *cli, struct profile *profile, struct error *err)
{
	bool sign_out = cli->value[OPTION_SIGN_OUT] != NULL;
	struct buffer question = BUFFER_INIT;
	char *answer;
	bool yes;

	if (cli->value[OPTION_YES] != NULL)
		return 0;
	if (!cli_can_ask())
		return error_set(err, ERROR_USAGE, "%s",
		    _("delete asks first, and there is no terminal to ask at; "
		    "add --yes"));
	if (shown_complete_one(cli->app, profile, err) != 0)
		return -1;
	remove_add_loss(profile, sign_out, &question);
	if (question.length > 0)
		buffer_add_char(&question, '\n');
	buffer_addf(&question, sign_out ?
	    _("Sign out %s (%s) everywhere? This cannot be undone. Type the "
	    "profile's name:") : cli->value[OPTION_PURGE] != NULL ?
	    _("Forget %s (%s) here, for good? [y/N]") :
	    _("Forget %s (%s) here? 'chatelaine undo' brings it back. [y/N]"),
	    profile->name, profile->email != NULL ? profile->email : "?");
	answer = cli_ask(question.data);
	buffer_release(&question);
	yes = answer != NULL && (sign_out ?
	    strcmp(answer, profile->name) == 0 :
	    strncasecmp(answer, _("y"), 1) == 0);
	free(answer);
	return yes ? 0 : error_set(err, ERROR_INTERRUPTED, "%s",
	    _("not confirmed, so nothing was done"));
}

static int
sign_out(struct cli *cli, const char *name, struct error *err)
{
	struct job *job = job_sign_out(cli->app, name, err);
	int result;

	if (job == NULL)
		return -1;
	interrupt_catch();
	result = job_run(job, &interrupt_flag, NULL, NULL, err);
	job_free(job);
	return result == 0 ? cli_say(cli, err, _("'%s' is signed out and "
	    "removed; an access token that was handed out may work until it "
	    "ends"), name) : -1;
}

static int
forget(struct cli *cli, const char *name, struct error *err)
{
	bool purge = cli->value[OPTION_PURGE] != NULL;

	if (remove_profile(cli->app, name, purge, REMOVE_WAIT_MS, err) != 0)
		return -1;
	return cli_say(cli, err, purge ? _("'%s' is deleted; its login was not "
	    "signed out") : _("'%s' is forgotten; 'chatelaine undo' brings it "
	    "back"), name);
}

int
cli_run_delete(struct cli *cli, struct error *err)
{
	const char *name = cli->operand[0];
	struct profile profile;
	int result;

	if (cli->value[OPTION_SIGN_OUT] != NULL &&
	    cli->value[OPTION_PURGE] != NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("a sign-out keeps no backup, so --purge has nothing to "
		    "do; leave it out"));
	result = login_load(cli->app, name, &profile, err);
	if (result == 0)
		result = confirm(cli, &profile, err);
	profile_release(&profile);
	if (result != 0)
		return -1;
	return cli->value[OPTION_SIGN_OUT] != NULL ?
	    sign_out(cli, name, err) : forget(cli, name, err);
}

int
cli_run_undo(struct cli *cli, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct undo undo;
	int result;

	result = undo_last(cli->app, REMOVE_WAIT_MS, &undo, err);
	if (result == 0) {
		undo_sentence(&undo, &text);
		result = buffer_ok(&text, err) ?
		    cli_say(cli, err, "%s", text.data) : -1;
	}
	buffer_release(&text);
	undo_release(&undo);
	return result;
}
