/*
 * consumer: what is written is read back as what it is, and what is not ours
 * is never taken for it.
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

#include "base/json.h"
#include "base/time.h"
#include "formats/consumer.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define ISSUER "https://auth.example"
#define OTHERS "{\n  \"anthropic\": {\"type\": \"api\", \"key\": \"k\"}\n}\n"

static const struct format_input usual = {
	.access_token = "at-1", .id_token = "id-1", .account_id = "acct-1",
	.backend = FORMAT_BACKEND_DEFAULT,
	.expires_at = 1795435200, .last_refresh = 1795435100,
};

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static bool
is(const struct consumer *consumer, const char *kind)
{
	return strcmp(consumer->kind, kind) == 0;
}

static enum consumer_content
read_text(const char *kind, const char *text)
{
	struct consumer_login login;
	enum consumer_content content;

	content = consumer_read(consumer_find(kind, NULL), text, strlen(text),
	    &login, NULL, NULL);
	consumer_login_release(&login);
	return content;
}

/* --- Back and forth ------------------------------------------------------- */

/* Writes and reads one; checks that the span is ours alone. */
static void
check_both_ways(const struct consumer *consumer, const char *old,
    const char *refresh_token)
{
	struct buffer out = BUFFER_INIT;
	struct consumer_span written, found;
	struct consumer_login login;
	enum consumer_content content;

	assert_int_equal(consumer_write(consumer, old, strlen(old), &usual,
	    refresh_token, refresh_token != NULL ? ISSUER : NULL, &out,
	    &written, NULL), 0);
	content = consumer_read(consumer, out.data, out.length, &login, &found,
	    NULL);
	assert_int_equal(content, refresh_token != NULL ? CONSUMER_LOGIN :
	    CONSUMER_VIEW);
	assert_int_equal(found.start, written.start);
	assert_int_equal(found.length, written.length);
	assert_int_equal(out.data[out.length - 1], '\n');
	assert_string_equal(login.access_token, "at-1");
	if (refresh_token == NULL)
		assert_null(login.refresh_token);
	else
		assert_string_equal(login.refresh_token, refresh_token);
	if (is(consumer, "codex") || is(consumer, "litellm"))
		assert_string_equal(login.id_token, "id-1");
	else
		assert_null(login.id_token);
	if (is(consumer, "openhands"))
		assert_null(login.account_id);
	else
		assert_string_equal(login.account_id, "acct-1");
	if (is(consumer, "codex") && refresh_token != NULL)
		assert_string_equal(login.issuer, ISSUER);
	else
		assert_null(login.issuer);
	if (!is(consumer, "codex"))
		assert_int_equal(login.expires_at, usual.expires_at);
	if (consumer->entry == NULL) {
		assert_int_equal(written.start, 0);
		assert_int_equal(written.length, out.length);
	}
	consumer_login_release(&login);
	buffer_release(&out);
}

static void
every_kind_reads_what_it_writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < consumers_count; i++) {
		check_both_ways(&consumers[i], "", NULL);
		check_both_ways(&consumers[i], "", "rt-1");
		check_both_ways(&consumers[i], OTHERS, NULL);
		check_both_ways(&consumers[i], OTHERS, "rt-1");
	}
}

/* Once more over what is there: only ours changes, to the byte. */
static void
shared_files_keep_the_rest(void **state)
{
	static const char *const kinds[] = { "opencode", "pi" };

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct consumer *consumer = consumer_find(kinds[i],
		    NULL);
		struct buffer one = BUFFER_INIT, two = BUFFER_INIT;
		struct buffer gone = BUFFER_INIT;

		assert_int_equal(consumer_write(consumer, OTHERS,
		    strlen(OTHERS), &usual, "rt-1", ISSUER, &one, NULL, NULL),
		    0);
		assert_non_null(strstr(one.data, "rt-1"));
		assert_int_equal(consumer_write(consumer, one.data, one.length,
		    &usual, NULL, NULL, &two, NULL, NULL), 0);
		assert_null(strstr(two.data, "rt-1"));
		assert_memory_equal(two.data, OTHERS, strlen(OTHERS) - 3);
		assert_int_equal(consumer_remove(consumer, two.data,
		    two.length, &gone, NULL), 0);
		assert_string_equal(gone.data, OTHERS);
		buffer_release(&one);
		buffer_release(&two);
		buffer_release(&gone);
	}
}

