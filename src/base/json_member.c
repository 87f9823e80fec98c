#include "config.h"

#include <string.h>

#include "base/json.h"
#include "base/json_member.h"
#include "base/text.h"

/* White space that is longer says nothing of the style of the file. */
#define INDENT_MAX ((size_t)16)

/* Where a member stands: {GAP"KEY" : VALUE , NEXT. All zero: nowhere. */
struct place {
	size_t gap;		/* behind the brace or comma before it */
	size_t key, key_end;	/* with the quotation marks */
	size_t value, end;
	size_t next;		/* behind the comma or brace that follows */
	bool is_last;
};

/* How lines begin; @lines is false where everything is on one. */
struct style {
	bool lines;
	const char *newline, *indent;
	size_t indent_length;
};

/* The text was parsed, so the loops below meet what they look for. That they
 * stop at its end all the same costs nothing. */

static size_t
skip_space(const struct json_text *text, size_t at)
{
	while (at < text->length && text_is_space(text->data[at]))
		at++;
	return at;
}

static size_t
skip_string(const struct json_text *text, size_t at)
{
	for (at++; at < text->length && text->data[at] != '"'; at++)
		if (text->data[at] == '\\')
			at++;
	return at < text->length ? at + 1 : text->length;
}

/* Goes behind the value that starts at @at. */
static size_t
skip_value(const struct json_text *text, size_t at)
{
	size_t depth = 0;

	while (at < text->length) {
		char c = text->data[at];

		if (c == '"')
			at = skip_string(text, at);
		else if (depth == 0 && (text_is_space(c) || c == ',' ||
		    c == ']' || c == '}'))
			return at;	/* a number or a word has ended */
		else {
			depth += c == '{' || c == '[';
			depth -= c == '}' || c == ']';
			at++;
			if (c != '}' && c != ']')
				continue;
		}
		if (depth == 0)
			return at;
	}
	return at;
}

static void
read_member(const struct json_text *text, size_t gap, struct place *place)
{
	size_t colon, behind;

	place->gap = gap;
	place->key = skip_space(text, gap);
	place->key_end = skip_string(text, place->key);
	colon = skip_space(text, place->key_end);
	place->value = skip_space(text, colon + 1);
	place->end = skip_value(text, place->value);
	behind = skip_space(text, place->end);
	place->is_last = behind >= text->length || text->data[behind] != ',';
	place->next = behind + 1;
}

/* Finds the member and the one before it; false when there is none: @place is
 * the last one then. */
static bool
find(const struct json_text *text, const char *key, struct place *before,
    struct place *place)
{
	const struct json *wanted = json_get(text->object, key), *member;
	size_t gap = skip_space(text, 0) + 1;

	*before = *place = (struct place){ .next = gap };
	for (member = json_first(text->object); member != NULL;
	    member = json_next(member)) {
		*before = *place;
		read_member(text, before->next, place);
		if (member == wanted)
			return true;
	}
	return false;
}

bool
json_member_find(const struct json_text *text, const char *key,
    struct json_span *value)
{
	struct place before, place;

	*value = (struct json_span){ 0, 0 };
	if (!find(text, key, &before, &place))
		return false;
	value->start = place.value;
	value->length = place.end - place.value;
	return true;
}

static void
copy(struct buffer *out, const struct json_text *text, size_t start,
    size_t end)
{
	if (start < end)
		buffer_add(out, text->data + start, end - start);
}

/* How the line of the member begins, if it begins one. */
static struct style
style_of(const struct json_text *text, const struct place *place)
{
	struct style style = { .lines = false };
	size_t start = place->key;

	while (start > place->gap && text->data[start - 1] != '\n')
		start--;
	if (start == place->gap || place->key - start > INDENT_MAX)
		return style;
	style.lines = true;
	style.newline = start >= 2 && text->data[start - 2] == '\r' ?
	    "\r\n" : "\n";
	style.indent = text->data + start;
	style.indent_length = place->key - start;
	return style;
}

