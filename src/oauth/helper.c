/*
 * chatelaine-oauth: everything that needs a network, and nothing else.
 *
 * Reads one request (oauth/message), sends what it takes, says what happens.
 * It opens no file of the store: it has two pipes and, for an answer that must
 * not be lost, one descriptor that was made ready for it. Once it knows where
 * to, it gives up the rest of the machine (oauth/confine).
 */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/answer.h"
#include "oauth/confine.h"
#include "oauth/device.h"
#include "oauth/helper_part.h"
#include "oauth/http.h"
#include "oauth/issuer.h"
#include "oauth/message.h"

#define POLL_TIMEOUT_MS 10000
#define REVOKE_TIMEOUT_MS 10000	/* protocol.md 4 */

#define TYPE_JSON "application/json"
#define TYPE_FORM "application/x-www-form-urlencoded"

bool
say(const struct message_event *event)
{
	struct buffer line = BUFFER_INIT;
	bool said;

	message_print_event(&line, event);
	said = line.length > 0 &&
	    file_write_all(STDOUT_FILENO, line.data, line.length) == 0;
	buffer_release(&line);
	return said;
}

bool
say_kind(enum message_kind kind)
{
	struct message_event event = { .kind = kind };

	return say(&event);
}

int
say_failed(const struct error *why, bool sent)
{
	struct message_event event = { .kind = MESSAGE_FAILED, .sent = sent };

	if (why->code == ERROR_INTERRUPTED)
		return EXIT_FAILURE;	/* nobody to say it to */
	event.error = *why;
	say(&event);
	return EXIT_FAILURE;
}

void
endpoint(char url[URL_SIZE], const char *issuer, const char *path)
{
	snprintf(url, URL_SIZE, "%.*s%s", (int)issuer_length(issuer), issuer,
	    path);
}

/* The answer is written down, so whoever asked, or comes next, may go on: not
 * only when this process is quite gone. */
static void
release_files(void)
{
	close(MESSAGE_ANSWER_FD);
	for (int i = 0; i < MESSAGE_LOCKS; i++)
		close(MESSAGE_LOCK_FD + i);
}

void
hear_time(const struct http *http, struct message_event *event)
{
	event->told_time = http_server_ahead(http, &event->server_ahead);
}

/* From here on we end when the answer is there, or its time is over. Whoever
 * ends all programs, as a service manager and a shutdown do, cannot know that
 * nobody would ever have it. */
static void
ignore_endings(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
		signal(ending[i], SIG_IGN);
}

/* Sends a form to the token endpoint, the answer going to MESSAGE_ANSWER_FD.
 * Exits the operation one way or the other. */
static int
spend(struct http *http, const char *issuer, const struct buffer *form,
    int64_t timeout_ms)
{
	struct http_request request = {
		.content_type = TYPE_FORM, .body = form->data,
		.timeout_ms = timeout_ms, .answer = MESSAGE_ANSWER_FD,
	};
	struct message_event answered = { .kind = MESSAGE_ANSWERED };
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct error err = ERROR_INIT;
	char url[URL_SIZE];
	int status;

	if (!buffer_ok(form, &err))
		return say_failed(&err, false);
	endpoint(url, issuer, "/oauth/token");
	request.url = url;
	ignore_endings();
	/* If nobody hears this, nobody reserved: do not send. */
	if (!say_kind(MESSAGE_SPENDING))
		return EXIT_FAILURE;
	status = http_post(http, &request, &answer, &err);
	release_files();
	hear_time(http, &answered);
	answered.retry_after = answer.retry_after;
	if (status == 0)
		say(&answered);
	else
		status = say_failed(&err, answer.sent);
	http_release(&answer);
	return status;
}

static int
run_refresh(struct http *http, const struct message_request *request)
{
	struct buffer form = BUFFER_INIT;
	int status;

	http_add_field(http, &form, "grant_type", "refresh_token");
	http_add_field(http, &form, "refresh_token", request->token);
	http_add_field(http, &form, "client_id", ISSUER_CLIENT_ID);
	status = spend(http, request->issuer, &form, request->patient ?
	    PATIENT_TIMEOUT_MS : SPEND_TIMEOUT_MS);
	buffer_release(&form);
	return status;
}

/* Sends JSON to one of the other endpoints. */
static int
post_json(struct http *http, const char *issuer, const char *path,
    struct json *object, int64_t timeout_ms, struct http_answer *answer,
    struct error *err)
{
	struct buffer body = BUFFER_INIT;
	struct http_request request = {
		.content_type = TYPE_JSON, .timeout_ms = timeout_ms,
		.answer = -1, .abandonable = true,
	};
	char url[URL_SIZE];
	int result = -1;

