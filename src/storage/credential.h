/*
 * credential: the secrets of a profile: credential.json, schema 1.
 *
 * Read whole only to spend or to hand over, and wiped right after. Replaced
 * atomically, so a reader needs no lock; a writer holds the profile's lock.
 */
#ifndef STORAGE_CREDENTIAL_H
#define STORAGE_CREDENTIAL_H

#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "storage/store.h"

#define CREDENTIAL_FILE "credential.json"

/* All strings are owned; NULL where there is none. */
struct credential {
	int64_t generation;	/* counts the renewals of this chain, from 1 */
	int64_t obtained_at;
	int64_t expires_at;	/* of the access token; TIME_UNKNOWN */
	char *issuer;
	char *access_token;
	char *refresh_token;
	char *id_token;
};

#define CREDENTIAL_INIT { 0, 0, 0, NULL, NULL, NULL, NULL }

/*
 * Reads the secrets. ERROR_FAILED with the reason when they cannot be read;
 * ERROR_NOT_FOUND when there is no such profile. The caller wipes them with
 * credential_release() in any case.
 */
int credential_load(const struct store *store, const char *name,
    struct credential *credential, struct error *err);

/* The same in the profile's directory @dir, with what fstat() said of the
 * file; @facts may be NULL. */
int credential_read(int dir, struct credential *credential,
    struct file_facts *facts, struct error *err);

int credential_save(int dir, const struct credential *credential,
    struct error *err);
void credential_release(struct credential *credential);

#endif
