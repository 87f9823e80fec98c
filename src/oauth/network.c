#include "config.h"

#include <sys/stat.h>

#include <stdbool.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "oauth/network.h"

static bool
is_set(const char *value)
{
	return value != NULL && *value != '\0';
}

/* In the order of protocol.md. */
const char *
network_ca_variable(void)
{
	if (is_set(getenv("CODEX_CA_CERTIFICATE")))
		return "CODEX_CA_CERTIFICATE";
	return is_set(getenv("SSL_CERT_FILE")) ? "SSL_CERT_FILE" : NULL;
}

const char *
network_proxy_variable(void)
{
	static const char *const names[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (is_set(getenv(names[i])))
			return names[i];
	return NULL;
}

int
network_no_certificates(const char *variable, struct error *err)
{
	return error_set(err, ERROR_UNAVAILABLE,
	    _("no certificates in '%s', which %s names; check it, or unset it"),
	    getenv(variable), variable);
}

int
network_check_certificates(struct error *err)
{
	const char *variable = network_ca_variable();
	const char *path = variable == NULL ? NULL : getenv(variable);
	struct stat st;

	if (path == NULL || (stat(path, &st) == 0 && S_ISREG(st.st_mode)))
		return 0;
	return network_no_certificates(variable, err);
}
