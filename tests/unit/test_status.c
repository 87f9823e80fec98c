/*
 * status: a profile in words.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/status.h"
#include "base/buffer.h"
#include "base/text.h"
#include "base/time.h"
#include "storage/profile.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define NOW ((int64_t)1790000000)

/* What a translation makes of one text: it is longer than any. */
static const char *translated, *translation;

static char *
translate(const char *text)
{
	return (char *)(uintptr_t)(translated != NULL &&
	    strcmp(text, translated) == 0 ? translation : text);
}

char *__wrap_gettext(const char *text);
char *__wrap_dcgettext(const char *domain, const char *text, int category);

char *
__wrap_gettext(const char *text)
{
	return translate(text);
}

/* What the header of the C library makes of it, where that optimizes. */
char *
__wrap_dcgettext(const char *domain, const char *text, int category)
{
	(void)domain;
	(void)category;
	return translate(text);
}

static void
plans(void **state)
{
	static const char *const table[][2] = {
		{ "plus", "Plus" }, { "pro", "Pro" }, { "team", "Team" },
		{ "business", "Business" }, { "edu", "Edu" },
		{ "free", "Free" }, { "new_plan", "new_plan" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_string_equal(status_plan(table[i][0]), table[i][1]);
	assert_string_equal(status_plan(NULL), "");
}

static void
each_status_has_its_words_and_one_next_step(void **state)
{
	static char broken[] = "it is empty";
	static const struct {
		int64_t left;		/* 0: the end is unknown */
		bool renewable, in_doubt;
		enum profile_reason refused;
		char *damage;
		const char *column, *sentence;
	} table[] = {
		{ 864000, true, false, 0, NULL, "10d 0h",
		    "ok for 10d 00:00:00" },
		{ 3661, true, false, 0, NULL, "01:01:01",
		    "expiring in 01:01:01; renew it: chatelaine refresh w" },
		{ -7200, true, false, 0, NULL, "ended 2h ago",
		    "access ended 2h ago; renew it: chatelaine refresh w" },
		{ 0, true, false, 0, NULL, "unknown",
		    "access has ended; renew it: chatelaine refresh w" },
		{ 3600, false, false, 0, NULL, "01:00:00",
		    "access only, for 01:00:00: it cannot be renewed; sign in "
		    "again: chatelaine login w" },
		{ -1, false, false, 0, NULL, "sign in again",
		    "needs a login: it has no refresh token; "
		    "sign in again: chatelaine login w" },
		{ 3600, true, false, REASON_REUSED, NULL, "sign in again",
		    "needs a login: its refresh token was already used by "
		    "another program; sign in again: chatelaine login w" },
		{ 3600, true, true, 0, NULL, "01:00:00",
		    "in doubt: the last renewal got no answer; access: "
		    "01:00:00; renew it: chatelaine refresh w" },
		{ 3601, true, true, 0, NULL, "01:00:01",
		    "in doubt: the last renewal got no answer; access: "
		    "01:00:01; it may be tried once more in the last hour, or "
		    "sign in again: chatelaine login w" },
		{ 3600, true, false, 0, broken, "damaged",
		    "damaged, and left as it is: it is empty; sign in again: "
		    "chatelaine login w" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct buffer text = BUFFER_INIT;
		struct profile profile;
		char column[64];

		memset(&profile, 0, sizeof profile);
		strcpy(profile.name, "w");
		profile.expires_at = table[i].left == 0 ? 0 :
		    NOW + table[i].left;
		profile.renewable = table[i].renewable;
		profile.in_doubt = table[i].in_doubt;
		profile.refused = table[i].refused;
		profile.damage = table[i].damage;
		status_left(&profile, NOW, column, sizeof column);
		assert_string_equal(column, table[i].column);
		status_sentence(&profile, NOW, &text);
		assert_string_equal(text.data, table[i].sentence);
		buffer_release(&text);
	}
}

static void
signs_stand_behind_the_time(void **state)
{
	static char sign[] = "!";
	static const struct {
		int64_t left;
		bool renewable, in_doubt, warned;
		const char *text;
	} table[] = {
		{ 9 * 86400, true, false, false, "9d 0h" },
		{ 9 * 86400, true, false, true, "9d 0h !" },
		{ -59 * 60, true, false, false, "ended 59min ago *" },
		{ -59 * 60, true, false, true, "ended 59min ago !" },
		{ 59 * 60, true, true, false, "00:59:00 ?" },
		{ 59 * 60, true, true, true, "00:59:00 ? !" },
		{ 59 * 60, false, false, false, "00:59:00 (last)" },
		{ -59 * 60, false, false, true, "sign in again !" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct profile profile = {
			.expires_at = NOW + table[i].left,
			.renewable = table[i].renewable,
			.in_doubt = table[i].in_doubt,
			.warning = { table[i].warned ? sign : NULL },
		};
		char text[STATUS_LEFT_SIZE];

		status_left_signed(&profile, NOW, "*", text, sizeof text);
		assert_string_equal(text, table[i].text);
	}
}

/* Of what stands in the column in the lives of a login, with its signs. */
static int
widest(const char *renewable)
{
	static const int64_t units[] = { 1, 60, 3600, 86400 };
	char sign[] = "!", text[STATUS_LEFT_SIZE];
	struct profile kind[] = {
		{ .renewable = true }, { .in_doubt = true },
		{ .renewable = false }, { .refused = REASON_REUSED },
		{ .damage = sign }, { .damage = sign, .forbidden = true },
	};
	int columns, most = 0;

	for (size_t i = 0; i < COUNT(kind); i++) {
		kind[i].warning[0] = sign;
		for (size_t u = 0; u < COUNT(units); u++) {
			for (int n = -130; n <= 130; n++) {
				kind[i].expires_at = NOW + n * units[u];
				status_left_signed(&kind[i], NOW, renewable,
				    text, sizeof text);
				columns = text_columns(text);
				most = columns > most ? columns : most;
			}
		}
		kind[i].expires_at = TIME_UNKNOWN;
		status_left_signed(&kind[i], NOW, renewable, text,
		    sizeof text);
		columns = text_columns(text);
		most = columns > most ? columns : most;
	}
	return most;
}

static void
whatever_is_left_has_room_in_its_column(void **state)
{
	static const char *const long_ones[][2] = {
		{ NULL, NULL },
		{ "ended %dmin ago", "long ago, it was %d, it ended" },
		{ "ended %dh ago", "long ago, it was %d, it ended" },
		{ "ended %dd ago", "long ago, it was %d, it ended" },
		{ "%dd %dh", "so many as %d, and %d of an hour" },
		{ "(last)", "(and then it will not be renewed)" },
		{ "sign in again", "it is needed that one signs in again" },
		{ "damaged", "it is damaged, as far as one can see" },
		{ "not readable", "it is not readable, or not for you" },
		{ "unknown", "it is not known, as far as is known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(long_ones); i++) {
		translated = long_ones[i][0];
		translation = long_ones[i][1];
		assert_in_range(widest("\xe2\x86\xbb"), i == 0 ? 0 : 24,
		    status_left_columns("\xe2\x86\xbb"));
		assert_in_range(widest(NULL), 0, status_left_columns(NULL));
	}
	translated = NULL;
	assert_int_equal(status_left_columns("*"), 17);
	assert_int_equal(status_left_columns(NULL), 17);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans),
		cmocka_unit_test(each_status_has_its_words_and_one_next_step),
		cmocka_unit_test(signs_stand_behind_the_time),
		cmocka_unit_test(whatever_is_left_has_room_in_its_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
