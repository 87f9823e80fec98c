#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ui/field.h"
#include "ui/term.h"

void
field_set(struct field *field, const char *text)
{
	snprintf(field->text, sizeof field->text, "%s", text);
	field->length = strlen(field->text);
}

size_t
field_encode(char bytes[4], unsigned int c)
{
	if (c < 0x80) {
		bytes[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		bytes[0] = (char)(0xc0 | c >> 6);
		bytes[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | c >> 18);
	bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool
field_type(struct field *field, int key)
{
	char bytes[4];
	size_t n;

	if (key == TERM_BACKSPACE) {
		while (field->length > 0 &&
		    ((unsigned char)field->text[--field->length] & 0xc0) ==
		    0x80)
			continue;
		field->text[field->length] = '\0';
		return true;
	}
	if (key == 0x15) {	/* Ctrl-U: as every line on a terminal */
		field_set(field, "");
		return true;
	}
	if (key < 0x20 || (key >= 0x7f && key < 0xa0) || key >= TERM_NONE)
		return false;
	n = field_encode(bytes, (unsigned int)key);
	if (field->length + n >= sizeof field->text)
		return true;
	memcpy(field->text + field->length, bytes, n);
	field->length += n;
	field->text[field->length] = '\0';
	return true;
}

void
field_draw(const struct field *field, int line, int column, int width,
    bool focused)
{
	const char *from = field->text;

	/* One column stays free for the cursor. */
	while (text_columns(from) > width - 1 && *from != '\0')
		do
			from++;
		while (((unsigned char)*from & 0xc0) == 0x80);
	term_text_padded(line, column, width, STYLE_FIELD, from);
	if (focused)
		term_cursor(line, column + text_columns(from));
}

void
field_draw_hidden(const struct field *field, int line, int column, int width)
{
	struct field stars = *field;

	memset(stars.text, '*', stars.length);
	field_draw(&stars, line, column, width, true);
}
