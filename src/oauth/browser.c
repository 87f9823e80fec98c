#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "oauth/answer.h"
#include "oauth/browser.h"
#include "oauth/issuer.h"

const int browser_ports[BROWSER_PORTS] = { 1455, 1457 };

/* 32 bytes as base64url. */
static int
copy_base64url(char text[BROWSER_RANDOM_SIZE], const unsigned char bytes[32],
    struct error *err)
{
	struct buffer out = BUFFER_INIT;
	int result = -1;

	base64url_encode(&out, bytes, 32);
	if (buffer_ok(&out, err)) {
		/* 43 characters: a text of so many bytes is never longer. */
		strcpy(text, out.data);
		result = 0;
	}
	buffer_release(&out);
	return result;
}

static int
make_random(char text[BROWSER_RANDOM_SIZE], struct error *err)
{
	unsigned char bytes[32];
	int result;

	if (getentropy(bytes, sizeof bytes) != 0)
		return error_set(err, ERROR_FAILED, "%s",
		    _("the system has no random numbers"));
	result = copy_base64url(text, bytes, err);
	secret_wipe(bytes, sizeof bytes);
	return result;
}

int
browser_begin(struct browser *browser, int port, struct error *err)
{
	memset(browser, 0, sizeof *browser);
	browser->port = port;
	if (make_random(browser->verifier, err) == 0 &&
	    make_random(browser->state, err) == 0)
		return 0;
	secret_wipe(browser, sizeof *browser);
	return -1;
}

void
browser_redirect(const struct browser *browser,
    char uri[BROWSER_REDIRECT_SIZE])
{
	snprintf(uri, BROWSER_REDIRECT_SIZE, "http://127.0.0.1:%d"
	    BROWSER_PATH, browser->port);
}

void
browser_url(const struct browser *browser, const char *issuer,
    char url[MESSAGE_URL_MAX])
{
	unsigned char hash[DIGEST_BYTES];
	char challenge[BROWSER_RANDOM_SIZE] = "";

	digest_bytes(hash, browser->verifier, strlen(browser->verifier));
	/* Out of memory: an address that the issuer refuses. */
	copy_base64url(challenge, hash, NULL);
	snprintf(url, MESSAGE_URL_MAX, "%.*s/oauth/authorize"
	    "?response_type=code&client_id=%s"
	    "&redirect_uri=http%%3A%%2F%%2F127.0.0.1%%3A%d%%2Fauth%%2Fcallback"
	    "&scope=openid%%20profile%%20email%%20offline_access"
	    "&code_challenge=%s&code_challenge_method=S256&state=%s"
	    "&id_token_add_organizations=true&codex_cli_simplified_flow=true"
	    "&originator=%s", (int)issuer_length(issuer), issuer,
	    ISSUER_CLIENT_ID, browser->port,
	    challenge, browser->state, PACKAGE_NAME);
}

/* --- The way back -------------------------------------------------------- */

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	at = memchr(digits, c, sizeof digits - 1);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Appends a value as it was before it went into a query. What is not ASCII
 * becomes a question mark: none of the values that count has any. */
static void
add_decoded(struct buffer *out, const char *text, size_t length)
{
	int high, low;
	char c;

	for (size_t i = 0; i < length; i++) {
		c = text[i];
		if (c == '+')
			c = ' ';
		if (c == '%' && i + 2 < length &&
		    (high = hex_digit(text[i + 1])) >= 0 &&
		    (low = hex_digit(text[i + 2])) >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c < 0x20 || c > 0x7e)
			c = '?';
		buffer_add_char(out, c);
	}
}

/* The parameters of a query, each of which may be there once, as an object:
 * NULL when they are no such thing. */
static struct json *
read_query(const char *query, size_t length)
{
	struct json *object = json_object();
	struct buffer key = BUFFER_INIT, value = BUFFER_INIT;
	const char *end = query + length, *stop, *equals;
	bool good = true;

	for (; good && query < end; query = stop + 1) {
		stop = memchr(query, '&', (size_t)(end - query));
		if (stop == NULL)
			stop = end;
		equals = memchr(query, '=', (size_t)(stop - query));
		if (equals == NULL)
			continue;
		buffer_clear(&key);
		buffer_clear(&value);
		add_decoded(&key, query, (size_t)(equals - query));
		add_decoded(&value, equals + 1, (size_t)(stop - equals - 1));
		good = buffer_ok(&key, NULL) && buffer_ok(&value, NULL) &&
		    json_is_absent(object, key.data);
		if (good)
			json_set_string(object, key.data, value.data);
	}
	buffer_release(&key);
	buffer_release(&value);
	if (good)
		return object;
	json_free(object);
	return NULL;
}

/* In a time that says nothing about where they differ. */
static bool
is_state(const struct browser *browser, const char *text)
{
	unsigned char differ = 0;

	if (text == NULL || strlen(text) != BROWSER_RANDOM_SIZE - 1)
		return false;
	for (size_t i = 0; i < BROWSER_RANDOM_SIZE - 1; i++)
		differ |= (unsigned char)(text[i] ^ browser->state[i]);
	return differ == 0;
}

static void
explain(const struct json *query, struct error *err)
{
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *code = answer_code(query);
	const char *description = json_string(query, "error_description");
	/* There is one: what stands behind "error". */
	const char *message = answer_message(query, text);
	bool denied = strcmp(code, "access_denied") == 0;

	if (denied && description != NULL &&
	    strstr(description, "missing_codex_entitlement") != NULL)
		error_set(err, ERROR_NEEDS_LOGIN, "%s",
		    _("this workspace is not enabled for Codex; ask its admin, "
		    "or start again and choose another workspace"));
	else if (denied)
		error_set(err, ERROR_NEEDS_LOGIN, "%s",
		    _("the sign-in was declined in the browser; start again "
		    "to try once more"));
	else
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("the issuer ended the sign-in (%s); start again"),
		    message);
}

static enum browser_answer
refuse(struct error *err, const char *why)
{
	error_set(err, ERROR_USAGE, "%s", why);
	return BROWSER_REFUSED;
}

static enum browser_answer
judge(const struct browser *browser, const struct json *query,
    struct browser_grant *grant, struct error *err)
{
	const char *code = json_string(query, "code");

	/* First of all: who does not know it is not the issuer, and ends
	 * nothing. */
	if (!is_state(browser, json_string(query, "state")))
		return refuse(err, _("that address is of another sign-in, or "
		    "cut off; give the one that this sign-in ended at"));
	if (json_string(query, "error") != NULL) {
		explain(query, err);
		return BROWSER_ENDED;
	}
	if (code == NULL ||
	    !text_is_visible_ascii(code, sizeof grant->code - 1))
		return refuse(err, _("that address has no code in it; give "
		    "all of it"));
	strcpy(grant->code, code);
	return BROWSER_APPROVED;
}

enum browser_answer
browser_read(const struct browser *browser, const char *address,
    struct browser_grant *grant, struct error *err)
{
	const char *from = strstr(address, BROWSER_PATH "?");
	enum browser_answer result;
	struct json *query;

	memset(grant, 0, sizeof *grant);
	if (from == NULL)
		return refuse(err, _("that is not the address that the browser "
		    "ended at; it looks like "
		    "http://127.0.0.1:1455/auth/callback?code=..."));
	from += strlen(BROWSER_PATH "?");
	query = read_query(from, strcspn(from, "# \t\r\n"));
	result = judge(browser, query, grant, err);
	json_free(query);
	return result;
}
