/*
 * The picture of a sign-in: address, code, QR code, and what is happening now.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/login_part.h"
#include "ui/page.h"

#define TEXT_LEAST 36		/* columns of text beside a QR code */
#define BESIDE_MOST 2		/* scale of one that text stands beside */
#define GENEROUS_LINES 16	/* for empty lines between the steps */
#define BAR_CELLS 13
#define CODE_SECONDS 900	/* what the bar is full at, */
#define BROWSER_SECONDS 600	/* by a browser */

/* --- The QR code --------------------------------------------------------- */

static void
draw_qr(const struct qr *qr, int scale, int line, int column)
{
	bool upper, lower;

	for (int y = 0; y < qr_lines(qr, scale); y++)
		for (int x = 0; x < qr_columns(qr, scale); x++) {
			qr_cell(qr, scale, x, y, &upper, &lower);
			term_qr_cell(line + y, column + x, upper, lower);
		}
}

static void
draw_qr_too_large(const struct qr *qr, int lines, int columns)
{
	int scale = term_has_blocks() ? 1 : 2;
	struct buffer text = BUFFER_INIT;

	buffer_addf(&text, _("The QR code needs a window of %d columns and %d "
	    "lines. Q goes back to the address and the code."),
	    qr_columns(qr, scale), qr_lines(qr, scale));
	term_wrapped(0, 0, columns, lines, STYLE_WARNING, text.data);
	buffer_release(&text);
}

static void
draw_qr_alone(const struct qr *qr)
{
	int lines, columns, scale;

	term_clear();
	term_size(&lines, &columns);
	for (int line = 0; line < lines; line++)
		ui_hot_key(line, 0, columns, ACTION_QR);
	scale = qr_fit(qr, lines, columns, term_has_blocks(), QR_SCALE_MAX);
	if (scale == 0) {
		draw_qr_too_large(qr, lines, columns);
		return;
	}
	draw_qr(qr, scale, (lines - qr_lines(qr, scale)) / 2,
	    (columns - qr_columns(qr, scale)) / 2);
	if (qr_lines(qr, scale) < lines)
		term_text(lines - 1, 0, columns, STYLE_DIM,
		    _("Q or Esc: back to the text"));
}

/* Draws it where there is room for the text beside it. Only with blocks that
 * the locale has, unasked: elsewhere they may come out as noise. */
static void
draw_qr_beside(const struct qr *qr, struct page *page)
{
	int scale = qr_fit(qr, page->lines, page->columns - TEXT_LEAST - 2,
	    text_is_utf8(), BESIDE_MOST);

	if (scale == 0)
		return;
	draw_qr(qr, scale, 1, page->column);
	page->column += qr_columns(qr, scale) + 2;
	page->columns -= qr_columns(qr, scale) + 2;
}

/* --- The text ------------------------------------------------------------ */

static void
skip(struct page *page, bool generous)
{
	if (generous)
		page_line(page);
}

/* An address that is broken over lines must be so at the edge, not at a
 * space, and never be cut. */
static void
add_url(struct page *page, const char *url)
{
	while (*url != '\0' && page->columns > 0) {
		struct buffer part = BUFFER_INIT;
		size_t n = strlen(url);
		int line = page_line(page);

		if (n > (size_t)page->columns)
			n = (size_t)page->columns;
		buffer_add(&part, url, n);
		if (line >= 0) {
			term_text(line, page->column, page->columns,
			    STYLE_STRONG, part.data);
			ui_hot_key(line, page->column, (int)n,
			    ACTION_COPY_LINK);
		}
		buffer_release(&part);
		url += n;
	}
}

/* "A B C D - 1 2 3 4 5" is easier to read off, and typed without the spaces.
 * But a code must not be cut. */
static void
add_code(struct page *page, const char *code, const char *before)
{
	char spaced[2 * MESSAGE_CODE_MAX];
	int line = page_line(page), at = 0, width;
	size_t n = strlen(code);

	if (line < 0)
		return;
	if (before != NULL)
		at = term_text(line, page->column, page->columns,
		    STYLE_NORMAL, before) + 2;
	else if (page->columns > 30)
		at = 5;
	for (size_t i = 0; i < n; i++) {
		spaced[2 * i] = code[i];
		spaced[2 * i + 1] = ' ';
	}
	spaced[n == 0 ? 0 : 2 * n - 1] = '\0';
	width = term_text(line, page->column + at, page->columns - at,
	    STYLE_STRONG, (int)(2 * n) > page->columns - at ? code : spaced);
	ui_hot_key(line, page->column + at, width, ACTION_COPY_CODE);
}

