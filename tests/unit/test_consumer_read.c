/*
 * consumer: what stands in a file. What we do not know is not taken for a
 * login, and not for nothing either.
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
#include "formats/consumer.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define TOKEN_MAX ((size_t)16 * 1024)

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

/* The text ends where it ends: sanitizers see a step behind it. */
static enum consumer_content
read_file(const char *kind, const char *text, struct consumer_login *login,
    struct consumer_span *span, struct error *err)
{
	size_t length = strlen(text);
	char *copy = malloc(length + (length == 0));
	enum consumer_content content;

	assert_non_null(copy);
	memcpy(copy, text, length);
	content = consumer_read(consumer_find(kind, NULL), copy, length, login,
	    span, err);
	free(copy);
	return content;
}

static enum consumer_content
content_of(const char *kind, const char *text)
{
	struct consumer_login login;
	enum consumer_content content;

	content = read_file(kind, text, &login, NULL, NULL);
	consumer_login_release(&login);
	return content;
}

/* Each text as each of its kinds, from files as the programs write them. */
static const struct {
	const char *kind;
	enum consumer_content content;
	const char *text;
} contents[] = {
	{ "codex", CONSUMER_NOTHING, "" },
	{ "codex", CONSUMER_NOTHING, " \r\n\t" },
	{ "codex", CONSUMER_NOTHING, "{}" },
	{ "codex", CONSUMER_NOTHING, "{\"auth_mode\":\"chatgpt\"}" },
	{ "codex", CONSUMER_NOTHING, "{\"OPENAI_API_KEY\":null,\"tokens\":"
	    "{\"id_token\":null,\"access_token\":null,\"refresh_token\":null},"
	    "\"last_refresh\":null}" },
	{ "codex", CONSUMER_NOTHING, "{\"tokens\":null,\"x\":null}" },
	{ "codex", CONSUMER_VIEW, "{\"tokens\":{\"access_token\":\"a\"}}" },
	{ "codex", CONSUMER_VIEW, "{\"OPENAI_API_KEY\":\"\",\"tokens\":"
	    "{\"access_token\":\"a\",\"refresh_token\":\"\"}}" },
	{ "codex", CONSUMER_LOGIN, "{\"auth_mode\":\"chatgpt\",\"tokens\":"
	    "{\"refresh_token\":\"r\"},\"new\":{}}" },
	{ "codex", CONSUMER_LOGIN, "{\"auth_mode\":null,\"tokens\":"
	    "{\"access_token\":\"\",\"refresh_token\":\"r\",\"more\":1}}" },
	{ "codex", CONSUMER_LOGIN, "{\"auth_mode\":\"chatgptAuthTokens\","
	    "\"tokens\":{\"refresh_token\":\"r\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"OPENAI_API_KEY\":\"sk-1\"}" },
	{ "codex", CONSUMER_FOREIGN, "{\"OPENAI_API_KEY\":\"sk-1\","
	    "\"auth_mode\":\"chatgpt\",\"tokens\":{\"access_token\":\"a\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"OPENAI_API_KEY\":1}" },
	{ "codex", CONSUMER_FOREIGN, "{\"auth_mode\":\"apikey\"}" },
	{ "codex", CONSUMER_FOREIGN, "{\"auth_mode\":\"ChatGPT\",\"tokens\":"
	    "{\"refresh_token\":\"r\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"auth_mode\":{},\"tokens\":"
	    "{\"refresh_token\":\"r\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"personal_access_token\":\"at-\","
	    "\"tokens\":{\"access_token\":\"a\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"auth_mode\":\"chatgpt\",\"new\":1}" },
	{ "codex", CONSUMER_FOREIGN, "{\"tokens\":\"a\"}" },
	{ "codex", CONSUMER_FOREIGN, "{\"tokens\":[]}" },
	{ "codex", CONSUMER_FOREIGN, "{\"tokens\":{\"refresh_token\":1}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"tokens\":{\"access_token\":\"a\","
	    "\"account_id\":\"a b\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"tokens\":{\"access_token\":\"a\","
	    "\"oauth_provenance\":\"x\"}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"tokens\":{\"access_token\":\"a\","
	    "\"oauth_provenance\":{\"client_id\":\"app_other\"}}}" },
	{ "codex", CONSUMER_FOREIGN, "{\"openai\":{\"type\":\"oauth\"}}" },

	{ "openhands", CONSUMER_NOTHING, "\n" },
	{ "openhands", CONSUMER_NOTHING, "{}" },
	{ "openhands", CONSUMER_NOTHING, "{\"type\":\"oauth\","
	    "\"vendor\":\"openai\",\"access_token\":\"\"}" },
	{ "openhands", CONSUMER_VIEW, "{\"vendor\":\"openai\","
	    "\"access_token\":\"a\",\"expires_at\":\"1795435200000\"}" },
	{ "openhands", CONSUMER_LOGIN, "{\"vendor\":\"openai\","
	    "\"refresh_token\":\"r\",\"x\":1}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"vendor\":\"anthropic\","
	    "\"access_token\":\"a\"}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"access_token\":\"a\"}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"type\":\"api\","
	    "\"vendor\":\"openai\",\"access_token\":\"a\"}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"vendor\":\"openai\",\"x\":1}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"vendor\":\"openai\","
	    "\"access_token\":\"a\",\"expires_at\":\"soon\"}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"vendor\":\"openai\","
	    "\"access_token\":\"a\",\"expires_at\":1e300}" },
	{ "openhands", CONSUMER_FOREIGN, "{\"vendor\":\"openai\","
	    "\"access_token\":\"a\",\"expires_at\":[]}" },

	{ "litellm", CONSUMER_NOTHING, "{}" },
	{ "litellm", CONSUMER_NOTHING, "{\"access_token\":null}" },
	{ "litellm", CONSUMER_VIEW, "{\"access_token\":\"a\",\"x\":1,"
	    "\"expires_at\":null}" },
	{ "litellm", CONSUMER_LOGIN, "{\"refresh_token\":\"r\"}" },
	{ "litellm", CONSUMER_FOREIGN, "{\"x\":1}" },
	{ "litellm", CONSUMER_FOREIGN, "{\"access_token\":\"a\","
	    "\"type\":\"codex\",\"expired\":\"2026-11-23T12:00:00Z\"}" },
	{ "litellm", CONSUMER_FOREIGN, "{\"access_token\":\"a\","
	    "\"expires_at\":\"2026-11-23T12:00:00Z\"}" },

	{ "opencode", CONSUMER_NOTHING, "" },
	{ "opencode", CONSUMER_NOTHING, "{\"x\":1}" },
	{ "opencode", CONSUMER_NOTHING, "{\"openai\":null}" },
	{ "opencode", CONSUMER_NOTHING, "{\"openai\":{\"type\":\"oauth\","
	    "\"access\":\"\",\"refresh\":\"\",\"expires\":0}}" },
	{ "opencode", CONSUMER_NOTHING, "{\"openai-codex\":"
	    "{\"type\":\"oauth\",\"refresh\":\"r\"}}" },
	{ "opencode", CONSUMER_VIEW, "{\"x\":[],\"openai\":"
	    "{\"type\":\"oauth\",\"access\":\"a\"}}" },
	{ "opencode", CONSUMER_LOGIN, "{\"\\u006fpenai\":"
	    "{\"type\":\"oauth\",\"refresh\":\"r\"}}" },
	{ "opencode", CONSUMER_FOREIGN, "{\"openai\":{\"type\":\"api\","
	    "\"key\":\"sk-1\"}}" },
	{ "opencode", CONSUMER_FOREIGN, "{\"openai\":{\"access\":\"a\"}}" },
	{ "opencode", CONSUMER_NOTHING, "{\"openai\":{}}" },
	{ "opencode", CONSUMER_FOREIGN, "{\"openai\":\"sk-1\"}" },
	{ "opencode", CONSUMER_FOREIGN, "{\"openai\":[]}" },
	{ "opencode", CONSUMER_FOREIGN, "{\"openai\":{\"type\":\"oauth\","
	    "\"refresh\":\"r\",\"expires\":true}}" },
	{ "pi", CONSUMER_NOTHING, "{\"openai\":{\"type\":\"api_key\"}}" },
	{ "pi", CONSUMER_LOGIN, "{\"openai-codex\":{\"type\":\"oauth\","
	    "\"access\":\"a\",\"refresh\":\"r\"}}" },
	{ "pi", CONSUMER_FOREIGN, "{\"openai-codex\":{\"type\":\"api_key\","
	    "\"key\":\"sk-1\"}}" },
};

