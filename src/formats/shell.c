/*
 * For a shell: variables, and a request to try a login with.
 */
#include "config.h"

#include "base/json.h"
#include "formats/format.h"

/* Appends `export KEY='value'`, whatever the value has in it. */
static void
add_export(struct buffer *out, const char *key, const char *value)
{
	buffer_addf(out, "export %s='", key);
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			buffer_add_string(out, "'\\''");
		else
			buffer_add_char(out, *value);
	}
	buffer_add_string(out, "'\n");
}

/* OpenHands' LLM.load_from_env() reads LLM_<FIELD>; objects are JSON. */
int
format_env(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	struct json *headers = json_object();
	struct buffer text = BUFFER_INIT;

	buffer_addf(&text, "openai/%s", input->model);
	add_export(out, "LLM_MODEL", text.data);
	buffer_clear(&text);
	buffer_addf(&text, "%s/codex", input->backend);
	add_export(out, "LLM_BASE_URL", text.data);
	add_export(out, "LLM_API_KEY", input->access_token);
	buffer_clear(&text);
	format_set_headers(headers, input);
	if (json_print(headers, JSON_LINE, &text, err) == 0)
		add_export(out, "LLM_EXTRA_HEADERS", text.data);
	else
		out->failed = true;
	add_export(out, "LLM_LITELLM_EXTRA_BODY", "{\"store\": false}");
	add_export(out, "LLM_STREAM", "true");
	buffer_release(&text);
	return buffer_ok(out, err) ? 0 : -1;
}

/* Appends a line of curl's config file: KEY = "value", quoted. */
static void
add_config(struct buffer *out, const char *key, const char *prefix,
    const char *value)
{
	buffer_addf(out, "%s = \"%s", key, prefix);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			buffer_add_char(out, '\\');
		buffer_add_char(out, *value);
	}
	buffer_add_string(out, "\"\n");
}

/* The body that protocol.md 10.3 found to be enough. */
static int
add_body(struct buffer *out, const char *model, struct error *err)
{
	struct json *body = json_object(), *message, *part;

	json_set_string(body, "model", model);
	json_set_string(body, "instructions", "You are a helpful assistant.");
	message = json_append_object(json_set_array(body, "input"));
	json_set_string(message, "type", "message");
	json_set_string(message, "role", "user");
	part = json_append_object(json_set_array(message, "content"));
	json_set_string(part, "type", "input_text");
	json_set_string(part, "text", "hi");
	json_set_bool(body, "store", false);
	json_set_bool(body, "stream", true);
	return json_print(body, JSON_LINE, out, err);
}

/* A request that uses a little of the quota. The token stands in curl's
 * configuration on standard input: arguments are seen by everybody. */
int
format_curl(const struct format_input *input, struct buffer *out,
    struct error *err)
{
	struct buffer body = BUFFER_INIT;
	int result = -1;

	if (add_body(&body, input->model, err) != 0)
		goto out;
	buffer_add_string(out,
	    "curl --silent --show-error --no-buffer --config - <<'END'\n");
	add_config(out, "url", input->backend, "/codex/responses");
	add_config(out, "header", "Authorization: Bearer ",
	    input->access_token);
	if (input->account_id != NULL)
		add_config(out, "header", "chatgpt-account-id: ",
		    input->account_id);
	add_config(out, "header", "originator: ", FORMAT_ORIGINATOR);
	add_config(out, "header", "OpenAI-Beta: ", FORMAT_BETA);
	add_config(out, "header", "Accept: ", "text/event-stream");
	add_config(out, "header", "Content-Type: ", "application/json");
	add_config(out, "user-agent", "", PACKAGE_NAME "/" PACKAGE_VERSION);
	add_config(out, "data-raw", "", body.data);
	buffer_add_string(out, "END\n");
	result = buffer_ok(out, err) ? 0 : -1;
out:
	buffer_release(&body);
	return result;
}
