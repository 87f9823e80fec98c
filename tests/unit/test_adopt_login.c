/*
 * adopt: where the login of a sign-in goes, whatever stands there already. No
 * network: the answers are put where the network program would have written
 * them.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>

#include "app/adopt.h"
#include "app/job.h"
#include "app/remove.h"
#include "base/file.h"
#include "storage/backup.h"
#include "storage/spent.h"
#include "adopting.h"

/* Lets a sign-in under @name end with the tokens of @user. */
static int
sign_in(const char *name, const char *user, bool replace,
    char saved[STORE_NAME_MAX + 1], struct error *err)
{
	leave(name, PENDING_LOGIN, replace,
	    tokens(jwt(user, "acct-1", 2100000000), "rt_new"));
	return adopt_login(&app, name, saved, err);
}

static void
check_whose(const char *name, const char *user)
{
	struct profile profile;

	assert_int_equal(profile_load(app.store, name, &profile, NULL), 0);
	assert_null(profile.damage);
	assert_string_equal(profile.user_id, user);
	profile_release(&profile);
}

static void
a_new_login_makes_a_profile(void **state)
{
	static const char *const names[] = { "work", "acme/work" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char saved[STORE_NAME_MAX + 1];
		enum profile_reason reason;

		assert_int_equal(sign_in(names[i], "user-1", false, saved,
		    NULL), 0);
		assert_string_equal(saved, names[i]);
		check_chain(saved, NEW_ACCESS, "rt_new", 1);
		assert_int_equal(status_of(saved, &reason), PROFILE_OK);
		assert_false(is_pending(names[i], PENDING_LOGIN));
	}
}

static void
the_same_login_gets_a_new_chain(void **state)
{
	char saved[STORE_NAME_MAX + 1];
	enum profile_reason reason;

	(void)state;
	make_profile("work", "user-1", 3);
	leave("work", PENDING_REFRESH, false,
	    "HTTP 401\n{\"error\":\"x\"}");
	adopt_refresh(&app, "work", NULL);
	leave("work", PENDING_REFRESH, false, "");
	assert_int_equal(sign_in("work", "user-1", false, saved, NULL), 0);
	check_chain("work", NEW_ACCESS, "rt_new", 4);
	/* Neither the refusal nor the doubt is the new chain's. */
	assert_int_equal(status_of("work", &reason), PROFILE_OK);
	assert_false(is_pending("work", PENDING_REFRESH));
}

static void
a_sign_in_met_twice_is_done_once(void **state)
{
	char saved[STORE_NAME_MAX + 1];

	(void)state;
	make_profile("home", "user-1", 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sign_in("work", "user-1", false, saved,
		    NULL), 0);
		assert_string_equal(saved, "work");
		assert_int_equal(sign_in("home", "user-2", false, saved,
		    NULL), -1);
		assert_string_equal(saved, "home-2");
	}
	check_whose("home", "user-1");
	check_whose("home-2", "user-2");
	assert_int_equal(profile_count(), 3);
}

/* Its record could not be removed, and the login was renewed meanwhile. */
static void
a_sign_in_met_late_does_not_bring_back_what_was_spent(void **state)
{
	char saved[STORE_NAME_MAX + 1], digest[DIGEST_SIZE];

	(void)state;
	make_profile("work", "user-1", 2);
	digest_text(digest, "rt_new", strlen("rt_new"));
	assert_int_equal(spent_add(app.store, digest, 1795435200, NULL), 0);
	assert_int_equal(sign_in("work", "user-1", false, saved, NULL), 0);
	check_chain("work", OLD_ACCESS, "rt_old", 2);
	assert_false(is_pending("work", PENDING_LOGIN));
}

