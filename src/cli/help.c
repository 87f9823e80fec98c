/*
 * The help, which comes from the tables; and the version.
 */
#include "config.h"

#include "app/run.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/cli.h"
#include "formats/consumer.h"
#include "formats/format.h"

/* "  -f, --format FORMAT" */
static void
option_label(int number, struct buffer *out)
{
	if (cli_options[number].letter != 0)
		buffer_addf(out, "-%c, ", cli_options[number].letter);
	else
		buffer_add_string(out, "    ");
	buffer_addf(out, "--%s", cli_options[number].name);
	if (cli_options[number].value != NULL)
		buffer_addf(out, " %s", _(cli_options[number].value));
}

const char *
cli_usage(const struct cli_command *command)
{
	return command->usage[0] != '\0' ? _(command->usage) : "";
}

#define LABEL_COLUMNS 24
#define SUMMARY_COLUMNS (80 - 2 - LABEL_COLUMNS)

/* What is too long for its place goes on in the next line. */
static void
help_line(struct buffer *out, const char *label, const char *summary)
{
	const bool fits = text_columns(label) < LABEL_COLUMNS;
	struct buffer part = BUFFER_INIT;
	size_t n, skip;

	buffer_add_string(out, "  ");
	if (fits)
		text_add_padded(out, label, LABEL_COLUMNS);
	else
		text_add_safe(out, label);
	for (bool first = fits; *summary != '\0'; first = false) {
		if (!first)
			buffer_addf(out, "\n%*s", 2 + LABEL_COLUMNS, "");
		n = text_wrap(summary, SUMMARY_COLUMNS, &skip);
		buffer_clear(&part);
		buffer_add(&part, summary, n);
		text_add_safe(out, part.data);
		summary += n + skip;
	}
	buffer_add_char(out, '\n');
	out->failed |= part.failed;
	buffer_release(&part);
}

static void
help_options(uint64_t which, struct buffer *out)
{
	struct buffer label = BUFFER_INIT;

	for (int i = 0; i < OPTIONS; i++) {
		if ((which & CLI_OPTION(i)) == 0)
			continue;
		buffer_clear(&label);
		option_label(i, &label);
		help_line(out, label.data, _(cli_options[i].summary));
		out->failed |= label.failed;
	}
	buffer_release(&label);
}

static bool
takes(const struct cli_command *command, const struct consumer *consumer)
{
	if ((command->options & CLI_OPTION(OPTION_TO)) != 0)
		return consumer->lendable;
	return command->run != cli_run_run || run_is_possible(consumer);
}

/* What an option's value may be, where that is a table. */
static void
help_values(const struct cli_command *command, struct buffer *out)
{
	const uint64_t which = command->options;

	if ((which & CLI_OPTION(OPTION_FORMAT)) != 0) {
		buffer_addf(out, "\n%s\n", _("formats:"));
		for (size_t i = 0; i < formats_count; i++)
			help_line(out, formats[i].name, _(formats[i].summary));
	}
	if ((which & (CLI_OPTION(OPTION_FOR) | CLI_OPTION(OPTION_TO))) != 0) {
		buffer_addf(out, "\n%s\n", _("programs:"));
		for (size_t i = 0; i < consumers_count; i++)
			if (takes(command, &consumers[i]))
				help_line(out, consumers[i].kind,
				    consumers[i].title);
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
		buffer_addf(out, _("usage: chatelaine %s [OPTION]...%s%s\n\n"),
		    command->name, *command->usage != '\0' ? " " : "",
		    cli_usage(command));
		text_add_safe(out, _(command->summary));
		buffer_add_string(out, "\n\n");
		help_options(command->options | CLI_COMMANDS, out);
		help_values(command, out);
		return;
	}
	buffer_addf(out, "%s\n%s\n%s\n\n",
	    _("usage: chatelaine [--store DIR] [--config FILE]   "
	    "the terminal interface"),
	    _("       chatelaine --plain [OPTION]...             "
	    "the same in lines"),
	    _("       chatelaine COMMAND [OPTION]..."));
	for (size_t i = 0; i < cli_commands_count; i++) {
		buffer_clear(&label);
		buffer_addf(&label, "%s %s", cli_commands[i].name,
		    cli_usage(&cli_commands[i]));
		help_line(out, label.data, _(cli_commands[i].summary));
		out->failed |= label.failed;
	}
	buffer_addf(out, "\n%s\n",
	    _("'chatelaine help COMMAND' tells more; the manual is "
	    "chatelaine(1)."));
	buffer_release(&label);
}

int
cli_run_help(struct cli *cli, struct error *err)
{
	const struct cli_command *command = NULL;
	struct buffer text = BUFFER_INIT;
	int result;

	if (cli->operands > 0) {
		command = cli_find_command(cli->operand[0]);
		if (command == NULL)
			return cli_unknown_command(cli->operand[0], err);
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
	return cli_print(err, "%s", PACKAGE_NAME " " PACKAGE_VERSION);
}
