/*
 * json_member: a member is set and removed, and the rest of the text stays.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_member.h"
#include "fuzz.h"

#define KEY "openai"

static struct json *
value(void)
{
	struct json *object = json_object();

	json_set_string(object, "type", "oauth");
	json_append_string(json_set_array(object, "list"), "x");
	return object;
}

/* As KEY, or one that stands beside it; NULL: no member. */
static struct json *
read_member(const struct json_text *text, const char *key)
{
	struct json_span span;
	struct json *json;

	if (!json_member_find(text, key, &span)) {
		CHECK(json_get(text->object, key) == NULL);
		return NULL;
	}
	CHECK(span.start <= text->length);
	CHECK(span.length <= text->length - span.start);
	json = json_parse(text->data + span.start, span.length, NULL);
	CHECK(json != NULL);
	return json;
}

/* The text of another member is the same to the byte. */
static void
check_kept(const struct json_text *before, const struct json_text *after)
{
	static const char *const keys[] = { "a", "b", "google", "" };
	struct json_span old, new;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		CHECK(json_member_find(before, keys[i], &old) ==
		    json_member_find(after, keys[i], &new));
		CHECK(old.length == new.length);
		CHECK(memcmp(before->data + old.start,
		    after->data + new.start, old.length) == 0);
	}
}

static void
check_removed(const struct json_text *text)
{
	struct buffer out = BUFFER_INIT;
	struct json_text after;
	struct json *json;

	CHECK(json_member_remove(text, KEY, &out, NULL) == 0);
	json = json_parse(out.data, out.length, NULL);
	CHECK(json_is_object(json));
	CHECK(json_get(json, KEY) == NULL);
	after = (struct json_text){ out.data, out.length, json };
	check_kept(text, &after);
	if (json_get(text->object, KEY) == NULL) {
		CHECK(out.length == text->length);
		CHECK(memcmp(out.data, text->data, out.length) == 0);
	}
	json_free(json);
	buffer_release(&out);
}

/* What was added goes without a trace, but for space in an empty object. */
static void
check_no_trace(const struct json_text *text, const struct json_text *with)
{
	struct buffer out = BUFFER_INIT;

	CHECK(json_member_remove(with, KEY, &out, NULL) == 0);
	if (json_first(text->object) != NULL &&
	    json_get(text->object, KEY) == NULL) {
		CHECK(out.length == text->length);
		CHECK(memcmp(out.data, text->data, out.length) == 0);
	}
	buffer_release(&out);
}

static void
check_set(const struct json_text *text)
{
	struct buffer out = BUFFER_INIT;
	struct json_text after;
	struct json_span span, found;
	struct json *json, *member;

	CHECK(json_member_set(text, KEY, value(), &out, &span, NULL) == 0);
	json = json_parse(out.data, out.length, NULL);
	CHECK(json_is_object(json));
	after = (struct json_text){ out.data, out.length, json };
	CHECK(json_member_find(&after, KEY, &found));
	CHECK(found.start == span.start && found.length == span.length);
	member = read_member(&after, KEY);
	CHECK(fuzz_same(json_string(member, "type"), "oauth"));
	json_free(member);
	check_kept(text, &after);
	check_no_trace(text, &after);
	json_free(json);
	buffer_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json *json = json_parse((const char *)data, size, NULL);
	struct json_text text = { (const char *)data, size, json };

	if (json_is_object(json)) {
		json_free(read_member(&text, KEY));
		check_removed(&text);
		check_set(&text);
	}
	json_free(json);
	return 0;
}
