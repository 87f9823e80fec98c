#include "config.h"

#include <sys/ioctl.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "base/buffer.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/term_part.h"

/* How long after ESC the rest of a key's sequence may come; ms. */
#define ESC_DELAY_MS 25

/* Curses knows one terminal at a time, so there is one of these. */
static struct {
	SCREEN *screen;
	struct termios before;	/* how the terminal was */
	bool has_before;
	bool mouse;		/* it is on */
	bool utf8;		/* texts: the locale says so */
	bool borrows;		/* it does not, but half blocks may do */
	bool inks;		/* there is a black on white, or a reverse */
	enum term_theme theme;
	attr_t style[STYLES];
	short pair[STYLES];
	int cursor_line, cursor_column;
	struct term_input input;
} term;

bool
term_is_possible(void)
{
	const char *name = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    name != NULL && *name != '\0' && strcmp(name, "dumb") != 0;
}

static void
set_style(enum term_style style, int colours)
{
	struct term_look look = term_look(style, term.theme, colours);
	short pair = (short)(style + 1);
	attr_t attributes = A_NORMAL;

	attributes |= (look.attributes & LOOK_BOLD) != 0 ? A_BOLD : 0;
	attributes |= (look.attributes & LOOK_DIM) != 0 ? A_DIM : 0;
	attributes |= (look.attributes & LOOK_UNDERLINE) != 0 ? A_UNDERLINE :
	    0;
	attributes |= (look.attributes & LOOK_REVERSE) != 0 ? A_REVERSE : 0;
	term.style[style] = attributes;
	term.pair[style] = 0;
	if (look.colour == COLOUR_OWN)
		return;
	/* A pair of its own; 0 is the terminal's. */
	init_pair(pair, look.colour, look.background);
	term.pair[style] = pair;
}

static void
set_theme(void)
{
	int colours = 0;

	if (has_colors() && start_color() == OK) {
		use_default_colors();
		colours = COLORS;
	}
	term.inks = colours >= 8 || (termattrs() & A_REVERSE) != 0;
	/* One without colours may be as old as it looks. */
	term.borrows = term.borrows && colours >= 8;
	for (int i = 0; i < STYLES; i++)
		set_style((enum term_style)i, colours);
}

void
term_use_theme(enum term_theme theme)
{
	term.theme = theme;
	set_theme();
	term_redraw();
}

/*
 * The C locale says nothing of the terminal, which nearly always takes UTF-8.
 * Our texts stay ASCII in it. But a QR code can be had on request, if curses
 * is told, while it sends, that it may pass half blocks on.
 */
static void
set_encoding(void)
{
	const char *locale = setlocale(LC_CTYPE, NULL);

	term.utf8 = text_is_utf8();
	term.borrows = !term.utf8 && locale != NULL &&
	    (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0) &&
	    setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

static void
borrow_utf8(bool borrow)
{
	if (term.borrows)
		setlocale(LC_CTYPE, borrow ? "C.UTF-8" : "C");
}

/* The terminal's word for @name, or NULL: it has none. */
static const char *
terminal_text(const char *name)
{
	const char *text = tigetstr(name);

	return (intptr_t)text == -1 ? NULL : text;
}

/* What turns the mouse on or off, until the next call; NULL: there is none. */
static const char *
mouse_text(bool on)
{
	const char *mode = terminal_text("XM");

	if (terminal_text("kmous") == NULL)
		return NULL;
	if (mode != NULL)
		return tparm(mode, on ? 1 : 0);
	/* As curses itself does where the description lacks it. */
	return on ? "\033[?1000h" : "\033[?1000l";
}

/* What endwin() would send, had one time to call it. */
static void
prepare_for_crash(void)
{
	static const char *const last[] = { "op", "sgr0", "rmcup", "rmkx",
	    "cnorm" };
	const char *text = mouse_text(false);

	crash_disarm();
	for (size_t i = 0;; i++) {
		if (text != NULL)
			crash_say(text);
		if (i == sizeof last / sizeof last[0])
			break;
		text = terminal_text(last[i]);
	}
	crash_arm(term.has_before ? &term.before : NULL);
}

int
term_open(struct error *err)
{
	term.has_before = tcgetattr(STDIN_FILENO, &term.before) == 0;
	set_encoding();
	term.screen = newterm(NULL, stdout, stdin);
	borrow_utf8(false);
	if (term.screen == NULL || tigetstr("cup") == NULL) {
		term_close();
		return error_set(err, ERROR_FAILED, "%s",
		    _("this kind of terminal is not known here, or cannot "
		    "move its cursor; set TERM to another, or use 'chatelaine "
		    "list'"));
	}
	prepare_for_crash();
	set_escdelay(ESC_DELAY_MS);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	/* Ours: see term_input.c. */
	keyok(KEY_MOUSE, FALSE);
	set_theme();
	return 0;
}

void
term_close(void)
{
	if (term.screen == NULL)
		return;
	term_mouse(false);
	endwin();
	crash_disarm();
	delscreen(term.screen);
	term.screen = NULL;
	if (term.has_before)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &term.before);
}

