/*
 * browser: what is put into the address to open, and what the one that comes
 * back says.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "oauth/browser.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define STATE "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE"

/* The verifier and its challenge of RFC 7636, appendix B. */
static const struct browser example = {
	.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
	.state = STATE, .port = 1457,
};

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

static void
address_to_open(void **state)
{
	char url[MESSAGE_URL_MAX], redirect[BROWSER_REDIRECT_SIZE];

	(void)state;
	browser_url(&example, "https://issuer.example/", url);
	assert_string_equal(url, "https://issuer.example/oauth/authorize"
	    "?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann"
	    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1457%2Fauth%2Fcallback"
	    "&scope=openid%20profile%20email%20offline_access"
	    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	    "&code_challenge_method=S256&state=" STATE
	    "&id_token_add_organizations=true&codex_cli_simplified_flow=true"
	    "&originator=chatelaine");
	browser_redirect(&example, redirect);
	assert_string_equal(redirect, "http://127.0.0.1:1457/auth/callback");
}

static void
longest_issuer_fits(void **state)
{
	char issuer[513], url[MESSAGE_URL_MAX];
	size_t n;

	(void)state;
	memset(issuer, 'x', sizeof issuer - 1);
	memcpy(issuer, "https://", 8);
	issuer[sizeof issuer - 1] = '\0';
	browser_url(&example, issuer, url);
	n = strlen(url);
	assert_string_equal(url + n - 10, "chatelaine");
}

static void
every_sign_in_has_its_own_secrets(void **state)
{
	struct browser one, other;

	(void)state;
	assert_int_equal(browser_begin(&one, 1455, NULL), 0);
	assert_int_equal(browser_begin(&other, 1455, NULL), 0);
	assert_int_equal(strlen(one.verifier), 43);
	assert_int_equal(strlen(one.state), 43);
	assert_string_not_equal(one.verifier, other.verifier);
	assert_string_not_equal(one.state, other.state);
	assert_string_not_equal(one.state, one.verifier);
}

#define BACK "http://127.0.0.1:1457/auth/callback"

static void
addresses_that_come_back(void **state)
{
	static const struct {
		const char *address;
		enum browser_answer answer;
		const char *says;	/* the code, or part of the error */
	} table[] = {
		{ BACK "?code=ac_1&state=" STATE, BROWSER_APPROVED, "ac_1" },
		{ BACK "?state=" STATE "&scope=a+b&code=ac%5F1",
		    BROWSER_APPROVED, "ac_1" },
		{ "  " BACK "?code=ac_1&state=" STATE "#end\r\n",
		    BROWSER_APPROVED, "ac_1" },
		{ "http://localhost:1455/auth/callback?code=ac_1&state=" STATE,
		    BROWSER_APPROVED, "ac_1" },
		{ "/auth/callback?code=ac_1&&x&state=" STATE,
		    BROWSER_APPROVED, "ac_1" },
		{ "", BROWSER_REFUSED, "not the address" },
		{ "ac_1", BROWSER_REFUSED, "not the address" },
		{ BACK, BROWSER_REFUSED, "not the address" },
		{ BACK "?", BROWSER_REFUSED, "another sign-in" },
		{ BACK "?code=ac_1", BROWSER_REFUSED, "another sign-in" },
		{ BACK "?code=ac_1&state=", BROWSER_REFUSED,
		    "another sign-in" },
		{ BACK "?code=ac_1&state=" STATE "x", BROWSER_REFUSED,
		    "another sign-in" },
		{ BACK "?code=ac_1&state=Abcdefghijklmnopqrstuvwxyz0123456789"
		    "-_ABCDE", BROWSER_REFUSED, "another sign-in" },
		/* Twice the same is a game with whoever reads it. */
		{ BACK "?code=ac_1&state=" STATE "&state=" STATE,
		    BROWSER_REFUSED, "another sign-in" },
		{ BACK "?code=ac_1&code=ac_2&state=" STATE, BROWSER_REFUSED,
		    "another sign-in" },
		{ BACK "?state=" STATE, BROWSER_REFUSED, "no code" },
		{ BACK "?code=&state=" STATE, BROWSER_REFUSED, "no code" },
		{ BACK "?code=a%0ab&state=" STATE, BROWSER_APPROVED, "a?b" },
		{ BACK "?code=a%20b&state=" STATE, BROWSER_REFUSED,
		    "no code" },
		{ BACK "?code=%&state=" STATE, BROWSER_APPROVED, "%" },
		{ BACK "?code=%4&state=" STATE, BROWSER_APPROVED, "%4" },
		{ BACK "?code=%4g%zz&state=" STATE, BROWSER_APPROVED,
		    "%4g%zz" },
		{ BACK "?code=%2F%2f\x7f\xc3\x01&state=" STATE,
		    BROWSER_APPROVED, "//???" },
		{ BACK "?error=access_denied&state=x", BROWSER_REFUSED,
		    "another sign-in" },
		{ BACK "?error=access_denied&state=" STATE, BROWSER_ENDED,
		    "declined in the browser" },
		{ BACK "?error=access_denied&error_description="
		    "missing_codex_entitlement&state=" STATE, BROWSER_ENDED,
		    "not enabled for Codex" },
		{ BACK "?error=access_denied&error_description=no&state="
		    STATE, BROWSER_ENDED, "declined in the browser" },
		{ BACK "?error=server_error&error_description=It+rains.&code=1"
		    "&state=" STATE, BROWSER_ENDED, "(It rains.)" },
		{ BACK "?error=&state=" STATE, BROWSER_ENDED, "ended" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;
		struct browser_grant grant;
		enum browser_answer answer = browser_read(&example,
		    table[i].address, &grant, &err);

		if (answer != table[i].answer || strstr(
		    answer == BROWSER_APPROVED ? grant.code : err.text,
		    table[i].says) == NULL)
			fail_msg("'%s': %d, '%s', '%s'", table[i].address,
			    (int)answer, grant.code, err.text);
		if (answer != BROWSER_APPROVED)
			assert_string_equal(grant.code, "");
	}
}

static void
codes_that_are_too_long_are_none(void **state)
{
	struct error err = ERROR_INIT;
	struct browser_grant grant;
	char address[2048];

	(void)state;
	snprintf(address, sizeof address, BACK "?state=" STATE "&code=%01100d",
	    1);
	assert_int_equal(browser_read(&example, address, &grant, &err),
	    BROWSER_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_to_open),
		cmocka_unit_test(longest_issuer_fits),
		cmocka_unit_test(every_sign_in_has_its_own_secrets),
		cmocka_unit_test(addresses_that_come_back),
		cmocka_unit_test(codes_that_are_too_long_are_none),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
