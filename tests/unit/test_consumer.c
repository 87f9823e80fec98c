/*
 * consumer: what is written is read back, what is not ours stays, and what we
 * do not know is not taken for a login.
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
#include "base/time.h"
#include "formats/consumer.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define ISSUER "https://auth.example"

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

static void
write_file(const char *kind, const char *old, const char *refresh_token,
    struct buffer *out)
{
	const struct consumer *consumer = consumer_find(kind, NULL);
	struct consumer_login login;
	struct consumer_span span, again;

	assert_int_equal(consumer_write(consumer, old, strlen(old), &usual,
	    refresh_token, refresh_token == NULL ? NULL : ISSUER, out, &span,
	    NULL), 0);
	consumer_read(consumer, out->data, out->length, &login, &again, NULL);
	assert_int_equal(span.start, again.start);
	assert_int_equal(span.length, again.length);
	assert_true(span.length > 0);
	consumer_login_release(&login);
}

static void
table_is_whole(void **state)
{
	static const char *const kinds[] = {
		"openhands", "codex", "opencode", "litellm", "pi"
	};
	struct error err;

	(void)state;
	assert_int_equal(consumers_count, COUNT(kinds));
	for (size_t i = 0; i < consumers_count; i++) {
		const struct consumer *c = &consumers[i];

		assert_string_equal(c->kind, kinds[i]);
		assert_ptr_equal(consumer_find(kinds[i], NULL), c);
		assert_non_null(c->title);
		assert_non_null(c->under);
		assert_non_null(c->file);
		assert_non_null(c->programs[0]);
		assert_non_null(c->make);
		assert_non_null(c->take);
		/* What is lent is not shared with other logins. */
		assert_true(c->entry == NULL || !c->lendable);
	}
	assert_null(consumer_find("emacs", &err));
	assert_int_equal(err.code, ERROR_USAGE);
	assert_non_null(strstr(err.text, "openhands, codex, opencode"));
}

/* As a view, and as a chain that is lent. */
static void
what_is_written_is_read(void **state)
{
	static const char *const refresh[] = { NULL, "rt-1" };

	(void)state;
	for (size_t i = 0; i < 2 * consumers_count; i++) {
		const struct consumer *c = &consumers[i / 2];
		bool is_codex = strcmp(c->kind, "codex") == 0;
		bool is_litellm = strcmp(c->kind, "litellm") == 0;
		struct consumer_login login;
		struct buffer out = BUFFER_INIT;

		write_file(c->kind, "", refresh[i % 2], &out);
		assert_int_equal(out.data[out.length - 1], '\n');
		assert_ptr_equal(consumer_guess(out.data, out.length), c);
		assert_int_equal(read_file(c->kind, out.data, &login, NULL,
		    NULL), i % 2 ? CONSUMER_LOGIN : CONSUMER_VIEW);
		assert_string_equal(login.access_token, "at-1");
		if (i % 2)
			assert_string_equal(login.refresh_token, "rt-1");
		else
			assert_null(login.refresh_token);
		if (is_codex || is_litellm)
			assert_string_equal(login.id_token, "id-1");
		else
			assert_null(login.id_token);
		if (strcmp(c->kind, "openhands") == 0)
			assert_null(login.account_id);
		else
			assert_string_equal(login.account_id, "acct-1");
		if (is_codex && i % 2)
			assert_string_equal(login.issuer, ISSUER);
		else
			assert_null(login.issuer);
		assert_int_equal(login.expires_at, is_codex ? TIME_UNKNOWN :
		    usual.expires_at);
		consumer_login_release(&login);
		buffer_release(&out);
	}
}

static void
what_is_unknown_stays_unknown(void **state)
{
	struct format_input input = usual;

	(void)state;
	input.id_token = input.account_id = NULL;
	input.expires_at = TIME_UNKNOWN;
	for (size_t i = 0; i < consumers_count; i++) {
		struct consumer_login login;
		struct buffer out = BUFFER_INIT;

		assert_int_equal(consumer_write(&consumers[i], "", 0, &input,
		    NULL, NULL, &out, NULL, NULL), 0);
		assert_int_equal(consumer_read(&consumers[i], out.data,
		    out.length, &login, NULL, NULL), CONSUMER_VIEW);
		/* The access token stands in for Codex, and is none. */
		assert_null(login.id_token);
		assert_null(login.account_id);
		assert_int_equal(login.expires_at, TIME_UNKNOWN);
		consumer_login_release(&login);
		buffer_release(&out);
	}
}

