/*
 * The list: the bottom of all screens.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/remove.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/screen.h"

#define PANE_FROM 110		/* columns: details stand beside the list */
#define LEFT_COLUMNS 18
#define PLAN_COLUMNS 10
#define NAME_MOST 28
#define ACCOUNT_LEAST 12

/* Where everything stands, for a size of the screen. */
struct layout {
	int lines, columns;
	int width;		/* of the list */
	int name, account, plan, left;	/* widths; 0: not shown */
	int first, rows;	/* the rows of profiles */
	int message, selected, keys;	/* lines; -1: no room */
	int message_lines;
};

/* A message gets the lines that it needs, for its end is the next step; but no
 * more than the list can do without. */
static int
message_lines(const struct ui *ui, int lines, int columns)
{
	int wanted = term_wrapped_lines(columns, ui->message);
	int most = lines >= 20 ? 4 : lines >= 12 ? 3 : lines >= 9 ? 2 : 1;

	return wanted < 1 ? 1 : wanted > most ? most : wanted;
}

static void
lay_out(const struct ui *ui, struct layout *l)
{
	int rest;

	term_size(&l->lines, &l->columns);
	l->width = l->columns >= PANE_FROM ? l->columns * 3 / 5 : l->columns;
	l->name = 8;
	for (size_t i = 0; i < ui->list.count; i++) {
		int n = text_columns(ui->list.profile[i].name);

		if (n > l->name)
			l->name = n > NAME_MOST ? NAME_MOST : n;
	}
	/* Columns go by priority: name, end, plan, account. */
	rest = l->width - 3;
	if (l->name > rest)
		l->name = rest;
	rest -= l->name + 2;
	l->left = rest < LEFT_COLUMNS ? (rest > 0 ? rest : 0) : LEFT_COLUMNS;
	rest -= l->left + 2;
	l->plan = rest >= PLAN_COLUMNS ? PLAN_COLUMNS : 0;
	rest -= l->plan > 0 ? l->plan + 2 : 0;
	l->account = rest >= ACCOUNT_LEAST ? rest : 0;
	if (l->account > 40)
		l->account = 40;
	l->keys = l->lines - 1;
	l->selected = l->lines >= 6 ? l->lines - 2 : -1;
	l->message_lines = message_lines(ui, l->lines, l->columns - 2);
	l->message = l->lines >= 8 ? l->lines - 2 - l->message_lines :
	    l->selected;
	l->first = l->lines >= 5 ? 2 : l->lines >= 3 ? 1 : 0;
	l->rows = (l->message >= 0 ? l->message : l->keys) - l->first;
	if (l->rows < 1)
		l->rows = 1;
}

/* The store's path as people write it, from their home on. */
static void
add_store(const struct ui *ui, struct buffer *out)
{
	const char *path = store_path(ui->app->store), *home = getenv("HOME");
	size_t n = home == NULL ? 0 : strlen(home);

	if (n > 1 && strncmp(path, home, n) == 0 && path[n] == '/')
		buffer_addf(out, "~%s", path + n);
	else
		buffer_add_string(out, path);
}

static void
draw_header(const struct ui *ui, const struct layout *l)
{
	char clock[TIME_TEXT_SIZE], right[TIME_TEXT_SIZE + 40];
	struct buffer store = BUFFER_INIT;
	const char *minutes;
	int used, at;

	time_format_local(clock, ui->now);
	minutes = strchr(clock, ' ');	/* behind the day */
	snprintf(right, sizeof right, ngettext("%zu profile  %s",
	    "%zu profiles  %s", ui->list.count), ui->list.count,
	    minutes == NULL ? "" : minutes);
	used = 1 + term_text(0, 1, l->columns - 1, STYLE_TITLE, "chatelaine");
	at = l->columns - text_columns(right) - 1;
	if (at > used + 3) {
		add_store(ui, &store);
		term_text(0, used + 3, at - used - 5, STYLE_DIM, store.data);
		term_text(0, at, l->columns - at, STYLE_NORMAL, right);
	}
	buffer_release(&store);
}

