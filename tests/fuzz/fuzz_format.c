/*
 * format: a token, an account and a model in three lines, in each format. They
 * come out as they went in, and as nothing else: what a shell, curl or Python
 * makes of the text is read here by their rules.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "formats/format.h"
#include "fuzz.h"

#define TOKEN_MAX ((size_t)16 * 1024)

/* What a shell makes of the word at *@at, up to the end of its line. */
static void
read_word(const char **at, struct buffer *word)
{
	for (; **at != '\n' && **at != '\0'; (*at)++)
		if (**at == '\'') {
			for ((*at)++; **at != '\''; (*at)++) {
				CHECK(**at != '\0');
				buffer_add_char(word, **at);
			}
		} else if (**at == '\\')
			buffer_add_char(word, *++*at);
		else {
			/* Nothing that a shell would act upon. */
			CHECK(strchr(" \t;&|<>()$`\"*?[]#~!{}", **at) == NULL);
			buffer_add_char(word, **at);
		}
}

/* What stands behind @key in quotation marks, by the rules that curl's config
 * and Python share. */
static void
read_quoted(const char *text, const char *key, struct buffer *value)
{
	const char *at = strstr(text, key);

	CHECK(at != NULL);
	for (at += strlen(key); *at != '"'; at++) {
		CHECK(*at != '\0' && *at != '\n');
		if (*at == '\\')
			at++;
		buffer_add_char(value, *at);
	}
	CHECK(strchr(",\n", at[1]) != NULL);
}

static void
check_quoted(const char *text, const char *key, const char *wanted)
{
	struct buffer value = BUFFER_INIT;

	read_quoted(text, key, &value);
	CHECK(strcmp(value.data, wanted) == 0);
	buffer_release(&value);
}

static void
check_env(const char *text, const char *token)
{
	static const char key[] = "LLM_API_KEY=";
	struct buffer word = BUFFER_INIT;
	bool found = false;

	while (*text != '\0') {
		CHECK(strncmp(text, "export ", 7) == 0);
		text += 7;
		buffer_clear(&word);
		read_word(&text, &word);
		if (strncmp(word.data, key, strlen(key)) == 0) {
			CHECK(strcmp(word.data + strlen(key), token) == 0);
			found = true;
		}
		CHECK(*text == '\n');
		text++;
	}
	CHECK(found);
	buffer_release(&word);
}

/* What is in the text can only be the token. */
static bool
is_told_apart(const struct format_input *input)
{
	const char *token = input->access_token;

	return strlen(token) > 50 && strstr(input->model, token) == NULL &&
	    (input->account_id == NULL ||
	    strstr(input->account_id, token) == NULL);
}

static void
check_one(const struct format *format, const struct format_input *input)
{
	struct buffer out = BUFFER_INIT;

	CHECK(format->print(input, &out, NULL) == 0);
	CHECK(out.length > 0 && out.data[out.length - 1] == '\n');
	for (size_t i = 0; i < out.length; i++)
		CHECK(out.data[i] == '\n' || out.data[i] >= 0x20);
	if (out.data[0] == '{')
		json_free(fuzz_check_json(&out));
	if (!format->secret && is_told_apart(input))
		CHECK(strstr(out.data, input->access_token) == NULL);
	if (strcmp(format->name, "env") == 0)
		check_env(out.data, input->access_token);
	if (strcmp(format->name, "curl") == 0)
		check_quoted(out.data, "header = \"Authorization: Bearer ",
		    input->access_token);
	if (strcmp(format->name, "openhands-python") == 0)
		check_quoted(out.data, "api_key=\"", input->access_token);
	buffer_release(&out);
}

/* What is short of memory is no file, whatever was already in it. */
static void
check_full(const struct format *format, const struct format_input *input)
{
	struct error err = ERROR_INIT;
	struct buffer out = BUFFER_INIT;

	out.failed = true;
	CHECK(format->print(input, &out, &err) == -1);
	CHECK(error_is_no_memory(&err));
	buffer_release(&out);
}

/* A name is that of one format, or of none. */
static void
check_found(const char *name)
{
	struct error err = ERROR_INIT;
	const struct format *found = format_find(name, &err);

	if (found == NULL) {
		fuzz_check_error(&err);
		CHECK(err.code == ERROR_USAGE);
	} else
		CHECK(strcmp(found->name, name) == 0);
}

/* Any text is a word of a shell. */
static void
check_word(const char *text)
{
	struct buffer word = BUFFER_INIT, back = BUFFER_INIT;
	const char *at;

	if (strchr(text, '\n') != NULL)
		return;
	buffer_add_word(&word, text);
	CHECK(word.length > 0);
	at = word.data;
	read_word(&at, &back);
	CHECK(strcmp(back.data, text) == 0);
	buffer_release(&word);
	buffer_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input all = { data, size };
	char *token = fuzz_line(&all), *account = fuzz_line(&all);
	char *model = fuzz_line(&all);
	struct format_input input = {
		.profile = "work", .access_token = token,
		.backend = FORMAT_BACKEND_DEFAULT,
		.expires_at = 1795435200, .last_refresh = 1795435200,
	};

	check_word(token);
	check_found(model);
	input.model = format_check_model(model, NULL);
	if (text_is_visible_ascii(account, 256))
		input.account_id = account;
	if (input.model != NULL && text_is_visible_ascii(token, TOKEN_MAX))
		for (size_t i = 0; i < formats_count; i++) {
			check_one(&formats[i], &input);
			check_full(&formats[i], &input);
			CHECK(format_find(formats[i].name, NULL) ==
			    &formats[i]);
		}
	free(token);
	free(account);
	free(model);
	return 0;
}
