/*
 * plain: the interface in lines, for those who hear it or whose terminal cannot
 * move its cursor.
 *
 * A numbered list, a prompt, and what the interface can do, each by the command
 * that does it; what the command would want as an option is asked. Nothing is
 * drawn, and nothing that has been said changes: time that runs is said once.
 */
#ifndef PLAIN_PLAIN_H
#define PLAIN_PLAIN_H

#include "app/app.h"

/* Runs until the person leaves: 0. ERROR_USAGE where nobody can be asked,
 * ERROR_INTERRUPTED when a signal ended it; Ctrl-C only ends what is being
 * done. The store's interrupt flag is cli/interrupt's. */
int plain_run(struct app *app, struct error *err);

#endif
