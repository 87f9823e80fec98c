/*
 * action: the one table of keys.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/action.h"
#include "ui/term.h"

static void
check_one_meaning(uint64_t on)
{
	for (int a = 0; a < ACTIONS; a++)
		for (int b = a + 1; b < ACTIONS; b++)
			if (action_info[a].key == action_info[b].key &&
			    (action_info[a].screens & on) != 0 &&
			    (action_info[b].screens & on) != 0)
				fail_msg("'%s' and '%s'", action_info[a].help,
				    action_info[b].help);
}

static void
no_key_does_two_things_on_a_screen(void **state)
{
	(void)state;
	for (uint64_t on = 1; (on & ON_ALL) != 0; on <<= 1)
		check_one_meaning(on);
	check_one_meaning(ON_LIST | ON_CHOSEN | ON_TREE);
	check_one_meaning(ON_UNFOLDED | ON_CHOSEN | ON_TREE);
	check_one_meaning(ON_FOLDED | ON_CHOSEN | ON_TREE);
}

static void
every_screen_can_be_left(void **state)
{
	(void)state;
	for (uint64_t on = 1; (on & ON_ALL) != 0; on <<= 1)
		assert_true(on == ON_TREE ||
		    action_find(TERM_ESC, on) != ACTIONS ||
		    action_find('q', on) == ACTION_QUIT);
}

static void
every_action_is_found_and_explained(void **state)
{
	(void)state;
	for (int a = 0; a < ACTIONS; a++) {
		const struct action_info *info = &action_info[a];

		assert_true(info->screens != 0);
		assert_int_equal(info->screens & ~ON_ALL, 0);
		assert_true(info->word != NULL);
		assert_true(info->help != NULL && info->help[0] != '\0');
		for (uint64_t on = 1; (on & ON_ALL) != 0; on <<= 1)
			if ((info->screens & on) != 0)
				assert_int_equal(action_find(info->key, on),
				    a);
	}
	assert_int_equal(action_find(TERM_NONE, ON_LIST), ACTIONS);
	assert_int_equal(action_find('q', ON_LOGIN), ACTIONS);
}

/* One types on these: a letter must not be a command. */
static void
letters_can_be_typed_into_fields(void **state)
{
	(void)state;
	for (int key = ' ' + 1; key < 0x7f; key++) {
		assert_int_equal(action_find(key, ON_NAME), ACTIONS);
		assert_int_equal(action_find(key, ON_FILTER), ACTIONS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_does_two_things_on_a_screen),
		cmocka_unit_test(every_screen_can_be_left),
		cmocka_unit_test(every_action_is_found_and_explained),
		cmocka_unit_test(letters_can_be_typed_into_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
