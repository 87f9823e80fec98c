/*
 * json_member: one member is found, put and removed, and not a byte of the
 * rest is another one afterwards.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_member.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

/* --- Finding -------------------------------------------------------------- */

static void
values_are_found(void **state)
{
	static const struct {
		const char *text, *value;	/* of "k"; NULL: none */
	} table[] = {
		{ "{\"k\":1}", "1" },
		{ "{\"k\":-1.5e+3,\"l\":2}", "-1.5e+3" },
		{ " \r\n\t{ \"k\" \n:\t\"v\" }\n", "\"v\"" },
		{ "{\"a\":0,\"k\":true}", "true" },
		{ "{\"a\":0,\"k\":null ,\"z\":0}", "null" },
		{ "{\"k\":{\"x\":[1,{}]}}", "{\"x\":[1,{}]}" },
		{ "{\"k\":[ ]}", "[ ]" },
		{ "{\"k\":\"\"}", "\"\"" },
		/* Braces, quotes and commas in strings are text. */
		{ "{\"a\":\"}{\\\"],\",\"k\":\"{\\\\\"}", "\"{\\\\\"" },
		{ "{\"a\":\"\\\\\",\"k\":2}", "2" },
		/* A key of that name deeper down is another one. */
		{ "{\"a\":{\"k\":1},\"b\":[{\"k\":2}],\"k\":3}", "3" },
		{ "{\"a\":{\"k\":1},\"b\":[{\"k\":2}]}", NULL },
		{ "{\"a\":\"k\",\"b\":\"\\\"k\\\":1\"}", NULL },
		/* The same key, written otherwise. */
		{ "{\"\\u006b\":4}", "4" },
		{ "{\"\\u006B\":4}", "4" },
		{ "{\"K\":1}", NULL },
		{ "{\"kk\":1,\"\":2}", NULL },
		{ "{}", NULL },
		{ " { \n } ", NULL },
	};
	size_t at, size;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const char *text = table[i].text, *value = table[i].value;
		bool found = json_member_find(text, strlen(text), "k", &at,
		    &size);

		if (found != (value != NULL) || (found &&
		    (size != strlen(value) ||
		    memcmp(text + at, value, size) != 0)))
			fail_msg("%s: %d, %zu+%zu", text, found, at, size);
	}
}

static void
keys_with_escapes_are_found(void **state)
{
	static const char text[] = "{\"a\\\"b\":1,\"\\/\":2,\"caf\\u00e9\":3}";
	size_t at, size;

	(void)state;
	assert_true(json_member_find(text, strlen(text), "a\"b", &at, &size));
	assert_memory_equal(text + at, "1", 1);
	assert_true(json_member_find(text, strlen(text), "/", &at, &size));
	assert_memory_equal(text + at, "2", 1);
	assert_true(json_member_find(text, strlen(text), "caf\xc3\xa9", &at,
	    &size));
	assert_memory_equal(text + at, "3", 1);
}

/* --- Setting -------------------------------------------------------------- */

/* Sets "k" of @text to {"v": 1}. */
static void
check_set(const char *text, const char *expected)
{
	struct buffer out = BUFFER_INIT;
	struct json *value = json_object(), *whole, *one;
	size_t at, size;

	json_set_integer(value, "v", 1);
	assert_int_equal(json_member_set(text, strlen(text), "k", value, &out,
	    &at, &size, NULL), 0);
	if (strcmp(out.data, expected) != 0)
		fail_msg("%s\nbecame\n%s\nnot\n%s", text, out.data, expected);
	/* What is said of the place is right, and it can be read. */
	assert_true(at + size <= out.length);
	one = json_parse(out.data + at, size, NULL);
	assert_true(json_is_object(one));
	json_free(one);
	whole = json_parse(out.data, out.length, NULL);
	assert_true(json_is_object(json_get(whole, "k")));
	json_free(whole);
	buffer_release(&out);
}

static void
a_member_is_replaced(void **state)
{
	(void)state;
	/* First, in the middle, last, alone. */
	check_set("{\"k\":1,\"b\":2}", "{\"k\":{\"v\":1},\"b\":2}");
	check_set("{\"a\":0,\"k\":1,\"b\":2}",
	    "{\"a\":0,\"k\":{\"v\":1},\"b\":2}");
	check_set("{\"a\":0,\"k\":[1,2]}", "{\"a\":0,\"k\":{\"v\":1}}");
	check_set("{\"k\":\"}\"}", "{\"k\":{\"v\":1}}");
	/* On lines of its own where the others are. */
	check_set("{\n  \"a\": 1e0,\n  \"k\": {\n    \"old\": 1\n  },\n"
	    "  \"b\": 2.50\n}\n",
	    "{\n  \"a\": 1e0,\n  \"k\": {\n    \"v\": 1\n  },\n"
	    "  \"b\": 2.50\n}\n");
	check_set("{\n\t\"k\": 0\n}", "{\n\t\"k\": {\n\t  \"v\": 1\n\t}\n}");
	/* What is odd stays odd. */
	check_set("{ \"\\u006b\" :\t0 , \"b\":[ 1 , 2 ] }  ",
	    "{ \"\\u006b\" :\t{\"v\":1} , \"b\":[ 1 , 2 ] }  ");
	check_set("{\"a\":{\"k\":1},\"k\":2}",
	    "{\"a\":{\"k\":1},\"k\":{\"v\":1}}");
}

