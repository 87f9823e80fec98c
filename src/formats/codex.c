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

#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/time.h"
#include "formats/consumer.h"

#define MODE_VIEW "chatgptAuthTokens"
#define MODE_LOGIN "chatgpt"

/* The client to which the issuer gives what Codex can renew; ours is the
 * same. */
#define CLIENT_ID "app_EMoamEEZ73f0CkXaXp7hrann"

struct json *
consumer_make_codex(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	struct json *auth = json_object(), *tokens, *provenance;
	char last_refresh[TIME_TEXT_SIZE];

	time_format(last_refresh, input->last_refresh);
	json_set_string(auth, "auth_mode", *refresh_token == '\0' ?
	    MODE_VIEW : MODE_LOGIN);
	json_set_null(auth, "OPENAI_API_KEY");
	tokens = json_set_object(auth, "tokens");
	json_set_string(tokens, "id_token", input->id_token != NULL ?
	    input->id_token : input->access_token);
	json_set_string(tokens, "access_token", input->access_token);
	json_set_string(tokens, "refresh_token", refresh_token);
	if (issuer != NULL) {
		provenance = json_set_object(tokens, "oauth_provenance");
		json_set_string(provenance, "issuer", issuer);
		json_set_string(provenance, "client_id", CLIENT_ID);
	}
	json_set_string(tokens, "account_id", input->account_id);
	json_set_string(auth, "last_refresh", last_refresh);
	return auth;
}

static const char *const known[] = {
	"auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh", NULL
};

/* Codex asks these members which kind of login it has; without auth_mode a
 * member that we do not know may be the answer (7.1). */
static int
check_kind(const struct json *auth, struct error *err)
{
	const char *mode = json_string(auth, "auth_mode");
	const char *key = json_string(auth, "OPENAI_API_KEY");

	if (!json_is_absent(auth, "OPENAI_API_KEY") &&
	    (key == NULL || *key != '\0'))
		return error_set(err, ERROR_REFUSED, "%s",
		    _("an API key, not a login with ChatGPT"));
	if (json_is_absent(auth, "auth_mode"))
		return consumer_check_known(auth, known, err);
	if (mode == NULL || (strcmp(mode, MODE_VIEW) != 0 &&
	    strcmp(mode, MODE_LOGIN) != 0))
		return error_set(err, ERROR_REFUSED, "%s",
		    _("another kind of login"));
	return 0;
}

/* Where the refresh token came from; older versions do not say. One that was
 * given to another client cannot be renewed by ours. */
static int
take_provenance(const struct json *tokens, struct consumer_login *login,
    struct error *err)
{
	const struct json *provenance = json_get(tokens, "oauth_provenance");
	const char *client = json_string(provenance, "client_id");

	if (json_is_absent(tokens, "oauth_provenance"))
		return 0;
	if (!json_is_object(provenance) ||
	    (!json_is_absent(provenance, "client_id") &&
	    (client == NULL || strcmp(client, CLIENT_ID) != 0)))
		return error_set(err, ERROR_REFUSED, "%s",
		    _("a login of another client"));
	return consumer_take_token(&login->issuer, provenance, "issuer", err);
}

bool
consumer_take_codex(const struct json *object, struct consumer_login *login,
    bool *foreign, struct error *err)
{
	const struct json *tokens = json_get(object, "tokens");

	*foreign = true;
	if (check_kind(object, err) != 0)
		return false;
	if (json_is_absent(object, "tokens"))
		tokens = NULL;
	else if (!json_is_object(tokens)) {
		error_set(err, ERROR_REFUSED, "%s",
		    _("another kind of login"));
		return false;
	}
	if (consumer_take_token(&login->access_token, tokens, "access_token",
	    err) != 0 ||
	    consumer_take_token(&login->refresh_token, tokens,
	    "refresh_token", err) != 0 ||
	    consumer_take_token(&login->id_token, tokens, "id_token",
	    err) != 0 ||
	    consumer_take_id(&login->account_id, tokens, "account_id",
	    err) != 0 ||
	    take_provenance(tokens, login, err) != 0)
		return false;
	*foreign = false;
	/* The stand-in that consumer_make_codex() writes. */
	if (login->id_token != NULL && login->access_token != NULL &&
	    strcmp(login->id_token, login->access_token) == 0)
		secret_free(&login->id_token);
	if (login->access_token != NULL || login->refresh_token != NULL)
		return true;
	*foreign = consumer_check_known(object, known, err) != 0;
	return false;
}

int
format_codex(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	return format_print_json(consumer_make_codex(input, "", NULL), out,
	    err);
}
