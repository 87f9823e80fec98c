/*
 * json_member: one member changes, every other byte stays.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/json_member.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

/* The text lies in memory of its own size, so that the sanitizers see a step
 * behind its end. */
static struct json_text
read_text(const char *data)
{
	struct json_text text = { .length = strlen(data) };
	char *copy = malloc(text.length);

	assert_non_null(copy);
	memcpy(copy, data, text.length);
	text.data = copy;
	text.object = json_parse(copy, text.length, NULL);
	if (!json_is_object(text.object))
		fail_msg("no object: %s", data);
	return text;
}

static void
forget(struct json_text *text)
{
	json_free((struct json *)(uintptr_t)text->object);
	free((char *)(uintptr_t)text->data);
}

/* {"v":1}, as it is set below. */
static struct json *
value(void)
{
	struct json *object = json_object();

	json_set_integer(object, "v", 1);
	return object;
}

/* What is written is read back: the value where @span says, and nothing else
 * is new. */
static void
check_set(const char *old, const char *expected)
{
	struct json_text text = read_text(old), again;
	struct buffer out = BUFFER_INIT;
	struct json_span span, found;
	int64_t v = 0;

	buffer_add_string(&out, "before");	/* it appends */
	assert_int_equal(json_member_set(&text, "us", value(), &out, &span,
	    NULL), 0);
	buffer_drop(&out, strlen("before"));
	assert_string_equal(out.data, expected);
	again = read_text(out.data);
	assert_int_equal(json_integer(json_get(again.object, "us"), "v", &v),
	    0);
	assert_true(json_member_find(&again, "us", &found));
	assert_int_equal(found.start, span.start);
	assert_int_equal(found.length, span.length);
	assert_int_equal(out.data[span.start], '{');
	assert_int_equal(out.data[span.start + span.length - 1], '}');
	buffer_release(&out);
	forget(&text);
	forget(&again);
}

static void
check_remove(const char *old, const char *expected)
{
	struct json_text text = read_text(old), again;
	struct buffer out = BUFFER_INIT;

	assert_int_equal(json_member_remove(&text, "us", &out, NULL), 0);
	assert_string_equal(out.data, expected);
	again = read_text(out.data);
	assert_null(json_get(again.object, "us"));
	buffer_release(&out);
	forget(&text);
	forget(&again);
}

