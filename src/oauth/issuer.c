#include "config.h"

#include <stdlib.h>
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

/* The length of the host that @text starts with, 0 if it starts with none. */
static size_t
host_length(const char *text)
{
	size_t n;

	if (*text != '[')
		return strspn(text, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
	n = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
	return n > 1 && text[n] == ']' ? n + 1 : 0;
}

/* What may stand behind a host: a port, a path, nothing. */
static bool
is_rest(const char *text)
{
	char *end;
	long port;

	if (*text == ':') {
		if (text[1] < '0' || text[1] > '9')
			return false;
		port = strtol(text + 1, &end, 10);
		if (port < 1 || port > 65535)
			return false;
		text = end;
	}
	return *text == '\0' || *text == '/';
}

size_t
issuer_length(const char *url)
{
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	return n;
}

int
issuer_check(const char *url, struct error *err)
{
	bool plain = strncmp(url, "http://", 7) == 0;
	const char *host = url + (plain ? 7 : 8);
	size_t n = 0;

	if (text_is_visible_ascii(url, ISSUER_MAX) &&
	    strpbrk(url, "@?#\\\"<>") == NULL &&
	    (plain || strncmp(url, "https://", 8) == 0))
		n = host_length(host);
	if (n == 0 || !is_rest(host + n))
		return error_set(err, ERROR_USAGE,
		    _("'%s' is not the address of an issuer; it looks like %s"),
		    url, ISSUER_DEFAULT);
	if (!plain || is_loopback(host, n))
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' would send tokens unencrypted; use https (http is for "
	    "loopback hosts only)"), url);
}
