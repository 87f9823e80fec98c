/*
 * What is left of a plan's limits, for chatelaine-oauth: one request with an
 * access token, which spends nothing.
 */
#include "config.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/helper_part.h"
#include "oauth/usage.h"

/* What a token and an account's id may be in a header (protocol.md 5,
 * "Sizes"). */
#define TOKEN_MAX ((size_t)16 * 1024)
#define ACCOUNT_MAX ((size_t)256)

/* Visible characters only: a line break would begin another header. */
static int
check_headers(const struct message_request *request, struct error *err)
{
	if (text_is_visible_ascii(request->token, TOKEN_MAX) &&
	    (request->account == NULL ||
	    text_is_visible_ascii(request->account, ACCOUNT_MAX)))
		return 0;
	return error_set(err, ERROR_FAILED, "%s",
	    _("the access token or the account id has characters in it that "
	    "none has; sign in again"));
}

static int
ask_usage(struct http *http, const struct message_request *request,
    struct usage *usage, struct error *err)
{
	struct buffer bearer = BUFFER_INIT, account = BUFFER_INIT;
	struct http_answer answer = HTTP_ANSWER_INIT;
	const char *headers[3] = { NULL, NULL, NULL };
	char url[USAGE_URL_SIZE];
	const struct http_request get = { .url = url, .headers = headers,
	    .timeout_ms = TIMEOUT_MS, .answer = -1, .abandonable = true };
	int result = -1;

	usage_url(url, request->issuer);
	buffer_addf(&bearer, "authorization: Bearer %s", request->token);
	headers[0] = bearer.data;
	if (request->account != NULL) {
		buffer_addf(&account, "chatgpt-account-id: %s",
		    request->account);
		headers[1] = account.data;
	}
	if (buffer_ok(&bearer, err) && buffer_ok(&account, err))
		result = http_get(http, &get, &answer, err);
	if (result == 0)
		result = usage_read(answer.status, &answer.body,
		    answer.retry_after, time_now(), usage, err);
	http_release(&answer);
	buffer_release(&account);
	buffer_release(&bearer);
	return result;
}

int
run_usage(struct http *http, const struct message_request *request)
{
	struct message_event event = { .kind = MESSAGE_USAGE_TOLD };
	struct error err = ERROR_INIT;

	if (check_headers(request, &err) != 0 ||
	    ask_usage(http, request, &event.usage, &err) != 0)
		return say_failed(&err, false);
	hear_time(http, &event);
	return say(&event) ? EXIT_SUCCESS : EXIT_FAILURE;
}
