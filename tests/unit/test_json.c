/*
 * json: what may not be read two ways is not read at all.
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

#include "base/json.h"

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static struct json *
parse(const char *text)
{
	return json_parse(text, strlen(text), NULL);
}

static void
what_is_json_is_read(void **state)
{
	static const char *const texts[] = {
		"{}", "[]", "null", "\"\"", "0", "-0", "-1.5e+3", "true",
		" \t\r\n{ \"a\" : [ 1 , 2 ] } \n", "{\"a\":{\"a\":1}}",
		"[{\"a\":1},{\"a\":2}]", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u00e9\\ud83d\\ude00\"", "\"\xc3\xa9\xf0\x9f\x98\x80\"",
		"\"\\\\u0000\"",	/* a backslash, then letters */
		"{\"a\":1,\"A\":2}", "{\"\":1}", "\"[[[[{{{{\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct json *json = parse(texts[i]);

		if (json == NULL)
			fail_msg("refused: %s", texts[i]);
		json_free(json);
	}
}

static void
what_is_not_json_is_refused(void **state)
{
	static const char *const texts[] = {
		"", " ", "{", "}", "[", "{\"a\":1", "[1,]", "{\"a\":1,}",
		"{a:1}", "{'a':1}", "nul", "nullx", "NaN", "+1", ".5", "-",
		"\"", "\"\\x41\"", "\"\\u12\"", "{} {}", "{}x", "1 2",
		"{}\n}", "// no\n{}", "{\"a\" 1}", "\"a\nb\"",
		"\"\x01\"",
		/* keys twice, also when they are only spelled differently */
		"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}",
		"{\"x\":[{\"a\":1,\"b\":2,\"a\":3}]}",
		/* cut short by a NUL for whoever reads it as a string */
		"\"a\\u0000b\"", "{\"a\\u0000\":1}", "{\"a\":\"\\\\\\u0000\"}",
		/* lone surrogates */
		"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"",
		"\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"",
		/* invalid UTF-8 */
		"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"", "\xfe",
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct json *json = json_parse(texts[i], strlen(texts[i]),
		    &err);

		if (json != NULL)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(err.code, ERROR_FAILED);
		assert_string_equal(err.text, "not valid JSON");
	}
	assert_null(json_parse("{}\0", 3, NULL));
	assert_null(json_parse("\0", 1, NULL));
	/* No further than it was told. */
	assert_null(json_parse("[1]", 2, NULL));
}

/* RFC 8259 where cJSON is easier to please. */
static void
what_is_almost_json_is_refused(void **state)
{
	static const char *const texts[] = {
		"01", "-01", "1.", "[1.e2]", "-.5", "1e", "{\x01}", "[\x0b]",
		"\x0c{}", "{}\x1f",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct json *json = parse(texts[i]);

		if (json != NULL)
			fail_msg("accepted: %s", texts[i]);
	}
}

static struct json *
parse_nested(int depth)
{
	struct buffer text = BUFFER_INIT;
	struct json *json;

	for (int i = 0; i < depth; i++)
		buffer_add_string(&text, i % 2 == 0 ? "[" : "{\"a\":");
	for (int i = depth - 1; i >= 0; i--)
		buffer_add_string(&text, i == depth - 1 && i % 2 != 0 ?
		    "1}" : i % 2 == 0 ? "]" : "}");
	json = json_parse(text.data, text.length, NULL);
	buffer_release(&text);
	return json;
}

static struct json *
parse_members(int count)
{
	struct buffer text = BUFFER_INIT;
	struct json *json;

	for (int i = 0; i < count; i++)
		buffer_addf(&text, "%c\"k%d\":%d", i == 0 ? '{' : ',', i, i);
	buffer_add_char(&text, '}');
	json = json_parse(text.data, text.length, NULL);
	buffer_release(&text);
	return json;
}

/* Long strings are looked at in words: every byte, at every place of one. A
 * quotation mark ends the string, so that what follows is none; a backslash
 * needs another letter than the one that follows; alone, the upper half is no
 * UTF-8. */
static void
one_byte_makes_a_long_string_none(void **state)
{
	char text[28];

	(void)state;
	for (size_t at = 1; at < sizeof text - 2; at++)
		for (int byte = 1; byte < 256; byte++) {
			struct json *json;

			memset(text, 'z', sizeof text - 1);
			text[0] = text[sizeof text - 2] = '"';
			text[sizeof text - 1] = '\0';
			text[at] = (char)byte;
			json = parse(text);
			if ((json != NULL) != (byte >= 0x20 && byte < 0x80 &&
			    byte != '"' && byte != '\\'))
				fail_msg("%#x at %zu", (unsigned int)byte, at);
			json_free(json);
		}
}