static void
a_shared_file_that_cannot_be_read_is_refused(void **state)
{
	static const char *const olds[] = {
		"[]", "{\"a\":1", "{} {}", "{\"a\":1,\"a\":2}", "x", "\"\"",
	};
	struct buffer out = BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(olds); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(consumer_write(consumer_find("pi", NULL),
		    olds[i], strlen(olds[i]), &usual, NULL, NULL, &out, NULL,
		    &err), -1);
		assert_int_equal(err.code, ERROR_REFUSED);
		assert_int_equal(out.length, 0);
	}
	assert_int_equal(consumer_remove(consumer_find("pi", NULL), "{", 1,
	    &out, NULL), -1);
	buffer_release(&out);
}

/* What an id_token is wanted for, the access token does. */
static void
missing_parts(void **state)
{
	struct format_input input = usual;

	(void)state;
	input.id_token = input.account_id = NULL;
	for (size_t i = 0; i < consumers_count; i++) {
		struct buffer out = BUFFER_INIT;
		struct consumer_login login;

		assert_int_equal(consumer_write(&consumers[i], "", 0, &input,
		    NULL, NULL, &out, NULL, NULL), 0);
		assert_int_equal(consumer_read(&consumers[i], out.data,
		    out.length, &login, NULL, NULL), CONSUMER_VIEW);
		assert_null(login.account_id);
		if (login.id_token != NULL)
			assert_string_equal(login.id_token, "at-1");
		consumer_login_release(&login);
		buffer_release(&out);
	}
}

/* --- What is in a file ---------------------------------------------------- */

#define TOKENS "\"access_token\":\"a\",\"refresh_token\":\"r\""