static void
lent_chain_of_codex(void **state)
{
	struct buffer out = BUFFER_INIT;

	(void)state;
	write_file("codex", "", "rt-1", &out);
	assert_string_equal(out.data,
	    "{\n"
	    "  \"auth_mode\": \"chatgpt\",\n"
	    "  \"OPENAI_API_KEY\": null,\n"
	    "  \"tokens\": {\n"
	    "    \"id_token\": \"id-1\",\n"
	    "    \"access_token\": \"at-1\",\n"
	    "    \"refresh_token\": \"rt-1\",\n"
	    "    \"oauth_provenance\": {\n"
	    "      \"issuer\": \"" ISSUER "\",\n"
	    "      \"client_id\": \"app_EMoamEEZ73f0CkXaXp7hrann\"\n"
	    "    },\n"
	    "    \"account_id\": \"acct-1\"\n"
	    "  },\n"
	    "  \"last_refresh\": \"2026-11-23T12:00:00Z\"\n"
	    "}\n");
	buffer_release(&out);
}

/* The entry as it is written below. */
#define ENTRY(nl, i, refresh) \
	"{" nl i i "\"type\": \"oauth\"," nl i i "\"access\": \"at-1\"," nl \
	i i "\"refresh\": \"" refresh "\"," nl \
	i i "\"expires\": 1795435200000," nl \
	i i "\"accountId\": \"acct-1\"" nl i "}"
#define ONE_LINE \
	"{\"type\":\"oauth\",\"access\":\"at-1\",\"refresh\":\"\"," \
	"\"expires\":1795435200000,\"accountId\":\"acct-1\"}"

/* A file with other logins, before and after; @removed when ours is taken out
 * again, NULL: the file as it was. */
static const struct {
	const char *old, *written, *removed;
} shared[] = {
	{ "", "{\n  \"openai\": " ENTRY("\n", "  ", "") "\n}\n", "{}\n" },
	{ " \n", "{\n  \"openai\": " ENTRY("\n", "  ", "") "\n}\n", "{}\n" },
	{ "{}", "{\n  \"openai\": " ENTRY("\n", "  ", "") "\n}", NULL },
	/* Ours is the last, in the middle, the first, the only one. */
	{ "{\n  \"anthropic\": {\n    \"type\": \"api\",\n"
	    "    \"key\": \"sk-1\"\n  }\n}",
	    "{\n  \"anthropic\": {\n    \"type\": \"api\",\n"
	    "    \"key\": \"sk-1\"\n  },\n"
	    "  \"openai\": " ENTRY("\n", "  ", "") "\n}", NULL },
	{ "{\n  \"a\": 1.50,\n  \"openai\": {\"type\":\"oauth\"},\n"
	    "  \"\\u0062\": \"\\/\"\n}\n",
	    "{\n  \"a\": 1.50,\n  \"openai\": " ENTRY("\n", "  ", "") ",\n"
	    "  \"\\u0062\": \"\\/\"\n}\n",
	    "{\n  \"a\": 1.50,\n  \"\\u0062\": \"\\/\"\n}\n" },
	{ "{\r\n\t\"openai\": null,\r\n\t\"a\"  : [ ]\r\n}\r\n",
	    "{\r\n\t\"openai\": " ENTRY("\r\n", "\t", "") ",\r\n"
	    "\t\"a\"  : [ ]\r\n}\r\n",
	    "{\r\n\t\"a\"  : [ ]\r\n}\r\n" },
	{ "{\"\\u006fpenai\":{\"type\":\"api\",\"key\":\"k\"}}\n",
	    "{\"\\u006fpenai\":" ONE_LINE "}\n", "{}\n" },
	{ "{\"a\":{\"openai\":{}},  \"b\":12345678901234567890}",
	    "{\"a\":{\"openai\":{}},  \"b\":12345678901234567890,"
	    "  \"openai\":" ONE_LINE "}", NULL },
};