void
term_leave(void)
{
	term_mouse(false);
	endwin();
	if (term.has_before)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &term.before);
}

void
term_return(void)
{
	reset_prog_mode();
	term_resized();
	term_redraw();
}

void
term_resized(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	term_redraw();
}

void
term_size(int *lines, int *columns)
{
	getmaxyx(stdscr, *lines, *columns);
}

bool
term_has_blocks(void)
{
	return term.utf8 || term.borrows;
}

const char *
term_glyph(enum term_glyph glyph)
{
	return term_look_glyph(glyph, term.utf8);
}

static void
use_style(enum term_style style)
{
	attr_set(term.style[style], term.pair[style], NULL);
}

/* The one way of a text onto the screen. */
static int
put(int line, int column, int width, enum term_style style, const char *text,
    bool pad)
{
	struct buffer safe = BUFFER_INIT;
	int lines, columns, used;

	term_size(&lines, &columns);
	if (width > columns - column)
		width = columns - column;
	if (line < 0 || line >= lines || column < 0 || width <= 0)
		return 0;
	used = text_add_clipped(&safe, text, width);
	for (; pad && used < width; used++)
		buffer_add_char(&safe, ' ');
	use_style(style);
	mvaddstr(line, column, safe.data);
	buffer_release(&safe);
	return used;
}

int
term_text(int line, int column, int width, enum term_style style,
    const char *text)
{
	return put(line, column, width, style, text, false);
}

void
term_text_padded(int line, int column, int width, enum term_style style,
    const char *text)
{
	put(line, column, width, style, text, true);
}

void
term_qr_cell(int line, int column, bool upper, bool lower)
{
	static const wchar_t *const blocks[] = {
		L" ", L"\u2584", L"\u2580", L"\u2588"
	};
	enum term_style style = STYLE_QR;
	const wchar_t *sign;
	cchar_t cell;

	if (!term.inks) {
		/* Light is what can be drawn, on a ground that is dark. */
		upper = !upper;
		lower = !lower;
	}
	sign = blocks[(upper ? 2 : 0) + (lower ? 1 : 0)];
	if (upper && lower && !term.utf8) {
		sign = term.inks ? L" " : L"#";
		style = STYLE_QR_DARK;
	}
	if (!term.inks)
		style = STYLE_NORMAL;
	/* Curses adds what was in use last: bold black is grey. */
	use_style(style);
	setcchar(&cell, sign, term.style[style], term.pair[style], NULL);
	mvadd_wch(line, column, &cell);
}

/* The parts of a frame. */
enum frame { SIDE_LEVEL, SIDE_UPRIGHT, CORNER_1, CORNER_2, CORNER_3, CORNER_4 };

/* Not curses' ACS: in a UTF-8 locale the characters themselves are understood
 * by more terminals than the switch to a line-drawing set. */
static const cchar_t *
frame(enum frame part, cchar_t *cell)
{
	static const wchar_t *const signs[][2] = {
		[SIDE_LEVEL] = { L"\u2500", L"-" },
		[SIDE_UPRIGHT] = { L"\u2502", L"|" },
		[CORNER_1] = { L"\u250c", L"+" },
		[CORNER_2] = { L"\u2510", L"+" },
		[CORNER_3] = { L"\u2514", L"+" },
		[CORNER_4] = { L"\u2518", L"+" },
	};

	setcchar(cell, signs[part][term.utf8 ? 0 : 1], A_NORMAL, 0, NULL);
	return cell;
}

