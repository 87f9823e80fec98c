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
#include "storage/profile.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define NOW ((int64_t)1790000000)

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans),
		cmocka_unit_test(each_status_has_its_words_and_one_next_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
