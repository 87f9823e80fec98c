/*
 * What commands want to know and interfaces ask.
 */
#include "config.h"

#include <string.h>

#include "app/import.h"
#include "app/login.h"
#include "app/look.h"
#include "app/settings.h"
#include "base/i18n.h"
#include "base/text.h"
#include "formats/format.h"
#include "plain/part.h"

/* Says a line of a numbered list. */
static void
say_choice(size_t number, const char *word, const char *summary)
{
	cli_print(NULL, "%zu. %s: %s", number, word, summary);
}

static int
cancelled(struct error *err)
{
	return error_set(err, ERROR_INTERRUPTED, "%s", _("nothing was done"));
}

int
plain_ask_login(struct plain *plain, struct cli *cli, struct error *err)
{
	(void)plain;
	(void)err;
	cli->value[OPTION_NO_QR] = "";
	return 0;
}

int
plain_ask_add(struct plain *plain, struct cli *cli, struct error *err)
{
	char *name;

	if (cli->operands == 0) {
		name = plain_ask(plain, _("Under which new name?"), err);
		if (name == NULL)
			return -1;
		plain_operand(cli, name);
	}
	return plain_ask_login(plain, cli, err);
}

int
plain_ask_use(struct plain *plain, struct cli *cli, struct error *err)
{
	struct buffer question = BUFFER_INIT;
	char *answer, *rest;

	if (cli->targets > 0)
		return 0;
	buffer_add_string(&question, _("For which programs?"));
	for (size_t i = 0; i < consumers_count; i++)
		buffer_addf(&question, " %s", consumers[i].kind);
	buffer_addf(&question, ". %s",
	    _("Enter is for those that show a profile now:"));
	answer = plain_ask(plain, question.data, err);
	buffer_release(&question);
	if (answer == NULL)
		return -1;
	for (char *one = strtok_r(answer, " ,", &rest); one != NULL &&
	    cli->targets < CLI_TARGETS_MAX; one = strtok_r(NULL, " ,", &rest))
		cli->target[cli->targets++] = one;
	return 0;
}

/* What is left out is the command's to decide. */
static int
ask_model(struct plain *plain, struct cli *cli, struct error *err)
{
	struct buffer question = BUFFER_INIT;
	char *answer;

	buffer_addf(&question, _("For which model? Enter is %s:"),
	    settings_text(plain->app->settings, SETTING_MODEL));
	answer = plain_ask(plain, question.data, err);
	buffer_release(&question);
	if (answer == NULL)
		return -1;
	if (*answer != '\0')
		cli->value[OPTION_MODEL] = answer;
	return 0;
}

int
plain_ask_export(struct plain *plain, struct cli *cli, struct error *err)
{
	const struct format *format;
	char *answer;
	int at;

	if (cli->value[OPTION_FORMAT] != NULL)
		return 0;
	for (size_t i = 0; i < formats_count; i++)
		say_choice(i + 1, formats[i].name, _(formats[i].summary));
	answer = plain_ask(plain, _("In which format?"), err);
	if (answer == NULL)
		return -1;
	if (*answer == '\0')
		return cancelled(err);
	at = plain_choice(answer, formats_count);
	format = at >= 0 ? &formats[at] : format_find(answer, err);
	if (format == NULL)
		return -1;
	cli->value[OPTION_FORMAT] = format->name;
	if (format->takes_model && cli->value[OPTION_MODEL] == NULL &&
	    ask_model(plain, cli, err) != 0)
		return -1;
	if (cli->value[OPTION_OUTPUT] != NULL)
		return 0;
	answer = plain_ask(plain, _("Into which file? Enter shows it here, "
	    "without its token:"), err);
	if (answer == NULL)
		return -1;
	if (*answer != '\0')
		cli->value[OPTION_OUTPUT] = answer;
	return 0;
}

int
plain_ask_delete(struct plain *plain, struct cli *cli, struct error *err)
{
	char *answer;

	if (cli->value[OPTION_SIGN_OUT] != NULL ||
	    cli->value[OPTION_PURGE] != NULL || cli->value[OPTION_YES] != NULL)
		return 0;
	answer = plain_ask(plain, _("f forgets it here, s signs it out "
	    "everywhere:"), err);
	if (answer == NULL)
		return -1;
	if (strcmp(answer, "s") == 0)
		cli->value[OPTION_SIGN_OUT] = "";
	else if (strcmp(answer, "f") != 0)
		return cancelled(err);
	return 0;
}

