/*
 * Retry-After and Date: a line of a header as it came.
 */
#include "config.h"

#include "base/time.h"
#include "fuzz.h"
#include "oauth/answer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t seconds = -7;

	if (answer_read_retry_after((const char *)data, size, &seconds))
		CHECK(seconds >= 0 && seconds <= 86400);
	else
		CHECK(seconds == -7);
	seconds = -7;
	if (answer_read_date((const char *)data, size, &seconds))
		CHECK(seconds >= -INT64_C(62167219200) &&
		    seconds <= TIME_LAST);
	else
		CHECK(seconds == -7);
	return 0;
}
