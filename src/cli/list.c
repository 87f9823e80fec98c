#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/keep.h"
#include "app/login.h"
#include "app/shown.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/report.h"

#define COLUMNS 6
#define COLUMN_MAX 40
#define CELL_MAX 64

/* "acme/x" is of tenant "acme". */
static bool
is_of_tenant(const struct profile *profile, const char *tenant)
{
	size_t n;

	if (tenant == NULL)
		return true;
	n = strlen(tenant);
	return strncmp(profile->name, tenant, n) == 0 &&
	    profile->name[n] == '/';
}

static size_t
count_of(const struct profile_list *list, const char *tenant)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += is_of_tenant(&list->profile[i], tenant);
	return count;
}

static int
print_json(struct cli *cli, const struct profile_list *list, int64_t now,
    struct error *err)
{
	struct json *object = json_object(), *profiles;
	struct buffer text = BUFFER_INIT, path = BUFFER_INIT;
	int result = -1;

	report_store(cli->app, &path);
	json_set_integer(object, "schema", 1);
	json_set_string(object, "store", path.data);
	profiles = json_set_array(object, "profiles");
	for (size_t i = 0; i < list->count; i++)
		if (is_of_tenant(&list->profile[i], cli->value[OPTION_TENANT]))
			report_profile(json_append_object(profiles), cli->app,
			    &list->profile[i], now);
	if (json_print(object, JSON_LINE, &text, err) == 0) {
		buffer_add_char(&text, '\n');
		result = cli_write(&text, err);
	}
	buffer_release(&text);
	buffer_release(&path);
	return result;
}

/* One row of the table: what stands in its cells. */
static void
fill_row(const struct profile *profile, int64_t now,
    const char *cell[COLUMNS], char left[CELL_MAX], struct buffer *used)
{
	enum profile_reason reason;
	size_t n;

	status_left(profile, now, left, CELL_MAX);
	n = strlen(left);
	if (profile->warning[0] != NULL)
		snprintf(left + n, CELL_MAX - n, " !");
	cell[0] = profile->name;
	cell[1] = profile->email != NULL ? profile->email : "-";
	cell[2] = profile->plan != NULL ? status_plan(profile->plan) : "-";
	cell[3] = status_word(profile_status(profile, now, &reason));
	cell[4] = left;
	buffer_clear(used);
	for (size_t i = 0; i < profile->targets.count; i++)
		buffer_addf(used, "%s%s", i > 0 ? " " : "",
		    profile->targets.name[i]);
	cell[5] = used->length > 0 ? used->data : "-";
}

static void
widen(int width[COLUMNS], const char *const cell[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++) {
		int columns = text_columns(cell[i]);

		/* A script reads whole names, a person has a screen. */
		if (columns > COLUMN_MAX && i > 0 && isatty(STDOUT_FILENO))
			columns = COLUMN_MAX;
		if (columns > width[i])
			width[i] = columns;
	}
}

static void
add_row(struct buffer *out, const int width[COLUMNS],
    const char *const cell[COLUMNS])
{
	for (int i = 0; i < COLUMNS - 1; i++) {
		text_add_padded(out, cell[i], width[i]);
		buffer_add_string(out, "  ");
	}
	text_add_clipped(out, cell[COLUMNS - 1], COLUMN_MAX);
	buffer_add_char(out, '\n');
}

static int
print_table(struct cli *cli, const struct profile_list *list, int64_t now,
    struct error *err)
{
	const char *const header[COLUMNS] = { _("PROFILE"), _("ACCOUNT"),
	    _("PLAN"), _("STATUS"), _("ACCESS ENDS IN"),
	    _("USED BY") };
	const char *tenant = cli->value[OPTION_TENANT];
	const char *cell[COLUMNS];
	int width[COLUMNS] = { 0 }, result;
	struct buffer text = BUFFER_INIT, used = BUFFER_INIT;
	char left[CELL_MAX];

	widen(width, header);
	for (size_t i = 0; i < list->count; i++) {
		fill_row(&list->profile[i], now, cell, left, &used);
		if (is_of_tenant(&list->profile[i], tenant))
			widen(width, cell);
	}
	add_row(&text, width, header);
	for (size_t i = 0; i < list->count; i++) {
		fill_row(&list->profile[i], now, cell, left, &used);
		if (is_of_tenant(&list->profile[i], tenant))
			add_row(&text, width, cell);
	}
	result = cli_write(&text, err);
	buffer_release(&text);
	buffer_release(&used);
	return result;
}

/* What the table cannot say: for people, who read it now. */
static void
advise(struct cli *cli, const struct profile_list *list, int64_t now)
{
	struct buffer advice = BUFFER_INIT;

	if (!isatty(STDERR_FILENO))
		return;
	if (keep_advice(cli->app, list, now, &advice))
		cli_note(_("chatelaine: nothing renews these logins in time; "
		    "to have it done: %s"), advice.data);
	buffer_release(&advice);
}

int
cli_run_list(struct cli *cli, struct error *err)
{
	struct profile_list list;
	int64_t now = time_now();
	int result;

	if (login_load_all(cli->app, &list, err) != 0)
		return -1;
	if (shown_complete(cli->app, &list, err) != 0) {
		profile_list_release(&list);
		return -1;
	}
	if (cli->value[OPTION_JSON] != NULL)
		result = print_json(cli, &list, now, err);
	else if (count_of(&list, cli->value[OPTION_TENANT]) == 0 &&
	    list.count > 0)
		result = cli_say(err, _("no profiles of the tenant '%s'; "
		    "'chatelaine list' shows all"),
		    cli->value[OPTION_TENANT]);
	else if (list.count == 0)
		result = cli_say(err, _("no profiles in %s; sign in: "
		    "chatelaine login NAME"), store_path(cli->app->store));
	else
		result = print_table(cli, &list, now, err);
	if (result == 0 && cli->value[OPTION_JSON] == NULL)
		advise(cli, &list, now);
	profile_list_release(&list);
	return result;
}
