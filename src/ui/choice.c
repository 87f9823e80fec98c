#include "config.h"

#include "ui/choice.h"
#include "ui/term.h"

void
choice_draw(const struct dialog *d, int line, bool focused, const char *box,
    const char *label, const char *note)
{
	int at = d->column + 2, end = d->column + d->columns;

	if (line >= d->lines)
		return;
	line += d->line;
	if (focused)
		term_text(line, d->column, 1, STYLE_TITLE,
		    term_glyph(GLYPH_MARK));
	if (*box != '\0')
		at += term_text(line, at, end - at, STYLE_NORMAL, box) + 1;
	at += term_text(line, at, end - at, focused ? STYLE_STRONG :
	    STYLE_NORMAL, label) + 2;
	term_text(line, at, end - at, STYLE_DIM, note);
}
