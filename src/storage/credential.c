#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/secret.h"
#include "base/text.h"
#include "storage/credential.h"
#include "storage/record.h"

#define TOKEN_MAX ((size_t)16 * 1024)

/* A token goes into headers and onto terminals: visible ASCII, or nothing. */
static bool
is_token(const struct json *object, const char *key)
{
	const char *text = json_string(object, key);

	return text == NULL || *text == '\0' ||
	    text_is_visible_ascii(text, TOKEN_MAX);
}

static bool
is_missing(const struct json *object, const char *key)
{
	const char *text = json_string(object, key);

	return text == NULL || *text == '\0';
}

int
credential_read(int dir, struct credential *credential,
    struct file_facts *facts, struct error *err)
{
	struct json *object;
	int result = -1;

	object = record_read(dir, CREDENTIAL_FILE, facts, err);
	if (object == NULL) {
		/* A profile without it is damaged, not absent. */
		if (err != NULL)
			err->code = ERROR_FAILED;
		return -1;
	}
	if (json_integer(object, "generation", &credential->generation) != 0 ||
	    is_missing(object, "access_token") ||
	    is_missing(object, "issuer")) {
		error_set(err, ERROR_FAILED, _("%s lacks what it must have"),
		    CREDENTIAL_FILE);
		goto out;
	}
	if (!is_token(object, "access_token") ||
	    !is_token(object, "refresh_token") ||
	    !is_token(object, "id_token") || !is_token(object, "issuer")) {
		error_set(err, ERROR_FAILED,
		    _("%s has characters in it that no token has"),
		    CREDENTIAL_FILE);
		goto out;
	}
	credential->obtained_at = record_time(object, "obtained_at");
	credential->expires_at = record_time(object, "expires_at");
	if (record_copy(&credential->issuer, object, "issuer", err) == 0 &&
	    record_copy(&credential->access_token, object, "access_token",
	    err) == 0 &&
	    record_copy(&credential->refresh_token, object, "refresh_token",
	    err) == 0 &&
	    record_copy(&credential->id_token, object, "id_token", err) == 0)
		result = 0;
out:
	json_free(object);
	return result;
}

int
credential_load(const struct store *store, const char *name,
    struct credential *credential, struct error *err)
{
	int dir, result;

	*credential = (struct credential)CREDENTIAL_INIT;
	dir = store_open_profile(store, name, err);
	if (dir < 0)
		return -1;
	result = credential_read(dir, credential, NULL, err);
	close(dir);
	return result;
}

int
credential_save(int dir, const struct credential *credential,
    struct error *err)
{
	struct json *object = json_object();

	json_set_integer(object, "schema", RECORD_SCHEMA);
	json_set_string(object, "issuer", credential->issuer);
	json_set_integer(object, "generation", credential->generation);
	record_set_time(object, "obtained_at", credential->obtained_at);
	record_set_time(object, "expires_at", credential->expires_at);
	json_set_string(object, "access_token", credential->access_token);
	json_set_string(object, "refresh_token", credential->refresh_token);
	json_set_string(object, "id_token", credential->id_token);
	return record_write(dir, CREDENTIAL_FILE, object, err);
}

void
credential_release(struct credential *credential)
{
	free(credential->issuer);
	secret_free(&credential->access_token);
	secret_free(&credential->refresh_token);
	secret_free(&credential->id_token);
	*credential = (struct credential)CREDENTIAL_INIT;
}
