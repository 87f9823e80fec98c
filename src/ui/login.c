/*
 * The sign-in: address, code, QR code, and what is happening now.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/qr.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/screen.h"

#define TEXT_LEAST 36		/* columns of text beside a QR code */
#define BAR_CELLS 13
#define CODE_SECONDS 900	/* what the bar is full at */

struct login {
	char name[STORE_NAME_MAX + 1];
	struct qr *qr;		/* made when the address is known */
	bool qr_alone;
	struct error err;	/* how it ended; ERROR_NONE while it goes on */
};

/* --- Drawing ------------------------------------------------------------- */

static void
draw_qr(const struct qr *qr, int line, int column, enum qr_style style)
{
	bool upper, lower;

	for (int y = 0; y < qr_lines(qr, style); y++)
		for (int x = 0; x < qr_columns(qr, style); x++) {
			if (style == QR_HALF_BLOCKS)
				qr_cell(qr, x, y, &upper, &lower);
			else
				upper = lower = qr_module(qr, x / 2, y);
			term_qr_cell(line + y, column + x, upper, lower);
		}
}

/* The way in which a code fits into a space; false if in none. */
static bool
fit_qr(const struct qr *qr, int lines, int columns, bool blocks,
    enum qr_style *style)
{
	/* Full cells where there is room: the larger, the easier to read. */
	*style = QR_FULL_CELLS;
	if (qr_lines(qr, *style) <= lines && qr_columns(qr, *style) <= columns)
		return true;
	*style = QR_HALF_BLOCKS;
	return blocks && qr_lines(qr, *style) <= lines &&
	    qr_columns(qr, *style) <= columns;
}

static void
draw_qr_too_large(const struct qr *qr, int lines, int columns)
{
	enum qr_style style = term_has_blocks() ? QR_HALF_BLOCKS :
	    QR_FULL_CELLS;
	struct buffer text = BUFFER_INIT;

	buffer_addf(&text, _("The QR code needs a window of %d columns and %d "
	    "lines. Q goes back to the address and the code."),
	    qr_columns(qr, style), qr_lines(qr, style));
	term_wrapped(0, 0, columns, lines, STYLE_WARNING, text.data);
	buffer_release(&text);
}

static void
draw_qr_alone(struct login *login)
{
	int lines, columns;
	enum qr_style style;

	term_size(&lines, &columns);
	if (!fit_qr(login->qr, lines, columns, term_has_blocks(), &style)) {
		draw_qr_too_large(login->qr, lines, columns);
		return;
	}
	draw_qr(login->qr, (lines - qr_lines(login->qr, style)) / 2,
	    (columns - qr_columns(login->qr, style)) / 2, style);
	if (qr_lines(login->qr, style) < lines)
		term_text(lines - 1, 0, columns, STYLE_DIM,
		    _("Q or Esc: back to the text"));
}

/* "A B C D - 1 2 3 4 5": easier to read off, and typed without the spaces. */
static void
spaced(char out[2 * MESSAGE_CODE_MAX], const char *code)
{
	for (; *code != '\0'; code++) {
		*out++ = *code;
		*out++ = ' ';
	}
	out[-1] = '\0';
}

/* Text in a rectangle, from the top; `at` moves on. */
struct column {
	int line, column, lines, columns, at;
};

static void
add(struct column *c, enum term_style style, const char *text)
{
	c->at += term_wrapped(c->line + c->at, c->column, c->columns,
	    c->lines - c->at, style, text);
}

static void
skip(struct column *c, bool generous)
{
	if (generous)
		c->at++;
}

/* An address that is broken over lines must be so at the edge, not at a
 * space, and never be cut. */
static void
add_url(struct column *c, const char *url)
{
	while (*url != '\0' && c->at < c->lines && c->columns > 0) {
		struct buffer part = BUFFER_INIT;
		size_t n = strlen(url);

		if (n > (size_t)c->columns)
			n = (size_t)c->columns;
		buffer_add(&part, url, n);
		term_text(c->line + c->at++, c->column, c->columns,
		    STYLE_STRONG, part.data);
		buffer_release(&part);
		url += n;
	}
}

static void
add_end(struct column *c, const struct job_view *view, int64_t now)
{
	int64_t left = view->code_expires_at - now;
	int full, used;

	if (left < 0)
		left = 0;
	if (c->at >= c->lines)
		return;
	used = term_textf(c->line + c->at, c->column, c->columns, left < 60 ?
	    STYLE_WARNING : STYLE_NORMAL, _("Code ends in %02d:%02d"),
	    (int)(left / 60), (int)(left % 60));
	full = (int)((left * BAR_CELLS + CODE_SECONDS - 1) / CODE_SECONDS);
	if (full > BAR_CELLS)
		full = BAR_CELLS;
	for (int i = 0; i < BAR_CELLS && used + 1 + i < c->columns; i++)
		term_text(c->line + c->at, c->column + used + 1 + i, 1,
		    i < full ? STYLE_GOOD : STYLE_DIM, term_glyph(i < full ?
		    GLYPH_BAR_FULL : GLYPH_BAR_EMPTY));
	c->at++;
}