static void
every_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++) {
		struct consumer_login login;
		struct consumer_span span;
		struct error err = ERROR_INIT;
		enum consumer_content content;

		content = read_file(contents[i].kind, contents[i].text, &login,
		    &span, &err);
		if (content != contents[i].content)
			fail_msg("%s: %d: %s", contents[i].kind, content,
			    contents[i].text);
		assert_int_equal(err.code, content == CONSUMER_FOREIGN ?
		    ERROR_REFUSED : ERROR_NONE);
		assert_int_equal(span.length > 0, content == CONSUMER_VIEW ||
		    content == CONSUMER_LOGIN);
		if (span.length == 0) {
			assert_null(login.access_token);
			assert_null(login.refresh_token);
		}
		assert_null(strstr(err.text, "sk-1"));
		consumer_login_release(&login);
	}
}

/* Whoever reads them: garbage is foreign, and never a login of two kinds. */
static void
hostile_texts(void **state)
{
	static const char *const texts[] = {
		"x", "{", "[]", "null", "\"a\"", "1", "{} {}", "\xef\xbb\xbf{}",
		"{\"tokens\":{\"access_token\":\"a\"},\"tokens\":{}}",
		"{\"openai\":{\"type\":\"oauth\",\"access\":\"a\\u0000b\"}}",
		"{\"access_token\":\"a\xff\"}", "// a comment\n{}",
		"{\"\\ud800\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		for (size_t k = 0; k < consumers_count; k++)
			assert_int_equal(content_of(consumers[k].kind,
			    texts[i]), CONSUMER_FOREIGN);
		assert_null(consumer_guess(texts[i], strlen(texts[i])));
	}
	for (size_t k = 0; k < consumers_count; k++) {
		struct consumer_login login;

		assert_int_equal(consumer_read(&consumers[k], "{}\0", 3,
		    &login, NULL, NULL), CONSUMER_FOREIGN);
		consumer_login_release(&login);
	}
}

