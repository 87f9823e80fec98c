/*
 * jwt: two tokens, a line each: whose login they say it is. The claims may
 * stand there as they are, in place of a token.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "fuzz.h"
#include "oauth/jwt.h"

/* "{...}" is what stands in the middle of a token. */
static char *
token_of(struct fuzz_input *input)
{
	struct buffer token = BUFFER_INIT;
	char *line = fuzz_line(input), *text;

	if (*line != '{')
		return line;
	buffer_add_string(&token, "e30.");
	base64_encode(&token, line, strlen(line));
	for (size_t i = 0; i < token.length; i++)
		if (token.data[i] == '+' || token.data[i] == '/')
			token.data[i] = token.data[i] == '+' ? '-' : '_';
	while (token.data[token.length - 1] == '=')
		token.data[--token.length] = '\0';
	buffer_add_string(&token, ".c2ln");
	free(line);
	text = buffer_detach(&token, NULL);
	CHECK(text != NULL);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *access = token_of(&input), *id = token_of(&input);
	struct error err = ERROR_INIT;
	struct identity identity;
	char text[TIME_TEXT_SIZE];

	if (identity_read(&identity, access, *id == '\0' ? NULL : id,
	    &err) == 0) {
		CHECK(text_is_visible_ascii(identity.user_id, 256));
		CHECK(text_is_visible_ascii(identity.account_id, 256));
		CHECK(identity.email == NULL || identity.email[0] != '\0');
		CHECK(identity.plan == NULL || identity.plan[0] != '\0');
		/* A time that we can write down, or none. */
		time_format(text, identity.expires_at);
		CHECK(text[0] != '\0');
		time_format(text, identity.issued_at);
		CHECK(text[0] != '\0');
	} else
		fuzz_check_error(&err);
	identity_release(&identity);
	free(access);
	free(id);
	return 0;
}
