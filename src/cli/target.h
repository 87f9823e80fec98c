/*
 * target: what commands about programs' files share.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "app/use.h"
#include "cli/cli.h"

/* The places that --for names; ERROR_USAGE. The caller calls places_release()
 * in any case. */
int target_places(struct cli *cli, struct places *places, struct error *err);

/* Tells of programs that run with the login that was there before. */
void target_warn_running(const struct cli *cli, const struct place *place);

#endif
