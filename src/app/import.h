/*
 * import: taking in a login that a program made itself.
 */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H

#include <stdbool.h>

#include "app/app.h"
#include "app/place.h"
#include "app/use.h"

/* Takes in what stands in the file at @place: into the profile that it is of,
 * or a new one, of the name @as where that is not NULL. A view takes its
 * place. @name is the profile. ERROR_NOT_FOUND: there is no login.
 * @taken: whether the store had nothing newer. */
int import_login(struct app *app, const struct place *place, const char *as,
    int wait_ms, char name[STORE_NAME_MAX + 1], bool *taken,
    struct error *err);

/* The places with a login that could be taken in: of nobody known, or newer
 * than what the store has. @places is owned by the caller, in any case. */
int import_offers(struct app *app, struct places *places, struct error *err);

#endif
