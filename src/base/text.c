#include "config.h"

#include <langinfo.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

/* More marks than this on one base only serve to paint over other lines. */
#define MARKS_MAX 2

/* A word of this byte only. */
#define EACH(byte) ((uint64_t)(byte) * UINT64_C(0x0101010101010101))

/* Characters that have no place on a screen, or that change others. */
static const struct {
	uint32_t first, last;
} unsafe[] = {
	{ 0x0000, 0x001f },	/* C0 */
	{ 0x007f, 0x009f },	/* DEL, C1 */
	{ 0x00ad, 0x00ad },	/* soft hyphen */
	{ 0x034f, 0x034f },	/* combining grapheme joiner */
	{ 0x061c, 0x061c },	/* Arabic letter mark */
	{ 0x115f, 0x1160 },	/* Hangul fillers */
	{ 0x17b4, 0x17b5 },	/* Khmer inherent vowels */
	{ 0x180b, 0x180f },	/* Mongolian selectors, vowel separator */
	{ 0x200b, 0x200f },	/* zero width, LRM, RLM */
	{ 0x2028, 0x202e },	/* separators, bidi embedding, override */
	{ 0x2060, 0x206f },	/* word joiner, isolates, deprecated */
	{ 0x3164, 0x3164 },	/* Hangul filler */
	{ 0xd800, 0xf8ff },	/* surrogates, private use */
	{ 0xfdd0, 0xfdef },	/* noncharacters */
	{ 0xfe00, 0xfe0f },	/* variation selectors */
	{ 0xfeff, 0xfeff },	/* byte order mark */
	{ 0xffa0, 0xffa0 },	/* halfwidth Hangul filler */
	{ 0xfff0, 0xffff },	/* interlinear marks, specials */
	{ 0x1bca0, 0x1bca3 },	/* shorthand format controls */
	{ 0x1d173, 0x1d17a },	/* musical format controls */
	{ 0xe0000, 0x10ffff },	/* tags, selectors, private use */
};

bool
text_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

size_t
text_decode(const char *data, size_t length, uint32_t *character)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} form[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};
	const unsigned char *p = (const unsigned char *)data;

	for (size_t n = 0; n < 4; n++) {
		uint32_t c;

		if ((p[0] & form[n].mask) != form[n].lead)
			continue;
		if (n >= length)
			return 0;
		c = p[0] & (unsigned char)~form[n].mask;
		for (size_t i = 1; i <= n; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (p[i] & 0x3f);
		}
		if (c < form[n].least || c > 0x10ffff ||
		    (c >= 0xd800 && c <= 0xdfff))
			return 0;
		*character = c;
		return n + 1;
	}
	return 0;
}

static bool
is_unsafe(uint32_t c)
{
	for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	/* The last two of each plane are noncharacters. */
	return (c & 0xfffe) == 0xfffe;
}

/* One character made safe: what to print and how wide that is. */
struct piece {
	char bytes[MB_LEN_MAX + 12];
	size_t length;
	int columns;
};

static void
piece_format(struct piece *piece, const char *format, unsigned int value)
{
	int n = snprintf(piece->bytes, sizeof piece->bytes, format, value);

	piece->length = (size_t)n;
	piece->columns = n;
}

/* Takes the next character off @text into @piece; @marks counts the combining
 * marks on the base before it (-1: there is no base). Returns the bytes
 * taken. */
