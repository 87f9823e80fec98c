#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/jwt.h"

#define CLAIMS_MAX ((size_t)64 * 1024)
#define ID_MAX ((size_t)256)
#define CLAIM_AUTH "https://api.openai.com/auth"
#define CLAIM_PROFILE "https://api.openai.com/profile"

/* The claims of a JWT: three non-empty parts, of which the second counts. NULL
 * where there are none; -1 only when there was no memory to see. */
static int
claims_of(const char *token, struct json **claims, struct error *err)
{
	struct error why = ERROR_INIT;
	struct buffer text = BUFFER_INIT;
	const char *body, *end;

	body = token == NULL ? NULL : strchr(token, '.');
	if (body == NULL || body == token)
		return 0;
	body++;
	end = strchr(body, '.');
	if (end == NULL || end == body || end[1] == '\0' ||
	    strchr(end + 1, '.') != NULL || (size_t)(end - body) > CLAIMS_MAX)
		return 0;
	if (base64url_decode(&text, body, (size_t)(end - body)) == 0 &&
	    buffer_ok(&text, &why))
		*claims = json_parse(text.data, text.length, &why);
	buffer_release(&text);
	return error_is_no_memory(&why) ? error_no_memory(err) : 0;
}

/* Copies the first of the texts that is there. */
static int
copy_first(char **to, const char *first, const char *second, struct error *err)
{
	const char *text = first != NULL && *first != '\0' ? first : second;

	if (text == NULL || *text == '\0')
		return 0;
	*to = strdup(text);
	return *to == NULL ? error_no_memory(err) : 0;
}

static const char *
email_in(const struct json *claims)
{
	const char *email = json_string(claims, "email");

	return email != NULL ? email :
	    json_string(json_get(claims, CLAIM_PROFILE), "email");
}

static int64_t
time_in(const struct json *claims, const char *key)
{
	int64_t when;

	return json_integer(claims, key, &when) != 0 || when < 0 ||
	    when > TIME_LAST ? TIME_UNKNOWN : when;
}

int
identity_read(struct identity *identity, const char *access_token,
    const char *id_token, struct error *err)
{
	struct json *access = NULL, *id = NULL;
	const struct json *auth;
	int result = -1;

	*identity = (struct identity)IDENTITY_INIT;
	if (claims_of(access_token, &access, err) != 0 ||
	    claims_of(id_token, &id, err) != 0)
		goto out;
	auth = json_get(access, CLAIM_AUTH);
	if (copy_first(&identity->user_id,
	    json_string(auth, "chatgpt_user_id"),
	    json_string(auth, "user_id"), err) != 0 ||
	    copy_first(&identity->account_id,
	    json_string(auth, "chatgpt_account_id"), NULL, err) != 0 ||
	    copy_first(&identity->plan,
	    json_string(auth, "chatgpt_plan_type"), NULL, err) != 0 ||
	    copy_first(&identity->session,
	    json_string(access, "session_id"), NULL, err) != 0 ||
	    copy_first(&identity->email, email_in(access), email_in(id),
	    err) != 0)
		goto out;
	identity->issued_at = time_in(access, "iat");
	identity->expires_at = time_in(access, "exp");
	/* They go into headers and files: nothing but what an id may be. */
	if (identity->user_id == NULL || identity->account_id == NULL ||
	    !text_is_visible_ascii(identity->user_id, ID_MAX) ||
	    !text_is_visible_ascii(identity->account_id, ID_MAX))
		error_set(err, ERROR_FAILED, "%s",
		    _("the access token does not say whose it is"));
	else
		result = 0;
out:
	json_free(access);
	json_free(id);
	return result;
}

void
identity_release(struct identity *identity)
{
	free(identity->user_id);
	free(identity->account_id);
	free(identity->email);
	free(identity->plan);
	free(identity->session);
	*identity = (struct identity)IDENTITY_INIT;
}
