/*
 * text: whatever goes in, only printable characters come out, in every kind of
 * locale. The system's own iswprint() and wcwidth() are the oracle.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include <cmocka.h>

#include "base/text.h"

#define UTF8 "C.UTF-8"
#define E_ACUTE "\xc3\xa9"
#define HAN "\xe4\xb8\xad"	/* two columns wide */
#define STOP "\xe3\x80\x82"	/* that of a sentence */
#define MARK "\xcc\x81"		/* a combining acute */
#define DOTS "\xe2\x80\xa6"

/* The first that this machine has; NULL: none, and nothing to test. */
static const char *
eight_bit_locale(void)
{
	static const char *const names[] = {
		"en_US.ISO-8859-1", "en_US", "en_US.ISO-8859-15",
		"de_DE.ISO-8859-1", "de_DE", "fr_FR", "ru_RU.KOI8-R"
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (setlocale(LC_ALL, names[i]) != NULL && MB_CUR_MAX == 1)
			return names[i];
	return NULL;
}

static void
use(const char *locale)
{
	assert_non_null(setlocale(LC_ALL, locale));
}

static void
check_safe(const char *text, const char *expected)
{
	struct buffer out = BUFFER_INIT;

	text_add_safe(&out, text);
	assert_string_equal(out.data, expected);
	assert_int_equal(text_columns(text),
	    (int)mbstowcs(NULL, expected, 0) +
	    (strstr(expected, HAN) != NULL ? 1 : 0) -
	    (strstr(expected, MARK MARK) != NULL ? 2 :
	    strstr(expected, MARK) != NULL ? 1 : 0));
	buffer_release(&out);
}

static void
unsafe_characters_are_spelled_out(void **state)
{
	static const struct {
		const char *text, *safe;
	} table[] = {
		{ "", "" },
		{ "plain ~text", "plain ~text" },
		{ E_ACUTE " " HAN, E_ACUTE " " HAN },
		{ "\x1b[31m", "\\u001b[31m" },
		{ "a\nb\tc\r", "a\\u000ab\\u0009c\\u000d" },
		{ "\x7f", "\\u007f" },
		{ "\xc2\x9b", "\\u009b" },		/* C1: CSI */
		{ "\xc2\x85", "\\u0085" },		/* C1: next line */
		{ "\xe2\x80\xa8", "\\u2028" },		/* line separator */
		{ "\xe2\x80\xae", "\\u202e" },		/* right to left */
		{ "\xe2\x81\xa6", "\\u2066" },		/* isolate */
		{ "\xd8\x9c", "\\u061c" },		/* Arabic letter mark */
		{ "\xe2\x80\x8b", "\\u200b" },		/* zero width */
		{ "\xe2\x80\x8d", "\\u200d" },		/* joiner */
		{ "\xc2\xad", "\\u00ad" },		/* soft hyphen */
		{ "\xef\xbb\xbf", "\\ufeff" },		/* byte order mark */
		{ "\xef\xb8\x8f", "\\ufe0f" },		/* selector */
		{ "\xee\x80\x80", "\\ue000" },		/* private use */
		{ "\xef\xb7\x90", "\\ufdd0" },		/* noncharacters */
		{ "\xef\xbf\xbf", "\\uffff" },
		{ "\xf0\x9f\xbf\xbe", "\\U0001fffe" },
		{ "\xf3\xa0\x81\x81", "\\U000e0041" },	/* tag */
		{ "\xf4\x8f\xbf\xbf", "\\U0010ffff" },
	};

	(void)state;
	use(UTF8);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		check_safe(table[i].text, table[i].safe);
	check_safe(NULL, "");
}

static void
what_is_not_utf8_is_shown_byte_by_byte(void **state)
{
	static const struct {
		const char *text, *safe;
	} table[] = {
		{ "\x80", "\\x80" }, { "\xff", "\\xff" },
		{ "a\xc3", "a\\xc3" },			/* cut */
		{ "\xc3(", "\\xc3(" },
		{ "\xe4\xb8", "\\xe4\\xb8" },
		{ "\xf0\x9f\x98", "\\xf0\\x9f\\x98" },
		{ "\xc0\x9b", "\\xc0\\x9b" },		/* overlong ESC */
		{ "\xe0\x80\x9b", "\\xe0\\x80\\x9b" },
		{ "\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	/* surrogate */
		{ "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
	};
	uint32_t c;

	(void)state;
	use(UTF8);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		check_safe(table[i].text, table[i].safe);
	}
	/* Not beyond the length that was told. */
	assert_int_equal(text_decode(HAN, 2, &c), 0);
	assert_int_equal(text_decode(HAN, 3, &c), 3);
}

static void
marks_stay_on_their_base(void **state)
{
	(void)state;
	use(UTF8);
	check_safe("a" MARK, "a" MARK);
	check_safe("a" MARK MARK, "a" MARK MARK);
	check_safe("a" MARK MARK MARK, "a" MARK MARK "\\u0301");
	check_safe(MARK "a", "\\u0301a");
	check_safe("\n" MARK, "\\u000a\\u0301");
	check_safe("a\xff" MARK, "a\\xff\\u0301");
}

static void
other_locales_get_what_they_can_say(void **state)
{
	const char *locale = eight_bit_locale();

	(void)state;
	if (locale != NULL && strncmp(locale, "ru", 2) != 0)
		check_safe(E_ACUTE " " HAN " \xc2\x9b", "\xe9 ? \\u009b");
	use("C");
	check_safe("a" E_ACUTE HAN "\xff\x1b", "a??\\xff\\u001b");
}

static void
lines_of_ours_keep_their_ends(void **state)
{
	struct buffer out = BUFFER_INIT;

	(void)state;
	use(UTF8);
	text_add_lines(&out, "a\nb\r\n" MARK);
	assert_string_equal(out.data, "a\nb\\u000d\n\\u0301");
	buffer_release(&out);
}

static void
clipping_is_exact(void **state)
{
	static const struct {
		const char *text;
		int columns, used;
		const char *clipped;
	} table[] = {
		{ "abc", 3, 3, "abc" }, { "abc", 4, 3, "abc" },
		{ "abc", 2, 2, "a" DOTS }, { "abc", 1, 1, DOTS },
		{ "abc", 0, 0, "" }, { "abc", -1, 0, "" }, { "", 5, 0, "" },
		{ NULL, 5, 0, "" },
		{ HAN HAN, 4, 4, HAN HAN }, { HAN HAN, 3, 3, HAN DOTS },
		{ HAN HAN, 2, 1, DOTS }, { HAN, 1, 1, DOTS },
		{ "a" HAN "b", 3, 2, "a" DOTS },
		{ "a" HAN "b", 4, 4, "a" HAN "b" },
		/* A mark goes where its base goes. */
		{ "a" MARK "b" MARK "c", 2, 2, "a" MARK DOTS },
		/* What is spelled out is not shown by half. */
		{ "\x1b[m", 8, 8, "\\u001b[m" },
		{ "\x1b[m", 7, 7, "\\u001b" DOTS },
		{ "\x1b[m", 6, 1, DOTS },
	};

	(void)state;
	use(UTF8);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct buffer out = BUFFER_INIT;
		int used = text_add_clipped(&out, table[i].text,
		    table[i].columns);

		assert_string_equal(out.data, table[i].clipped);
		assert_int_equal(used, table[i].used);
		buffer_release(&out);
	}
}

static void
padding_fills_exactly(void **state)
{
	static const struct {
		const char *text;
		int columns;
		const char *padded;
	} table[] = {
		{ "ab", 4, "ab  " }, { "ab", 2, "ab" }, { "abc", 2, "a" DOTS },
		{ HAN HAN, 2, DOTS " " }, { HAN, 3, HAN " " },
		{ NULL, 2, "  " }, { "a", 0, "" },
	};
	struct buffer out = BUFFER_INIT;

	(void)state;
	use(UTF8);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		buffer_clear(&out);
		text_add_padded(&out, table[i].text, table[i].columns);
		assert_string_equal(out.data, table[i].padded);
	}
	use("C");
	buffer_clear(&out);
	text_add_padded(&out, "abc", 2);
	assert_string_equal(out.data, "a~");
	buffer_release(&out);
}

