/*
 * What terminals send for keys and for the mouse, where curses makes nothing of
 * it. The mouse is not left to curses, which would wait for the rest of a
 * report. And what a click on the screen means.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "ui/term_part.h"

/* The rest of a sequence that takes longer than this will not come. */
#define PATIENCE_MS 1000

#define DOUBLE_CLICK_MS 500
#define HOT_MAX 256		/* more than a screen has lines */

/* Where a click is a key. */
struct hot {
	int line, column, width, key;
};

/* One terminal, one mouse. */
static struct {
	struct hot hot[HOT_MAX];
	size_t count;
	int line, column;	/* of the last click */
	int64_t clicked;	/* when; 0: no first click */
} mouse;

/* Behind ESC [ or ESC O. */
static const struct {
	const char *sequence;
	int key;
} sequences[] = {
	{ "A", TERM_UP }, { "B", TERM_DOWN }, { "C", TERM_RIGHT },
	{ "D", TERM_LEFT }, { "H", TERM_HOME }, { "F", TERM_END },
	{ "1~", TERM_HOME }, { "4~", TERM_END }, { "7~", TERM_HOME },
	{ "8~", TERM_END }, { "5~", TERM_PAGE_UP }, { "6~", TERM_PAGE_DOWN },
	{ "Z", TERM_BACKTAB }, { "3~", TERM_BACKSPACE },
};

/* --- The mouse ------------------------------------------------------------ */

void
term_hot(int line, int column, int width, int key)
{
	if (mouse.count < HOT_MAX)
		mouse.hot[mouse.count++] = (struct hot){ line, column, width,
		    key };
}

void
term_cold(void)
{
	mouse.count = 0;
}

void
term_pointer(int *line, int *column)
{
	*line = mouse.line;
	*column = mouse.column;
}

static int
click(int line, int column)
{
	int64_t now = time_steady_ms();
	bool again = mouse.clicked > 0 && line == mouse.line &&
	    now - mouse.clicked <= DOUBLE_CLICK_MS;

	mouse.line = line;
	mouse.column = column;
	for (size_t i = 0; i < mouse.count; i++)
		if (line == mouse.hot[i].line &&
		    column >= mouse.hot[i].column &&
		    column < mouse.hot[i].column + mouse.hot[i].width) {
			mouse.clicked = 0;
			return mouse.hot[i].key;
		}
	mouse.clicked = again ? 0 : now;
	return again ? TERM_DOUBLE_CLICK : TERM_CLICK;
}

/* Buttons as in xterm's protocol: 0 is the left one, 64 and 65 are the wheel;
 * 4, 8 and 16 are the modifiers. */
static int
report(long button, long column, long line)
{
	button &= ~(4L | 8L | 16L);
	if (column < 1 || line < 1 || column > 9999 || line > 9999)
		return TERM_NONE;
	if (button == 64)
		return TERM_WHEEL_UP;
	if (button == 65)
		return TERM_WHEEL_DOWN;
	return button == 0 ? click((int)line - 1, (int)column - 1) : TERM_NONE;
}

/* "<0;12;3M", a button that is pressed; with an m it is let go. */
static int
report_sgr(const char *bytes)
{
	char *end;
	long number[3];

	for (int i = 0; i < 3; i++) {
		number[i] = strtol(bytes + 1, &end, 10);
		if (end == bytes + 1 || *end != (i < 2 ? ';' : 'M'))
			return TERM_NONE;
		bytes = end;
	}
	return report(number[0], number[1], number[2]);
}

/* --- Keys ----------------------------------------------------------------- */

bool
term_input_begin(struct term_input *input, int byte)
{
	if (byte != '[' && byte != 'O')
		return false;
	input->bytes[0] = (char)byte;
	input->length = 1;
	input->since = time_steady_ms();
	return true;
}

bool
term_input_is_open(struct term_input *input)
{
	if (input->length > 0 && time_steady_ms() - input->since > PATIENCE_MS)
		input->length = 0;
	return input->length > 0;
}

static int
key_of(const char *sequence)
{
	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
		if (strcmp(sequences[i].sequence, sequence) == 0)
			return sequences[i].key;
	return TERM_OTHER;
}

int
term_input_next(struct term_input *input, int byte)
{
	char *bytes = input->bytes;

	input->since = time_steady_ms();
	/* One that is too long is read to its end all the same. */
	if (input->length + 1 < sizeof input->bytes)
		bytes[input->length++] = (char)byte;
	bytes[input->length] = '\0';
	/* ESC [ M and three characters: the mouse as it was at first. */
	if (bytes[0] == '[' && bytes[1] == 'M') {
		if (input->length < 5)
			return TERM_NONE;
		input->length = 0;
		return report((unsigned char)bytes[2] - 32L,
		    (unsigned char)bytes[3] - 32L,
		    (unsigned char)bytes[4] - 32L);
	}
	/* Parameters, then one character from @ to ~. */
	if (byte < 0x40 || byte > 0x7e)
		return TERM_NONE;
	input->length = 0;
	if (bytes[0] == '[' && bytes[1] == '<')
		return report_sgr(bytes + 1);
	return key_of(bytes + 1);
}

int
term_input_utf8(struct term_input *input, int byte)
{
	uint32_t c;
	size_t n;

	if (!text_is_utf8())
		return TERM_OTHER;
	input->typed[input->typed_length++] = (char)byte;
	n = text_decode(input->typed, input->typed_length, &c);
	if (n == 0 && input->typed_length < sizeof input->typed &&
	    ((unsigned char)byte >= 0xc0 || input->typed_length > 1))
		return TERM_NONE;
	input->typed_length = 0;
	return n == 0 ? TERM_OTHER : (int)c;
}
