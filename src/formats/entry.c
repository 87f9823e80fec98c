/*
 * OpenCode and pi (protocol.md section 9): one entry in a file of many
 * providers, its end in milliseconds.
 */
#include "config.h"

#include <string.h>

#include "base/json.h"
#include "base/json_member.h"
#include "base/time.h"
#include "formats/consumer.h"

#define TYPE "oauth"

struct json *
consumer_make_entry(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	struct json *entry = json_object();

	(void)issuer;
	json_set_string(entry, "type", TYPE);
	json_set_string(entry, "refresh", refresh_token);
	json_set_string(entry, "access", input->access_token);
	json_set_integer(entry, "expires", input->expires_at * 1000);
	if (input->account_id != NULL)
		json_set_string(entry, "accountId", input->account_id);
	return entry;
}

bool
consumer_take_entry(const struct json *object, struct consumer_login *login,
    bool *foreign, struct error *err)
{
	const char *type = json_string(object, "type");
	int64_t expires;

	/* An API key, say, has a type of its own. */
	*foreign = type == NULL ? json_first(object) != NULL ||
	    !json_is_object(object) : strcmp(type, TYPE) != 0;
	if (type == NULL || *foreign)
		return false;
	login->expires_at = json_integer(object, "expires", &expires) == 0 ?
	    expires / 1000 : TIME_UNKNOWN;
	return consumer_copy(&login->access_token, object, "access",
	    err) == 0 && consumer_copy(&login->refresh_token, object,
	    "refresh", err) == 0 && consumer_copy(&login->account_id, object,
	    "accountId", err) == 0;
}

static int
print(const char *kind, const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return consumer_write(consumer_find(kind, NULL), "", 0, input, NULL,
	    NULL, out, NULL, err);
}

int
format_opencode(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return print("opencode", input, out, err);
}

int
format_pi(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return print("pi", input, out, err);
}