	endpoint(url, issuer, path);
	request.url = url;
	if (json_print(object, JSON_LINE, &body, err) == 0) {
		request.body = body.data;
		result = http_post(http, &request, answer, err);
	}
	buffer_release(&body);
	return result;
}

static int
run_revoke(struct http *http, const struct message_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct json *object = json_object(), *body;
	struct error err = ERROR_INIT;
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *message;
	int status;

	/* As Codex does, byte for byte (protocol.md 4). */
	json_set_string(object, "token", request->token);
	if (request->operation == MESSAGE_REVOKE_ACCESS)
		json_set_string(object, "token_type_hint", "access_token");
	else {
		json_set_string(object, "token_type_hint", "refresh_token");
		json_set_string(object, "client_id", ISSUER_CLIENT_ID);
	}
	if (post_json(http, request->issuer, "/oauth/revoke", object,
	    REVOKE_TIMEOUT_MS, &answer, &err) != 0)
		status = say_failed(&err, answer.sent);
	else if (answer.status >= 200 && answer.status <= 299) {
		say_kind(MESSAGE_DONE);
		status = EXIT_SUCCESS;
	} else {
		body = json_parse(answer.body.data, answer.body.length, NULL);
		message = answer_message(body, text);
		error_set(&err, ERROR_UNAVAILABLE,
		    _("the issuer did not sign out (%ld: %s)"), answer.status,
		    message == NULL ? _("no reason given") : message);
		json_free(body);
		status = say_failed(&err, false);
	}
	http_release(&answer);
	return status;
}

static int
get_code(struct http *http, const char *issuer, struct device *device,
    struct error *err)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct json *object = json_object();
	int64_t ahead;
	int result;

	json_set_string(object, "client_id", ISSUER_CLIENT_ID);
	result = post_json(http, issuer, "/api/accounts/deviceauth/usercode",
	    object, TIMEOUT_MS, &answer, err);
	/* When the code ends is said by the server's clock. */
	http_server_ahead(http, &ahead);
	if (result == 0)
		result = device_read_code(answer.status, &answer.body,
		    answer.retry_after, time_now() + ahead, device, err);
	http_release(&answer);
	return result;
}

static bool
say_code(const struct http *http, const char *issuer,
    const struct device *device)
{
	struct message_event event = { .kind = MESSAGE_CODE };
	bool said;

	hear_time(http, &event);
	endpoint(event.url, issuer, "/codex/device");
	event.device = *device;
	event.expires_at = time_now() + device->lifetime;
	said = say(&event);
	secret_wipe(&event.device, sizeof event.device);
	return said;
}

static enum device_poll
poll_once(struct http *http, const char *issuer, const struct device *device,
    struct device_grant *grant, struct error *err)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct json *object = json_object();
	enum device_poll result = DEVICE_FAILING;

	json_set_string(object, "device_auth_id", device->id);
	json_set_string(object, "user_code", device->code);
	if (post_json(http, issuer, "/api/accounts/deviceauth/token", object,
	    POLL_TIMEOUT_MS, &answer, err) == 0)
		result = device_read_poll(answer.status, &answer.body, grant,
		    err);
	http_release(&answer);
	return result;
}

/* Sleeps until @until on the steady clock. False when the one who asked has
 * closed our standard input. */
static bool
sleep_until(int64_t until)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
	int64_t left;

	while ((left = until - time_steady_ms()) > 0)
		if (poll(&input, 1, (int)left) > 0)
			return false;
	return true;
}

static bool
say_poll(const struct http *http, enum device_poll result, int64_t polls,
    const struct error *why)
{
	struct message_event event = { .kind = MESSAGE_WAITING,
	    .polls = polls };

	hear_time(http, &event);
	if (result == DEVICE_FAILING) {
		event.kind = MESSAGE_RETRYING;
		event.error = *why;
	}
	return say(&event);
}

/*
 * Polls until the person has decided. The pauses follow RFC 8628 3.5 where
 * OpenAI's scheme says nothing: 5 s more after slow_down, twice as long after
 * a failure.
 */
static int
wait_for_approval(struct http *http, const char *issuer,
    struct device *device, struct device_grant *grant, struct error *err)
{
	int64_t end = time_steady_ms() + device->lifetime * 1000;
	int64_t pause = device->interval, next;
	int failures = 0;