static int
put_cell(int line, int column, int width, enum term_style style,
    const char *text)
{
	if (width > 0)
		term_text(line, column, width, style, text);
	return width > 0 ? column + width + 2 : column;
}

static void
draw_columns(const struct layout *l)
{
	int at = 3;

	if (l->first < 2)
		return;
	at = put_cell(1, at, l->name, STYLE_DIM, _("PROFILE"));
	at = put_cell(1, at, l->account, STYLE_DIM, _("ACCOUNT"));
	at = put_cell(1, at, l->plan, STYLE_DIM, _("PLAN"));
	put_cell(1, at, l->left, STYLE_DIM, _("ACCESS ENDS IN"));
}

static enum term_style
style_of(enum profile_status status)
{
	switch (status) {
	case PROFILE_OK:
		return STYLE_NORMAL;
	case PROFILE_EXPIRING_SOON:
	case PROFILE_EXPIRED:
	case PROFILE_ACCESS_ONLY:
	case PROFILE_IN_DOUBT:
		return STYLE_WARNING;
	case PROFILE_NEEDS_LOGIN:
	case PROFILE_DAMAGED:
		break;
	}
	return STYLE_BAD;
}

/* "ended 2h ago", and a sign that a renewal helps; "9d 23h (in doubt)". */
static void
left_text(const struct profile *profile, int64_t now, char *text, size_t size)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);
	size_t n;

	status_left(profile, now, text, size);
	n = strlen(text);
	if (status == PROFILE_EXPIRED)
		snprintf(text + n, size - n, " %s",
		    term_glyph(GLYPH_RENEWABLE));
	else if (status == PROFILE_IN_DOUBT)
		snprintf(text + n, size - n, " ?");
	else if (status == PROFILE_ACCESS_ONLY)
		/* TRANSLATORS: behind the time left: it is not renewed. */
		snprintf(text + n, size - n, " %s", _("(last)"));
	n = strlen(text);
	if (profile->warning[0] != NULL)
		snprintf(text + n, size - n, " !");
}

static void
draw_row(const struct ui *ui, const struct layout *l, size_t index, int line)
{
	const struct profile *p = &ui->list.profile[index];
	enum profile_reason reason;
	enum profile_status status = profile_status(p, ui->now, &reason);
	bool selected = index == ui->selected;
	char left[64];
	int at = 3;

	if (selected)
		term_text(line, 1, 1, STYLE_TITLE, term_glyph(GLYPH_MARK));
	left_text(p, ui->now, left, sizeof left);
	at = put_cell(line, at, l->name, selected ? STYLE_STRONG :
	    STYLE_NORMAL, p->name);
	at = put_cell(line, at, l->account, STYLE_NORMAL,
	    p->email != NULL ? p->email : "-");
	at = put_cell(line, at, l->plan, STYLE_NORMAL,
	    p->plan != NULL ? status_plan(p->plan) : "-");
	put_cell(line, at, l->left, style_of(status), left);
}

/* How much of the selected profile's facts there is room for. */
enum facts { FACTS_ALL, FACTS_NO_OWNER, FACTS_NO_ACCOUNT, FACTS_LEFT };

static void
add_facts(const struct ui *ui, const struct profile *p, enum facts facts,
    struct buffer *out)
{
	char end[TIME_TEXT_SIZE], left[TIME_TEXT_SIZE];
	const char *dot = term_glyph(GLYPH_DOT);

	time_format_local(end, p->expires_at);
	time_format_left_exact(left, p->expires_at - ui->now);
	buffer_addf(out, "%s %s ", p->name, dot);
	if (facts < FACTS_NO_ACCOUNT && p->email != NULL)
		buffer_addf(out, "%s [%s] %s ", p->email,
		    status_plan(p->plan), dot);
	if (p->expires_at <= ui->now)
		buffer_add_string(out, left);
	else if (facts < FACTS_LEFT)
		buffer_addf(out, _("ends %s (%s)"), end, left);
	else
		buffer_addf(out, _("ends in %s"), left);
	if (facts < FACTS_NO_OWNER)
		buffer_addf(out, " %s %s", dot, _("renewed by chatelaine"));
}

