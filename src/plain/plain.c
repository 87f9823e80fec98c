/*
 * The prompt: a line is read, understood, and done by its command.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/keep.h"
#include "app/resume.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/interrupt.h"
#include "plain/part.h"
#include "plain/plain.h"

/* The program, the command, the words of a line, and answers that become
 * operands. */
#define ARGUMENTS (PLAIN_WORDS + PLAIN_ANSWERS + 3)

/* --- Questions ------------------------------------------------------------ */

static void
forget_answers(struct plain *plain)
{
	while (plain->answers > 0)
		free(plain->answer[--plain->answers]);
}

char *
plain_ask(struct plain *plain, const char *question, struct error *err)
{
	/* One is kept free for what is no answer (plain/ask.c). */
	char *answer = plain->answers + 1 < PLAIN_ANSWERS ?
	    cli_ask(question) : NULL;
	size_t n;

	if (answer == NULL) {
		error_set(err, ERROR_INTERRUPTED, "%s",
		    _("nothing was done"));
		return NULL;
	}
	plain->answer[plain->answers++] = answer;
	answer += strspn(answer, " \t");
	n = strlen(answer);
	while (n > 0 && strchr(" \t", answer[n - 1]) != NULL)
		answer[--n] = '\0';
	return answer;
}

void
plain_operand(struct cli *cli, char *operand)
{
	/* Operands are the end of the words, and there is room behind. */
	cli->operand[cli->operands++] = operand;
}

static int
ask_profile(struct plain *plain, struct cli *cli, struct error *err)
{
	char *answer;

	if (cli->operands > 0 || cli->value[OPTION_ALL] != NULL ||
	    cli->value[OPTION_NONE] != NULL)
		return 0;
	answer = plain_ask(plain, _("Which profile? Its number or its name:"),
	    err);
	if (answer == NULL)
		return -1;
	if (*answer == '\0')
		return error_set(err, ERROR_INTERRUPTED, "%s",
		    _("nothing was done"));
	plain_operand(cli, answer);
	return 0;
}

/* --- Commands ------------------------------------------------------------- */

/* What was chosen when the program started stays. */
static int
check_everywhere(const struct cli *cli, struct error *err)
{
	for (int i = 0; i < OPTIONS; i++)
		if ((CLI_EVERYWHERE & CLI_OPTION(i)) != 0 &&
		    i != OPTION_HELP && cli->value[i] != NULL)
			return error_set(err, ERROR_USAGE, _("--%s is for the "
			    "start: chatelaine --plain --%s %s"),
			    cli_options[i].name, cli_options[i].name,
			    cli->value[i]);
	return 0;
}

static int
complete(struct plain *plain, const struct plain_action *action,
    struct cli *cli, struct error *err)
{
	int profiles;

	if (action->about_profile && ask_profile(plain, cli, err) != 0)
		return -1;
	profiles = !action->about_profile ? 0 : action->one_profile ? 1 :
	    cli->operands;
	for (int i = 0; i < profiles && i < cli->operands; i++) {
		const char *name = plain_name(plain, cli->operand[i], err);

		if (name == NULL)
			return -1;
		cli->operand[i] = (char *)name;
	}
	return action->ask != NULL ? action->ask(plain, cli, err) : 0;
}

static int
run_command(struct plain *plain, const struct plain_action *action,
    char *const *words, int count, struct error *err)
{
	char *argument[ARGUMENTS] = { (char *)PACKAGE,
	    (char *)action->command };
	struct cli cli;
	int result;

	memcpy(argument + 2, words, (size_t)count * sizeof *words);
	if (cli_read(&cli, 2 + count, argument, err) != 0 ||
	    check_everywhere(&cli, err) != 0)
		return -1;
	cli.app = plain->app;
	cli.plain = true;
	/* --help makes another command of it. */
	if (cli.value[OPTION_HELP] == NULL &&
	    complete(plain, action, &cli, err) != 0)
		return -1;
	if (cli_check(&cli, err) != 0)
		return -1;
	result = cli.command->run(&cli, err);
	cli_tell_unnoted(plain->app);
	return result;
}

