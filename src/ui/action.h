/*
 * action: what keys do, on which screens. See actions.def.
 */
#ifndef UI_ACTION_H
#define UI_ACTION_H

#include <stddef.h>
#include <stdint.h>

/* The screens, as bits; a screen may be at several of them at once. */
#define SCREEN(bit) (UINT64_C(1) << (bit))

#define ON_LIST SCREEN(0)
#define ON_DETAIL SCREEN(1)
#define ON_NAME SCREEN(2)
#define ON_TERMS SCREEN(3)
#define ON_LOGIN SCREEN(4)
#define ON_EXPORT SCREEN(5)
#define ON_DELETE SCREEN(6)
#define ON_HELP SCREEN(7)
#define ON_ENDED SCREEN(8)	/* a sign-in that came to nothing */
#define ON_EMPTY SCREEN(9)	/* the list without a profile */
#define ON_CHOSEN SCREEN(10)	/* with one of ON_ROWS: there is a filter,
				 * or marks, or many are worked on */
#define ON_FILTER SCREEN(11)	/* the filter is being typed */
#define ON_MESSAGES SCREEN(12)
#define ON_FORGET SCREEN(13)	/* many at once */
#define ON_USE SCREEN(14)
#define ON_LEND SCREEN(15)
#define ON_TAKE_BACK SCREEN(16)
#define ON_IMPORT SCREEN(17)
#define ON_RENAME SCREEN(18)
#define ON_USAGE SCREEN(19)
#define ON_FETCHING SCREEN(20)	/* the usage, while it is asked for */
#define ON_DOCTOR SCREEN(21)
#define ON_RESUME SCREEN(22)
#define ON_SETTINGS SCREEN(23)
#define ON_SETTING SCREEN(24)	/* a value is being typed */
#define ON_FIND SCREEN(25)	/* a name to go to is being typed */
#define ON_AUDIT SCREEN(26)
#define ON_BROWSER SCREEN(27)	/* the sign-in, by a browser */
#define ON_PASTE SCREEN(28)	/* its last address is being typed */
#define ON_UNFOLDED SCREEN(29)	/* the list, while such a tenant is
				 * selected */
#define ON_FOLDED SCREEN(30)	/* the same, of one that is folded */
#define ON_TREE SCREEN(31)	/* with one of ON_ROWS: there are tenants
				 * to fold */
#define ON_ALL (SCREEN(32) - 1)

#define ON_TENANT (ON_UNFOLDED | ON_FOLDED)
#define ON_ROWS (ON_LIST | ON_TENANT)
/* Dialogs in which one stands on a line. */
#define ON_CHOICE (ON_USE | ON_LEND | ON_IMPORT | ON_SETTINGS)
/* Where a click copies. */
#define ON_CODE (ON_LOGIN | ON_BROWSER)
/* What is longer than its place. */
#define ON_TEXT (ON_EMPTY | ON_DETAIL | ON_HELP | ON_TERMS | ON_MESSAGES | \
	ON_FORGET | ON_USAGE | ON_FETCHING | ON_DOCTOR | ON_AUDIT | ON_CODE | \
	ON_ENDED)
/* What has no rows to click on, and a help. */
#define ON_CLICKED (ON_ALL & ~(ON_ROWS | ON_FILTER | ON_FIND | ON_CHOSEN | \
	ON_TREE | ON_NAME | ON_RENAME | ON_CODE | ON_HELP | ON_SETTING | \
	ON_PASTE))

enum action {
#define ACTION(id, key, label, word, help, screens) ACTION_##id,
#include "ui/actions.def"
#undef ACTION
	ACTIONS
};

struct action_info {
	int key;
	const char *label;	/* NULL: the sign for Enter */
	const char *word;	/* N_(); "": not in the footer */
	const char *help;	/* N_() */
	uint64_t screens;
};

extern const struct action_info action_info[ACTIONS];

/* What @key does on a screen (ON_...); ACTIONS: nothing. */
enum action action_find(int key, uint64_t screen);

/* The key's name as it is shown. */
const char *action_label(enum action action);

#endif
