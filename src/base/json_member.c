#include "config.h"

#include <string.h>

#include "base/json_member.h"

/* A member of the outermost object, by offsets into the text. */
struct member {
	size_t key, key_end;
	size_t value, value_end;
};

/* A walk over the members. */
struct walk {
	const char *text;
	size_t length;
	size_t at;
	struct member member;
	size_t previous_end;	/* of the value before; 0: it is the first */
};

static size_t
skip_space(const struct walk *walk, size_t at)
{
	while (at < walk->length && strchr(" \t\r\n", walk->text[at]) != NULL &&
	    walk->text[at] != '\0')
		at++;
	return at;
}

/* From the quote that opens it to behind the one that closes it. */
static size_t
skip_string(const struct walk *walk, size_t at)
{
	for (at++; at < walk->length && walk->text[at] != '"'; at++)
		if (walk->text[at] == '\\')
			at++;
	return at < walk->length ? at + 1 : walk->length;
}

static size_t
skip_value(const struct walk *walk, size_t at)
{
	size_t depth = 0;

	while (at < walk->length) {
		char c = walk->text[at];

		if (c == '"') {
			at = skip_string(walk, at);
			if (depth == 0)
				return at;
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']') {
			if (depth == 0)
				return at;	/* behind a number or word */
			if (--depth == 0)
				return at + 1;
		} else if (depth == 0 && strchr(", \t\r\n", c) != NULL)
			return at;
		at++;
	}
	return at;
}

static void
walk_begin(struct walk *walk, const char *text, size_t length)
{
	*walk = (struct walk){ .text = text, .length = length };
	walk->at = skip_space(walk, 0) + 1;	/* behind the brace */
}

/* False at the end; `at` is then that of the closing brace. */
static bool
walk_next(struct walk *walk)
{
	struct member *m = &walk->member;

	walk->previous_end = m->value_end;
	walk->at = skip_space(walk, walk->at);
	if (walk->at < walk->length && walk->text[walk->at] == ',')
		walk->at = skip_space(walk, walk->at + 1);
	if (walk->at >= walk->length || walk->text[walk->at] != '"')
		return false;
	m->key = walk->at;
	m->key_end = skip_string(walk, m->key);
	m->value = skip_space(walk, skip_space(walk, m->key_end) + 1);
	m->value_end = skip_value(walk, m->value);
	walk->at = m->value_end;
	return true;
}

/* A key may be written with escapes. */
static bool
has_key(const struct walk *walk, const char *key)
{
	const struct member *m = &walk->member;
	struct buffer text = BUFFER_INIT;
	struct json *object;
	bool has;

	buffer_add_char(&text, '{');
	buffer_add(&text, walk->text + m->key, m->key_end - m->key);
	buffer_add_string(&text, ":0}");
	object = json_parse(text.data, text.length, NULL);
	has = json_get(object, key) != NULL;
	json_free(object);
	buffer_release(&text);
	return has;
}

static bool
walk_to(struct walk *walk, const char *text, size_t length, const char *key)
{
	walk_begin(walk, text, length);
	while (walk_next(walk))
		if (has_key(walk, key))
			return true;
	return false;
}

bool
json_member_find(const char *text, size_t length, const char *key,
    size_t *start, size_t *size)
{
	struct walk walk;

	*start = *size = 0;
	if (!walk_to(&walk, text, length, key))
		return false;
	*start = walk.member.value;
	*size = walk.member.value_end - walk.member.value;
	return true;
}

/* What stands before the first key: it tells how the text is laid out. */
#define MANNER_DEFAULT "\n  "

static void
find_manner(struct buffer *manner, const char *text, size_t length)
{
	struct walk walk;
	size_t start;

	walk_begin(&walk, text, length);
	start = walk.at;
	if (walk_next(&walk))
		buffer_add(manner, text + start, walk.member.key - start);
	else
		buffer_add_string(manner, MANNER_DEFAULT);
}

/* Appends the value; on lines of its own where the members are. */
static int
add_value(struct buffer *out, struct json *value, const char *manner,
    struct error *err)
{
	const char *indent = strrchr(manner, '\n');
	struct buffer text = BUFFER_INIT;
	int result;

	result = json_print(value, indent != NULL ? JSON_PRETTY : JSON_LINE,
	    &text, err);
	for (size_t i = 0; i < text.length && result == 0; i++) {
		buffer_add_char(out, text.data[i]);
		if (text.data[i] == '\n')
			buffer_add_string(out, indent + 1);
	}
	buffer_release(&text);
	return result;
}

int
json_member_set(const char *text, size_t length, const char *key,
    struct json *value, struct buffer *out, size_t *start, size_t *size,
    struct error *err)
{
	struct buffer manner = BUFFER_INIT;
	struct walk walk;
	size_t rest, last;
	bool found = walk_to(&walk, text, length, key);
	int result;

	find_manner(&manner, text, length);
	if (found) {
		buffer_add(out, text, walk.member.value);
		rest = walk.member.value_end;
	} else {
		last = walk.previous_end;
		/* Behind the last value, or behind the opening brace. */
		rest = last > 0 ? last : (size_t)(strchr(text, '{') - text) + 1;
		buffer_add(out, text, rest);
		buffer_addf(out, "%s%s\"%s\": ", last > 0 ? "," : "",
		    manner.data, key);
		if (last == 0)
			rest = walk.at;	/* the closing brace */
	}
	*start = out->length;
	result = add_value(out, value, manner.data, err);
	*size = out->length - *start;
	if (!found && walk.previous_end == 0)
		buffer_add_char(out, '\n');
	buffer_add(out, text + rest, length - rest);
	buffer_release(&manner);
	return result == 0 && buffer_ok(out, err) ? 0 : -1;
}

void
json_member_remove(const char *text, size_t length, const char *key,
    struct buffer *out)
{
	struct walk walk;
	struct member gone;
	size_t from, to;

	if (!walk_to(&walk, text, length, key)) {
		buffer_add(out, text, length);
		return;
	}
	gone = walk.member;
	from = walk.previous_end;
	to = gone.value_end;
	if (from == 0) {
		/* The first: up to the next key, or to the brace. */
		from = gone.key;
		if (walk_next(&walk))
			to = walk.member.key;
		else {
			from = (size_t)(strchr(text, '{') - text) + 1;
			to = walk.at;
		}
	}
	buffer_add(out, text, from);
	buffer_add(out, text + to, length - to);
}