/* What is not well is told with the key that mends it, which comes first: it
 * must not be what is cut off. */
static void
add_trouble(const struct ui *ui, const struct profile *p, struct buffer *out)
{
	const char *dot = term_glyph(GLYPH_DOT), *step = detail_step(ui, p);

	buffer_addf(out, "%s %s ", p->name, dot);
	if (*step != '\0')
		buffer_addf(out, "%s %s ", step, dot);
	status_meaning(p, ui->now, out);
}

/* The selected profile in a line; it ticks. */
static void
draw_selected(const struct ui *ui, const struct layout *l)
{
	const struct profile *p = ui_selected(ui);
	struct buffer text = BUFFER_INIT;
	enum profile_reason reason;
	enum profile_status status;

	if (p == NULL || l->selected < 0)
		return;
	status = profile_status(p, ui->now, &reason);
	if (p->warning[0] != NULL)
		buffer_addf(&text, "%s %s %s", p->name,
		    term_glyph(GLYPH_DOT), p->warning[0]);
	else if (status == PROFILE_OK || status == PROFILE_EXPIRING_SOON)
		for (int facts = FACTS_ALL; facts <= FACTS_LEFT; facts++) {
			buffer_clear(&text);
			add_facts(ui, p, (enum facts)facts, &text);
			if (text_columns(text.data) <= l->columns - 2)
				break;
		}
	else
		add_trouble(ui, p, &text);
	term_text(l->selected, 1, l->columns - 2, STYLE_NORMAL, text.data);
	buffer_release(&text);
}

static void
draw_empty(const struct layout *l)
{
	int line = l->lines >= 14 ? 4 : l->lines >= 5 ? 2 : 1;
	int width = l->columns - 6 > 66 ? 66 : l->columns - 6;

	line += term_wrapped(line, 3, width, l->lines - line - 1, STYLE_STRONG,
	    _("No logins yet. Press a to sign in."));
	line += l->lines >= 14;
	term_wrapped(line, 3, width, l->lines - line - 3, STYLE_NORMAL,
	    _("chatelaine keeps your ChatGPT logins on this machine, shows "
	    "when each runs out, and hands them to the programs that use "
	    "them. You sign in on any device with a browser: here you only "
	    "need a code."));
}

static void
draw_message(const struct ui *ui, const struct layout *l)
{
	for (int i = 0; i < l->message_lines; i++)
		term_text_padded(l->message + i, 1, l->columns - 2,
		    STYLE_NORMAL, "");
	term_wrapped(l->message, 1, l->columns - 2, l->message_lines,
	    ui->message_style, ui->message);
}

static void
draw_list(struct ui *ui, void *state)
{
	struct layout l;

	(void)state;
	lay_out(ui, &l);
	if (ui->selected < ui->top)
		ui->top = ui->selected;
	if (ui->selected >= ui->top + (size_t)l.rows)
		ui->top = ui->selected - (size_t)l.rows + 1;
	if (l.first > 0)
		draw_header(ui, &l);
	if (ui->list.count == 0)
		draw_empty(&l);
	else
		draw_columns(&l);
	for (int i = 0; i < l.rows && ui->top + (size_t)i < ui->list.count;
	    i++)
		draw_row(ui, &l, ui->top + (size_t)i, l.first + i);
	if (l.width < l.columns && ui_selected(ui) != NULL)
		detail_draw_in(ui, ui_selected(ui), l.first, l.width + 2,
		    l.rows, l.columns - l.width - 3, 0);
	draw_selected(ui, &l);
	if (l.message >= 0 && ui->message[0] != '\0')
		draw_message(ui, &l);
	ui_draw_keys(l.keys, 1, l.columns - 2,
	    ui->list.count == 0 ? ON_EMPTY : ON_LIST);
}

/* True while the time that is left of a profile shows, to the second. */
static bool
is_counted(const struct profile *p, int64_t now, int64_t within)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(p, now, &reason);

	return status != PROFILE_NEEDS_LOGIN && status != PROFILE_DAMAGED &&
	    p->expires_at > now && p->expires_at - now <= within;
}

