#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/cli.h"
#include "formats/format.h"

/* The options, by their numbers; short ones are few on purpose. */
static const struct {
	const char *name;
	char letter;		/* or 0 */
	const char *value;	/* what it takes, N_(); NULL: nothing */
	const char *summary;	/* N_() */
} options[OPTIONS] = {
	[OPTION_AGREE_TERMS] = { "agree-terms", 0, NULL,
	    N_("agree to the notice about the terms of use") },
	[OPTION_ALL] = { "all", 0, NULL, N_("every profile") },
	[OPTION_FORCE] = { "force", 0, NULL,
	    N_("write into a git work tree, or over a login") },
	[OPTION_FORMAT] = { "format", 'f', N_("FORMAT"),
	    N_("what to write; 'chatelaine help export' lists them") },
	[OPTION_HELP] = { "help", 'h', NULL, N_("this help") },
	[OPTION_JSON] = { "json", 0, NULL, N_("print JSON") },
	[OPTION_MIN_VALID] = { "min-valid", 0, N_("TIME"),
	    N_("renew first if less is left: 30s, 10m, 48h, 2d (10m)") },
	[OPTION_MODEL] = { "model", 'm', N_("MODEL"), N_("the model to use") },
	[OPTION_NO_QR] = { "no-qr", 0, NULL, N_("print no QR code") },
	[OPTION_OUTPUT] = { "output", 'o', N_("FILE"),
	    N_("write to FILE, mode 0600; - is standard output") },
	[OPTION_PURGE] = { "purge", 0, NULL,
	    N_("keep no backup, so that undo cannot bring it back") },
	[OPTION_REPLACE] = { "replace", 0, NULL,
	    N_("put this login in the place of another one") },
	[OPTION_REVEAL] = { "reveal", 0, NULL,
	    N_("show secrets on the terminal") },
	[OPTION_SIGN_OUT] = { "sign-out", 0, NULL,
	    N_("revoke the login at the issuer, then forget it") },
	[OPTION_STORE] = { "store", 0, N_("DIR"),
	    N_("the store, in place of the usual one") },
	[OPTION_TENANT] = { "tenant", 0, N_("TENANT"),
	    N_("only the profiles TENANT/...") },
	[OPTION_VERSION] = { "version", 'V', NULL, N_("print the version") },
	[OPTION_YES] = { "yes", 'y', NULL, N_("do not ask") },
};

/* What every command takes. */
#define EVERYWHERE (CLI_OPTION(OPTION_STORE) | CLI_OPTION(OPTION_HELP))

#define ANY_NUMBER 1000000

const struct cli_command cli_commands[] = {
	{
		.name = "login", .usage = "NAME", .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_REPLACE) |
		    CLI_OPTION(OPTION_NO_QR) | CLI_OPTION(OPTION_JSON) |
		    CLI_OPTION(OPTION_AGREE_TERMS),
		.summary = N_("sign in by a code entered on another device"),
		.run = cli_run_login,
	},
	{
		.name = "list", .usage = "", .least = 0, .most = 0,
		.options = CLI_OPTION(OPTION_JSON) |
		    CLI_OPTION(OPTION_TENANT),
		.summary = N_("the profiles, and when their access ends"),
		.run = cli_run_list,
	},
	{
		.name = "show", .usage = "NAME", .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_JSON),
		.summary = N_("everything about one profile but its secrets"),
		.run = cli_run_show,
	},
	{
		.name = "export", .usage = "NAME", .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_FORMAT) |
		    CLI_OPTION(OPTION_MODEL) | CLI_OPTION(OPTION_OUTPUT) |
		    CLI_OPTION(OPTION_REVEAL) | CLI_OPTION(OPTION_FORCE),
		.summary = N_("hand a profile to a program, in its format"),
		.run = cli_run_export,
	},
	{
		.name = "token", .usage = "NAME", .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_MIN_VALID),
		.summary = N_("print the access token"),
		.run = cli_run_token,
	},
	{
		.name = "refresh", .usage = "[NAME]...", .least = 0,
		.most = ANY_NUMBER,
		.options = CLI_OPTION(OPTION_ALL),
		.summary = N_("renew access now"),
		.run = cli_run_refresh,
	},
	{
		.name = "usage", .usage = "[NAME]", .least = 0, .most = 1,
		.options = CLI_OPTION(OPTION_JSON),
		.summary = N_("how much of the plan is used up"),
		.run = cli_run_usage,
	},
	{
		.name = "delete", .usage = "NAME", .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_SIGN_OUT) |
		    CLI_OPTION(OPTION_YES) | CLI_OPTION(OPTION_PURGE),
		.summary = N_("forget a profile here, or sign it out"),
		.run = cli_run_delete,
	},
	{
		.name = "undo", .usage = "", .least = 0, .most = 0,
		.summary = N_("bring back what was forgotten last"),
		.run = cli_run_undo,
	},
	{
		.name = "help", .usage = "[COMMAND]", .least = 0, .most = 1,
		.without_store = true,
		.summary = N_("help, of one command or of all"),
		.run = cli_run_help,
	},
	{
		.name = "version", .usage = "", .least = 0, .most = 0,
		.without_store = true,
		.summary = N_("the version"),
		.run = cli_run_version,
	},
};

