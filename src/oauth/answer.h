/*
 * answer: what the token endpoint said (protocol.md 1.4, 3.1, 3.3).
 *
 * The answer is read where it was kept: "HTTP 200\n" and the raw body. It is
 * read the same way right after it came and by whoever finds it later.
 */
#ifndef OAUTH_ANSWER_H
#define OAUTH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum answer_kind {
	/* No answer, or one that does not say whether the token was spent:
	 * cut short, not understood, or of a gateway that lost it. */
	ANSWER_IN_DOUBT,
	ANSWER_TOKENS,
	/* The issuer will never take this token again. */
	ANSWER_REUSED,
	ANSWER_EXPIRED,
	ANSWER_REVOKED,
	/* Not now, and nothing was spent: overload, a proxy's page, ... */
	ANSWER_UNAVAILABLE,
	/* The issuer did not understand us. */
	ANSWER_REJECTED
};

/* Tokens are owned; NULL where the answer had none, and for all kinds but
 * ANSWER_TOKENS. */
struct answer {
	enum answer_kind kind;
	char *access_token, *refresh_token, *id_token;
	int64_t expires_in;	/* s; 0 when not said */
	struct error error;	/* all kinds but ANSWER_TOKENS */
};

/* Reads an answer. Never fails: what cannot be read is a kind of its own. @raw
 * ends in a NUL that @length does not count. The caller wipes it with
 * answer_release(). */
void answer_read(struct answer *answer, const char *raw, size_t length);
void answer_release(struct answer *answer);

/* True if a line of a header, of any end, is a Retry-After in seconds that are
 * no nonsense; the form with a date is rare and not needed. */
bool answer_read_retry_after(const char *line, size_t length,
    int64_t *seconds);

/* The same of a Date, in the one form that servers send (RFC 9110 5.6.7):
 * *@when in seconds since 1970. */
bool answer_read_date(const char *line, size_t length, int64_t *when);

/* More of a server's words than this says nothing more. Bytes. */
#define ANSWER_MESSAGE_MAX 200

struct json;

/*
 * What a server gave as the reason of an error: error_description,
 * error.message, error.code, error; cut to ANSWER_MESSAGE_MAX, and without
 * anything as long as a token, in @text, which is returned; NULL when there is
 * none. And its code. Raw words of the server: to be shown through base/text
 * only.
 */
const char *answer_message(const struct json *body,
    char text[ANSWER_MESSAGE_MAX + 1]);
const char *answer_code(const struct json *body);

#endif
