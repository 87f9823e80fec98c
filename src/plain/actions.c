/*
 * What there is to do: the one table; and what is no command.
 */
#include "config.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "plain/part.h"

static int
run_list(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	(void)words;
	(void)count;
	return plain_list(plain, err);
}

static int
run_tenants(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	(void)words;
	(void)count;
	return plain_tenants(plain, err);
}

static int
run_filter(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;

	for (int i = 0; i < count; i++)
		buffer_addf(&text, "%s%s", i > 0 ? " " : "", words[i]);
	field_set(&plain->rows.filter, text.data);
	buffer_release(&text);
	return plain_list(plain, err);
}

static const struct {
	const char *word, *said;
} sorts[SORTS] = {
	[SORT_NAME] = { "name", N_("sorted by name") },
	[SORT_END] = { "end", N_("sorted by what ends soonest") },
	[SORT_ACCOUNT] = { "account", N_("sorted by account") },
	[SORT_PLAN] = { "plan", N_("sorted by plan") },
};

static int
run_sort(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	int sort = (int)((plain->rows.sort + 1) % SORTS);

	if (count > 0)
		for (sort = 0; sort < SORTS &&
		    strcmp(sorts[sort].word, words[0]) != 0; sort++)
			continue;
	if (sort == SORTS)
		return error_set(err, ERROR_USAGE, "%s", _("one can sort by "
		    "name, end, account or plan"));
	rows_sort(&plain->rows, &plain->list, (enum rows_sort)sort);
	if (cli_print(err, "%s", _(sorts[sort].said)) != 0)
		return -1;
	return plain_list(plain, err);
}

static int
run_quit(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	(void)words;
	(void)count;
	(void)err;
	plain->quit = true;
	return 0;
}

static void
add_help(struct buffer *out, const struct plain_action *action)
{
	if (plain_letter(action) != 0)
		buffer_addf(out, _("%c or %s: "), plain_letter(action),
		    action->word);
	else
		buffer_addf(out, "%s: ", action->word);
	text_add_safe(out, _(action->help != NULL ? action->help :
	    action_info[action->action].help));
	buffer_add_char(out, '\n');
}

static int
run_help(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	const struct plain_action *action = NULL;
	struct buffer text = BUFFER_INIT;
	int result;

	(void)plain;
	if (count > 0) {
		action = plain_find(words[0]);
		if (action == NULL)
			return error_set(err, ERROR_USAGE, _("there is nothing "
			    "to do called '%s'; ? says what there is"),
			    words[0]);
	}
	if (action != NULL) {
		add_help(&text, action);
		if (action->command != NULL)
			cli_help(cli_find_command(action->command), &text);
	} else {
		for (size_t i = 0; i < plain_actions_count; i++)
			add_help(&text, &plain_actions[i]);
		buffer_addf(&text, "%s\n", _("What is left out is asked. "
		    "Options of the command may follow, as in 'use 1 --for "
		    "codex'; '? use' says which. Ctrl-C ends what is being "
		    "done."));
	}
	result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

const struct plain_action plain_actions[] = {
	{ .action = ACTIONS, .letter = 'l', .word = "list",
	    .help = N_("Say the profiles once more, with new numbers"),
	    .run = run_list },
	{ .action = ACTION_OPEN, .letter = 'o', .word = "open",
	    .help = N_("Say all about a profile; its number alone does it, "
	    "too"),
	    .command = "show", .about_profile = true },
	{ .action = ACTION_USE, .word = "use", .command = "use",
	    .about_profile = true, .ask = plain_ask_use },
	{ .action = ACTION_EXPORT, .word = "export", .command = "export",
	    .about_profile = true, .ask = plain_ask_export },
	{ .action = ACTION_REFRESH, .word = "refresh", .command = "refresh",
	    .about_profile = true },
	{ .action = ACTION_DELETE, .word = "delete", .command = "delete",
	    .about_profile = true, .ask = plain_ask_delete },
	{ .action = ACTION_ADD, .word = "add", .command = "login",
	    .ask = plain_ask_add },
	{ .action = ACTION_LOGIN, .word = "login", .command = "login",
	    .about_profile = true, .ask = plain_ask_login },
	{ .action = ACTION_IMPORT, .word = "import", .command = "import",
	    .ask = plain_ask_import },
	{ .action = ACTION_LEND, .word = "lend", .command = "lend",
	    .about_profile = true, .ask = plain_ask_lend },
	{ .action = ACTIONS, .word = "take-back", .command = "take-back",
	    .help = N_("Have a login that was lent back"),
	    .about_profile = true },
	{ .action = ACTION_RENAME, .word = "rename", .command = "rename",
	    .about_profile = true, .one_profile = true,
	    .ask = plain_ask_rename },
	{ .action = ACTION_USAGE, .word = "usage", .command = "usage",
	    .about_profile = true },
	{ .action = ACTION_UNDO, .word = "undo", .command = "undo" },
	{ .action = ACTION_DOCTOR, .word = "doctor", .command = "doctor" },
	{ .action = ACTION_AUDIT, .word = "audit", .command = "audit",
	    .help = N_("Say who did what, and whether the log of it is "
	    "whole") },
	{ .action = ACTION_SETTINGS, .word = "settings", .command = "config",
	    .help = N_("Say the settings, or with a name and a value change "
	    "one") },
	{ .action = ACTION_FILTER, .word = "filter", .run = run_filter },
	{ .action = ACTIONS, .word = "tenants",
	    .help = N_("Say how many profiles each tenant has, and how they "
	    "are; filter with its name says them"), .run = run_tenants },
	{ .action = ACTION_SORT, .word = "sort", .run = run_sort },
	{ .action = ACTION_HELP, .word = "help",
	    .help = N_("Say what there is to do"), .run = run_help },
	{ .action = ACTION_QUIT, .word = "quit", .run = run_quit },
};

const size_t plain_actions_count =
    sizeof plain_actions / sizeof plain_actions[0];

char
plain_letter(const struct plain_action *action)
{
	if (action->letter != 0 || action->action == ACTIONS)
		return action->letter;
	return (char)action_info[action->action].key;
}

const struct plain_action *
plain_find(const char *word)
{
	for (size_t i = 0; i < plain_actions_count; i++)
		if (strcmp(plain_actions[i].word, word) == 0 ||
		    (word[0] != '\0' && word[1] == '\0' &&
		    plain_letter(&plain_actions[i]) == word[0]))
			return &plain_actions[i];
	for (size_t i = 0; i < plain_actions_count; i++)
		if (plain_actions[i].command != NULL &&
		    strcmp(plain_actions[i].command, word) == 0)
			return &plain_actions[i];
	return NULL;
}
