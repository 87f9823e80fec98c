#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/answer.h"
#include "oauth/device.h"

#define INTERVAL_DEFAULT 5
#define INTERVAL_MAX 60

/* Copies a member that must be visible ASCII and fit. */
static int
copy_member(char *to, size_t size, const struct json *body, const char *key)
{
	const char *text = json_string(body, key);

	if (text == NULL || !text_is_visible_ascii(text, size - 1))
		return -1;
	strcpy(to, text);
	return 0;
}

/* A string or a number (protocol.md 1.1: live it is a string). */
static int64_t
read_interval(const struct json *body)
{
	int64_t interval;

	if (json_integer_liberal(body, "interval", &interval) != 0)
		return INTERVAL_DEFAULT;
	if (interval < 1)
		return 1;
	return interval > INTERVAL_MAX ? INTERVAL_MAX : interval;
}

/* The server's end of the code, but never beyond the fifteen minutes that all
 * clients allow; a clock that is off must not end it before it began. */
static int64_t
read_lifetime(const struct json *body, int64_t now)
{
	const char *text = json_string(body, "expires_at");
	int64_t end;

	if (text == NULL || time_parse(text, &end) != 0 || end <= now ||
	    end - now > DEVICE_LIFETIME)
		return DEVICE_LIFETIME;
	return end - now;
}

static int
refuse_code(long status, const struct json *body, int64_t retry_after,
    struct error *err)
{
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *message = answer_message(body, text);

	if (status == 404)
		return error_set(err, ERROR_FAILED, "%s",
		    _("this issuer has no sign-in by device code; check "
		    "CHATELAINE_ISSUER"));
	if (status == 429 && retry_after > 0)
		return error_set(err, ERROR_UNAVAILABLE,
		    _("the issuer has had too many requests; try again in "
		    "%lld s"), (long long)retry_after);
	if (status == 429)
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the issuer has had too many requests; try again in a "
		    "few minutes"));
	if (status == 403 && !json_is_object(body))
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("something before the issuer turned the request away "
		    "(403, a web page); try again later or from another "
		    "network"));
	if (status >= 300 && status < 400)
		return error_set(err, ERROR_UNAVAILABLE,
		    _("the issuer answers with a redirect (%ld), which is not "
		    "followed; check the network and CHATELAINE_ISSUER"),
		    status);
	return error_set(err, ERROR_UNAVAILABLE,
	    _("the issuer gives no code (%ld: %s); try again later"), status,
	    message == NULL ? _("no reason given") : message);
}

int
device_read_code(long status, const struct buffer *body, int64_t retry_after,
    int64_t now, struct device *device, struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *json = json_parse(body->data, body->length, &why);
	int result = -1;

	memset(device, 0, sizeof *device);
	if (error_is_no_memory(&why))
		error_no_memory(err);
	else if (status < 200 || status > 299)
		refuse_code(status, json, retry_after, err);
	else if (copy_member(device->id, sizeof device->id, json,
	    "device_auth_id") != 0 ||
	    (copy_member(device->code, sizeof device->code, json,
	    "user_code") != 0 &&
	    copy_member(device->code, sizeof device->code, json,
	    "usercode") != 0))
		error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the issuer's answer is not understood; try again "
		    "later"));
	else {
		device->interval = read_interval(json);
		device->lifetime = read_lifetime(json, now);
		result = 0;
	}
	if (result != 0)
		memset(device, 0, sizeof *device);
	json_free(json);
	return result;
}

/* Finds a word in what the server says, whatever its case. */
static bool
mentions(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; text != NULL && *text != '\0'; text++)
		if (strncasecmp(text, word, n) == 0)
			return true;
	return false;
}

/* 403 and 404 are "not yet", but an expired code is a 403 too, of which only
 * the message is known for sure (protocol.md 1.3). */
static enum device_poll
read_wait(const struct json *body, struct error *err)
{
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *code = answer_code(body);

	if (mentions(code, "expired") ||
	    mentions(answer_message(body, text), "expired")) {
		error_set(err, ERROR_NEEDS_LOGIN, "%s",
		    _("the code has ended; start again for a new one"));
		return DEVICE_ENDED;
	}
	if (mentions(code, "declined") || mentions(code, "denied")) {
		error_set(err, ERROR_NEEDS_LOGIN, "%s",
		    _("the sign-in was declined in the browser; start again "
		    "to try once more"));
		return DEVICE_ENDED;
	}
	return mentions(code, "slow_down") ? DEVICE_SLOW_DOWN :
	    DEVICE_PENDING;
}

static enum device_poll
read_failure(long status, const struct json *body, struct error *err)
{
	const char *code = answer_code(body);
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *message = answer_message(body, text);

	if (mentions(code, "declined") || mentions(code, "denied") ||
	    mentions(code, "expired") || mentions(code, "slow_down"))
		return read_wait(body, err);
	if ((status == 400 || status == 401) && json_is_object(body)) {
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("the issuer ended the sign-in (%ld: %s); start again"),
		    status, message == NULL ? _("no reason given") : message);
		return DEVICE_ENDED;
	}
	error_set(err, ERROR_UNAVAILABLE,
	    _("the issuer, or a proxy before it, answers %ld; try again "
	    "later"), status);
	return DEVICE_FAILING;
}

enum device_poll
device_read_poll(long status, const struct buffer *body,
    struct device_grant *grant, struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *json = json_parse(body->data, body->length, &why);
	enum device_poll result;

	memset(grant, 0, sizeof *grant);
	if (error_is_no_memory(&why)) {
		error_no_memory(err);
		return DEVICE_FAILING;
	}
	if (status >= 200 && status <= 299) {
		result = DEVICE_APPROVED;
		if (copy_member(grant->code, sizeof grant->code, json,
		    "authorization_code") != 0 ||
		    copy_member(grant->verifier, sizeof grant->verifier, json,
		    "code_verifier") != 0) {
			error_set(err, ERROR_UNAVAILABLE, "%s",
			    _("the issuer's answer is not understood; try "
			    "again later"));
			result = DEVICE_FAILING;
		}
	} else if (status == 403 || status == 404)
		result = read_wait(json, err);
	else
		result = read_failure(status, json, err);
	if (result != DEVICE_APPROVED)
		secret_wipe(grant, sizeof *grant);
	json_free(json);
	return result;
}
