/*
 * LiteLLM's provider chatgpt/ (protocol.md section 9): a flat object, its end
 * in seconds.
 */
#include "config.h"

#include "base/json.h"
#include "base/time.h"
#include "formats/consumer.h"

struct json *
consumer_make_litellm(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	struct json *login = json_object();

	(void)issuer;
	json_set_string(login, "access_token", input->access_token);
	json_set_string(login, "refresh_token", refresh_token);
	json_set_string(login, "id_token", input->id_token != NULL ?
	    input->id_token : input->access_token);
	json_set_integer(login, "expires_at", input->expires_at);
	json_set_string(login, "account_id", input->account_id);
	return login;
}

bool
consumer_take_litellm(const struct json *object,
    struct consumer_login *login, bool *foreign, struct error *err)
{
	*foreign = json_first(object) != NULL;
	if (json_string(object, "access_token") == NULL &&
	    json_string(object, "refresh_token") == NULL)
		return false;
	if (json_integer(object, "expires_at", &login->expires_at) != 0)
		login->expires_at = TIME_UNKNOWN;
	return consumer_copy(&login->access_token, object, "access_token",
	    err) == 0 && consumer_copy(&login->refresh_token, object,
	    "refresh_token", err) == 0 && consumer_copy(&login->id_token,
	    object, "id_token", err) == 0 && consumer_copy(&login->account_id,
	    object, "account_id", err) == 0;
}

int
format_litellm(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return format_print_json(consumer_make_litellm(input, "", NULL), out,
	    err);
}
