/*
 * base64: what is decoded is what was encoded.
 */
#include "config.h"

#include <string.h>

#include "base/base64.h"
#include "fuzz.h"

static void
check_round(const void *data, size_t size)
{
	struct buffer text = BUFFER_INIT, back = BUFFER_INIT;

	base64url_encode(&text, data, size);
	CHECK(base64url_decode(&back, text.data, text.length) == 0);
	CHECK(back.length == size);
	CHECK(size == 0 || memcmp(back.data, data, size) == 0);
	buffer_release(&text);
	buffer_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer out = BUFFER_INIT;

	check_round(data, size);
	if (base64url_decode(&out, (const char *)data, size) == 0) {
		CHECK(out.length == size * 3 / 4);
		check_round(out.data, out.length);
	}
	buffer_release(&out);
	return 0;
}
