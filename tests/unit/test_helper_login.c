/*
 * chatelaine-oauth signs in by a code: how long it waits between polls, and how
 * that ends; with a network and a clock of ours.
 */
#include "config.h"

#include "helper_no_browser.h"
#include "helper_run.h"

#define LOGIN "{\"operation\":\"login\",\"issuer\":\"" ISSUER "\"}\n"

#define CODE(interval) { .path = "/deviceauth/usercode", .status = 200, \
	.sends = "{\"client_id\":\"" ISSUER_CLIENT_ID "\"}", \
	.body = "{\"device_auth_id\":\"d\",\"user_code\":\"AB-12\"," \
	"\"interval\":" interval "}" }
#define POLL(number, error) { .path = "/deviceauth/token", \
	.sends = "{\"device_auth_id\":\"d\",\"user_code\":\"AB-12\"}", \
	.status = number, .body = "{\"error\":\"" error "\"}" }
#define PENDING POLL(403, "authorization_pending")
#define SLOW POLL(400, "slow_down")
#define BROKEN { .path = "/deviceauth/token", .code = ERROR_UNAVAILABLE }
#define APPROVED { .path = "/deviceauth/token", .status = 200, \
	.body = "{\"authorization_code\":\"c0de\",\"code_verifier\":\"v\"}" }
#define EXCHANGE { .path = ISSUER "/oauth/token", .status = 200, \
	.sends = "grant_type=authorization_code&client_id=" ISSUER_CLIENT_ID \
	"&code=c0de&redirect_uri=" ISSUER "/deviceauth/callback" \
	"&code_verifier=v" }

/* It waited so long between polls: seconds, up to a 0. */
static void
assert_pauses(const int64_t *seconds)
{
	size_t i = 0;

	for (; seconds[i] != 0; i++) {
		assert_true(i < run.pauses);
		assert_int_equal(run.pause[i], seconds[i] * 1000);
	}
	assert_int_equal(i, run.pauses);
}

