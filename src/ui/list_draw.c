/*
 * How the list looks.
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
#include "ui/list.h"
#include "ui/scroll.h"

#define STORE_LEAST 8
#define SMALL_BELOW 60		/* columns: the clock gives way to marks */

static bool
is_filtered(const struct ui *ui)
{
	return ui->filtering || ui->rows.filter.length > 0;
}

/* "2 marked  3 of 20  14:02", or less of it. */
static void
add_counts(const struct ui *ui, struct buffer *out)
{
	const struct rows *rows = &ui->rows;

	if (rows->marks > 0)
		buffer_addf(out, ngettext("%zu marked", "%zu marked",
		    rows->marks), rows->marks);
	if (rows->marks > 0)
		buffer_add_string(out, "  ");
	if (is_filtered(ui))
		buffer_addf(out, _("%zu of %zu"), rows->count, rows->total);
	else
		buffer_addf(out, ngettext("%zu profile", "%zu profiles",
		    rows->total), rows->total);
}

/* Where the store's path stands, so that nothing moves. */
static void
draw_filter(const struct ui *ui, int column, int width)
{
	column += term_text(0, column, width, STYLE_KEY, "/");
	if (ui->filtering)
		field_draw(&ui->rows.filter, 0, column, width - 1, true);
	else
		term_text(0, column, width - 1, STYLE_STRONG,
		    ui->rows.filter.text);
}

