/*
 * profile.json: read, written and read again.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "fuzz.h"
#include "storage/profile.h"

#define NAME "work"

static void
check_same(const struct profile *a, const struct profile *b)
{
	CHECK(fuzz_same(a->user_id, b->user_id));
	CHECK(fuzz_same(a->account_id, b->account_id));
	CHECK(fuzz_same(a->email, b->email));
	CHECK(fuzz_same(a->plan, b->plan));
	CHECK(fuzz_same(a->label, b->label));
	CHECK(fuzz_same(a->owner, b->owner));
	CHECK(fuzz_same(a->owner_path, b->owner_path));
	CHECK(a->created_at == b->created_at);
	CHECK(a->last_refresh == b->last_refresh);
	CHECK(a->refused == b->refused);
	if (a->refused == REASON_NONE)
		return;
	CHECK(a->refused_generation == b->refused_generation);
	CHECK(fuzz_same(a->refused_message, b->refused_message));
}

static void
check_saved(const struct profile *profile)
{
	int dir = store_open_profile(fuzz_store(), NAME, NULL);
	struct profile back;

	CHECK(dir >= 0);
	CHECK(profile_save(dir, profile, NULL) == 0);
	CHECK(profile_load(fuzz_store(), NAME, &back, NULL) == 0);
	CHECK(back.damage == NULL);
	check_same(profile, &back);
	profile_release(&back);
	close(dir);
}

/* Among all, beside one that an agent-server keeps. */
static void
check_all(const struct profile *profile)
{
	char name[STORE_NAME_MAX + 1];
	struct profile_list list;

	fuzz_put("volume/" STORE_VOLUME_FILE, "{}", 2);
	CHECK(profile_load_all(fuzz_store(), &list, NULL) == 0);
	CHECK(list.count == 2);
	CHECK(fuzz_same(list.profile[0].owner, PROFILE_VOLUME_OWNER));
	CHECK(fuzz_same(list.profile[1].damage, profile->damage));
	check_same(&list.profile[1], profile);
	profile_list_release(&list);
	CHECK(profile_find(fuzz_store(), NAME, NULL) == 1);
	CHECK(profile_free_name(fuzz_store(), NAME, name, NULL) == 0);
	CHECK(strcmp(name, NAME "-2") == 0);
}

/* As many warnings as there is room for, and no more; what others may read is
 * one of them. */
static void
check_warned(void)
{
	int dir = store_open_profile(fuzz_store(), NAME, NULL);
	struct buffer text = BUFFER_INIT;
	struct profile profile;

	CHECK(dir >= 0);
	CHECK(fchmod(dir, 0750) == 0);
	CHECK(fchmodat(dir, CREDENTIAL_FILE, 0644, 0) == 0);
	CHECK(linkat(dir, CREDENTIAL_FILE, dir, "link", 0) == 0);
	CHECK(profile_load(fuzz_store(), NAME, &profile, NULL) == 0);
	CHECK(fchmod(dir, 0700) == 0);
	CHECK(fchmodat(dir, CREDENTIAL_FILE, 0600, 0) == 0);
	CHECK(unlinkat(dir, "link", 0) == 0);
	close(dir);
	CHECK(profile.warning[0] != NULL && profile.warning[1] != NULL &&
	    profile.warning[2] != NULL && profile.warning[3] == NULL);
	for (int i = 0; i < 2; i++) {
		buffer_add_string(&text, "and more");
		CHECK(profile_warn(&profile, &text, NULL) == 0);
		CHECK(text.length == 0);
	}
	CHECK(fuzz_same(profile.warning[PROFILE_WARNINGS - 1], "and more"));
	CHECK(profile.warning[PROFILE_WARNINGS] == NULL);
	profile_release(&profile);
}

/* What we noted of a login that an agent-server keeps: it is that program's
 * whatever stands in the note. */
static void
check_noted(const uint8_t *data, size_t size)
{
	struct profile profile;

	fuzz_put("noted/" STORE_VOLUME_FILE, "{}", 2);
	fuzz_put("noted/" PROFILE_FILE, data, size);
	CHECK(profile_load(fuzz_store(), "noted", &profile, NULL) == 0);
	CHECK(profile.owner != NULL && profile.owner_path != NULL);
	CHECK(!profile.renewable);
	if (profile.damage == NULL)
		CHECK(profile.owner_path[0] == '/');
	else
		CHECK(fuzz_same(profile.owner, PROFILE_VOLUME_OWNER));
	profile_release(&profile);
	CHECK(fuzz_remove("noted/" STORE_VOLUME_FILE) == 0);
	CHECK(fuzz_remove("noted/" PROFILE_FILE) == 0);
	CHECK(profile_load(fuzz_store(), "noted", &profile, NULL) != 0);
	profile_release(&profile);
	CHECK(fuzz_remove("noted") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char credential[] = "{\"schema\":1,\"generation\":3,"
	    "\"issuer\":\"https://auth.openai.com\",\"access_token\":\"a\","
	    "\"refresh_token\":\"r\",\"expires_at\":\"2026-12-03T13:58:00Z\"}";
	enum profile_status status;
	enum profile_reason reason;
	struct profile profile;

	fuzz_put(NAME "/credential.json", credential, sizeof credential - 1);
	fuzz_put(NAME "/profile.json", data, size);
	CHECK(profile_load(fuzz_store(), NAME, &profile, NULL) == 0);
	check_all(&profile);
	status = profile_status(&profile, 0, &reason);
	CHECK((status == PROFILE_DAMAGED) == (profile.damage != NULL));
	CHECK(profile_status_word(status) != NULL);
	CHECK((profile_reason_word(reason) != NULL) ==
	    (status == PROFILE_NEEDS_LOGIN));
	if (profile.damage == NULL) {
		CHECK((profile.owner == NULL) == (profile.owner_path == NULL));
		CHECK(profile.generation == 3 && profile.renewable);
		CHECK(stamp_is(profile.stamp, profile_stamp(fuzz_store(),
		    NAME)) || !stamp_is(profile.stamp, profile.stamp));
		check_warned();
		check_saved(&profile);
	} else
		CHECK(profile.damage[0] != '\0');
	profile_release(&profile);
	check_noted(data, size);
	return 0;
}
