/*
 * device: signing in by a code that is entered on another device: OpenAI's own
 * scheme, which is not RFC 8628 (protocol.md section 1).
 *
 * What the server says is turned into words here; sending is oauth/helper's.
 */
#ifndef OAUTH_DEVICE_H
#define OAUTH_DEVICE_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "oauth/message.h"

/* No code lives longer than this; seconds. */
#define DEVICE_LIFETIME 900

/* Polls that fail in a row before the sign-in is given up. */
#define DEVICE_FAILURES_MAX 3

/* Reads the answer to the request for a code (1.1): 0, or -1 with the error
 * and its next step. @now in seconds since 1970, to see how long the code
 * lives. */
int device_read_code(long status, const struct buffer *body,
    int64_t retry_after, int64_t now, struct device *device,
    struct error *err);

enum device_poll {
	DEVICE_PENDING,
	DEVICE_APPROVED,
	DEVICE_SLOW_DOWN,	/* pending, and poll less often */
	DEVICE_FAILING,		/* @err says why; may pass */
	DEVICE_ENDED		/* @err says why; for good */
};

/* What a successful poll gives for the exchange (1.3). */
struct device_grant {
	char code[1024];
	char verifier[256];
};

/* Reads the answer to a poll (1.3). @grant is empty but for DEVICE_APPROVED. */
enum device_poll device_read_poll(long status, const struct buffer *body,
    struct device_grant *grant, struct error *err);

#endif
