/*
 * usage: what the backend tells of a plan's limits, and what it does not.
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
#include "oauth/usage.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define NOW ((int64_t)1795000000)
#define LATER ((int64_t)1795009120)

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static void
where_to_ask(void **state)
{
	static const char *const table[][2] = {
		{ "https://chatgpt.com/backend-api",
		    "https://chatgpt.com/backend-api/wham/usage" },
		{ "https://chatgpt.com/backend-api//",
		    "https://chatgpt.com/backend-api/wham/usage" },
		{ "https://chatgpt.com",
		    "https://chatgpt.com/backend-api/wham/usage" },
		{ "https://chat.openai.com/",
		    "https://chat.openai.com/backend-api/wham/usage" },
		{ "https://chatgpt.org",
		    "https://chatgpt.org/api/codex/usage" },
		{ "https://chatgpt.com.example",
		    "https://chatgpt.com.example/api/codex/usage" },
		{ "https://gateway.example/x",
		    "https://gateway.example/x/api/codex/usage" },
		{ "http://127.0.0.1:8080/backend-api",
		    "http://127.0.0.1:8080/backend-api/wham/usage" },
	};
	char base[ISSUER_MAX + 1], url[USAGE_URL_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		usage_url(url, table[i][0]);
		assert_string_equal(url, table[i][1]);
	}
	memset(base, 'a', ISSUER_MAX);
	base[ISSUER_MAX] = '\0';
	usage_url(url, base);
	assert_string_equal(url + ISSUER_MAX, "/api/codex/usage");
}

static void
windows_are_called_by_their_length(void **state)
{
	static const struct {
		int64_t seconds;
		const char *label;
	} table[] = {
		{ 18000, "5 h" }, { 17999, "5 h" }, { 604800, "weekly" },
		{ 604799, "weekly" }, { 2592000, "30 d" }, { 86400, "24 h" },
		{ 172800, "2 d" }, { 3600, "1 h" }, { 900, "15 min" },
		{ 1, "1 min" }, { 315360000, "3650 d" }, { 0, "" },
		{ USAGE_UNKNOWN, "" },
	};
	char label[USAGE_LABEL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		usage_label(label, table[i].seconds);
		assert_string_equal(label, table[i].label);
	}
}

/* Reads @text as an answer with @status. */
static int
read_text(long status, const char *text, int64_t retry_after,
    struct usage *usage, struct error *err)
{
	struct buffer body = BUFFER_INIT;
	int result;

	buffer_add_string(&body, text);
	result = usage_read(status, &body, retry_after, NOW, usage, err);
	buffer_release(&body);
	return result;
}

static void
read_well(const char *text, struct usage *usage)
{
	struct error err = ERROR_INIT;

	if (read_text(200, text, 0, usage, &err) != 0)
		fail_msg("%s: %s", text, err.text);
}

#define SHORT "{\"used_percent\":12,\"limit_window_seconds\":18000," \
	"\"reset_after_seconds\":9120,\"reset_at\":1795009120}"
#define LONG "{\"used_percent\":34.4,\"limit_window_seconds\":604800.0," \
	"\"reset_after_seconds\":412345,\"reset_at\":1795412345}"
#define RATE(one, two) "{\"allowed\":true,\"limit_reached\":false," \
	"\"primary_window\":" one ",\"secondary_window\":" two "}"
#define ANSWER(rate) "{\"plan_type\":\"plus\",\"rate_limit\":" rate "}"

static void
check_window(const struct usage_window *window, const char *label,
    int percent, int64_t seconds, int64_t resets_at)
{
	assert_string_equal(window->label, label);
	assert_int_equal(window->percent, percent);
	assert_int_equal(window->seconds, seconds);
	assert_int_equal(window->resets_at, resets_at);
}

