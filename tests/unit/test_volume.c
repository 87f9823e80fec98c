/*
 * profile: logins that are not ours to renew: lent ones, and the volumes of an
 * agent-server that stand in the store without our doing.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "storage/profile.h"
#include "storage/store.h"
#include "temp_store.h"

#define CREDENTIAL "{\"schema\":1,\"issuer\":\"https://auth.example\"," \
	"\"generation\":3,\"obtained_at\":\"2026-11-01T00:00:00Z\"," \
	"\"expires_at\":\"2026-11-11T00:00:00Z\",\"access_token\":\"at\"}"

static void
put(const char *name, const char *text)
{
	char file[256];
	int fd;

	snprintf(file, sizeof file, "%s/%s", path, name);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
make_dir(const char *name)
{
	char file[256];

	snprintf(file, sizeof file, "%s/%s", path, name);
	assert_int_equal(mkdir(file, 0700), 0);
}

/* --- Volumes -------------------------------------------------------------- */

static void
a_volume_is_a_profile_that_is_lent(void **state)
{
	struct profile profile;
	char expected[256];

	(void)state;
	make_dir("tenant");
	make_dir("tenant/user");
	put("tenant/user/" STORE_VOLUME_FILE, "{}");
	assert_int_equal(profile_load(store, "tenant/user", &profile, NULL),
	    0);
	assert_null(profile.damage);
	assert_string_equal(profile.owner, PROFILE_VOLUME_OWNER);
	snprintf(expected, sizeof expected, "%s/tenant/user/"
	    STORE_VOLUME_FILE, path);
	assert_string_equal(profile.owner_path, expected);
	/* Nothing of it is ours. */
	assert_int_equal(profile.generation, 0);
	assert_false(profile.renewable);
	assert_null(profile.user_id);
	profile_release(&profile);
	assert_int_equal(profile_find(store, "tenant/user", NULL), 1);
}

static void
volumes_are_listed(void **state)
{
	struct store_names names;

	(void)state;
	make_dir("t");
	make_dir("t/b");
	make_dir("t/a");
	make_dir("t/empty");
	make_dir("v");
	put("t/a/" STORE_VOLUME_FILE, "{}");
	put("t/b/" STORE_VOLUME_FILE, "garbage");
	put("v/" STORE_VOLUME_FILE, "{}");
	assert_int_equal(store_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 3);
	assert_string_equal(names.name[0], "t/a");
	assert_string_equal(names.name[1], "t/b");
	assert_string_equal(names.name[2], "v");
	store_names_release(&names);
	/* Nothing is kept under one, and no tenant's name is taken. */
	assert_int_equal(store_check_place(store, "v/x", NULL), -1);
	assert_int_equal(store_check_place(store, "t", NULL), -1);
	assert_int_equal(store_check_place(store, "t/c", NULL), 0);
}

/* With our own file beside it, that counts. */
static void
a_credential_makes_it_ours(void **state)
{
	struct profile profile;

	(void)state;
	make_dir("v");
	put("v/" STORE_VOLUME_FILE, "{}");
	put("v/credential.json", CREDENTIAL);
	put("v/profile.json", "{\"schema\":1,\"owner\":\"chatelaine\"}");
	assert_int_equal(profile_load(store, "v", &profile, NULL), 0);
	assert_null(profile.damage);
	assert_null(profile.owner);
	assert_int_equal(profile.generation, 3);
	profile_release(&profile);
}

static void
what_was_noted_of_a_volume_is_read(void **state)
{
	struct profile profile;

	(void)state;
	make_dir("v");
	put("v/" STORE_VOLUME_FILE, "{}");
	put("v/profile.json", "{\"schema\":1,\"user_id\":\"u\","
	    "\"account_id\":\"a\",\"label\":\"mine\"}");
	assert_int_equal(profile_load(store, "v", &profile, NULL), 0);
	assert_string_equal(profile.user_id, "u");
	assert_string_equal(profile.label, "mine");
	assert_string_equal(profile.owner, PROFILE_VOLUME_OWNER);
	profile_release(&profile);
	put("v/profile.json", "garbage");
	assert_int_equal(profile_load(store, "v", &profile, NULL), 0);
	assert_non_null(profile.damage);
	profile_release(&profile);
}

/* --- Lent ----------------------------------------------------------------- */

static void
the_owner_is_read_back(void **state)
{
	struct profile profile, found;
	int dir;

	(void)state;
	make_dir("work");
	put("work/credential.json", CREDENTIAL);
	put("work/profile.json", "{\"schema\":1,\"owner\":\"chatelaine\"}");
	assert_int_equal(profile_load(store, "work", &profile, NULL), 0);
	assert_null(profile.owner);
	profile.owner = strdup("codex");
	profile.owner_path = strdup("/h/\xc3\xa9 \"x\"/auth.json");
	dir = store_open_profile(store, "work", NULL);
	assert_int_equal(profile_save(dir, &profile, NULL), 0);
	assert_int_equal(profile_load(store, "work", &found, NULL), 0);
	assert_string_equal(found.owner, "codex");
	assert_string_equal(found.owner_path, profile.owner_path);
	profile_release(&found);
	/* And is ours again. */
	free(profile.owner);
	free(profile.owner_path);
	profile.owner = profile.owner_path = NULL;
	assert_int_equal(profile_save(dir, &profile, NULL), 0);
	assert_int_equal(profile_load(store, "work", &found, NULL), 0);
	assert_null(found.owner);
	assert_null(found.owner_path);
	profile_release(&found);
	profile_release(&profile);
	close(dir);
}

static void
an_owner_without_a_place_is_none(void **state)
{
	static const char *const texts[] = {
		"{\"schema\":1}",
		"{\"schema\":1,\"owner\":\"codex\"}",
		"{\"schema\":1,\"owner\":\"codex\",\"owner_path\":\"x/y\"}",
		"{\"schema\":1,\"owner\":\"codex\",\"owner_path\":\"\"}",
		"{\"schema\":1,\"owner\":\"codex\",\"owner_path\":7}",
		"{\"schema\":1,\"owner\":7}",
	};

	(void)state;
	make_dir("work");
	put("work/credential.json", CREDENTIAL);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct profile profile;

		put("work/profile.json", texts[i]);
		assert_int_equal(profile_load(store, "work", &profile, NULL),
		    0);
		if (profile.owner != NULL || profile.owner_path != NULL)
			fail_msg("%s: %s", texts[i], profile.owner);
		profile_release(&profile);
	}
}

/* A path alone says nothing of a program: both, or neither. */
static void
a_place_without_an_owner_is_none(void **state)
{
	struct profile profile;

	(void)state;
	make_dir("work");
	put("work/credential.json", CREDENTIAL);
	put("work/profile.json", "{\"schema\":1,\"owner_path\":\"/x/y\"}");
	assert_int_equal(profile_load(store, "work", &profile, NULL), 0);
	assert_true((profile.owner == NULL) == (profile.owner_path == NULL));
	profile_release(&profile);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_volume_is_a_profile_that_is_lent),
		TEST(volumes_are_listed),
		TEST(a_credential_makes_it_ours),
		TEST(what_was_noted_of_a_volume_is_read),
		TEST(the_owner_is_read_back),
		TEST(an_owner_without_a_place_is_none),
		TEST(a_place_without_an_owner_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
