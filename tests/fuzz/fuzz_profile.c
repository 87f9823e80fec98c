/*
 * profile.json: read, written and read again.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

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
	CHECK(!profile_is_free(fuzz_store(), NAME));
	CHECK(profile_free_name(fuzz_store(), NAME, name, NULL) == 0);
	CHECK(strcmp(name, NAME "-2") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char credential[] = "{\"schema\":1,\"generation\":3,"
	    "\"issuer\":\"https://auth.openai.com\",\"access_token\":\"a\","
	    "\"refresh_token\":\"r\",\"expires_at\":\"2026-12-03T13:58:00Z\"}";
	enum profile_reason reason;
	struct profile profile;

	fuzz_put(NAME "/credential.json", credential, sizeof credential - 1);
	fuzz_put(NAME "/profile.json", data, size);
	CHECK(profile_load(fuzz_store(), NAME, &profile, NULL) == 0);
	check_all(&profile);
	CHECK((profile_status(&profile, 0, &reason) == PROFILE_DAMAGED) ==
	    (profile.damage != NULL));
	if (profile.damage == NULL) {
		CHECK((profile.owner == NULL) == (profile.owner_path == NULL));
		CHECK(profile.generation == 3 && profile.renewable);
		check_saved(&profile);
	} else
		CHECK(profile.damage[0] != '\0');
	profile_release(&profile);
	return 0;
}