/* The style of a file that does not have any yet: its line ends, and two
 * spaces, as all of these programs write. */
static struct style
style_of_empty(const struct json_text *text)
{
	const char *end = memchr(text->data, '\n', text->length);
	struct style style = { true, "\n", "  ", 2 };

	if (end != NULL && end > text->data && end[-1] == '\r')
		style.newline = "\r\n";
	return style;
}

/* Appends what json_print() made, pretty: there each step is two spaces. In
 * the outermost object the member's indentation is one step. */
static void
add_lines(struct buffer *out, const char *printed, const struct style *style)
{
	const char *step = style->indent_length > 0 ? style->indent : "  ";
	size_t n = style->indent_length > 0 ? style->indent_length : 2;

	for (; *printed != '\0'; printed++) {
		if (*printed != '\n') {
			buffer_add_char(out, *printed);
			continue;
		}
		buffer_add_string(out, style->newline);
		buffer_add(out, style->indent, style->indent_length);
		for (; strncmp(printed + 1, "  ", 2) == 0; printed += 2)
			buffer_add(out, step, n);
	}
}

static int
add_value(struct buffer *out, struct json *value, const struct style *style,
    struct error *err)
{
	struct buffer printed = BUFFER_INIT;
	int result = json_print(value, style->lines ? JSON_PRETTY : JSON_LINE,
	    &printed, err);

	if (result == 0 && style->lines)
		add_lines(out, printed.data, style);
	else if (result == 0)
		buffer_add(out, printed.data, printed.length);
	buffer_release(&printed);
	return result;
}

static void
add_key(struct buffer *out, const char *key)
{
	buffer_add_char(out, '"');
	buffer_add_string(out, key);
	buffer_add_char(out, '"');
}

/* Appends what stands before the value; returns where the old text goes on
 * behind it. */
static size_t
add_head(struct buffer *out, const struct json_text *text, const char *key,
    struct style *style)
{
	struct place before, place;

	if (find(text, key, &before, &place)) {
		*style = style_of(text, &place);
		copy(out, text, 0, place.value);
		return place.end;
	}
	if (place.end == 0) {
		*style = style_of_empty(text);
		copy(out, text, 0, place.next);
		buffer_add_string(out, style->newline);
		buffer_add(out, style->indent, style->indent_length);
		add_key(out, key);
		buffer_add_string(out, ": ");
		return skip_space(text, place.next);
	}
	*style = style_of(text, &place);
	copy(out, text, 0, place.end);
	buffer_add_char(out, ',');
	copy(out, text, place.gap, place.key);
	add_key(out, key);
	copy(out, text, place.key_end, place.value);
	return place.end;
}

int
json_member_set(const struct json_text *text, const char *key,
    struct json *value, struct buffer *out, struct json_span *span,
    struct error *err)
{
	size_t base = out->length, start, end, rest;
	struct style style;

	rest = add_head(out, text, key, &style);
	start = out->length;
	if (add_value(out, value, &style, err) != 0)
		return -1;
	end = out->length;
	if (json_first(text->object) == NULL)
		buffer_add_string(out, style.newline);
	copy(out, text, rest, text->length);
	if (span != NULL)
		*span = (struct json_span){ start - base, end - start };
	return buffer_ok(out, err) ? 0 : -1;
}

int
json_member_remove(const struct json_text *text, const char *key,
    struct buffer *out, struct error *err)
{
	struct place before, place;
	size_t start, end;

	if (!find(text, key, &before, &place))
		start = end = 0;
	else if (!place.is_last) {
		/* The next one takes its place. */
		start = place.key;
		end = skip_space(text, place.next);
	} else if (before.end != 0) {
		start = before.end;
		end = place.end;
	} else {
		start = place.gap;
		end = place.next - 1;
	}
	copy(out, text, 0, start);
	copy(out, text, end, text->length);
	return buffer_ok(out, err) ? 0 : -1;
}
