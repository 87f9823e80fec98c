/*
 * usage: how much of a plan is used up (protocol.md 6.1): where to ask, what
 * the backend answers, and the same facts in a line of ours.
 *
 * Asking is oauth/helper's. Texts are the server's, only cut: whoever shows
 * them passes them through base/text.
 */
#ifndef OAUTH_USAGE_H
#define OAUTH_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "oauth/issuer.h"

#define USAGE_URL_SIZE (ISSUER_MAX + 64)

/* Bytes. What is longer is cut between two characters. */
#define USAGE_TEXT_MAX 64
#define USAGE_LABEL_MAX 15

/* A plan has two windows, and two more for each model with limits of its own;
 * more than these are left out. */
#define USAGE_WINDOWS_MAX 16

/* In place of a number or of a yes or no that was not told. */
#define USAGE_UNKNOWN (-1)

struct usage_window {
	char limit[USAGE_TEXT_MAX + 1];	/* its name; "": the plan's own */
	char label[USAGE_LABEL_MAX + 1]; /* "5 h"; "": unknown */
	int percent;		/* used; may pass 100; or unknown */
	int64_t seconds;	/* how long it is; or unknown */
	int64_t resets_at;	/* or TIME_UNKNOWN */
};

struct usage {
	char plan[USAGE_TEXT_MAX + 1];	/* "": unknown */
	size_t windows;
	struct usage_window window[USAGE_WINDOWS_MAX];
	int limit_reached;	/* 1, 0, or unknown */
	bool credits;		/* it told of credits: the next three */
	int has_credits, unlimited;	/* as above */
	char balance[USAGE_TEXT_MAX + 1];	/* "": unknown */
};

/* The address to ask, of the backend at @base, which issuer_check() took. */
void usage_url(char url[USAGE_URL_SIZE], const char *base);

/* A window by its length, never by its place in the answer, which moves:
 * "5 h", "weekly", "30 d"; "" if it is unknown. A name, not translated. */
void usage_label(char label[USAGE_LABEL_MAX + 1], int64_t seconds);

/*
 * Reads the answer. 0, or -1: ERROR_NEEDS_LOGIN when the backend refused the
 * access token, which says nothing about the login that it came from, else
 * ERROR_UNAVAILABLE. @now in seconds since 1970, for a window that says only
 * how long it lasts.
 */
int usage_read(long status, const struct buffer *body, int64_t retry_after,
    int64_t now, struct usage *usage, struct error *err);

struct json;

/* The facts as members of @object, and back: -1 when they are not there. */
void usage_put(struct json *object, const struct usage *usage);
int usage_get(const struct json *object, struct usage *usage);

#endif
