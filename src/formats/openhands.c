/*
 * OpenHands SDK and agent-server (protocol.md section 8).
 */
#include "config.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "formats/consumer.h"

static void
set_prefixed(struct json *object, const char *key, const char *prefix,
    const char *value, const char *suffix)
{
	struct buffer text = BUFFER_INIT;

	buffer_addf(&text, "%s%s%s", prefix, value, suffix);
	json_set_buffer(object, key, &text);
	buffer_release(&text);
}

/*
 * The LLM that OpenAISubscriptionAuth.create_llm() makes (8.2), with the access
 * token as api_key: LiteLLM and older SDKs send that; today's SDK, seeing
 * is_subscription, reads the token from openai_oauth.json at call time.
 */
int
format_openhands_llm(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	struct json *llm = json_object();

	set_prefixed(llm, "model", "openai/", input->model, "");
	set_prefixed(llm, "base_url", "", input->backend, "/codex");
	json_set_string(llm, "api_key", input->access_token);
	format_set_headers(json_set_object(llm, "extra_headers"), input);
	json_set_bool(json_set_object(llm, "litellm_extra_body"), "store",
	    false);
	json_set_null(llm, "temperature");
	json_set_null(llm, "max_output_tokens");
	json_set_bool(llm, "stream", true);
	json_set_string(llm, "auth_type", "subscription");
	json_set_string(llm, "subscription_vendor", "openai");
	json_set_bool(llm, "is_subscription", true);
	return format_print_json(llm, out, err);
}

/* A profile for LLM.load_from_json() (8.3): no secret, needs a credential
 * where it is loaded. */
int
format_openhands_settings(const struct format_input *input,
    struct buffer *out, struct error *err)
{
	struct json *llm = json_object();

	json_set_integer(llm, "schema_version", 1);
	json_set_string(llm, "model", input->model);
	json_set_string(llm, "auth_type", "subscription");
	json_set_string(llm, "subscription_vendor", "openai");
	json_set_string(llm, "usage_id", "default");
	return format_print_json(llm, out, err);
}

struct json *
consumer_make_openhands(const struct format_input *input,
    const char *refresh_token, const char *issuer)
{
	struct json *credential = json_object();

	(void)issuer;	/* no place for it: the SDK knows only one */
	json_set_string(credential, "type", "oauth");
	json_set_string(credential, "vendor", "openai");
	json_set_string(credential, "access_token", input->access_token);
	json_set_string(credential, "refresh_token", refresh_token);
	/* Milliseconds (8.1). */
	json_set_integer(credential, "expires_at", input->expires_at * 1000);
	return credential;
}

static bool
has_text(const struct json *object, const char *key, const char *text)
{
	const char *there = json_string(object, key);

	return there != NULL && strcmp(there, text) == 0;
}

/* The SDK does without the type, but not without the vendor. */
bool
consumer_take_openhands(const struct json *object,
    struct consumer_login *login, bool *foreign, struct error *err)
{
	static const char *const known[] = {
		"type", "vendor", "access_token", "refresh_token",
		"expires_at", NULL
	};

	*foreign = false;
	if (json_first(object) == NULL)
		return false;
	*foreign = true;
	if (!has_text(object, "vendor", "openai") ||
	    (json_get(object, "type") != NULL &&
	    !has_text(object, "type", "oauth"))) {
		error_set(err, ERROR_REFUSED, "%s",
		    _("another kind of login"));
		return false;
	}
	if (consumer_take_token(&login->access_token, object, "access_token",
	    err) != 0 ||
	    consumer_take_token(&login->refresh_token, object,
	    "refresh_token", err) != 0 ||
	    consumer_take_time(&login->expires_at, object, "expires_at", 1000,
	    err) != 0)
		return false;
	*foreign = false;
	if (login->access_token != NULL || login->refresh_token != NULL)
		return true;
	*foreign = consumer_check_known(object, known, err) != 0;
	return false;
}

int
format_openhands_credential(const struct format_input *input,
    struct buffer *out, struct error *err)
{
	return format_print_json(consumer_make_openhands(input, "", NULL),
	    out, err);
}

/* Appends a Python string literal: visible ASCII, as tokens, models and
 * account ids are, needs two escapes. */
static void
add_python(struct buffer *out, const char *text)
{
	buffer_add_char(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buffer_add_char(out, '\\');
		buffer_add_char(out, *text);
	}
	buffer_add_char(out, '"');
}

static void
add_python_item(struct buffer *out, const char *before, const char *text,
    const char *after)
{
	buffer_add_string(out, before);
	add_python(out, text);
	buffer_add_string(out, after);
}

int
format_openhands_python(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	struct buffer url = BUFFER_INIT;
	char agent[FORMAT_AGENT_MAX];

	format_user_agent(agent);
	buffer_addf(out,
	    "# The ChatGPT login \"%s\" as an LLM of the OpenHands SDK.\n"
	    "# It holds an access token and no refresh token.\n"
	    "from openhands.sdk import LLM\n"
	    "\n"
	    "llm = LLM(\n", input->profile);
	buffer_addf(out, "    model=\"openai/%s\",\n", input->model);
	buffer_addf(&url, "%s/codex", input->backend);
	add_python_item(out, "    base_url=", url.data, ",\n");
	buffer_release(&url);
	add_python_item(out, "    api_key=", input->access_token, ",\n");
	buffer_add_string(out, "    extra_headers={\n");
	buffer_add_string(out,
	    "        \"originator\": \"" FORMAT_ORIGINATOR "\",\n"
	    "        \"OpenAI-Beta\": \"" FORMAT_BETA "\",\n");
	add_python_item(out, "        \"User-Agent\": ", agent, ",\n");
	if (input->account_id != NULL)
		add_python_item(out, "        \"chatgpt-account-id\": ",
		    input->account_id, ",\n");
	buffer_add_string(out,
	    "    },\n"
	    "    litellm_extra_body={\"store\": False},\n"
	    "    temperature=None,\n"
	    "    max_output_tokens=None,\n"
	    "    stream=True,\n"
	    "    auth_type=\"subscription\",\n"
	    "    subscription_vendor=\"openai\",\n"
	    ")\n"
	    "llm._is_subscription = True\n");
	return buffer_ok(out, err) ? 0 : -1;
}
