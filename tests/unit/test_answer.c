/*
 * answer: what each answer of the token endpoint means for the login.
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
#include "oauth/answer.h"

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static void
read_text(struct answer *answer, const char *raw)
{
	answer_read(answer, raw, strlen(raw));
}

#define ERR(code) "{\"error\":{\"message\":\"why\",\"code\":\"" code "\"}}"
#define OAUTH(code) "{\"error\":\"" code "\",\"error_description\":\"why\"}"

static const struct {
	const char *raw;
	enum answer_kind kind;
	enum error_code code;
} table[] = {
	/* The login has ended. */
	{ "HTTP 401\n" ERR("refresh_token_reused"), ANSWER_REUSED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 400\n" ERR("refresh_token_reused"), ANSWER_REUSED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n" ERR("REFRESH_TOKEN_REUSED"), ANSWER_REUSED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n{\"code\":\"refresh_token_reused\"}", ANSWER_REUSED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n" ERR("refresh_token_expired"), ANSWER_EXPIRED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n" ERR("token_expired"), ANSWER_EXPIRED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n" ERR("refresh_token_invalidated"), ANSWER_REVOKED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n" ERR("refresh_token_revoked"), ANSWER_REVOKED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 400\n" OAUTH("invalid_refresh_token"), ANSWER_REVOKED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 400\n" OAUTH("invalid_grant"), ANSWER_REVOKED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n" ERR("never_heard_of"), ANSWER_REVOKED,
	    ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n{}", ANSWER_REVOKED, ERROR_NEEDS_LOGIN },
	{ "HTTP 401\n{\"error\":7}", ANSWER_REVOKED, ERROR_NEEDS_LOGIN },
	/* The request was wrong, which says nothing about the login. */
	{ "HTTP 400\n" OAUTH("invalid_request"), ANSWER_REJECTED,
	    ERROR_FAILED },
	{ "HTTP 400\n{}", ANSWER_REJECTED, ERROR_FAILED },
	/* Not now. */
	{ "HTTP 401\n<html>", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 401\n", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 400\n[]", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 403\n<html>", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 403\n" ERR("unsupported_country"), ANSWER_UNAVAILABLE,
	    ERROR_UNAVAILABLE },
	{ "HTTP 404\n{}", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 429\n" ERR("refresh_token_reused"), ANSWER_UNAVAILABLE,
	    ERROR_UNAVAILABLE },
	{ "HTTP 500\n" ERR("refresh_token_reused"), ANSWER_UNAVAILABLE,
	    ERROR_UNAVAILABLE },
	{ "HTTP 503\n", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 302\n", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	{ "HTTP 100\n", ANSWER_UNAVAILABLE, ERROR_UNAVAILABLE },
	/* Nobody knows whether the token was spent. */
	{ "HTTP 502\n<html>", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 504\n", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 520\n", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 524\n", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 099\n{}", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP \n{}", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "nonsense\n{}", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200\n", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200\n<html>", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200\n[]", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200\n{}", ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200\n" ERR("refresh_token_reused"), ANSWER_IN_DOUBT,
	    ERROR_UNAVAILABLE },
	{ "HTTP 200\n{\"access_token\":5,\"refresh_token\":null}",
	    ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	{ "HTTP 200\n{\"access_token\":\"a b\"}", ANSWER_IN_DOUBT,
	    ERROR_UNAVAILABLE },
	{ "HTTP 200\n{\"refresh_token\":\"\"}", ANSWER_IN_DOUBT,
	    ERROR_UNAVAILABLE },
	{ "HTTP 200\n{\"refresh_token\":\"a\",\"refresh_token\":\"b\"}",
	    ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
	/* A refresh token that is no token: its successor is not known. */
	{ "HTTP 200\n{\"access_token\":\"a\",\"refresh_token\":\"b\\n\"}",
	    ANSWER_IN_DOUBT, ERROR_UNAVAILABLE },
};

static void
what_brings_no_tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct answer answer;

		read_text(&answer, table[i].raw);
		if (answer.kind != table[i].kind ||
		    answer.error.code != table[i].code)
			fail_msg("%s: kind %d, code %d", table[i].raw,
			    (int)answer.kind, (int)answer.error.code);
		assert_true(answer.error.text[0] != '\0');
		answer_release(&answer);
	}
}

/* "" stands for NULL. */
static void
check_token(const char *token, const char *expected)
{
	assert_string_equal(token == NULL ? "" : token, expected);
}

static void
tokens_are_taken(void **state)
{
	static const struct {
		const char *body, *access, *refresh, *id;
		int64_t expires_in;
	} tokens[] = {
		{ "{\"access_token\":\"a\",\"refresh_token\":\"r\","
		    "\"id_token\":\"i\",\"expires_in\":864000}", "a", "r",
		    "i", 864000 },
		{ "{\"access_token\":\"a\"}", "a", "", "", 0 },
		{ "{\"refresh_token\":\"r\"}\n", "", "r", "", 0 },
		{ "{\"access_token\":\"a\",\"id_token\":\"not one\"}", "a",
		    "", "", 0 },
		{ "{\"access_token\":\"a\",\"expires_in\":\"3600\"}", "a", "",
		    "", 3600 },
		{ "{\"access_token\":\"a\",\"expires_in\":-1}", "a", "", "",
		    0 },
		{ "{\"access_token\":\"a\",\"expires_in\":1.5}", "a", "", "",
		    0 },
		{ "{\"access_token\":\"a\",\"expires_in\":null}", "a", "", "",
		    0 },
		{ "{\"access_token\":\"a\",\"expires_in\":\"soon\"}", "a", "",
		    "", 0 },
		{ "{\"access_token\":\"a\",\"expires_in\":315360001}", "a",
		    "", "", 0 },
		{ "{\"access_token\":\"a\",\"expires_in\":1e999}", "a", "",
		    "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof tokens / sizeof tokens[0]; i++) {
		struct answer answer;
		char raw[256];

		snprintf(raw, sizeof raw, "HTTP %d\n%s", i % 2 == 0 ? 200 :
		    201, tokens[i / 2].body);
		read_text(&answer, raw);
		assert_int_equal(answer.kind, ANSWER_TOKENS);
		check_token(answer.access_token, tokens[i / 2].access);
		check_token(answer.refresh_token, tokens[i / 2].refresh);
		check_token(answer.id_token, tokens[i / 2].id);
		assert_int_equal(answer.expires_in, tokens[i / 2].expires_in);
		answer_release(&answer);
		assert_null(answer.access_token);
	}
}

/* Wherever the connection broke, it is never a whole answer. */
static void
an_answer_cut_anywhere_is_in_doubt(void **state)
{
	static const char whole[] = "HTTP 200\n{\"access_token\":\"a\","
	    "\"refresh_token\":\"r\",\"expires_in\":60}";

	(void)state;
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		struct answer answer;
		char cut[sizeof whole] = "";

		memcpy(cut, whole, n);
		answer_read(&answer, cut, n);
		if (answer.kind != ANSWER_IN_DOUBT)
			fail_msg("%zu bytes: kind %d", n, (int)answer.kind);
		answer_release(&answer);
	}
}

static void
tokens_have_a_limit(void **state)
{
	(void)state;
	for (size_t size = 16384; size <= 16385; size++) {
		struct buffer raw = BUFFER_INIT;
		struct answer answer;

		buffer_add_string(&raw, "HTTP 200\n{\"access_token\":\"");
		for (size_t i = 0; i < size; i++)
			buffer_add_char(&raw, 'a');
		buffer_add_string(&raw, "\"}");
		answer_read(&answer, raw.data, raw.length);
		assert_int_equal(answer.kind, size == 16384 ? ANSWER_TOKENS :
		    ANSWER_IN_DOUBT);
		answer_release(&answer);
		buffer_release(&raw);
	}
}

static void
the_reason_is_told(void **state)
{
	static const struct {
		const char *body, *message, *code;
	} reasons[] = {
		{ "{\"error_description\":\"d\",\"error\":\"e\"}", "d", "e" },
		{ "{\"error\":{\"message\":\"m\",\"code\":\"c\"}}", "m", "c" },
		{ "{\"error\":{\"code\":\"c\"}}", "c", "c" },
		{ "{\"error\":\"e\"}", "e", "e" },
		{ "{\"code\":\"c\"}", "c", "c" },
		{ "{}", "", "" }, { "[]", "", "" },
		{ "{\"error\":{\"message\":5,\"code\":null}}", "", "" },
	};
	char text[ANSWER_MESSAGE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		struct json *json = json_parse(reasons[i].body,
		    strlen(reasons[i].body), NULL);

		check_token(answer_message(json, text), reasons[i].message);
		check_token(answer_code(json), reasons[i].code);
		json_free(json);
	}
	assert_null(answer_message(NULL, text));
	assert_null(answer_code(NULL));
}

/* What is said is short, whole characters, and never a token. */
static void
the_reason_is_cut_and_has_no_token(void **state)
{
	char text[ANSWER_MESSAGE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buffer body = BUFFER_INIT;
		struct json *json;

		buffer_add_string(&body, "{\"error_description\":\"");
		for (size_t n = 0; n < ANSWER_MESSAGE_MAX / 2 - 1; n++)
			buffer_add_string(&body, "x ");
		buffer_add(&body, "yyy", i);
		buffer_add_string(&body, "\xc3\xa9 and so on\"}");
		json = json_parse(body.data, body.length, NULL);
		assert_non_null(answer_message(json, text));
		assert_int_equal(strlen(text), i == 0 ? ANSWER_MESSAGE_MAX :
		    ANSWER_MESSAGE_MAX - 2 + i);
		json_free(json);
		buffer_release(&body);
	}
	for (size_t n = 19; n <= 20; n++) {
		char body[64];
		struct json *json;

		snprintf(body, sizeof body, "{\"error\":\"no %.*s!\"}",
		    (int)n, "sk-0123456789ABCDEFGHIJ");
		json = json_parse(body, strlen(body), NULL);
		assert_string_equal(answer_message(json, text), n == 19 ?
		    "no sk-0123456789ABCDEF!" : "no ***!");
		json_free(json);
	}
}

static void
a_wait_is_read_from_a_header(void **state)
{
	static const struct {
		const char *line;
		int64_t seconds;	/* -1: it says none */
	} headers[] = {
		{ "Retry-After: 30\r\n", 30 }, { "retry-after:30", 30 },
		{ "RETRY-AFTER: \t 7 \t\r\n", 7 },
		{ "Retry-After: 86400\n", 86400 },
		{ "Retry-After: 86401\n", -1 },
		{ "Retry-After: 99999999999999999999999\n", -1 },
		{ "Retry-After:", -1 }, { "Retry-After: \t", -1 },
		{ "Retry-After: -1\n", -1 }, { "Retry-After: soon\n", -1 },
		{ "Retry-After: 5 s\n", -1 }, { "Retry-After: 5x\n", -1 },
		{ "Retry-After", -1 }, { "X-Retry-After: 5\n", -1 },
		{ "Retry-After; 5\n", -1 }, { "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		int64_t seconds = -1;

		assert_int_equal(answer_read_retry_after(headers[i].line,
		    strlen(headers[i].line), &seconds),
		    headers[i].seconds >= 0);
		assert_int_equal(seconds, headers[i].seconds);
	}
}

static void
the_time_is_told(void **state)
{
	static const char *const wrong[] = {
		"", "Date:", "Date: now", "Dates: Sun, 06 Nov 1994 08:49:37 GMT",
		"Date: Sunday, 06-Nov-94 08:49:37 GMT",
		"Date: Sun Nov  6 08:49:37 1994",
		"Date: Sun, 06 Nov 1994 08:49:37 EST",
		"Date: Sun, 06 Nov 1994 08:49:37 +0000",
		"Date: Sun, 31 Feb 1994 08:49:37 GMT",
		"Date: Sun, 06 anF 1994 08:49:37 GMT",
		"Date: Sun, 06 Nov 1994 24:49:37 GMT",
		"Date: Sun, 06 Nov 99999 08:49:37 GMT",
		"Date: Sun, 06 Nov -994 08:49:37 GMT",
		"Date: Sun, 06 Nov 1994 08:49:37 UTC", "Date: Sun; 06 Nov 1994 08:49:37 GMT",
		"Date: Sun, 06  No 1994 08:49:37 GMT",
		"Date: Sun, -6 Nov 1994 08:49:37 GMT",
		"Date: Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:4",
	};
	static const char right[] = "dAtE:  Sun, 06 Nov 1994 08:49:37 GMT\r\n";
	int64_t when = -7;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (answer_read_date(wrong[i], strlen(wrong[i]), &when) ||
		    when != -7)
			fail_msg("taken: %s", wrong[i]);
	assert_false(answer_read_date(right, 20, &when));
	assert_true(answer_read_date(right, strlen(right), &when));
	assert_int_equal(when, 784111777);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_brings_no_tokens),
		cmocka_unit_test(tokens_are_taken),
		cmocka_unit_test(an_answer_cut_anywhere_is_in_doubt),
		cmocka_unit_test(tokens_have_a_limit),
		cmocka_unit_test(the_reason_is_told),
		cmocka_unit_test(the_reason_is_cut_and_has_no_token),
		cmocka_unit_test(a_wait_is_read_from_a_header),
		cmocka_unit_test(the_time_is_told),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
