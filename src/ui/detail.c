/*
 * All about one profile but its secrets: a screen, and a pane of the list.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define LABEL_COLUMNS 14		/* at least, where there is room */
#define OWN_INDENT 2		/* of a value in a line of its own */

/* A rectangle that is filled from the top, after @skip lines. */
struct pane {
	const struct app *app;
	int line, column, lines, columns;
	int skip, used;
};

/* In the next line of the pane, if that is in sight. */
static void
put(struct pane *pane, int indent, enum term_style style, const char *text)
{
	int at = pane->used - pane->skip;

	if (at >= 0 && at < pane->lines)
		term_text(pane->line + at, pane->column + indent,
		    pane->columns - indent, style, text);
}

/* What has no space in it, such as an id or a path, stands rather in a line of
 * its own than in two: so it can be copied. */
static bool
wants_own_line(const char *value, int width, int whole)
{
	int columns = text_columns(value);

	return strchr(value, ' ') == NULL && columns > width &&
	    columns <= whole;
}

static void
add(struct pane *pane, enum fact fact, enum term_style style,
    const char *value)
{
	int indent = fact_columns() + 1;
	size_t n, skip;

	if (indent > pane->columns / 2 && pane->columns > 2 * LABEL_COLUMNS)
		indent = pane->columns / 2;
	if (value == NULL || *value == '\0' || pane->columns <= indent)
		return;
	put(pane, 0, STYLE_DIM, fact_label(fact));
	if (text_columns(fact_label(fact)) >= indent || wants_own_line(value,
	    pane->columns - indent, pane->columns - OWN_INDENT)) {
		pane->used++;
		indent = OWN_INDENT;
	}
	for (; *value != '\0'; value += n + skip) {
		struct buffer part = BUFFER_INIT;

		n = text_wrap(value, pane->columns - indent, &skip);
		buffer_add(&part, value, n);
		put(pane, indent, style, part.data);
		pane->used++;
		buffer_release(&part);
	}
}

static void
add_time(struct pane *pane, enum fact fact, int64_t when)
{
	char text[TIME_TEXT_SIZE];

	if (when == TIME_UNKNOWN)
		return;
	app_time(pane->app, text, when);
	add(pane, fact, STYLE_NORMAL, text);
}

/* Of a lent one: its program renews it, and nobody else may. */
static const char *
step_of_lent(const struct profile *p, int64_t now)
{
	enum profile_reason reason;

	switch (profile_status(p, now, &reason)) {
	case PROFILE_EXPIRING_SOON:
	case PROFILE_EXPIRED:
		return _("its program renews it when it runs; L takes it back");
	case PROFILE_NEEDS_LOGIN:
	case PROFILE_DAMAGED:
		return _("L takes it back, then i signs in again");
	default:
		return _("L takes it back");
	}
}

const char *
detail_step(const struct ui *ui, const struct profile *p)
{
	if (p->forbidden)
		return status_other_user();
	if (p->owner != NULL)
		return step_of_lent(p, ui->now);
	switch (status_next(p, ui->now)) {
	case NEXT_NOTHING:
	case NEXT_OTHER_USER:	/* see above */
		break;
	case NEXT_REFRESH:
		return _("r renews it");
	case NEXT_LOGIN:
		return _("i signs in again");
	case NEXT_LOGIN_OR_WAIT:
		return _("r in the last hour, or i signs in again");
	}
	return "";
}

/* The files are looked at once after each load, not for each picture. */
static const struct facts *
facts_of(struct ui *ui, const struct profile *p)
{
	if (strcmp(ui->facts_of, p->name) != 0) {
		facts_release(&ui->facts);
		facts_look(ui->app, p, &ui->facts);
		strcpy(ui->facts_of, p->name);
	}
	return &ui->facts;
}

static void
add_files(struct pane *pane, const struct profile *p,
    const struct facts *facts)
{
	struct buffer text = BUFFER_INIT;

	app_add_path(&text, store_path(pane->app->store));
	buffer_addf(&text, "/%s", p->name);
	add(pane, FACT_FILES, STYLE_NORMAL, text.data);
	for (size_t i = 0; i < facts->files.count; i++)
		add(pane, FACTS, STYLE_NORMAL, facts->files.name[i]);
	buffer_release(&text);
}