static bool
list_ticks(struct ui *ui, void *state)
{
	const struct profile *selected = ui_selected(ui);
	struct layout l;

	(void)state;
	if (selected != NULL && is_counted(selected, ui->now, INT64_MAX))
		return true;
	lay_out(ui, &l);
	for (int i = 0; i < l.rows && ui->top + (size_t)i < ui->list.count;
	    i++)
		if (is_counted(&ui->list.profile[ui->top + (size_t)i],
		    ui->now, PROFILE_EXPIRING))
			return true;
	return false;
}

static void
move_to(struct ui *ui, long to)
{
	long last = (long)ui->list.count - 1;

	if (to > last)
		to = last;
	ui->selected = to < 0 ? 0 : (size_t)to;
}

static void
undo(struct ui *ui)
{
	char name[STORE_NAME_MAX + 1], as[STORE_NAME_MAX + 1];
	struct error err = ERROR_INIT;

	if (remove_undo(ui->app, REMOVE_GLANCE_MS, name, as, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	ui_reload(ui, as);
	ui_say(ui, STYLE_GOOD, _("'%s' is back"), as);
}

static void
refresh(struct ui *ui, const struct profile *p)
{
	struct error err = ERROR_INIT;

	if (p != NULL && !ui_is_busy(ui))
		ui_start_job(ui, job_refresh(ui->app, p->name, 0, &err),
		    p->name, &ui_renewing, &err);
}

static void
act_list(struct ui *ui, void *state, enum action action)
{
	const struct profile *p = ui_selected(ui);
	struct layout l;

	(void)state;
	lay_out(ui, &l);
	ui->message[0] = '\0';
	switch (action) {
	case ACTION_ADD:
		if (!ui_is_busy(ui))
			name_open(ui);
		break;
	case ACTION_OPEN:
		if (p != NULL)
			detail_open(ui);
		break;
	case ACTION_EXPORT:
		if (p != NULL)
			export_open(ui, p->name);
		break;
	case ACTION_REFRESH:
		refresh(ui, p);
		break;
	case ACTION_LOGIN:
		if (p != NULL && !ui_is_busy(ui))
			login_begin(ui, p->name);
		break;
	case ACTION_DELETE:
		if (p != NULL && !ui_is_busy(ui))
			delete_open(ui, p->name);
		break;
	case ACTION_UNDO:
		undo(ui);
		break;
	case ACTION_UP:
	case ACTION_UP_VI:
		move_to(ui, (long)ui->selected - 1);
		break;
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
		move_to(ui, (long)ui->selected + 1);
		break;
	case ACTION_PAGE_UP:
		move_to(ui, (long)ui->selected - l.rows);
		break;
	case ACTION_PAGE_DOWN:
		move_to(ui, (long)ui->selected + l.rows);
		break;
	case ACTION_HOME:
		move_to(ui, 0);
		break;
	case ACTION_END:
		move_to(ui, (long)ui->list.count - 1);
		break;
	case ACTION_HELP:
		help_open(ui, ui->list.count == 0 ? ON_EMPTY : ON_LIST);
		break;
	case ACTION_QUIT:
		ui->quit = true;
		break;
	default:
		break;
	}
}

/* Renewals and sign-outs report here, whatever lies above. */
static void
job_on_list(struct ui *ui, void *state)
{
	const struct job_view *view = job_view(ui->job);

	(void)state;
	if (view->state == JOB_FAILED) {
		ui_reload(ui, NULL);
		ui_say_error(ui, &view->error);
	} else if (view->state == JOB_DONE) {
		ui_reload(ui, NULL);
		ui_say(ui, STYLE_GOOD, _(ui->job_work->done),
		    ui->job_profile);
	} else if (view->state == JOB_WAITING_FOR_LOCK &&
	    view->error.code == ERROR_BUSY)
		ui_say(ui, STYLE_WARNING, "%s", view->error.text);
}

static const struct screen_type list_type = {
	.on = ON_LIST,
	.draw = draw_list,
	.act = act_list,
	.job = job_on_list,
	.ticks = list_ticks,
};

void
list_open(struct ui *ui)
{
	ui_push(ui, &list_type, NULL);
}
