/*
 * refresh: renewing a profile and waiting for it.
 */
#ifndef CLI_REFRESH_H
#define CLI_REFRESH_H

#include <stdint.h>

#include "app/app.h"

/* 0 when @name is renewed, by us or, since generation @seen (0: now), by
 * somebody who was quicker. Catches signals: a renewal that was sent is waited
 * for all the same. */
int refresh_wait(struct app *app, const char *name, int64_t seen,
    struct error *err);

/* What --within says, or the settings; ERROR_USAGE. */
struct cli;
int keep_within(struct cli *cli, int64_t *within, struct error *err);

#endif
