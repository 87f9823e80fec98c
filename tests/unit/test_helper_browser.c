/*
 * chatelaine-oauth signs in by a browser: who comes back, what a person pastes,
 * and how it ends; with a browser, a network and a clock of ours.
 */
#include "config.h"

#include "helper_run.h"
#include "oauth/browser.h"

/* --- The browser --------------------------------------------------------- */

/* What happens in the order of waits; none of both: time passes. */
struct visit {
	const char *address;	/* @: the state of the sign-in */
	const char *types;	/* a line, or a part of one; "": it hangs up */
	enum callback_verdict verdict;	/* that the visitor is told */
	int again;		/* so many times more */
};

struct callback {
	int port;
};

static struct {
	const struct visit *visit;
	size_t visits, came;
	int again;
	struct callback callback;
	bool busy, open;
	const char *typed;
	bool no_random;
} web;

struct callback *
callback_open(void)
{
	assert_false(run.confined);
	if (web.busy)
		return NULL;
	web.open = true;
	return &web.callback;
}

int
callback_port(const struct callback *callback)
{
	return callback == NULL ? 0 : callback->port;
}

void
callback_close(struct callback *callback)
{
	if (callback != NULL)
		web.open = false;
}

/* As the address that was said has it, in a query of its own. */
static void
add_state(char *text, size_t size, const char *format)
{
	char state[64] = "";
	const char *at = strstr(run.event[0].url, "&state=");

	assert_non_null(at);
	snprintf(state, sizeof state, "%.*s", (int)strcspn(at + 7, "&"),
	    at + 7);
	at = format + strcspn(format, "@");
	snprintf(text, size, "%.*s%s%s", (int)(at - format), format,
	    *at == '@' ? state : "", *at == '@' ? at + 1 : "");
}

bool
callback_wait(struct callback *callback, int fd, int ms, callback_judge judge,
    void *context)
{
	const struct visit *visit = &web.visit[web.came];
	char text[512];

	assert_int_equal(fd, STDIN_FILENO);
	assert_ptr_equal(callback, web.busy ? NULL : &web.callback);
	if (web.came >= web.visits) {
		run.time += ms;
		return false;
	}
	if (web.again++ >= visit->again) {
		web.again = 0;
		web.came++;
	}
	if (visit->address != NULL) {
		add_state(text, sizeof text, visit->address);
		assert_int_equal(judge(text, context), visit->verdict);
	}
	if (visit->types == NULL)
		return false;
	web.typed = visit->types;
	return true;
}

ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_read(int fd, void *data, size_t size);
int __wrap_getentropy(void *data, size_t size);
int __real_getentropy(void *data, size_t size);

ssize_t
__wrap_read(int fd, void *data, size_t size)
{
	char text[1024];
	size_t n;

	/* The request is real. */
	if (fd != STDIN_FILENO || web.typed == NULL)
		return __real_read(fd, data, size);
	add_state(text, sizeof text, web.typed);
	web.typed = NULL;
	n = strlen(text);
	assert_true(n <= size);
	memcpy(data, text, n);
	return (ssize_t)n;
}

int
__wrap_getentropy(void *data, size_t size)
{
	return web.no_random ? -1 : __real_getentropy(data, size);
}

/* --- The tests ----------------------------------------------------------- */

static int
start_web(void **state)
{
	memset(&web, 0, sizeof web);
	web.callback.port = 1457;
	return start_run(state);
}

#define VISITS(table) \
	(web.visit = (table), web.visits = sizeof (table) / sizeof (table)[0])

static void
sign_in(void)
{
	run_line("{\"operation\":\"browser-login\",\"issuer\":\"" ISSUER
	    "\"}\n");
	assert_int_equal(web.came, web.visits);
	assert_false(web.open);
}

#define BACK "/auth/callback?code=c0de&state=@"
#define DENIED "/auth/callback?error=access_denied&state=@"
#define OTHER "/auth/callback?code=x&state=other"

static const struct step exchange_7[] = {
	{ .path = ISSUER "/oauth/token", .status = 200,
	    .sends = "&code=c0de&redirect_uri="
	    "http://127.0.0.1:1457/auth/callback&code_verifier=" },
};
static const struct step exchange_5[] = {
	{ .path = ISSUER "/oauth/token", .status = 200,
	    .sends = "&redirect_uri=http://127.0.0.1:1455/auth/callback" },
};

