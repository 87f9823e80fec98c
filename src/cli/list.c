#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/keep.h"
#include "app/listing.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/monitor.h"
#include "cli/report.h"

#define COLUMNS 6
#define COLUMN_MAX 40

/* What is written at once: a large store makes a long list. */
#define PIECE ((size_t)64 * 1024)
#define FIRST_PIECE ((size_t)4 * 1024)	/* a screen, which is waited for */

static int
write_text(struct buffer *text, struct error *err)
{
	if (cli_write(text, err) != 0)
		return -1;
	buffer_clear(text);
	return 0;
}

/* Writes @text when there is enough of it; *@enough is how much. */
static int
write_piece(struct buffer *text, size_t *enough, struct error *err)
{
	if (text->length < *enough && buffer_ok(text, NULL))
		return 0;
	*enough = PIECE;
	return write_text(text, err);
}

/* The line up to where the first profile stands; "]}" is still to come. */
static int
begin_json(struct cli *cli, struct buffer *text, struct error *err)
{
	struct json *object = json_object();
	struct buffer path = BUFFER_INIT;
	int result;

	report_store(cli->app, &path);
	json_set_integer(object, "schema", 1);
	json_set_buffer(object, "store", &path);
	json_set_array(object, "profiles");
	result = json_print(object, JSON_LINE, text, err);
	if (result == 0)
		text->data[text->length -= strlen("]}")] = '\0';
	buffer_release(&path);
	return result;
}

static int
add_json(struct cli *cli, const struct profile *profile, int64_t now,
    struct buffer *text, struct error *err)
{
	struct json *object = json_object();

	report_profile(object, cli->app, profile, now);
	return json_print(object, JSON_LINE, text, err);
}

static int
print_json(struct cli *cli, struct listing *list, int64_t now,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct profile view;
	const struct profile *p;
	size_t enough = FIRST_PIECE;
	bool first = true;
	int result = begin_json(cli, &text, err);

	for (size_t i = 0; i < list->count && result == 0; i++) {
		if (!report_is_of_tenant(listing_name(list, i),
		    cli->value[OPTION_TENANT]) ||
		    (p = listing_verified(list, i, &view)) == NULL)
			continue;
		if (!first)
			buffer_add_char(&text, ',');
		first = false;
		result = add_json(cli, p, now, &text, err);
		listing_drop(p, &view);
		if (result == 0)
			result = write_piece(&text, &enough, err);
	}
	buffer_add_string(&text, "]}\n");
	if (result == 0)
		result = write_text(&text, err);
	buffer_release(&text);
	return result;
}

/* One row of the table: what stands in its cells. */
static void
fill_row(const struct profile *profile, int64_t now,
    const char *cell[COLUMNS], char left[STATUS_LEFT_SIZE],
    struct buffer *used)
{
	status_left_signed(profile, now, NULL, left, STATUS_LEFT_SIZE);
	cell[0] = profile->name;
	cell[1] = profile->email != NULL ? profile->email : "-";
	cell[2] = profile->plan != NULL ? status_plan(profile->plan) : "-";
	cell[3] = status_word_of(profile, now);
	cell[4] = left;
	buffer_clear(used);
	store_names_join(&profile->targets, used);
	cell[5] = used->length > 0 ? used->data : "-";
}

/* A script reads whole names, a person has a screen. */
static void
widen_one(int *width, const char *text, bool whole)
{
	int columns = text_columns(text);

	if (columns > COLUMN_MAX && !whole && isatty(STDOUT_FILENO))
		columns = COLUMN_MAX;
	if (columns > *width)
		*width = columns;
}

