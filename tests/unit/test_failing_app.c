/*
 * What a person does with profiles, while calls of the C library fail; see
 * failing_store.h. Behind each comes the next start of the program, which
 * completes or undoes what was cut off.
 */
#include "config.h"

#include "app/adopt.h"
#include "app/doctor.h"
#include "app/lend.h"
#include "app/remove.h"
#include "app/rename.h"
#include "app/undo.h"
#include "app/volume.h"
#include "failing_store.h"

/* An access token of user-1 in acct-1, until 2100. */
#define ACCESS "e30.eyJleHAiOjQxMDI0NDQ4MDAsImh0dHBzOi8vYXBpLm9wZW5haS5jb20v" \
	"YXV0aCI6eyJjaGF0Z3B0X3VzZXJfaWQiOiJ1c2VyLTEiLCJjaGF0Z3B0X2FjY291bnR" \
	"faWQiOiJhY2N0LTEifX0.c2ln"

static struct settings settings;
static struct app app;
static struct place codex = PLACE_INIT;

/* --- What is there before ------------------------------------------------- */

static struct app *
the_app(void)
{
	app = (struct app){ .store = store, .settings = &settings,
	    .issuer = "https://auth.example", .backend = "https://x.example" };
	return &app;
}

static void
start(void)
{
	adopt_all(the_app());
}

static void
make(const char *name, const char *token, const char *user)
{
	struct profile profile = { .generation = 1, .user_id = (char *)user,
	    .account_id = (char *)"acct-1" };
	struct credential credential = { .generation = 1,
	    .expires_at = INT64_C(4102444800),
	    .issuer = (char *)"https://auth.example",
	    .access_token = (char *)ACCESS, .refresh_token = (char *)token };

	strcpy(profile.name, name);
	assert_int_equal(profile_create(store, &profile, &credential, NULL),
	    0);
}

/* And a program that has a directory, which is no profile's. */
static void
work(void)
{
	char file[sizeof path + 32];

	setenv("HOME", path, 1);
	snprintf(file, sizeof file, "%s/.codex", path);
	assert_int_equal(mkdir(file, 0700), 0);
	place_release(&codex);
	assert_int_equal(place_find(&codex, "codex", NULL), 0);
	make(WORK, TOKEN "work", "user-1");
}

static void
deleted(void)
{
	work();
	assert_int_equal(remove_profile(the_app(), WORK, false, 0, NULL), 0);
}

static void
doubled(void)
{
	deleted();
	make("home", TOKEN "work", "user-1");
}

static void
lent(void)
{
	work();
	assert_int_equal(lend_profile(the_app(), WORK, &codex, 0, NULL), 0);
}

/* Cut off on its way, out or in: the chain is in both places. */
static void
cut_off(enum move_operation operation)
{
	struct move move = { operation, (char *)"codex", NULL, NULL };
	const struct credential credential = { .generation = 1,
	    .expires_at = INT64_C(4102444800),
	    .issuer = (char *)"https://auth.example",
	    .access_token = (char *)ACCESS,
	    .refresh_token = (char *)TOKEN "work" };
	const struct profile profile = { .generation = 1,
	    .user_id = (char *)"user-1", .account_id = (char *)"acct-1" };
	int dir;

	lent();
	dir = store_open_profile(store, WORK, NULL);
	assert_int_equal(credential_save(dir, &credential, NULL), 0);
	assert_int_equal(profile_save(dir, &profile, NULL), 0);
	close(dir);
	move.path = codex.path;
	assert_int_equal(move_begin(store, WORK, &move, NULL), 0);
}

static void
half_out(void)
{
	cut_off(MOVE_OUT);
}

static void
half_in(void)
{
	cut_off(MOVE_IN);
}

/* Somebody was killed, and his chatelaine-oauth has the record still. */
static void
awaited(void)
{
	static int record = -1;
	const struct pending intent = { .operation = PENDING_LOGIN,
	    .at = NOW, .issuer = (char *)"https://auth.example" };

	work();
	if (record >= 0)
		close(record);
	record = pending_reserve(store, WORK, &intent, NULL);
	assert_true(record >= 0);
}

