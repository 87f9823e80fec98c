/*
 * text: a width in the first line, then what is to be shown. Whatever it is,
 * what comes out is printable and as wide as it says.
 */
#include "config.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/text.h"
#include "fuzz.h"

#define MARKS_MAX 2

/* From the character database: controls, what changes the direction, what has
 * no width and is no mark, what has no meaning. */
static bool
is_harmful(wchar_t wide)
{
	static const struct {
		uint32_t first, last;
	} table[] = {
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xd800, 0xf8ff }, { 0xfdd0, 0xfdef },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xfffe, 0xffff },
		{ 0xe0000, 0x10ffff },
	};
	uint32_t c = (uint32_t)wide;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (c >= table[i].first && c <= table[i].last)
			return true;
	return false;
}

/* Its columns, of a text without controls. */
static int
columns_of(const struct buffer *out)
{
	mbstate_t state = { 0 };
	size_t at = 0, n;
	int columns = 0, marks = MARKS_MAX;
	wchar_t wide;

	while (at < out->length) {
		n = mbrtowc(&wide, out->data + at, out->length - at, &state);
		CHECK(n > 0 && n <= out->length - at);
		CHECK(iswprint((wint_t)wide) && !is_harmful(wide));
		CHECK(wcwidth(wide) >= 0);
		CHECK(text_is_utf8() || out->data[at] > 0);
		marks = wcwidth(wide) > 0 ? 0 : marks + 1;
		CHECK(marks <= MARKS_MAX);
		columns += wcwidth(wide);
		at += n;
	}
	return columns;
}

static void
check_safe(const char *text)
{
	struct buffer out = BUFFER_INIT, again = BUFFER_INIT;

	text_add_safe(&out, text);
	CHECK(columns_of(&out) == text_columns(text));
	text_add_safe(&again, out.data);
	CHECK(strcmp(out.data, again.data) == 0);
	buffer_release(&out);
	buffer_release(&again);
}

static void
check_clipped(const char *text, int columns)
{
	struct buffer out = BUFFER_INIT, whole = BUFFER_INIT;
	int used = text_add_clipped(&out, text, columns);

	CHECK(used == columns_of(&out));
	CHECK(used <= columns);
	if (text_columns(text) <= columns && columns > 0) {
		text_add_safe(&whole, text);
		CHECK(strcmp(out.data, whole.data) == 0);
	}
	buffer_clear(&out);
	text_add_padded(&out, text, columns);
	CHECK(columns_of(&out) == columns);
	buffer_release(&out);
	buffer_release(&whole);
}

/* Line by line as all at once. */
static void
check_lines(const char *text)
{
	struct buffer lines = BUFFER_INIT, single = BUFFER_INIT;
	char *copy = strdup(text), *line = copy, *end;

	CHECK(copy != NULL);
	text_add_lines(&lines, text);
	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		text_add_safe(&single, line);
		buffer_add_char(&single, '\n');
		line = end + 1;
	}
	text_add_safe(&single, line);
	CHECK(strcmp(lines.data, single.data) == 0);
	free(copy);
	buffer_release(&lines);
	buffer_release(&single);
}

/* Nothing is lost, and no line is too wide that has more than one piece. */
static void
check_wrapped(const char *text, int columns)
{
	size_t left = strlen(text), n, skip;
	char *line;

	while (left > 0) {
		n = text_wrap(text, columns, &skip);
		CHECK(n + skip > 0 && n + skip <= left);
		line = strndup(text, n);
		CHECK(line != NULL);
		CHECK(text_columns(line) <= (columns > 10 ? columns : 10));
		free(line);
		CHECK(strspn(text + n, " \n") >= skip);
		text += n + skip;
		left -= n + skip;
	}
}

static void
check_all(const char *text, int columns, locale_t locale)
{
	locale_t old = uselocale(locale);

	check_safe(text);
	check_clipped(text, columns);
	check_lines(text);
	check_wrapped(text, columns);
	uselocale(old);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static locale_t utf8, plain;
	struct fuzz_input input = { data, size };
	int columns = (int)((unsigned long)fuzz_number(&input) % 200);
	char *text = fuzz_rest(&input);

	if (utf8 == (locale_t)0) {
		utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
		plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
		CHECK(utf8 != (locale_t)0 && plain != (locale_t)0);
	}
	check_all(text, columns, utf8);
	check_all(text, columns, plain);
	free(text);
	return 0;
}