/* Wraps as a screen does, and joins the lines with a "|". */
static void
check_wrap(const char *text, int columns, const char *expected)
{
	struct buffer out = BUFFER_INIT;
	size_t n, skip;

	for (; *text != '\0'; text += n + skip) {
		n = text_wrap(text, columns, &skip);
		assert_true(n + skip > 0);
		if (out.length > 0)
			buffer_add_char(&out, '|');
		buffer_add(&out, text, n);
	}
	assert_string_equal(out.data, expected);
	buffer_release(&out);
}

static void
wrapping_breaks_at_spaces(void **state)
{
	(void)state;
	use(UTF8);
	check_wrap("one two three", 7, "one two|three");
	check_wrap("one two three", 8, "one two|three");
	check_wrap("one two three", 5, "one|two|three");
	check_wrap("unbreakable", 4, "unbr|eaka|ble");
	check_wrap("a\nb", 9, "a|b");
	check_wrap(HAN HAN HAN, 4, HAN HAN "|" HAN);
	check_wrap(HAN HAN, 1, HAN "|" HAN);
	check_wrap("", 3, "");
}

static void
no_line_is_wider_than_asked_for(void **state)
{
	static const char text[] = "a  bc   def    " HAN "  \x1b  g ";

	(void)state;
	use(UTF8);
	for (int columns = 6; columns < 30; columns++)
		for (size_t at = 0, n, skip; text[at] != '\0'; at += n + skip) {
			char line[sizeof text];

			n = text_wrap(text + at, columns, &skip);
			assert_true(n + skip > 0);
			snprintf(line, sizeof line, "%.*s", (int)n, text + at);
			if (text_columns(line) > columns)
				fail_msg("%d: '%s'", columns, line);
		}
}

