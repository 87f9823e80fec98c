/*
 * No memory, wherever in what reads answers and messages: an error of its own,
 * which says nothing about a login, an answer or a sign-in.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/json.h"
#include "oauth/answer.h"
#include "oauth/browser.h"
#include "oauth/device.h"
#include "oauth/jwt.h"
#include "oauth/message.h"
#include "oauth/usage.h"
#include "scarce.h"

static bool no_entropy;

int __real_getentropy(void *data, size_t size);
int __wrap_getentropy(void *data, size_t size);

int
__wrap_getentropy(void *data, size_t size)
{
	return no_entropy ? -1 : __real_getentropy(data, size);
}

/* What came, which was read into memory before. */
static struct buffer body;

static int
start(void **state)
{
	(void)state;
	json_init();
	buffer_init(&body);
	return 0;
}

static void
set_body(const char *text)
{
	buffer_clear(&body);
	buffer_add_string(&body, text);
}

static int
stop(void **state)
{
	(void)state;
	buffer_release(&body);
	return 0;
}

/* --- Answers ------------------------------------------------------------- */

/* The tokens that were spent for are never given up for want of the id token,
 * and what was not read whole is read again later. */
static void
try_answer(void)
{
	static const char raw[] = "HTTP 200\n{\"access_token\":\"a\","
	    "\"refresh_token\":\"r\",\"id_token\":\"i\"}";
	struct answer answer;

	answer_read(&answer, raw, sizeof raw - 1);
	if (!ran_out() || answer.kind == ANSWER_TOKENS) {
		assert_int_equal(answer.kind, ANSWER_TOKENS);
		assert_string_equal(answer.access_token, "a");
		assert_string_equal(answer.refresh_token, "r");
	} else {
		assert_int_equal(answer.kind, ANSWER_IN_DOUBT);
		assert_true(error_is_no_memory(&answer.error));
		assert_null(answer.access_token);
		assert_null(answer.refresh_token);
	}
	answer_release(&answer);
}

static void
an_answer_stays_in_doubt(void **state)
{
	(void)state;
	with_scarce_memory(try_answer);
}

static void
try_usage(void)
{
	struct error err = ERROR_INIT;
	struct usage usage;
	int result;

	result = usage_read(200, &body, 0, 0, &usage, &err);
	if (ran_out())
		assert_true(result != 0 && error_is_no_memory(&err));
	else
		assert_int_equal(result, 0);
}

static void
a_usage_is_not_one_that_is_not_understood(void **state)
{
	(void)state;
	set_body("{\"plan_type\":\"pro\"}");
	with_scarce_memory(try_usage);
}

/* --- Signing in ---------------------------------------------------------- */

static void
try_code(void)
{
	struct error err = ERROR_INIT;
	struct device device;
	int result;

	result = device_read_code(200, &body, 0, 0, &device, &err);
	if (ran_out())
		assert_true(result != 0 && error_is_no_memory(&err));
	else
		assert_int_equal(result, 0);
}

static void
try_poll(void)
{
	struct error err = ERROR_INIT;
	struct device_grant grant;
	enum device_poll result;

	result = device_read_poll(200, &body, &grant, &err);
	if (ran_out()) {
		assert_int_equal(result, DEVICE_FAILING);
		assert_true(error_is_no_memory(&err));
		assert_string_equal(grant.code, "");
	} else
		assert_int_equal(result, DEVICE_APPROVED);
}

static void
a_code_has_not_ended(void **state)
{
	(void)state;
	set_body("{\"device_auth_id\":\"d\",\"user_code\":\"c\"}");
	with_scarce_memory(try_code);
	set_body("{\"authorization_code\":\"c\",\"code_verifier\":\"v\"}");
	with_scarce_memory(try_poll);
}

static void
try_secrets(void)
{
	struct error err = ERROR_INIT;
	struct browser browser, empty = { .port = 0 };
	int result = browser_begin(&browser, 1455, &err);

	if (!ran_out()) {
		assert_int_equal(result, 0);
		return;
	}
	assert_int_equal(result, -1);
	assert_true(error_is_no_memory(&err));
	assert_memory_equal(&browser, &empty, sizeof browser);
}

static void
no_sign_in_has_half_its_secrets(void **state)
{
	struct error err = ERROR_INIT;
	struct browser browser;

	(void)state;
	with_scarce_memory(try_secrets);
	no_entropy = true;
	assert_int_equal(browser_begin(&browser, 1455, &err), -1);
	no_entropy = false;
	assert_int_equal(err.code, ERROR_FAILED);
}

/* With what is not whole nobody is signed in, and the sign-in goes on. */
static void
try_way_back(void)
{
	struct browser browser = { .port = 1455 };
	struct error err = ERROR_INIT;
	struct browser_grant grant;
	enum browser_answer result;
	char address[128];

	memset(browser.state, 's', sizeof browser.state - 1);
	snprintf(address, sizeof address, "/auth/callback?code=c&state=%s",
	    browser.state);
	result = browser_read(&browser, address, &grant, &err);
	if (ran_out() && result != BROWSER_APPROVED) {
		assert_int_equal(result, BROWSER_REFUSED);
		assert_string_equal(grant.code, "");
	} else {
		assert_int_equal(result, BROWSER_APPROVED);
		assert_string_equal(grant.code, "c");
	}
}

