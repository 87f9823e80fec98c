/*
 * browser: signing in by a browser, which is sent back to a port of this
 * machine, or whose last address a person hands over (protocol.md section 2).
 *
 * What is put into addresses and read out of them; listening is
 * oauth/callback's, sending oauth/helper's.
 */
#ifndef OAUTH_BROWSER_H
#define OAUTH_BROWSER_H

#include <stddef.h>

#include "base/error.h"
#include "oauth/message.h"

/* How long the person has; seconds. */
#define BROWSER_LIFETIME 600

/* The two ports that the issuer sends browsers back to, in this order. */
#define BROWSER_PORTS 2
extern const int browser_ports[BROWSER_PORTS];

#define BROWSER_PATH "/auth/callback"

/* 32 random bytes in base64url, and a NUL. */
#define BROWSER_RANDOM_SIZE 44

/* One sign-in: all of it is secret but the port. */
struct browser {
	char verifier[BROWSER_RANDOM_SIZE];
	char state[BROWSER_RANDOM_SIZE];
	int port;		/* that the browser is sent back to */
};

/* What is good for the exchange, once. */
struct browser_grant {
	char code[1024];
};

/* Makes the secrets of a new sign-in. The caller wipes it. */
int browser_begin(struct browser *browser, int port, struct error *err);

/* The address that the browser is sent back to, as the exchange has it. */
#define BROWSER_REDIRECT_SIZE 64
void browser_redirect(const struct browser *browser,
    char uri[BROWSER_REDIRECT_SIZE]);

/* The address to open; @issuer is one that issuer_check() found good. */
void browser_url(const struct browser *browser, const char *issuer,
    char url[MESSAGE_URL_MAX]);

enum browser_answer {
	BROWSER_APPROVED,	/* @grant has the code */
	BROWSER_REFUSED,	/* not of this sign-in, which goes on: @err */
	BROWSER_ENDED		/* @err says why; for good */
};

/* Reads the address that the browser came back with: all of it, or from its
 * path on; spaces around it are no part of it. @grant is empty but for
 * BROWSER_APPROVED. */
enum browser_answer browser_read(const struct browser *browser,
    const char *address, struct browser_grant *grant, struct error *err);

#endif