/* Seconds that the code is good for, begun ones too. */
static int
seconds_left(const struct job_view *view)
{
	int64_t left = (view->code_ends_ms - time_steady_ms() + 999) / 1000;

	return left < 0 ? 0 : left > CODE_SECONDS ? CODE_SECONDS : (int)left;
}

static enum term_style
end_style(int left)
{
	return left < 60 ? STYLE_WARNING : STYLE_NORMAL;
}

static void
add_end(struct page *page, const struct job_view *view)
{
	const int most = view->browser ? BROWSER_SECONDS : CODE_SECONDS;
	const int left = seconds_left(view);
	int line = page_line(page), at = page->column, full;
	int end = page->column + page->columns;

	if (line < 0)
		return;
	at += 1 + term_textf(line, at, page->columns, end_style(left),
	    view->browser ? _("This ends in %02d:%02d") :
	    _("Code ends in %02d:%02d"), left / 60, left % 60);
	full = (left * BAR_CELLS + most - 1) / most;
	for (int i = 0; i < BAR_CELLS && at + i < end; i++)
		term_text(line, at + i, 1, i < full ? STYLE_GOOD : STYLE_DIM,
		    term_glyph(i < full ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY));
}

/* What is happening now, in a sentence. */
static void
add_state(struct page *page, const struct job_view *view)
{
	switch (view->state) {
	case JOB_WAITING_FOR_LOCK:
		page_text(page, 0, STYLE_WARNING,
		    view->error.code == ERROR_BUSY ? view->error.text :
		    _("Starting..."));
		break;
	case JOB_CONNECTING:
		page_text(page, 0, STYLE_NORMAL,
		    view->browser ? _("Starting...") :
		    _("Asking the issuer for a code..."));
		break;
	case JOB_CODE:
		if (view->trouble.code != ERROR_NONE)
			page_text(page, 0, STYLE_WARNING, view->trouble.text);
		else
			page_text(page, 0, STYLE_NORMAL, view->browser ?
			    _("Waiting for the browser...") :
			    _("Waiting for approval..."));
		break;
	case JOB_SENT:
		page_text(page, 0, STYLE_GOOD,
		    _("Approved. Fetching the login..."));
		break;
	case JOB_DONE:
	case JOB_FAILED:
		break;
	}
}

static void
add_message(struct page *page, const struct ui *ui)
{
	if (ui->message[0] != '\0')
		page_text(page, 0, ui->message_style, ui->message);
}

static const char *
warning(void)
{
	return _("Continue only if you started this. If a website or a person "
	    "gave you the code, cancel.");
}

static void
add_clock(struct page *page, const struct ui *ui)
{
	struct buffer text = BUFFER_INIT;

	if (!clock_is_off(ui->app))
		return;
	clock_sentence(ui->app->issuer_ahead, &text);
	if (buffer_ok(&text, NULL))
		page_text(page, 0, STYLE_WARNING, text.data);
	buffer_release(&text);
}

static void
add_hint(struct page *page)
{
	page_text(page, 0, STYLE_DIM, _("No page for the code? Turn on "
	    "\"device code authorization\" in ChatGPT's security settings "
	    "(workspace: admin), or press b for the browser sign-in."));
}

static void
add_steps(struct page *page, const struct job_view *view, bool generous)
{
	/* TRANSLATORS: the three steps of a sign-in. */
	page_text(page, 0, STYLE_NORMAL, _("1  Open on any device"));
	add_url(page, view->url);
	skip(page, generous);
	page_text(page, 0, STYLE_NORMAL, _("2  Enter this code"));
	add_code(page, view->code, NULL);
	skip(page, generous);
	if (generous)
		page_text(page, 0, STYLE_NORMAL,
		    _("3  Approve, then come back here"));
	skip(page, generous);
}

static void
add_all(struct page *page, const struct ui *ui, const struct job_view *view)
{
	bool generous = page->lines >= GENEROUS_LINES;

	add_steps(page, view, generous);
	add_end(page, view);
	add_state(page, view);
	add_message(page, ui);
	skip(page, generous);
	/* What protects comes before what helps, should there be no room. */
	page_text(page, 0, STYLE_NORMAL, warning());
	add_clock(page, ui);
	add_hint(page);
}

/* What is happening, and the time left, in a line where they are no more. */
static void
add_waiting(struct page *page, const struct job_view *view,
    const struct ui *ui)
{
	int left = seconds_left(view);
	struct buffer text = BUFFER_INIT;

	if (view->state != JOB_CODE || view->trouble.code != ERROR_NONE ||
	    ui->message[0] != '\0') {
		add_state(page, view);
		add_end(page, view);
		return;
	}
	buffer_addf(&text, view->browser ?
	    _("Waiting for the browser... %02d:%02d") :
	    _("Waiting for approval... %02d:%02d"), left / 60, left % 60);
	page_text(page, 0, end_style(left), text.data);
	buffer_release(&text);
}

