#include "config.h"

#include "base/buffer.h"
#include "base/text.h"
#include "ui/choice.h"
#include "ui/screen.h"
#include "ui/term.h"

#define COLUMNS 72
#define INDENT 2		/* the mark stands before everything else */

/* The lines of the text, of @lines: one choice is always in sight. */
static int
text_lines(int lines, int columns, size_t count, const char *text)
{
	int wanted = term_wrapped_lines(columns - INDENT, text);
	int most = count > 0 ? lines - 1 : lines;

	return wanted < most ? wanted : most > 0 ? most : 0;
}

static struct dialog
draw_box(const char *title, uint64_t on, size_t count, const char *text)
{
	int lines, columns;

	term_size(&lines, &columns);
	columns = columns - 4 < COLUMNS ? columns - 4 : COLUMNS;
	return dialog_draw(title, (int)count + (count > 0) +
	    term_wrapped_lines(columns - INDENT, text) + 1, COLUMNS, on);
}

struct choice_dialog
choice_dialog_draw(const char *title, uint64_t on, size_t count, size_t at,
    const struct error *err, const char *text)
{
	struct buffer said = BUFFER_INIT;
	bool bad = err->code != ERROR_NONE;
	struct choice_dialog c;
	int below, room, gap, shown;

	if (bad)
		ui_error_words(err, &said);
	else
		buffer_add_string(&said, text);
	c.inside = draw_box(title, on, count, said.data);
	below = text_lines(c.inside.lines, c.inside.columns, count, said.data);
	room = c.inside.lines - below;
	gap = count > 0 && room > 1;
	room -= gap;
	shown = room > 0 && (size_t)room < count ? room : (int)count;
	c.from = shown > 0 && at >= (size_t)shown ? at - (size_t)shown + 1 : 0;
	c.to = c.from + (size_t)shown;
	term_wrapped(c.inside.line + shown + gap, c.inside.column + INDENT,
	    c.inside.columns - INDENT, below, bad ? STYLE_BAD : STYLE_NORMAL,
	    said.data);
	buffer_release(&said);
	return c;
}

void
choice_dialog_line(const struct choice_dialog *c, size_t i, bool focused,
    const char *box, const char *label, const char *note)
{
	if (i < c->from || i >= c->to)
		return;
	choice_draw(&c->inside, (int)(i - c->from), focused, box, label, note);
	dialog_hot(&c->inside, (int)(i - c->from), (int)i);
}

void
choice_draw(const struct dialog *d, int line, bool focused, const char *box,
    const char *label, const char *note)
{
	int at = d->column + INDENT, end = d->column + d->columns, most;

	if (line >= d->lines)
		return;
	line += d->line;
	if (focused)
		term_text(line, d->column, 1, STYLE_TITLE,
		    term_glyph(GLYPH_MARK));
	if (*box != '\0')
		at += term_text(line, at, end - at, STYLE_NORMAL, box) + 1;
	/* Of a long label so much that the note is told, too. */
	most = end - at - (*note == '\0' ? 0 : 2 + text_columns(note));
	if (most < (end - at) / 2)
		most = (end - at) / 2;
	at += term_text(line, at, most, focused ? STYLE_STRONG :
	    STYLE_NORMAL, label) + 2;
	term_text(line, at, end - at, STYLE_DIM, note);
}
