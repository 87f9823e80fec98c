#include "config.h"

#include "app/rename.h"
#include "app/use.h"
#include "base/i18n.h"
#include "cli/cli.h"

int
cli_run_rename(struct cli *cli, struct error *err)
{
	if (rename_profile(cli->app, cli->operand[0], cli->operand[1],
	    USE_WAIT_MS, err) != 0)
		return -1;
	return cli_say(cli, err, _("'%s' is '%s' now"), cli->operand[0],
	    cli->operand[1]);
}
