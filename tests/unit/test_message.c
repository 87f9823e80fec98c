/*
 * message: each side understands the other, and nothing else.
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
#include "oauth/message.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static void
requests_make_the_round(void **state)
{
	(void)state;
	for (int i = MESSAGE_LOGIN; i <= MESSAGE_USAGE; i++) {
		char issuer[] = "https://issuer.example", token[] = "rt \"\n";
		char account[] = "1111-2222";
		const struct message_request sent = {
			.operation = (enum message_operation)i,
			.issuer = issuer,
			.token = i == MESSAGE_LOGIN ||
			    i == MESSAGE_BROWSER_LOGIN ? NULL : token,
			.account = i == MESSAGE_USAGE ? account : NULL,
			.patient = i == MESSAGE_REFRESH,
		};
		struct message_request got;
		struct buffer line = BUFFER_INIT;

		message_print_request(&line, &sent, NULL);
		/* One line. */
		assert_ptr_equal(strchr(line.data, '\n'),
		    line.data + line.length - 1);
		assert_int_equal(message_parse_request(line.data, line.length,
		    &got, NULL), 0);
		assert_int_equal(got.operation, i);
		assert_string_equal(got.issuer, issuer);
		assert_int_equal(got.patient, i == MESSAGE_REFRESH);
		if (sent.token == NULL)
			assert_null(got.token);
		else
			assert_string_equal(got.token, token);
		if (i == MESSAGE_USAGE)
			assert_string_equal(got.account, account);
		else
			assert_null(got.account);
		message_release_request(&got);
		assert_null(got.token);
		assert_null(got.account);
		buffer_release(&line);
	}
}

static void
a_sign_in_that_is_gone_on_with_makes_the_round(void **state)
{
	char issuer[] = "https://issuer.example";
	const struct message_request sent = {
		.operation = MESSAGE_LOGIN, .issuer = issuer,
		.device = { "deviceauth_1", "ABCD-12345", 5, 312 },
	};
	struct buffer line = BUFFER_INIT;
	struct message_request got;

	(void)state;
	message_print_request(&line, &sent, NULL);
	assert_int_equal(message_parse_request(line.data, line.length, &got,
	    NULL), 0);
	assert_string_equal(got.device.id, "deviceauth_1");
	assert_string_equal(got.device.code, "ABCD-12345");
	assert_int_equal(got.device.interval, 5);
	assert_int_equal(got.device.lifetime, 312);
	message_release_request(&got);
	assert_int_equal(got.device.id[0], 0);
	buffer_release(&line);
}

#define GO_ON(code, interval, lifetime) "{\"operation\":\"login\"," \
	"\"issuer\":\"i\",\"device_auth_id\":\"d\",\"user_code\":" code \
	",\"interval\":" interval ",\"lifetime\":" lifetime "}"

static void
other_requests_are_refused(void **state)
{
	static const char *const table[] = {
		"", "{}", "[]", "nonsense", "{\"operation\":\"login\"}",
		"{\"operation\":\"spend\",\"issuer\":\"i\"}",
		"{\"operation\":\"refresh\",\"issuer\":\"i\"}",
		"{\"operation\":\"revoke\",\"issuer\":\"i\",\"token\":null}",
		"{\"operation\":\"login\",\"issuer\":\"i\",\"token\":\"t\"}",
		"{\"operation\":\"login\",\"issuer\":5}",
		"{\"operation\":\"browser-login\",\"issuer\":\"i\","
		    "\"token\":\"t\"}",
		GO_ON("\"ABCD\"", "5", "0"), GO_ON("\"ABCD\"", "5", "901"),
		GO_ON("\"ABCD\"", "0", "9"), GO_ON("\"A B\"", "5", "9"),
		GO_ON("null", "5", "9"), GO_ON("\"ABCD\"", "null", "9"),
		"{\"operation\":\"usage\",\"issuer\":\"i\",\"account\":\"a\"}",
		"{\"operation\":\"login\",\"issuer\":\"i\"}{}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message_request got;
		struct error err;

		if (message_parse_request(table[i], strlen(table[i]), &got,
		    &err) == 0)
			fail_msg("taken: %s", table[i]);
		assert_int_equal(err.code, ERROR_FAILED);
		message_release_request(&got);
	}
}

static void
what_is_pasted_makes_the_round(void **state)
{
	struct buffer line = BUFFER_INIT;
	char *got;

	(void)state;
	message_print_paste(&line, "http://x/?a=\n\"", NULL);
	assert_ptr_equal(strchr(line.data, '\n'),
	    line.data + line.length - 1);
	got = message_parse_paste(line.data, line.length);
	assert_string_equal(got, "http://x/?a=\n\"");
	free(got);
	assert_null(message_parse_paste("{\"pasted\":5}", 12));
	assert_null(message_parse_paste("http://x/", 9));
	buffer_release(&line);
}

