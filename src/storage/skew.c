#include "config.h"

#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/record.h"
#include "storage/skew.h"

#define SKEW_FILE "clock.json"	/* below "." */

bool
skew_matters(int64_t ahead)
{
	return ahead > SKEW_TOLERANCE || ahead < -SKEW_TOLERANCE;
}

int
skew_save(struct store *store, const struct skew *skew, struct error *err)
{
	struct json *object;
	int dir, result;

	if (!skew_matters(skew->ahead)) {
		dir = store_find_part(store, ".", err);
		if (dir < 0)
			return dir == STORE_ABSENT ? 0 : -1;
		result = file_remove(dir, SKEW_FILE, err);
		close(dir);
		return result;
	}
	dir = store_make_part(store, ".", err);
	if (dir < 0)
		return -1;
	object = json_object();
	json_set_integer(object, "schema", RECORD_SCHEMA);
	json_set_integer(object, "issuer_ahead", skew->ahead);
	record_set_time(object, "at", skew->at);
	result = record_write(dir, SKEW_FILE, object, err);
	close(dir);
	return result;
}

int
skew_load(const struct store *store, struct skew *skew, struct error *err)
{
	struct json *object;
	int dir, result = 0;

	dir = store_open_part(store, ".", err);
	if (dir < 0)
		return -1;
	object = record_read(dir, SKEW_FILE, NULL, err);
	close(dir);
	if (object == NULL)
		return -1;
	skew->at = record_time(object, "at");
	if (json_integer(object, "issuer_ahead", &skew->ahead) != 0 ||
	    skew->at == TIME_UNKNOWN || !skew_matters(skew->ahead))
		result = error_set(err, ERROR_FAILED, "%s",
		    _("the record of the clock cannot be read"));
	json_free(object);
	return result;
}
