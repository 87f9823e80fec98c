/*
 * device: a status in the first line, then what came with it: as the answer to
 * the request for a code, and as one to a poll.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "oauth/device.h"

#define NOW INT64_C(1795435200)

static bool
is_empty(const void *memory, size_t size)
{
	const char *p = memory;

	for (size_t i = 0; i < size; i++)
		if (p[i] != '\0')
			return false;
	return true;
}

static void
check_code(long status, const struct buffer *body)
{
	struct error err = ERROR_INIT;
	struct device device;

	if (device_read_code(status, body, status % 3, NOW, &device,
	    &err) != 0) {
		fuzz_check_error(&err);
		CHECK(is_empty(&device, sizeof device));
		return;
	}
	CHECK(text_is_visible_ascii(device.id, sizeof device.id - 1));
	CHECK(text_is_visible_ascii(device.code, sizeof device.code - 1));
	CHECK(device.interval >= 1 && device.interval <= 60);
	CHECK(device.lifetime >= 1 && device.lifetime <= DEVICE_LIFETIME);
}

static void
check_poll(long status, const struct buffer *body)
{
	struct device_grant grant;
	struct error err = ERROR_INIT;
	enum device_poll poll;

	memset(&grant, 0, sizeof grant);
	poll = device_read_poll(status, body, &grant, &err);
	if (poll == DEVICE_FAILING || poll == DEVICE_ENDED)
		fuzz_check_error(&err);
	if (poll != DEVICE_APPROVED) {
		CHECK(is_empty(&grant, sizeof grant));
		return;
	}
	CHECK(status >= 200 && status <= 299);
	CHECK(text_is_visible_ascii(grant.code, sizeof grant.code - 1));
	CHECK(text_is_visible_ascii(grant.verifier,
	    sizeof grant.verifier - 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct buffer body = BUFFER_INIT;
	long status = fuzz_number(&input);

	buffer_add(&body, input.data, input.left);
	check_code(status, &body);
	check_poll(status, &body);
	buffer_release(&body);
	return 0;
}
