/*
 * issuer: the addresses that tokens may be sent to.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oauth/issuer.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static void
addresses(void **state)
{
	static const struct {
		const char *url;
		bool good;
	} table[] = {
		{ ISSUER_DEFAULT, true }, { "https://auth.example:8443", true },
		{ "https://auth.example/realm/x", true },
		{ "https://[2001:db8::1]/x", true },
		{ "http://localhost:8080", true }, { "http://localhost", true },
		{ "http://127.0.0.1:1", true }, { "http://[::1]:8080/x", true },
		{ "http://auth.example", false },
		{ "http://127.0.0.1.example.org", false },
		{ "http://localhost.example.org", false },
		{ "http://localhosts", false }, { "http://127.0.0.2", false },
		{ "http://[::2]", false }, { "http://[::1].example", false },
		{ "http://[::1", false },
		{ "http://localhost@auth.example", false },
		{ "https://user:word@auth.example", false },
		{ "https://auth.example?x", false },
		{ "https://auth.example#x", false },
		{ "https://", false }, { "https:///path", false },
		{ "https://:443", false }, { "http://", false },
		{ "http://:80", false }, { "", false }, { "auth.example", false },
		{ "ftp://auth.example", false }, { "file:///etc/passwd", false },
		{ "https:auth.example", false }, { " https://a", false },
		{ "https://a b", false }, { "https://a\n", false },
		{ "https://a\\b", false }, { "https://a\"b", false },
		{ "https://\xc3\xa9.example", false },
		{ "https://[::1", false }, { "https://[]", false },
		{ "https://a:port", false }, { "https://a:", false },
		{ "https://a:99999", false }, { "https://a:0", false },
		{ "https://a:65535", true }, { "https://a:65536", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;

		if ((issuer_check(table[i].url, &err) == 0) != table[i].good)
			fail_msg("'%s' is %s", table[i].url,
			    table[i].good ? "refused" : "taken");
		if (!table[i].good)
			assert_int_equal(err.code, ERROR_USAGE);
	}
}

static void
their_length(void **state)
{
	char url[ISSUER_MAX + 2];

	(void)state;
	memset(url, 'a', sizeof url);
	memcpy(url, "https://", 8);
	url[ISSUER_MAX] = '\0';
	assert_int_equal(issuer_check(url, NULL), 0);
	url[ISSUER_MAX] = 'a';
	url[ISSUER_MAX + 1] = '\0';
	assert_int_equal(issuer_check(url, NULL), -1);
}

static void
slashes_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(issuer_length("https://a/b"), 11);
	assert_int_equal(issuer_length("https://a/b//"), 11);
	assert_int_equal(issuer_length("//"), 0);
	assert_int_equal(issuer_length(""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(their_length),
		cmocka_unit_test(slashes_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