static void
contents(void **state)
{
	static const struct {
		const char *kind, *text;
		enum consumer_content content;
	} table[] = {
		{ "codex", "", CONSUMER_NOTHING },
		{ "codex", " \n\t", CONSUMER_NOTHING },
		{ "codex", "{}", CONSUMER_NOTHING },
		{ "codex", "{\"tokens\":{" TOKENS "}}", CONSUMER_LOGIN },
		{ "codex", "{\"auth_mode\":\"chatgpt\",\"tokens\":{" TOKENS
		    "}}", CONSUMER_LOGIN },
		{ "codex", "{\"auth_mode\":\"chatgpt\",\"tokens\":null}",
		    CONSUMER_NOTHING },
		{ "codex", "{\"OPENAI_API_KEY\":null,\"tokens\":{" TOKENS
		    "}}", CONSUMER_LOGIN },
		{ "codex", "{\"OPENAI_API_KEY\":\"\",\"tokens\":{"
		    "\"access_token\":\"a\"}}", CONSUMER_VIEW },
		{ "codex", "{\"OPENAI_API_KEY\":\"sk-1\"}", CONSUMER_FOREIGN },
		{ "codex", "{\"OPENAI_API_KEY\":\"sk-1\",\"tokens\":{" TOKENS
		    "}}", CONSUMER_FOREIGN },
		{ "codex", "{\"auth_mode\":\"apikey\",\"tokens\":{" TOKENS
		    "}}", CONSUMER_FOREIGN },
		{ "codex", "{\"auth_mode\":\"agentIdentity\"}",
		    CONSUMER_FOREIGN },
		{ "codex", "{\"something\":1}", CONSUMER_FOREIGN },
		{ "openhands", "{}", CONSUMER_NOTHING },
		{ "openhands", "{\"vendor\":\"openai\"," TOKENS "}",
		    CONSUMER_LOGIN },
		{ "openhands", "{\"vendor\":\"openai\",\"access_token\":\"a\""
		    ",\"refresh_token\":\"\"}", CONSUMER_VIEW },
		{ "openhands", "{\"vendor\":\"openai\"}", CONSUMER_NOTHING },
		{ "openhands", "{\"vendor\":\"other\"," TOKENS "}",
		    CONSUMER_FOREIGN },
		{ "openhands", "{" TOKENS "}", CONSUMER_FOREIGN },
		{ "opencode", "{}", CONSUMER_NOTHING },
		{ "opencode", OTHERS, CONSUMER_NOTHING },
		{ "opencode", "{\"openai\":{\"type\":\"oauth\",\"refresh\":"
		    "\"r\",\"access\":\"a\",\"expires\":1}}", CONSUMER_LOGIN },
		{ "opencode", "{\"openai\":{\"type\":\"oauth\",\"refresh\":"
		    "\"\",\"access\":\"a\",\"expires\":1}}", CONSUMER_VIEW },
		{ "opencode", "{\"openai\":{\"type\":\"api\",\"key\":\"sk\"}}",
		    CONSUMER_FOREIGN },
		{ "opencode", "{\"openai\":{\"refresh\":\"r\"}}",
		    CONSUMER_FOREIGN },
		{ "opencode", "{\"openai\":\"oauth\"}", CONSUMER_FOREIGN },
		{ "opencode", "{\"openai\":null}", CONSUMER_FOREIGN },
		{ "opencode", "{\"openai\":{}}", CONSUMER_NOTHING },
		{ "opencode", "{\"openai-codex\":{\"type\":\"oauth\",\""
		    "refresh\":\"r\"}}", CONSUMER_NOTHING },
		{ "pi", "{\"openai-codex\":{\"type\":\"oauth\",\"refresh\":"
		    "\"r\",\"access\":\"a\"}}", CONSUMER_LOGIN },
		{ "pi", "{\"openai-codex\":{\"type\":\"api_key\"}}",
		    CONSUMER_FOREIGN },
		{ "litellm", "{}", CONSUMER_NOTHING },
		{ "litellm", "{" TOKENS "}", CONSUMER_LOGIN },
		{ "litellm", "{\"access_token\":\"a\"}", CONSUMER_VIEW },
		{ "litellm", "{\"token\":\"a\"}", CONSUMER_FOREIGN },
		{ "litellm", "{\"access_token\":7}", CONSUMER_FOREIGN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		enum consumer_content content = read_text(table[i].kind,
		    table[i].text);

		if (content != table[i].content)
			fail_msg("%s: %s: %d", table[i].kind, table[i].text,
			    (int)content);
	}
}

static void
hostile_texts_are_foreign(void **state)
{
	static const char *const texts[] = {
		"[]", "null", "0", "\"x\"", "{", "}", "{\"a\"", "x{}",
		"{} {}", "{\"tokens\":{},}", "{\"tokens\":{" TOKENS "}} x",
		"{\"tokens\":{" TOKENS "},\"tokens\":{}}",
		"\xef\xbb\xbf{}", "{\"a\":\"\xff\"}",
		"{\"access_token\":\"\\u0000\"}",
		"{\"access_token\":\"\\ud800\"}",
	};
	struct buffer deep = BUFFER_INIT;
	struct consumer_login login;
	struct error err;

	(void)state;
	while (deep.length < 100000)
		buffer_add_string(&deep, "{\"a\":[");
	for (size_t i = 0; i < consumers_count; i++) {
		for (size_t j = 0; j < COUNT(texts); j++) {
			err = (struct error)ERROR_INIT;
			assert_int_equal(consumer_read(&consumers[i], texts[j],
			    strlen(texts[j]), &login, NULL, &err),
			    CONSUMER_FOREIGN);
			assert_int_equal(err.code, ERROR_FAILED);
			consumer_login_release(&login);
		}
		assert_int_equal(consumer_read(&consumers[i], deep.data,
		    deep.length, &login, NULL, NULL), CONSUMER_FOREIGN);
		consumer_login_release(&login);
		assert_int_equal(consumer_read(&consumers[i], "{}\0", 3,
		    &login, NULL, NULL), CONSUMER_FOREIGN);
		consumer_login_release(&login);
	}
	buffer_release(&deep);
}

/* A token goes into headers and files of others: it is plain or none. */
static void
tokens_are_plain(void **state)
{
	static const char *const tokens[] = {
		"a b", "a\\n", "a\\u001b[2J", "a\\u0007", "a\\u007f",
		"a\\u00e9", "a\\r\\n",
	};
	struct buffer text = BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		const char *one = tokens[i];

		buffer_clear(&text);
		buffer_addf(&text, "{\"access_token\":\"%s\"}",
		    one);
		assert_int_equal(read_text("litellm", text.data),
		    CONSUMER_FOREIGN);
		buffer_clear(&text);
		buffer_addf(&text, "{\"tokens\":{\"access_token\":\"a\","
		    "\"refresh_token\":\"%s\"}}", one);
		assert_int_equal(read_text("codex", text.data),
		    CONSUMER_FOREIGN);
		buffer_clear(&text);
		buffer_addf(&text, "{\"access_token\":\"a\",\"account_id\":"
		    "\"%s\"}", one);
		assert_int_equal(read_text("litellm", text.data),
		    CONSUMER_FOREIGN);
	}
	/* Nor without an end. */
	buffer_clear(&text);
	buffer_add_string(&text, "{\"access_token\":\"");
	while (text.length < 20000)
		buffer_add_string(&text, "aaaaaaaaaa");
	buffer_add_string(&text, "\"}");
	assert_int_equal(read_text("litellm", text.data), CONSUMER_FOREIGN);
	buffer_release(&text);
}

