#include "config.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "oauth/issuer.h"

/* A host by its whole name or number: "127.0.0.1.example.org" is none. */
static bool
is_loopback(const char *host, size_t length)
{
	static const char *const names[] = {
		"localhost", "127.0.0.1", "[::1]"
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == length &&
		    strncmp(host, names[i], length) == 0)
			return true;
	return false;
}

static size_t
host_length(const char *host)
{
	if (*host == '[')
		return strcspn(host, "]/") + 1;
	return strcspn(host, ":/");
}

int
issuer_check(const char *url, struct error *err)
{
	const char *host;

	if (!text_is_visible_ascii(url, ISSUER_MAX) ||
	    strpbrk(url, "@?#\\\"<>") != NULL)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is not the address of an issuer; it looks like %s"),
		    url, ISSUER_DEFAULT);
	if (strncmp(url, "https://", 8) == 0 && host_length(url + 8) > 0)
		return 0;
	if (strncmp(url, "http://", 7) != 0)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is not the address of an issuer; it looks like %s"),
		    url, ISSUER_DEFAULT);
	host = url + 7;
	if (is_loopback(host, host_length(host)))
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' would send tokens unencrypted; use https (http is for "
	    "loopback hosts only)"), url);
}
