/*
 * rename: another name for a profile.
 */
#ifndef APP_RENAME_H
#define APP_RENAME_H

#include "app/app.h"

/* ERROR_NOT_FOUND, ERROR_REFUSED: there is one of that name. */
int rename_profile(struct app *app, const char *name, const char *to,
    int wait_ms, struct error *err);

#endif
