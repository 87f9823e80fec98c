/*
 * network: what the environment says about the way to a server.
 *
 * None of it makes verification weaker: certificates are there to verify
 * against, and a proxy passes on what it cannot read.
 */
#ifndef OAUTH_NETWORK_H
#define OAUTH_NETWORK_H

#include "base/error.h"

/* The variable that names a file of certificates, NULL if none does. */
const char *network_ca_variable(void);

/* The variable in which libcurl finds a proxy for https, NULL if there is
 * none. That no_proxy may rule it out is not looked at. */
const char *network_proxy_variable(void);

/* 0 if the variable names a regular file, or there is none: what else could be
 * opened may be waited for without end, as a fifo is. -1 as below. */
int network_check_certificates(struct error *err);

/* -1, ERROR_UNAVAILABLE: there is no certificate in what @variable names. */
int network_no_certificates(const char *variable, struct error *err);

#endif
