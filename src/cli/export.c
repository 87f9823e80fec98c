#include "config.h"

#include <string.h>
#include <unistd.h>

#include "app/export.h"
#include "base/i18n.h"
#include "cli/cli.h"

static int
to_stdout(struct cli *cli, const struct format *format, struct error *err)
{
	const char *name = cli->operand[0];
	bool redacted = format->secret && isatty(STDOUT_FILENO) &&
	    cli->value[OPTION_REVEAL] == NULL;
	struct buffer text = BUFFER_INIT;
	int result = -1;

	if (export_print(cli->app, name, format, cli->value[OPTION_MODEL],
	    redacted, &text, err) == 0 && (redacted ||
	    export_note(cli->app, name, format, "stdout", err) == 0))
		result = cli_write(&text, err);
	buffer_release(&text);
	if (result == 0 && redacted)
		cli_hint(cli, "%s", _("chatelaine: the token is not shown on a "
		    "terminal; --output FILE writes it, --reveal shows it"));
	return result;
}

int
cli_run_export(struct cli *cli, struct error *err)
{
	const char *output = cli->value[OPTION_OUTPUT];
	const struct format *format;

	if (cli->value[OPTION_FORMAT] == NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("export wants --format; 'chatelaine help export' lists "
		    "the formats"));
	format = format_find(cli->value[OPTION_FORMAT], err);
	if (format == NULL)
		return -1;
	if (cli->value[OPTION_MODEL] != NULL && !format->takes_model)
		return error_set(err, ERROR_USAGE,
		    _("the format %s has no model in it"), format->name);
	if (output == NULL || strcmp(output, "-") == 0)
		return to_stdout(cli, format, err);
	if (export_write(cli->app, cli->operand[0], format,
	    cli->value[OPTION_MODEL], output, cli->value[OPTION_FORCE] != NULL,
	    err) != 0)
		return -1;
	cli_hint(cli, _("wrote %s"), output);
	return 0;
}
