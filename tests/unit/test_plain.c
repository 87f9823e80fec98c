/*
 * plain: what there is to do in lines is what there is to do on the screen.
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

#include "plain/part.h"

/* What is about a screen: a line that was said stays where it is, and many are
 * named at once. */
static bool
is_moving(enum action action)
{
	static const enum action moving[] = {
		ACTION_UP_VI, ACTION_DOWN_VI, ACTION_HOME_VI, ACTION_END_VI,
		ACTION_INVERT, ACTION_MESSAGES, ACTION_FIND, ACTION_PANE,
	};

	/* The cursor keys, the mouse, marks. */
	if (action_info[action].key <= ' ' || action_info[action].key >= 0x7f)
		return action != ACTION_OPEN;
	for (size_t i = 0; i < sizeof moving / sizeof moving[0]; i++)
		if (moving[i] == action)
			return true;
	return false;
}

static void
every_action_of_the_list_is_there(void **state)
{
	(void)state;
	for (int a = 0; a < ACTIONS; a++) {
		bool there = false;

		if ((action_info[a].screens & (ON_LIST | ON_EMPTY)) == 0 ||
		    is_moving((enum action)a))
			continue;
		for (size_t i = 0; i < plain_actions_count; i++)
			there = there || (int)plain_actions[i].action == a;
		if (!there)
			fail_msg("plain/actions.c lacks: %s",
			    action_info[a].help);
	}
}

static void
every_action_is_found_and_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < plain_actions_count; i++) {
		const struct plain_action *action = &plain_actions[i];
		char letter[2] = { plain_letter(action), '\0' };

		assert_ptr_equal(plain_find(action->word), action);
		if (letter[0] != '\0')
			assert_ptr_equal(plain_find(letter), action);
		assert_true((action->command != NULL) !=
		    (action->run != NULL));
		if (action->command != NULL)
			assert_non_null(cli_find_command(action->command));
		assert_true(action->help != NULL || action->action != ACTIONS);
		/* A key that no line can hold needs a letter. */
		assert_true(action->action == ACTIONS ||
		    (letter[0] > ' ' && letter[0] < 0x7f));
	}
	assert_null(plain_find(""));
	assert_null(plain_find("dance"));
}

static void
choices_are_numbers_from_one_on(void **state)
{
	(void)state;
	assert_int_equal(plain_choice("1", 3), 0);
	assert_int_equal(plain_choice("3", 3), 2);
	assert_int_equal(plain_choice("0", 3), -1);
	assert_int_equal(plain_choice("4", 3), -1);
	assert_int_equal(plain_choice("", 3), -1);
	assert_int_equal(plain_choice("1x", 3), -1);
	assert_int_equal(plain_choice("-1", 3), -1);
	assert_int_equal(plain_choice("99999999999999999999", 3), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_of_the_list_is_there),
		cmocka_unit_test(every_action_is_found_and_explained),
		cmocka_unit_test(choices_are_numbers_from_one_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