static void
slots_mean_nothing(void **state)
{
	static const char *const table[] = {
		ANSWER(RATE(SHORT, LONG)), ANSWER(RATE(LONG, SHORT))
	};
	struct usage usage;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		read_well(table[i], &usage);
		assert_string_equal(usage.plan, "plus");
		assert_int_equal(usage.limit_reached, 0);
		assert_int_equal(usage.windows, 2);
		check_window(&usage.window[0], "5 h", 12, 18000, LATER);
		check_window(&usage.window[1], "weekly", 34, 604800,
		    1795412345);
		assert_string_equal(usage.window[0].limit, "");
		assert_false(usage.credits);
	}
	read_well(ANSWER(RATE(LONG, "null")), &usage);
	assert_int_equal(usage.windows, 1);
	assert_string_equal(usage.window[0].label, "weekly");
	/* One of which no length is known is the longer one. */
	read_well(ANSWER(RATE("{\"used_percent\":5}", SHORT)), &usage);
	check_window(&usage.window[0], "5 h", 12, 18000, LATER);
	assert_string_equal(usage.window[1].label, "");
	read_well(ANSWER(RATE(SHORT, "{\"used_percent\":5}")), &usage);
	check_window(&usage.window[0], "5 h", 12, 18000, LATER);
	read_well(ANSWER(RATE("null", SHORT)), &usage);
	assert_int_equal(usage.windows, 1);
	assert_string_equal(usage.window[0].label, "5 h");
}

static void
what_is_not_told_is_unknown(void **state)
{
	static const char *const none[] = {
		ANSWER("null"), ANSWER("{}"), ANSWER("[]"), ANSWER("7"),
		ANSWER(RATE("null", "null")), ANSWER(RATE("{}", "\"x\"")),
		"{\"plan_type\":\"plus\"}",
	};
	static const struct {
		const char *window;
		const char *label;
		int percent;
		int64_t seconds, resets_at;
	} table[] = {
		{ "{\"used_percent\":5}", "", 5, USAGE_UNKNOWN, 0 },
		{ "{\"limit_window_seconds\":18000}", "5 h", USAGE_UNKNOWN,
		    18000, 0 },
		{ "{\"used_percent\":null,\"limit_window_seconds\":18000}",
		    "5 h", USAGE_UNKNOWN, 18000, 0 },
		{ "{\"used_percent\":-3,\"limit_window_seconds\":18000}",
		    "5 h", USAGE_UNKNOWN, 18000, 0 },
		{ "{\"used_percent\":\"9\",\"limit_window_seconds\":18000}",
		    "5 h", USAGE_UNKNOWN, 18000, 0 },
		{ "{\"used_percent\":99.7,\"limit_window_seconds\":-1}", "",
		    99, USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":100}", "", 100, USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":99.2,\"limit_window_seconds\":0}", "",
		    99, USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":130,\"limit_window_seconds\":1e300}", "",
		    130, USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":1e300}", "", 9999, USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":0.4,\"reset_at\":1795009120.9}", "", 0,
		    USAGE_UNKNOWN, LATER },
		{ "{\"used_percent\":1,\"reset_after_seconds\":9120}", "", 1,
		    USAGE_UNKNOWN, LATER },
		{ "{\"used_percent\":1,\"reset_after_seconds\":9120,"
		    "\"reset_at\":0}", "", 1, USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":1,\"reset_at\":1e300}", "", 1,
		    USAGE_UNKNOWN, 0 },
		{ "{\"used_percent\":1,\"reset_at\":-5,"
		    "\"reset_after_seconds\":1e18}", "", 1, USAGE_UNKNOWN,
		    0 },
	};
	struct usage usage;
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		read_well(none[i], &usage);
		assert_int_equal(usage.windows, 0);
	}
	assert_int_equal(usage.limit_reached, USAGE_UNKNOWN);
	for (size_t i = 0; i < COUNT(table); i++) {
		snprintf(text, sizeof text, "{\"rate_limit\":{"
		    "\"primary_window\":%s}}", table[i].window);
		read_well(text, &usage);
		assert_string_equal(usage.plan, "");
		assert_int_equal(usage.windows, 1);
		check_window(&usage.window[0], table[i].label,
		    table[i].percent, table[i].seconds, table[i].resets_at);
	}
}

