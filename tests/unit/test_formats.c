/*
 * formats: the exact text of each, and no refresh token in any.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/json.h"
#include "formats/format.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static const struct format_input usual = {
	.profile = "work", .access_token = "at-1", .id_token = "id-1",
	.account_id = "acct-1", .model = "gpt-5.5",
	.backend = FORMAT_BACKEND_DEFAULT,
	.expires_at = 1795435200, .last_refresh = 1795435200,
};

static void
check(const char *format, const struct format_input *input,
    const char *expected)
{
	const struct format *found = format_find(format, NULL);
	struct buffer out = BUFFER_INIT, text = BUFFER_INIT;
	char agent[FORMAT_AGENT_MAX], *at;

	assert_non_null(found);
	assert_int_equal(found->print(input, &out, NULL), 0);
	/* The user agent names this machine: it stands as @. */
	format_user_agent(agent);
	at = strstr(out.data, agent);
	buffer_add(&text, out.data, at == NULL ? out.length :
	    (size_t)(at - out.data));
	if (at != NULL) {
		buffer_add_char(&text, '@');
		buffer_add_string(&text, at + strlen(agent));
	}
	assert_string_equal(text.data, expected);
	buffer_release(&out);
	buffer_release(&text);
}

static void
openhands(void **state)
{
	(void)state;
	check("openhands-llm", &usual,
	    "{\n"
	    "  \"model\": \"openai/gpt-5.5\",\n"
	    "  \"base_url\": \"https://chatgpt.com/backend-api/codex\",\n"
	    "  \"api_key\": \"at-1\",\n"
	    "  \"extra_headers\": {\n"
	    "    \"originator\": \"codex_cli_rs\",\n"
	    "    \"OpenAI-Beta\": \"responses=experimental\",\n"
	    "    \"User-Agent\": \"@\",\n"
	    "    \"chatgpt-account-id\": \"acct-1\"\n"
	    "  },\n"
	    "  \"litellm_extra_body\": {\n"
	    "    \"store\": false\n"
	    "  },\n"
	    "  \"temperature\": null,\n"
	    "  \"max_output_tokens\": null,\n"
	    "  \"stream\": true,\n"
	    "  \"auth_type\": \"subscription\",\n"
	    "  \"subscription_vendor\": \"openai\",\n"
	    "  \"is_subscription\": true\n"
	    "}\n");
	check("openhands-settings", &usual,
	    "{\n"
	    "  \"schema_version\": 1,\n"
	    "  \"model\": \"gpt-5.5\",\n"
	    "  \"auth_type\": \"subscription\",\n"
	    "  \"subscription_vendor\": \"openai\",\n"
	    "  \"usage_id\": \"default\"\n"
	    "}\n");
	check("openhands-credential", &usual,
	    "{\n"
	    "  \"type\": \"oauth\",\n"
	    "  \"vendor\": \"openai\",\n"
	    "  \"access_token\": \"at-1\",\n"
	    "  \"refresh_token\": \"\",\n"
	    "  \"expires_at\": 1795435200000\n"
	    "}\n");
	check("openhands-python", &usual,
	    "# The ChatGPT login \"work\" as an LLM of the OpenHands SDK.\n"
	    "# It holds an access token and no refresh token.\n"
	    "from openhands.sdk import LLM\n"
	    "\n"
	    "llm = LLM(\n"
	    "    model=\"openai/gpt-5.5\",\n"
	    "    base_url=\"https://chatgpt.com/backend-api/codex\",\n"
	    "    api_key=\"at-1\",\n"
	    "    extra_headers={\n"
	    "        \"originator\": \"codex_cli_rs\",\n"
	    "        \"OpenAI-Beta\": \"responses=experimental\",\n"
	    "        \"User-Agent\": \"@\",\n"
	    "        \"chatgpt-account-id\": \"acct-1\",\n"
	    "    },\n"
	    "    litellm_extra_body={\"store\": False},\n"
	    "    temperature=None,\n"
	    "    max_output_tokens=None,\n"
	    "    stream=True,\n"
	    "    auth_type=\"subscription\",\n"
	    "    subscription_vendor=\"openai\",\n"
	    ")\n"
	    "llm._is_subscription = True\n");
}

