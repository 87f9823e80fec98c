/*
 * device: what the server says while a code waits for approval.
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
#include "oauth/device.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

#define NOW ((int64_t)1795435200)	/* 2026-11-23T12:00:00Z */

static void
set(struct buffer *body, const char *text)
{
	buffer_clear(body);
	buffer_add_string(body, text);
}

#define CODE "\"device_auth_id\":\"d\",\"user_code\":\"ABCD-12345\""

static void
codes_are_read_liberally(void **state)
{
	static const struct {
		const char *body;
		int64_t interval, lifetime;
	} table[] = {
		{ "{" CODE ",\"interval\":\"5\"}", 5, 900 },
		{ "{" CODE "}", 5, 900 },
		{ "{" CODE ",\"interval\":7}", 7, 900 },
		{ "{" CODE ",\"interval\":0}", 1, 900 },
		{ "{" CODE ",\"interval\":\"0\"}", 1, 900 },
		{ "{" CODE ",\"interval\":99999}", 60, 900 },
		{ "{" CODE ",\"interval\":\"often\"}", 5, 900 },
		{ "{" CODE ",\"interval\":null}", 5, 900 },
		{ "{" CODE ",\"expires_at\":\"2026-11-23T12:10:00.123456Z\"}",
		    5, 600 },
		{ "{" CODE ",\"expires_at\":\"2026-11-23T12:15:00+00:00\"}",
		    5, 900 },
		/* A clock that is off ends nothing before it began. */
		{ "{" CODE ",\"expires_at\":\"2026-11-23T11:00:00Z\"}", 5,
		    900 },
		{ "{" CODE ",\"expires_at\":\"2026-11-23T13:00:00Z\"}", 5,
		    900 },
		{ "{" CODE ",\"expires_at\":7}", 5, 900 },
		{ "{" CODE ",\"expires_at\":\"soon\"}", 5, 900 },
		{ "{\"device_auth_id\":\"d\",\"usercode\":\"ABCD-12345\"}", 5,
		    900 },
	};
	struct buffer body = BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct device device;

		set(&body, table[i].body);
		assert_int_equal(device_read_code(200, &body, 0, NOW, &device,
		    NULL), 0);
		assert_string_equal(device.id, "d");
		assert_string_equal(device.code, "ABCD-12345");
		assert_int_equal(device.interval, table[i].interval);
		assert_int_equal(device.lifetime, table[i].lifetime);
	}
	buffer_release(&body);
}

static void
no_code_and_why(void **state)
{
	static const struct {
		long status;
		const char *body;
		int64_t retry_after;
		enum error_code code;
		const char *says;
	} table[] = {
		{ 404, "", 0, ERROR_FAILED, "CHATELAINE_ISSUER" },
		{ 429, "{}", 30, ERROR_UNAVAILABLE, "30 s" },
		{ 429, "<html>", 0, ERROR_UNAVAILABLE, "few minutes" },
		{ 403, "<html>", 0, ERROR_UNAVAILABLE, "web page" },
		{ 403, "{\"error\":{\"code\":\"unsupported_country\"}}", 0,
		    ERROR_UNAVAILABLE, "unsupported_country" },
		{ 302, "", 0, ERROR_UNAVAILABLE, "redirect" },
		{ 100, "", 0, ERROR_UNAVAILABLE, "(100: no reason given)" },
		{ 500, "oops", 0, ERROR_UNAVAILABLE, "500" },
		{ 200, "", 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{" CODE, 0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{\"user_code\":\"A\"}", 0, ERROR_UNAVAILABLE,
		    "not understood" },
		{ 200, "{\"device_auth_id\":\"d\"}", 0, ERROR_UNAVAILABLE,
		    "not understood" },
		{ 200, "{\"device_auth_id\":\"d\",\"user_code\":12345}", 0,
		    ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{\"device_auth_id\":\"d\",\"user_code\":\"A\\u001b[m\"}",
		    0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{\"device_auth_id\":\"d\",\"user_code\":\"\\u202eA\"}",
		    0, ERROR_UNAVAILABLE, "not understood" },
		{ 200, "{\"device_auth_id\":\"d\",\"user_code\":\"0123456789012"
		    "345678901234567890123456789012345678901234567890123\"}",
		    0, ERROR_UNAVAILABLE, "not understood" },
	};
	struct buffer body = BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;
		struct device device;

		set(&body, table[i].body);
		if (device_read_code(table[i].status, &body,
		    table[i].retry_after, NOW, &device, &err) != -1 ||
		    err.code != table[i].code ||
		    strstr(err.text, table[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
	buffer_release(&body);
}

#define POLL(code) "{\"error\":{\"code\":\"" code "\"}}"

static void
what_a_poll_means(void **state)
{
	static const struct {
		long status;
		const char *body;
		enum device_poll poll;
		enum error_code code;
	} table[] = {
		{ 403, POLL("deviceauth_authorization_pending"),
		    DEVICE_PENDING, 0 },
		{ 403, POLL("deviceauth_authorization_unknown"),
		    DEVICE_PENDING, 0 },
		{ 403, "", DEVICE_PENDING, 0 },
		{ 403, "<html>", DEVICE_PENDING, 0 },
		{ 404, "{}", DEVICE_PENDING, 0 },
		{ 403, "{\"error\":{\"message\":\"Device authorization code "
		    "has EXPIRED.\"}}", DEVICE_ENDED, ERROR_NEEDS_LOGIN },
		{ 400, POLL("expired_token"), DEVICE_ENDED,
		    ERROR_NEEDS_LOGIN },
		{ 403, POLL("authorization_declined"), DEVICE_ENDED,
		    ERROR_NEEDS_LOGIN },
		{ 401, POLL("authorization_declined"), DEVICE_ENDED,
		    ERROR_NEEDS_LOGIN },
		{ 400, "{\"error\":\"access_denied\"}", DEVICE_ENDED,
		    ERROR_NEEDS_LOGIN },
		{ 401, "{}", DEVICE_ENDED, ERROR_NEEDS_LOGIN },
		{ 400, POLL("invalid_request"), DEVICE_ENDED,
		    ERROR_NEEDS_LOGIN },
		{ 400, "", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 100, "{}", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 403, POLL("slow_down"), DEVICE_SLOW_DOWN, 0 },
		{ 400, POLL("slow_down"), DEVICE_SLOW_DOWN, 0 },
		{ 429, POLL("slow_down"), DEVICE_SLOW_DOWN, 0 },
		{ 429, "", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 401, "<html>", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 500, "{}", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 302, "", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 200, "", DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 200, "{\"authorization_code\":\"c\"}", DEVICE_FAILING,
		    ERROR_UNAVAILABLE },
		{ 200, "{\"authorization_code\":\"c\",\"code_verifier\":\"v w\"}",
		    DEVICE_FAILING, ERROR_UNAVAILABLE },
		{ 200, "{\"authorization_code\":\"c\",\"code_verifier\":\"v\"}",
		    DEVICE_APPROVED, 0 },
	};
	struct buffer body = BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct device_grant grant;
		struct error err = ERROR_INIT;

		set(&body, table[i].body);
		if (device_read_poll(table[i].status, &body, &grant, &err) !=
		    table[i].poll || err.code != table[i].code)
			fail_msg("%ld %s: code %d", table[i].status,
			    table[i].body, (int)err.code);
		if (table[i].poll == DEVICE_APPROVED) {
			assert_string_equal(grant.code, "c");
			assert_string_equal(grant.verifier, "v");
		}
	}
	buffer_release(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_read_liberally),
		cmocka_unit_test(no_code_and_why),
		cmocka_unit_test(what_a_poll_means),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