static void
numbers_that_are_none(void **state)
{
	static const char *const ends[] = {
		"\"soon\"", "null", "1e400", "[]", "1.5", "1e30",
	};
	struct buffer text = BUFFER_INIT;
	struct consumer_login login;

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		buffer_clear(&text);
		buffer_addf(&text, "{\"vendor\":\"openai\",\"expires_at\":%s,"
		    TOKENS "}", ends[i]);
		if (consumer_read(consumer_find("openhands", NULL), text.data,
		    text.length, &login, NULL, NULL) == CONSUMER_LOGIN)
			assert_int_equal(login.expires_at, TIME_UNKNOWN);
		consumer_login_release(&login);
	}
	buffer_release(&text);
}

/* --- Which kind ----------------------------------------------------------- */

static void
kinds_are_guessed(void **state)
{
	static const struct {
		const char *text, *kind;	/* NULL: none */
	} table[] = {
		{ "{\"tokens\":{" TOKENS "}}", "codex" },
		{ "{\"vendor\":\"openai\"," TOKENS "}", "openhands" },
		{ "{\"openai\":{\"type\":\"oauth\",\"access\":\"a\"}}",
		    "opencode" },
		{ "{\"openai-codex\":{\"type\":\"oauth\",\"access\":\"a\"}}",
		    "pi" },
		{ "{" TOKENS ",\"id_token\":\"i\"}", "litellm" },
		{ "", NULL }, { "{}", NULL }, { "[]", NULL },
		{ OTHERS, NULL },
		{ "{\"OPENAI_API_KEY\":\"sk-1\"}", NULL },
		{ "{\"vendor\":\"openai\"}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct consumer *found = consumer_guess(table[i].text,
		    strlen(table[i].text));

		if (table[i].kind == NULL ? found != NULL : found == NULL ||
		    !is(found, table[i].kind))
			fail_msg("%s: %s", table[i].text, found == NULL ?
			    "none" : found->kind);
	}
	/* And each what it writes itself. */
	for (size_t i = 0; i < consumers_count; i++) {
		struct buffer out = BUFFER_INIT;

		assert_int_equal(consumer_write(&consumers[i], "", 0, &usual,
		    "rt-1", ISSUER, &out, NULL, NULL), 0);
		assert_ptr_equal(consumer_guess(out.data, out.length),
		    &consumers[i]);
		buffer_release(&out);
	}
}

static void
kinds_are_found(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < consumers_count; i++)
		assert_ptr_equal(consumer_find(consumers[i].kind, NULL),
		    &consumers[i]);
	assert_null(consumer_find("Codex", &err));
	assert_int_equal(err.code, ERROR_USAGE);
	for (size_t i = 0; i < consumers_count; i++)
		assert_non_null(strstr(err.text, consumers[i].kind));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_reads_what_it_writes),
		cmocka_unit_test(shared_files_keep_the_rest),
		cmocka_unit_test(a_shared_file_that_cannot_be_read_is_refused),
		cmocka_unit_test(missing_parts),
		cmocka_unit_test(contents),
		cmocka_unit_test(hostile_texts_are_foreign),
		cmocka_unit_test(tokens_are_plain),
		cmocka_unit_test(numbers_that_are_none),
		cmocka_unit_test(kinds_are_guessed),
		cmocka_unit_test(kinds_are_found),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
