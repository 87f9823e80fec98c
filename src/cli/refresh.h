/*
 * refresh: renewing a profile and waiting for it.
 */
#ifndef CLI_REFRESH_H
#define CLI_REFRESH_H

#include "app/app.h"

/* 0 when @name is renewed, by us or by somebody who was quicker. Catches
 * signals: a renewal that was sent is waited for all the same. */
int refresh_wait(struct app *app, const char *name, struct error *err);

#endif
