/*
 * action: what keys do, on which screens. See actions.def.
 */
#ifndef UI_ACTION_H
#define UI_ACTION_H

#include <stddef.h>

/* The screens, as bits; a screen may be at several of them at once. */
enum {
	ON_LIST = 1 << 0,
	ON_DETAIL = 1 << 1,
	ON_NAME = 1 << 2,
	ON_TERMS = 1 << 3,
	ON_LOGIN = 1 << 4,
	ON_EXPORT = 1 << 5,
	ON_DELETE = 1 << 6,
	ON_HELP = 1 << 7,
	ON_ENDED = 1 << 8,	/* a sign-in that came to nothing */
	ON_EMPTY = 1 << 9,	/* the list without a profile */
	ON_CHOSEN = 1 << 10,	/* with ON_LIST: there is a filter, or marks,
				 * or many are worked on */
	ON_FILTER = 1 << 11,	/* the filter is being typed */
	ON_MESSAGES = 1 << 12,
	ON_FORGET = 1 << 13,	/* many at once */
	ON_USE = 1 << 14,
	ON_LEND = 1 << 15,
	ON_TAKE_BACK = 1 << 16,
	ON_IMPORT = 1 << 17,
	ON_RENAME = 1 << 18,
	ON_USAGE = 1 << 19,
	ON_FETCHING = 1 << 20,	/* the usage, while it is asked for */
	ON_DOCTOR = 1 << 21,
	ON_RESUME = 1 << 22,
	ON_SETTINGS = 1 << 23,
	ON_SETTING = 1 << 24,	/* a value is being typed */
	ON_FIND = 1 << 25,	/* a name to go to is being typed */
	ON_AUDIT = 1 << 26,
	ON_BROWSER = 1 << 27,	/* the sign-in, by a browser */
	ON_PASTE = 1 << 28,	/* its last address is being typed */
	ON_TENANT = 1 << 29,	/* the list, while a tenant is selected */
	ON_TREE = 1 << 30,	/* with ON_LIST or ON_TENANT: there are tenants
				 * to fold */
	ON_ALL = ON_TREE - 1 + ON_TREE,
	ON_ROWS = ON_LIST | ON_TENANT,
	/* Dialogs in which one stands on a line. */
	ON_CHOICE = ON_USE | ON_LEND | ON_IMPORT | ON_SETTINGS,
	/* Where a click copies. */
	ON_CODE = ON_LOGIN | ON_BROWSER,
	/* What is longer than its place. */
	ON_TEXT = ON_EMPTY | ON_DETAIL | ON_HELP | ON_TERMS | ON_MESSAGES |
	    ON_FORGET | ON_USAGE | ON_FETCHING | ON_DOCTOR | ON_AUDIT |
	    ON_CODE | ON_ENDED,
	/* What has no rows to click on, and a help. */
	ON_CLICKED = ON_ALL & ~(ON_ROWS | ON_FILTER | ON_FIND | ON_CHOSEN |
	    ON_TREE | ON_NAME | ON_RENAME | ON_CODE | ON_HELP | ON_SETTING |
	    ON_PASTE)
};

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
	unsigned int screens;
};

extern const struct action_info action_info[ACTIONS];

/* What @key does on a screen (ON_...); ACTIONS: nothing. */
enum action action_find(int key, unsigned int screen);

/* The key's name as it is shown. */
const char *action_label(enum action action);

#endif