static void
size_has_limits(void **state)
{
	static const struct {
		struct json *(*parse)(int);
		int most;
	} table[] = { { parse_nested, 32 }, { parse_members, 512 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct json *json = table[i].parse(table[i].most);

		assert_non_null(json);
		json_free(json);
		assert_null(table[i].parse(table[i].most + 1));
	}
	assert_null(parse_nested(100000));
}

static void
looking_up_asks_for_key_and_type(void **state)
{
	struct json *json = parse("{\"s\":\"text\",\"n\":5,\"t\":true,"
	    "\"f\":false,\"z\":null,\"o\":{\"s\":\"inner\"},\"a\":[\"x\"]}");
	int64_t n = -7;

	(void)state;
	assert_string_equal(json_string(json, "s"), "text");
	assert_string_equal(json_string(json_get(json, "o"), "s"), "inner");
	assert_null(json_string(json, "S"));
	assert_null(json_string(json, "n"));
	assert_null(json_string(json, "z"));
	assert_null(json_string(json_get(json, "a"), "x"));
	assert_null(json_get(json, "none"));
	assert_null(json_get(json_get(json, "none"), "s"));
	assert_true(json_bool(json, "t"));
	assert_false(json_bool(json, "f"));
	assert_false(json_bool(json, "n"));
	assert_true(json_is_object(json));
	assert_true(json_is_object(json_get(json, "o")));
	assert_false(json_is_object(json_get(json, "a")));
	assert_false(json_is_object(NULL));
	assert_null(json_string(NULL, "s"));
	assert_int_equal(json_integer(json, "s", &n), -1);
	assert_int_equal(json_integer(json, "none", &n), -1);
	assert_int_equal(json_integer(NULL, "n", &n), -1);
	assert_int_equal(n, -7);
	json_free(json);
	json_free(NULL);
}

static void
integers_are_exact_or_none(void **state)
{
	static const struct {
		const char *text;
		int strict, liberal;
		int64_t value;
	} table[] = {
		{ "0", 0, 0, 0 }, { "-5", 0, 0, -5 },
		{ "1790000000", 0, 0, 1790000000 },
		{ "1e3", 0, 0, 1000 }, { "5.0", 0, 0, 5 },
		{ "9007199254740992", 0, 0, INT64_C(9007199254740992) },
		{ "-9007199254740992", 0, 0, -INT64_C(9007199254740992) },
		{ "9007199254740994", -1, -1, 0 }, { "1e300", -1, -1, 0 },
		{ "-1e300", -1, -1, 0 }, { "1e999", -1, -1, 0 },
		{ "1.5", -1, -1, 0 }, { "true", -1, -1, 0 },
		{ "null", -1, -1, 0 }, { "{}", -1, -1, 0 },
		{ "\"5\"", -1, 0, 5 }, { "\"007\"", -1, 0, 7 },
		{ "\"999999999999999\"", -1, 0, INT64_C(999999999999999) },
		{ "\"1000000000000000\"", -1, -1, 0 }, { "\"\"", -1, -1, 0 },
		{ "\"-5\"", -1, -1, 0 }, { "\" 5\"", -1, -1, 0 },
		{ "\"5 \"", -1, -1, 0 }, { "\"5.0\"", -1, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int64_t strict = 42, liberal = 42;
		struct json *json;
		char text[64];

		snprintf(text, sizeof text, "{\"n\":%s}", table[i].text);
		json = parse(text);
		assert_non_null(json);
		if (json_integer(json, "n", &strict) != table[i].strict ||
		    json_integer_liberal(json, "n", &liberal) !=
		    table[i].liberal)
			fail_msg("%s", table[i].text);
		assert_int_equal(strict,
		    table[i].strict == 0 ? table[i].value : 42);
		assert_int_equal(liberal,
		    table[i].liberal == 0 ? table[i].value : 42);
		json_free(json);
	}
}

static void
numbers_are_finite(void **state)
{
	static const struct {
		const char *text;
		int result;
		double value;
	} table[] = {
		{ "0", 0, 0 }, { "-5", 0, -5 }, { "12.5", 0, 12.5 },
		{ "1e300", 0, 1e300 }, { "1e999", -1, 42 },
		{ "-1e999", -1, 42 }, { "\"5\"", -1, 42 },
		{ "true", -1, 42 }, { "null", -1, 42 }, { "[1]", -1, 42 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		double value = 42;
		struct json *json;
		char text[64];

		snprintf(text, sizeof text, "{\"n\":%s}", table[i].text);
		json = parse(text);
		assert_non_null(json);
		if (json_number(json, "n", &value) != table[i].result ||
		    value != table[i].value)
			fail_msg("%s", table[i].text);
		json_free(json);
	}
	assert_int_equal(json_number(NULL, "n", NULL), -1);
}

static void
check_print(struct json *json, enum json_style style, const char *expected)
{
	struct buffer out = BUFFER_INIT;

	assert_int_equal(json_print(json, style, &out, NULL), 0);
	assert_string_equal(out.data, expected);
	buffer_release(&out);
}

static struct json *
build(void)
{
	struct json *json = json_object(), *array;

	json_set_string(json, "s", "a\tb");
	json_set_string(json, "none", NULL);
	json_set_integer(json, "n", -1);
	json_set_bool(json, "yes", true);
	json_set_null(json, "null");
	json_set_bool(json_set_object(json, "o"), "no", false);
	array = json_set_array(json, "a");
	json_append_string(array, "x");
	json_set_integer(json_append_object(array), "i", 2);
	return json;
}

static void
building_and_printing(void **state)
{
	struct error err = ERROR_INIT;
	struct buffer out = BUFFER_INIT;

	(void)state;
	check_print(json_object(), JSON_LINE, "{}");
	check_print(build(), JSON_LINE, "{\"s\":\"a\\tb\",\"none\":null,"
	    "\"n\":-1,\"yes\":true,\"null\":null,\"o\":{\"no\":false},"
	    "\"a\":[\"x\",{\"i\":2}]}");
	check_print(build(), JSON_PRETTY,
	    "{\n"
	    "  \"s\": \"a\\tb\",\n"
	    "  \"none\": null,\n"
	    "  \"n\": -1,\n"
	    "  \"yes\": true,\n"
	    "  \"null\": null,\n"
	    "  \"o\": {\n"
	    "    \"no\": false\n"
	    "  },\n"
	    "  \"a\": [\"x\", {\n"
	    "      \"i\": 2\n"
	    "    }]\n"
	    "}");
	assert_int_equal(json_print(NULL, JSON_LINE, &out, &err), -1);
	assert_string_equal(err.text, "out of memory");
	buffer_release(&out);
}

static void
integers_are_printed_in_digits(void **state)
{
	static const int64_t values[] = {
		0, 1790000000, INT64_C(1790000000000), INT64_C(1000000000000000),
		INT64_C(9007199254740991), -INT64_C(9007199254740991),
	};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct json *json = json_object();
		char expected[64];

		json_set_integer(json, "n", values[i]);
		snprintf(expected, sizeof expected, "{\"n\":%lld}",
		    (long long)values[i]);
		check_print(json, JSON_LINE, expected);
	}
}

static void
what_is_printed_is_ascii(void **state)
{
	static const struct {
		const char *text, *printed;
	} table[] = {
		{ "~ !\"\\/", "\"~ !\\\"\\\\/\"" },
		{ "\x1b\x01\n\x7f", "\"\\u001b\\u0001\\n\\u007f\"" },
		{ "\xc3\xa9\xe4\xb8\xad", "\"\\u00e9\\u4e2d\"" },
		{ "\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf",
		    "\"\\ud83d\\ude00\\udbff\\udfff\"" },
		{ "\xc2\x9b\xe2\x80\xae", "\"\\u009b\\u202e\"" },
		/* not UTF-8 */
		{ "a\xff" "b", "\"a\\ufffdb\"" },
		{ "\xc3", "\"\\ufffd\"" },
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct json *json = json_object();
		char expected[128];

		json_set_string(json, "k", table[i].text);
		json_set_string(json, table[i].text, "v");
		snprintf(expected, sizeof expected, "{\"k\":%s,%s:\"v\"}",
		    table[i].printed, table[i].printed);
		check_print(json, JSON_LINE, expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json_is_read),
		cmocka_unit_test(what_is_not_json_is_refused),
		cmocka_unit_test(what_is_almost_json_is_refused),
		cmocka_unit_test(one_byte_makes_a_long_string_none),
		cmocka_unit_test(size_has_limits),
		cmocka_unit_test(looking_up_asks_for_key_and_type),
		cmocka_unit_test(integers_are_exact_or_none),
		cmocka_unit_test(numbers_are_finite),
		cmocka_unit_test(building_and_printing),
		cmocka_unit_test(integers_are_printed_in_digits),
		cmocka_unit_test(what_is_printed_is_ascii),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