static void
limits_of_models_have_names(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct usage usage;

	(void)state;
	read_well("{\"plan_type\":\"pro\",\"rate_limit\":" RATE(SHORT, LONG)
	    ",\"additional_rate_limits\":[{\"limit_name\":\"Spark\","
	    "\"metered_feature\":\"f\",\"rate_limit\":" RATE(LONG, "null")
	    "},{\"metered_feature\":\"g\",\"rate_limit\":" RATE("null", SHORT)
	    "},{\"rate_limit\":" RATE(SHORT, "null") "},7,null,{},"
	    "{\"limit_name\":\"\",\"metered_feature\":\"\",\"rate_limit\":"
	    RATE(SHORT, "null") "}]}", &usage);
	assert_int_equal(usage.windows, 6);
	assert_string_equal(usage.window[2].limit, "Spark");
	assert_string_equal(usage.window[2].label, "weekly");
	assert_string_equal(usage.window[3].limit, "g");
	assert_string_equal(usage.window[4].limit, "?");
	assert_string_equal(usage.window[5].limit, "?");

	buffer_add_string(&text, "{\"plan_type\":\"pro\","
	    "\"additional_rate_limits\":[");
	for (int i = 0; i < 100; i++)
		buffer_add_string(&text, "{\"limit_name\":\"x\","
		    "\"rate_limit\":" RATE(SHORT, LONG) "},");
	buffer_add_string(&text, "{}]}");
	read_well(text.data, &usage);
	assert_int_equal(usage.windows, USAGE_WINDOWS_MAX);
	buffer_release(&text);
}

static void
credits_are_told_or_not(void **state)
{
	struct usage usage;

	(void)state;
	read_well("{\"plan_type\":\"p\",\"credits\":{\"has_credits\":true,"
	    "\"unlimited\":false,\"balance\":\"12.50\"}}", &usage);
	assert_true(usage.credits);
	assert_int_equal(usage.has_credits, 1);
	assert_int_equal(usage.unlimited, 0);
	assert_string_equal(usage.balance, "12.50");
	read_well("{\"plan_type\":\"p\",\"credits\":{\"balance\":null}}",
	    &usage);
	assert_true(usage.credits);
	assert_int_equal(usage.has_credits, USAGE_UNKNOWN);
	assert_string_equal(usage.balance, "");
	read_well("{\"plan_type\":\"p\",\"credits\":[]}", &usage);
	assert_false(usage.credits);
}

static void
long_texts_are_cut_between_characters(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct usage usage;

	(void)state;
	buffer_add_string(&text, "{\"plan_type\":\"a");
	for (int i = 0; i < 1000; i++)
		buffer_add_string(&text, "\xc3\xa9");
	buffer_add_string(&text, "\"}");
	read_well(text.data, &usage);
	/* One byte, and 31 whole ones of two. */
	assert_int_equal(strlen(usage.plan), USAGE_TEXT_MAX - 1);
	buffer_release(&text);
}

