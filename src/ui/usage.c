/*
 * How much of its plan a login has used up: what was fetched last, and, since
 * one asks by coming here, what the backend says now.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/status.h"
#include "app/usage.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/page.h"
#include "ui/screen.h"

#define BAR_CELLS 10
#define PERCENT_COLUMNS 6
#define RESETS_COLUMNS 18	/* "resets in 23h 59m" */
#define LABEL_MOST 24
#define NEARLY_ALL 80		/* percent */

struct asked {
	char name[STORE_NAME_MAX + 1];
	struct scroll scroll;
	bool known;
	struct usage_record record;
	char plan[USAGE_RECORD_TEXT + 1];
	bool fetching;
	struct error err;	/* of the last try */
};

static const struct ui_work fetching = {
	N_("Asking for the usage of '%s'..."),
	N_("the usage of '%s' is still being asked for; one at a time"),
	N_("the usage of '%s' is fetched"),
};

static void
load(struct ui *ui, struct asked *usage)
{
	struct profile profile;

	usage->known = false;
	if (profile_load(ui->app->store, usage->name, &profile,
	    &usage->err) == 0) {
		usage->known = usage_kept(ui->app, &profile, &usage->record,
		    NULL) == 0;
		/* What the backend says counts; the token's word is older. */
		usage_copy(usage->plan, usage->known &&
		    usage->record.plan[0] != '\0' ? usage->record.plan :
		    profile.plan);
	}
	profile_release(&profile);
}

/* --- Drawing ------------------------------------------------------------- */

static enum term_style
style_of(int percent)
{
	return percent >= 100 ? STYLE_BAD : percent >= NEARLY_ALL ?
	    STYLE_WARNING : STYLE_NORMAL;
}

static void
draw_bar(int line, int column, int percent)
{
	int cells = usage_cells(percent, BAR_CELLS);

	for (int i = 0; i < BAR_CELLS; i++)
		term_text(line, column + i, 1, style_of(percent),
		    term_glyph(i < cells ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY));
}

static void
draw_percent(int line, int column, int percent)
{
	if (percent == USAGE_NOT_KNOWN)
		term_text(line, column, PERCENT_COLUMNS, STYLE_DIM, "     ?");
	else
		term_textf(line, column, PERCENT_COLUMNS, style_of(percent),
		    " %4d%%", percent);
}

/* In one line; or, where there is no room, the reset in a line of its own. */
static void
draw_limit(struct page *page, const struct usage_limit *limit, int columns,
    int64_t now)
{
	int at = PAGE_COLUMN, line = page_line(page), wanted;
	char label[USAGE_LABEL_SIZE], resets[TIME_TEXT_SIZE];
	bool narrow;

	usage_limit_label(label, limit);
	usage_resets(resets, limit, now);
	wanted = text_columns(resets);
	narrow = page->columns < columns + 2 + BAR_CELLS + PERCENT_COLUMNS +
	    2 + (wanted > RESETS_COLUMNS ? wanted : RESETS_COLUMNS);
	if (line >= 0) {
		term_text(line, at, columns, STYLE_STRONG, label);
		at += columns + 2;
		draw_bar(line, at, limit->percent);
		draw_percent(line, at + BAR_CELLS, limit->percent);
	}
	at = PAGE_COLUMN + columns + 2;
	if (narrow)
		line = page_line(page);
	else
		at += BAR_CELLS + PERCENT_COLUMNS + 2;
	if (line >= 0)
		term_text(line, at, page->columns + PAGE_COLUMN - at,
		    STYLE_DIM, resets);
}

static void
draw_row(struct page *page, int columns, enum term_style style,
    const char *label, const char *value)
{
	int line = page_line(page), at = PAGE_COLUMN + columns + 2;

	if (line < 0)
		return;
	term_text(line, PAGE_COLUMN, columns, STYLE_STRONG, label);
	term_text(line, at, page->columns + PAGE_COLUMN - at, style, value);
}

static void
draw_record(struct page *page, const struct usage_record *record, int64_t now)
{
	const char *credits = usage_credits(record);
	int columns = usage_label_columns(record, LABEL_MOST);

	page_line(page);
	for (size_t i = 0; i < record->limits; i++)
		draw_limit(page, &record->limit[i], columns, now);
	if (record->limits == 0)
		draw_row(page, columns, STYLE_NORMAL, _("limits"),
		    _("none told"));
	if (record->limit_reached == 1)
		draw_row(page, columns, STYLE_BAD, _("limit"), _("reached"));
	if (credits != NULL)
		draw_row(page, columns, STYLE_NORMAL, _("credits"), credits);
}

