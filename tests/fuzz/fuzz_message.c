/*
 * message: a line between our two programs, as a request and as an event. What
 * is understood is printed, and understood the same again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"
#include "oauth/device.h"
#include "oauth/message.h"

static void
check_device(const struct device *device)
{
	CHECK(text_is_visible_ascii(device->id, sizeof device->id - 1));
	CHECK(text_is_visible_ascii(device->code, sizeof device->code - 1));
	CHECK(device->interval >= 1 && device->interval <= DEVICE_LIFETIME);
}

static void
check_line(const struct buffer *line)
{
	CHECK(line->length > 0);
	CHECK(memchr(line->data, '\n', line->length) ==
	    line->data + line->length - 1);
	json_free(fuzz_check_json(line));
}

static void
print_request_again(const struct message_request *request)
{
	struct buffer line = BUFFER_INIT;
	struct message_request back;

	message_print_request(&line, request, NULL);
	check_line(&line);
	CHECK(message_parse_request(line.data, line.length, &back,
	    NULL) == 0);
	CHECK(back.operation == request->operation);
	CHECK(fuzz_same(back.issuer, request->issuer));
	CHECK(fuzz_same(back.token, request->token));
	CHECK(fuzz_same(back.account, request->account));
	CHECK(strcmp(back.device.id, request->device.id) == 0);
	CHECK(strcmp(back.device.code, request->device.code) == 0);
	CHECK(back.device.interval == request->device.interval);
	CHECK(back.device.lifetime == request->device.lifetime);
	message_release_request(&back);
	buffer_release(&line);
}

static void
as_request(const char *line, size_t length)
{
	struct message_request request;
	struct error err = ERROR_INIT;

	if (message_parse_request(line, length, &request, &err) == 0) {
		CHECK(request.issuer != NULL);
		CHECK((request.token == NULL) ==
		    (request.operation == MESSAGE_LOGIN ||
		    request.operation == MESSAGE_BROWSER_LOGIN));
		if (request.device.id[0] != '\0')
			check_device(&request.device);
		print_request_again(&request);
	} else {
		fuzz_check_error(&err);
		CHECK(request.token == NULL && request.issuer == NULL);
	}
	message_release_request(&request);
}

static void
print_event_again(const struct message_event *event)
{
	struct buffer first = BUFFER_INIT, second = BUFFER_INIT;
	struct message_event back;

	message_print_event(&first, event);
	check_line(&first);
	CHECK(message_parse_event(first.data, first.length, &back,
	    NULL) == 0);
	CHECK(back.kind == event->kind);
	CHECK(strcmp(back.error.text, event->error.text) == 0);
	CHECK(back.error.code == event->error.code);
	message_print_event(&second, &back);
	CHECK(strcmp(first.data, second.data) == 0);
	buffer_release(&first);
	buffer_release(&second);
}

static void
as_event(const char *line, size_t length)
{
	struct message_event event;
	struct error err = ERROR_INIT;

	if (message_parse_event(line, length, &event, &err) != 0) {
		fuzz_check_error(&err);
		return;
	}
	if (event.kind == MESSAGE_CODE)
		check_device(&event.device);
	if (event.kind == MESSAGE_CODE || event.kind == MESSAGE_BROWSER)
		CHECK(text_is_visible_ascii(event.url, sizeof event.url - 1));
	if (event.kind == MESSAGE_FAILED || event.kind == MESSAGE_RETRYING)
		CHECK(event.error.code >= ERROR_FAILED &&
		    event.error.code <= ERROR_BUSY);
	print_event_again(&event);
}

static void
as_paste(const char *line, size_t length)
{
	struct buffer again = BUFFER_INIT;
	char *address = message_parse_paste(line, length), *back;

	if (address == NULL)
		return;
	message_print_paste(&again, address, NULL);
	check_line(&again);
	back = message_parse_paste(again.data, again.length);
	CHECK(back != NULL && strcmp(back, address) == 0);
	free(back);
	free(address);
	buffer_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_request((const char *)data, size);
	as_event((const char *)data, size);
	as_paste((const char *)data, size);
	return 0;
}