static void
widen(int width[COLUMNS], const char *const cell[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++)
		widen_one(&width[i], cell[i], i == 0);
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

/* Of few profiles each column is as wide as what stands in it. Of many, what
 * comes first is not held back by what comes last: there it is as wide as what
 * the index knows of. */
static void
find_widths(struct cli *cli, struct listing *list, int64_t now,
    int width[COLUMNS])
{
	const char *tenant = cli->value[OPTION_TENANT], *cell[COLUMNS];
	struct buffer used = BUFFER_INIT;
	char left[STATUS_LEFT_SIZE];

	if (list->index != NULL) {
		listing_widths(list, &width[0], &width[1], &width[2]);
		for (int i = PROFILE_OK; i <= PROFILE_DAMAGED; i++)
			widen_one(&width[3],
			    status_word((enum profile_status)i), true);
		widen_one(&width[3], _("not readable"), true);
		width[4] = status_left_columns(NULL);
		for (int i = 1; i < 3; i++)
			if (width[i] > COLUMN_MAX && isatty(STDOUT_FILENO))
				width[i] = COLUMN_MAX;
	}
	for (size_t i = 0; list->index == NULL && i < list->count; i++) {
		if (!report_is_of_tenant(listing_name(list, i), tenant))
			continue;
		fill_row(listing_get(list, i), now, cell, left, &used);
		widen(width, cell);
	}
	buffer_release(&used);
}

static int
print_table(struct cli *cli, struct listing *list, int64_t now,
    struct error *err)
{
	const char *const header[COLUMNS] = { _("PROFILE"), _("ACCOUNT"),
	    _("PLAN"), _("STATUS"), _("ACCESS ENDS IN"),
	    _("USED BY") };
	const char *tenant = cli->value[OPTION_TENANT];
	const char *cell[COLUMNS];
	int width[COLUMNS] = { 0 }, result = 0;
	struct buffer text = BUFFER_INIT, used = BUFFER_INIT;
	const struct profile *p;
	size_t enough = FIRST_PIECE;
	struct profile view;
	char left[STATUS_LEFT_SIZE];

	find_widths(cli, list, now, width);
	widen(width, header);
	add_row(&text, width, header);
	for (size_t i = 0; i < list->count && result == 0; i++) {
		if (!report_is_of_tenant(listing_name(list, i), tenant) ||
		    (p = listing_verified(list, i, &view)) == NULL)
			continue;
		fill_row(p, now, cell, left, &used);
		add_row(&text, width, cell);
		listing_drop(p, &view);
		result = write_piece(&text, &enough, err);
	}
	if (result == 0)
		result = write_text(&text, err);
	buffer_release(&text);
	buffer_release(&used);
	return result;
}

/* What the table cannot say: for people, who read it now. */
static void
advise(struct cli *cli, const struct listing *list, int64_t now)
{
	struct buffer advice = BUFFER_INIT;

	if (!isatty(STDERR_FILENO))
		return;
	if (keep_command(cli->app, &advice) && listing_is_due(list, now))
		cli_hint(cli, _("chatelaine: nothing renews these logins in "
		    "time; to have it done: %s"), advice.data);
	buffer_release(&advice);
}

static bool
has_tenant(const struct listing *list, const char *tenant)
{
	for (size_t i = 0; i < list->count; i++)
		if (report_is_of_tenant(listing_name(list, i), tenant))
			return true;
	return false;
}

int
cli_run_list(struct cli *cli, struct error *err)
{
	struct listing list;
	int64_t now = time_now();
	int result;

	if (cli->value[OPTION_CHECK] != NULL)
		return monitor_list(cli, err);
	if (listing_load(cli->app, &list, NULL, err) != 0)
		return -1;
	if (cli->value[OPTION_JSON] != NULL)
		result = print_json(cli, &list, now, err);
	else if (list.count == 0)
		result = cli_say(cli, err, _("no profiles in %s; sign in: "
		    "chatelaine login NAME"), store_path(cli->app->store));
	else if (!has_tenant(&list, cli->value[OPTION_TENANT]))
		result = cli_say(cli, err, _("no profiles of the tenant '%s'; "
		    "'chatelaine list' shows all"),
		    cli->value[OPTION_TENANT]);
	else
		result = print_table(cli, &list, now, err);
	if (result == 0 && cli->value[OPTION_JSON] == NULL)
		advise(cli, &list, now);
	listing_save(&list);
	listing_release(&list);
	return result;
}
