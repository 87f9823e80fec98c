/*
 * text: the one way from foreign bytes to a terminal.
 *
 * Whatever came from a server, a file, the environment or the command line
 * passes through here before it is shown: in the interface, in the output of
 * the command line, in error messages. Input is UTF-8, or claims to be. Output
 * is in the locale's encoding and consists of printable characters only:
 *
 *	C0, DEL, C1, line separators	\u001b, \u009b, \u2028
 *	bidirectional marks and overrides, zero-width and tag characters,
 *	private use, noncharacters	\u202e, \u200b, \ue000
 *	bytes that are not UTF-8	\xff
 *	a third combining mark on one base, or one without a base	\u0301
 *	what the locale cannot say	?
 *
 * so a terminal sees neither an escape sequence nor a character that moves
 * others about, and what was there can still be told. JSON output does not
 * pass here: it is ASCII, and escapes by its own rules (base/json).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* True when the locale's encoding is UTF-8. */
bool text_is_utf8(void);

/* Appends @text in its safe form. NULL is an empty text. */
void text_add_safe(struct buffer *out, const char *text);

/* As above for a text of several lines of ours: '\n' stays as it is. */
void text_add_lines(struct buffer *out, const char *text);

/* Appends the safe form of @text in at most @columns columns, with an ellipsis
 * at the end where it was cut. Returns the columns used. */
int text_add_clipped(struct buffer *out, const char *text, int columns);

/* As above and padded with spaces to exactly @columns. */
void text_add_padded(struct buffer *out, const char *text, int columns);

/* The columns that the safe form of @text takes. */
int text_columns(const char *text);

/* The columns of the widest of these texts, or @least. */
#define text_widest(least, ...) \
	text_widest_of(least, (const char *const[]){ __VA_ARGS__, NULL })
int text_widest_of(int least, const char *const *texts);

/* True for what JSON and HTTP know as white space: no locale's, no NUL. */
bool text_is_space(char c);

/* True if @text consists of visible ASCII (0x21 to 0x7e) only and has at
 * least one and at most @most characters: what codes and tokens are. */
bool text_is_visible_ascii(const char *text, size_t most);

/* How many bytes at the start of @text surely are visible ASCII, none of them a
 * quotation mark or a backslash: a multiple of eight, and at most @length. What
 * comes then has to be looked at. For long texts, which tokens are. */
size_t text_plain_span(const char *text, size_t length);

/* How many bytes of @text fill at most @columns columns, broken at a space
 * where there is one, or between characters of Chinese or Japanese; sets *@skip
 * to the bytes of the break itself. For wrapping texts of ours. */
size_t text_wrap(const char *text, int columns, size_t *skip);

/* Reads one character of at most @length bytes. Returns how many it took, or
 * 0 where they are not well-formed UTF-8 (RFC 3629: no overlong forms, no
 * surrogates, nothing over U+10FFFF). */
size_t text_decode(const char *data, size_t length, uint32_t *character);

#endif