/* The plan, and how old it is. */
static void
draw_head(struct page *page, const struct asked *usage, int64_t now)
{
	struct buffer text = BUFFER_INIT;
	char age[TIME_TEXT_SIZE];

	buffer_add_string(&text, status_plan(usage->plan));
	if (text.length > 0)
		buffer_addf(&text, " %s ", term_glyph(GLYPH_DOT));
	if (usage->known) {
		usage_age(age, &usage->record, now);
		/* TRANSLATORS: "fetched just now", "fetched 5m ago". */
		buffer_addf(&text, _("fetched %s"), age);
	} else
		buffer_add_string(&text, _("not fetched yet"));
	page_text(page, 0, STYLE_NORMAL, text.data);
	buffer_release(&text);
}

/* What helps is a key, where the list has one for it. */
static void
add_error(const struct ui *ui, const struct asked *usage, struct buffer *out)
{
	const struct profile *p = ui_selected(ui);
	const char *step = p == NULL || usage->err.step[0] == '\0' ? "" :
	    detail_step(ui, p);

	if (*step == '\0')
		ui_error_words(&usage->err, out);
	else {
		buffer_add_string(out, usage->err.text);
		buffer_addf(out, _("; after Esc, %s"), step);
	}
}

static void
draw_usage(struct ui *ui, void *state)
{
	struct asked *usage = state;
	struct buffer text = BUFFER_INIT;
	char title[STORE_NAME_MAX + 200];
	struct page page;

	snprintf(title, sizeof title, "%s %s %s", _("Usage"),
	    term_glyph(GLYPH_DOT), usage->name);
	page_begin(&page, &usage->scroll, title);
	draw_head(&page, usage, ui->now);
	/* Before the numbers: what they are worth. */
	if (usage->fetching)
		page_text(&page, 0, STYLE_DIM, _("Asking the backend..."));
	else if (usage->err.code != ERROR_NONE) {
		add_error(ui, usage, &text);
		page_text(&page, 0, STYLE_BAD, text.data);
	}
	if (usage->known)
		draw_record(&page, &usage->record, ui->now);
	page_end(&page, usage->fetching ? ON_FETCHING : ON_USAGE);
	buffer_release(&text);
}

/* --- Doing --------------------------------------------------------------- */

static const struct screen_type usage_type, fetching_type;

static void
fetch(struct ui *ui, struct asked *usage)
{
	usage->err.code = ERROR_NONE;
	if (ui_is_busy(ui))
		error_set(&usage->err, ERROR_BUSY, "%s", ui->message);
	else
		usage->fetching = ui_start_job(ui, job_usage(ui->app,
		    usage->name, &usage->err), usage->name, &fetching,
		    &usage->err);
	ui->message[0] = '\0';	/* it is told here */
	if (usage->fetching)
		ui_retype(ui, usage, &fetching_type);
}

static void
end(struct ui *ui, struct asked *usage)
{
	usage->fetching = false;
	ui_retype(ui, usage, &usage_type);
}

static void
job_on_usage(struct ui *ui, void *state)
{
	struct asked *usage = state;
	const struct job_view *view = job_view(ui->job);

	if (view->state == JOB_FAILED)
		usage->err = view->error;
	else if (view->state == JOB_DONE)
		load(ui, usage);
	else
		return;
	end(ui, usage);
}

static void
act_usage(struct ui *ui, void *state, enum action action)
{
	struct asked *usage = state;

	if (scroll_act(&usage->scroll, action))
		return;
	switch (action) {
	case ACTION_FETCH:
		fetch(ui, usage);
		break;
	case ACTION_CANCEL:
		ui_drop_job(ui);
		end(ui, usage);
		break;
	case ACTION_BACK:
		ui_pop(ui);
		break;
	default:
		break;
	}
}

static const struct screen_type usage_type = {
	.on = ON_USAGE,
	.draw = draw_usage,
	.act = act_usage,
	.release = free,
};

/* Only then is the job that runs its own. */
static const struct screen_type fetching_type = {
	.on = ON_FETCHING,
	.draw = draw_usage,
	.act = act_usage,
	.job = job_on_usage,
	.release = free,
};

void
usage_open(struct ui *ui, const char *name)
{
	struct asked *usage = calloc(1, sizeof *usage);

	if (usage == NULL)
		return;
	snprintf(usage->name, sizeof usage->name, "%s", name);
	load(ui, usage);
	ui_push(ui, &usage_type, usage);
	if (usage->err.code == ERROR_NONE)
		fetch(ui, usage);
}