static void
codex(void **state)
{
	struct format_input input = usual;

	(void)state;
	check("codex", &input,
	    "{\n"
	    "  \"auth_mode\": \"chatgptAuthTokens\",\n"
	    "  \"OPENAI_API_KEY\": null,\n"
	    "  \"tokens\": {\n"
	    "    \"id_token\": \"id-1\",\n"
	    "    \"access_token\": \"at-1\",\n"
	    "    \"refresh_token\": \"\",\n"
	    "    \"account_id\": \"acct-1\"\n"
	    "  },\n"
	    "  \"last_refresh\": \"2026-11-23T12:00:00Z\"\n"
	    "}\n");
}

/* Programs that have the entry of many providers in one file: it has ours. */
static void
entries(void **state)
{
	(void)state;
	check("opencode", &usual,
	    "{\n"
	    "  \"openai\": {\n"
	    "    \"type\": \"oauth\",\n"
	    "    \"access\": \"at-1\",\n"
	    "    \"refresh\": \"\",\n"
	    "    \"expires\": 1795435200000,\n"
	    "    \"accountId\": \"acct-1\"\n"
	    "  }\n"
	    "}\n");
	check("pi", &usual,
	    "{\n"
	    "  \"openai-codex\": {\n"
	    "    \"type\": \"oauth\",\n"
	    "    \"access\": \"at-1\",\n"
	    "    \"refresh\": \"\",\n"
	    "    \"expires\": 1795435200000,\n"
	    "    \"accountId\": \"acct-1\"\n"
	    "  }\n"
	    "}\n");
}

static void
litellm(void **state)
{
	(void)state;
	check("litellm", &usual,
	    "{\n"
	    "  \"access_token\": \"at-1\",\n"
	    "  \"refresh_token\": \"\",\n"
	    "  \"id_token\": \"id-1\",\n"
	    "  \"expires_at\": 1795435200,\n"
	    "  \"account_id\": \"acct-1\"\n"
	    "}\n");
}

static void
shell(void **state)
{
	(void)state;
	check("env", &usual,
	    "export LLM_MODEL='openai/gpt-5.5'\n"
	    "export LLM_BASE_URL='https://chatgpt.com/backend-api/codex'\n"
	    "export LLM_API_KEY='at-1'\n"
	    "export LLM_EXTRA_HEADERS='{\"originator\":\"codex_cli_rs\","
	    "\"OpenAI-Beta\":\"responses=experimental\",\"User-Agent\":\"@\","
	    "\"chatgpt-account-id\":\"acct-1\"}'\n"
	    "export LLM_LITELLM_EXTRA_BODY='{\"store\": false}'\n"
	    "export LLM_STREAM='true'\n");
}

static void
curl(void **state)
{
	(void)state;
	check("curl", &usual,
	    "curl --silent --show-error --no-buffer --config - <<'END'\n"
	    "url = \"https://chatgpt.com/backend-api/codex/responses\"\n"
	    "header = \"Authorization: Bearer at-1\"\n"
	    "header = \"chatgpt-account-id: acct-1\"\n"
	    "header = \"originator: codex_cli_rs\"\n"
	    "header = \"OpenAI-Beta: responses=experimental\"\n"
	    "header = \"Accept: text/event-stream\"\n"
	    "header = \"Content-Type: application/json\"\n"
	    "user-agent = \"" PACKAGE_NAME "/" PACKAGE_VERSION "\"\n"
	    "data-raw = \"{\\\"model\\\":\\\"gpt-5.5\\\",\\\"instructions\\\":"
	    "\\\"You are a helpful assistant.\\\",\\\"input\\\":[{\\\"type\\\":"
	    "\\\"message\\\",\\\"role\\\":\\\"user\\\",\\\"content\\\":["
	    "{\\\"type\\\":\\\"input_text\\\",\\\"text\\\":\\\"hi\\\"}]}],"
	    "\\\"store\\\":false,\\\"stream\\\":true}\"\n"
	    "END\n");
}

