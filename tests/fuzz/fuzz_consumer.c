/*
 * consumer: a file of a program, read as the file of each. What is there is a
 * login, nothing, or not to be overwritten; and a view written into it is read
 * as one.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "formats/consumer.h"
#include "fuzz.h"

#define TOKEN_MAX ((size_t)16 * 1024)

struct text {
	const char *data;
	size_t length;
};

static void
check_token(const char *token)
{
	CHECK(token == NULL || text_is_visible_ascii(token, TOKEN_MAX));
}

static void
check_login(enum consumer_content content, const struct consumer_login *login)
{
	char text[TIME_TEXT_SIZE];

	/* A time that each program's file can have, or none. */
	time_format(text, login->expires_at);
	CHECK(text[0] != '\0');
	check_token(login->access_token);
	check_token(login->refresh_token);
	check_token(login->id_token);
	check_token(login->account_id);
	check_token(login->issuer);
	CHECK((login->refresh_token != NULL) == (content == CONSUMER_LOGIN));
	if (content == CONSUMER_VIEW || content == CONSUMER_LOGIN)
		CHECK(login->access_token != NULL ||
		    login->refresh_token != NULL);
	else
		CHECK(login->access_token == NULL &&
		    login->refresh_token == NULL &&
		    login->id_token == NULL && login->account_id == NULL &&
		    login->issuer == NULL &&
		    login->expires_at == TIME_UNKNOWN);
}

static enum consumer_content
read_as(const struct consumer *consumer, const struct text *text,
    struct consumer_login *login, struct consumer_span *span)
{
	struct error err = ERROR_INIT;
	enum consumer_content content;

	content = consumer_read(consumer, text->data, text->length, login,
	    span, &err);
	check_login(content, login);
	CHECK(span->start <= text->length);
	CHECK(span->length <= text->length - span->start);
	if (content == CONSUMER_FOREIGN) {
		fuzz_check_error(&err);
		CHECK(err.code == ERROR_REFUSED);
	}
	if (content == CONSUMER_FOREIGN || content == CONSUMER_NOTHING)
		CHECK(span->start == 0 && span->length == 0);
	return content;
}

/* Writes the login, or with @refresh_token NULL a view of it, and reads it. */
static void
check_written(const struct consumer *consumer, const struct text *old,
    const struct consumer_login *login, const char *refresh_token)
{
	struct format_input input = {
		.profile = "x", .access_token = login->access_token,
		.id_token = login->id_token, .account_id = login->account_id,
		.model = "m", .backend = FORMAT_BACKEND_DEFAULT,
		.expires_at = login->expires_at,
	};
	struct consumer_span written, found;
	struct buffer out = BUFFER_INIT;
	struct consumer_login back;
	struct text text;

	if (input.access_token == NULL)
		input.access_token = "a";
	CHECK(consumer_write(consumer, old->data, old->length, &input,
	    refresh_token, login->issuer, &out, &written, NULL) == 0);
	text = (struct text){ out.data, out.length };
	CHECK(read_as(consumer, &text, &back, &found) ==
	    (refresh_token == NULL ? CONSUMER_VIEW : CONSUMER_LOGIN));
	CHECK(fuzz_same(back.access_token, input.access_token));
	CHECK(fuzz_same(back.refresh_token, refresh_token));
	CHECK(back.account_id == NULL ||
	    fuzz_same(back.account_id, input.account_id));
	CHECK(back.expires_at == TIME_UNKNOWN ||
	    back.expires_at == input.expires_at);
	CHECK(found.start == written.start && found.length == written.length);
	consumer_login_release(&back);
	buffer_release(&out);
}

static void
check_removed(const struct consumer *consumer, const struct text *old)
{
	struct buffer out = BUFFER_INIT;
	struct consumer_login login;
	struct consumer_span span;
	struct text text;

	CHECK(consumer_remove(consumer, old->data, old->length, &out,
	    NULL) == 0);
	text = (struct text){ out.data, out.length };
	CHECK(read_as(consumer, &text, &login, &span) == CONSUMER_NOTHING);
	buffer_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = { (const char *)data, size };
	enum consumer_content content;
	struct consumer_login login;
	struct consumer_span span;

	for (size_t i = 0; i < consumers_count; i++) {
		content = read_as(&consumers[i], &text, &login, &span);
		if (content != CONSUMER_FOREIGN) {
			check_written(&consumers[i], &text, &login, NULL);
			if (consumers[i].entry != NULL)
				check_removed(&consumers[i], &text);
		}
		if (content == CONSUMER_LOGIN)
			check_written(&consumers[i], &text, &login,
			    login.refresh_token);
		consumer_login_release(&login);
	}
	consumer_guess(text.data, text.length);
	return 0;
}