static void
another_login_is_kept_beside(void **state)
{
	static const struct {
		const char *name, *then;
	} table[] = {
		{ "work", "work-2" }, { "work", "work-3" },
		{ "acme/work", "acme/work-2" }, { "work-2", "work-2-2" },
	};
	char saved[STORE_NAME_MAX + 1];

	(void)state;
	make_profile("work", "user-1", 1);
	make_profile("acme/work", "user-1", 1);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct error err = ERROR_INIT;
		char user[16], refresh[16];

		snprintf(user, sizeof user, "user-%zu", i + 2);
		snprintf(refresh, sizeof refresh, "rt_%zu", i);
		leave(table[i].name, PENDING_LOGIN, false, tokens(
		    jwt(user, "acct-1", 2100000000), refresh));
		assert_int_equal(adopt_login(&app, table[i].name, saved,
		    &err), -1);
		assert_int_equal(err.code, ERROR_REFUSED);
		assert_string_equal(saved, table[i].then);
		assert_non_null(strstr(err.text, table[i].then));
		check_whose(saved, user);
		assert_false(is_pending(table[i].name, PENDING_LOGIN));
	}
	check_chain("work", OLD_ACCESS, "rt_old", 1);
	check_whose("work", "user-1");
}

/* A name of full length has no room for "-2" behind it. */
static void
another_login_is_kept_beside_a_long_name(void **state)
{
	char name[64], tenanted[STORE_NAME_MAX + 1];
	char saved[STORE_NAME_MAX + 1];
	const char *const names[] = { name, tenanted };

	(void)state;
	memset(name, 'a', 63);
	name[63] = '\0';
	snprintf(tenanted, sizeof tenanted, "%s/%s", name, name);
	tenanted[0] = 'b';
	for (size_t i = 0; i < 2; i++) {
		struct error err = ERROR_INIT;

		make_profile(names[i], "user-1", 1);
		if (sign_in(names[i], "user-2", false, saved, &err) != -1 ||
		    err.code != ERROR_REFUSED)
			fail_msg("code %d: %s", (int)err.code, err.text);
		check_whose(names[i], "user-1");
		check_whose(saved, "user-2");
	}
}

static void
replace_moves_the_other_login_away(void **state)
{
	char saved[STORE_NAME_MAX + 1];

	(void)state;
	make_profile("work", "user-1", 1);
	assert_int_equal(sign_in("work", "user-2", true, saved, NULL), 0);
	assert_string_equal(saved, "work");
	check_whose("work", "user-2");
	assert_int_equal(profile_count(), 1);
	assert_int_equal(backup_purge(app.store, "work", false, NULL), 0);
	assert_int_equal(backup_restore(app.store, "work", "work", NULL), 0);
	check_chain("work", OLD_ACCESS, "rt_old", 1);
}

static void
what_is_damaged_makes_place_for_a_login(void **state)
{
	char saved[STORE_NAME_MAX + 1];
	struct profile profile;
	int root, dir;

	(void)state;
	make_profile("empty", "user-1", 1);
	dir = store_open_profile(app.store, "empty", NULL);
	assert_int_equal(file_write(dir, "credential.json", "", 0, NULL), 0);
	close(dir);
	root = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(symlinkat("/etc", root, "link"), 0);
	assert_int_equal(file_write(root, "file", "x", 1, NULL), 0);
	close(root);
	for (size_t i = 0; i < 3; i++) {
		const char *name = i == 0 ? "empty" : i == 1 ? "link" : "file";

		assert_int_equal(sign_in(name, "user-2", false, saved, NULL),
		    0);
		assert_string_equal(saved, name);
		check_whose(name, "user-2");
	}
	/* Damaged is no reason to delete. */
	backup_purge(app.store, "empty", false, NULL);
	assert_int_equal(backup_restore(app.store, "empty", "empty", NULL), 0);
	assert_int_equal(profile_load(app.store, "empty", &profile, NULL), 0);
	assert_non_null(profile.damage);
	profile_release(&profile);
}

