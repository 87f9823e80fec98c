/*
 * json: what is read is printed in ASCII, and reads the same again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "fuzz.h"

/* Each way of asking: the types exclude each other. */
static void
ask(const struct json *json, int depth)
{
	static const char *const keys[] = { "a", "expires_in", "" };
	int64_t whole = -7, liberal = -7;
	double number = -7;

	CHECK(depth <= 33);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct json *one = json_get(json, keys[i]);
		const char *text = json_string(json, keys[i]);
		bool is_whole = json_integer(json, keys[i], &whole) == 0;
		bool is_number = json_number(json, keys[i], &number) == 0;

		CHECK(one == NULL || json_is_object(json));
		CHECK((text != NULL) + is_number + json_is_object(one) +
		    json_is_null(one) + json_bool(json, keys[i]) <= 1);
		CHECK(!is_whole || (is_number && number == (double)whole));
		CHECK(json_is_absent(json, keys[i]) ==
		    (one == NULL || json_is_null(one)));
		if (json_integer_liberal(json, keys[i], &liberal) == 0)
			CHECK(text != NULL ? liberal >= 0 : is_whole);
	}
	for (json = json_first(json); json != NULL; json = json_next(json))
		ask(json, depth + 1);
}

static struct json *
print_and_read(struct json *json, enum json_style style, struct buffer *text)
{
	CHECK(json_print(json, style, text, NULL) == 0);
	return fuzz_check_json(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer line = BUFFER_INIT, pretty = BUFFER_INIT,
	    again = BUFFER_INIT;
	struct error err = ERROR_INIT;
	struct json *json, *object;

	json = json_parse((const char *)data, size, &err);
	if (json == NULL) {
		fuzz_check_error(&err);
		return 0;
	}
	ask(json, 1);
	json = print_and_read(json, JSON_LINE, &line);
	CHECK(memchr(line.data, '\n', line.length) == NULL);
	json = print_and_read(json, JSON_PRETTY, &pretty);
	json = print_and_read(json, JSON_LINE, &again);
	CHECK(strcmp(line.data, again.data) == 0);
	/* Members that only the other one has are kept. */
	object = json_object();
	json_set_integer(object, "a", 1);
	json_keep(object, json);
	json_free(json);
	CHECK(json_first(object) != NULL);
	json_free(object);
	buffer_release(&line);
	buffer_release(&pretty);
	buffer_release(&again);
	return 0;
}
