#include "config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "app/here.h"
#include "base/i18n.h"
#include "cli/cli.h"

const struct cli_command *
cli_find_command(const char *name)
{
	for (size_t i = 0; i < cli_commands_count; i++)
		if (strcmp(cli_commands[i].name, name) == 0)
			return &cli_commands[i];
	return NULL;
}

int
cli_unknown_command(const char *name, struct error *err)
{
	return error_set(err, ERROR_USAGE,
	    _("there is no command '%s'; 'chatelaine help' lists them"), name);
}

/* The tables as getopt_long() wants them. */
#define LETTERS_SIZE (2 * OPTIONS + 2)

static void
fill_getopt(struct option table[OPTIONS + 1], char letters[LETTERS_SIZE])
{
	/* Tells a missing value from an unknown option. */
	*letters++ = ':';
	for (int i = 0; i < OPTIONS; i++) {
		table[i] = (struct option){ cli_options[i].name,
		    cli_options[i].value != NULL ? required_argument :
		    no_argument,
		    NULL, 256 + i };
		if (cli_options[i].letter == 0)
			continue;
		*letters++ = cli_options[i].letter;
		if (cli_options[i].value != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	table[OPTIONS] = (struct option){ NULL, 0, NULL, 0 };
}

static int
number_of(int got)
{
	for (int i = 0; i < OPTIONS; i++)
		if (got == 256 + i || (got != 0 &&
		    got == cli_options[i].letter))
			return i;
	return -1;
}

/* @word is the last that getopt_long() has done with: the option itself, unless
 * it is one of several letters behind a dash. */
static int
unknown_option(int argc, char **argv, const char *word, struct error *err)
{
	const struct cli_command *command = NULL;
	char letter[3] = { '-', (char)optopt, '\0' };

	if (optopt >= 256)
		return error_set(err, ERROR_USAGE, _("--%s takes no value"),
		    cli_options[optopt - 256].name);
	if (optopt > 0)
		word = letter;
	for (int i = 1; i < argc && command == NULL; i++)
		command = cli_find_command(argv[i]);
	return command != NULL ? error_set(err, ERROR_USAGE,
	    _("there is no option '%s'; see 'chatelaine help %s'"), word,
	    command->name) : error_set(err, ERROR_USAGE,
	    _("there is no option '%s'; 'chatelaine help COMMAND' lists them"),
	    word);
}

/* The next "--" from @at on. getopt_long() moves it before the operands, which
 * it also does with words that it has passed, never with others. */
static int
first_end(int argc, char **argv, int at)
{
	while (at < argc && strcmp(argv[at], "--") != 0)
		at++;
	return at;
}

static int
parse_options(struct cli *cli, int argc, char **argv, struct error *err)
{
	struct option table[OPTIONS + 1];
	char letters[LETTERS_SIZE];
	int got, number, end = first_end(argc, argv, 1);

	fill_getopt(table, letters);
	opterr = 0;
	optind = 0;	/* getopt() remembers where it was */
	while ((got = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		end = first_end(argc, argv, optind);
		number = number_of(got);
		if (got == ':' || (optarg != NULL && *optarg == '\0'))
			return error_set(err, ERROR_USAGE,
			    _("--%s wants a value"), cli_options[got == ':' ?
			    number_of(optopt) : number].name);
		if (number < 0)
			return unknown_option(argc, argv,
			    argv[optind - 1], err);
		cli->value[number] = optarg != NULL ? optarg : "";
		if (number != OPTION_FOR)
			continue;
		if (cli->targets == CLI_TARGETS_MAX)
			return error_set(err, ERROR_USAGE,
			    _("--for can be given %d times"),
			    CLI_TARGETS_MAX);
		cli->target[cli->targets++] = optarg;
	}
	cli->operand = argv + optind;
	cli->operands = argc - optind;
	cli->behind = end < argc ? argc - end - 1 : 0;
	return 0;
}

uint64_t
cli_options_of(const struct cli_command *command)
{
	return command != NULL ? command->options | CLI_COMMANDS :
	    CLI_EVERYWHERE | CLI_ALONE;
}

static int
check_options(const struct cli *cli, struct error *err)
{
	uint64_t taken = cli_options_of(cli->command);

	for (int i = 0; i < OPTIONS; i++) {
		if (cli->value[i] == NULL || (taken & CLI_OPTION(i)) != 0)
			continue;
		if (cli->command == NULL)
			return error_set(err, ERROR_USAGE,
			    _("--%s belongs to a command; 'chatelaine help' "
			    "lists them"), cli_options[i].name);
		return error_set(err, ERROR_USAGE,
		    _("%s takes no --%s; see 'chatelaine help %s'"),
		    cli->command->name, cli_options[i].name,
		    cli->command->name);
	}
	return 0;
}

/* Another program's command line stands behind "--", and a name before. */
static bool
lacks_name(const struct cli *cli)
{
	if (cli->command == NULL || !cli->command->here)
		return false;
	return cli->command->least > 1 ?
	    cli->behind > 0 && cli->behind == cli->operands :
	    cli->operands == 0;
}

static int
check_operands(const struct cli *cli, struct error *err)
{
	const struct cli_command *command = cli->command;

	if (cli->operands + lacks_name(cli) < command->least)
		return error_set(err, ERROR_USAGE,
		    _("%s wants %s; see 'chatelaine help %s'"), command->name,
		    cli_usage(command), command->name);
	if (cli->operands > command->most)
		return error_set(err, ERROR_USAGE,
		    _("%s does not know what to do with '%s'; see 'chatelaine "
		    "help %s'"), command->name, cli->operand[command->most],
		    command->name);
	return 0;
}

int
cli_read(struct cli *cli, int argc, char **argv, struct error *err)
{
	memset(cli, 0, sizeof *cli);
	if (parse_options(cli, argc, argv, err) != 0)
		return -1;
	if (cli->value[OPTION_VERSION] != NULL)
		cli->command = cli_find_command("version");
	else if (cli->value[OPTION_HELP] != NULL)
		/* `chatelaine COMMAND --help` is `chatelaine help COMMAND`. */
		cli->command = cli_find_command("help");
	else if (cli->operands > 0) {
		cli->command = cli_find_command(cli->operand[0]);
		if (cli->command == NULL)
			return cli_unknown_command(cli->operand[0], err);
		cli->operand++;
		cli->operands--;
	}
	return 0;
}

int
cli_check(const struct cli *cli, struct error *err)
{
	if (cli->value[OPTION_VERSION] != NULL ||
	    cli->value[OPTION_HELP] != NULL)
		return 0;
	if (check_options(cli, err) != 0)
		return -1;
	return cli->command == NULL ? 0 : check_operands(cli, err);
}

int
cli_parse(struct cli *cli, int argc, char **argv, struct error *err)
{
	if (cli_read(cli, argc, argv, err) != 0)
		return -1;
	return cli_check(cli, err);
}

int
cli_choose(struct cli *cli, struct error *err)
{
	struct buffer from = BUFFER_INIT;
	int found;

	if (!lacks_name(cli))
		return 0;
	found = here_choose(cli->app, cli->chosen, &from, err);
	if (found == 1)
		cli->chosen_by = buffer_detach(&from, err);
	buffer_release(&from);
	if (found == 0)
		return error_set(err, ERROR_USAGE,
		    _("%s wants a NAME: no program shows a profile, and no "
		    ".chatelaine-profile names one; see 'chatelaine help "
		    "%s'"),
		    cli->command->name, cli->command->name);
	if (cli->chosen_by == NULL)
		return -1;
	/* The word before was the command. */
	*--cli->operand = cli->chosen;
	cli->operands++;
	return 0;
}

void
cli_release(struct cli *cli)
{
	free(cli->chosen_by);
	cli->chosen_by = NULL;
}
