#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "storage/record.h"
#include "storage/trusted.h"

int
trusted_look(const struct store *store, const char *path, uid_t uid,
    const char *digest, enum trusted *trusted, struct error *err)
{
	struct error why = ERROR_INIT;
	char name[DIGEST_SIZE];
	struct json *object;
	const char *known;
	int64_t owner;
	int dir;

	*trusted = TRUSTED_NEVER;
	digest_text(name, path, strlen(path));
	dir = store_open_part(store, STORE_TRUSTED, &why);
	object = dir < 0 ? NULL : record_read(dir, name, NULL, &why);
	if (dir >= 0)
		close(dir);
	if (object == NULL) {
		if (why.code == ERROR_NOT_FOUND)
			return 0;
		return error_give(err, &why);
	}
	known = json_string(object, "digest");
	*trusted = known != NULL && strcmp(known, digest) == 0 &&
	    json_integer(object, "uid", &owner) == 0 &&
	    owner == (int64_t)uid ? TRUSTED_AS_IT_IS : TRUSTED_CHANGED;
	json_free(object);
	return 0;
}

int
trusted_save(struct store *store, const char *path, uid_t uid,
    const char *digest, struct error *err)
{
	char name[DIGEST_SIZE];
	struct json *object;
	int dir, result;

	dir = store_make_part(store, STORE_TRUSTED, err);
	if (dir < 0)
		return -1;
	digest_text(name, path, strlen(path));
	object = json_object();
	json_set_integer(object, "schema", RECORD_SCHEMA);
	json_set_integer(object, "uid", (int64_t)uid);
	json_set_string(object, "digest", digest);
	result = record_write(dir, name, object, err);
	close(dir);
	return result;
}
