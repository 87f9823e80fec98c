/*
 * What is drawn by term_text() alone: formatted texts, and texts over several
 * lines.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/text.h"
#include "ui/term.h"

int
term_textf(int line, int column, int width, enum term_style style,
    const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	return term_text(line, column, width, style, text);
}

int
term_wrapped(int line, int column, int width, int most,
    enum term_style style, const char *text)
{
	return term_wrapped_from(line, column, width, most, style, text, 0);
}

int
term_wrapped_from(int line, int column, int width, int most,
    enum term_style style, const char *text, int from)
{
	struct buffer part = BUFFER_INIT;
	size_t n, skip;
	int used = 0;

	for (; from > 0 && width > 0 && *text != '\0'; from--) {
		text += text_wrap(text, width, &skip);
		text += skip;
	}

	while (width > 0 && *text != '\0' && used < most) {
		n = text_wrap(text, width, &skip);
		buffer_clear(&part);
		buffer_add(&part, text, n);
		/* What does not fit any more shows that it does not. */
		if (used + 1 == most && text[n + skip] != '\0')
			buffer_add_string(&part, text + n);
		term_text(line + used++, column, width, style, part.data);
		text += n + skip;
	}
	buffer_release(&part);
	return used;
}

int
term_wrapped_lines(int width, const char *text)
{
	size_t skip;
	int lines = 0;

	for (; width > 0 && *text != '\0'; lines++) {
		text += text_wrap(text, width, &skip);
		text += skip;
	}
	return lines;
}
