/*
 * time: reading and writing points and lengths of time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/time.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static void
rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t when;		/* -1: refused */
	} table[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-23T12:00:00Z", 1795435200 },
		{ "2000-02-29T23:59:59Z", 951868799 },
		{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
		{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
		{ "2026-11-23T12:00:00.999999Z", 1795435200 },
		{ "2026-11-23T12:00:00+00:00", 1795435200 },
		{ "2026-11-23T14:30:00+02:30", 1795435200 },
		{ "2026-11-23T04:00:00.5-08:00", 1795435200 },
		{ "2026-11-23T12:00:00z", 1795435200 },
		{ "2016-12-31T23:59:60Z", 1483228800 },	/* a leap second */
		{ "", -1 }, { "now", -1 }, { "2026-11-23", -1 },
		{ "2026-11-23T12:00:00", -1 }, { "2026-11-23T12:00Z", -1 },
		{ "2026-11-23 12:00:00Z", -1 }, { "2026-1-23T12:00:00Z", -1 },
		{ "2026-13-01T00:00:00Z", -1 }, { "2026-00-01T00:00:00Z", -1 },
		{ "2026-11-00T00:00:00Z", -1 }, { "2026-11-32T00:00:00Z", -1 },
		{ "2026-11-23T24:00:00Z", -1 }, { "2026-11-23T12:60:00Z", -1 },
		{ "2026-11-23T12:00:61Z", -1 }, { "1969-12-31T23:59:59Z", -1 },
		{ "2026-11-23T12:00:00.Z", -1 },
		{ "2026-11-23T12:00:00+24:00", -1 },
		{ "2026-11-23T12:00:00+0200", -1 },
		{ "2026-11-23T12:00:00Zx", -1 }, { " 2026-11-23T12:00:00Z", -1 },
		{ "2026-02-30T00:00:00Z", -1 }, { "2025-02-29T00:00:00Z", -1 },
		{ "2026-04-31T00:00:00Z", -1 }, { "2100-02-29T00:00:00Z", -1 },
		{ "1970-01-01T00:00:00+01:00", -1 },	/* before 1970 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		int64_t when = 42;
		int result = time_parse(table[i].text, &when);

		if (result != (table[i].when < 0 ? -1 : 0) ||
		    when != (table[i].when < 0 ? 42 : table[i].when))
			fail_msg("'%s': %d, %lld", table[i].text, result,
			    (long long)when);
	}
}

static void
what_is_written_reads_back(void **state)
{
	static const int64_t times[] = {
		0, 1, 951782400, 1795435200, INT64_C(253402300799)
	};
	char text[TIME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		int64_t when = -1;

		time_format(text, times[i]);
		assert_int_equal(time_parse(text, &when), 0);
		assert_int_equal(when, times[i]);
	}
	time_format(text, 1795435200);
	assert_string_equal(text, "2026-11-23T12:00:00Z");
	time_format(text, -1);
	assert_string_equal(text, "");
	time_format(text, INT64_C(253402300800));
	assert_string_equal(text, "");
	time_format(text, INT64_MAX);
	assert_string_equal(text, "");
}

static void
local_time(void **state)
{
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_int_equal(setenv("TZ", "XYZ-05:30", 1), 0);
	tzset();
	time_format_local(text, 1795435200, false);
	assert_string_equal(text, "2026-11-23 17:30");
	time_format_local(text, 1795435200, true);
	assert_string_equal(text, "2026-11-23 05:30 PM");
	time_format(text, 1795435200);
	assert_string_equal(text, "2026-11-23T12:00:00Z");
}

static void
lengths(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;	/* -1: refused */
	} table[] = {
		{ "0s", 0 }, { "30s", 30 }, { "10m", 600 }, { "48h", 172800 },
		{ "2d", 172800 }, { "3650d", 315360000 },
		{ "315360000s", 315360000 }, { "007m", 420 },
		{ "", -1 }, { "10", -1 }, { "m", -1 }, { "-1m", -1 },
		{ "+1m", -1 }, { " 1m", -1 }, { "1m ", -1 }, { "1 m", -1 },
		{ "1M", -1 }, { "1w", -1 }, { "1.5h", -1 }, { "1h30m", -1 },
		{ "3651d", -1 }, { "999999999d", -1 },
		{ "99999999999999999999s", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		int64_t seconds = 42;
		int result = time_parse_length(table[i].text, &seconds);

		if (result != (table[i].seconds < 0 ? -1 : 0) ||
		    seconds != (result != 0 ? 42 : table[i].seconds))
			fail_msg("'%s'", table[i].text);
	}
}

static void
what_is_left(void **state)
{
	enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
	static const struct {
		int64_t seconds;
		const char *left, *exact;
	} table[] = {
		{ 10 * DAY - 1, "9d 23h", "9d 23:59:59" },
		{ 2 * DAY, "2d 0h", "2d 00:00:00" },
		{ 2 * DAY - 1, "47:59:59", "1d 23:59:59" },
		{ DAY, "24:00:00", "1d 00:00:00" },
		{ DAY - 1, "23:59:59", "23:59:59" },
		{ 1, "00:00:01", "00:00:01" },
		{ 0, "ended 0min ago", "ended 0min ago" },
		{ -1, "ended 0min ago", "ended 0min ago" },
		{ -59 * MINUTE, "ended 59min ago", "ended 59min ago" },
		{ -HOUR, "ended 1h ago", "ended 1h ago" },
		{ -DAY + 1, "ended 23h ago", "ended 23h ago" },
		{ -DAY, "ended 1d ago", "ended 1d ago" },
		{ INT64_C(9999) * DAY, "9999d 0h", "9999d 00:00:00" },
		{ INT64_C(10000) * DAY, "over 9999d", "over 9999d" },
		{ INT64_MAX, "over 9999d", "over 9999d" },
		{ -INT64_C(10000) * DAY, "ended long ago", "ended long ago" },
		{ INT64_MIN, "ended long ago", "ended long ago" },
	};
	char text[TIME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		time_format_left(text, table[i].seconds);
		assert_string_equal(text, table[i].left);
		time_format_left_exact(text, table[i].seconds);
		assert_string_equal(text, table[i].exact);
	}
}

static void
clocks_go_on(void **state)
{
	int64_t before = time_steady_ms();

	(void)state;
	assert_true(before >= 0 && time_steady_ms() >= before);
	assert_true(time_now() > 1700000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_3339),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(local_time),
		cmocka_unit_test(lengths),
		cmocka_unit_test(what_is_left),
		cmocka_unit_test(clocks_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
