/*
 * term_part: what the files of term share, and nobody else uses. No curses.
 */
#ifndef UI_TERM_PART_H
#define UI_TERM_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "ui/term.h"

/* --- How it looks: term_theme.c ------------------------------------------- */

enum {
	LOOK_BOLD = 1 << 0, LOOK_DIM = 1 << 1, LOOK_UNDERLINE = 1 << 2,
	LOOK_REVERSE = 1 << 3
};

/* The terminal's own colour. */
#define COLOUR_OWN (-1)

struct term_look {
	short colour, background;
	unsigned int attributes;	/* LOOK_... */
};

/* The look of a style on a terminal of @colours colours, 0 for none. */
struct term_look term_look(enum term_style style, enum term_theme theme,
    int colours);

/* The glyph in UTF-8, or what stands for it in ASCII. */
const char *term_look_glyph(enum term_glyph glyph, bool utf8);

/* --- When the program is lost: term_crash.c ------------------------------- */

/* Puts @text, from terminfo, behind what gives the terminal back, without its
 * padding. What does not fit is left out. */
void crash_say(const char *text);

/* From here on a signal by which a program ends of its own mistake (SIGSEGV,
 * SIGABRT ...) first writes these texts, and sets the modes of the terminal to
 * @before, which is copied, where it is not NULL. */
void crash_arm(const struct termios *before);

/* The terminal is given back: such a signal only ends the program. */
void crash_disarm(void);

/* --- What is typed: term_input.c ------------------------------------------ */

/* The bytes of a key that is not yet whole. */
struct term_input {
	char bytes[32];
	size_t length;
	int64_t since;		/* the last byte, in steady ms */
	char typed[4];		/* the start of a character */
	size_t typed_length;
};

/* Begins with the byte behind an ESC: false, when that is no sequence. */
bool term_input_begin(struct term_input *input, int byte);

/* True while a sequence is under way. One whose rest never came is dropped. */
bool term_input_is_open(struct term_input *input);

/* Takes its next byte. TERM_NONE while it is not whole, and for what means
 * nothing, such as a button that is let go. */
int term_input_next(struct term_input *input, int byte);

/* The same for a character in UTF-8. */
int term_input_utf8(struct term_input *input, int byte);

#endif