/* Tokens are visible ASCII, and that has quotes in it. */
static void
quotes_do_not_end_what_they_are_in(void **state)
{
	static const struct {
		const char *format, *has;
	} table[] = {
		{ "env", "export LLM_API_KEY='a'\\''\"\\$`b'\n" },
		{ "curl", "header = \"Authorization: Bearer a'\\\"\\\\$`b\"\n" },
		{ "openhands-python", "api_key=\"a'\\\"\\\\$`b\",\n" },
		{ "openhands-llm", "\"api_key\": \"a'\\\"\\\\$`b\"" },
	};
	struct format_input input = usual;

	(void)state;
	input.access_token = "a'\"\\$`b";
	for (size_t i = 0; i < COUNT(table); i++) {
		struct buffer out = BUFFER_INIT;

		assert_int_equal(format_find(table[i].format, NULL)->print(
		    &input, &out, NULL), 0);
		if (strstr(out.data, table[i].has) == NULL)
			fail_msg("%s", out.data);
		buffer_release(&out);
	}
}

static void
what_is_unknown_is_left_out(void **state)
{
	struct format_input input = usual;

	(void)state;
	input.account_id = input.id_token = NULL;
	for (size_t i = 0; i < formats_count; i++) {
		struct buffer out = BUFFER_INIT;

		assert_int_equal(formats[i].print(&input, &out, NULL), 0);
		assert_null(strstr(out.data, "chatgpt-account-id"));
		assert_null(strstr(out.data, "(null)"));
		assert_int_equal(strstr(out.data, "at-1") != NULL,
		    formats[i].secret);
		assert_int_equal(out.data[out.length - 1], '\n');
		buffer_release(&out);
	}
}

/* Wherever a format has a place for one, it is empty. */
static void
no_refresh_token(const struct json *json)
{
	static const char *const keys[] = { "refresh_token", "refresh" };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (json_get(json, keys[i]) != NULL)
			assert_string_equal(json_string(json, keys[i]), "");
	for (json = json_first(json); json != NULL; json = json_next(json))
		no_refresh_token(json);
}

static void
no_format_has_a_refresh_token(void **state)
{
	size_t objects = 0;

	(void)state;
	for (size_t i = 0; i < formats_count; i++) {
		struct buffer out = BUFFER_INIT;
		struct json *json;

		assert_int_equal(formats[i].print(&usual, &out, NULL), 0);
		json = json_parse(out.data, out.length, NULL);
		no_refresh_token(json);
		objects += json != NULL;
		json_free(json);
		buffer_release(&out);
	}
	assert_int_equal(objects, 7);
}

static void
formats_and_models_by_name(void **state)
{
	static const char *const bad[] = {
		"", "openai/", "gpt 5", "gpt\n", "gpt'", "\xc3\xa9", "a$b",
	};
	struct error err;

	(void)state;
	assert_null(format_find("yaml", &err));
	assert_int_equal(err.code, ERROR_USAGE);
	assert_non_null(strstr(err.text, "openhands-llm"));
	assert_string_equal(format_check_model("openai/gpt-x", NULL), "gpt-x");
	assert_string_equal(format_check_model("gpt-x", NULL), "gpt-x");
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_null(format_check_model(bad[i], &err));
		assert_int_equal(err.code, ERROR_USAGE);
	}
	for (size_t i = 0; i < format_models_count; i++)
		assert_non_null(format_check_model(format_models[i], NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openhands),
		cmocka_unit_test(codex),
		cmocka_unit_test(entries),
		cmocka_unit_test(litellm),
		cmocka_unit_test(shell),
		cmocka_unit_test(curl),
		cmocka_unit_test(quotes_do_not_end_what_they_are_in),
		cmocka_unit_test(what_is_unknown_is_left_out),
		cmocka_unit_test(no_format_has_a_refresh_token),
		cmocka_unit_test(formats_and_models_by_name),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
