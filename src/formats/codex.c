/*
 * Codex CLI (protocol.md section 7): $CODEX_HOME/auth.json.
 *
 * auth_mode chatgptAuthTokens with an empty refresh token is what the real
 * client was measured to leave alone: it sends nothing to /oauth/token, and
 * neither logout nor login revokes anything (7.4). The id_token must be there
 * and be a JWT; the access token itself will do.
 */
#include "config.h"

#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "formats/consumer.h"

/* protocol.md 7.1, "auth_mode is a closed enum". */
#define MODE_LOGIN "chatgpt"
#define MODE_VIEW "chatgptAuthTokens"

#define CLIENT_ID "app_EMoamEEZ73f0CkXaXp7hrann"

struct json *
consumer_make_codex(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	bool lent = *refresh_token != '\0';
	struct json *auth = json_object(), *tokens, *from;
	char last_refresh[TIME_TEXT_SIZE];

	time_format(last_refresh, input->last_refresh);
	json_set_string(auth, "auth_mode", lent ? MODE_LOGIN : MODE_VIEW);
	json_set_null(auth, "OPENAI_API_KEY");
	tokens = json_set_object(auth, "tokens");
	json_set_string(tokens, "id_token", input->id_token != NULL ?
	    input->id_token : input->access_token);
	json_set_string(tokens, "access_token", input->access_token);
	json_set_string(tokens, "refresh_token", refresh_token);
	/* Where a chain is renewed: with the issuer that began it. */
	if (lent && issuer != NULL) {
		from = json_set_object(tokens, "oauth_provenance");
		json_set_string(from, "issuer", issuer);
		json_set_string(from, "client_id", CLIENT_ID);
	}
	json_set_string(tokens, "account_id", input->account_id);
	json_set_string(auth, "last_refresh", last_refresh);
	return auth;
}

static bool
is_other_login(const struct json *object)
{
	const char *mode = json_string(object, "auth_mode");
	const char *key = json_string(object, "OPENAI_API_KEY");

	if (key != NULL && *key != '\0')
		return true;
	return mode != NULL && strcmp(mode, MODE_LOGIN) != 0 &&
	    strcmp(mode, MODE_VIEW) != 0;
}

bool
consumer_take_codex(const struct json *object, struct consumer_login *login,
    bool *foreign, struct error *err)
{
	const struct json *tokens = json_get(object, "tokens");

	/* Without tokens and without a key there is no login at all. */
	*foreign = is_other_login(object) || (tokens == NULL &&
	    json_first(object) != NULL &&
	    json_get(object, "auth_mode") == NULL &&
	    json_get(object, "OPENAI_API_KEY") == NULL);
	if (*foreign || !json_is_object(tokens))
		return false;
	return consumer_copy(&login->access_token, tokens, "access_token",
	    err) == 0 && consumer_copy(&login->refresh_token, tokens,
	    "refresh_token", err) == 0 && consumer_copy(&login->id_token,
	    tokens, "id_token", err) == 0 && consumer_copy(&login->account_id,
	    tokens, "account_id", err) == 0 && consumer_copy(&login->issuer,
	    json_get(tokens, "oauth_provenance"), "issuer", err) == 0;
}

int
format_codex(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return format_print_json(consumer_make_codex(input, "", NULL), out,
	    err);
}