static void
it_polls_as_often_as_it_should(void **state)
{
	static const struct step steps[] = {
		CODE("5"), PENDING, PENDING, SLOW, PENDING, BROKEN, BROKEN,
		PENDING, APPROVED, EXCHANGE,
	};
	static const int64_t pauses[] = { 5, 5, 10, 10, 20, 40, 10, 0 };
	static const enum message_kind kinds[] = {
		MESSAGE_CODE, MESSAGE_WAITING, MESSAGE_WAITING,
		MESSAGE_WAITING, MESSAGE_WAITING, MESSAGE_RETRYING,
		MESSAGE_RETRYING, MESSAGE_WAITING, MESSAGE_SPENDING,
		MESSAGE_ANSWERED,
	};

	(void)state;
	STEPS(steps);
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_pauses(pauses);
	assert_int_equal(run.events, 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(run.event[i].kind, kinds[i]);
	assert_string_equal(run.event[0].url, ISSUER "/codex/device");
	assert_string_equal(run.event[0].device.code, "AB-12");
	assert_int_equal(run.event[0].expires_at, 1795435200 + 1000 + 900);
	assert_int_equal(run.event[7].polls, 7);
	assert_int_equal(run.event[6].error.code, ERROR_UNAVAILABLE);
	assert_true(run.lasting);
}

/* When the code ends is meant by the issuer's clock, which is told, too. */
static void
it_tells_what_time_it_is_there(void **state)
{
	static const struct step steps[] = {
		{ .path = "/deviceauth/usercode", .status = 200,
		    .body = "{\"device_auth_id\":\"d\",\"user_code\":"
		    "\"AB-12\",\"expires_at\":\"2026-11-23T13:25:00Z\"}" },
		APPROVED, EXCHANGE,
	};

	(void)state;
	STEPS(steps);
	run.told_time = true;
	/* It is 12:16:40 here, and 13:15:00 there. */
	run.server_ahead = 3500;
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(run.event[0].expires_at, 1795435200 + 1000 + 600);
	assert_true(run.event[0].told_time && last()->told_time);
	assert_int_equal(run.event[0].server_ahead, 3500);
	assert_int_equal(last()->server_ahead, 3500);
}

static void
it_gives_up_after_three_failures_in_a_row(void **state)
{
	static const struct step steps[] = {
		CODE("1"), BROKEN, BROKEN, PENDING, BROKEN,
		POLL(500, "oops"), BROKEN,
	};
	static const int64_t pauses[] = { 2, 4, 1, 2, 4, 0 };

	(void)state;
	STEPS(steps);
	run_line(LOGIN);
	assert_failed(ERROR_UNAVAILABLE, "no answer came", false);
	assert_pauses(pauses);
}

/* However long a pause would be, it ends with the code. */
static void
it_ends_with_the_code(void **state)
{
	static const struct step steps[] = { PENDING, PENDING };
	static const struct step at_once[] = { PENDING };
	static const int64_t pauses[] = { 60, 40, 0 };
	static const struct step expired[] = {
		CODE("5"), PENDING, POLL(403, "expired_token"),
	};
	static const struct step denied[] = {
		CODE("5"), POLL(400, "access_denied"),
	};

	(void)state;
	/* One that is gone on with, which has 100 s left. */
	STEPS(steps);
	run_line("{\"operation\":\"login\",\"issuer\":\"" ISSUER "\","
	    "\"device_auth_id\":\"d\",\"user_code\":\"AB-12\","
	    "\"interval\":60,\"lifetime\":100}\n");
	assert_failed(ERROR_NEEDS_LOGIN, "code has ended", false);
	assert_pauses(pauses);
	assert_int_equal(run.event[0].expires_at, 1795435200 + 1000 + 100);
	start_run(NULL);
	STEPS(at_once);
	run_line("{\"operation\":\"login\",\"issuer\":\"" ISSUER "\","
	    "\"device_auth_id\":\"d\",\"user_code\":\"AB-12\","
	    "\"interval\":60,\"lifetime\":60}\n");
	assert_failed(ERROR_NEEDS_LOGIN, "code has ended", false);
	start_run(NULL);
	STEPS(expired);
	run_line(LOGIN);
	assert_failed(ERROR_NEEDS_LOGIN, "code has ended", false);
	start_run(NULL);
	STEPS(denied);
	run_line(LOGIN);
	assert_failed(ERROR_NEEDS_LOGIN, "declined", false);
}

static void
without_a_code_nothing_is_shown(void **state)
{
	static const struct {
		struct step step;
		const char *text;
		enum error_code code;
	} table[] = {
		{ { .path = "/usercode", .status = 429, .retry_after = 30,
		    .body = "" }, "30 s", ERROR_UNAVAILABLE },
		{ { .path = "/usercode", .status = 404, .body = "" },
		    "CHATELAINE_ISSUER", ERROR_FAILED },
		{ { .path = "/usercode", .code = ERROR_UNAVAILABLE },
		    "no answer came", ERROR_UNAVAILABLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		start_run(NULL);
		run.step = &table[i].step;
		run.steps = 1;
		run_line(LOGIN);
		assert_int_equal(run.events, 1);
		assert_failed(table[i].code, table[i].text, false);
	}
}

/* Nobody is told that nobody listens; and nothing is spent. */
static void
it_stops_when_nobody_listens(void **state)
{
	static const struct step code[] = { CODE("5") };
	static const struct step poll[] = { CODE("5"), PENDING };
	static const struct step cut[] = { CODE("5"),
	    { .path = "/deviceauth/token", .code = ERROR_INTERRUPTED } };
	static const struct step exchange[] = { CODE("5"), APPROVED };

	(void)state;
	STEPS(code);
	run.listens = 0;
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	start_run(NULL);
	STEPS(poll);
	run.listens = 1;
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(run.pauses, 0);
	/* In a pause. */
	start_run(NULL);
	STEPS(poll);
	run.hang_up = 3000;
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(last()->kind, MESSAGE_WAITING);
	assert_int_equal(run.time - run.start, 3000);
	start_run(NULL);
	STEPS(cut);
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(last()->kind, MESSAGE_CODE);
	start_run(NULL);
	STEPS(exchange);
	run.listens = 1;
	run_line(LOGIN);
	assert_int_equal(run.exit_status, EXIT_FAILURE);
}

#define TEST(f) cmocka_unit_test_setup(f, start_run)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_polls_as_often_as_it_should),
		TEST(it_tells_what_time_it_is_there),
		TEST(it_gives_up_after_three_failures_in_a_row),
		TEST(it_ends_with_the_code),
		TEST(without_a_code_nothing_is_shown),
		TEST(it_stops_when_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
