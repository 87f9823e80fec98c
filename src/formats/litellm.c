/*
 * LiteLLM's provider chatgpt/ (protocol.md section 9):
 * $CHATGPT_TOKEN_DIR/$CHATGPT_AUTH_FILE.
 */
#include "config.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/time.h"
#include "formats/consumer.h"

struct json *
consumer_make_litellm(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	struct json *auth = json_object();

	(void)issuer;	/* no place for it: LiteLLM knows only one */
	json_set_string(auth, "access_token", input->access_token);
	json_set_string(auth, "refresh_token", refresh_token);
	json_set_string(auth, "id_token", input->id_token);
	if (input->expires_at == TIME_UNKNOWN)
		json_set_null(auth, "expires_at");
	else
		json_set_integer(auth, "expires_at", input->expires_at);
	json_set_string(auth, "account_id", input->account_id);
	return auth;
}

bool
consumer_take_litellm(const struct json *object, struct consumer_login *login,
    bool *foreign, struct error *err)
{
	static const char *const known[] = {
		"access_token", "refresh_token", "id_token", "expires_at",
		"account_id", NULL
	};

	*foreign = true;
	/* Others keep the same members flat, and say whose they are. */
	if (!json_is_absent(object, "type") ||
	    !json_is_absent(object, "vendor")) {
		error_set(err, ERROR_REFUSED, "%s",
		    _("a file of another program"));
		return false;
	}
	if (consumer_take_token(&login->access_token, object, "access_token",
	    err) != 0 ||
	    consumer_take_token(&login->refresh_token, object,
	    "refresh_token", err) != 0 ||
	    consumer_take_token(&login->id_token, object, "id_token",
	    err) != 0 ||
	    consumer_take_id(&login->account_id, object, "account_id",
	    err) != 0 ||
	    consumer_take_time(&login->expires_at, object, "expires_at", 1,
	    err) != 0)
		return false;
	*foreign = false;
	if (login->access_token != NULL || login->refresh_token != NULL)
		return true;
	*foreign = consumer_check_known(object, known, err) != 0;
	return false;
}

int
format_litellm(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return format_print_json(consumer_make_litellm(input, "", NULL), out,
	    err);
}
