/*
 * credential.json: read, written and read again; and what cannot be read makes
 * a profile that is damaged, and says why.
 */
#include "config.h"

#include <unistd.h>

#include "base/text.h"
#include "fuzz.h"
#include "storage/credential.h"
#include "storage/profile.h"

#define NAME "work"
#define TOKEN_MAX ((size_t)16 * 1024)

static void
check_token(const char *token)
{
	CHECK(token == NULL || text_is_visible_ascii(token, TOKEN_MAX));
}

static void
check_saved(const struct credential *credential)
{
	struct credential back = CREDENTIAL_INIT;
	int dir = store_open_profile(fuzz_store(), NAME, NULL);

	CHECK(dir >= 0);
	CHECK(credential_save(dir, credential, NULL) == 0);
	CHECK(credential_read(dir, &back, NULL, NULL) == 0);
	CHECK(back.generation == credential->generation);
	CHECK(back.obtained_at == credential->obtained_at);
	CHECK(back.expires_at == credential->expires_at);
	CHECK(fuzz_same(back.issuer, credential->issuer));
	CHECK(fuzz_same(back.access_token, credential->access_token));
	CHECK(fuzz_same(back.refresh_token, credential->refresh_token));
	CHECK(fuzz_same(back.id_token, credential->id_token));
	credential_release(&back);
	close(dir);
}

static void
check_profile(bool readable)
{
	enum profile_reason reason;
	struct profile profile;

	CHECK(profile_load(fuzz_store(), NAME, &profile, NULL) == 0);
	CHECK((profile.damage == NULL) == readable);
	CHECK((profile_status(&profile, 0, &reason) == PROFILE_DAMAGED) ==
	    !readable);
	profile_release(&profile);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char profile[] = "{\"schema\":1}";
	struct credential credential;
	struct error err = ERROR_INIT;
	bool readable;

	fuzz_put(NAME "/profile.json", profile, sizeof profile - 1);
	fuzz_put(NAME "/credential.json", data, size);
	readable = credential_load(fuzz_store(), NAME, &credential,
	    &err) == 0;
	check_profile(readable);
	if (readable) {
		CHECK(credential.access_token != NULL);
		CHECK(credential.issuer != NULL);
		check_token(credential.access_token);
		check_token(credential.refresh_token);
		check_token(credential.id_token);
		check_token(credential.issuer);
		check_saved(&credential);
	} else
		fuzz_check_error(&err);
	credential_release(&credential);
	return 0;
}
