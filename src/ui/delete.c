/*
 * The delete dialog: forget here, or sign out everywhere.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/remove.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/field.h"
#include "ui/screen.h"

#define COLUMNS 68
#define LINES 10

enum part { PART_FORGET, PART_PURGE, PART_SIGN_OUT, PART_NAME, PARTS };

struct delete {
	char name[STORE_NAME_MAX + 1];
	char account[160];
	enum part part;
	bool sign_out;
	bool purge;
	/* What programs lose: when it is forgotten, and when signed out. */
	struct buffer loss[2];
	struct field typed;	/* the name, to confirm a sign-out */
	struct error err;
};

static bool
has_part(const struct delete *delete, enum part part)
{
	return part == PART_PURGE ? !delete->sign_out :
	    part == PART_NAME ? delete->sign_out : true;
}

static void
draw_name_field(const struct dialog *d, int line, const struct delete *delete)
{
	bool focused = delete->part == PART_NAME;
	int used;

	if (line >= d->lines)
		return;
	dialog_hot(d, line, PART_NAME);
	if (focused)
		term_text(d->line + line, d->column, 1, STYLE_TITLE,
		    term_glyph(GLYPH_MARK));
	used = 3 + term_text(d->line + line, d->column + 2, d->columns - 2,
	    STYLE_NORMAL, _("Type the profile's name:"));
	field_draw(&delete->typed, d->line + line, d->column + used,
	    d->columns - used, focused);
}

/* What will happen, in words. */
static const char *
consequence(const struct delete *delete)
{
	if (delete->sign_out)
		return _("The login ends at the issuer and is deleted here. "
		    "This cannot be undone. An access token that was handed "
		    "out may work until it ends.");
	if (delete->purge)
		return _("The profile and its older backups are deleted. The "
		    "login stays valid at the issuer, and nobody here can "
		    "renew it any more. This cannot be undone.");
	return _("The profile moves to the backups, and z brings it back. The "
	    "login stays valid at the issuer.");
}

static void
add_words(const struct delete *delete, struct buffer *out)
{
	const struct buffer *loss = &delete->loss[delete->sign_out];

	if (delete->err.code != ERROR_NONE) {
		buffer_add_string(out, delete->err.text);
		return;
	}
	buffer_add_string(out, consequence(delete));
	if (loss->length > 0)
		buffer_addf(out, " %s", loss->data);
}

/* The longest choice, with what is noted behind it. */
static int
sign_out_columns(void)
{
	return 6 + text_columns(_("Sign out everywhere")) +
	    text_columns(_("asks the issuer, 10 s at most"));
}

static void
draw_part(const struct dialog *d, int line, const struct delete *delete,
    enum part part)
{
	bool focused = delete->part == part;

	dialog_hot(d, line, (int)part);
	switch (part) {
	case PART_FORGET:
		choice_draw(d, line, focused, term_glyph(delete->sign_out ?
		    GLYPH_NOT_CHOSEN : GLYPH_CHOSEN), _("Forget here"), "");
		break;
	case PART_PURGE:
		choice_draw(d, line, focused, delete->purge ? "    [x]" :
		    "    [ ]", _("and keep no backup"), "");
		break;
	case PART_SIGN_OUT:
		choice_draw(d, line, focused, term_glyph(delete->sign_out ?
		    GLYPH_CHOSEN : GLYPH_NOT_CHOSEN), _("Sign out everywhere"),
		    d->columns < sign_out_columns() ? "" :
		    _("asks the issuer, 10 s at most"));
		break;
	case PART_NAME:
		draw_name_field(d, line, delete);
		break;
	case PARTS:
		break;
	}
}

/* The parts from line @line on, so many that @below lines are left; returns the
 * line behind them. One is always in sight: the one that one stands on. */
static int
draw_parts(const struct dialog *d, int line, const struct delete *delete,
    int below)
{
	enum part part[PARTS];
	int count = 0, at = 0, room = d->lines - line - below, from;

	for (int i = 0; i < PARTS; i++) {
		if ((int)delete->part == i)
			at = count;
		if (has_part(delete, (enum part)i))
			part[count++] = (enum part)i;
	}
	room = room < 1 ? 1 : room < count ? room : count;
	from = at >= room ? at - room + 1 : 0;
	for (int i = 0; i < room; i++)
		draw_part(d, line++, delete, part[from + i]);
	return line;
}