/* What is happening now, in a sentence. */
static void
add_state(struct column *c, const struct ui *ui, const struct login *login)
{
	const struct job_view *view;

	if (login->err.code != ERROR_NONE) {
		add(c, STYLE_BAD, login->err.text);
		skip(c, true);
		add(c, STYLE_NORMAL, _("n asks for a new code; Esc goes "
		    "back."));
		return;
	}
	if (ui->job == NULL)
		return;
	view = job_view(ui->job);
	switch (view->state) {
	case JOB_WAITING_FOR_LOCK:
		add(c, STYLE_WARNING, view->error.code == ERROR_BUSY ?
		    view->error.text : _("Starting..."));
		break;
	case JOB_CONNECTING:
		add(c, STYLE_NORMAL, _("Asking the issuer for a code..."));
		break;
	case JOB_CODE:
		if (view->trouble.code != ERROR_NONE)
			add(c, STYLE_WARNING, view->trouble.text);
		else
			add(c, STYLE_NORMAL, _("Waiting for approval..."));
		break;
	case JOB_SENT:
		add(c, STYLE_GOOD, _("Approved. Fetching the login..."));
		break;
	case JOB_DONE:
	case JOB_FAILED:
		break;
	}
}

static void
add_steps(struct column *c, const struct job_view *view, bool generous)
{
	char code[2 * MESSAGE_CODE_MAX];

	/* TRANSLATORS: the three steps of a sign-in. */
	add(c, STYLE_NORMAL, _("1  Open on any device"));
	add_url(c, view->url);
	skip(c, generous);
	add(c, STYLE_NORMAL, _("2  Enter this code"));
	spaced(code, view->code);
	if (c->at < c->lines)
		term_text(c->line + c->at, c->column + (c->columns > 30 ? 5 :
		    0), c->columns - 5, STYLE_STRONG, code);
	c->at++;
	skip(c, generous);
	if (generous)
		add(c, STYLE_NORMAL, _("3  Approve, then come back here"));
	skip(c, generous);
}

static void
draw_text(const struct ui *ui, const struct login *login, struct column c)
{
	const struct job_view *view = ui->job == NULL ? NULL :
	    job_view(ui->job);
	bool has_code = view != NULL && view->code != NULL;
	bool generous = c.lines >= 16;

	if (has_code && login->err.code == ERROR_NONE) {
		add_steps(&c, view, generous);
		add_end(&c, view, ui->now);
	}
	add_state(&c, ui, login);
	if (ui->message[0] != '\0')
		add(&c, ui->message_style, ui->message);
	if (!has_code || login->err.code != ERROR_NONE)
		return;
	skip(&c, generous);
	/* What protects comes before what helps, should there be no room. */
	add(&c, STYLE_NORMAL, _("Continue only if you started this. If a "
	    "website or a person gave you the code, cancel."));
	add(&c, STYLE_DIM, _("No page for the code? Turn on \"device code "
	    "authorization\" in ChatGPT's security settings (workspace: "
	    "admin)."));
}

static void
draw_login(struct ui *ui, void *state)
{
	struct login *login = state;
	int lines, columns, beside = 0;
	char title[STORE_NAME_MAX + 64];
	struct column c;
	enum qr_style style;

	if (login->qr_alone && login->qr != NULL) {
		term_clear();
		draw_qr_alone(login);
		return;
	}
	term_size(&lines, &columns);
	snprintf(title, sizeof title, "%s %s %s", _("Sign in"),
	    term_glyph(GLYPH_DOT), login->name);
	term_box(0, 0, lines, columns, title);
	/* Only in UTF-8 unasked: elsewhere blocks may come out as noise. */
	if (login->qr != NULL && login->err.code == ERROR_NONE &&
	    fit_qr(login->qr, lines - 3, columns - 4 - TEXT_LEAST - 2,
	    text_is_utf8(), &style)) {
		beside = qr_columns(login->qr, style) + 2;
		draw_qr(login->qr, 1, 2, style);
	}
	c = (struct column){ 1, 2 + beside, lines - 3, columns - 4 - beside,
	    0 };
	draw_text(ui, login, c);
	ui_draw_keys(lines - 2, 2, columns - 4,
	    login->err.code == ERROR_NONE ? ON_LOGIN : ON_ENDED);
}

static const struct screen_type login_type, ended_type;

/* --- Doing --------------------------------------------------------------- */

static void
start(struct ui *ui, struct login *login, unsigned int how)
{
	struct job *job;

	login->err.code = ERROR_NONE;
	ui->message[0] = '\0';
	ui_retype(ui, login, &login_type);
	job = job_login(ui->app, login->name, how, &login->err);
	if (job == NULL) {
		ui_retype(ui, login, &ended_type);
		return;
	}
	ui_start_job(ui, job, login->name, &ui_signing_in, &login->err);
	ui->message[0] = '\0';	/* this screen says it all */
}