/* The token stands at the @ of the form. */
static bool
is_foreign(const char *form, const char *token)
{
	struct buffer text = BUFFER_INIT;
	const char *at = strchr(form, '@');
	bool result;

	buffer_add(&text, form, (size_t)(at - form));
	buffer_add_string(&text, token);
	buffer_add_string(&text, at + 1);
	result = content_of("codex", text.data) == CONSUMER_FOREIGN;
	buffer_release(&text);
	return result;
}

/* Visible ASCII, 16 KiB at most, in every member that is handed on. */
static void
hostile_tokens(void **state)
{
	static const char *const forms[] = {
		"{\"tokens\":{\"access_token\":\"@\"}}",
		"{\"tokens\":{\"access_token\":\"a\",\"refresh_token\":\"@\"}}",
		"{\"tokens\":{\"access_token\":\"a\",\"id_token\":\"@\"}}",
		"{\"tokens\":{\"access_token\":\"a\",\"oauth_provenance\":"
		    "{\"issuer\":\"@\"}}}",
	};
	static const char *const bad[] = {
		" ", "a b", "a\\n", "\\u001b[2J", "\xc3\xa9", "\\u00e9",
		"\\u007f",
	};
	static char token[TOKEN_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		for (size_t k = 0; k < COUNT(bad); k++)
			assert_true(is_foreign(forms[i], bad[k]));
		memset(token, 'a', TOKEN_MAX + 1);
		assert_true(is_foreign(forms[i], token));
		token[TOKEN_MAX] = '\0';
		assert_false(is_foreign(forms[i], token));
	}
}