static void
shared_files_keep_every_byte(void **state)
{
	const struct consumer *opencode = consumer_find("opencode", NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(shared); i++) {
		struct buffer out = BUFFER_INIT, again = BUFFER_INIT;

		write_file("opencode", shared[i].old, NULL, &out);
		assert_string_equal(out.data, shared[i].written);
		write_file("opencode", out.data, NULL, &again);
		assert_string_equal(again.data, out.data);
		buffer_clear(&again);
		assert_int_equal(consumer_remove(opencode, out.data,
		    out.length, &again, NULL), 0);
		assert_string_equal(again.data, shared[i].removed == NULL ?
		    shared[i].old : shared[i].removed);
		buffer_release(&out);
		buffer_release(&again);
	}
}

/* Two programs' entries in one file, of many. */
static void
many_providers(void **state)
{
	struct buffer old = BUFFER_INIT, one = BUFFER_INIT, two = BUFFER_INIT;
	const char *end;

	(void)state;
	buffer_add_string(&old, "{\n");
	for (int i = 0; i < 200; i++)
		buffer_addf(&old, "  \"p%d\": {\"refresh\": \"rt-%d\"},\n", i,
		    i);
	buffer_add_string(&old, "  \"x\": { }\n}\n");
	write_file("opencode", old.data, "rt-1", &one);
	write_file("pi", one.data, NULL, &two);
	end = two.data + old.length - strlen("\n}\n");
	assert_memory_equal(two.data, old.data, (size_t)(end - two.data));
	assert_string_equal(end,
	    ",\n  \"openai\": " ENTRY("\n", "  ", "rt-1")
	    ",\n  \"openai-codex\": " ENTRY("\n", "  ", "") "\n}\n");
	buffer_clear(&one);
	assert_int_equal(consumer_remove(consumer_find("opencode", NULL),
	    two.data, two.length, &one, NULL), 0);
	buffer_clear(&two);
	assert_int_equal(consumer_remove(consumer_find("pi", NULL), one.data,
	    one.length, &two, NULL), 0);
	assert_string_equal(two.data, old.data);
	buffer_release(&old);
	buffer_release(&one);
	buffer_release(&two);
}

static void
shared_file_that_cannot_be_read_is_refused(void **state)
{
	static const char *const texts[] = { "x", "[]", "{\"a\":1,\"a\":2}" };
	const struct consumer *pi = consumer_find("pi", NULL);
	struct buffer out = BUFFER_INIT;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(consumer_write(pi, texts[i],
		    strlen(texts[i]), &usual, NULL, NULL, &out, NULL, &err),
		    -1);
		assert_int_equal(err.code, ERROR_REFUSED);
		assert_int_equal(consumer_remove(pi, texts[i],
		    strlen(texts[i]), &out, &err), -1);
		assert_int_equal(err.code, ERROR_REFUSED);
		assert_int_equal(out.length, 0);
	}
	/* What is not there need not be removed. */
	assert_int_equal(consumer_remove(pi, " \n", 2, &out, NULL), 0);
	assert_string_equal(out.data, " \n");
	buffer_release(&out);
}

/* A file that is ours alone is written anew, whatever it was. */
static void
whole_file_is_replaced(void **state)
{
	struct buffer out = BUFFER_INIT, same = BUFFER_INIT;

	(void)state;
	write_file("openhands", "garbage", NULL, &out);
	write_file("openhands", "", NULL, &same);
	assert_string_equal(out.data, same.data);
	buffer_release(&out);
	buffer_release(&same);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_whole),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_is_unknown_stays_unknown),
		cmocka_unit_test(lent_chain_of_codex),
		cmocka_unit_test(shared_files_keep_every_byte),
		cmocka_unit_test(many_providers),
		cmocka_unit_test(shared_file_that_cannot_be_read_is_refused),
		cmocka_unit_test(whole_file_is_replaced),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
