/*
 * Codex CLI (protocol.md section 7): $CODEX_HOME/auth.json.
 *
 * auth_mode chatgptAuthTokens with an empty refresh token is what the real
 * client was measured to leave alone: it sends nothing to /oauth/token, and
 * neither logout nor login revokes anything (7.4). The id_token must be there
 * and be a JWT; the access token itself will do.
 */
#include "config.h"

#include "base/json.h"
#include "base/time.h"
#include "formats/format.h"

int
format_codex(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	struct json *auth = json_object(), *tokens;
	char last_refresh[TIME_TEXT_SIZE];

	time_format(last_refresh, input->last_refresh);
	json_set_string(auth, "auth_mode", "chatgptAuthTokens");
	json_set_null(auth, "OPENAI_API_KEY");
	tokens = json_set_object(auth, "tokens");
	json_set_string(tokens, "id_token", input->id_token != NULL ?
	    input->id_token : input->access_token);
	json_set_string(tokens, "access_token", input->access_token);
	json_set_string(tokens, "refresh_token", "");
	json_set_string(tokens, "account_id", input->account_id);
	json_set_string(auth, "last_refresh", last_refresh);
	return format_print_json(auth, out, err);
}