static void
visible_ascii(void **state)
{
	(void)state;
	assert_true(text_is_visible_ascii("ABCD-12345", 10));
	assert_true(text_is_visible_ascii("!~", 2));
	assert_false(text_is_visible_ascii("", 10));
	assert_false(text_is_visible_ascii("ABCD-12345", 9));
	assert_false(text_is_visible_ascii("a b", 10));
	assert_false(text_is_visible_ascii("a\n", 10));
	assert_false(text_is_visible_ascii("\x7f", 10));
	assert_false(text_is_visible_ascii(E_ACUTE, 10));
}

/* --- Any bytes ------------------------------------------------------------------ */

/* Checks @text with the system's functions; returns its columns. */
static int
columns_by_oracle(const char *text)
{
	mbstate_t at = { 0 };
	int columns = 0;
	wchar_t c;
	size_t n;

	for (; *text != '\0'; text += n) {
		n = mbrtowc(&c, text, MB_CUR_MAX, &at);
		assert_true(n > 0 && n <= MB_CUR_MAX);
		if (!iswprint((wint_t)c) || wcwidth(c) < 0)
			fail_msg("U+%04lX is not printable", (long)c);
		columns += wcwidth(c);
	}
	return columns;
}

static uint32_t seed;

static uint32_t
next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* Bytes of all sorts, with enough well-formed UTF-8 between them. */
static void
random_bytes(char *to, size_t size)
{
	size_t n = 0;

	while (n + 5 < size && next_random() % 24 != 0) {
		uint32_t c = next_random() % (next_random() % 2 == 0 ? 0x3000 :
		    0x110000);

		if (next_random() % 3 == 0)
			to[n++] = (char)(1 + next_random() % 255);
		else if (c < 0x80)
			to[n++] = (char)(c == 0 ? 1 : c);
		else if (c < 0x800) {
			to[n++] = (char)(0xc0 | c >> 6);
			to[n++] = (char)(0x80 | (c & 0x3f));
		} else if (c < 0x10000) {
			to[n++] = (char)(0xe0 | c >> 12);
			to[n++] = (char)(0x80 | (c >> 6 & 0x3f));
			to[n++] = (char)(0x80 | (c & 0x3f));
		} else {
			to[n++] = (char)(0xf0 | c >> 18);
			to[n++] = (char)(0x80 | (c >> 12 & 0x3f));
			to[n++] = (char)(0x80 | (c >> 6 & 0x3f));
			to[n++] = (char)(0x80 | (c & 0x3f));
		}
	}
	to[n] = '\0';
}

