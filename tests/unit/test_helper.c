/*
 * chatelaine-oauth: what it sends, and what it says of each end; with a
 * network of ours.
 */
#include "config.h"

#include "helper_no_browser.h"
#include "helper_run.h"

#define REQUEST(operation) "{\"operation\":\"" operation "\",\"issuer\":\"" \
	ISSUER "//\",\"token\":\"t0k3n\"}\n"

/* --- What is asked of it ------------------------------------------------- */

static void
what_it_does_not_understand_it_does_not_do(void **state)
{
	static const char *const table[] = {
		"\n", "{}\n", "{\"operation\":\"refresh\",\"issuer\":\""
		ISSUER "\"}\n", "nonsense", "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int saved, end;

		start_run(NULL);
		end = give_input(table[i], &saved);
		/* Its end is an end of the line. */
		__real_close(end);
		run.exit_status = helper_main();
		dup2(saved, STDIN_FILENO);
		__real_close(saved);
		assert_failed(ERROR_FAILED, "do not understand", false);
		assert_false(run.confined);
	}
	start_run(NULL);
	run_line("{\"operation\":\"login\",\"issuer\":\"http://x.example\"}\n");
	assert_failed(ERROR_USAGE, "unencrypted", false);
}

/* A request has an end, whatever stands before it. */
static void
a_request_has_a_size(void **state)
{
	struct message_request request;
	struct error err = ERROR_INIT;
	FILE *file = tmpfile();
	int saved = dup(STDIN_FILENO);

	(void)state;
	assert_non_null(file);
	for (size_t i = 0; i < MESSAGE_LINE_MAX + 100; i++)
		putc('x', file);
	rewind(file);
	assert_int_equal(dup2(fileno(file), STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(read_request(&request, &err), -1);
	assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_CUR), MESSAGE_LINE_MAX);
	dup2(saved, STDIN_FILENO);
	__real_close(saved);
	fclose(file);
}

static void
nothing_is_sent_without_a_safe_way(void **state)
{
	(void)state;
	run.no_http = true;
	run_line(REQUEST("refresh"));
	assert_failed(ERROR_UNAVAILABLE, "no certificates", false);
	assert_int_equal(run.events, 1);
}

/* --- Refreshing ---------------------------------------------------------- */

static void
a_refresh_is_told_before_and_after(void **state)
{
	static const struct step steps[] = {
		{ .path = ISSUER "/oauth/token", .status = 429, .body = "{}",
		    .retry_after = 90,
		    .sends = "grant_type=refresh_token&refresh_token=t0k3n&"
		    "client_id=" ISSUER_CLIENT_ID },
	};

	(void)state;
	STEPS(steps);
	run_line(REQUEST("refresh"));
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(run.events, 2);
	assert_int_equal(run.event[0].kind, MESSAGE_SPENDING);
	assert_int_equal(run.event[1].kind, MESSAGE_ANSWERED);
	assert_int_equal(run.event[1].retry_after, 90);
	assert_false(run.lasting);
}

/* Cloudflare waits for 100 s; somebody at a terminal does not. */
static void
where_nobody_waits_it_listens_as_long_as_an_answer_may_come(void **state)
{
	static const struct step steps[] = {
		{ .path = "/oauth/token", .status = 200, .body = "{}" },
	};

	(void)state;
	STEPS(steps);
	run_line("{\"operation\":\"refresh\",\"patient\":true,\"issuer\":\""
	    ISSUER "\",\"token\":\"t0k3n\"}\n");
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_true(run.timeout > 100000);
	start_run(NULL);
	STEPS(steps);
	run_line(REQUEST("refresh"));
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_true(run.timeout < 30000);
}

/* Whoever listens gets each event whole. */
static void
what_is_said_in_pieces_is_said(void **state)
{
	(void)state;
	run.slow = true;
	a_refresh_is_told_before_and_after(state);
}

static void
a_token_is_not_sent_when_nobody_listens(void **state)
{
	(void)state;
	run.listens = 0;
	run_line(REQUEST("refresh"));
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(run.asked, 0);
}

static void
whether_a_token_may_be_spent_is_told(void **state)
{
	static const struct step sent = { .path = "/oauth/token",
	    .code = ERROR_UNAVAILABLE, .sent = true };
	static const struct step unsent = { .path = "/oauth/token",
	    .code = ERROR_UNAVAILABLE, .sent = false };

	(void)state;
	run.step = &sent;
	run.steps = 1;
	run_line(REQUEST("refresh"));
	assert_failed(ERROR_UNAVAILABLE, "no answer came", true);
	start_run(NULL);
	run.step = &unsent;
	run.steps = 1;
	run_line(REQUEST("refresh"));
	assert_failed(ERROR_UNAVAILABLE, "no answer came", false);
}

static void
half_a_form_is_not_sent(void **state)
{
	struct buffer form = BUFFER_INIT;

	(void)state;
	form.failed = true;
	run.exit_status = spend(NULL, ISSUER, &form, 1);
	assert_int_equal(run.asked, 0);
	assert_failed(ERROR_FAILED, "memory", false);
}

static void
half_a_request_is_not_sent(void **state)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	/* The object that there was no memory for. */
	assert_int_equal(post_json(NULL, ISSUER, "/x", NULL, 1, &answer,
	    &err), -1);
	assert_true(error_is_no_memory(&err));
	assert_int_equal(run.asked, 0);
}

