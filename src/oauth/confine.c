#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "oauth/confine.h"
#include "oauth/network.h"

/* What libcurl, OpenSSL and the C library ask for; * is any text. */
static const char *const kept[] = {
	"*_PROXY", "*_proxy", "CODEX_CA_CERTIFICATE", "GCONV_PATH",
	"HOSTALIASES", "LANG", "LANGUAGE", "LC_*", "LD_*", "LOCALDOMAIN",
	"LOCPATH", "OPENSSL_*", "RES_OPTIONS", "SSL_CERT_*", "TZ", "TZDIR",
#ifdef CHATELAINE_INSTRUMENTED
	/* reports are told by these where to go, and how to be readable */
	"*SAN_OPTIONS", "*SAN_SYMBOLIZER_PATH", "GCOV_*", "LLVM_*", "PATH",
#endif
};

#define RESOLV_CONF "/etc/resolv.conf"

/* Whole directories only where nothing in them is anybody's secret. Links are
 * followed, here and by whoever reads: hence the places where they lead. */
static const char *const readable[] = {
	/* libraries that are loaded late: names, character sets, TLS */
	"/usr", "/lib", "/lib64", "/nix/store", "/gnu/store",
	"/etc/ld.so.cache",
	/* certificates, and how to use them */
	"/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
	"/etc/ssl/openssl.cnf", "/etc/ssl/openssl.cnf.d",
	"/etc/pki/tls/certs", "/etc/pki/tls/cert.pem",
	"/etc/pki/tls/openssl.cnf", "/etc/pki/tls/openssl.d",
	"/etc/pki/ca-trust/extracted", "/etc/ca-certificates",
	"/var/lib/ca-certificates", "/etc/crypto-policies", "/etc/gnutls",
	/* the resolver */
	RESOLV_CONF, "/run/systemd/resolve", "/run/resolvconf",
	"/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf",
	"/etc/services", "/etc/protocols", "/etc/networks",
	/* the system */
	"/etc/localtime", "/etc/locale.alias", "/dev/null", "/dev/urandom",
	"/dev/random", "/proc/sys", "/sys/devices/system/cpu",
	LOCALEDIR,
};

#define READABLE (sizeof readable / sizeof readable[0])

#define PORT_DNS 53
#define PORT_HTTP 80
#define PORT_HTTPS 443
#define PORT_PROXY 1080	/* libcurl's, where the variable has none */

/* The port in [SCHEME://][USER@]HOST[:PORT][/...], 0 for none. */
static uint16_t
port_of(const char *url)
{
	const char *at = strstr(url, "://"), *end, *colon = NULL;
	unsigned long port;

	if (at != NULL)
		url = at + 3;
	end = url + strcspn(url, "/?#");
	/* The last one: not in a user's password, not in [::1]. */
	for (at = url; at < end; at++)
		if (*at == ':')
			colon = at;
		else if (*at == ']' || *at == '@')
			colon = NULL;
	if (colon == NULL)
		return 0;
	port = strtoul(colon + 1, NULL, 10);
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

static bool
matches(const char *name, size_t length, const char *pattern)
{
	const char *star = strchr(pattern, '*');
	size_t n = strlen(pattern);

	if (star == NULL)
		return length == n && strncmp(name, pattern, n) == 0;
	n--;
	if (length < n)
		return false;
	return star == pattern ?
	    strncmp(name + length - n, pattern + 1, n) == 0 :
	    strncmp(name, pattern, n) == 0;
}

static bool
is_kept(const char *entry)
{
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (matches(entry, strcspn(entry, "="), kept[i]))
			return true;
	return false;
}

void
confine_environment(void)
{
	char **to = environ;

	for (char **from = environ; *from != NULL; from++)
		if (is_kept(*from))
			*to++ = *from;
		else
			secret_wipe(*from, strlen(*from));
	*to = NULL;
}

size_t
confine_ports(const char *url, uint16_t ports[CONFINE_PORTS])
{
	const bool plain = strncmp(url, "http://", 7) == 0;
	const char *variable = network_proxy_variable();
	const char *proxy = variable != NULL ? getenv(variable) : NULL;
	size_t n = 0;

	ports[n] = port_of(url);
	if (ports[n] == 0)
		ports[n] = plain ? PORT_HTTP : PORT_HTTPS;
	n++;
	ports[n++] = PORT_DNS;
	if (plain || proxy == NULL)
		return n;	/* loopback never goes through one */
	ports[n] = port_of(proxy);
	if (ports[n++] == 0) {
		ports[n - 1] = PORT_PROXY;
		ports[n++] = PORT_HTTPS;
	}
	return n;
}

/* The directory in which resolv.conf is replaced: the caller frees it. */
static char *
resolver_directory(void)
{
	char *path = realpath(RESOLV_CONF, NULL);

	if (path != NULL)
		*strrchr(path, '/') = '\0';
	return path;
}

unsigned int
confine(const char *url, const char *const authorities[2], bool lasting)
{
	const char *path[READABLE + 5];
	const char *certificates = network_ca_variable();
	uint16_t port[CONFINE_PORTS];
	struct sandbox sandbox = { CONFINE_PARTS, path, 0, NULL, port, 0 };
	char *directory = lasting ? resolver_directory() : NULL;
	unsigned int result;

	for (size_t i = 0; i < READABLE; i++)
		path[sandbox.paths++] = readable[i];
	if (certificates != NULL)
		path[sandbox.paths++] = getenv(certificates);
	if (getenv("OPENSSL_CONF") != NULL)
		path[sandbox.paths++] = getenv("OPENSSL_CONF");
	for (size_t i = 0; i < 2; i++)
		if (authorities[i] != NULL)
			path[sandbox.paths++] = authorities[i];
	if (directory != NULL && *directory != '\0')
		path[sandbox.paths++] = directory;
	sandbox.ports = confine_ports(url, port);
	result = sandbox_enter(&sandbox);
	free(directory);
	return result;
}
