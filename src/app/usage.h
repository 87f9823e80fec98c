/*
 * usage: how much of its plan a login has used up, the same in both front
 * ends. It is fetched on request only, by job_usage() (app/job); what is here
 * needs no network.
 */
#ifndef APP_USAGE_H
#define APP_USAGE_H

#include <stdint.h>

#include "app/app.h"
#include "base/time.h"
#include "storage/usage.h"

/* What was last fetched of @profile. ERROR_NOT_FOUND where nothing was, or
 * where it was of another login that had the name. */
int usage_kept(const struct app *app, const struct profile *profile,
    struct usage_record *record, struct error *err);

/* How old it is: "just now", "5m ago". */
void usage_age(char text[TIME_TEXT_SIZE], const struct usage_record *record,
    int64_t now);

/* What a window is called: "weekly", or with the name of a model's limit before
 * it. Foreign text. */
#define USAGE_LABEL_SIZE (USAGE_RECORD_TEXT + TIME_TEXT_SIZE + 1)
void usage_limit_label(char label[USAGE_LABEL_SIZE],
    const struct usage_limit *limit);

/* How wide the labels of this record are, with those of what is told besides
 * its windows; at most @most. */
int usage_label_columns(const struct usage_record *record, int most);

/* The credits in words; NULL where none were told. Foreign text. */
const char *usage_credits(const struct usage_record *record);

/* When a window begins anew: "resets in 2h 32m", or that it has. "" if that
 * is not known. */
void usage_resets(char text[TIME_TEXT_SIZE], const struct usage_limit *limit,
    int64_t now);

/* How many of @cells a bar fills: all only for what is used up, none only for
 * what is not used. */
int usage_cells(int percent, int cells);

#endif