const size_t cli_commands_count =
    sizeof cli_commands / sizeof cli_commands[0];

static const struct cli_command *
find_command(const char *name)
{
	for (size_t i = 0; i < cli_commands_count; i++)
		if (strcmp(cli_commands[i].name, name) == 0)
			return &cli_commands[i];
	return NULL;
}

static int
unknown_command(const char *name, struct error *err)
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
		table[i] = (struct option){ options[i].name,
		    options[i].value != NULL ? required_argument : no_argument,
		    NULL, 256 + i };
		if (options[i].letter == 0)
			continue;
		*letters++ = options[i].letter;
		if (options[i].value != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	table[OPTIONS] = (struct option){ NULL, 0, NULL, 0 };
}

static int
number_of(int got)
{
	for (int i = 0; i < OPTIONS; i++)
		if (got == 256 + i || (got != 0 && got == options[i].letter))
			return i;
	return -1;
}

/* @word is the last that getopt_long() has done with: the option itself, unless
 * it is one of several letters behind a dash. */
static int
unknown_option(const char *word, struct error *err)
{
	char letter[3] = { '-', (char)optopt, '\0' };

	if (optopt >= 256)
		return error_set(err, ERROR_USAGE, _("--%s takes no value"),
		    options[optopt - 256].name);
	return error_set(err, ERROR_USAGE,
	    _("there is no option '%s'; 'chatelaine help COMMAND' lists them"),
	    optopt > 0 ? letter : word);
}

static int
parse_options(struct cli *cli, int argc, char **argv, struct error *err)
{
	struct option table[OPTIONS + 1];
	char letters[LETTERS_SIZE];
	int got, number;

	fill_getopt(table, letters);
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		number = number_of(got);
		if (got == ':' || (optarg != NULL && *optarg == '\0'))
			return error_set(err, ERROR_USAGE,
			    _("--%s wants a value"), options[got == ':' ?
			    number_of(optopt) : number].name);
		if (number < 0)
			return unknown_option(argv[optind - 1], err);
		cli->value[number] = optarg != NULL ? optarg : "";
	}
	cli->operand = argv + optind;
	cli->operands = argc - optind;
	return 0;
}

static int
check_options(const struct cli *cli, struct error *err)
{
	unsigned int taken = EVERYWHERE |
	    (cli->command != NULL ? cli->command->options : 0);

	for (int i = 0; i < OPTIONS; i++) {
		if (cli->value[i] == NULL || (taken & CLI_OPTION(i)) != 0)
			continue;
		if (cli->command == NULL)
			return error_set(err, ERROR_USAGE,
			    _("--%s belongs to a command; 'chatelaine help' "
			    "lists them"), options[i].name);
		return error_set(err, ERROR_USAGE,
		    _("%s takes no --%s; see 'chatelaine help %s'"),
		    cli->command->name, options[i].name, cli->command->name);
	}
	return 0;
}

static int
check_operands(const struct cli *cli, struct error *err)
{
	const struct cli_command *command = cli->command;

	if (cli->operands < command->least)
		return error_set(err, ERROR_USAGE,
		    _("%s wants %s; see 'chatelaine help %s'"), command->name,
		    command->usage, command->name);
	if (cli->operands > command->most)
		return error_set(err, ERROR_USAGE,
		    _("%s does not know what to do with '%s'; see 'chatelaine "
		    "help %s'"), command->name, cli->operand[command->most],
		    command->name);
	return 0;
}

int
cli_parse(struct cli *cli, int argc, char **argv, struct error *err)
{
	memset(cli, 0, sizeof *cli);
	if (parse_options(cli, argc, argv, err) != 0)
		return -1;
	if (cli->value[OPTION_VERSION] != NULL) {
		cli->command = find_command("version");
		return 0;
	}
	if (cli->value[OPTION_HELP] != NULL) {
		/* `chatelaine COMMAND --help` is `chatelaine help COMMAND`. */
		cli->command = find_command("help");
		return 0;
	}
	if (cli->operands > 0) {
		cli->command = find_command(cli->operand[0]);
		if (cli->command == NULL)
			return unknown_command(cli->operand[0], err);
		cli->operand++;
		cli->operands--;
	}
	if (check_options(cli, err) != 0)
		return -1;
	return cli->command == NULL ? 0 : check_operands(cli, err);
}

/* "  -f, --format FORMAT" */
static void
option_label(int number, struct buffer *out)
{
	if (options[number].letter != 0)
		buffer_addf(out, "-%c, ", options[number].letter);
	else
		buffer_add_string(out, "    ");
	buffer_addf(out, "--%s", options[number].name);
	if (options[number].value != NULL)
		buffer_addf(out, " %s", _(options[number].value));
}