/* --- Signing out --------------------------------------------------------- */

static void
a_token_is_revoked_by_its_kind(void **state)
{
	static const struct step refresh[] = {
		{ .path = ISSUER "/oauth/revoke", .status = 200,
		    .sends = "{\"token\":\"t0k3n\",\"token_type_hint\":"
		    "\"refresh_token\",\"client_id\":\"" ISSUER_CLIENT_ID
		    "\"}" },
	};
	static const struct step access[] = {
		{ .path = ISSUER "/oauth/revoke", .status = 204,
		    .sends = "{\"token\":\"t0k3n\",\"token_type_hint\":"
		    "\"access_token\"}" },
	};

	(void)state;
	STEPS(refresh);
	run_line(REQUEST("revoke"));
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(last()->kind, MESSAGE_DONE);
	start_run(NULL);
	STEPS(access);
	run_line(REQUEST("revoke-access"));
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(last()->kind, MESSAGE_DONE);
}

static void
what_was_not_revoked_is_told(void **state)
{
	static const struct {
		struct step step;
		const char *text;
		bool sent;
	} table[] = {
		{ { .path = "/oauth/revoke", .status = 400,
		    .body = "{\"error\":\"invalid_request\"}" },
		    "(400: invalid_request)", false },
		{ { .path = "/oauth/revoke", .status = 500, .body = "oops" },
		    "(500: no reason given)", false },
		{ { .path = "/oauth/revoke", .status = 100, .body = "" },
		    "(100: no reason given)", false },
		{ { .path = "/oauth/revoke", .code = ERROR_UNAVAILABLE,
		    .sent = true }, "no answer came", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		start_run(NULL);
		run.step = &table[i].step;
		run.steps = 1;
		run_line(REQUEST("revoke"));
		assert_failed(ERROR_UNAVAILABLE, table[i].text,
		    table[i].sent);
	}
}

/* --- Asking for limits --------------------------------------------------- */

#define USAGE(account) "{\"operation\":\"usage\",\"issuer\":\"" ISSUER \
	"/backend-api\",\"token\":\"t0k3n\"" account "}\n"

static void
limits_are_asked_with_the_account(void **state)
{
	static const struct step with[] = {
		{ .path = ISSUER "/backend-api/wham/usage", .status = 200,
		    .sends = "authorization: Bearer t0k3n\n"
		    "chatgpt-account-id: acc\n",
		    .body = "{\"plan_type\":\"pro\"}" },
	};
	static const struct step without[] = {
		{ .path = "/wham/usage", .status = 200,
		    .sends = "authorization: Bearer t0k3n\n",
		    .body = "{\"plan_type\":\"pro\"}" },
	};

	(void)state;
	STEPS(with);
	run_line(USAGE(",\"account\":\"acc\""));
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(last()->kind, MESSAGE_USAGE_TOLD);
	assert_string_equal(last()->usage.plan, "pro");
	start_run(NULL);
	STEPS(without);
	run_line(USAGE(""));
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	start_run(NULL);
	STEPS(without);
	run.listens = 0;
	run_line(USAGE(""));
	assert_int_equal(run.exit_status, EXIT_FAILURE);
}

static void
limits_that_are_not_told(void **state)
{
	static const struct step refused[] = {
		{ .path = "/wham/usage", .status = 401, .body = "{}" },
	};
	static const struct step none[] = {
		{ .path = "/wham/usage", .code = ERROR_UNAVAILABLE },
	};
	static const struct step gone[] = {
		{ .path = "/wham/usage", .code = ERROR_INTERRUPTED },
	};

	(void)state;
	STEPS(refused);
	run_line(USAGE(""));
	assert_failed(ERROR_NEEDS_LOGIN, "refused the access token", false);
	start_run(NULL);
	STEPS(none);
	run_line(USAGE(""));
	assert_failed(ERROR_UNAVAILABLE, "no answer came", false);
	start_run(NULL);
	STEPS(gone);
	run_line(USAGE(""));
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(run.events, 0);
}

/* A line break would begin a header. */
static void
headers_are_one_line(void **state)
{
	(void)state;
	run_line("{\"operation\":\"usage\",\"issuer\":\"" ISSUER "\","
	    "\"token\":\"a\\r\\nb: c\"}\n");
	assert_failed(ERROR_FAILED, "sign in again", false);
	start_run(NULL);
	run_line(USAGE(",\"account\":\"a\\nb\""));
	assert_failed(ERROR_FAILED, "sign in again", false);
}

#define TEST(f) cmocka_unit_test_setup(f, start_run)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_it_does_not_understand_it_does_not_do),
		TEST(a_request_has_a_size),
		TEST(nothing_is_sent_without_a_safe_way),
		TEST(a_refresh_is_told_before_and_after),
		TEST(where_nobody_waits_it_listens_as_long_as_an_answer_may_come),
		TEST(what_is_said_in_pieces_is_said),
		TEST(a_token_is_not_sent_when_nobody_listens),
		TEST(whether_a_token_may_be_spent_is_told),
		TEST(half_a_form_is_not_sent),
		TEST(half_a_request_is_not_sent),
		TEST(a_token_is_revoked_by_its_kind),
		TEST(what_was_not_revoked_is_told),
		TEST(limits_are_asked_with_the_account),
		TEST(limits_that_are_not_told),
		TEST(headers_are_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