static void
events_make_the_round(void **state)
{
	(void)state;
	for (int i = MESSAGE_CODE; i <= MESSAGE_FAILED; i++) {
		struct message_event sent, got;
		struct buffer line = BUFFER_INIT;

		memset(&sent, 0, sizeof sent);
		sent.kind = (enum message_kind)i;
		strcpy(sent.url, "https://issuer.example/codex/device");
		strcpy(sent.device.id, "deviceauth_1");
		strcpy(sent.device.code, "ABCD-12345");
		sent.device.interval = 5;
		sent.expires_at = 1795435200;
		sent.port = 1457;
		sent.polls = 7;
		sent.told_time = i % 2 == 0;
		sent.server_ahead = -77;
		sent.retry_after = 90;
		sent.sent = true;
		strcpy(sent.usage.plan, "plus");
		sent.usage.windows = 1;
		sent.usage.window[0].percent = 12;
		error_set(&sent.error, ERROR_UNAVAILABLE, "no\x1b[m");
		message_print_event(&line, &sent);
		assert_ptr_equal(strchr(line.data, '\n'),
		    line.data + line.length - 1);
		assert_int_equal(message_parse_event(line.data, line.length,
		    &got, NULL), 0);
		assert_int_equal(got.kind, i);
		assert_int_equal(got.told_time, i % 2 == 0);
		assert_int_equal(got.server_ahead, i % 2 == 0 ? -77 : 0);
		if (i == MESSAGE_CODE) {
			assert_string_equal(got.url, sent.url);
			assert_string_equal(got.device.id, "deviceauth_1");
			assert_string_equal(got.device.code, "ABCD-12345");
			assert_int_equal(got.device.interval, 5);
			assert_int_equal(got.expires_at, 1795435200);
		}
		if (i == MESSAGE_WAITING || i == MESSAGE_RETRYING)
			assert_int_equal(got.polls, 7);
		if (i == MESSAGE_FAILED || i == MESSAGE_RETRYING) {
			assert_int_equal(got.error.code, ERROR_UNAVAILABLE);
			assert_string_equal(got.error.text, "no\x1b[m");
		}
		if (i == MESSAGE_USAGE_TOLD) {
			assert_string_equal(got.usage.plan, "plus");
			assert_int_equal(got.usage.windows, 1);
			assert_int_equal(got.usage.window[0].percent, 12);
		}
		assert_int_equal(got.sent, i == MESSAGE_FAILED);
		assert_int_equal(got.retry_after,
		    i == MESSAGE_ANSWERED ? 90 : 0);
		buffer_release(&line);
	}
}

#define SHOW(url, code) "{\"event\":\"code\",\"verification_url\":\"" url \
	"\",\"user_code\":\"" code "\",\"expires_at\":5," \
	"\"device_auth_id\":\"d\",\"interval\":5}"

static void
other_events_are_refused(void **state)
{
	static const char *const table[] = {
		"", "{}", "[]", "{\"event\":\"dance\"}", "{\"event\":5}",
		"{\"event\":\"code\"}", SHOW("", "A"), SHOW("https://x", ""),
		SHOW("https://x", "A B"), SHOW("https://x", "A\\u001b[2J"),
		SHOW("https://x", "A\\n"), SHOW("https://x", "\\u00e9"),
		SHOW("https://x\\u001b[m", "A"), SHOW("https://x y", "A"),
		SHOW("https://x", "01234567890123456789012345678901"
		    "23456789012345678901234567890123"),
		"{\"event\":\"code\",\"verification_url\":\"u\","
		    "\"user_code\":\"A\"}",
		"{\"event\":\"failed\"}",
		"{\"event\":\"failed\",\"code\":4}",
		"{\"event\":\"failed\",\"message\":\"m\"}",
		"{\"event\":\"failed\",\"code\":0,\"message\":\"m\"}",
		"{\"event\":\"failed\",\"code\":130,\"message\":\"m\"}",
		"{\"event\":\"failed\",\"code\":-1,\"message\":\"m\"}",
		"{\"event\":\"retrying\",\"polls\":1}",
		"{\"event\":\"usage\"}",
		"{\"event\":\"code\",\"verification_url\":\"u\","
		    "\"device_auth_id\":\"d\",\"user_code\":\"A\","
		    "\"interval\":5}",
		"{\"event\":\"browser\",\"port\":1,\"expires_at\":5}",
		"{\"event\":\"browser\",\"authorize_url\":\"u\","
		    "\"expires_at\":5}",
		"{\"event\":\"browser\",\"authorize_url\":\"u\","
		    "\"port\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message_event got;
		struct error err;

		if (message_parse_event(table[i], strlen(table[i]), &got,
		    &err) == 0)
			fail_msg("taken: %s", table[i]);
		assert_int_equal(err.code, ERROR_FAILED);
	}
}

static void
a_long_address_is_refused(void **state)
{
	(void)state;
	for (size_t n = MESSAGE_URL_MAX - 1; n <= MESSAGE_URL_MAX; n++) {
		char url[MESSAGE_URL_MAX + 1];
		struct buffer line = BUFFER_INIT;
		struct message_event got;

		memset(url, 'a', n);
		url[n] = '\0';
		buffer_addf(&line, "{\"event\":\"code\",\"verification_url\":"
		    "\"%s\",\"user_code\":\"A\",\"expires_at\":5,"
		    "\"device_auth_id\":\"d\",\"interval\":5}", url);
		assert_int_equal(message_parse_event(line.data, line.length,
		    &got, NULL), n < MESSAGE_URL_MAX ? 0 : -1);
		buffer_release(&line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_make_the_round),
		cmocka_unit_test(
		    a_sign_in_that_is_gone_on_with_makes_the_round),
		cmocka_unit_test(other_requests_are_refused),
		cmocka_unit_test(what_is_pasted_makes_the_round),
		cmocka_unit_test(events_make_the_round),
		cmocka_unit_test(other_events_are_refused),
		cmocka_unit_test(a_long_address_is_refused),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
