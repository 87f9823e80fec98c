/*
 * profile: what is shown of a login, and what is damaged and why.
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

#include "base/buffer.h"
#include "base/json.h"
#include "storage/lock.h"
#include "storage/pending.h"
#include "storage/profile.h"
#include "storage/store.h"
#include "temp_store.h"

/* Makes a file of the store; the name is below it. */
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

#define NOW ((int64_t)1790000000)

static void
a_status_for_every_state(void **state)
{
	static const struct {
		int64_t left;		/* 0: the end is unknown */
		bool renewable, in_doubt;
		enum profile_reason refused;
		int64_t refused_generation;
		char damage[4];
		enum profile_status status;
		enum profile_reason reason;
	} table[] = {
		{ 48 * 3600, true, false, 0, 0, "", PROFILE_OK, 0 },
		{ 48 * 3600 - 1, true, false, 0, 0, "", PROFILE_EXPIRING_SOON,
		    0 },
		{ 1, true, false, 0, 0, "", PROFILE_EXPIRING_SOON, 0 },
		{ -1, true, false, 0, 0, "", PROFILE_EXPIRED, 0 },
		{ 0, true, false, 0, 0, "", PROFILE_EXPIRED, 0 },
		{ 1, false, false, 0, 0, "", PROFILE_ACCESS_ONLY, 0 },
		{ 99 * 3600, false, false, 0, 0, "", PROFILE_ACCESS_ONLY, 0 },
		{ -1, false, false, 0, 0, "", PROFILE_NEEDS_LOGIN,
		    REASON_NO_REFRESH_TOKEN },
		{ 0, false, false, 0, 0, "", PROFILE_NEEDS_LOGIN,
		    REASON_NO_REFRESH_TOKEN },
		{ 99 * 3600, true, true, 0, 0, "", PROFILE_IN_DOUBT, 0 },
		{ -1, true, true, 0, 0, "", PROFILE_IN_DOUBT, 0 },
		{ 99 * 3600, true, true, REASON_REUSED, 5, "",
		    PROFILE_NEEDS_LOGIN, REASON_REUSED },
		{ -1, true, false, REASON_EXPIRED, 5, "",
		    PROFILE_NEEDS_LOGIN, REASON_EXPIRED },
		{ -1, false, false, REASON_REVOKED, 5, "",
		    PROFILE_NEEDS_LOGIN, REASON_REVOKED },
		/* A refusal is of one generation only. */
		{ 99 * 3600, true, false, REASON_REUSED, 4, "", PROFILE_OK,
		    0 },
		{ 99 * 3600, true, true, REASON_REUSED, 5, "bad",
		    PROFILE_DAMAGED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		enum profile_reason reason;
		enum profile_status status;
		struct profile profile;

		memset(&profile, 0, sizeof profile);
		profile.expires_at = table[i].left == 0 ? 0 :
		    NOW + table[i].left;
		profile.generation = 5;
		profile.renewable = table[i].renewable;
		profile.in_doubt = table[i].in_doubt;
		profile.refused = table[i].refused;
		profile.refused_generation = table[i].refused_generation;
		profile.damage = table[i].damage[0] == '\0' ? NULL :
		    strdup(table[i].damage);
		status = profile_status(&profile, NOW, &reason);
		if (status != table[i].status || reason != table[i].reason)
			fail_msg("row %zu: %s", i,
			    profile_status_word(status));
		profile_release(&profile);
	}
}

static void
the_words_of_the_schema(void **state)
{
	static const char *const statuses[] = {
		"ok", "expiring", "expired", "in-doubt", "access-only",
		"needs-login", "damaged"
	};
	static const char *const reasons[] = {
		"reused", "expired", "revoked", "no-refresh-token"
	};

	(void)state;
	for (int i = PROFILE_OK; i <= PROFILE_DAMAGED; i++)
		assert_string_equal(profile_status_word(
		    (enum profile_status)i), statuses[i]);
	assert_null(profile_reason_word(REASON_NONE));
	for (int i = REASON_REUSED; i <= REASON_NO_REFRESH_TOKEN; i++)
		assert_string_equal(profile_reason_word(
		    (enum profile_reason)i), reasons[i - 1]);
}

static void
fill(struct profile *profile, struct credential *credential)
{
	memset(profile, 0, sizeof *profile);
	strcpy(profile->name, "acme/work");
	profile->user_id = strdup("user-1");
	profile->account_id = strdup("acct-1");
	profile->email = strdup("d\xc3\xa9v@example.com");
	profile->created_at = 1700000000;
	profile->last_refresh = 1710000000;
	profile->refused = REASON_REUSED;
	profile->refused_generation = 7;
	profile->refused_message = strdup("said \"no\"");
	*credential = (struct credential)CREDENTIAL_INIT;
	credential->generation = 7;
	credential->obtained_at = 1700000001;
	credential->expires_at = 1800000000;
	credential->issuer = strdup("https://issuer.example");
	credential->access_token = strdup("at");
	credential->refresh_token = strdup("rt");
}

static int
create(struct error *err)
{
	struct credential credential;
	struct profile profile;
	int result;

	fill(&profile, &credential);
	result = profile_create(store, &profile, &credential, err);
	profile_release(&profile);
	credential_release(&credential);
	return result;
}

static void
what_is_made_is_loaded(void **state)
{
	struct credential credential;
	struct profile profile;
	struct stat st;
	char file[256];

	(void)state;
	assert_int_equal(create(NULL), 0);
	assert_int_equal(profile_load(store, "acme/work", &profile, NULL), 0);
	assert_null(profile.damage);
	assert_null(profile.warning[0]);
	assert_string_equal(profile.name, "acme/work");
	assert_string_equal(profile.user_id, "user-1");
	assert_string_equal(profile.account_id, "acct-1");
	assert_string_equal(profile.email, "d\xc3\xa9v@example.com");
	assert_null(profile.plan);
	assert_null(profile.label);
	assert_int_equal(profile.created_at, 1700000000);
	assert_int_equal(profile.last_refresh, 1710000000);
	assert_int_equal(profile.expires_at, 1800000000);
	assert_int_equal(profile.generation, 7);
	assert_true(profile.renewable);
	assert_false(profile.in_doubt);
	assert_int_equal(profile.refused, REASON_REUSED);
	assert_int_equal(profile.refused_generation, 7);
	assert_string_equal(profile.refused_message, "said \"no\"");
	profile_release(&profile);
	assert_int_equal(credential_load(store, "acme/work", &credential,
	    NULL), 0);
	assert_int_equal(credential.obtained_at, 1700000001);
	assert_string_equal(credential.issuer, "https://issuer.example");
	assert_string_equal(credential.access_token, "at");
	assert_string_equal(credential.refresh_token, "rt");
	assert_null(credential.id_token);
	credential_release(&credential);
	assert_null(credential.access_token);
	snprintf(file, sizeof file, "%s/acme/work", path);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void
nothing_is_made_over_what_is_there(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(create(NULL), 0);
	assert_int_equal(create(&err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	close_store(NULL);
	open_store(NULL);
	make_dir("acme");
	put("acme/work", "");
	assert_int_equal(create(&err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	close_store(NULL);
	open_store(NULL);
	/* A profile is no tenant: what is in it would not be seen again. */
	make_dir("acme");
	put("acme/credential.json", "");
	assert_int_equal(create(&err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
}

#define GOOD "{\"schema\":1,\"issuer\":\"i\",\"generation\":1," \
	"\"access_token\":\"a\"}"
#define FACTS "{\"schema\":1}"

static void
damage_is_told(void **state)
{
	static const struct {
		const char *credential, *profile;	/* NULL: no file */
		const char *says;			/* NULL: no damage */
	} table[] = {
		{ GOOD, FACTS, NULL },
		{ "", FACTS, "credential.json is empty" },
		{ "garbage", FACTS, "credential.json is not a JSON" },
		{ "[]", FACTS, "credential.json is not a JSON" },
		{ GOOD "x", FACTS, "credential.json is not a JSON" },
		{ "{}", FACTS, "credential.json is not of chatelaine" },
		{ "{\"schema\":0}", FACTS, "not of chatelaine" },
		{ "{\"schema\":\"1\"}", FACTS, "not of chatelaine" },
		{ "{\"schema\":2}", FACTS, "newer chatelaine (schema 2)" },
		{ "{\"schema\":1}", FACTS, "lacks" },
		{ "{\"schema\":1,\"issuer\":\"i\",\"access_token\":\"a\"}",
		    FACTS, "lacks" },
		{ "{\"schema\":1,\"generation\":1,\"access_token\":\"a\"}",
		    FACTS, "lacks" },
		{ "{\"schema\":1,\"generation\":1,\"issuer\":\"i\"}", FACTS,
		    "lacks" },
		{ "{\"schema\":1,\"issuer\":\"i\",\"generation\":1,"
		    "\"access_token\":\"\"}", FACTS, "lacks" },
		{ "{\"schema\":1,\"issuer\":\"\",\"generation\":1,"
		    "\"access_token\":\"a\"}", FACTS, "lacks" },
		{ "{\"schema\":1,\"issuer\":\"i\",\"generation\":1,"
		    "\"access_token\":\"a b\"}", FACTS, "no token has" },
		{ "{\"schema\":1,\"issuer\":\"i\",\"generation\":1,"
		    "\"access_token\":\"a\",\"refresh_token\":\"\\n\"}",
		    FACTS, "no token has" },
		{ "{\"schema\":1,\"issuer\":\"i\",\"generation\":1,"
		    "\"access_token\":\"a\",\"id_token\":\"\\u00e9\"}",
		    FACTS, "no token has" },
		{ "{\"schema\":1,\"issuer\":\"\\t\",\"generation\":1,"
		    "\"access_token\":\"a\"}", FACTS, "no token has" },
		{ "{\"schema\":1,\"issuer\":\"i\",\"generation\":1,"
		    "\"access_token\":\"a\",\"refresh_token\":\"\"}", FACTS,
		    NULL },
		{ NULL, FACTS, "no credential.json" },
		{ GOOD, NULL, "no profile.json" },
		{ GOOD, "", "profile.json is empty" },
		{ GOOD, "{\"schema\":99999}", "newer chatelaine" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct credential credential;
		struct profile profile;
		struct error err;
		char file[64], name[16];

		snprintf(name, sizeof name, "p%zu", i);
		make_dir(name);
		snprintf(file, sizeof file, "%s/credential.json", name);
		if (table[i].credential != NULL)
			put(file, table[i].credential);
		snprintf(file, sizeof file, "%s/profile.json", name);
		if (table[i].profile != NULL)
			put(file, table[i].profile);
		assert_int_equal(profile_load(store, name, &profile, NULL), 0);
		if ((profile.damage == NULL) != (table[i].says == NULL) ||
		    (profile.damage != NULL &&
		    strstr(profile.damage, table[i].says) == NULL))
			fail_msg("row %zu: %s", i, profile.damage == NULL ?
			    "no damage" : profile.damage);
		profile_release(&profile);
		if (credential_load(store, name, &credential, &err) != 0) {
			assert_int_equal(err.code, ERROR_FAILED);
			assert_int_equal(credential_load(store, name,
			    &credential, NULL), -1);
		}
		else
			assert_non_null(credential.access_token);
		credential_release(&credential);
	}
}

static void
check_damage(const char *name, const char *says)
{
	struct profile profile;

	assert_int_equal(profile_load(store, name, &profile, NULL), 0);
	assert_non_null(profile.damage);
	assert_non_null(strstr(profile.damage, says));
	profile_release(&profile);
}

static void
what_is_no_file_is_damage(void **state)
{
	char from[256], to[256];

	(void)state;
	make_dir("p");
	put("p/profile.json", FACTS);
	put("secret", GOOD);
	snprintf(from, sizeof from, "%s/secret", path);
	snprintf(to, sizeof to, "%s/p/credential.json", path);
	assert_int_equal(symlink(from, to), 0);
	check_damage("p", "symbolic link");
	assert_int_equal(unlink(to), 0);
	assert_int_equal(mkfifo(to, 0600), 0);
	check_damage("p", "fifo");
	assert_int_equal(unlink(to), 0);
	assert_int_equal(mkdir(to, 0700), 0);
	check_damage("p", "directory");
	assert_int_equal(rmdir(to), 0);
	put("p/credential.json", "");
	assert_int_equal(truncate(to, 1 << 30), 0);
	check_damage("p", "larger");
	snprintf(to, sizeof to, "%s/linked", path);
	assert_int_equal(symlink("p", to), 0);
	check_damage("linked", "linked");
}

static void
what_others_may_read_is_warned_of(void **state)
{
	struct profile profile;
	char file[256], other[256];

	(void)state;
	assert_int_equal(create(NULL), 0);
	snprintf(file, sizeof file, "%s/acme/work/credential.json", path);
	snprintf(other, sizeof other, "%s/other", path);
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(profile_load(store, "acme/work", &profile, NULL), 0);
	assert_string_equal(profile.warning[0], "credential.json is mode 0644");
	profile_release(&profile);
	assert_int_equal(chmod(file, 0600), 0);
	assert_int_equal(link(file, other), 0);
	assert_int_equal(profile_load(store, "acme/work", &profile, NULL), 0);
	assert_string_equal(profile.warning[0],
	    "credential.json has 2 hard links");
	assert_null(profile.damage);
	profile_release(&profile);
}

static void
names_and_absence(void **state)
{
	static const struct {
		const char *name;
		enum error_code code;
	} table[] = {
		{ "none", ERROR_NOT_FOUND }, { "a/none", ERROR_NOT_FOUND },
		{ "empty", ERROR_NOT_FOUND }, { "acme", ERROR_NOT_FOUND },
		{ "../x", ERROR_USAGE }, { "", ERROR_USAGE },
	};

	(void)state;
	make_dir("empty");
	assert_int_equal(create(NULL), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct profile profile;
		struct error err;

		assert_int_equal(profile_load(store, table[i].name, &profile,
		    &err), -1);
		assert_int_equal(err.code, table[i].code);
		profile_release(&profile);
	}
}

static void
all_profiles_come_sorted_and_unchanged(void **state)
{
	struct profile_list list;
	struct stat before, after;
	char file[256];

	(void)state;
	assert_int_equal(create(NULL), 0);
	make_dir("zeta");
	put("zeta/credential.json", "garbage");
	make_dir("beta");
	put("beta/profile.json", FACTS);
	snprintf(file, sizeof file, "%s/zeta/credential.json", path);
	assert_int_equal(stat(file, &before), 0);
	assert_int_equal(profile_load_all(store, &list, NULL), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.profile[0].name, "acme/work");
	assert_string_equal(list.profile[1].name, "beta");
	assert_string_equal(list.profile[2].name, "zeta");
	assert_non_null(list.profile[2].damage);
	profile_list_release(&list);
	assert_int_equal(stat(file, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}

/* The damage that @name has for another user than root. */
static void
check_closed(const char *name, const char *says)
{
	struct profile profile;

	assert_int_equal(seteuid(12345), 0);
	assert_int_equal(profile_load(store, name, &profile, NULL), 0);
	assert_int_equal(seteuid(0), 0);
	assert_true(profile.forbidden);
	if (strstr(profile.damage, says) == NULL)
		fail_msg("%s: %s", says, profile.damage);
	profile_release(&profile);
}

static void
what_is_anothers_is_forbidden_and_no_damage(void **state)
{
	struct error err;
	char file[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(create(NULL), 0);
	check_closed("acme/work", "user 12345 may not read");
	snprintf(file, sizeof file, "%s/acme", path);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(chmod(file, 0755), 0);
	check_closed("acme/work", "is of user 0, and user 12345 may not");
	assert_int_equal(seteuid(12345), 0);
	assert_int_equal(store_make_part(store, "new", &err), -1);
	assert_int_equal(seteuid(0), 0);
	assert_non_null(strstr(err.text, "user 12345 may not write to"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_status_for_every_state),
		TEST(the_words_of_the_schema),
		TEST(what_is_made_is_loaded),
		TEST(nothing_is_made_over_what_is_there),
		TEST(damage_is_told),
		TEST(what_is_no_file_is_damage),
		TEST(what_others_may_read_is_warned_of),
		TEST(names_and_absence),
		TEST(all_profiles_come_sorted_and_unchanged),
		TEST(what_is_anothers_is_forbidden_and_no_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
