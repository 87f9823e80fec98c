/*
 * OpenCode and pi (protocol.md section 9): an object of logins, one of each
 * provider. The entry of ChatGPT is the same in both, but for its name.
 */
#include "config.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "formats/consumer.h"

struct json *
consumer_make_entry(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	struct json *entry = json_object();

	(void)issuer;	/* no place for it: they know only one */
	json_set_string(entry, "type", "oauth");
	json_set_string(entry, "access", input->access_token);
	json_set_string(entry, "refresh", refresh_token);
	json_set_integer(entry, "expires", input->expires_at * 1000);
	/* May be missing, but not be null: the entry would be skipped, or
	 * fail the file. */
	if (input->account_id != NULL)
		json_set_string(entry, "accountId", input->account_id);
	return entry;
}

bool
consumer_take_entry(const struct json *object, struct consumer_login *login,
    bool *foreign, struct error *err)
{
	const char *type = json_string(object, "type");

	/* {} holds nothing that could be lost. */
	*foreign = !json_is_object(object) || json_first(object) != NULL;
	if (!*foreign)
		return false;
	if (type == NULL || strcmp(type, "oauth") != 0) {
		error_set(err, ERROR_REFUSED, "%s",
		    _("another kind of login"));
		return false;
	}
	if (consumer_take_token(&login->access_token, object, "access",
	    err) != 0 ||
	    consumer_take_token(&login->refresh_token, object, "refresh",
	    err) != 0 ||
	    consumer_take_id(&login->account_id, object, "accountId",
	    err) != 0 ||
	    consumer_take_time(&login->expires_at, object, "expires", 1000,
	    err) != 0)
		return false;
	*foreign = false;
	return login->access_token != NULL || login->refresh_token != NULL;
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
