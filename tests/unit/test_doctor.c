/*
 * doctor: which of two profiles with one chain may go.
 */
#include "config.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/doctor.h"
#include "temp_store.h"

#define COPY "one refresh token is in two files: %s/a/credential.json and " \
	"%s/b/credential.json; when both are used, the issuer ends the login"

static struct settings settings;

static int
open_app(void **state)
{
	static const char *const variables[] = {
		"CODEX_HOME", "OPENHANDS_PERSISTENCE_DIR", "XDG_DATA_HOME",
		"XDG_CONFIG_HOME", "CHATELAINE_STORE", "CHATELAINE_ISSUER",
	};

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		unsetenv(variables[i]);
	if (open_store(state) != 0)
		return -1;
	setenv("HOME", path, 1);
	return settings_load(&settings, "/dev/null", NULL, true, NULL);
}

static int
close_app(void **state)
{
	settings_release(&settings);
	return close_store(state);
}

static void
make_profile(const char *name)
{
	struct credential credential = CREDENTIAL_INIT;
	struct profile profile;

	memset(&profile, 0, sizeof profile);
	strcpy(profile.name, name);
	credential.generation = 1;
	credential.issuer = strdup("https://issuer.example");
	credential.access_token = strdup("at");
	credential.refresh_token = strdup("rt");
	assert_int_equal(profile_create(store, &profile, &credential, NULL),
	    0);
	credential_release(&credential);
	profile_release(&profile);
}

/* @name below the home is a file of Codex that shows the profile. */
static void
show(const char *name, const char *profile)
{
	struct targets targets;
	struct target *target;
	char file[256];

	snprintf(file, sizeof file, "%s/%s", path, name);
	assert_int_equal(targets_load(store, &targets, NULL), 0);
	target = targets_add(&targets, "codex", file, NULL);
	assert_non_null(target);
	assert_int_equal(target_set(&target->profile, profile, NULL), 0);
	assert_int_equal(targets_save(store, &targets, NULL), 0);
	targets_release(&targets);
}

/* @remedy: NULL is none. In @text each %s is the store. */
static void
check_copy(const char *text, const char *remedy)
{
	struct app app = { .store = store, .settings = &settings };
	struct findings findings;
	char expected[1024];
	int copies = 0;

	snprintf(expected, sizeof expected, text, path, path, path, path);
	assert_int_equal(doctor_look(&app, &findings, NULL), 0);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.finding[i];

		if (finding->kind != FINDING_COPY)
			continue;
		copies++;
		assert_string_equal(finding->text, expected);
		assert_int_equal(finding->fix, FIX_NONE);
		if (remedy == NULL)
			assert_null(finding->remedy);
		else
			assert_string_equal(finding->remedy, remedy);
	}
	assert_int_equal(copies, 1);
	findings_release(&findings);
}

static void
the_one_that_nobody_uses_may_go(void **state)
{
	(void)state;
	make_profile("a");
	make_profile("b");
	show(".codex/auth.json", "b");
	check_copy(COPY, "chatelaine delete a");
	show(".codex/auth.json", "a");
	check_copy(COPY, "chatelaine delete b");
}

static void
a_person_decides_where_that_is_not_one(void **state)
{
	(void)state;
	make_profile("a");
	make_profile("b");
	check_copy(COPY "; no program uses 'a' or 'b': delete one of them",
	    NULL);
	show(".codex/auth.json", "a");
	show("x.json", "b");
	show("y.json", "b");
	check_copy(COPY "; 'a' is used by codex, and 'b' by codex=%s/x.json, "
	    "codex=%s/y.json: switch these to one of the two profiles, and "
	    "delete the other", NULL);
}

static void
nobody_knows_what_is_used_without_the_list(void **state)
{
	char file[256];
	FILE *list;

	(void)state;
	make_profile("a");
	make_profile("b");
	show(".codex/auth.json", "b");
	snprintf(file, sizeof file, "%s/.chatelaine/" STORE_STATE_FILE, path);
	list = fopen(file, "w");
	assert_non_null(list);
	assert_int_equal(fclose(list), 0);
	check_copy(COPY, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_one_that_nobody_uses_may_go, open_app, close_app),
		cmocka_unit_test_setup_teardown(
		    a_person_decides_where_that_is_not_one, open_app,
		    close_app),
		cmocka_unit_test_setup_teardown(
		    nobody_knows_what_is_used_without_the_list, open_app,
		    close_app),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