static void
large_and_deep_texts(void **state)
{
	struct buffer text = BUFFER_INIT;

	(void)state;
	for (int i = 0; i < 1024 * 1024; i++)
		buffer_add_char(&text, i % 2 ? '[' : '{');
	for (size_t k = 0; k < consumers_count; k++)
		assert_int_equal(content_of(consumers[k].kind, text.data),
		    CONSUMER_FOREIGN);
	buffer_clear(&text);
	/* A shared file may be long; ours is found in it. */
	buffer_add_string(&text, "{\"a\":[");
	for (int i = 0; i < 100 * 1024; i++)
		buffer_add_string(&text, "\"}{],:\",\n");
	buffer_add_string(&text, "1], \"openai\": {\"type\": \"oauth\", "
	    "\"refresh\": \"r\"}}");
	assert_int_equal(content_of("opencode", text.data), CONSUMER_LOGIN);
	assert_ptr_equal(consumer_guess(text.data, text.length),
	    consumer_find("opencode", NULL));
	buffer_release(&text);
}

static void
times_in_every_unit(void **state)
{
	static const struct {
		const char *kind, *text;
		int64_t expires_at;
	} table[] = {
		{ "litellm", "{\"access_token\":\"a\",\"expires_at\":7}", 7 },
		{ "litellm", "{\"access_token\":\"a\",\"expires_at\":\"7\"}", 7 },
		{ "litellm", "{\"access_token\":\"a\",\"expires_at\":-7}", 0 },
		{ "litellm", "{\"access_token\":\"a\",\"expires_at\":0}", 0 },
		{ "litellm", "{\"access_token\":\"a\"}", 0 },
		{ "openhands", "{\"vendor\":\"openai\",\"access_token\":\"a\","
		    "\"expires_at\":7999}", 7 },
		{ "opencode", "{\"openai\":{\"type\":\"oauth\",\"access\":"
		    "\"a\",\"expires\":253402300799999}}", 253402300799 },
		/* After the year 9999: "never", which no field can say. */
		{ "opencode", "{\"openai\":{\"type\":\"oauth\",\"access\":"
		    "\"a\",\"expires\":9007199254740992}}", 0 },
		{ "pi", "{\"openai-codex\":{\"type\":\"oauth\",\"access\":"
		    "\"a\",\"expires\":null}}", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct consumer_login login;

		assert_int_equal(read_file(table[i].kind, table[i].text,
		    &login, NULL, NULL), CONSUMER_VIEW);
		assert_int_equal(login.expires_at, table[i].expires_at);
		consumer_login_release(&login);
	}
}

static void
guesses(void **state)
{
	static const struct {
		const char *kind, *text;
	} table[] = {
		{ "codex", "{\"tokens\":{\"refresh_token\":\"r\"}}" },
		{ "openhands", "{\"vendor\":\"openai\",\"access_token\":\"a\"}" },
		{ "litellm", "{\"access_token\":\"a\",\"expires_at\":1}" },
		{ "pi", "{\"openai\":{\"type\":\"api_key\",\"key\":\"k\"},"
		    "\"openai-codex\":{\"type\":\"oauth\",\"refresh\":\"r\"}}" },
		{ "opencode", "{\"openai\":{\"type\":\"oauth\",\"access\":"
		    "\"a\"},\"anthropic\":{\"type\":\"oauth\"}}" },
		/* No login, or of a program that is not in the table. */
		{ NULL, "" }, { NULL, "{}" },
		{ NULL, "{\"OPENAI_API_KEY\":\"sk-1\"}" },
		{ NULL, "{\"providers\":{\"openai-codex\":{\"tokens\":"
		    "{\"access_token\":\"a\",\"refresh_token\":\"r\"}}}}" },
		{ NULL, "{\"access_token\":\"a\",\"refresh_token\":\"r\","
		    "\"expires_at\":\"2026-11-28T11:06:40Z\"}" },
		{ NULL, "{\"access_token\":\"a\",\"type\":\"codex\"}" },
		/* Two. */
		{ NULL, "{\"openai\":{\"type\":\"oauth\",\"access\":\"a\"},"
		    "\"openai-codex\":{\"type\":\"oauth\",\"access\":\"a\"}}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct consumer *found = consumer_guess(table[i].text,
		    strlen(table[i].text));

		if (table[i].kind == NULL)
			assert_null(found);
		else
			assert_string_equal(found->kind, table[i].kind);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_content),
		cmocka_unit_test(hostile_texts),
		cmocka_unit_test(hostile_tokens),
		cmocka_unit_test(large_and_deep_texts),
		cmocka_unit_test(times_in_every_unit),
		cmocka_unit_test(guesses),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