	for (int64_t polls = 1;; polls++) {
		enum device_poll result = poll_once(http, issuer, device,
		    grant, err);

		if (result == DEVICE_APPROVED)
			return 0;
		if (result == DEVICE_ENDED || err->code == ERROR_INTERRUPTED)
			return -1;
		if (result == DEVICE_SLOW_DOWN)
			device->interval += 5;
		if (result == DEVICE_FAILING) {
			if (++failures >= DEVICE_FAILURES_MAX)
				return -1;
			pause *= 2;
		} else {
			failures = 0;
			pause = device->interval;
		}
		if (!say_poll(http, result, polls, err))
			return error_set(err, ERROR_INTERRUPTED, "abandoned");
		next = time_steady_ms() + pause * 1000;
		if (!sleep_until(next < end ? next : end))
			return error_set(err, ERROR_INTERRUPTED, "abandoned");
		if (next >= end || time_steady_ms() >= end)
			return error_set(err, ERROR_NEEDS_LOGIN, "%s",
			    _("the code has ended; start again for a new one"));
	}
}

int
exchange(struct http *http, const char *issuer, const char *code,
    const char *verifier, const char *redirect)
{
	struct buffer form = BUFFER_INIT;
	int status;

	http_add_field(http, &form, "grant_type", "authorization_code");
	http_add_field(http, &form, "client_id", ISSUER_CLIENT_ID);
	http_add_field(http, &form, "code", code);
	http_add_field(http, &form, "redirect_uri", redirect);
	http_add_field(http, &form, "code_verifier", verifier);
	status = spend(http, issuer, &form, SPEND_TIMEOUT_MS);
	buffer_release(&form);
	return status;
}

static int
run_login(struct http *http, const struct message_request *request)
{
	struct device_grant grant = { .code = "" };
	struct error err = ERROR_INIT;
	struct device device = request->device;
	char redirect[URL_SIZE];
	int status;

	if (device.id[0] == '\0' &&
	    get_code(http, request->issuer, &device, &err) != 0)
		return say_failed(&err, false);
	if (!say_code(http, request->issuer, &device))
		return EXIT_FAILURE;
	status = wait_for_approval(http, request->issuer, &device, &grant,
	    &err);
	secret_wipe(&device, sizeof device);
	if (status != 0)
		return say_failed(&err, false);
	endpoint(redirect, request->issuer, "/deviceauth/callback");
	status = exchange(http, request->issuer, grant.code, grant.verifier,
	    redirect);
	secret_wipe(&grant, sizeof grant);
	return status;
}

/* Reads the request's line. */
static int
read_request(struct message_request *request, struct error *err)
{
	struct buffer line = BUFFER_INIT;
	int result = -1;
	ssize_t n;
	char c = '\0';

	/* Not a byte of what comes behind it. */
	do {
		n = read(STDIN_FILENO, &c, 1);
		if (n > 0 && c != '\n')
			buffer_add_char(&line, c);
	} while (line.length < MESSAGE_LINE_MAX && (n < 0 ? errno == EINTR :
	    n > 0 && c != '\n'));
	if (n < 0)
		error_set_errno(err, errno, "%s",
		    _("cannot read standard input"));
	else if (buffer_ok(&line, err))
		result = message_parse_request(line.data, line.length,
		    request, err);
	buffer_release(&line);
	return result;
}

int
main(void)
{
	static int (*const run[])(struct http *,
	    const struct message_request *) = {
		[MESSAGE_BROWSER_LOGIN] = NULL,	/* by browser_login() */
		[MESSAGE_LOGIN] = run_login,
		[MESSAGE_REFRESH] = run_refresh,
		[MESSAGE_REVOKE] = run_revoke,
		[MESSAGE_REVOKE_ACCESS] = run_revoke,
		[MESSAGE_USAGE] = run_usage,
	};
	struct message_request request = { .issuer = NULL };
	const char *authorities[2];
	struct callback *callback = NULL;
	struct http *http = NULL;
	struct error err = ERROR_INIT;
	int status;

	secret_harden_process(NULL);
	confine_environment();
	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	signal(SIGPIPE, SIG_IGN);
	json_init();
	if (read_request(&request, &err) == 0 &&
	    issuer_check(request.issuer, &err) == 0) {
		if (request.operation == MESSAGE_BROWSER_LOGIN)
			callback = callback_open();
		/* Before libcurl has read anything, or has a thread. */
		http_authorities(authorities);
		confine(request.issuer, authorities,
		    request.operation == MESSAGE_LOGIN ||
		    request.operation == MESSAGE_BROWSER_LOGIN);
		http = http_open(request.issuer, &err);
	}
	if (http == NULL)
		status = say_failed(&err, false);
	else if (request.operation == MESSAGE_BROWSER_LOGIN)
		status = browser_login(http, &request, &callback);
	else
		status = run[request.operation](http, &request);
	callback_close(callback);
	http_close(http);
	message_release_request(&request);
	return status;
}