static void
a_browser_that_came_back_may_come_again(void **state)
{
	(void)state;
	with_scarce_memory(try_way_back);
}

/* --- Whose it is --------------------------------------------------------- */

static char *access_token, *id_token;

static void
try_identity(void)
{
	struct error err = ERROR_INIT;
	struct identity identity;
	int result = identity_read(&identity, access_token, id_token, &err);

	if (ran_out())
		assert_true(result != 0 && error_is_no_memory(&err));
	else {
		assert_int_equal(result, 0);
		assert_string_equal(identity.email, "me@example.org");
	}
	identity_release(&identity);
}

static char *
jwt(const char *claims)
{
	struct buffer text = BUFFER_INIT;

	buffer_add_string(&text, "h.");
	base64url_encode(&text, claims, strlen(claims));
	buffer_add_string(&text, ".s");
	return buffer_detach(&text, NULL);
}

static void
a_token_is_still_somebodys(void **state)
{
	(void)state;
	access_token = jwt("{\"https://api.openai.com/auth\":{"
	    "\"chatgpt_user_id\":\"u\",\"chatgpt_account_id\":\"a\","
	    "\"chatgpt_plan_type\":\"pro\"}}");
	id_token = jwt("{\"email\":\"me@example.org\"}");
	with_scarce_memory(try_identity);
	free(access_token);
	free(id_token);
}

/* --- Between our two programs -------------------------------------------- */

static void
try_request(void)
{
	static const char line[] = "{\"operation\":\"usage\",\"issuer\":\"i\","
	    "\"token\":\"t\",\"account\":\"a\"}";
	struct message_request request;
	struct error err = ERROR_INIT;
	int result = message_parse_request(line, sizeof line - 1, &request,
	    &err);

	if (ran_out())
		assert_true(result != 0 && error_is_no_memory(&err));
	else
		assert_int_equal(result, 0);
	message_release_request(&request);
}

static void
try_event(void)
{
	static const char line[] = "{\"event\":\"done\"}";
	struct message_event event;
	struct error err = ERROR_INIT;
	int result = message_parse_event(line, sizeof line - 1, &event, &err);

	if (ran_out())
		assert_true(result != 0 && error_is_no_memory(&err));
	else
		assert_int_equal(result, 0);
}

static void
both_programs_understand_each_other(void **state)
{
	(void)state;
	with_scarce_memory(try_request);
	with_scarce_memory(try_event);
}

/* A line is there or not: half of one is no message. */
static void
check_line(const struct buffer *out)
{
	if (ran_out() && out->length == 0)
		return;
	assert_true(out->length > 0);
	if (!out->failed)
		assert_int_equal(out->data[out->length - 1], '\n');
}

static void
try_print_request(void)
{
	static char issuer[] = "https://auth.openai.com";
	const struct message_request request = { .issuer = issuer,
	    .operation = MESSAGE_LOGIN, .device = { .id = "d", .code = "c" } };
	struct buffer out = BUFFER_INIT;

	message_print_request(&out, &request, NULL);
	check_line(&out);
	buffer_release(&out);
}

static void
try_print_paste(void)
{
	struct buffer out = BUFFER_INIT;

	message_print_paste(&out, "http://127.0.0.1:1455/", NULL);
	check_line(&out);
	buffer_release(&out);
}

static void
try_print_event(void)
{
	const struct message_event event = { .kind = MESSAGE_DONE };
	struct buffer out = BUFFER_INIT;

	message_print_event(&out, &event);
	check_line(&out);
	buffer_release(&out);
}

static void
try_parse_paste(void)
{
	static const char line[] = "{\"pasted\":\"x\"}";
	char *text = message_parse_paste(line, sizeof line - 1);

	if (ran_out())
		assert_null(text);
	else
		assert_string_equal(text, "x");
	free(text);
}

static void
nothing_is_said_by_halves(void **state)
{
	(void)state;
	with_scarce_memory(try_print_request);
	with_scarce_memory(try_print_paste);
	with_scarce_memory(try_print_event);
	with_scarce_memory(try_parse_paste);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_stays_in_doubt),
		cmocka_unit_test(a_usage_is_not_one_that_is_not_understood),
		cmocka_unit_test(a_code_has_not_ended),
		cmocka_unit_test(no_sign_in_has_half_its_secrets),
		cmocka_unit_test(a_browser_that_came_back_may_come_again),
		cmocka_unit_test(a_token_is_still_somebodys),
		cmocka_unit_test(both_programs_understand_each_other),
		cmocka_unit_test(nothing_is_said_by_halves),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
