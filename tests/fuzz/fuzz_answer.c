/*
 * answer: what the token endpoint said, as it was kept.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "oauth/answer.h"

#define TOKEN_MAX ((size_t)16 * 1024)

static void
check_token(const char *token)
{
	CHECK(token == NULL || text_is_visible_ascii(token, TOKEN_MAX));
}

/* A server may quote a token; a message never does. */
static void
check_quiet(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n;

	for (; *text != '\0'; text += n + (text[n] != '\0')) {
		n = strspn(text, letters);
		CHECK(n < 20);
	}
}

static void
check_failed(const struct answer *answer)
{
	fuzz_check_error(&answer->error);
	check_quiet(answer->error.text);
	CHECK(answer->access_token == NULL);
	CHECK(answer->refresh_token == NULL);
	CHECK(answer->id_token == NULL);
	CHECK(answer->expires_in == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *raw = malloc(size + 1);
	struct answer answer;

	CHECK(raw != NULL);
	memcpy(raw, data, size);
	raw[size] = '\0';
	answer_read(&answer, raw, size);
	check_token(answer.access_token);
	check_token(answer.refresh_token);
	check_token(answer.id_token);
	CHECK(answer.expires_in >= 0);
	if (answer.kind != ANSWER_TOKENS)
		check_failed(&answer);
	else
		CHECK(answer.access_token != NULL ||
		    answer.refresh_token != NULL);
	answer_release(&answer);
	free(raw);
	return 0;
}