static void
a_failed_sign_in_changes_nothing(void **state)
{
	const struct {
		const char *answer;
		enum error_code code;
	} table[] = {
		{ "HTTP 401\n{\"error\":\"x\"}", ERROR_NEEDS_LOGIN },
		{ "HTTP 400\n{\"error\":\"invalid_request\"}", ERROR_FAILED },
		{ "HTTP 503\n", ERROR_UNAVAILABLE },
		{ "HTTP 200\n{\"access_token\":\"e30", ERROR_UNAVAILABLE },
		{ "HTTP 200\n{\"refresh_token\":\"rt_new\"}",
		    ERROR_UNAVAILABLE },
		{ "HTTP 200\n{\"access_token\":\"no.jwt.here\","
		    "\"refresh_token\":\"rt_new\"}", ERROR_FAILED },
		{ "", ERROR_UNAVAILABLE },
	};
	char saved[STORE_NAME_MAX + 1];

	(void)state;
	make_profile("work", "user-1", 1);
	for (size_t i = 0; i < 2 * sizeof table / sizeof table[0]; i++) {
		const char *name = i % 2 == 0 ? "work" : "new";
		struct error err = ERROR_INIT;

		leave(name, PENDING_LOGIN, true, table[i / 2].answer);
		if (adopt_login(&app, name, saved, &err) != -1 ||
		    err.code != table[i / 2].code)
			fail_msg("%s: code %d", table[i / 2].answer,
			    (int)err.code);
		assert_false(is_pending(name, PENDING_LOGIN));
		check_chain("work", OLD_ACCESS, "rt_old", 1);
		assert_int_equal(profile_count(), 1);
	}
}

/* A renewal that got no answer was the old login's; it says nothing of the one
 * that stands in its place. */
static void
doubt_does_not_pass_to_another_login(void **state)
{
	char saved[STORE_NAME_MAX + 1];
	enum profile_reason reason;

	(void)state;
	make_profile("replaced", "user-1", 1);
	leave("replaced", PENDING_REFRESH, false, "");
	assert_int_equal(sign_in("replaced", "user-2", true, saved, NULL), 0);
	assert_int_equal(status_of("replaced", &reason), PROFILE_OK);

	make_profile("removed", "user-1", 1);
	leave("removed", PENDING_REFRESH, false, "");
	assert_int_equal(remove_profile(&app, "removed", false, 0, NULL), 0);
	assert_int_equal(sign_in("removed", "user-2", false, saved, NULL), 0);
	assert_int_equal(status_of("removed", &reason), PROFILE_OK);
}

/* Nor does the issuer's refusal of the old chain, when it comes late. */
static void
a_late_refusal_does_not_hit_another_login(void **state)
{
	char saved[STORE_NAME_MAX + 1];
	enum profile_reason reason;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_REFRESH, false, "HTTP 401\n{\"error\":\"x\"}");
	assert_int_equal(remove_profile(&app, "work", false, 0, NULL), 0);
	assert_int_equal(sign_in("work", "user-2", false, saved, NULL), 0);
	adopt_all(&app);
	assert_int_equal(status_of("work", &reason), PROFILE_OK);
}

/*
 * A sign-in that was cut off behind its last write is still pending. A renewal
 * must take it in first: later, it would put a spent token over the new one.
 */
static void
a_renewal_first_takes_in_a_finished_sign_in(void **state)
{
	struct job *job;

	(void)state;
	make_profile("work", "user-1", 1);
	leave("work", PENDING_LOGIN, false, tokens(NEW_ACCESS, "rt_new"));
	app.helper = "/bin/false";
	app.screen = true;
	job = job_refresh(&app, "work", 0, NULL);
	assert_non_null(job);
	while (!job_step(job)) {
		struct pollfd fd = { job_fd(job), POLLIN, 0 };

		poll(&fd, 1, job_timeout_ms(job));
	}
	job_free(job);
	assert_false(is_pending("work", PENDING_LOGIN));
	check_chain("work", NEW_ACCESS, "rt_new", 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_login_makes_a_profile),
		TEST(the_same_login_gets_a_new_chain),
		TEST(a_sign_in_met_twice_is_done_once),
		TEST(a_sign_in_met_late_does_not_bring_back_what_was_spent),
		TEST(another_login_is_kept_beside),
		TEST(another_login_is_kept_beside_a_long_name),
		TEST(replace_moves_the_other_login_away),
		TEST(what_is_damaged_makes_place_for_a_login),
		TEST(a_failed_sign_in_changes_nothing),
		TEST(doubt_does_not_pass_to_another_login),
		TEST(a_late_refusal_does_not_hit_another_login),
		TEST(a_renewal_first_takes_in_a_finished_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
