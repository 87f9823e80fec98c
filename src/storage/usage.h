/*
 * usage: what was last told of a login's limits: STORE/.chatelaine/usage/,
 * one file a profile. No secret, and nothing is lost with it.
 *
 * Replaced atomically and without a lock: of two that fetch at once either may
 * come last.
 */
#ifndef STORAGE_USAGE_H
#define STORAGE_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/store.h"

/* Bytes; what is longer in the file is cut, as is what is more. */
#define USAGE_RECORD_TEXT 64
#define USAGE_RECORD_LIMITS 16

/* In place of a number, or of a yes (1) or no (0), that is not known. */
#define USAGE_NOT_KNOWN (-1)

/* One window of one limit. "" is unknown, as it is of every text here. */
struct usage_limit {
	char name[USAGE_RECORD_TEXT + 1];	/* "": the plan's own limit */
	char label[USAGE_RECORD_TEXT + 1];	/* "5 h", "weekly" */
	int percent;		/* used; may pass 100 */
	int64_t seconds;	/* how long the window is */
	int64_t resets_at;	/* or TIME_UNKNOWN */
};

struct usage_record {
	int64_t fetched_at;
	/* Whose it was: the name may have got another login since. */
	char user_id[USAGE_RECORD_TEXT + 1];
	char account_id[USAGE_RECORD_TEXT + 1];
	char plan[USAGE_RECORD_TEXT + 1];
	int limit_reached;
	size_t limits;
	struct usage_limit limit[USAGE_RECORD_LIMITS];
	bool credits;		/* known: the next three */
	int has_credits, unlimited;
	char balance[USAGE_RECORD_TEXT + 1];
};

/* Copies a text that may be NULL, cut between two characters. */
void usage_copy(char to[USAGE_RECORD_TEXT + 1], const char *text);

/* ERROR_NOT_FOUND where nothing was kept of @name; ERROR_FAILED with the
 * reason when it cannot be read. */
int usage_load(const struct store *store, const char *name,
    struct usage_record *record, struct error *err);

int usage_save(struct store *store, const char *name,
    const struct usage_record *record, struct error *err);

/* Removes it, and what a killed process left; that there is none is no
 * failure. */
void usage_remove(const struct store *store, const char *name);

struct json;

/* Members of @object as the file has them and as others may be told: what is
 * not known is null. */
void usage_set_text(struct json *object, const char *key, const char *text);
void usage_set_number(struct json *object, const char *key, int64_t number);
void usage_set_flag(struct json *object, const char *key, int flag);
void usage_set_credits(struct json *object,
    const struct usage_record *record);

#endif