/* The same for a window of 40 columns and 10 lines, the hint below its edge. */
static void
add_compactly(struct page *page, const struct ui *ui,
    const struct job_view *view)
{
	page_text(page, 0, STYLE_NORMAL, _("1  Open on any device"));
	add_url(page, view->url);
	/* TRANSLATORS: the code follows in the same line. */
	add_code(page, view->code, _("2  Enter"));
	page_text(page, 0, STYLE_NORMAL, warning());
	add_message(page, ui);
	add_waiting(page, view, ui);
	add_clock(page, ui);
	add_hint(page);
}

/* How it comes back, or does not. */
static void
add_way_back(struct page *page, const struct job_view *view)
{
	struct buffer text = BUFFER_INIT;

	if (view->port == 0) {
		page_text(page, 0, STYLE_WARNING, _("Ports 1455 and 1457 of "
		    "this machine are taken: the page that comes then is not "
		    "ours. Copy its address and paste it here: Enter."));
		return;
	}
	page_text(page, 0, STYLE_NORMAL, _("Does the page that comes then not "
	    "load? Copy its address and paste it here: Enter."));
	buffer_addf(&text, _("Or before: ssh -L %d:127.0.0.1:%d HOST"),
	    view->port, view->port);
	page_text(page, 0, STYLE_DIM, text.data);
	buffer_release(&text);
}

static const char *
browser_warning(void)
{
	return _("Continue only if you started this. If a website or a person "
	    "gave you the address, cancel.");
}

static void
add_browser(struct page *page, const struct ui *ui,
    const struct job_view *view)
{
	page_text(page, 0, STYLE_NORMAL,
	    _("1  Open in a browser (l copies it, p prints it)"));
	add_url(page, view->url);
	skip(page, true);
	page_text(page, 0, STYLE_NORMAL, _("2  Approve"));
	add_way_back(page, view);
	skip(page, true);
	add_end(page, view);
	add_state(page, view);
	add_message(page, ui);
	skip(page, true);
	page_text(page, 0, STYLE_NORMAL, browser_warning());
	add_clock(page, ui);
}

/* The same for a small window, the address, which is long, below its edge. */
static void
add_browser_compactly(struct page *page, const struct ui *ui,
    const struct job_view *view)
{
	page_text(page, 0, STYLE_NORMAL,
	    _("1  Open the link in a browser (l, p)"));
	page_text(page, 0, STYLE_NORMAL,
	    _("2  Approve; if no page loads: Enter"));
	add_message(page, ui);
	add_waiting(page, view, ui);
	page_text(page, 0, STYLE_NORMAL, browser_warning());
	add_clock(page, ui);
	add_way_back(page, view);
	add_url(page, view->url);
}

/* Lines for both steps, the end of the code and the state. */
#define STEP_LINES 6

static void
draw_text(struct page *page, const struct ui *ui, const struct login *login)
{
	const struct job_view *view = ui->job == NULL ? NULL :
	    job_view(ui->job);

	if (login->err.code != ERROR_NONE) {
		page_text(page, 0, STYLE_BAD, login->err.text);
		skip(page, true);
		page_text(page, 0, STYLE_NORMAL,
		    _("n asks for a new code, b signs in by a browser; Esc "
		    "goes back."));
	} else if (view == NULL)
		return;
	else if (view->url == NULL) {
		add_state(page, view);
		add_message(page, ui);
	} else if (view->browser)
		(page->lines >= GENEROUS_LINES ? add_browser :
		    add_browser_compactly)(page, ui, view);
	else if (page->lines < STEP_LINES +
	    term_wrapped_lines(page->columns, warning()))
		add_compactly(page, ui, view);
	else
		add_all(page, ui, view);
}

void
login_draw(struct ui *ui, void *state)
{
	struct login *login = state;
	char title[STORE_NAME_MAX + 200];
	struct page page;

	if (login->qr_alone && login->qr != NULL) {
		draw_qr_alone(login->qr);
		return;
	}
	snprintf(title, sizeof title, "%s %s %s", _("Sign in"),
	    term_glyph(GLYPH_DOT), login->name);
	page_begin(&page, &login->scroll, title);
	if (login->qr != NULL && login->err.code == ERROR_NONE)
		draw_qr_beside(login->qr, &page);
	draw_text(&page, ui, login);
	page_end(&page, login_on(login));
}