void
term_box(int line, int column, int lines, int columns, const char *title)
{
	int last = line + lines - 1, right = column + columns - 1;
	cchar_t cell;

	if (lines < 2 || columns < 2)
		return;
	use_style(STYLE_NORMAL);
	for (int y = line; y <= last; y++)
		mvhline(y, column, ' ', columns);
	frame(SIDE_LEVEL, &cell);
	mvhline_set(line, column, &cell, columns);
	mvhline_set(last, column, &cell, columns);
	frame(SIDE_UPRIGHT, &cell);
	mvvline_set(line, column, &cell, lines);
	mvvline_set(line, right, &cell, lines);
	mvadd_wch(line, column, frame(CORNER_1, &cell));
	mvadd_wch(line, right, frame(CORNER_2, &cell));
	mvadd_wch(last, column, frame(CORNER_3, &cell));
	mvadd_wch(last, right, frame(CORNER_4, &cell));
	if (columns > 6)
		term_textf(line, column + 2, columns - 4, STYLE_TITLE, " %s ",
		    title);
}

void
term_clear(void)
{
	attr_set(A_NORMAL, 0, NULL);
	erase();
	term.cursor_line = term.cursor_column = -1;
	term_cold();
}

void
term_cursor(int line, int column)
{
	term.cursor_line = line;
	term.cursor_column = column;
}

void
term_show(void)
{
	bool visible = term.cursor_line >= 0;

	curs_set(visible);
	leaveok(stdscr, !visible);
	if (visible)
		move(term.cursor_line, term.cursor_column);
	borrow_utf8(true);
	refresh();
	borrow_utf8(false);
}

void
term_redraw(void)
{
	clearok(curscr, TRUE);
}

void
term_mouse(bool on)
{
	const char *text = mouse_text(on);

	if (on == term.mouse || text == NULL)
		return;
	term.mouse = on;
	putp(text);
	fflush(stdout);
}

/* What curses calls a key. */
static const struct {
	int code, key;
} keys[] = {
	{ KEY_UP, TERM_UP }, { KEY_DOWN, TERM_DOWN },
	{ KEY_RIGHT, TERM_RIGHT }, { KEY_LEFT, TERM_LEFT },
	{ KEY_HOME, TERM_HOME }, { KEY_END, TERM_END },
	{ KEY_PPAGE, TERM_PAGE_UP }, { KEY_NPAGE, TERM_PAGE_DOWN },
	{ KEY_BTAB, TERM_BACKTAB }, { KEY_ENTER, TERM_ENTER },
	{ KEY_BACKSPACE, TERM_BACKSPACE }, { KEY_DC, TERM_BACKSPACE },
};

static int
curses_key(int code)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (code == keys[i].code)
			return keys[i].key;
	return TERM_OTHER;
}

/*
 * After an ESC that curses made nothing of: alone it is the key, with more
 * behind it a sequence of a key that the terminal's description lacks, or Alt
 * and a character. Those must do nothing, least of all cancel.
 */
static int
escape_key(void)
{
	int c = getch();

	if (c == ERR)
		return TERM_ESC;
	if (c == TERM_ESC) {
		ungetch(c);	/* pressed twice */
		return TERM_ESC;
	}
	return term_input_begin(&term.input, c) ? TERM_NONE : TERM_OTHER;
}

static int
byte_key(int c)
{
	if (term_input_is_open(&term.input) && c != TERM_ESC)
		return term_input_next(&term.input, c);
	term.input.length = 0;
	if (c >= 0x80)
		return term_input_utf8(&term.input, c);
	term.input.typed_length = 0;
	if (c == TERM_ESC)
		return escape_key();
	return c == '\r' ? TERM_ENTER : c == 0x7f ? TERM_BACKSPACE : c;
}

int
term_key(void)
{
	int c, key;

	while ((c = getch()) != ERR) {
		if (c == KEY_RESIZE)
			continue;
		if (c > 0xff)
			term.input.length = term.input.typed_length = 0;
		key = c > 0xff ? curses_key(c) : byte_key(c);
		if (key != TERM_NONE)
			return key;
	}
	return TERM_NONE;
}

bool
term_is_gone(void)
{
	int waiting = 0;

	/* Readable, and nothing to read: the end. */
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0;
}