static void
a_member_is_added(void **state)
{
	(void)state;
	check_set("{}", "{\n  \"k\": {\n    \"v\": 1\n  }\n}");
	check_set("{ \n }\n", "{\n  \"k\": {\n    \"v\": 1\n  }\n}\n");
	check_set("{\"a\":1}", "{\"a\":1,\"k\": {\"v\":1}}");
	check_set("{\"a\":1}\n", "{\"a\":1,\"k\": {\"v\":1}}\n");
	check_set("{ \"a\": 1 }", "{ \"a\": 1, \"k\": {\"v\":1} }");
	check_set("{\n  \"a\": 1\n}\n",
	    "{\n  \"a\": 1,\n  \"k\": {\n    \"v\": 1\n  }\n}\n");
	check_set("{\n    \"a\": {\n        \"k\": 1\n    }\n}",
	    "{\n    \"a\": {\n        \"k\": 1\n    },\n    \"k\": {\n"
	    "      \"v\": 1\n    }\n}");
	check_set("{\"a\":\"\\\"k\\\":{\"}",
	    "{\"a\":\"\\\"k\\\":{\",\"k\": {\"v\":1}}");
}

/* The lines of others keep their ends. */
static void
carriage_returns_stay(void **state)
{
	static const char text[] =
	    "{\r\n  \"a\": 1,\r\n  \"b\": \"x\"\r\n}\r\n";
	struct buffer out = BUFFER_INIT;
	struct json *value = json_object();
	size_t at, size;

	(void)state;
	json_set_integer(value, "v", 1);
	assert_int_equal(json_member_set(text, strlen(text), "k", value, &out,
	    &at, &size, NULL), 0);
	assert_int_equal(strncmp(out.data,
	    "{\r\n  \"a\": 1,\r\n  \"b\": \"x\",\r\n  \"k\": ", at), 0);
	assert_string_equal(out.data + at + size, "\r\n}\r\n");
	buffer_release(&out);
}

/* --- Removing ------------------------------------------------------------- */

static void
check_remove(const char *text, const char *expected)
{
	struct buffer out = BUFFER_INIT;
	struct json *whole;

	json_member_remove(text, strlen(text), "k", &out);
	if (out.failed || strcmp(out.data, expected) != 0)
		fail_msg("%s\nbecame\n%s\nnot\n%s", text, out.data, expected);
	whole = json_parse(out.data, out.length, NULL);
	assert_true(json_is_object(whole));
	assert_null(json_get(whole, "k"));
	json_free(whole);
	buffer_release(&out);
}

static void
a_member_is_removed(void **state)
{
	(void)state;
	check_remove("{\"k\":1,\"b\":2}", "{\"b\":2}");
	check_remove("{\"a\":0,\"k\":1,\"b\":2}", "{\"a\":0,\"b\":2}");
	check_remove("{\"a\":0,\"k\":{\"k\":\"}\"}}", "{\"a\":0}");
	check_remove("{\"k\":1}", "{}");
	check_remove("{\n  \"k\": 1\n}\n", "{}\n");
	check_remove("{\n  \"k\": 1,\n  \"b\": 2\n}\n",
	    "{\n  \"b\": 2\n}\n");
	check_remove("{\n  \"a\": 1,\n  \"k\": [\n    1\n  ]\n}",
	    "{\n  \"a\": 1\n}");
	check_remove("{\r\n\t\"a\" : 1 ,\r\n\t\"k\" : 2\r\n}\r\n",
	    "{\r\n\t\"a\" : 1\r\n}\r\n");
	check_remove("{ \"\\u006b\" : 1 }", "{}");
	/* There is none: nothing changes. */
	check_remove("{ }", "{ }");
	check_remove(" {\"a\" : {\"k\":1} } \n", " {\"a\" : {\"k\":1} } \n");
}

/* Put and taken away again: as if nothing had been. */
static void
removing_undoes_adding(void **state)
{
	static const char *const table[] = {
		"{\"a\":1}", "{ \"a\": 1 }", "{\n  \"a\": 1\n}\n",
		"{\r\n  \"a\": 1\r\n}\r\n", "{\n\t\"a\": {\n\t\t\"b\": 1\n"
		"\t}\n}", "{\"a\":\"{\\\"k\\\":1}\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct buffer with = BUFFER_INIT, without = BUFFER_INIT;
		struct json *value = json_object();
		size_t at, size;

		json_set_string(value, "x", "}\",{");
		assert_int_equal(json_member_set(table[i], strlen(table[i]),
		    "k", value, &with, &at, &size, NULL), 0);
		json_member_remove(with.data, with.length, "k", &without);
		assert_string_equal(without.data, table[i]);
		buffer_release(&with);
		buffer_release(&without);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found),
		cmocka_unit_test(keys_with_escapes_are_found),
		cmocka_unit_test(a_member_is_replaced),
		cmocka_unit_test(a_member_is_added),
		cmocka_unit_test(carriage_returns_stay),
		cmocka_unit_test(a_member_is_removed),
		cmocka_unit_test(removing_undoes_adding),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
