/*
 * Who did what, the newest first, and whether the log of it is whole.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/audit.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/page.h"
#include "ui/screen.h"

#define SHOWN 500		/* lines; the command shows all */
#define TABLE_FROM 60		/* columns: what happened to what has its own */
#define PROFILE_MAX 24		/* columns */
#define YEAR_LENGTH 5		/* "2026-", which is left out in few columns */
#define GAP 2

/* Strings are owned. */
struct row {
	char when[TIME_TEXT_SIZE];
	enum term_style style;
	char *event, *profile;
	char *text;		/* who, and how it went */
};

struct audit {
	struct scroll scroll;
	struct error err;
	enum audit_fault fault;
	bool torn;
	char *chain;		/* in words */
	size_t lines;		/* of the log */
	struct row row[SHOWN];
	size_t count;
};

static void
empty(struct audit *audit)
{
	for (size_t i = 0; i < audit->count; i++) {
		free(audit->row[i].event);
		free(audit->row[i].profile);
		free(audit->row[i].text);
	}
	memset(audit->row, 0, sizeof audit->row);
	free(audit->chain);
	audit->chain = NULL;
	audit->count = audit->lines = 0;
	audit->err.code = ERROR_NONE;
}

static char *
copy(const char *text, struct error *err)
{
	struct buffer out = BUFFER_INIT;

	buffer_add_string(&out, text != NULL ? text : "-");
	return buffer_detach(&out, err);
}

static void
fill_row(struct row *row, const struct app *app,
    const struct audit_entry *entry, struct audit_user *user,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;

	if (entry->at != TIME_UNKNOWN)
		app_time(app, row->when, entry->at);
	row->style = entry->result != NULL &&
	    strcmp(entry->result, "ok") == 0 ? STYLE_NORMAL : STYLE_WARNING;
	row->event = copy(entry->event, err);
	row->profile = copy(entry->profile, err);
	if (entry->json == NULL)
		buffer_add_string(&text, _("a line that cannot be read"));
	else {
		audit_add_who(&text, entry, user);
		buffer_add_string(&text, "  ");
		audit_add_result(&text, entry);
	}
	row->text = buffer_detach(&text, err);
}

static void
look(struct ui *ui, struct audit *audit)
{
	struct buffer chain = BUFFER_INIT;
	struct audit_user user = AUDIT_USER_INIT;
	struct audit_entry entry;
	struct audit_log log;

	empty(audit);
	if (audit_load(ui->app->store, &log, &audit->err) == 0) {
		audit->fault = log.chain.fault;
		audit->torn = log.chain.torn;
		audit->lines = log.count;
		audit_add_chain(&chain, &log);
		audit->chain = buffer_detach(&chain, &audit->err);
	}
	for (size_t i = log.count; i > 0 && audit->count < SHOWN &&
	    audit->err.code == ERROR_NONE; i--) {
		audit_entry_read(&log, i - 1, &entry, &audit->err);
		fill_row(&audit->row[audit->count++], ui->app, &entry, &user,
		    &audit->err);
		audit_entry_release(&entry);
	}
	audit_log_release(&log);
}

static const char *
title_of(const struct audit *audit)
{
	if (audit->err.code != ERROR_NONE || audit->lines == 0)
		return audit->fault == AUDIT_WHOLE ? _("Audit") :
		    _("Audit: the chain is broken");
	return audit->fault == AUDIT_WHOLE ? _("Audit: the chain is whole") :
	    _("Audit: the chain is broken");
}

/* How wide the columns are; 0, where there is no table. */
struct widths {
	int when, event, profile;
};

static void
widen(int *width, const char *text, int most)
{
	int columns = text_columns(text);

	if (columns > most)
		columns = most;
	if (columns > *width)
		*width = columns;
}

static const char *
when_of(const struct row *row, int columns)
{
	return columns >= TABLE_FROM || strlen(row->when) < YEAR_LENGTH ?
	    row->when : row->when + YEAR_LENGTH;
}