static size_t
next_piece(const char *text, size_t length, int *marks, struct piece *piece)
{
	mbstate_t state = { 0 };
	uint32_t c;
	size_t taken, n;
	int width;

	if (*text >= 0x20 && *text < 0x7f) {
		/* The same in every locale. */
		piece->bytes[0] = *text;
		piece->length = 1;
		piece->columns = 1;
		*marks = 0;
		return 1;
	}
	taken = text_decode(text, length, &c);
	if (taken == 0) {
		piece_format(piece, "\\x%02x", (unsigned char)*text);
		*marks = -1;
		return 1;
	}
	width = c < 0x80 ? 1 : wcwidth((wchar_t)c);
	if (is_unsafe(c) ||
	    (width == 0 && (*marks < 0 || *marks >= MARKS_MAX))) {
		piece_format(piece, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
		*marks = -1;
		return taken;
	}
	n = width < 0 ? (size_t)-1 :
	    wcrtomb(piece->bytes, (wchar_t)c, &state);
	if (n == (size_t)-1) {
		piece_format(piece, "?%.0u", 0);
		*marks = 0;
		return taken;
	}
	piece->length = n;
	piece->columns = width;
	*marks = width == 0 ? *marks + 1 : 0;
	return taken;
}

static void
add_safe(struct buffer *out, const char *text, bool lines)
{
	struct piece piece;
	size_t left;
	int marks = -1;

	if (text == NULL)
		return;
	for (left = strlen(text); left > 0;) {
		size_t n;

		if (lines && *text == '\n') {
			buffer_add_char(out, '\n');
			marks = -1;
			n = 1;
		} else {
			n = next_piece(text, left, &marks, &piece);
			buffer_add(out, piece.bytes, piece.length);
		}
		text += n;
		left -= n;
	}
}

void
text_add_safe(struct buffer *out, const char *text)
{
	add_safe(out, text, false);
}

void
text_add_lines(struct buffer *out, const char *text)
{
	add_safe(out, text, true);
}

int
text_columns(const char *text)
{
	struct piece piece;
	size_t left = text == NULL ? 0 : strlen(text), n;
	int marks = -1, columns = 0;

	for (; left > 0; text += n, left -= n) {
		n = next_piece(text, left, &marks, &piece);
		columns += piece.columns;
	}
	return columns;
}

int
text_add_clipped(struct buffer *out, const char *text, int columns)
{
	const char *ellipsis = text_is_utf8() ? "\xe2\x80\xa6" : "~";
	struct piece piece;
	size_t left = text == NULL ? 0 : strlen(text), n;
	int marks = -1, used = 0;
	bool cut = text_columns(text) > columns;

	if (columns <= 0)
		return 0;
	if (cut)
		columns--;	/* the ellipsis is one wide */
	for (; left > 0; text += n, left -= n) {
		n = next_piece(text, left, &marks, &piece);
		if (used + piece.columns > columns)
			break;
		buffer_add(out, piece.bytes, piece.length);
		used += piece.columns;
	}
	if (cut) {
		buffer_add_string(out, ellipsis);
		used++;
	}
	return used;
}

void
text_add_padded(struct buffer *out, const char *text, int columns)
{
	int used = text_add_clipped(out, text, columns);

	for (; used < columns; used++)
		buffer_add_char(out, ' ');
}

int
text_widest_of(int least, const char *const *texts)
{
	int columns;

	for (; *texts != NULL; texts++) {
		columns = text_columns(*texts);
		least = columns > least ? columns : least;
	}
	return least;
}

bool
text_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The highest bit of each byte is set that is 0, and perhaps of one behind. */
static uint64_t
zeros(uint64_t word)
{
	return (word - EACH(0x01)) & ~word;
}

size_t
text_plain_span(const char *text, size_t length)
{
	size_t n;
	uint64_t word, other;

	for (n = 0; length - n >= sizeof word; n += sizeof word) {
		memcpy(&word, text + n, sizeof word);
		other = word | (word - EACH(0x21)) |
		    zeros(word ^ EACH('"')) | zeros(word ^ EACH('\\')) |
		    zeros(word ^ EACH(0x7f));
		if ((other & EACH(0x80)) != 0)
			break;
	}
	return n;
}

bool
text_is_visible_ascii(const char *text, size_t most)
{
	const char *at = text + text_plain_span(text, strlen(text));

	while (*at > 0x20 && *at < 0x7f)
		at++;
	return *at == '\0' && at > text && (size_t)(at - text) <= most;
}

/* How many spaces stand at @text, and the newline behind them. */
static size_t
break_length(const char *text)
{
	size_t n = strspn(text, " ");

	return n + (text[n] == '\n');
}

static bool
is_one_of(uint32_t c, const uint32_t *list)
{
	while (*list != 0 && *list != c)
		list++;
	return *list != 0;
}

/* Chinese and Japanese, which have no spaces; Korean has. */
static bool
is_ideographic(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xf900 && c <= 0xfaff) ||
	    (c >= 0xff00 && c <= 0xff60) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Whether a line may end between two characters that are no spaces: not behind
 * what opens, nor before what closes or belongs to the one before. */
static bool
may_break(uint32_t before, uint32_t c)
{
	static const uint32_t opening[] = { '(', '[', '{', '<', '\'', '"', '-',
	    '/', 0x3008, 0x300a, 0x300c, 0x300e, 0x3010, 0x3014, 0xff08, 0 };
	static const uint32_t closing[] = { ')', ']', '}', '>', '\'', '"', '.',
	    ',', ':', ';', '!', '?', '%', '-', '/', 0x3001, 0x3002, 0x3005,
	    0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0x3015, 0x3041, 0x3043,
	    0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x30a1,
	    0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30c3, 0x30e3, 0x30e5, 0x30e7,
	    0x30fb, 0x30fc, 0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b,
	    0xff1f, 0 };

	return (is_ideographic(before) || is_ideographic(c)) &&
	    !is_one_of(before, opening) && !is_one_of(c, closing);
}

size_t
text_wrap(const char *text, int columns, size_t *skip)
{
	struct piece piece;
	size_t at = 0, broken = 0, length = strlen(text), n;
	uint32_t before = ' ', c;
	int marks = -1, used = 0;

	*skip = 0;
	for (; at < length; at += n, used += piece.columns, before = c) {
		if (text_decode(text + at, length - at, &c) == 0)
			c = ' ';
		if (before != ' ' && c != ' ' && used <= columns &&
		    may_break(before, c))
			broken = at;
		n = next_piece(text + at, length - at, &marks, &piece);
		if (text[at] == '\n' || text[at] == ' ') {
			size_t after = break_length(text + at);

			/* The spaces at the end of a line take no room. */
			if (text[at + after - 1] == '\n' ||
			    at + after == length) {
				*skip = after;
				return at;
			}
			if (at == 0 || text[at - 1] != ' ')
				broken = at;
			if (used >= columns)
				break;
		} else if (used + piece.columns > columns)
			break;
	}
	if (at >= length)
		return length;
	if (broken > 0) {
		*skip = break_length(text + broken);
		return broken;
	}
	return at > 0 ? at : n;
}