static void
restart(struct ui *ui, struct login *login)
{
	ui_drop_job(ui);
	qr_free(login->qr);
	login->qr = NULL;
	login->qr_alone = false;
	start(ui, login, JOB_NEW_CODE);
}

static void
copy(struct ui *ui, const char *text)
{
	if (text == NULL)
		return;
	term_copy(text);
	ui_say(ui, STYLE_GOOD, _("Sent to your terminal's clipboard, if it "
	    "takes that."));
}

/* Address and code on lines of their own, as the terminal breaks them: what a
 * mouse can mark in one go. */
static void
show_plain(struct ui *ui, const struct job_view *view)
{
	struct buffer text = BUFFER_INIT;

	if (view->code == NULL)
		return;
	buffer_addf(&text, "\n%s\n\n%s\n\n%s\n\n%s\n\n%s\n",
	    _("Open on any device:"), view->url, _("Enter this code:"),
	    view->code, _("Press Enter to go back."));
	term_leave();
	ui->plain = true;
	term_plain(text.data);
	buffer_release(&text);
}

static void
act_login(struct ui *ui, void *state, enum action action)
{
	struct login *login = state;
	const struct job_view *view = ui->job == NULL ? NULL :
	    job_view(ui->job);

	ui->message[0] = '\0';
	if (action == ACTION_CANCEL && login->qr_alone)
		login->qr_alone = false;
	else if (action == ACTION_CANCEL || action == ACTION_BACK) {
		ui_cancel_job(ui);
		if (login->err.code == ERROR_NONE)
			ui_say(ui, STYLE_NORMAL, "%s",
			    _("the sign-in was cancelled"));
		ui_pop(ui);	/* the state is gone with it */
	} else if (action == ACTION_NEW_CODE)
		restart(ui, login);
	else if (action == ACTION_HELP)
		help_open(ui, login->err.code == ERROR_NONE ? ON_LOGIN :
		    ON_ENDED);
	else if (view == NULL)
		return;
	else if (action == ACTION_COPY_CODE)
		copy(ui, view->code);
	else if (action == ACTION_COPY_LINK)
		copy(ui, view->url);
	else if (action == ACTION_QR)
		login->qr_alone = !login->qr_alone && login->qr != NULL;
	else if (action == ACTION_PLAIN)
		show_plain(ui, view);
}

/* Back from plain text, if that is where we are, and from dialogs over us. */
static void
come_back(struct ui *ui, const struct login *login)
{
	if (ui->plain) {
		ui->plain = false;
		term_return();
	}
	while (ui->depth > 1 && ui->stack[ui->depth - 1].state != login)
		ui_pop(ui);
}

static void
say_done(struct ui *ui, const char *saved)
{
	const struct profile *p;

	ui_reload(ui, saved);
	p = ui_selected(ui);
	if (p != NULL)
		ui_say(ui, STYLE_GOOD, _("Signed in: '%s' is %s [%s]"),
		    p->name, p->email != NULL ? p->email : "?",
		    status_plan(p->plan));
}

static void
job_on_login(struct ui *ui, void *state)
{
	struct login *login = state;
	const struct job_view *view = job_view(ui->job);
	char saved[STORE_NAME_MAX + 1];

	if (view->url != NULL && login->qr == NULL)
		login->qr = qr_make(view->url, NULL);
	if (view->state == JOB_FAILED) {
		come_back(ui, login);
		login->err = view->error;
		login->qr_alone = false;
		ui_retype(ui, login, &ended_type);
		ui_reload(ui, NULL);
	} else if (view->state == JOB_DONE) {
		come_back(ui, login);
		snprintf(saved, sizeof saved, "%s", view->saved);
		ui_pop(ui);
		say_done(ui, saved);
	}
}

static bool
login_ticks(struct ui *ui, void *state)
{
	const struct login *login = state;

	return ui->job != NULL && job_view(ui->job)->code != NULL &&
	    !login->qr_alone;
}

static void
release_login(void *state)
{
	struct login *login = state;

	qr_free(login->qr);
	free(login);
}

static const struct screen_type login_type = {
	.on = ON_LOGIN,
	.draw = draw_login,
	.act = act_login,
	.job = job_on_login,
	.ticks = login_ticks,
	.release = release_login,
};

/* The same with other keys: it came to nothing. */
static const struct screen_type ended_type = {
	.on = ON_ENDED,
	.draw = draw_login,
	.act = act_login,
	.release = release_login,
};

void
login_open(struct ui *ui, const char *name)
{
	struct login *login = calloc(1, sizeof *login);

	if (login == NULL)
		return;
	snprintf(login->name, sizeof login->name, "%s", name);
	ui_push(ui, &login_type, login);
	start(ui, login, 0);
}
