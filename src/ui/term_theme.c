/*
 * The themes. Blue against orange and red is seen by nearly everybody, red
 * against green is not; bold tells the worst from the bad once more, and the
 * texts say it all without either. And the glyphs.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/term_part.h"

/* Of 256 colours, these two are what they say; of 8, a theme may bend them. */
#define BLACK_OF_256 16
#define WHITE_OF_256 231

/* What the terminal's background is, as far as is known. */
enum ground { GROUND_ANY, GROUND_DARK, GROUND_LIGHT, GROUNDS };

/* The terminal's own 8 colours, which a person may have tuned. */
enum { RED = 1, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6 };

/* Of 256: each has a contrast of 3.8 or more on black and on white. */
enum { MID_BLUE = 32, MID_ORANGE = 130, MID_RED = 197 };

enum { ACCENT, GOOD, WARNING, BAD, COLOURS };

static const short colours_of_8[GROUNDS][COLOURS] = {
	[GROUND_ANY] = { CYAN, CYAN, YELLOW, RED },
	[GROUND_DARK] = { CYAN, CYAN, YELLOW, RED },
	[GROUND_LIGHT] = { BLUE, BLUE, MAGENTA, RED },
};

static const short colours_of_256[GROUNDS][COLOURS] = {
	[GROUND_ANY] = { MID_BLUE, MID_BLUE, MID_ORANGE, MID_RED },
	[GROUND_DARK] = { CYAN, CYAN, YELLOW, RED + 8 },
	[GROUND_LIGHT] = { BLUE, BLUE, MAGENTA, RED },
};

static const struct {
	int colour;		/* ACCENT...; COLOUR_OWN */
	unsigned int attributes, without;	/* in colours, and in none */
} styles[STYLES] = {
	[STYLE_NORMAL] = { COLOUR_OWN, 0, 0 },
	[STYLE_STRONG] = { COLOUR_OWN, LOOK_BOLD, LOOK_BOLD },
	[STYLE_DIM] = { COLOUR_OWN, LOOK_DIM, LOOK_DIM },
	[STYLE_TITLE] = { ACCENT, LOOK_BOLD, LOOK_BOLD },
	[STYLE_MARK] = { ACCENT, 0, 0 },
	[STYLE_KEY] = { ACCENT, LOOK_BOLD, LOOK_BOLD },
	[STYLE_GOOD] = { GOOD, 0, 0 },
	[STYLE_WARNING] = { WARNING, 0, LOOK_BOLD },
	[STYLE_BAD] = { BAD, LOOK_BOLD, LOOK_BOLD },
	[STYLE_FIELD] = { COLOUR_OWN, LOOK_UNDERLINE, LOOK_UNDERLINE },
};

/* rxvt, Konsole and others say "15;0" or "0;default;15": text, background. Of
 * the 16 colours, 7 and the bright ones from 9 on are light. To ask the
 * terminal itself would mean to read an answer that anybody may have typed. */
static enum ground
find_ground(void)
{
	const char *colours = getenv("COLORFGBG"), *last;
	char *end;
	long number;

	last = colours == NULL ? NULL : strrchr(colours, ';');
	if (last == NULL)
		return GROUND_ANY;
	number = strtol(last + 1, &end, 10);
	if (end == last + 1 || *end != '\0' || number < 0 || number > 15)
		return GROUND_ANY;
	return number == 7 || number > 8 ? GROUND_LIGHT : GROUND_DARK;
}

/* What was chosen here goes before what is asked of all programs. */
static bool
has_colours(enum term_theme theme, int colours)
{
	const char *no_color = getenv("NO_COLOR");

	return colours >= 8 && theme != THEME_MONO && (theme != THEME_AUTO ||
	    no_color == NULL || *no_color == '\0');
}

struct term_look
term_look(enum term_style style, enum term_theme theme, int colours)
{
	struct term_look look = { COLOUR_OWN, COLOUR_OWN,
	    styles[style].without };
	enum ground ground = theme == THEME_LIGHT ? GROUND_LIGHT :
	    theme == THEME_DARK ? GROUND_DARK : find_ground();

	/* Not decoration: a phone must read it, so NO_COLOR is no reason. */
	if (style == STYLE_QR_DARK)
		return colours >= 256 ?
		    (struct term_look){ WHITE_OF_256, BLACK_OF_256, 0 } :
		    colours >= 8 ? (struct term_look){ 7, 0, 0 } :
		    (struct term_look){ COLOUR_OWN, COLOUR_OWN, 0 };
	if (style == STYLE_QR && colours >= 256)
		return (struct term_look){ BLACK_OF_256, WHITE_OF_256, 0 };
	if (style == STYLE_QR && colours >= 8)
		return (struct term_look){ 0, 7, 0 };
	if (style == STYLE_QR)
		return (struct term_look){ COLOUR_OWN, COLOUR_OWN,
		    LOOK_REVERSE };
	if (!has_colours(theme, colours))
		return look;
	look.attributes = styles[style].attributes;
	if (styles[style].colour != COLOUR_OWN)
		look.colour = (colours >= 256 ? colours_of_256 :
		    colours_of_8)[ground][styles[style].colour];
	return look;
}

/* --- Glyphs --------------------------------------------------------------- */

static const char *const glyphs[GLYPHS][2] = {
	/* in UTF-8, in ASCII */
	[GLYPH_MARK] = { "\xe2\x96\x8c", ">" },
	[GLYPH_TICKED] = { "\xe2\x97\x8f", "+" },
	[GLYPH_SORTED] = { "\xe2\x96\xb4", "^" },
	[GLYPH_RENEWABLE] = { "\xe2\x86\xbb", "*" },
	[GLYPH_ENTER] = { "\xe2\x8f\x8e", N_("Enter") },
	[GLYPH_DOT] = { "\xc2\xb7", "-" },
	[GLYPH_BAR_FULL] = { "\xe2\x96\xb0", "#" },
	[GLYPH_BAR_EMPTY] = { "\xe2\x96\xb1", "." },
	[GLYPH_LEFT] = { "\xe2\x97\x82", "<" },
	[GLYPH_RIGHT] = { "\xe2\x96\xb8", ">" },
	[GLYPH_CHOSEN] = { "\xe2\x97\x8f", "(*)" },
	[GLYPH_NOT_CHOSEN] = { "\xe2\x97\x8b", "( )" },
	[GLYPH_ELLIPSIS] = { "\xe2\x80\xa6", "..." },
	[GLYPH_FOLDED] = { "\xe2\x96\xb8", "+" },
	[GLYPH_UNFOLDED] = { "\xe2\x96\xbe", "-" },
};

const char *
term_look_glyph(enum term_glyph glyph, bool utf8)
{
	return glyphs[glyph][utf8 ? 0 : 1];
}