static void
check_any_bytes(const char *locale)
{
	struct buffer out = BUFFER_INIT;
	char text[64];

	use(locale);
	seed = 20261124;
	for (int i = 0; i < 10000; i++) {
		int columns = (int)(next_random() % 20), used;

		random_bytes(text, sizeof text);
		buffer_clear(&out);
		text_add_safe(&out, text);
		assert_int_equal(columns_by_oracle(out.data),
		    text_columns(text));
		buffer_clear(&out);
		used = text_add_clipped(&out, text, columns);
		assert_int_equal(used, columns_by_oracle(out.data));
		assert_true(used <= columns);
		buffer_clear(&out);
		text_add_padded(&out, text, columns);
		assert_int_equal(columns_by_oracle(out.data), columns);
	}
	buffer_release(&out);
}

static void
any_bytes_become_printable(void **state)
{
	(void)state;
	check_any_bytes(UTF8);
	check_any_bytes("C");
	if (eight_bit_locale() != NULL)
		check_any_bytes(eight_bit_locale());
}

static void
wrapping_breaks_between_ideographs(void **state)
{
	(void)state;
	use(UTF8);
	check_wrap(HAN HAN HAN, 5, HAN HAN "|" HAN);
	check_wrap("a " HAN HAN, 4, "a " HAN "|" HAN);
	check_wrap(HAN " word" HAN HAN, 9, HAN " word" HAN "|" HAN);
	check_wrap(HAN " words" HAN, 7, HAN "|words" HAN);
	/* What closes is not the first of a line, what opens not the last. */
	check_wrap(HAN HAN STOP HAN, 4, HAN "|" HAN STOP "|" HAN);
	check_wrap(HAN HAN "(" HAN ")", 5, HAN HAN "|(" HAN ")");
}

static void
the_widest_of_texts(void **state)
{
	(void)state;
	assert_int_equal(text_widest(3, "ab", "a"), 3);
	assert_int_equal(text_widest(3, "ab", "abcd", ""), 4);
	setlocale(LC_CTYPE, UTF8);
	assert_int_equal(text_widest(3, "\xe7\x8a\xb6\xe6\x85\x8b", "abc"),
	    4);	/* two characters of two columns */
}

/* Long ones are looked at in words: every byte, at every place of one. */
static void
one_byte_makes_a_long_text_invisible(void **state)
{
	char text[28];

	(void)state;
	for (size_t at = 0; at < sizeof text - 1; at++)
		for (int byte = 1; byte < 256; byte++) {
			memset(text, 'z', sizeof text - 1);
			text[sizeof text - 1] = '\0';
			text[at] = (char)byte;
			if (text_is_visible_ascii(text, sizeof text) !=
			    (byte > 0x20 && byte < 0x7f))
				fail_msg("%#x at %zu", (unsigned int)byte, at);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsafe_characters_are_spelled_out),
		cmocka_unit_test(what_is_not_utf8_is_shown_byte_by_byte),
		cmocka_unit_test(marks_stay_on_their_base),
		cmocka_unit_test(other_locales_get_what_they_can_say),
		cmocka_unit_test(lines_of_ours_keep_their_ends),
		cmocka_unit_test(clipping_is_exact),
		cmocka_unit_test(padding_fills_exactly),
		cmocka_unit_test(wrapping_breaks_at_spaces),
		cmocka_unit_test(wrapping_breaks_between_ideographs),
		cmocka_unit_test(no_line_is_wider_than_asked_for),
		cmocka_unit_test(the_widest_of_texts),
		cmocka_unit_test(visible_ascii),
		cmocka_unit_test(one_byte_makes_a_long_text_invisible),
		cmocka_unit_test(any_bytes_become_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
