/*
 * time: a text as each thing that we read as a time, and its number as each
 * that we print.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "fuzz.h"

#define NOW INT64_C(1795435200)

static void
check_parsed(const char *text)
{
	char printed[TIME_TEXT_SIZE];
	int64_t when = -7, again;

	if (time_parse(text, &when) != 0) {
		CHECK(when == -7);
		return;
	}
	CHECK(when >= 0);
	time_format(printed, when);
	CHECK(time_parse(printed, &again) == 0 && again == when);
}

static void
check_others(const char *text)
{
	int64_t value = -7;

	if (time_parse_length(text, &value) == 0)
		CHECK(value >= 0 && value <= INT64_C(3650) * 86400);
	else
		CHECK(value == -7);
	value = -7;
	if (time_parse_point(text, NOW, &value) == 0)
		CHECK(value >= 0);
	else
		CHECK(value == -7);
}

/* The system's calendar is another one than ours. */
static void
check_printed(int64_t when)
{
	char text[TIME_TEXT_SIZE];
	int64_t back;
	struct tm tm;
	time_t t;

	time_format(text, when);
	CHECK((text[0] != '\0') == (when >= 0 && when <= 253402300799));
	if (text[0] != '\0') {
		CHECK(time_parse(text, &back) == 0 && back == when);
		memset(&tm, 0, sizeof tm);
		CHECK(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) != NULL);
		t = timegm(&tm);
		CHECK(t == (time_t)when);
	}
	time_format_local(text, when, true);
	time_format_local(text, when, false);
	time_format_left(text, when);
	CHECK(text[0] != '\0');
	time_format_left_exact(text, when);
	CHECK(text[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = fuzz_rest(&input);

	check_parsed(text);
	check_others(text);
	check_printed(strtoll(text, NULL, 10));
	free(text);
	return 0;
}