int
detail_draw_in(struct ui *ui, const struct profile *p, int line, int column,
    int lines, int columns, int skip)
{
	struct pane pane = { ui->app, line, column, lines, columns, skip, 0 };
	const struct facts *facts = facts_of(ui, p);
	struct buffer text = BUFFER_INIT;

	add(&pane, FACT_PROFILE, STYLE_STRONG, p->name);
	add(&pane, FACT_ACCOUNT, STYLE_NORMAL, p->email);
	add(&pane, FACT_PLAN, STYLE_NORMAL, status_plan(p->plan));
	add(&pane, FACT_LABEL, STYLE_NORMAL, p->label);
	status_meaning(p, ui->now, &text);
	add(&pane, FACT_STATUS, STYLE_NORMAL, text.data);
	add(&pane, FACT_NEXT_STEP, STYLE_STRONG, detail_step(ui, p));
	add_time(&pane, FACT_ISSUED, facts->issued_at);
	add_time(&pane, FACT_ENDS, p->expires_at);
	add_time(&pane, FACT_RENEWED, p->last_refresh);
	add_time(&pane, FACT_SINCE, p->created_at);
	add(&pane, FACT_RENEWED_BY, STYLE_NORMAL, p->owner != NULL ?
	    p->owner : "chatelaine");
	buffer_clear(&text);
	if (p->owner_path != NULL)
		app_add_path(&text, p->owner_path);
	add(&pane, FACT_LENT_TO, STYLE_NORMAL, text.data);
	add(&pane, FACTS, STYLE_NORMAL, facts->lent);
	for (size_t i = 0; i < p->targets.count; i++)
		add(&pane, i == 0 ? FACT_USED_BY : FACTS, STYLE_NORMAL,
		    p->targets.name[i]);
	add(&pane, FACT_REFUSAL, STYLE_NORMAL, p->refused_message);
	add(&pane, FACT_USER_ID, STYLE_NORMAL, p->user_id);
	add(&pane, FACT_ACCOUNT_ID, STYLE_NORMAL, p->account_id);
	add_files(&pane, p, facts);
	for (char *const *w = p->warning; *w != NULL; w++)
		add(&pane, FACT_WARNING, STYLE_WARNING, *w);
	buffer_release(&text);
	return pane.used;
}

/* The screen keeps no profile: it shows the selected one. Its state is a struct
 * scroll. */

static void
draw_detail(struct ui *ui, void *state)
{
	struct scroll *scroll = state;
	const struct profile *p = ui_selected(ui);
	int lines, columns, used;

	term_size(&lines, &columns);
	term_box(0, 0, lines, columns, p == NULL ? "" : p->name);
	if (p == NULL)
		return;
	used = detail_draw_in(ui, p, 1, 2, lines - 3, columns - 4,
	    scroll->skip);
	scroll_fit(scroll, used, lines - 3);
	ui_draw_more(lines - 1, columns - 2, scroll_has_more(scroll));
	if (ui->message[0] != '\0' && lines > 6) {
		int wanted = term_wrapped_lines(columns - 4, ui->message);

		if (wanted > lines / 3)
			wanted = lines / 3;
		for (int i = 0; i < wanted; i++)
			term_text_padded(lines - 2 - wanted + i, 2,
			    columns - 4, STYLE_NORMAL, "");
		term_wrapped(lines - 2 - wanted, 2, columns - 4, wanted,
		    ui->message_style, ui->message);
	}
	ui_draw_keys(lines - 2, 2, columns - 4, ON_DETAIL);
}

static bool
detail_ticks(struct ui *ui, void *state)
{
	const struct profile *p = ui_selected(ui);

	(void)state;
	return p != NULL && p->expires_at > ui->now;
}

static void
act_detail(struct ui *ui, void *state, enum action action)
{
	const struct profile *p = ui_selected(ui);
	struct error err = ERROR_INIT;

	ui->message[0] = '\0';
	if (action == ACTION_BACK || action == ACTION_PANE || p == NULL) {
		ui_pop(ui);
		return;
	}
	if (scroll_act(state, action))
		return;
	switch (action) {
	case ACTION_USE:
		use_open(ui, p->name);
		break;
	case ACTION_LEND:
		lend_open(ui, p);
		break;
	case ACTION_RENAME:
		rename_open(ui, p->name);
		break;
	case ACTION_USAGE:
		usage_open(ui, p->name);
		break;
	case ACTION_EXPORT:
		export_open(ui, p->name);
		break;
	case ACTION_REFRESH:
		if (!ui_is_busy(ui))
			ui_start_job(ui, job_refresh(ui->app, p->name, 0, &err),
			    p->name, &ui_renewing, &err);
		break;
	case ACTION_LOGIN:
		if (!ui_is_busy(ui))
			login_begin(ui, p->name);
		break;
	case ACTION_DELETE:
		if (!ui_is_busy(ui))
			delete_open(ui, p->name);
		break;
	case ACTION_MESSAGES:
		messages_open(ui);
		break;
	default:
		break;
	}
}

static const struct screen_type detail_type = {
	.on = ON_DETAIL,
	.draw = draw_detail,
	.act = act_detail,
	.ticks = detail_ticks,
	.release = free,
};

void
detail_open(struct ui *ui)
{
	struct scroll *scroll = calloc(1, sizeof *scroll);

	if (scroll != NULL)
		ui_push(ui, &detail_type, scroll);
}