/* A word that is nothing to do: a profile, of which all is said. */
static int
open_profile(struct plain *plain, char *const *words, int count,
    struct error *err)
{
	if (count == 1 && plain_name(plain, words[0], err) != NULL)
		return run_command(plain, plain_find("open"), words, 1, err);
	/* What is no number was perhaps meant as something to do. */
	return count == 1 && strpbrk(words[0], "#0123456789") == words[0] ?
	    -1 : error_set(err, ERROR_USAGE, _("'%s' is neither a profile nor "
	    "something to do; ? says what there is"), words[count > 1]);
}

/* "use 1", "1 use", or "1" alone. */
static int
perform(struct plain *plain, char **words, int count, struct error *err)
{
	const struct plain_action *action = plain_find(words[0]);
	char *first = words[0];

	if (action == NULL && count > 1) {
		action = plain_find(words[1]);
		if (action != NULL) {
			words[0] = words[1];
			words[1] = first;
		}
	}
	if (action == NULL)
		return open_profile(plain, words, count, err);
	if (action->run != NULL)
		return action->run(plain, words + 1, count - 1, err);
	return run_command(plain, action, words + 1, count - 1, err);
}

static void
do_line(struct plain *plain, char *line)
{
	struct error err = ERROR_INIT;
	char *word[PLAIN_WORDS], *rest;
	char slash[] = "/";
	int count = 0, result;

	/* Words to look for may follow it at once, as in other programs. */
	if (*line == '/') {
		word[count++] = slash;
		line++;
	}
	for (char *one = strtok_r(line, " \t", &rest); one != NULL &&
	    count < PLAIN_WORDS; one = strtok_r(NULL, " \t", &rest))
		word[count++] = one;
	if (count == 0)
		return;
	result = count < PLAIN_WORDS ? perform(plain, word, count, &err) :
	    error_set(&err, ERROR_USAGE, "%s", _("those are too many words"));
	if (result != 0)
		cli_report(&err);
	forget_answers(plain);
}

/* --- The prompt ----------------------------------------------------------- */

/* What is worth knowing first: who there is, that nothing renews them, how to
 * go on. */
static int
begin(struct plain *plain, struct error *err)
{
	struct resume resume;
	struct buffer advice = BUFFER_INIT;

	if (plain_list(plain, err) != 0)
		return -1;
	if (keep_command(plain->app, &advice) &&
	    listing_is_due(&plain->list, time_now()))
		cli_note(_("chatelaine: nothing renews these logins in time; "
		    "to have it done: %s"), advice.data);
	buffer_release(&advice);
	if (resume_find(plain->app, &resume))
		cli_note(_("chatelaine: the sign-in to '%s' was cut off; 'add "
		    "%s' goes on with it"), resume.name, resume.name);
	return cli_print(err, "%s", _("Type a number and what to do, such as "
	    "'1 use'. ? says what there is to do, q leaves."));
}

static int
converse(struct plain *plain, struct error *err)
{
	char *line;

	while (!plain->quit) {
		line = cli_ask(_("chatelaine>"));
		if (line != NULL)
			do_line(plain, line);
		free(line);
		/* Ctrl-C was for what was being done, or typed. */
		if (line == NULL && interrupt_flag == 0)
			return 0;
		if (interrupt_flag != 0 && interrupt_flag != SIGINT)
			return error_set(err, ERROR_INTERRUPTED, "%s",
			    _("interrupted"));
		interrupt_flag = 0;
	}
	return 0;
}

int
plain_run(struct app *app, struct error *err)
{
	struct plain plain = { .app = app };
	int result;

	if (!cli_can_ask())
		return error_set(err, ERROR_USAGE, "%s",
		    _("--plain asks, and there is no terminal to ask at; "
		    "'chatelaine help' lists the commands"));
	interrupt_catch();
	result = begin(&plain, err);
	if (result == 0)
		result = converse(&plain, err);
	forget_answers(&plain);
	store_names_release(&plain.numbered);
	rows_release(&plain.rows);
	listing_release(&plain.list);
	return result;
}
