/*
 * monitor: what `list --check` says to Nagios and its like.
 */
#ifndef CLI_MONITOR_H
#define CLI_MONITOR_H

#include "cli/cli.h"

/*
 * Says in one line how the profiles are that --tenant lets through, as the
 * guidelines for these plugins want it, with counts behind "|". The exit
 * status is theirs, not that of other commands: 0 OK, 1 WARNING, 2 CRITICAL,
 * 3 UNKNOWN.
 */
int monitor_list(struct cli *cli, struct error *err);

/* Says that it cannot be told, and why; the exit status for that. */
int monitor_fail(const struct error *err);

#endif
