/*
 * part: what the files of plain share.
 */
#ifndef PLAIN_PART_H
#define PLAIN_PART_H

#include "cli/cli.h"
#include "storage/store.h"
#include "ui/action.h"
#include "ui/rows.h"

/* Words of a line, and questions of an action. */
#define PLAIN_WORDS 32
#define PLAIN_ANSWERS 8

struct plain {
	struct app *app;
	struct listing list;
	struct rows rows;		/* order and filter */
	struct store_names numbered;	/* by its number, as was said last */
	char *answer[PLAIN_ANSWERS];	/* until the action has ended */
	int answers;
	bool quit;
};

/*
 * What there is to do. Its key and its sentence are the interface's, where that
 * has it too.
 */
struct plain_action {
	enum action action;	/* ACTIONS: not in the interface */
	char letter;		/* where that has a key that is no letter */
	const char *word;
	const char *help;	/* N_(); NULL: the interface's */

	/* Either a command... */
	const char *command;
	bool about_profile;	/* which is asked for if need be */
	bool one_profile;	/* the other operands are no profiles */
	/* ...with what it wants to know more: fills in operands and options of
	 * @cli by plain_ask(). 0 or -1. May be NULL. */
	int (*ask)(struct plain *plain, struct cli *cli, struct error *err);

	/* ...or this, with the @count words behind it. */
	int (*run)(struct plain *plain, char *const *words, int count,
	    struct error *err);
};

extern const struct plain_action plain_actions[];
extern const size_t plain_actions_count;

/* What one types for it beside the word; 0: there is none. */
char plain_letter(const struct plain_action *action);

/* The action of that letter, word or command; NULL. */
const struct plain_action *plain_find(const char *word);

/* Loads the profiles and says them, numbered anew. */
int plain_list(struct plain *plain, struct error *err);

/* Says the tenants, where there is a tree of them (ui/tree). */
int plain_tenants(struct plain *plain, struct error *err);

/* The name that @word, a number or a name, stands for; it belongs to @plain or
 * is @word. NULL: ERROR_NOT_FOUND, or ERROR_USAGE where it could be both. */
const char *plain_name(const struct plain *plain, const char *word,
    struct error *err);

/* Asks, and gives the answer without blanks around it, which lives until the
 * action has ended. NULL with ERROR_INTERRUPTED: nothing is to be done. */
char *plain_ask(struct plain *plain, const char *question, struct error *err);

/* How many there are of a table that was said in numbered lines: the one that
 * @answer, a number, is; -1: it is no such number. */
int plain_choice(const char *answer, size_t count);

/* Adds an operand. */
void plain_operand(struct cli *cli, char *operand);

/* The questions (plain/ask.c). */
int plain_ask_add(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_delete(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_export(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_import(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_lend(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_login(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_rename(struct plain *plain, struct cli *cli, struct error *err);
int plain_ask_use(struct plain *plain, struct cli *cli, struct error *err);

#endif
