/*
 * term: the terminal. The only file with curses.
 *
 * Positions are lines and columns from 0 at the top left. Everything is
 * clipped to the screen, every text is made safe by base/text: there is no
 * other way onto the screen.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>

#include "base/error.h"

/* What a text is; how that looks is the theme's business. No state is told by
 * colour alone. */
enum term_style {
	STYLE_NORMAL,
	STYLE_STRONG,		/* what the eye should find first */
	STYLE_DIM,
	STYLE_TITLE,
	STYLE_MARK,		/* what moves with the selection */
	STYLE_KEY,		/* a key in the footer */
	STYLE_GOOD,
	STYLE_WARNING,
	STYLE_BAD,
	STYLE_FIELD,		/* where one types */
	STYLE_QR,		/* black on white, whatever the theme */
	STYLE_QR_DARK,		/* a cell of it that is black */
	STYLES
};

/* For which background the colours are; by what is known of it, or none. */
enum term_theme { THEME_AUTO, THEME_LIGHT, THEME_DARK, THEME_MONO };

/* Signs with a form in ASCII. */
enum term_glyph {
	GLYPH_MARK,		/* the selected row */
	GLYPH_TICKED,		/* a marked row */
	GLYPH_SORTED,		/* behind the heading of a sorted column */
	GLYPH_RENEWABLE,
	GLYPH_ENTER,
	GLYPH_DOT,		/* between two facts */
	GLYPH_BAR_FULL,
	GLYPH_BAR_EMPTY,
	GLYPH_LEFT, GLYPH_RIGHT,	/* there are other choices */
	GLYPH_CHOSEN, GLYPH_NOT_CHOSEN,
	GLYPH_ELLIPSIS,
	GLYPH_FOLDED, GLYPH_UNFOLDED,
	GLYPHS
};

/* Keys beyond Unicode's characters, which are given as themselves. */
enum term_key {
	TERM_NONE = 0x110000,	/* nothing was typed */
	TERM_UP, TERM_DOWN, TERM_LEFT, TERM_RIGHT,
	TERM_HOME, TERM_END, TERM_PAGE_UP, TERM_PAGE_DOWN,
	TERM_BACKTAB,
	TERM_CLICK, TERM_DOUBLE_CLICK, TERM_WHEEL_UP, TERM_WHEEL_DOWN,
	TERM_OTHER,		/* a key that we do not use */
	TERM_SPOT = 0x120000	/* and more: for term_hot() */
};

#define TERM_ESC 0x1b
#define TERM_ENTER '\n'
#define TERM_TAB '\t'
#define TERM_BACKSPACE 0x08
#define TERM_REDRAW 0x0c	/* Ctrl-L */

/* True when standard input and output are a terminal with a cursor that can
 * be moved. */
bool term_is_possible(void);

/* Takes the terminal; gives it back as it was. */
int term_open(struct error *err);
void term_close(void);

/* Takes these colours from the next term_show() on. */
void term_use_theme(enum term_theme theme);

/* Leaves the screen for plain text (and for a suspended program), and comes
 * back to it. Between the two nothing may be drawn. */
void term_leave(void);
void term_return(void);

/* After the window's size changed. */
void term_resized(void);

void term_size(int *lines, int *columns);
bool term_has_blocks(void);	/* half blocks can be shown, perhaps */

/* Draws @text from @column on in at most @width columns; returns the columns
 * used. term_text_padded() fills the rest. */
int term_text(int line, int column, int width, enum term_style style,
    const char *text);
void term_text_padded(int line, int column, int width, enum term_style style,
    const char *text);
int term_textf(int line, int column, int width, enum term_style style,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Draws a text over several lines, broken at spaces; returns the lines used,
 * at most @most. */
int term_wrapped(int line, int column, int width, int most,
    enum term_style style, const char *text);

/* The same without the first @from lines. */
int term_wrapped_from(int line, int column, int width, int most,
    enum term_style style, const char *text, int from);

/* How many lines that takes. */
int term_wrapped_lines(int width, const char *text);

/* The sign, for use in a text. */
const char *term_glyph(enum term_glyph glyph);

/* One cell of a QR code: its two halves above each other, true is dark. Where
 * they are alike it takes no block in a locale that has none. */
void term_qr_cell(int line, int column, bool upper, bool lower);

/* An empty box with a frame and a title; what was below is gone. */
void term_box(int line, int column, int lines, int columns,
    const char *title);

void term_clear(void);		/* before a new picture */
void term_show(void);		/* sends what has changed */
void term_redraw(void);		/* sends everything at the next term_show() */

/* Where the cursor stands; hidden unless placed since term_clear(). */
void term_cursor(int line, int column);

/* The next key; TERM_NONE when there is none, or not yet a whole one. Never
 * waits. */
int term_key(void);

/* Whether the terminal reports its mouse. While it does, most want Shift held
 * to select text. Off after term_open() and term_return(). */
void term_mouse(bool on);

/* A click on a part of a line is that key, or what is TERM_SPOT and more; and
 * none is any more. */
void term_hot(int line, int column, int width, int key);
void term_cold(void);

/* Where the last TERM_CLICK or TERM_DOUBLE_CLICK was. */
void term_pointer(int *line, int *column);

/* Asked when the terminal is said to be readable: true when that means its
 * end. */
bool term_is_gone(void);

/* Sends text to the clipboard of the terminal that the person sits at (OSC
 * 52), through tmux and screen. Whether it arrived cannot be known. */
void term_copy(const char *text);

/* Writes lines to the terminal while the screen is left. */
void term_plain(const char *text);

#endif
