/*
 * helper_part: the inside of chatelaine-oauth, for oauth/helper.c and the other
 * oauth/helper_*.c.
 */
#ifndef OAUTH_HELPER_PART_H
#define OAUTH_HELPER_PART_H

#include <stdbool.h>

#include "base/error.h"
#include "oauth/callback.h"
#include "oauth/http.h"
#include "oauth/issuer.h"
#include "oauth/message.h"

#define URL_SIZE (ISSUER_MAX + 64)
#define TIMEOUT_MS 12000	/* for a request that nothing else limits */

/* Who stops listening too early has lost what the server has spent. Shorter
 * than whoever waits for us does (JOB_CHILD_TIMEOUT_MS). */
#define SPEND_TIMEOUT_MS 25000

/* Where nobody waits: what stands in front of the issuer waits for 100 s before
 * it says that it got no answer (524). Shorter than JOB_PATIENT_MS. */
#define PATIENT_TIMEOUT_MS 110000

/* Says an event. False when nobody listens any more. */
bool say(const struct message_event *event);
bool say_kind(enum message_kind kind);

/* Says the end, and returns the exit status. @sent: a secret may be spent. */
int say_failed(const struct error *why, bool sent);

/* Puts into an event what the server's clock says, if it told. */
void hear_time(const struct http *http, struct message_event *event);

/* The address of an endpoint of the issuer. */
void endpoint(char url[URL_SIZE], const char *issuer, const char *path);

/* Spends the code of an approved sign-in, and says how that ended. Returns the
 * exit status. */
int exchange(struct http *http, const char *issuer, const char *code,
    const char *verifier, const char *redirect);

/* The sign-in by a browser, to its end; closes the callback, which may be NULL,
 * before the exchange. Returns the exit status. */
int browser_login(struct http *http, const struct message_request *request,
    struct callback **callback);

/* Asks for the usage of a plan. Returns the exit status. */
int run_usage(struct http *http, const struct message_request *request);

#endif
