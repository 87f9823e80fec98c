#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/record.h"
#include "storage/usage.h"

#define USAGE_PART "usage"
#define FILE_SIZE (STORE_NAME_MAX + sizeof ".json")

#define PERCENT_MAX 9999

static void
usage_file(char file[FILE_SIZE], const char *name)
{
	char flat[STORE_NAME_MAX + 1];

	store_flat_name(flat, name);
	snprintf(file, FILE_SIZE, "%s.json", flat);
}

void
usage_copy(char to[USAGE_RECORD_TEXT + 1], const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	if (n > USAGE_RECORD_TEXT)
		for (n = USAGE_RECORD_TEXT; n > 0 &&
		    ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			continue;
	if (n > 0)
		memcpy(to, text, n);
	to[n] = '\0';
}

/* --- Reading ------------------------------------------------------------- */

static int64_t
get_number(const struct json *object, const char *key)
{
	int64_t number;

	return json_integer(object, key, &number) == 0 && number >= 0 ?
	    number : USAGE_NOT_KNOWN;
}

static int
get_flag(const struct json *object, const char *key)
{
	return json_is_absent(object, key) ? USAGE_NOT_KNOWN :
	    json_bool(object, key);
}

static void
get_limit(const struct json *json, struct usage_limit *limit)
{
	int64_t percent = get_number(json, "used_percent");

	usage_copy(limit->name, json_string(json, "limit"));
	usage_copy(limit->label, json_string(json, "label"));
	limit->percent = (int)(percent > PERCENT_MAX ? PERCENT_MAX : percent);
	limit->seconds = get_number(json, "window_seconds");
	limit->resets_at = record_time(json, "resets_at");
}

static void
get_record(const struct json *json, struct usage_record *record)
{
	const struct json *credits = json_get(json, "credits");
	const struct json *one = json_first(json_get(json, "windows"));

	record->fetched_at = record_time(json, "fetched_at");
	usage_copy(record->user_id, json_string(json, "user_id"));
	usage_copy(record->account_id, json_string(json, "account_id"));
	usage_copy(record->plan, json_string(json, "plan"));
	record->limit_reached = get_flag(json, "limit_reached");
	for (; one != NULL && record->limits < USAGE_RECORD_LIMITS;
	    one = json_next(one))
		get_limit(one, &record->limit[record->limits++]);
	record->credits = json_is_object(credits);
	record->has_credits = get_flag(credits, "has_credits");
	record->unlimited = get_flag(credits, "unlimited");
	usage_copy(record->balance, json_string(credits, "balance"));
}

int
usage_load(const struct store *store, const char *name,
    struct usage_record *record, struct error *err)
{
	struct json *json = NULL;
	char file[FILE_SIZE];
	int dir;

	memset(record, 0, sizeof *record);
	if (store_check_name(name, err) != 0)
		return -1;
	usage_file(file, name);
	dir = store_open_part(store, USAGE_PART, err);
	if (dir < 0)
		return -1;
	json = record_read(dir, file, NULL, err);
	close(dir);
	if (json == NULL)
		return -1;
	get_record(json, record);
	json_free(json);
	return 0;
}

/* --- Writing ------------------------------------------------------------- */

void
usage_set_text(struct json *object, const char *key, const char *text)
{
	json_set_string(object, key, *text == '\0' ? NULL : text);
}

void
usage_set_flag(struct json *object, const char *key, int flag)
{
	if (flag == USAGE_NOT_KNOWN)
		json_set_null(object, key);
	else
		json_set_bool(object, key, flag != 0);
}

void
usage_set_number(struct json *object, const char *key, int64_t number)
{
	if (number == USAGE_NOT_KNOWN)
		json_set_null(object, key);
	else
		json_set_integer(object, key, number);
}

void
usage_set_credits(struct json *object, const struct usage_record *record)
{
	struct json *credits;

	if (!record->credits) {
		json_set_null(object, "credits");
		return;
	}
	credits = json_set_object(object, "credits");
	usage_set_flag(credits, "has_credits", record->has_credits);
	usage_set_flag(credits, "unlimited", record->unlimited);
	usage_set_text(credits, "balance", record->balance);
}

static struct json *
make_json(const struct usage_record *record)
{
	struct json *json = json_object(), *windows, *one;

	json_set_integer(json, "schema", RECORD_SCHEMA);
	record_set_time(json, "fetched_at", record->fetched_at);
	usage_set_text(json, "user_id", record->user_id);
	usage_set_text(json, "account_id", record->account_id);
	usage_set_text(json, "plan", record->plan);
	usage_set_flag(json, "limit_reached", record->limit_reached);
	windows = json_set_array(json, "windows");
	for (size_t i = 0; i < record->limits; i++) {
		const struct usage_limit *limit = &record->limit[i];

		one = json_append_object(windows);
		usage_set_text(one, "limit", limit->name);
		usage_set_text(one, "label", limit->label);
		usage_set_number(one, "used_percent", limit->percent);
		usage_set_number(one, "window_seconds", limit->seconds);
		record_set_time(one, "resets_at", limit->resets_at);
	}
	usage_set_credits(json, record);
	return json;
}

int
usage_save(struct store *store, const char *name,
    const struct usage_record *record, struct error *err)
{
	char file[FILE_SIZE];
	int dir, result;

	if (store_check_name(name, err) != 0)
		return -1;
	usage_file(file, name);
	dir = store_make_part(store, USAGE_PART, err);
	if (dir < 0)
		return -1;
	result = record_write(dir, file, make_json(record), err);
	close(dir);
	return result;
}

void
usage_remove(const struct store *store, const char *name)
{
	char file[FILE_SIZE];
	int dir = store_open_part(store, USAGE_PART, NULL);

	if (dir < 0)
		return;
	usage_file(file, name);
	file_remove(dir, file, NULL);
	file_sweep(dir, file);
	close(dir);
}