static void
the_browser_comes_back(void **state)
{
	static const struct visit visits[] = {
		{ .address = NULL },
		{ .address = OTHER, .verdict = CALLBACK_REFUSED },
		{ .address = BACK, .verdict = CALLBACK_APPROVED },
	};

	(void)state;
	VISITS(visits);
	STEPS(exchange_7);
	sign_in();
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(run.events, 4);
	assert_int_equal(run.event[0].kind, MESSAGE_BROWSER);
	assert_int_equal(run.event[0].port, 1457);
	assert_int_equal(run.event[0].expires_at, 1795435200 + 1000 + 600);
	assert_int_equal(run.event[1].kind, MESSAGE_RETRYING);
	assert_int_equal(run.event[1].polls, 1);
	assert_int_equal(run.event[2].kind, MESSAGE_SPENDING);
	assert_int_equal(run.event[3].kind, MESSAGE_ANSWERED);
	assert_true(run.lasting);
}

/* Where both ports are somebody else's, and everywhere else. */
static void
a_person_pastes_the_address(void **state)
{
	static const struct visit visits[] = {
		{ .types = "nonsense\n{\"pasted\":5}\n" },
		{ .types = "{\"pasted\":\"http://127.0.0.1:1455" OTHER
		    "\"}\n" },
		/* Slowly, and then both at once. */
		{ .types = "{\"pasted\":\"http://127.0.0.1:1455/auth" },
		{ .types = "/callback?code=c0de&state=@\"}\n{\"pasted\":\""
		    DENIED "\"}\n" },
	};

	(void)state;
	web.busy = true;
	VISITS(visits);
	STEPS(exchange_5);
	sign_in();
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	assert_int_equal(run.event[0].port, 0);
	assert_int_equal(run.event[1].kind, MESSAGE_RETRYING);
	assert_int_equal(run.event[2].kind, MESSAGE_SPENDING);
}

/* Who comes first counts, however the other one comes. */
static void
only_the_first_address_counts(void **state)
{
	static const struct visit both[] = {
		{ .address = BACK, .verdict = CALLBACK_APPROVED,
		    .types = "{\"pasted\":\"" DENIED "\"}\n" },
	};
	static const struct visit ended[] = {
		{ .address = DENIED, .verdict = CALLBACK_ENDED,
		    .types = "{\"pasted\":\"" BACK "\"}\n" },
	};
	static const struct visit lines[] = {
		{ .types = "{\"pasted\":\"" DENIED "\"}\n{\"pasted\":\""
		    OTHER "\"}\n" },
	};

	(void)state;
	VISITS(both);
	STEPS(exchange_7);
	sign_in();
	assert_int_equal(run.exit_status, EXIT_SUCCESS);
	start_web(NULL);
	VISITS(ended);
	sign_in();
	assert_failed(ERROR_NEEDS_LOGIN, "declined", false);
	start_web(NULL);
	VISITS(lines);
	sign_in();
	assert_failed(ERROR_NEEDS_LOGIN, "declined", false);
	assert_int_equal(run.events, 2);
}

static void
nobody_comes_for_ten_minutes(void **state)
{
	static const struct visit visits[] = {
		{ .address = OTHER, .verdict = CALLBACK_REFUSED },
	};

	(void)state;
	VISITS(visits);
	sign_in();
	assert_failed(ERROR_NEEDS_LOGIN, "ten minutes", false);
	assert_int_equal(run.time - run.start, 600 * 1000);
}

/* A page that calls for ever is not told of for ever. */
static void
strangers_are_told_of_a_hundred_times(void **state)
{
	static const struct visit visits[] = {
		{ .address = OTHER, .verdict = CALLBACK_REFUSED,
		    .again = 300 },
	};

	(void)state;
	VISITS(visits);
	sign_in();
	assert_failed(ERROR_NEEDS_LOGIN, "ten minutes", false);
	assert_int_equal(run.events, 1 + 100 + 1);
}

static void
it_stops_when_nobody_listens(void **state)
{
	static const struct visit hung_up[] = { { .types = "" } };
	static const struct visit stranger[] = {
		{ .address = OTHER, .verdict = CALLBACK_REFUSED },
	};
	/* More than a line may have. */
	static const struct visit endless[] = {
		{ .types = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		    .again = MESSAGE_LINE_MAX / 64 },
	};

	(void)state;
	VISITS(hung_up);
	sign_in();
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(run.events, 1);
	start_web(NULL);
	run.listens = 0;
	sign_in();
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	start_web(NULL);
	run.listens = 1;
	VISITS(stranger);
	sign_in();
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	start_web(NULL);
	VISITS(endless);
	sign_in();
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(run.events, 1);
}

static void
without_random_numbers_there_is_no_sign_in(void **state)
{
	(void)state;
	web.no_random = true;
	sign_in();
	assert_failed(ERROR_FAILED, "random", false);
	assert_int_equal(run.events, 1);
}

#define TEST(f) cmocka_unit_test_setup(f, start_web)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_browser_comes_back),
		TEST(a_person_pastes_the_address),
		TEST(only_the_first_address_counts),
		TEST(nobody_comes_for_ten_minutes),
		TEST(strangers_are_told_of_a_hundred_times),
		TEST(it_stops_when_nobody_listens),
		TEST(without_random_numbers_there_is_no_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
