#include "config.h"

#include "app/here.h"
#include "base/i18n.h"
#include "cli/cli.h"

int
cli_run_trust(struct cli *cli, struct error *err)
{
	struct here here;
	int result;

	result = here_trust(cli->app, cli->operands > 0 ? cli->operand[0] :
	    NULL, &here, err);
	if (result == 0)
		result = cli_say(cli, err, _("%s is trusted as it is: there "
		    "and below, '%s' is the profile of commands that name "
		    "none"), here.path, here.name);
	here_release(&here);
	return result;
}
