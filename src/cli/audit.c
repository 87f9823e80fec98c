#include "config.h"

#include "app/audit.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "storage/record.h"

#define COLUMNS 5

/* What has no time is shown whenever one asks. */
static bool
is_since(const struct audit_entry *entry, int64_t since)
{
	return entry->at == TIME_UNKNOWN || entry->at >= since;
}

/* --- JSON ----------------------------------------------------------------- */

static void
set_number(struct json *object, const char *key, int64_t value)
{
	if (value < 0)
		json_set_null(object, key);
	else
		json_set_integer(object, key, value);
}

static int
add_object(struct buffer *out, struct json *object, struct error *err)
{
	if (json_print(object, JSON_LINE, out, err) != 0)
		return -1;
	buffer_add_char(out, '\n');
	return 0;
}

static int
add_entry(struct buffer *out, const struct audit_entry *entry,
    struct error *err)
{
	struct json *object = json_object();

	json_set_integer(object, "schema", 1);
	record_set_time(object, "at", entry->at);
	json_set_string(object, "event", entry->event);
	json_set_string(object, "profile", entry->profile);
	json_set_string(object, "result", entry->result);
	set_number(object, "status", entry->status);
	json_set_string(object, "detail", entry->detail);
	set_number(object, "uid", entry->uid);
	set_number(object, "pid", entry->pid);
	json_set_string(object, "tty", entry->tty);
	json_set_string(object, "host", entry->host);
	return add_object(out, object, err);
}

static int
add_chain(struct buffer *out, const struct audit_log *log, struct error *err)
{
	const struct audit_chain *chain = &log->chain;
	struct json *object = json_object();
	struct buffer words = BUFFER_INIT;

	audit_add_chain(&words, log);
	json_set_integer(object, "schema", 1);
	json_set_string(object, "chain", chain->fault == AUDIT_WHOLE ?
	    "whole" : "broken");
	json_set_integer(object, "lines", (int64_t)log->count);
	json_set_integer(object, "unchained", (int64_t)chain->unchained);
	json_set_bool(object, "torn", chain->torn);
	json_set_string(object, "fault", audit_fault_word(chain->fault));
	json_set_string(object, "file", chain->fault == AUDIT_WHOLE ? NULL :
	    chain->file);
	set_number(object, "line", chain->line == 0 ? -1 :
	    (int64_t)chain->line);
	json_set_buffer(object, "message", &words);
	buffer_release(&words);
	return add_object(out, object, err);
}

static int
print_json(const struct audit_log *log, int64_t since, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct audit_entry entry;
	int result = 0;

	for (size_t i = 0; i < log->count && result == 0; i++) {
		result = audit_entry_read(log, i, &entry, err);
		if (result == 0 && is_since(&entry, since))
			result = add_entry(&text, &entry, err);
		audit_entry_release(&entry);
	}
	if (result == 0)
		result = add_chain(&text, log, err);
	if (result == 0)
		result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

/* --- For people ----------------------------------------------------------- */

/* One row, and what its cells are made of. */
struct row {
	const struct app *app;
	struct audit_user user;
	char when[TIME_TEXT_SIZE];
	struct buffer who, result;
	const char *cell[COLUMNS];
};

#define ROW_INIT(app) \
	{ app, AUDIT_USER_INIT, "", BUFFER_INIT, BUFFER_INIT, { NULL } }

static void
fill_row(struct row *row, const struct audit_entry *entry)
{
	row->when[0] = '\0';
	if (entry->at != TIME_UNKNOWN)
		app_time(row->app, row->when, entry->at);
	buffer_clear(&row->who);
	buffer_clear(&row->result);
	audit_add_who(&row->who, entry, &row->user);
	audit_add_result(&row->result, entry);
	row->cell[0] = row->when[0] != '\0' ? row->when : "-";
	row->cell[1] = entry->event != NULL ? entry->event : "-";
	row->cell[2] = entry->profile != NULL ? entry->profile : "-";
	row->cell[3] = row->who.data;
	row->cell[4] = row->result.data;
}

static void
widen(int width[COLUMNS], const char *const cell[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++) {
		int columns = text_columns(cell[i]);

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
	text_add_safe(out, cell[COLUMNS - 1]);
	buffer_add_char(out, '\n');
}

/* Goes over the lines: to see how wide they are, or to add them. 1 if there
 * are any, 0, or -1. */
static int
each_row(const struct app *app, const struct audit_log *log, int64_t since,
    int width[COLUMNS], struct buffer *out, struct error *err)
{
	struct row row = ROW_INIT(app);
	struct audit_entry entry;
	int result = 0;

	for (size_t i = 0; i < log->count && result >= 0; i++) {
		if (audit_entry_read(log, i, &entry, err) != 0)
			result = -1;
		else if (is_since(&entry, since)) {
			fill_row(&row, &entry);
			if (out == NULL)
				widen(width, row.cell);
			else
				add_row(out, width, row.cell);
			result = buffer_ok(&row.who, err) &&
			    buffer_ok(&row.result, err) ? 1 : -1;
		}
		audit_entry_release(&entry);
	}
	buffer_release(&row.who);
	buffer_release(&row.result);
	return result;
}

static int
print_text(const struct app *app, const struct audit_log *log, int64_t since,
    struct error *err)
{
	const char *const header[COLUMNS] = { _("TIME"), _("EVENT"),
	    _("PROFILE"), _("WHO"), _("RESULT") };
	struct buffer text = BUFFER_INIT, words = BUFFER_INIT;
	int width[COLUMNS] = { 0 }, result;

	widen(width, header);
	result = each_row(app, log, since, width, NULL, err);
	if (result > 0) {
		add_row(&text, width, header);
		result = each_row(app, log, since, width, &text, err);
	}
	audit_add_chain(&words, log);
	if (result < 0 || !buffer_ok(&words, err)) {
		result = -1;
		goto out;
	}
	if (log->chain.fault == AUDIT_WHOLE) {
		text_add_safe(&text, words.data);
		buffer_add_char(&text, '\n');
	}
	result = cli_write(&text, err);
	if (result == 0 && log->chain.fault != AUDIT_WHOLE) {
		error_set(err, ERROR_FAILED, "%s", words.data);
		result = error_step(err, "%s",
		    _("what helps: chatelaine doctor"));
	}
out:
	buffer_release(&words);
	buffer_release(&text);
	return result;
}

int
cli_run_audit(struct cli *cli, struct error *err)
{
	const char *given = cli->value[OPTION_SINCE];
	struct audit_log log;
	int64_t since = 0;
	int result;

	if (given != NULL && time_parse_point(given, time_now(), &since) != 0)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is no time; they look like 2026-12-03, "
		    "2026-12-03T13:58:00Z, 10m, 48h, 2d"), given);
	result = audit_load(cli->app->store, &log, err);
	if (result == 0 && cli->value[OPTION_JSON] != NULL) {
		result = print_json(&log, since, err);
		if (result == 0 && log.chain.fault != AUDIT_WHOLE)
			cli->status = ERROR_FAILED;
	} else if (result == 0)
		result = print_text(cli->app, &log, since, err);
	audit_log_release(&log);
	return result;
}