/* --- What is done --------------------------------------------------------- */

static int
rename_it(struct error *err)
{
	return rename_profile(the_app(), WORK, "other/new", 0, err);
}

static int
delete_it(struct error *err)
{
	return remove_profile(the_app(), WORK, false, 0, err);
}

static int
undo(struct error *err)
{
	struct undo undone;
	int result = undo_last(the_app(), 0, &undone, err);

	undo_release(&undone);
	return result;
}

static int
add_volume(struct error *err)
{
	bool made;

	return volume_add(the_app(), "acme/volume", geteuid(), &made, err);
}

static int
check_volume(struct error *err)
{
	return volume_check(the_app(), "acme/volume", geteuid(), err);
}

static int
lend(struct error *err)
{
	return lend_profile(the_app(), WORK, &codex, 0, err);
}

static int
take_back(struct error *err)
{
	return lend_take_back(the_app(), WORK, 0, err);
}

/* What is found, with another one forgotten whose chain is the same. */
static int
examine(struct error *err)
{
	struct findings findings;
	int result = doctor_look(the_app(), &findings, err);

	for (size_t i = 0; result == 0 && i < findings.count; i++) {
		const char *text = findings.finding[i].text;

		buffer_addf(&seen, "%.40s%s\n", text, strstr(text,
		    "cannot be ") != NULL ? ": cannot" : "");
	}
	findings_release(&findings);
	return result;
}

static int
settle(struct error *err)
{
	return adopt_pending(the_app(), WORK, err);
}

/* The record stays in any case. */
static int
settle_awaited(struct error *err)
{
	struct error why = ERROR_INIT;
	int result = adopt_pending(the_app(), WORK, &why);

	if (result == 0)
		fail_msg("it is not waited for");
	return why.code == ERROR_BUSY ? 0 : error_give(err, &why);
}

static void
profiles_come_and_go(void **state)
{
	static const struct scenario table[] = {
		{ "rename", work, rename_it, LONG | MANY, NULL },
		{ "delete", work, delete_it, LONG | MANY, NULL },
		{ "undo", deleted, undo, LONG | MANY, NULL },
		{ "add a volume", work, add_volume, LONG | MANY, NULL },
		{ "examine", doubled, examine, LONG, "cannot" },
		{ "check a volume", work, check_volume, LONG, NULL },
	};

	(void)state;
	EACH(table);
}

/* A file that stands and could not be synced is lent all the same, and a store
 * that took it for unwritten would have the chain as well. */
static void
what_could_not_be_synced(void **state)
{
	static const struct scenario table[] = {
		{ "lend", work, lend, LONG | SYNCS, NULL },
		{ "take back", lent, take_back, LONG | SYNCS, NULL },
	};

	(void)state;
	EACH(table);
}

/* What could not be removed beside a program's file goes at the next start. */
static void
nothing_stays_beside_a_programs_file(void **state)
{
	static const struct scenario table[] = {
		{ "lend", work, lend, REMOVALS, NULL },
		{ "take back", lent, take_back, REMOVALS, NULL },
	};

	(void)state;
	EACH(table);
}

static void
logins_are_lent(void **state)
{
	static const struct scenario table[] = {
		{ "lend", work, lend, LONG | MANY, NULL },
		{ "take back", lent, take_back, LONG | MANY, NULL },
		{ "complete lending", half_out, settle, LONG | MANY, NULL },
		{ "complete taking in", half_in, settle, LONG | MANY, NULL },
		{ "wait for an answer", awaited, settle_awaited, LONG | MANY, NULL },
	};

	(void)state;
	EACH(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_come_and_go),
		cmocka_unit_test(logins_are_lent),
		cmocka_unit_test(what_could_not_be_synced),
		cmocka_unit_test(nothing_stays_beside_a_programs_file),
	};

	int failed;

	unsetenv("CODEX_HOME");
	if (settings_load(&settings, "/dev/null", "/nonexistent", true,
	    NULL) != 0)
		return 1;
	start_anew = start;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	settings_release(&settings);
	place_release(&codex);
	return failed;
}
