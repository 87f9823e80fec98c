/*
 * browser: an address that came back. Whatever it is, only one with the state
 * of the sign-in says anything; and where it is the address of an issuer, the
 * way to it and back.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "oauth/browser.h"
#include "oauth/issuer.h"

#define STATE "sssssssssssssssssssssssssssssssssssssssssss"

/* Nothing of it is cut off, nothing of the issuer's can be taken for ours, and
 * nothing but the challenge of the verifier is in it. */
static void
check_url(const struct browser *browser, const char *issuer)
{
	static const char end[] = "&originator=" PACKAGE_NAME;
	char url[MESSAGE_URL_MAX];
	size_t n = strlen(issuer);

	browser_url(browser, issuer, url);
	while (n > 0 && issuer[n - 1] == '/')
		n--;
	CHECK(text_is_visible_ascii(url, sizeof url - 1));
	CHECK(strncmp(url, issuer, n) == 0);
	CHECK(strchr(url, '?') == strstr(url, "?response_type=code"));
	CHECK(strlen(url) > sizeof end &&
	    strcmp(url + strlen(url) - strlen(end), end) == 0);
	CHECK(strstr(url, browser->state) != NULL);
	CHECK(strstr(url, browser->verifier) == NULL);
}

/* The address that is sent back, with a code, is the one of this sign-in, and
 * of no other. */
static void
check_way_back(const char *issuer)
{
	char uri[BROWSER_REDIRECT_SIZE];
	struct buffer address = BUFFER_INIT;
	struct browser browser, other;
	struct browser_grant grant;

	CHECK(browser_begin(&browser, browser_ports[0], NULL) == 0);
	CHECK(browser_begin(&other, browser_ports[1], NULL) == 0);
	CHECK(strcmp(browser.state, browser.verifier) != 0);
	check_url(&browser, issuer);
	browser_redirect(&browser, uri);
	buffer_addf(&address, "%s?code=c&state=%s", uri, browser.state);
	CHECK(browser_read(&browser, address.data, &grant, NULL) ==
	    BROWSER_APPROVED);
	CHECK(strcmp(grant.code, "c") == 0);
	CHECK(browser_read(&other, address.data, &grant, NULL) ==
	    BROWSER_REFUSED);
	buffer_release(&address);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct browser browser = { .state = STATE,
	    .port = 1455 };
	struct fuzz_input input = { data, size };
	char *address = fuzz_rest(&input);
	struct error err = ERROR_INIT;
	struct browser_grant grant;
	enum browser_answer answer = browser_read(&browser, address, &grant,
	    &err);

	if (answer == BROWSER_APPROVED)
		CHECK(text_is_visible_ascii(grant.code,
		    sizeof grant.code - 1));
	else {
		fuzz_check_error(&err);
		CHECK(grant.code[0] == '\0');
	}
	/* However it is written: there is no other letter in it. */
	if (answer != BROWSER_REFUSED)
		CHECK(strstr(address, "s") != NULL ||
		    strstr(address, "%") != NULL);
	if (issuer_check(address, NULL) == 0)
		check_way_back(address);
	free(address);
	return 0;
}