static void
draw_header(const struct ui *ui, const struct list_layout *l)
{
	struct buffer right = BUFFER_INIT, store = BUFFER_INIT;
	char clock[TIME_TEXT_SIZE];
	const char *minutes;
	bool small = l->columns < SMALL_BELOW &&
	    (is_filtered(ui) || ui->rows.marks > 0);
	int used = 1, at;

	add_counts(ui, &right);
	app_time(ui->app, clock, ui->now);
	minutes = strchr(clock, ' ');	/* behind the day */
	if (minutes != NULL && !small)
		buffer_addf(&right, " %s", minutes);
	/* What is filtered must be seen: rather that than our name. */
	if (!small || !is_filtered(ui))
		used += 2 + term_text(0, 1, l->columns - 1, STYLE_TITLE,
		    "chatelaine");
	at = l->columns - text_columns(right.data) - 1;
	if (is_filtered(ui))
		draw_filter(ui, used, (at > used + 2 ? at : l->columns) -
		    used - 2);
	else if (at > used + STORE_LEAST) {
		app_add_path(&store, store_path(ui->app->store));
		term_text(0, used + 1, at - used - 3, STYLE_DIM, store.data);
	}
	if (at > used + 1)
		term_text(0, at, l->columns - at, STYLE_NORMAL, right.data);
	buffer_release(&right);
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

/* The column that is sorted by has a sign behind its heading. */
static int
put_heading(const struct ui *ui, int column, int width, enum rows_sort sort,
    const char *heading)
{
	char text[160];

	snprintf(text, sizeof text, "%s%s", heading, ui->rows.sort == sort ?
	    term_glyph(GLYPH_SORTED) : "");
	ui_hot_part(1, column, width, (int)sort);
	return put_cell(1, column, width, STYLE_DIM, text);
}

static void
draw_columns(const struct ui *ui, const struct list_layout *l)
{
	int at = 3;

	if (l->first < 2)
		return;
	at = put_heading(ui, at, l->name, SORT_NAME, _("PROFILE"));
	at = put_heading(ui, at, l->account, SORT_ACCOUNT, _("ACCOUNT"));
	at = put_heading(ui, at, l->plan, SORT_PLAN, _("PLAN"));
	at = put_heading(ui, at, l->left, SORT_END, _("ACCESS ENDS IN"));
	put_cell(1, at, l->used, STYLE_DIM, _("USED BY"));
}

enum term_style
list_style_of(enum profile_status status)
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

static void
draw_used(const struct profile *p, int line, int column, int width)
{
	struct buffer text = BUFFER_INIT;

	store_names_join(&p->targets, &text);
	put_cell(line, column, width, STYLE_NORMAL, p->targets.count == 0 ?
	    "-" : text.data);
	buffer_release(&text);
}

/* Below its tenant, it needs no more than its own name. */
static int
put_name(const struct ui *ui, const struct list_layout *l, int line,
    enum term_style style, size_t index, const char *name)
{
	bool below = tree_tenant_of(&ui->rows.tree, index) != NULL;
	int indent = below ? ROWS_INDENT : 0;

	term_text(line, 3 + indent, l->name - indent, style, below ?
	    store_leaf(name) : name);
	return 3 + l->name + 2;
}

static void
draw_profile(const struct ui *ui, const struct list_layout *l, size_t index,
    int line)
{
	struct profile view;
	const struct profile *p = listing_view(&ui->list, index, &view);
	enum profile_reason reason;
	enum profile_status status = profile_status(p, ui->now, &reason);
	bool marked = ui->rows.marked[index];
	char left[STATUS_LEFT_SIZE];
	int at;

	if (marked)
		term_text(line, 0, 1, STYLE_KEY, term_glyph(GLYPH_TICKED));
	status_left_signed(p, ui->now, term_glyph(GLYPH_RENEWABLE), left,
	    sizeof left);
	at = put_name(ui, l, line, marked ? STYLE_STRONG : STYLE_NORMAL,
	    index, p->name);
	at = put_cell(line, at, l->account, STYLE_NORMAL,
	    p->email != NULL ? p->email : "-");
	at = put_cell(line, at, l->plan, STYLE_NORMAL,
	    p->plan != NULL ? status_plan(p->plan) : "-");
	at = put_cell(line, at, l->left, list_style_of(status), left);
	draw_used(p, line, at, l->used);
}

static void
draw_row(const struct ui *ui, const struct list_layout *l, size_t row,
    int line)
{
	size_t what = ui->rows.tree.line[row];
	struct tree_tenant *tenant = tree_tenant(&ui->rows.tree, what);

	/* Only a sign, so that moving it costs a slow line little. */
	if (row == ui->selected)
		term_text(line, 1, 1, STYLE_MARK, term_glyph(GLYPH_MARK));
	if (tenant != NULL)
		list_draw_tenant(ui, l, tenant, line);
	else
		draw_profile(ui, l, what, line);
}

/* How much of the selected profile's facts there is room for. */
enum room { FACTS_ALL, FACTS_NO_OWNER, FACTS_NO_ACCOUNT, FACTS_LEFT };

static void
add_renewed_by(const struct profile *p, struct buffer *out)
{
	buffer_addf(out, " %s ", term_glyph(GLYPH_DOT));
	buffer_addf(out, _("renewed by %s"), p->owner != NULL ? p->owner :
	    "chatelaine");
}

static void
add_facts(const struct ui *ui, const struct profile *p, enum room facts,
    struct buffer *out)
{
	char end[TIME_TEXT_SIZE], left[TIME_TEXT_SIZE];
	const char *dot = term_glyph(GLYPH_DOT);

	app_time(ui->app, end, p->expires_at);
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
	/* That it is lent matters more than the account. */
	if (facts < FACTS_NO_OWNER || (p->owner != NULL && facts < FACTS_LEFT))
		add_renewed_by(p, out);
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

static void
add_selected(const struct ui *ui, const struct profile *p, int columns,
    struct buffer *out)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(p, ui->now, &reason);

	if (p->warning[0] != NULL)
		buffer_addf(out, "%s %s %s", p->name, term_glyph(GLYPH_DOT),
		    p->warning[0]);
	else if (status == PROFILE_OK || status == PROFILE_EXPIRING_SOON)
		for (int facts = FACTS_ALL; facts <= FACTS_LEFT; facts++) {
			buffer_clear(out);
			add_facts(ui, p, (enum room)facts, out);
			if (text_columns(out->data) <= columns)
				break;
		}
	else
		add_trouble(ui, p, out);
}

/* The selected profile in a line; it ticks. Or the tenant. */
static void
draw_selected(const struct ui *ui, const struct list_layout *l)
{
	const struct profile *p = ui_selected(ui);
	struct tree_tenant *tenant = ui_selected_tenant(ui);
	struct buffer text = BUFFER_INIT;

	if (l->selected < 0)
		return;
	if (p != NULL)
		add_selected(ui, p, l->columns - 2, &text);
	else if (tenant != NULL)
		list_add_tenant(ui, tenant, &text);
	if (text.length > 0)
		term_text(l->selected, 1, l->columns - 2, STYLE_NORMAL,
		    text.data);
	buffer_release(&text);
}

/* It scrolls: on a small screen there is not room for all of it. */
static void
draw_empty(const struct ui *ui, const struct list_layout *l,
    struct scroll *scroll)
{
	const char *head = _("No logins yet. Press a to sign in.");
	const char *text = _("chatelaine keeps your ChatGPT logins on this "
	    "machine, shows when each runs out, and hands them to the "
	    "programs that use them. You sign in on any device with a "
	    "browser: here you only need a code.");
	int line = l->lines >= 14 ? 4 : 1, gap = l->lines >= 14;
	int width = l->columns - 6 > 66 ? 66 : l->columns - 6;
	int end = l->message >= 0 && ui->message[0] != '\0' ? l->message :
	    l->keys;
	int heads = term_wrapped_lines(width, head), room, skip, at;
	int used = heads + gap + term_wrapped_lines(width, text);

	room = end - line;
	/* The sign that there is more has a line of its own. */
	if (used > room)
		room--;
	scroll_fit(scroll, used, room);
	skip = scroll->skip;
	/* NOLINTNEXTLINE(readability-suspicious-call-argument): at most so */
	at = skip < heads ? term_wrapped_from(line, 3, width, room,
	    STYLE_STRONG, head, skip) + gap : 0;
	skip = skip > heads + gap ? skip - heads - gap : 0;
	term_wrapped_from(line + at, 3, width, room - at, STYLE_NORMAL, text,
	    skip);
	ui_draw_more(end - 1, l->columns - 1, scroll_has_more(scroll));
}

static void
draw_no_match(const struct list_layout *l)
{
	term_wrapped(l->first, 3, l->columns - 6, l->rows, STYLE_STRONG,
	    _("Nothing matches the filter. Esc shows all."));
}

static void
draw_message(const struct ui *ui, const struct list_layout *l)
{
	for (int i = 0; i < l->message_lines; i++)
		term_text_padded(l->message + i, 1, l->columns - 2,
		    STYLE_NORMAL, "");
	term_wrapped(l->message, 1, l->columns - 2, l->message_lines,
	    ui->message_style, ui->message);
}

/* Keeps the selected row in view. */
static void
scroll(struct ui *ui, const struct list_layout *l)
{
	size_t rows = (size_t)l->rows, count = ui->rows.tree.lines;

	if (ui->selected < ui->top)
		ui->top = ui->selected;
	if (ui->selected >= ui->top + rows)
		ui->top = ui->selected - rows + 1;
	/* Whose it is, is seen, too. */
	if (ui->selected == ui->top && rows > 1 && ui->top > 0 && tree_tenant(
	    &ui->rows.tree, ui->rows.tree.line[ui->top - 1]) != NULL)
		ui->top--;
	/* No gap at the end that the rows above could fill. */
	if (ui->top > 0 && ui->top + rows > count)
		ui->top = count > rows ? count - rows : 0;
}

/* What is shown is as the files say. */
static void
read_rows(struct ui *ui, const struct list_layout *l)
{
	const struct tree *tree = &ui->rows.tree;

	for (size_t i = ui->top; i < ui->top + (size_t)l->rows &&
	    i < tree->lines; i++)
		if (tree->line[i] < tree->profiles)
			rows_read(&ui->rows, &ui->list, tree->line[i]);
}

/* Beside the list. */
static void
draw_pane(struct ui *ui, const struct list_layout *l)
{
	int column = l->width + 2, columns = l->columns - l->width - 3;

	if (l->width == l->columns)
		return;
	if (ui_selected_tenant(ui) != NULL)
		list_draw_tenant_pane(ui, ui_selected_tenant(ui), l->first,
		    column, l->rows, columns);
	else if (ui_selected(ui) != NULL)
		detail_draw_in(ui, ui_selected(ui), l->first, column, l->rows,
		    columns, 0);
}

void
list_draw(struct ui *ui, void *state)
{
	struct list_layout l;

	list_lay_out(ui, &l);
	scroll(ui, &l);
	read_rows(ui, &l);
	if (l.first > 0)
		draw_header(ui, &l);
	if (ui->list.count == 0)
		draw_empty(ui, &l, state);
	else
		draw_columns(ui, &l);
	if (ui->list.count > 0 && ui->rows.count == 0)
		draw_no_match(&l);
	for (int i = 0; i < l.rows && ui->top + (size_t)i <
	    ui->rows.tree.lines; i++)
		draw_row(ui, &l, ui->top + (size_t)i, l.first + i);
	draw_pane(ui, &l);
	draw_selected(ui, &l);
	if (l.message >= 0 && ui->message[0] != '\0')
		draw_message(ui, &l);
	ui_draw_keys(l.keys, 1, l.columns - 2, list_where(ui));
}
