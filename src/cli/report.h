/*
 * report: a profile as JSON, schema 1: see `list --json` in chatelaine(1).
 *
 * Times are RFC 3339 in UTC, unknown is null, and never a token.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "app/app.h"
#include "base/json.h"

/* Fills @object with what is known of @profile at @now. */
void report_profile(struct json *object, const struct app *app,
    const struct profile *profile, int64_t now);

/* True if the profile @name is @tenant's: "acme/x" is of "acme"; NULL is
 * everybody. */
bool report_is_of_tenant(const char *name, const char *tenant);

/* The store's path from the root on. */
void report_store(const struct app *app, struct buffer *path);

#endif
