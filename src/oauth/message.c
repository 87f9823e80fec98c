#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "oauth/device.h"
#include "oauth/message.h"

static const char *const operation_words[] = {
	[MESSAGE_LOGIN] = "login",
	[MESSAGE_BROWSER_LOGIN] = "browser-login",
	[MESSAGE_REFRESH] = "refresh",
	[MESSAGE_REVOKE] = "revoke",
	[MESSAGE_REVOKE_ACCESS] = "revoke-access",
	[MESSAGE_USAGE] = "usage",
};

static const char *const kind_words[] = {
	[MESSAGE_CODE] = "code",
	[MESSAGE_BROWSER] = "browser",
	[MESSAGE_WAITING] = "waiting",
	[MESSAGE_RETRYING] = "retrying",
	[MESSAGE_SPENDING] = "spending",
	[MESSAGE_ANSWERED] = "answered",
	[MESSAGE_DONE] = "done",
	[MESSAGE_USAGE_TOLD] = "usage",
	[MESSAGE_FAILED] = "failed",
};

#define COUNT(table) ((int)(sizeof (table) / sizeof (table)[0]))

/* The index of @word in a table; -1 if it is not there. */
static int
find_word(const char *const *words, int count, const char *word)
{
	for (int i = 0; word != NULL && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int
not_understood(struct error *err)
{
	return error_set(err, ERROR_FAILED, "%s",
	    _("chatelaine and chatelaine-oauth do not understand each other; "
	    "install both from the same version"));
}

/* Copies a text that is short enough and has no surprise in it. */
static int
copy_visible(char *to, size_t size, const struct json *object,
    const char *key)
{
	const char *text = json_string(object, key);

	if (text == NULL || !text_is_visible_ascii(text, size - 1))
		return -1;
	strcpy(to, text);
	return 0;
}

static void
put_device(struct json *object, const struct device *device)
{
	json_set_string(object, "device_auth_id", device->id);
	json_set_string(object, "user_code", device->code);
	json_set_integer(object, "interval", device->interval);
}

/* A time in seconds, no longer than a code may live. */
static int
get_seconds(int64_t *to, const struct json *object, const char *key)
{
	return json_integer(object, key, to) != 0 || *to < 1 ||
	    *to > DEVICE_LIFETIME ? -1 : 0;
}

static int
get_device(const struct json *object, struct device *device)
{
	return copy_visible(device->id, sizeof device->id, object,
	    "device_auth_id") != 0 ||
	    copy_visible(device->code, sizeof device->code, object,
	    "user_code") != 0 ||
	    get_seconds(&device->interval, object, "interval") != 0 ? -1 : 0;
}

void
message_print_request(struct buffer *out,
    const struct message_request *request, struct error *err)
{
	struct json *object = json_object();

	json_set_string(object, "operation",
	    operation_words[request->operation]);
	json_set_string(object, "issuer", request->issuer);
	json_set_string(object, "token", request->token);
	json_set_string(object, "account", request->account);
	if (request->patient)
		json_set_bool(object, "patient", true);
	if (request->device.id[0] != '\0') {
		put_device(object, &request->device);
		json_set_integer(object, "lifetime", request->device.lifetime);
	}
	if (json_print(object, JSON_LINE, out, err) == 0)
		buffer_add_char(out, '\n');
}

static bool
is_sign_in(int operation)
{
	return operation == MESSAGE_LOGIN ||
	    operation == MESSAGE_BROWSER_LOGIN;
}

int
message_parse_request(const char *line, size_t length,
    struct message_request *request, struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *object = json_parse(line, length, &why);
	const char *issuer = json_string(object, "issuer");
	const char *token = json_string(object, "token");
	const char *account = json_string(object, "account");
	int operation, result = -1;

	memset(request, 0, sizeof *request);
	if (error_is_no_memory(&why))
		return error_no_memory(err);
	operation = find_word(operation_words, COUNT(operation_words),
	    json_string(object, "operation"));
	if (operation < 0 || issuer == NULL ||
	    (token == NULL) != is_sign_in(operation) ||
	    (!json_is_absent(object, "device_auth_id") &&
	    (get_device(object, &request->device) != 0 ||
	    get_seconds(&request->device.lifetime, object,
	    "lifetime") != 0))) {
		not_understood(err);
		goto out;
	}
	request->operation = (enum message_operation)operation;
	request->patient = json_bool(object, "patient");
	request->issuer = strdup(issuer);
	request->token = token == NULL ? NULL : strdup(token);
	request->account = account == NULL ? NULL : strdup(account);
	if (request->issuer == NULL ||
	    (token != NULL && request->token == NULL) ||
	    (account != NULL && request->account == NULL))
		error_no_memory(err);
	else
		result = 0;
out:
	json_free(object);
	return result;
}

void
message_release_request(struct message_request *request)
{
	free(request->issuer);
	free(request->account);
	request->issuer = request->account = NULL;
	secret_free(&request->token);
	secret_wipe(&request->device, sizeof request->device);
}

void
message_print_paste(struct buffer *out, const char *address,
    struct error *err)
{
	struct json *object = json_object();

	json_set_string(object, "pasted", address);
	if (json_print(object, JSON_LINE, out, err) == 0)
		buffer_add_char(out, '\n');
}

char *
message_parse_paste(const char *line, size_t length)
{
	struct json *object = json_parse(line, length, NULL);
	const char *address = json_string(object, "pasted");
	char *copy = address == NULL ? NULL : strdup(address);

	json_free(object);
	return copy;
}

void
message_print_event(struct buffer *out, const struct message_event *event)
{
	struct json *object = json_object();

	json_set_string(object, "event", kind_words[event->kind]);
	switch (event->kind) {
	case MESSAGE_CODE:
		json_set_string(object, "verification_url", event->url);
		put_device(object, &event->device);
		json_set_integer(object, "expires_at", event->expires_at);
		break;
	case MESSAGE_BROWSER:
		json_set_string(object, "authorize_url", event->url);
		json_set_integer(object, "port", event->port);
		json_set_integer(object, "expires_at", event->expires_at);
		break;
	case MESSAGE_FAILED:
		json_set_bool(object, "sent", event->sent);
		/* FALLTHROUGH */
	case MESSAGE_RETRYING:
		json_set_integer(object, "code", event->error.code);
		json_set_string(object, "message", event->error.text);
		/* FALLTHROUGH */
	case MESSAGE_WAITING:
		json_set_integer(object, "polls", event->polls);
		break;
	case MESSAGE_USAGE_TOLD:
		usage_put(object, &event->usage);
		break;
	case MESSAGE_ANSWERED:
		json_set_integer(object, "retry_after", event->retry_after);
		break;
	case MESSAGE_SPENDING:
	case MESSAGE_DONE:
		break;
	}
	if (event->told_time)
		json_set_integer(object, "server_ahead", event->server_ahead);
	if (json_print(object, JSON_LINE, out, NULL) == 0)
		buffer_add_char(out, '\n');
}

static int
parse_error(const struct json *object, struct error *to)
{
	const char *message = json_string(object, "message");
	int64_t code;

	if (message == NULL || json_integer(object, "code", &code) != 0 ||
	    code < ERROR_FAILED || code > ERROR_BUSY)
		return -1;
	error_set(to, (enum error_code)code, "%s", message);
	return 0;
}

int
message_parse_event(const char *line, size_t length,
    struct message_event *event, struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *object = json_parse(line, length, &why);
	int kind, result = 0;

	memset(event, 0, sizeof *event);
	if (error_is_no_memory(&why))
		return error_no_memory(err);
	kind = find_word(kind_words, COUNT(kind_words),
	    json_string(object, "event"));
	event->kind = (enum message_kind)kind;
	if (kind < 0)
		result = -1;
	else if (kind == MESSAGE_CODE)
		result = copy_visible(event->url, sizeof event->url, object,
		    "verification_url") != 0 ||
		    get_device(object, &event->device) != 0 ||
		    json_integer(object, "expires_at",
		    &event->expires_at) != 0 ? -1 : 0;
	else if (kind == MESSAGE_BROWSER)
		result = copy_visible(event->url, sizeof event->url, object,
		    "authorize_url") != 0 ||
		    json_integer(object, "port", &event->port) != 0 ||
		    json_integer(object, "expires_at",
		    &event->expires_at) != 0 ? -1 : 0;
	else if (kind == MESSAGE_FAILED || kind == MESSAGE_RETRYING)
		result = parse_error(object, &event->error);
	else if (kind == MESSAGE_USAGE_TOLD)
		result = usage_get(object, &event->usage);
	if (kind == MESSAGE_FAILED)
		event->sent = json_bool(object, "sent");
	json_integer(object, "polls", &event->polls);
	event->told_time = json_integer(object, "server_ahead",
	    &event->server_ahead) == 0;
	json_integer(object, "retry_after", &event->retry_after);
	json_free(object);
	return result == 0 ? 0 : not_understood(err);
}
