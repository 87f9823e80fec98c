#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/volume.h"
#include "base/i18n.h"
#include "cli/cli.h"

/* (uid_t)-1 is nobody, and means "as it is" to chown(). */
static int
read_uid(const char *text, uid_t *uid, struct error *err)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
	    value >= (unsigned long long)(uid_t)-1)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is no number of a user, such as 10001"), text);
	*uid = (uid_t)value;
	return 0;
}

int
cli_run_add_volume(struct cli *cli, struct error *err)
{
	uid_t uid = geteuid() == 0 ? VOLUME_UID : geteuid();
	const char *name = cli->operand[0];
	bool made = false;

	if (cli->value[OPTION_UID] != NULL &&
	    read_uid(cli->value[OPTION_UID], &uid, err) != 0)
		return -1;
	if (volume_add(cli->app, name, uid, &made, err) != 0)
		return -1;
	return cli_say(cli, err, made ? _("%s/%s is made, for user %lu; it is "
	    "a profile as soon as a login is in it") : _("%s/%s is there "
	    "already, for user %lu"), store_path(cli->app->store), name,
	    (unsigned long)uid);
}