static void
value_is_found(void **state)
{
	static const struct {
		const char *text, *value;
	} table[] = {
		{ "{\"us\":1}", "1" },
		{ "{\"us\":-1.5e+3 }", "-1.5e+3" },
		{ "{\"us\":null\n}", "null" },
		{ "{\"us\":true,\"a\":1}", "true" },
		{ " { \"us\" \t:\r\n [ ] } ", "[ ]" },
		{ "{\"us\":\"\"}", "\"\"" },
		{ "{\"us\":\"}\\\"]\\\\\"}", "\"}\\\"]\\\\\"" },
		{ "{\"us\":{\"us\":[{},\"}\",[]]},\"b\":2}",
		    "{\"us\":[{},\"}\",[]]}" },
		/* A key or a text that only looks like it. */
		{ "{\"a\":{\"us\":1},\"b\":\"\\\"us\\\":2\",\"us\":3}", "3" },
		{ "{\"a\":[{\"us\":1}],\"US\":0,\"us2\":0,\"us\":4}", "4" },
		{ "{\"u\\\"s\":1,\"\":2,\"us\":5}", "5" },
		{ "{\"\xc3\xa9\xf0\x9f\x98\x80\":\"\xc3\xa9\",\"us\":6}", "6" },
		/* Written with escapes it is the same. */
		{ "{\"a\":0,\"\\u0075\\u0073\":7}", "7" },
		{ "{\"\\u0075s\":8,\"a\":0}", "8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct json_text text = read_text(table[i].text);
		struct json_span span;

		assert_true(json_member_find(&text, "us", &span));
		assert_int_equal(span.length, strlen(table[i].value));
		assert_memory_equal(text.data + span.start, table[i].value,
		    span.length);
		forget(&text);
	}
}

static void
what_is_not_there_is_not_found(void **state)
{
	static const char *const texts[] = {
		"{}", " { } ", "{\"a\":{\"us\":1}}", "{\"US\":1}",
		"{\"a\":\"us\"}", "{\"\\\\u0075s\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct json_text text = read_text(texts[i]);
		struct buffer out = BUFFER_INIT;
		struct json_span span = { 7, 7 };

		assert_false(json_member_find(&text, "us", &span));
		assert_int_equal(span.start, 0);
		assert_int_equal(span.length, 0);
		assert_int_equal(json_member_remove(&text, "us", &out, NULL),
		    0);
		assert_string_equal(out.data, texts[i]);
		buffer_release(&out);
		forget(&text);
	}
}

static void
value_is_replaced(void **state)
{
	(void)state;
	/* First, in the middle, last, the only one. */
	check_set("{\n  \"us\": 0,\n  \"a\": 1.0\n}\n",
	    "{\n  \"us\": {\n    \"v\": 1\n  },\n  \"a\": 1.0\n}\n");
	check_set("{\n  \"a\": 1e0,\n  \"us\": {\"x\": [1]},\n  \"b\": 2\n}",
	    "{\n  \"a\": 1e0,\n  \"us\": {\n    \"v\": 1\n  },\n"
	    "  \"b\": 2\n}");
	check_set("{\n\t\"a\": 1,\n\t\"us\" :  null\n}\n",
	    "{\n\t\"a\": 1,\n\t\"us\" :  {\n\t\t\"v\": 1\n\t}\n}\n");
	check_set("{\"us\":[]}", "{\"us\":{\"v\":1}}");
	/* Four spaces, none, line ends of another system, blank lines. */
	check_set("{\n    \"us\": 0\n}",
	    "{\n    \"us\": {\n        \"v\": 1\n    }\n}");
	check_set("{\n\"us\": 0\n}", "{\n\"us\": {\n  \"v\": 1\n}\n}");
	check_set("{\r\n  \"us\": 0\r\n}\r\n",
	    "{\r\n  \"us\": {\r\n    \"v\": 1\r\n  }\r\n}\r\n");
	check_set("\n\n{ \"a\" : 1 ,\n\n  \"us\" : 0 }  \n\n",
	    "\n\n{ \"a\" : 1 ,\n\n  \"us\" : {\n    \"v\": 1\n  } }  \n\n");
	/* The key stays as it was written. */
	check_set("{\"\\u0075s\": 0}", "{\"\\u0075s\": {\"v\":1}}");
	/* What does not begin a line is on one. */
	check_set("{\n  \"a\": 1, \"us\": {\n    }\n}",
	    "{\n  \"a\": 1, \"us\": {\"v\":1}\n}");
	check_set("{\n                 \"us\": 0}",
	    "{\n                 \"us\": {\"v\":1}}");
	check_set("{\r\"us\": 0}", "{\r\"us\": {\"v\":1}}");
}

static void
member_is_added(void **state)
{
	(void)state;
	check_set("{\n  \"a\": {\n    \"b\": 0.10\n  }\n}\n",
	    "{\n  \"a\": {\n    \"b\": 0.10\n  },\n"
	    "  \"us\": {\n    \"v\": 1\n  }\n}\n");
	check_set("{\"a\":1}", "{\"a\":1,\"us\":{\"v\":1}}");
	check_set("{\"a\": 1, \"b\": 2}",
	    "{\"a\": 1, \"b\": 2, \"us\": {\"v\":1}}");
	check_set("{ \"a\" :1 }\n", "{ \"a\" :1, \"us\" :{\"v\":1} }\n");
	check_set("{\r\n\t\"a\": 1\r\n}",
	    "{\r\n\t\"a\": 1,\r\n\t\"us\": {\r\n\t\t\"v\": 1\r\n\t}\r\n}");
	check_set("{\"a\": 1\n, \"b\": 2\n}",
	    "{\"a\": 1\n, \"b\": 2, \"us\": {\"v\":1}\n}");
	check_set("{}", "{\n  \"us\": {\n    \"v\": 1\n  }\n}");
	check_set(" { \n\n } \n",
	    " {\n  \"us\": {\n    \"v\": 1\n  }\n} \n");
	check_set("{}\r\n",
	    "{\r\n  \"us\": {\r\n    \"v\": 1\r\n  }\r\n}\r\n");
	check_set("\n{}", "\n{\n  \"us\": {\n    \"v\": 1\n  }\n}");
}

static void
member_is_removed(void **state)
{
	(void)state;
	check_remove("{\"us\":1}", "{}");
	check_remove(" { \"us\" : 1 } \n", " {} \n");
	check_remove("{\n  \"us\": 1,\n  \"a\": 1.0\n}\n",
	    "{\n  \"a\": 1.0\n}\n");
	check_remove("{\"a\":1, \"us\" : [1,2] , \"b\":2}",
	    "{\"a\":1, \"b\":2}");
	check_remove("{\r\n  \"a\": 1,\r\n  \"us\": 1\r\n}",
	    "{\r\n  \"a\": 1\r\n}");
	check_remove("{\"a\":\",\" , \"\\u0075s\":\"}\"}", "{\"a\":\",\"}");
}

/* Numbers that no double holds, escapes, odd spaces: added and removed, the
 * text is what it was. */
static void
what_was_added_leaves_no_trace(void **state)
{
	static const char *const texts[] = {
		"{}", "{}\n", "{}\r\n", "{\"a\":1}",
		"{\"a\" : 12345678901234567890.10 , \"b\":\"\\/\\u00e9\" \n}",
		"\r\n{\r\n\t \"a\"\t:[ ],\r\n\r\n \"b\":{ } }\r\n\r\n",
		"{\n  \"a\": 1\n , \"b\": \"\xf0\x9f\x98\x80\"\n}",
		"{\n                             \"a\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct json_text text = read_text(texts[i]), with;
		struct buffer added = BUFFER_INIT, out = BUFFER_INIT;

		assert_int_equal(json_member_set(&text, "us", value(), &added,
		    NULL, NULL), 0);
		with = read_text(added.data);
		assert_int_equal(json_member_remove(&with, "us", &out, NULL),
		    0);
		assert_string_equal(out.data, texts[i]);
		/* And what is set again is the same. */
		buffer_clear(&out);
		assert_int_equal(json_member_set(&with, "us", value(), &out,
		    NULL, NULL), 0);
		assert_string_equal(out.data, added.data);
		buffer_release(&added);
		buffer_release(&out);
		forget(&text);
		forget(&with);
	}
}

/* As deep, as wide and as long as json_parse() takes. */
static void
large_texts(void **state)
{
	struct buffer text = BUFFER_INIT, expected = BUFFER_INIT;

	(void)state;
	buffer_add_char(&text, '{');
	for (int i = 0; i < 500; i++) {
		buffer_addf(&text, "\"k%d\":", i);
		for (int depth = 0; depth < 31; depth++)
			buffer_add_char(&text, '[');
		buffer_addf(&text, "\"%01000d\\\"]\"", i);
		for (int depth = 0; depth < 31; depth++)
			buffer_add_char(&text, ']');
		buffer_add_string(&text, ", ");
	}
	for (int i = 0; i < 500000; i++)
		buffer_add_char(&text, ' ');
	buffer_add(&expected, text.data, text.length);
	buffer_add_string(&text, "\"us\":0}");
	buffer_add_string(&expected, "\"us\":{\"v\":1}}");
	check_set(text.data, expected.data);
	buffer_release(&text);
	buffer_release(&expected);
}

static void
value_that_could_not_be_made(void **state)
{
	struct json_text text = read_text("{}");
	struct buffer out = BUFFER_INIT;
	struct error err;

	(void)state;
	assert_int_equal(json_member_set(&text, "us", NULL, &out, NULL, &err),
	    -1);
	assert_true(error_is_no_memory(&err));
	buffer_release(&out);
	forget(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_found),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(value_is_replaced),
		cmocka_unit_test(member_is_added),
		cmocka_unit_test(member_is_removed),
		cmocka_unit_test(what_was_added_leaves_no_trace),
		cmocka_unit_test(large_texts),
		cmocka_unit_test(value_that_could_not_be_made),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
