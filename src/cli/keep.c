#include "config.h"

#include <signal.h>

#include "app/keep.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/refresh.h"

int
keep_within(struct cli *cli, int64_t *within, struct error *err)
{
	const char *given = cli->value[OPTION_WITHIN];

	*within = settings_window(cli->app->settings);
	if (given == NULL || time_parse_length(given, within) == 0)
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' is no length of time; they look like 30s, 10m, 48h, 2d"),
	    given);
}

static void
say(bool trouble, const char *line, void *context)
{
	const struct cli *cli = context;
	char now[TIME_TEXT_SIZE];

	time_format_local(now, time_now(), false);
	/* Nobody may read it, and that is no reason to stop. */
	if (trouble && cli->value[OPTION_QUIET] != NULL)
		cli_note("%s  %s", now, line);
	else
		cli_say(cli, NULL, "%s  %s", now, line);
}

int
cli_run_keep(struct cli *cli, struct error *err)
{
	int64_t within;

	if (keep_within(cli, &within, err) != 0)
		return -1;
	interrupt_catch();
	signal(SIGPIPE, SIG_IGN);
	return keep_run(cli->app, within, &interrupt_flag, say, cli, err);
}
