/*
 * issuer: the server that signs people in, by its address.
 */
#ifndef OAUTH_ISSUER_H
#define OAUTH_ISSUER_H

#include <stddef.h>

#include "base/error.h"

/* protocol.md, "Constants": a public client, which has no secret. */
#define ISSUER_DEFAULT "https://auth.openai.com"
#define ISSUER_CLIENT_ID "app_EMoamEEZ73f0CkXaXp7hrann"

#define ISSUER_MAX 512

/*
 * 0 if @url is one that tokens may be sent to: https, or http to a loopback
 * host; host, port and path only (no user, query or fragment). ERROR_USAGE
 * with what is wrong.
 */
int issuer_check(const char *url, struct error *err);

/* The length of an address without the slashes at its end: a path goes
 * there. */
size_t issuer_length(const char *url);

#endif
