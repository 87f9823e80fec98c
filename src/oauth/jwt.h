/*
 * jwt: whose login it is, from the claims of its tokens (protocol.md 5).
 *
 * Nothing is verified: a token came over TLS from the issuer, and what it says
 * is used for display, for expiry and to tell logins apart, never to allow
 * anything.
 */
#ifndef OAUTH_JWT_H
#define OAUTH_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Strings are owned; NULL is unknown. */
struct identity {
	char *user_id;		/* chatgpt_user_id: the person */
	char *account_id;	/* chatgpt_account_id: the workspace */
	char *email;
	char *plan;		/* "plus", "team", ... as it came */
	int64_t issued_at;	/* the access token's iat; TIME_UNKNOWN */
	int64_t expires_at;	/* the access token's exp; TIME_UNKNOWN */
	char *session;		/* session_id: the sign-in that it comes of */
};

#define IDENTITY_INIT { NULL, NULL, NULL, NULL, 0, 0, NULL }

/*
 * Reads the access token's claims and, for an e-mail that it lacks, the id
 * token's (may be NULL). 0, or ERROR_FAILED when the access token is no JWT or
 * does not name both user and account: one person has several accounts and
 * members of a workspace share one, so neither identifies a login alone. The
 * caller calls identity_release() in any case.
 */
int identity_read(struct identity *identity, const char *access_token,
    const char *id_token, struct error *err);
void identity_release(struct identity *identity);

#endif
