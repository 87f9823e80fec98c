#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/answer.h"

/* protocol.md 5: 16 KiB a token is what others take at most. */
#define TOKEN_MAX ((size_t)16 * 1024)

/* Over ten years is nonsense. */
#define LIFETIME_MAX (INT64_C(3650) * 24 * 3600)

/* protocol.md 3.3, and the lists of other clients there. */
static const struct {
	const char *code;
	enum answer_kind kind;
} refusals[] = {
	{ "refresh_token_reused", ANSWER_REUSED },
	{ "refresh_token_expired", ANSWER_EXPIRED },
	{ "token_expired", ANSWER_EXPIRED },
	{ "refresh_token_invalidated", ANSWER_REVOKED },
	{ "refresh_token_revoked", ANSWER_REVOKED },
	{ "invalid_refresh_token", ANSWER_REVOKED },
	{ "invalid_grant", ANSWER_REVOKED },
};

const char *
answer_code(const struct json *body)
{
	const struct json *error = json_get(body, "error");
	const char *code = json_string(error, "code");

	if (code == NULL)
		code = json_string(body, "error");
	return code != NULL ? code : json_string(body, "code");
}

/* A server may quote what it was sent. Whatever may be a token goes: what is
 * said here is written to the audit and shown. */
#define TOKEN_LIKE 20

static void
redact(char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char *to = text;
	size_t n;

	while (*text != '\0') {
		n = strspn(text, letters);
		if (n >= TOKEN_LIKE) {
			memcpy(to, "***", 3);
			to += 3;
			text += n;
			continue;
		}
		n += text[n] != '\0';
		memmove(to, text, n);
		to += n;
		text += n;
	}
	*to = '\0';
}

const char *
answer_message(const struct json *body, char text[ANSWER_MESSAGE_MAX + 1])
{
	const char *words = json_string(body, "error_description");
	size_t n;

	if (words == NULL)
		words = json_string(json_get(body, "error"), "message");
	if (words == NULL)
		words = answer_code(body);
	if (words == NULL)
		return NULL;
	n = strlen(words);
	if (n > ANSWER_MESSAGE_MAX)
		/* Not in the middle of a character. */
		for (n = ANSWER_MESSAGE_MAX; n > 0 &&
		    ((unsigned char)words[n] & 0xc0) == 0x80; n--)
			continue;
	memcpy(text, words, n);
	text[n] = '\0';
	redact(text);
	return text;
}

#define NO_MEMORY (-2)

/* Copies a token: 0, 1 when there is none, -1 when what is there is none, or
 * NO_MEMORY. */
static int
copy_token(char **to, const struct json *body, const char *key)
{
	const char *token = json_string(body, key);

	if (json_is_absent(body, key))
		return 1;
	if (token == NULL || !text_is_visible_ascii(token, TOKEN_MAX))
		return -1;
	*to = strdup(token);
	return *to == NULL ? NO_MEMORY : 0;
}

/* A refresh token that cannot be used means that the old one is spent and its
 * successor not known. One that is not there means that the old one stays
 * (RFC 6749 section 6). */
static void
read_tokens(struct answer *answer, const struct json *body)
{
	int access, refresh;

	access = copy_token(&answer->access_token, body, "access_token");
	refresh = copy_token(&answer->refresh_token, body, "refresh_token");
	copy_token(&answer->id_token, body, "id_token");
	if (json_integer_liberal(body, "expires_in", &answer->expires_in) != 0
	    || answer->expires_in < 0 || answer->expires_in > LIFETIME_MAX)
		answer->expires_in = 0;
	if (refresh == NO_MEMORY || access == NO_MEMORY)
		error_no_memory(&answer->error);
	else if (refresh == 0 || (refresh > 0 && access == 0))
		answer->kind = ANSWER_TOKENS;
	else
		error_set(&answer->error, ERROR_UNAVAILABLE, refresh < 0 ?
		    _("the issuer's answer has a refresh token that is none") :
		    _("the issuer's answer has no tokens in it"));
	if (answer->kind != ANSWER_TOKENS) {
		/* Of a chain that is not known there is nothing to keep. */
		answer_release(answer);
		answer->expires_in = 0;
	}
}

/* What a 400 or 401 in JSON means for the token. */
static enum answer_kind
refusal_of(long status, const struct json *body)
{
	const char *code = answer_code(body);

	for (size_t i = 0; code != NULL &&
	    i < sizeof refusals / sizeof refusals[0]; i++)
		if (strcasecmp(code, refusals[i].code) == 0)
			return refusals[i].kind;
	/* Any other 400 is a request that was not understood, which says
	 * nothing about the login. */
	return status == 401 ? ANSWER_REVOKED : ANSWER_REJECTED;
}

