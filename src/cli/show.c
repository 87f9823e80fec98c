#include "config.h"

#include "app/facts.h"
#include "app/login.h"
#include "app/shown.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/report.h"

static void
add_line(struct buffer *out, enum fact fact, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	text_add_padded(out, fact_label(fact), fact_columns() + 1);
	text_add_safe(out, value);
	buffer_add_char(out, '\n');
}

static void
add_time(struct buffer *out, const struct app *app, enum fact fact,
    int64_t when)
{
	char text[TIME_TEXT_SIZE];

	if (when == TIME_UNKNOWN)
		return;
	app_time(app, text, when);
	add_line(out, fact, text);
}

static void
add_targets(struct buffer *out, const struct profile *profile)
{
	for (size_t i = 0; i < profile->targets.count; i++)
		add_line(out, i == 0 ? FACT_USED_BY : FACTS,
		    profile->targets.name[i]);
}

static void
add_profile(struct buffer *out, const struct cli *cli,
    const struct profile *profile, int64_t now)
{
	const struct app *app = cli->app;
	struct buffer text = BUFFER_INIT;
	struct facts facts;

	facts_look(app, profile, &facts);
	add_line(out, FACT_PROFILE, profile->name);
	if (cli->chosen_by != NULL)
		add_line(out, FACT_CHOSEN_BY, *cli->chosen_by != '\0' ?
		    cli->chosen_by : _("the programs that show it"));
	add_line(out, FACT_ACCOUNT, profile->email);
	add_line(out, FACT_PLAN, status_plan(profile->plan));
	add_line(out, FACT_LABEL, profile->label);
	status_sentence(profile, now, &text);
	add_line(out, FACT_STATUS, text.data);
	add_time(out, app, FACT_ISSUED, facts.issued_at);
	add_time(out, app, FACT_ENDS, profile->expires_at);
	add_time(out, app, FACT_RENEWED, profile->last_refresh);
	add_time(out, app, FACT_SINCE, profile->created_at);
	add_line(out, FACT_RENEWED_BY, profile->owner != NULL ?
	    profile->owner : "chatelaine");
	add_line(out, FACT_LENT_TO, profile->owner_path);
	add_line(out, FACTS, facts.lent);
	add_targets(out, profile);
	add_line(out, FACT_REFUSAL, profile->refused_message);
	add_line(out, FACT_USER_ID, profile->user_id);
	add_line(out, FACT_ACCOUNT_ID, profile->account_id);
	buffer_clear(&text);
	buffer_addf(&text, "%s/%s", store_path(app->store), profile->name);
	add_line(out, FACT_FILES, text.data);
	for (size_t i = 0; i < facts.files.count; i++)
		add_line(out, FACTS, facts.files.name[i]);
	for (char *const *w = profile->warning; *w != NULL; w++)
		add_line(out, FACT_WARNING, *w);
	facts_release(&facts);
	buffer_release(&text);
}

/* For a prompt, which waits for it: nothing but the profile itself is read. */
static int
print_short(struct cli *cli, struct error *err)
{
	struct profile profile;
	char left[TIME_TEXT_SIZE];
	int result;

	result = login_load(cli->app, cli->operand[0], &profile, err);
	if (result == 0) {
		status_left(&profile, time_now(), left, sizeof left);
		result = cli_print(err, "%s %s", profile.name, left);
	}
	profile_release(&profile);
	return result;
}

int
cli_run_show(struct cli *cli, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct profile profile;
	struct json *object;
	int result = -1;

	if (cli->value[OPTION_SHORT] != NULL)
		return cli->value[OPTION_JSON] == NULL ?
		    print_short(cli, err) : error_set(err, ERROR_USAGE, "%s",
		    _("show takes either --short or --json"));

	if (login_load(cli->app, cli->operand[0], &profile, err) != 0 ||
	    shown_complete_one(cli->app, &profile, err) != 0)
		goto out;
	if (cli->value[OPTION_JSON] == NULL) {
		add_profile(&text, cli, &profile, time_now());
		result = cli_write(&text, err);
		goto out;
	}
	object = json_object();
	json_set_integer(object, "schema", 1);
	json_set_string(object, "chosen_by", cli->chosen_by == NULL ||
	    *cli->chosen_by != '\0' ? cli->chosen_by : "programs");
	report_profile(object, cli->app, &profile, time_now());
	if (json_print(object, JSON_LINE, &text, err) == 0) {
		buffer_add_char(&text, '\n');
		result = cli_write(&text, err);
	}
out:
	buffer_release(&text);
	profile_release(&profile);
	return result;
}
