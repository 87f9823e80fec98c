/*
 * adopt: every kind of answer, whole, cut off, and met twice. No network: the
 * answers are put where the network program would have written them.
 */
#include "config.h"

#include <sys/resource.h>

#include <fcntl.h>
#include <signal.h>

#include "app/adopt.h"
#include "base/file.h"
#include "storage/lock.h"
#include "storage/spent.h"
#include "adopting.h"

/* No secret may be in the audit log, whatever happened. */
static void
check_audit(void)
{
	struct buffer text = BUFFER_INIT;
	int dir = store_open_part(app.store, ".", NULL);

	assert_true(dir >= 0);
	file_read(dir, "audit.jsonl", 1 << 20, &text, NULL, NULL);
	assert_null(strstr(text.data, "rt_"));
	assert_null(strstr(text.data, "e30."));
	buffer_release(&text);
	close(dir);
}

/* --- Renewals that bring nothing new ---------------------------------------- */

#define CODE(status, code) "HTTP " #status "\n{\"error\":{\"code\":\"" code \
	"\",\"message\":\"no\"}}"

static const struct refusal {
	const char *answer;
	enum error_code code;
	enum profile_reason reason;
	bool stays;			/* still pending, in doubt */
} refusals[] = {
	{ CODE(401, "refresh_token_reused"), ERROR_NEEDS_LOGIN,
	    REASON_REUSED, false },
	{ CODE(401, "refresh_token_expired"), ERROR_NEEDS_LOGIN,
	    REASON_EXPIRED, false },
	{ CODE(401, "refresh_token_invalidated"), ERROR_NEEDS_LOGIN,
	    REASON_REVOKED, false },
	{ CODE(401, "something_new"), ERROR_NEEDS_LOGIN, REASON_REVOKED,
	    false },
	{ "HTTP 400\n{\"error\":\"invalid_grant\"}", ERROR_NEEDS_LOGIN,
	    REASON_REVOKED, false },
	{ "HTTP 400\n{\"error\":\"invalid_request\"}", ERROR_FAILED,
	    REASON_NONE, false },
	{ "HTTP 401\n<html>", ERROR_UNAVAILABLE, REASON_NONE, false },
	{ "HTTP 403\n<html>", ERROR_UNAVAILABLE, REASON_NONE, false },
	{ CODE(429, "rate_limited"), ERROR_UNAVAILABLE, REASON_NONE, false },
	{ "HTTP 503\nbusy", ERROR_UNAVAILABLE, REASON_NONE, false },
	{ "HTTP 302\n", ERROR_UNAVAILABLE, REASON_NONE, false },
	{ "HTTP 502\n<html>", ERROR_UNAVAILABLE, REASON_NONE, true },
	{ "HTTP 504\n", ERROR_UNAVAILABLE, REASON_NONE, true },
	{ "HTTP 200\n{\"access_token\":\"e30.e3", ERROR_UNAVAILABLE,
	    REASON_NONE, true },
	{ "HTTP 200\n{\"error\":\"?\"}", ERROR_UNAVAILABLE, REASON_NONE,
	    true },
	{ "HTTP 2", ERROR_UNAVAILABLE, REASON_NONE, true },
	{ "", ERROR_UNAVAILABLE, REASON_NONE, true },
};

static void
refused_renewals_keep_the_chain(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const struct refusal *c = &refusals[i];
		enum profile_reason reason;
		struct error err = ERROR_INIT;
		char name[16];

		snprintf(name, sizeof name, "p%zu", i);
		make_profile(name, "user-1", 1);
		leave(name, PENDING_REFRESH, false, c->answer);
		if (adopt_refresh(&app, name, &err) != -1 ||
		    err.code != c->code)
			fail_msg("%s: code %d", c->answer, (int)err.code);
		check_chain(name, OLD_ACCESS, "rt_old", 1);
		assert_int_equal(status_of(name, &reason),
		    c->reason != REASON_NONE ? PROFILE_NEEDS_LOGIN :
		    c->stays ? PROFILE_IN_DOUBT : PROFILE_OK);
		assert_int_equal(reason, c->reason);
		assert_int_equal(is_pending(name, PENDING_REFRESH), c->stays);
	}
	assert_int_equal(spent_find(app.store, "rt_old", NULL, NULL),
	    0);
	check_audit();
}

/* --- Renewals that bring tokens ----------------------------------------------- */