static void
draw_delete(struct ui *ui, void *state)
{
	struct delete *delete = state;
	char title[STORE_NAME_MAX + 200];
	bool bad = delete->err.code != ERROR_NONE;
	struct buffer text = BUFFER_INIT;
	const char *words;
	struct dialog d;
	int line = 0, lines = LINES, below, columns;

	(void)ui;
	snprintf(title, sizeof title, "%s %s %s", _("Delete"),
	    term_glyph(GLYPH_DOT), delete->name);
	columns = sign_out_columns();
	columns = columns > COLUMNS ? columns : COLUMNS;
	if (delete->loss[0].length > 0)
		lines += term_wrapped_lines(columns - 2,
		    delete->loss[0].data);
	d = dialog_draw(title, lines, columns, ON_DELETE);
	add_words(delete, &text);
	words = text.data != NULL ? text.data : "";
	if (d.lines >= LINES) {
		term_text(d.line, d.column + 2, d.columns - 2, STYLE_NORMAL,
		    delete->account);
		line = 2;
	}
	/* What will happen is told to its end, whatever the height. */
	below = term_wrapped_lines(d.columns - 2, words);
	line = draw_parts(&d, line, delete, below);
	line += d.lines - line > below;
	term_wrapped(d.line + line, d.column + 2, d.columns - 2,
	    d.lines - line, bad ? STYLE_BAD : delete->sign_out ||
	    delete->purge ? STYLE_WARNING : STYLE_NORMAL, words);
	buffer_release(&text);
}

static void
go_to(struct delete *delete, enum part part)
{
	delete->part = part;
	/* A choice is made by standing on it, as in a list. */
	if (delete->part == PART_FORGET)
		delete->sign_out = false;
	else if (delete->part == PART_SIGN_OUT)
		delete->sign_out = true;
}

static void
go(struct delete *delete, int step)
{
	enum part part = delete->part;

	do
		part = (enum part)(((int)part + step + PARTS) % PARTS);
	while (!has_part(delete, part));
	go_to(delete, part);
}

static void
forget(struct ui *ui, struct delete *delete)
{
	/* Not for long: who is at work on it may be so for seconds. */
	if (remove_profile(ui->app, delete->name, delete->purge,
	    REMOVE_GLANCE_MS, &delete->err) != 0)
		return;
	ui_say(ui, STYLE_GOOD, delete->purge ? _("'%s' is deleted") :
	    _("'%s' is forgotten; z brings it back"), delete->name);
	while (ui->depth > 1)
		ui_pop(ui);
	ui_reload(ui, NULL);
}

static void
sign_out(struct ui *ui, struct delete *delete)
{
	struct error err = ERROR_INIT;
	struct job *job;

	if (strcmp(delete->typed.text, delete->name) != 0) {
		error_set(&delete->err, ERROR_USAGE,
		    _("type '%s' to confirm"), delete->name);
		delete->part = PART_NAME;
		return;
	}
	job = job_sign_out(ui->app, delete->name, &err);
	ui_start_job(ui, job, delete->name, &ui_signing_out, &err);
	while (ui->depth > 1)
		ui_pop(ui);
}

static bool
type_delete(struct ui *ui, void *state, int key)
{
	struct delete *delete = state;

	(void)ui;
	if (delete->part != PART_NAME || !field_type(&delete->typed, key))
		return false;
	delete->err.code = ERROR_NONE;
	return true;
}

static void
act_delete(struct ui *ui, void *state, enum action action)
{
	struct delete *delete = state;

	delete->err.code = ERROR_NONE;
	switch (action) {
	case ACTION_CANCEL:
		ui_pop(ui);
		break;
	case ACTION_NEXT_FIELD:
	case ACTION_DOWN:
		go(delete, 1);
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
		go(delete, -1);
		break;
	case ACTION_TICK:
		if (delete->part == PART_PURGE)
			delete->purge = !delete->purge;
		break;
	case ACTION_DO_DELETE:
		if (delete->sign_out)
			sign_out(ui, delete);
		else
			forget(ui, delete);
		break;
	default:
		break;
	}
}

static void
click_delete(struct ui *ui, void *state, int part)
{
	struct delete *delete = state;

	go_to(delete, (enum part)part);
	act_delete(ui, delete, ACTION_TICK);
}

static void
release_delete(void *state)
{
	struct delete *delete = state;

	buffer_release(&delete->loss[0]);
	buffer_release(&delete->loss[1]);
	free(delete);
}

static const struct screen_type delete_type = {
	.on = ON_DELETE,
	.draw = draw_delete,
	.type = type_delete,
	.act = act_delete,
	.click = click_delete,
	.release = release_delete,
};

void
delete_open(struct ui *ui, const char *name)
{
	struct delete *delete = calloc(1, sizeof *delete);
	const struct profile *p = ui_selected(ui);

	if (delete == NULL)
		return;
	snprintf(delete->name, sizeof delete->name, "%s", name);
	if (p != NULL && p->email != NULL)
		snprintf(delete->account, sizeof delete->account, "%s [%s]",
		    p->email, status_plan(p->plan));
	for (int i = 0; i < 2; i++) {
		delete->loss[i] = (struct buffer)BUFFER_INIT;
		if (p != NULL)
			remove_add_loss(p, i != 0, &delete->loss[i]);
	}
	ui_push(ui, &delete_type, delete);
}
