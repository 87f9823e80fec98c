/*
 * callback: waits on the loopback interface for the browser that comes back
 * from a sign-in, by libmicrohttpd, and is the only file that includes it
 * (chatelaine-oauth only).
 *
 * Whoever connects is a stranger: any page in a browser, any program here. A
 * request is GET, small and quick, or refused; what it says is for the judge
 * to believe.
 */
#ifndef OAUTH_CALLBACK_H
#define OAUTH_CALLBACK_H

#include <stdbool.h>

struct callback;

enum callback_verdict {
	CALLBACK_APPROVED,
	CALLBACK_REFUSED,	/* and waits on */
	CALLBACK_ENDED
};

/* Decides about a request for BROWSER_PATH: @address from the path on, with
 * its query. */
typedef enum callback_verdict (*callback_judge)(const char *address,
    void *context);

/* Listens on the first of the issuer's ports that is free. NULL: none is.
 * Before the sandbox is entered, which forbids it. */
struct callback *callback_open(void);

/* The port; 0 for NULL. */
int callback_port(const struct callback *callback);

/* Serves who is there, and waits until there is somebody, @fd can be read or
 * @ms are over. True when @fd can be read, or is at its end. @callback may be
 * NULL: then it waits for @fd only. */
bool callback_wait(struct callback *callback, int fd, int ms,
    callback_judge judge, void *context);

/* Lets the browser have its page, for a moment, and ends. NULL is fine. */
void callback_close(struct callback *callback);

#endif
