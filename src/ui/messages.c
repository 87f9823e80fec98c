/*
 * The message line, and the screen of what it said before.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define KEPT 100		/* messages */
#define DAY_FROM 60		/* columns: the day stands before the time */

struct message {
	int64_t at;
	enum term_style style;
	char *text;
};

/* A ring; in the order of time from @first on. */
struct messages {
	struct message message[KEPT];
	size_t first, count;
};

static void
keep(struct ui *ui, enum term_style style, const char *text)
{
	struct messages *all = ui->messages;
	struct message *m;

	if (all == NULL)
		all = ui->messages = calloc(1, sizeof *all);
	if (all == NULL)
		return;
	if (all->count == KEPT)
		all->first = (all->first + 1) % KEPT;
	else
		all->count++;
	m = &all->message[(all->first + all->count - 1) % KEPT];
	free(m->text);
	m->text = strdup(text);
	m->style = style;
	m->at = time_now();
}

void
ui_release_messages(struct ui *ui)
{
	for (size_t i = 0; ui->messages != NULL && i < KEPT; i++)
		free(ui->messages->message[i].text);
	free(ui->messages);
	ui->messages = NULL;
}

void
ui_say(struct ui *ui, enum term_style style, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(ui->message, sizeof ui->message, format, ap);
	va_end(ap);
	ui->message_style = style;
	keep(ui, style, ui->message);
}

void
ui_hint(struct ui *ui, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(ui->message, sizeof ui->message, format, ap);
	va_end(ap);
	ui->message_style = STYLE_NORMAL;
}

void
ui_say_error(struct ui *ui, const struct error *err)
{
	if (err->code == ERROR_NEEDS_LOGIN)
		ui_say(ui, STYLE_BAD, _("%s; i signs in again"), err->text);
	else
		ui_say(ui, STYLE_BAD, "%s", err->text);
}

void
ui_error_words(const struct error *err, struct buffer *out)
{
	if (err->step[0] == '\0')
		buffer_add_string(out, err->text);
	else
		/* TRANSLATORS: what is wrong; what helps. */
		buffer_addf(out, _("%s; %s"), err->text, err->step);
}

/* --- The screen ----------------------------------------------------------- */

/* One message from line @at of the screen's inside on, which may be above it;
 * returns the lines that it takes. */
static int
draw_message(const struct app *app, const struct message *m, int at, int room,
    int columns)
{
	char when[TIME_TEXT_SIZE];
	const char *shown = when, *clock, *text = m->text;
	int label, width, wanted, first = at < 0 ? -at : 0;

	if (text == NULL)	/* there was no memory for it */
		return 0;
	app_time(app, when, m->at);
	clock = strchr(when, ' ');
	if (columns < DAY_FROM && clock != NULL)
		shown = clock + 1;
	label = text_columns(shown) + 2;
	width = columns - 4 - label;
	wanted = term_wrapped_lines(width, text);
	if (first >= wanted || at >= room)
		return wanted;
	if (first == 0)
		term_text(1 + at, 2, label, STYLE_DIM, shown);
	room -= at + first;
	term_wrapped_from(1 + at + first, 2 + label, width,
	    wanted - first < room ? wanted - first : room, m->style, text,
	    first);
	return wanted;
}

/* The newest first: it is what one looks for. */
static void
draw_messages(struct ui *ui, void *state)
{
	const struct messages *all = ui->messages;
	struct scroll *scroll = state;
	int lines, columns, used = 0;

	term_size(&lines, &columns);
	term_box(0, 0, lines, columns, _("Messages"));
	for (size_t i = all == NULL ? 0 : all->count; i > 0; i--)
		used += draw_message(ui->app, &all->message[(all->first + i -
		    1) % KEPT], used - scroll->skip, lines - 3, columns);
	if (all == NULL)
		term_wrapped(1, 2, columns - 4, lines - 3, STYLE_DIM,
		    _("Nothing was said yet."));
	scroll_fit(scroll, used, lines - 3);
	ui_draw_more(lines - 1, columns - 2, scroll_has_more(scroll));
	ui_draw_keys(lines - 2, 2, columns - 4, ON_MESSAGES);
}

static void
act_messages(struct ui *ui, void *state, enum action action)
{
	if (!scroll_act(state, action))
		ui_pop(ui);
}

static const struct screen_type messages_type = {
	.on = ON_MESSAGES,
	.draw = draw_messages,
	.act = act_messages,
	.release = free,
};

void
messages_open(struct ui *ui)
{
	struct scroll *scroll = calloc(1, sizeof *scroll);

	if (scroll != NULL)
		ui_push(ui, &messages_type, scroll);
}