static struct widths
widths_of(const struct audit *audit, int columns)
{
	struct widths width = { 0, 0, 0 };

	for (size_t i = 0; i < audit->count; i++) {
		const struct row *row = &audit->row[i];

		widen(&width.when, when_of(row, columns), TIME_TEXT_SIZE);
		if (columns < TABLE_FROM)
			continue;
		widen(&width.event, row->event, PROFILE_MAX);
		widen(&width.profile, row->profile, PROFILE_MAX);
	}
	return width;
}

/* The beginning of a row, in columns; where its text begins. */
static int
draw_label(const struct page *page, const struct row *row,
    const struct widths *width)
{
	int line = page->used - page->scroll->skip;
	int event = width->when + GAP, profile = event + width->event + GAP;

	if (line >= 0 && line < page->lines) {
		term_text(1 + line, PAGE_COLUMN, width->when, STYLE_DIM,
		    when_of(row, page->columns));
		if (width->event > 0) {
			term_text(1 + line, PAGE_COLUMN + event, width->event,
			    row->style, row->event);
			term_text(1 + line, PAGE_COLUMN + profile,
			    width->profile, row->style, row->profile);
		}
	}
	return width->event > 0 ? profile + width->profile + GAP : event;
}

static void
draw_rows(struct page *page, const struct audit *audit)
{
	const struct widths width = widths_of(audit, page->columns);
	struct buffer text = BUFFER_INIT;

	for (size_t i = 0; i < audit->count; i++) {
		const struct row *row = &audit->row[i];
		int indent = draw_label(page, row, &width);

		buffer_clear(&text);
		if (width.event == 0)
			buffer_addf(&text, "%s %s ", row->event, row->profile);
		buffer_add_string(&text, row->text);
		page_text(page, indent, row->style, text.data);
	}
	buffer_release(&text);
}

static void
draw_older(struct page *page, const struct audit *audit)
{
	struct buffer text = BUFFER_INIT;
	size_t older = audit->lines - audit->count;

	buffer_addf(&text, ngettext("%zu older one: chatelaine audit",
	    "%zu older ones: chatelaine audit", older), older);
	page_text(page, 0, STYLE_DIM, text.data);
	buffer_release(&text);
}

static void
draw_audit(struct ui *ui, void *state)
{
	struct audit *audit = state;
	struct page page;

	(void)ui;
	page_begin(&page, &audit->scroll, title_of(audit));
	if (audit->err.code != ERROR_NONE)
		page_text(&page, 0, STYLE_BAD, audit->err.text);
	else {
		if (audit->fault != AUDIT_WHOLE || audit->torn) {
			page_text(&page, 0, audit->fault != AUDIT_WHOLE ?
			    STYLE_BAD : STYLE_WARNING, audit->chain);
			page_line(&page);
		}
		if (audit->lines == 0 && audit->fault == AUDIT_WHOLE)
			page_text(&page, 0, STYLE_DIM,
			    _("Nothing was done yet."));
		draw_rows(&page, audit);
		if (audit->lines > audit->count)
			draw_older(&page, audit);
	}
	page_end(&page, ON_AUDIT);
}

static void
act_audit(struct ui *ui, void *state, enum action action)
{
	struct audit *audit = state;

	if (scroll_act(&audit->scroll, action))
		return;
	switch (action) {
	case ACTION_LOOK:
		look(ui, audit);
		break;
	case ACTION_BACK:
		ui_pop(ui);
		break;
	default:
		break;
	}
}

static void
release_audit(void *state)
{
	empty(state);
	free(state);
}

static const struct screen_type audit_type = {
	.on = ON_AUDIT,
	.draw = draw_audit,
	.act = act_audit,
	.release = release_audit,
};

void
audit_open(struct ui *ui)
{
	struct audit *audit = calloc(1, sizeof *audit);

	if (audit == NULL)
		return;
	look(ui, audit);
	ui_push(ui, &audit_type, audit);
}