int
plain_ask_rename(struct plain *plain, struct cli *cli, struct error *err)
{
	char *name;

	if (cli->operands != 1)
		return 0;
	name = plain_ask(plain, _("Which name shall it have?"), err);
	if (name == NULL)
		return -1;
	if (*name == '\0')
		return cancelled(err);
	plain_operand(cli, name);
	return 0;
}

/* --- Lending -------------------------------------------------------------- */

static int
ask_back(struct plain *plain, struct cli *cli, const struct profile *profile,
    struct error *err)
{
	struct buffer question = BUFFER_INIT;
	char *answer;

	buffer_addf(&question, _("'%s' is lent to %s. Take it back? [y/N]"),
	    profile->name, profile->owner);
	answer = plain_ask(plain, question.data, err);
	buffer_release(&question);
	if (answer == NULL)
		return -1;
	if (strncmp(answer, _("y"), 1) != 0)
		return cancelled(err);
	cli->command = cli_find_command("take-back");
	return 0;
}

static int
ask_whom(struct plain *plain, struct cli *cli, struct error *err)
{
	struct buffer question = BUFFER_INIT;
	char *answer;

	buffer_add_string(&question, _("To which program?"));
	for (size_t i = 0; i < consumers_count; i++)
		if (consumers[i].lendable)
			buffer_addf(&question, " %s", consumers[i].kind);
	buffer_add_char(&question, ':');
	answer = plain_ask(plain, question.data, err);
	buffer_release(&question);
	if (answer == NULL)
		return -1;
	if (*answer == '\0')
		return cancelled(err);
	cli->value[OPTION_TO] = answer;
	return 0;
}

int
plain_ask_lend(struct plain *plain, struct cli *cli, struct error *err)
{
	struct profile profile;
	int result;

	if (cli->value[OPTION_TO] != NULL || cli->operands != 1)
		return 0;
	result = login_load(plain->app, cli->operand[0], &profile, err);
	if (result == 0)
		result = profile.owner != NULL ?
		    ask_back(plain, cli, &profile, err) :
		    ask_whom(plain, cli, err);
	profile_release(&profile);
	return result;
}

/* --- Taking in ------------------------------------------------------------ */

static void
say_offer(size_t number, const struct place *place)
{
	struct look look;

	look_at(&look, place, NULL);
	say_choice(number, place->consumer->title, look.identity.email != NULL ?
	    look.identity.email : _("unknown account"));
	look_release(&look);
}

/* The place as the command takes it, kept with the answers. */
static int
use_offer(struct plain *plain, struct cli *cli, const struct place *place,
    struct error *err)
{
	struct buffer label = BUFFER_INIT;
	char *operand;

	place_label(place, &label);
	operand = buffer_detach(&label, err);
	if (operand == NULL)
		return -1;
	plain->answer[plain->answers++] = operand;
	plain_operand(cli, operand);
	return 0;
}

int
plain_ask_import(struct plain *plain, struct cli *cli, struct error *err)
{
	struct places places = PLACES_INIT;
	char *answer = NULL;
	int at, result = -1;

	if (cli->operands > 0)
		return 0;
	if (import_offers(plain->app, &places, err) != 0)
		goto out;
	if (places.count == 0) {
		error_set(err, ERROR_NOT_FOUND, "%s", _("no program here has "
		    "a login that the store has not"));
		goto out;
	}
	cli_print(NULL, "%s", _("A login that is taken in moves into the "
	    "store, and a view takes its place: the program goes on working."));
	for (size_t i = 0; i < places.count; i++)
		say_offer(i + 1, &places.place[i]);
	answer = plain_ask(plain, _("Which one? Its number; Enter for none:"),
	    err);
	at = answer == NULL ? -1 : plain_choice(answer, places.count);
	if (at >= 0)
		result = use_offer(plain, cli, &places.place[at], err);
	else
		cancelled(err);
out:
	places_release(&places);
	return result;
}
