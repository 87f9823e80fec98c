#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/time.h"
#include "storage/record.h"

struct json *
record_read(int dir, const char *file, struct file_facts *facts,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct json *object = NULL;
	struct error why = ERROR_INIT;
	int64_t schema;

	if (file_read(dir, file, RECORD_MAX, &text, facts, err) != 0)
		goto out;
	object = json_parse(text.data, text.length, &why);
	/* Nothing is damaged for want of memory. */
	if (error_is_passing(&why)) {
		error_give(err, &why);
		goto out;
	}
	if (!json_is_object(object)) {
		error_set(err, ERROR_FAILED, text.length == 0 ?
		    _("%s is empty") : _("%s is not a JSON object"), file);
		goto damaged;
	}
	if (json_integer(object, "schema", &schema) != 0 || schema < 1) {
		error_set(err, ERROR_FAILED, _("%s is not of chatelaine"),
		    file);
		goto damaged;
	}
	if (schema <= RECORD_SCHEMA)
		goto out;
	error_set(err, ERROR_FAILED,
	    _("%s was written by a newer chatelaine (schema %d)"), file,
	    schema > 9999 ? 9999 : (int)schema);
damaged:
	json_free(object);
	object = NULL;
out:
	buffer_release(&text);
	return object;
}

int
record_write(int dir, const char *file, struct json *object,
    struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *old = record_read(dir, file, NULL, &why);
	struct buffer text = BUFFER_INIT;
	int result = -1;

	/* What others wrote in it is kept, or nothing is written. */
	if (error_is_passing(&why)) {
		json_free(object);
		return error_give(err, &why);
	}
	json_keep(object, old);
	json_free(old);
	if (json_print(object, JSON_PRETTY, &text, err) == 0) {
		buffer_add_char(&text, '\n');
		if (buffer_ok(&text, err))
			result = file_write(dir, file, text.data, text.length,
			    err);
	}
	buffer_release(&text);
	return result;
}

int
record_copy(char **to, const struct json *from, const char *key,
    struct error *err)
{
	const char *text = json_string(from, key);

	*to = NULL;
	if (text == NULL || *text == '\0')
		return 0;
	*to = strdup(text);
	return *to == NULL ? error_no_memory(err) : 0;
}

int64_t
record_time(const struct json *object, const char *key)
{
	const char *text = json_string(object, key);
	int64_t when = TIME_UNKNOWN;

	if (text != NULL)
		time_parse(text, &when);
	return when;
}

void
record_set_time(struct json *object, const char *key, int64_t when)
{
	char text[TIME_TEXT_SIZE];

	time_format(text, when);
	json_set_string(object, key,
	    when == TIME_UNKNOWN || text[0] == '\0' ? NULL : text);
}