/*
 * Gateways that had sent the request on and lost the answer (502, 504, and
 * 520 and 524 of the one in front of the issuer): the token may be spent.
 */
static bool
is_lost(long status)
{
	return status == 502 || status == 504 || status == 520 ||
	    status == 524;
}

static void
read_refusal(struct answer *answer, long status, const struct json *body)
{
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *message = answer_message(body, text);

	if ((status == 400 || status == 401) && json_is_object(body)) {
		answer->kind = refusal_of(status, body);
		error_set(&answer->error,
		    answer->kind == ANSWER_REJECTED ? ERROR_FAILED :
		    ERROR_NEEDS_LOGIN, _("the issuer refused (%ld: %s)"),
		    status, message == NULL ? _("no reason given") : message);
	} else if (is_lost(status)) {
		error_set(&answer->error, ERROR_UNAVAILABLE,
		    _("the way to the issuer broke after the request was sent "
		    "(%ld)"), status);
	} else {
		answer->kind = ANSWER_UNAVAILABLE;
		error_set(&answer->error, ERROR_UNAVAILABLE, message != NULL ?
		    _("the issuer is not available (%ld: %s)") :
		    status >= 300 && status < 400 ?
		    _("the issuer answers with a redirect (%ld), which is not "
		    "followed") :
		    _("the issuer, or a proxy before it, answers %ld"),
		    status, message);
	}
}

void
answer_read(struct answer *answer, const char *raw, size_t length)
{
	const char *body = memchr(raw, '\n', length);
	struct error why = ERROR_INIT;
	struct json *json;
	long status = 0;

	memset(answer, 0, sizeof *answer);
	answer->kind = ANSWER_IN_DOUBT;
	error_set(&answer->error, ERROR_UNAVAILABLE, "%s",
	    _("the request was sent, but no answer came"));
	/* NOLINTNEXTLINE(cert-err34-c): three digits fit. */
	if (body == NULL || sscanf(raw, "HTTP %3ld\n", &status) != 1 ||
	    status < 100)
		return;
	body++;
	json = json_parse(body, length - (size_t)(body - raw), &why);
	if (error_is_no_memory(&why)) {
		answer->error = why;
		return;
	}
	if (status < 200 || status > 299)
		read_refusal(answer, status, json);
	else if (json_is_object(json))
		read_tokens(answer, json);
	else
		error_set(&answer->error, ERROR_UNAVAILABLE, "%s",
		    _("the issuer's answer is cut short or not understood"));
	json_free(json);
}

/* No issuer means more than a day. */
#define RETRY_AFTER_MAX INT64_C(86400)

bool
answer_read_retry_after(const char *line, size_t length, int64_t *seconds)
{
	static const char name[] = "retry-after:";
	size_t at = sizeof name - 1;
	int64_t value = 0;

	if (length <= at || strncasecmp(line, name, at) != 0)
		return false;
	while (at < length && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (at == length || line[at] < '0' || line[at] > '9')
		return false;
	for (; at < length && line[at] >= '0' && line[at] <= '9'; at++) {
		value = value * 10 + (line[at] - '0');
		if (value > RETRY_AFTER_MAX)
			return false;
	}
	while (at < length && text_is_space(line[at]))
		at++;
	if (at < length)
		return false;
	*seconds = value;
	return true;
}

bool
answer_read_date(const char *line, size_t length, int64_t *when)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char form[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	const size_t form_length = sizeof form - 1;
	char month[4] = "", time[TIME_TEXT_SIZE];
	const char *found;

	if (length < 5 || strncasecmp(line, "date:", 5) != 0)
		return false;
	for (line += 5, length -= 5; length > 0 && text_is_space(*line);
	    line++, length--)
		continue;
	while (length > 0 && text_is_space(line[length - 1]))
		length--;
	if (length != form_length || memcmp(line + 3, ", ", 2) != 0 ||
	    strncmp(line + 25, form + 25, 4) != 0)
		return false;
	memcpy(month, line + 8, 3);
	found = strstr(months, month);
	if (found == NULL || (found - months) % 3 != 0)
		return false;
	/* Whether there is such a day, and digits, is time_parse()'s to see. */
	snprintf(time, sizeof time, "%.4s-%02d-%.2s" "T%.8sZ", line + 12,
	    (int)(found - months) / 3 + 1, line + 5, line + 17);
	return time_parse(time, when) == 0;
}

void
answer_release(struct answer *answer)
{
	secret_free(&answer->access_token);
	secret_free(&answer->refresh_token);
	secret_free(&answer->id_token);
}