#define LABEL_COLUMNS 24

static void
help_line(struct buffer *out, const char *label, const char *summary)
{
	buffer_add_string(out, "  ");
	text_add_padded(out, label, LABEL_COLUMNS);
	text_add_safe(out, summary);
	buffer_add_char(out, '\n');
}

static void
help_options(unsigned int which, struct buffer *out)
{
	struct buffer label = BUFFER_INIT;

	for (int i = 0; i < OPTIONS; i++) {
		if ((which & CLI_OPTION(i)) == 0)
			continue;
		buffer_clear(&label);
		option_label(i, &label);
		help_line(out, label.data, _(options[i].summary));
	}
	buffer_release(&label);
}

/* What an option's value may be, where that is a table. */
static void
help_values(unsigned int which, struct buffer *out)
{
	if ((which & CLI_OPTION(OPTION_FORMAT)) != 0) {
		buffer_addf(out, "\n%s\n", _("formats:"));
		for (size_t i = 0; i < formats_count; i++)
			help_line(out, formats[i].name, _(formats[i].summary));
	}
	if ((which & CLI_OPTION(OPTION_MODEL)) != 0) {
		buffer_addf(out, "\n%s\n ", _("models (others may be "
		    "named, the first is the default):"));
		for (size_t i = 0; i < format_models_count; i++)
			buffer_addf(out, " %s", format_models[i]);
		buffer_add_char(out, '\n');
	}
}

void
cli_help(const struct cli_command *command, struct buffer *out)
{
	struct buffer label = BUFFER_INIT;

	if (command != NULL) {
		buffer_addf(out, _("usage: chatelaine %s %s [OPTION]...\n\n"),
		    command->name, command->usage);
		text_add_safe(out, _(command->summary));
		buffer_add_string(out, "\n\n");
		help_options(command->options | EVERYWHERE, out);
		help_values(command->options, out);
		return;
	}
	buffer_addf(out, "%s\n%s\n\n",
	    _("usage: chatelaine [--store DIR]             "
	    "the terminal interface"),
	    _("       chatelaine COMMAND [OPTION]..."));
	for (size_t i = 0; i < cli_commands_count; i++) {
		buffer_clear(&label);
		buffer_addf(&label, "%s %s", cli_commands[i].name,
		    cli_commands[i].usage);
		help_line(out, label.data, _(cli_commands[i].summary));
	}
	buffer_addf(out, "\n%s\n",
	    _("'chatelaine help COMMAND' tells more; the manual is "
	    "chatelaine(1)."));
	buffer_release(&label);
}

/* --- Output -------------------------------------------------------------- */

int
cli_write(const struct buffer *text, struct error *err)
{
	if (!buffer_ok(text, err))
		return -1;
	if (fwrite(text->data, 1, text->length, stdout) != text->length ||
	    fflush(stdout) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot write to standard output"));
	return 0;
}

/* Formats, makes safe and adds the newline. */
static void
add_line(struct buffer *out, const char *format, va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof line, format, ap);
	text_add_lines(out, line);
	buffer_add_char(out, '\n');
}

int
cli_say(struct error *err, const char *format, ...)
{
	struct buffer text = BUFFER_INIT;
	va_list ap;
	int result;

	va_start(ap, format);
	add_line(&text, format, ap);
	va_end(ap);
	result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

void
cli_note(const char *format, ...)
{
	struct buffer text = BUFFER_INIT;
	va_list ap;

	va_start(ap, format);
	add_line(&text, format, ap);
	va_end(ap);
	fputs(text.data, stderr);
	buffer_release(&text);
}

void
cli_report(const struct error *err)
{
	if (err->step[0] == '\0')
		cli_note("chatelaine: %s", err->text);
	else
		cli_note("chatelaine: %s; %s", err->text, err->step);
}

bool
cli_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

char *
cli_ask(const char *question)
{
	struct buffer text = BUFFER_INIT;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	text_add_safe(&text, question);
	fprintf(stderr, "%s ", text.data);
	fflush(stderr);
	buffer_release(&text);
	n = getline(&line, &size, stdin);
	if (n < 0) {
		free(line);
		fputc('\n', stderr);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* --- Commands too small for a file --------------------------------------- */

int
cli_run_help(struct cli *cli, struct error *err)
{
	const struct cli_command *command = NULL;
	struct buffer text = BUFFER_INIT;
	int result;

	if (cli->operands > 0) {
		command = find_command(cli->operand[0]);
		if (command == NULL)
			return unknown_command(cli->operand[0], err);
	}
	cli_help(command, &text);
	result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

int
cli_run_version(struct cli *cli, struct error *err)
{
	(void)cli;
	return cli_say(err, "%s", PACKAGE_NAME " " PACKAGE_VERSION);
}
