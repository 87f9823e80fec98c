#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/job.h"
#include "app/status.h"
#include "app/usage.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "storage/record.h"

#define BAR_CELLS 10
#define LABEL_MAX 32	/* columns */

/* A profile, and what was last fetched of it. */
struct entry {
	const struct profile *profile;
	bool known;
	struct usage_record record;
};

static void
load(const struct app *app, const struct profile *profile,
    struct entry *entry)
{
	entry->profile = profile;
	entry->known = usage_kept(app, profile, &entry->record, NULL) == 0;
	if (!entry->known)
		memset(&entry->record, 0, sizeof entry->record);
}

/* What the backend says of the plan counts; the token's word is older. */
static const char *
plan_of(const struct entry *entry)
{
	return entry->record.plan[0] != '\0' ? entry->record.plan :
	    entry->profile->plan;
}

/* --- JSON ---------------------------------------------------------------- */

static void
report_limit(struct json *object, const struct usage_limit *limit,
    int64_t now)
{
	usage_set_text(object, "limit", limit->name);
	usage_set_text(object, "label", limit->label);
	usage_set_number(object, "used_percent", limit->percent);
	usage_set_number(object, "window_seconds", limit->seconds);
	record_set_time(object, "resets_at", limit->resets_at);
	if (limit->resets_at == TIME_UNKNOWN)
		json_set_null(object, "resets_in");
	else
		json_set_integer(object, "resets_in", limit->resets_at - now);
}

static void
report(struct json *object, const struct entry *entry, int64_t now)
{
	const struct usage_record *record = &entry->record;
	struct json *windows;

	json_set_string(object, "name", entry->profile->name);
	json_set_string(object, "plan", plan_of(entry));
	record_set_time(object, "fetched_at", record->fetched_at);
	windows = json_set_array(object, "windows");
	for (size_t i = 0; i < record->limits; i++)
		report_limit(json_append_object(windows), &record->limit[i],
		    now);
	usage_set_credits(object, record);
	usage_set_flag(object, "limit_reached", entry->known ?
	    record->limit_reached : USAGE_NOT_KNOWN);
}

static int
print_json(const struct app *app, const struct profile *profile, size_t count,
    struct buffer *out, struct error *err)
{
	struct json *object = json_object(), *profiles;
	int64_t now = time_now();
	struct entry entry;

	json_set_integer(object, "schema", 1);
	profiles = json_set_array(object, "profiles");
	for (size_t i = 0; i < count; i++) {
		load(app, &profile[i], &entry);
		report(json_append_object(profiles), &entry, now);
	}
	if (json_print(object, JSON_LINE, out, err) != 0)
		return -1;
	buffer_add_char(out, '\n');
	return 0;
}

/* --- For people ---------------------------------------------------------- */

static void
add_label(struct buffer *out, const char *label, int columns)
{
	buffer_add_string(out, "  ");
	text_add_padded(out, label, columns);
	buffer_add_string(out, "  ");
}

static void
add_bar(struct buffer *out, int percent)
{
	const char *full = text_is_utf8() ? "\xe2\x96\xb0" : "#";
	const char *empty = text_is_utf8() ? "\xe2\x96\xb1" : "-";
	int cells = usage_cells(percent, BAR_CELLS);

	for (int i = 0; i < BAR_CELLS; i++)
		buffer_add_string(out, i < cells ? full : empty);
}

static void
add_limit(struct buffer *out, const struct usage_limit *limit, int columns,
    bool bars, int64_t now)
{
	char label[USAGE_LABEL_SIZE], resets[TIME_TEXT_SIZE];

	usage_limit_label(label, limit);
	add_label(out, label, columns);
	if (bars)
		add_bar(out, limit->percent);
	if (limit->percent == USAGE_NOT_KNOWN)
		buffer_add_string(out, "     ?");
	else
		buffer_addf(out, " %4d%%", limit->percent);
	usage_resets(resets, limit, now);
	if (resets[0] != '\0')
		buffer_add_string(out, "  ");
	text_add_safe(out, resets);
	buffer_add_char(out, '\n');
}

static void
add_row(struct buffer *out, const char *label, const char *value, int columns)
{
	add_label(out, label, columns);
	text_add_safe(out, value);
	buffer_add_char(out, '\n');
}

static void
add_entry(struct buffer *out, const struct entry *entry, bool bars,
    int64_t now)
{
	const struct usage_record *record = &entry->record;
	const char *plan = status_plan(plan_of(entry));
	const char *credits = usage_credits(record);
	int columns = usage_label_columns(record, LABEL_MAX);
	char age[TIME_TEXT_SIZE];

	usage_age(age, record, now);
	text_add_safe(out, entry->profile->name);
	if (*plan != '\0') {
		buffer_add_string(out, "  ");
		text_add_safe(out, plan);
	}
	buffer_add_string(out, "  ");
	text_add_safe(out, entry->known ? age : _("not fetched yet"));
	buffer_add_char(out, '\n');
	for (size_t i = 0; i < record->limits; i++)
		add_limit(out, &record->limit[i], columns, bars, now);
	if (entry->known && record->limits == 0)
		add_row(out, _("limits"), _("none told"), columns);
	if (record->limit_reached == 1)
		add_row(out, _("limit"), _("reached"), columns);
	if (credits != NULL)
		add_row(out, _("credits"), credits, columns);
}

static void
print_text(const struct cli *cli, const struct profile *profile, size_t count,
    struct buffer *out)
{
	int64_t now = time_now();
	struct entry entry;
	bool missing = false;

	for (size_t i = 0; i < count; i++) {
		load(cli->app, &profile[i], &entry);
		add_entry(out, &entry, !cli->plain, now);
		missing = missing || !entry.known;
	}
	if (missing)
		buffer_addf(out, "%s\n",
		    _("to fetch it: chatelaine usage NAME"));
}

/* --- The command --------------------------------------------------------- */

static int
print(struct cli *cli, const struct profile *profile, size_t count,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = 0;

	if (cli->value[OPTION_JSON] != NULL)
		result = print_json(cli->app, profile, count, &text, err);
	else
		print_text(cli, profile, count, &text);
	if (result == 0)
		result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

static int
fetch(struct cli *cli, const char *name, struct error *err)
{
	struct job *job = job_usage(cli->app, name, err);
	int result;

	if (job == NULL)
		return -1;
	interrupt_catch();
	result = job_run(job, &interrupt_flag, NULL, NULL, err);
	job_free(job);
	return result;
}

/* A name is what asks for the network. */
static int
show_one(struct cli *cli, const char *name, struct error *err)
{
	struct profile profile;
	int result = -1;

	if (fetch(cli, name, err) != 0)
		return -1;
	if (profile_load(cli->app->store, name, &profile, err) == 0)
		result = print(cli, &profile, 1, err);
	profile_release(&profile);
	return result;
}

int
cli_run_usage(struct cli *cli, struct error *err)
{
	struct profile_list list;
	int result;

	if (cli->operands > 0)
		return show_one(cli, cli->operand[0], err);
	if (profile_load_all(cli->app->store, &list, err) != 0)
		return -1;
	if (list.count == 0 && cli->value[OPTION_JSON] == NULL)
		result = cli_say(cli, err, _("no profiles in %s; sign in: "
		    "chatelaine login NAME"), store_path(cli->app->store));
	else
		result = print(cli, list.profile, list.count, err);
	profile_list_release(&list);
	return result;
}