static void
tokens_are_taken_as_far_as_they_came(void **state)
{
	static const struct {
		bool access, readable, refresh;	/* what the answer has */
	} table[] = {
		{ true, true, true },
		{ false, false, true },
		{ true, true, false },
		/* No reason to drop the successor of what was spent. */
		{ true, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *access = table[i].readable ? NEW_ACCESS :
		    "not.a.jwt";
		enum profile_reason reason;
		char name[16];

		snprintf(name, sizeof name, "p%zu", i);
		make_profile(name, "user-1", 1);
		leave(name, PENDING_REFRESH, false,
		    tokens(table[i].access ? access : NULL,
		    table[i].refresh ? "rt_new" : NULL));
		assert_int_equal(adopt_refresh(&app, name, NULL), 0);
		check_chain(name, table[i].readable ? NEW_ACCESS : OLD_ACCESS,
		    table[i].refresh ? "rt_new" : "rt_old", 2);
		assert_int_equal(status_of(name, &reason), PROFILE_OK);
		assert_false(is_pending(name, PENDING_REFRESH));
	}
	check_audit();
}

static void
a_renewal_met_twice_is_done_once(void **state)
{
	enum profile_reason reason;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	assert_int_equal(adopt_refresh(&app, "work", NULL), 0);
	leave("work", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	assert_int_equal(adopt_refresh(&app, "work", NULL), 0);
	check_chain("work", NEW_ACCESS, "rt_new", 2);
	assert_int_equal(status_of("work", &reason), PROFILE_OK);
	assert_int_equal(profile_count(), 1);
}

/* Cut off behind credential.json: profile.json follows from it. */
static void
half_a_renewal_is_completed(void **state)
{
	struct credential credential;
	enum profile_reason reason;
	int dir;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_REFRESH, false, CODE(401, "token_expired"));
	adopt_refresh(&app, "work", NULL);
	assert_int_equal(status_of("work", &reason), PROFILE_NEEDS_LOGIN);
	credential_load(app.store, "work", &credential, NULL);
	credential.generation = 2;
	free(credential.refresh_token);
	credential.refresh_token = strdup("rt_new");
	dir = store_open_profile(app.store, "work", NULL);
	assert_int_equal(credential_save(dir, &credential, NULL), 0);
	close(dir);
	credential_release(&credential);
	leave("work", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	assert_int_equal(adopt_refresh(&app, "work", NULL), 0);
	assert_int_equal(status_of("work", &reason), PROFILE_OK);
	check_chain("work", OLD_ACCESS, "rt_new", 2);
	assert_false(is_pending("work", PENDING_REFRESH));
	assert_int_equal(spent_find(app.store, "rt_old", NULL, NULL),
	    1);
}

/* The record has its digest, and stays as long as the register has not. */
static void
what_is_spent_is_not_forgotten(void **state)
{
	struct error err = ERROR_INIT;
	int dir;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	dir = store_make_part(app.store, ".", NULL);
	assert_int_equal(mkdirat(dir, SPENT_FILE, 0700), 0);
	assert_int_equal(mkdirat(dir, SPENT_OLDER, 0700), 0);
	assert_int_equal(mkdirat(dir, SPENT_OLDER "/x", 0700), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(adopt_pending(&app, "work", &err), -1);
		assert_int_equal(err.code, ERROR_FAILED);
		assert_non_null(strstr(err.text, "'work' is renewed, but"));
		check_chain("work", NEW_ACCESS, "rt_new", 2);
		assert_true(is_pending("work", PENDING_REFRESH));
	}
	assert_int_equal(unlinkat(dir, SPENT_FILE, AT_REMOVEDIR), 0);
	close(dir);
	assert_int_equal(adopt_pending(&app, "work", NULL), 0);
	assert_false(is_pending("work", PENDING_REFRESH));
	assert_int_equal(spent_find(app.store, "rt_old", NULL, NULL), 1);
	check_chain("work", NEW_ACCESS, "rt_new", 2);
}

static void
only_what_has_a_successor_is_spent(void **state)
{
	(void)state;
	make_profile("same", "user-1", 1);
	leave("same", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_old"));
	assert_int_equal(adopt_refresh(&app, "same", NULL), 0);
	make_profile("none", "user-1", 1);
	leave("none", PENDING_REFRESH, false, tokens(NEW_ACCESS, NULL));
	assert_int_equal(adopt_refresh(&app, "none", NULL), 0);
	assert_int_equal(spent_find(app.store, "rt_old", NULL, NULL),
	    0);
	make_profile("other", "user-2", 1);
	leave("other", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	adopt_refresh(&app, "other", NULL);
	assert_int_equal(spent_find(app.store, "rt_old", NULL, NULL),
	    1);
	assert_int_equal(spent_find(app.store, "rt_new", NULL, NULL),
	    0);
}

static void
a_strangers_tokens_become_a_profile_of_their_own(void **state)
{
	enum profile_reason reason;
	struct error err = ERROR_INIT;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_REFRESH, false,
	    tokens(jwt("user-2", "acct-1", 2100000000), "rt_new"));
	assert_int_equal(adopt_refresh(&app, "work", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "work-2"));
	check_chain("work", OLD_ACCESS, "rt_old", 1);
	check_chain("work-2", jwt("user-2", "acct-1", 2100000000), "rt_new",
	    1);
	assert_int_equal(status_of("work", &reason), PROFILE_NEEDS_LOGIN);
	assert_int_equal(status_of("work-2", &reason), PROFILE_OK);
	assert_int_equal(profile_count(), 2);
}

/* profile.json may have been written by hand; the old access token still says
 * whose login it is. */
static void
an_unknown_identity_is_no_other_one(void **state)
{
	int dir;

	(void)state;
	make_profile("work", "user-1", 1);
	dir = store_open_profile(app.store, "work", NULL);
	assert_int_equal(file_write(dir, "profile.json", "{\"schema\":1}\n",
	    13, NULL), 0);
	close(dir);
	leave("work", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	assert_int_equal(adopt_refresh(&app, "work", NULL), 0);
	check_chain("work", NEW_ACCESS, "rt_new", 2);
	assert_int_equal(profile_count(), 1);
}

/* A full disk, for root too. */
static void
what_cannot_be_written_is_kept(void **state)
{
	struct rlimit old, small;
	struct error err = ERROR_INIT;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 64;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(adopt_refresh(&app, "work", &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_non_null(strstr(err.text, "pending/work"));
	check_chain("work", OLD_ACCESS, "rt_old", 1);
	assert_true(is_pending("work", PENDING_REFRESH));
	assert_int_equal(adopt_refresh(&app, "work", NULL), 0);
	check_chain("work", NEW_ACCESS, "rt_new", 2);
}

/* --- At the start ---------------------------------------------------------------- */

static void
the_start_completes_what_it_may(void **state)
{
	int lock;

	(void)state;
	make_profile("renewed", "user-1", 1);
	leave("renewed", PENDING_REFRESH, false,
	    tokens(NEW_ACCESS, "rt_new"));
	make_profile("doubt", "user-1", 1);
	leave("doubt", PENDING_REFRESH, false, "");
	make_profile("held", "user-1", 1);
	leave("held", PENDING_REFRESH, false, tokens(NEW_ACCESS, "rt_new"));
	leave("acme/new", PENDING_LOGIN, false,
	    tokens(NEW_ACCESS, "rt_new"));
	leave("cancelled", PENDING_LOGIN, false, "");
	lock = lock_try(app.store, "held", NULL);
	adopt_all(&app);
	check_chain("renewed", NEW_ACCESS, "rt_new", 2);
	check_chain("doubt", OLD_ACCESS, "rt_old", 1);
	assert_true(is_pending("doubt", PENDING_REFRESH));
	check_chain("held", OLD_ACCESS, "rt_old", 1);
	assert_true(is_pending("held", PENDING_REFRESH));
	check_chain("acme/new", NEW_ACCESS, "rt_new", 1);
	assert_false(is_pending("cancelled", PENDING_LOGIN));
	close(lock);
	adopt_all(&app);
	check_chain("held", NEW_ACCESS, "rt_new", 2);
	assert_int_equal(profile_count(), 4);
	check_audit();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refused_renewals_keep_the_chain),
		TEST(tokens_are_taken_as_far_as_they_came),
		TEST(a_renewal_met_twice_is_done_once),
		TEST(half_a_renewal_is_completed),
		TEST(what_is_spent_is_not_forgotten),
		TEST(only_what_has_a_successor_is_spent),
		TEST(a_strangers_tokens_become_a_profile_of_their_own),
		TEST(an_unknown_identity_is_no_other_one),
		TEST(what_cannot_be_written_is_kept),
		TEST(the_start_completes_what_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
