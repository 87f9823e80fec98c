/*
 * confine: the sandbox of chatelaine-oauth.
 *
 * It reads what TLS, the resolver and the texts of libraries need, and no other
 * file; it writes none and starts no program. By TCP it reaches the ports of
 * the server, of the proxy in the environment and of DNS, whoever listens
 * there: Landlock knows no addresses, and no UDP.
 */
#ifndef OAUTH_CONFINE_H
#define OAUTH_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sandbox.h"

/* All parts but what an instrumented build needs. */
#define CONFINE_PARTS (SANDBOX_ALL & ~SANDBOX_REPORTS)

/* Overwrites and takes out of the environment whatever names neither servers
 * nor certificates, a language or a time zone: a person may have keys there. */
void confine_environment(void);

#define CONFINE_PORTS 4

/* The ports for a server with that URL (issuer_check() found it good), as the
 * environment is. Returns how many. */
size_t confine_ports(const char *url, uint16_t ports[CONFINE_PORTS]);

/* Gives up the rest. @authorities: two paths of certificates besides the usual
 * ones, or NULL. @lasting: for minutes, in which resolv.conf may be replaced.
 * Returns the parts in force, as sandbox_enter() does. */
unsigned int confine(const char *url, const char *const authorities[2],
    bool lasting);

#endif