static void
refusals(void **state)
{
	static const struct {
		long status;
		const char *body;
		int64_t retry_after;
		enum error_code code;
		const char *says;
	} table[] = {
		{ 401, "{\"error\":{\"code\":\"token_expired\"}}", 0,
		    ERROR_NEEDS_LOGIN, "refused the access token" },
		{ 401, "<html>", 0, ERROR_UNAVAILABLE, "web page" },
		{ 403, "<html>", 0, ERROR_UNAVAILABLE, "web page" },
		{ 403, "{\"error\":{\"code\":\"no_country\"}}", 0,
		    ERROR_UNAVAILABLE, "403: no_country" },
		{ 403, "{\"error\":{\"code\":\"slow\"}}", 7,
		    ERROR_UNAVAILABLE, "in 7 s" },
		{ 429, "<html>", 0, ERROR_UNAVAILABLE, "few minutes" },
		{ 429, "{}", 30, ERROR_UNAVAILABLE, "30 s" },
		{ 302, "", 0, ERROR_UNAVAILABLE, "CHATELAINE_BACKEND" },
		{ 404, "{}", 0, ERROR_UNAVAILABLE, "CHATELAINE_BACKEND" },
		{ 500, "oops", 0, ERROR_UNAVAILABLE, "500" },
		{ 100, "{}", 0, ERROR_UNAVAILABLE, "(100: no reason given)" },
		{ 503, "{}", 9, ERROR_UNAVAILABLE, "in 9 s" },
		{ 200, "", 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "<html>", 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "[]", 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "null", 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{}", 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{\"plan_type\":7,\"rate_limit\":[]}", 0,
		    ERROR_UNAVAILABLE, "not understood" },
		{ 204, "", 0, ERROR_UNAVAILABLE, "not understood" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;
		struct usage usage;

		if (read_text(table[i].status, table[i].body,
		    table[i].retry_after, &usage, &err) != -1 ||
		    err.code != table[i].code ||
		    strstr(err.text, table[i].says) == NULL)
			fail_msg("row %zu: %d %s", i, (int)err.code, err.text);
	}
}

static void
print_facts(const struct usage *usage, struct buffer *out)
{
	struct json *object = json_object();

	usage_put(object, usage);
	assert_int_equal(json_print(object, JSON_LINE, out, NULL), 0);
}

static void
facts_make_the_round(void **state)
{
	static const char *const table[] = {
		"{\"plan_type\":\"\\u001b[2J\",\"rate_limit\":"
		    RATE(SHORT, LONG) ",\"credits\":{\"has_credits\":true,"
		    "\"unlimited\":null,\"balance\":\"\\u202e5\"},"
		    "\"additional_rate_limits\":[{\"limit_name\":\"\\n\","
		    "\"rate_limit\":" RATE("{\"used_percent\":1}", "null")
		    "}]}",
		ANSWER("null"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct buffer text = BUFFER_INIT, again = BUFFER_INIT;
		struct usage sent, got;
		struct json *json;

		read_well(table[i], &sent);
		print_facts(&sent, &text);
		json = json_parse(text.data, text.length, NULL);
		assert_int_equal(usage_get(json, &got), 0);
		json_free(json);
		print_facts(&got, &again);
		assert_string_equal(text.data, again.data);
		for (size_t j = 0; j < sent.windows; j++)
			assert_string_equal(sent.window[j].label,
			    got.window[j].label);
		buffer_release(&text);
		buffer_release(&again);
	}
}

static void
what_is_no_usage_is_refused(void **state)
{
	static const char *const table[] = {
		"{}", "[]", "{\"plan\":\"x\"}", "{\"windows\":[]}",
		"{\"plan\":null,\"windows\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct json *json = json_parse(table[i], strlen(table[i]),
		    NULL);
		struct usage usage;

		assert_int_equal(usage_get(json, &usage), -1);
		json_free(json);
	}
}

/* Whatever the other program says: no more windows than there is room for, and
 * no time that is none. */
static void
facts_have_their_limits(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct json *json;
	struct usage usage;

	(void)state;
	buffer_add_string(&text, "{\"plan\":\"x\",\"windows\":[");
	for (int i = 0; i < 100; i++)
		buffer_add_string(&text, "{\"resets_at\":-1},");
	buffer_add_string(&text, "7]}");
	json = json_parse(text.data, text.length, NULL);
	assert_int_equal(usage_get(json, &usage), 0);
	assert_int_equal(usage.windows, USAGE_WINDOWS_MAX);
	for (size_t i = 0; i < usage.windows; i++)
		check_window(&usage.window[i], "", USAGE_UNKNOWN,
		    USAGE_UNKNOWN, 0);
	json_free(json);
	buffer_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_to_ask),
		cmocka_unit_test(windows_are_called_by_their_length),
		cmocka_unit_test(slots_mean_nothing),
		cmocka_unit_test(what_is_not_told_is_unknown),
		cmocka_unit_test(limits_of_models_have_names),
		cmocka_unit_test(credits_are_told_or_not),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(refusals),
		cmocka_unit_test(facts_make_the_round),
		cmocka_unit_test(what_is_no_usage_is_refused),
		cmocka_unit_test(facts_have_their_limits),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
