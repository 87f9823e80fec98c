/*
 * network: which of the variables of certificates and proxies counts.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "oauth/network.h"

static int
no_variables(void **state)
{
	static const char *const names[] = {
		"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY"
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
	return 0;
}

static void
certificates_that_are_named_for_codex_go_first(void **state)
{
	(void)state;
	assert_null(network_ca_variable());
	setenv("SSL_CERT_FILE", "/a", 1);
	assert_string_equal(network_ca_variable(), "SSL_CERT_FILE");
	setenv("CODEX_CA_CERTIFICATE", "/b", 1);
	assert_string_equal(network_ca_variable(), "CODEX_CA_CERTIFICATE");
	/* What is empty is not set. */
	setenv("CODEX_CA_CERTIFICATE", "", 1);
	assert_string_equal(network_ca_variable(), "SSL_CERT_FILE");
	setenv("SSL_CERT_FILE", "", 1);
	assert_null(network_ca_variable());
}

static void
a_proxy_for_https_goes_before_one_for_all(void **state)
{
	static const char *const names[] = {
		"ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"
	};

	(void)state;
	assert_null(network_proxy_variable());
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		setenv(names[i], "", 1);
		if (i > 0)
			assert_string_equal(network_proxy_variable(),
			    names[i - 1]);
		setenv(names[i], "http://proxy.example", 1);
		assert_string_equal(network_proxy_variable(), names[i]);
	}
}

static void
certificates_are_a_file(void **state)
{
	char path[] = "/tmp/chatelaine-network-XXXXXX";
	struct error err = ERROR_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(network_check_certificates(&err), 0);
	setenv("SSL_CERT_FILE", path, 1);
	assert_int_equal(network_check_certificates(&err), 0);
	unlink(path);
	assert_int_equal(network_check_certificates(&err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "SSL_CERT_FILE"));
	setenv("CODEX_CA_CERTIFICATE", "/tmp", 1);
	assert_int_equal(network_check_certificates(&err), -1);
	assert_non_null(strstr(err.text, "CODEX_CA_CERTIFICATE"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, no_variables, no_variables)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(certificates_that_are_named_for_codex_go_first),
		TEST(a_proxy_for_https_goes_before_one_for_all),
		TEST(certificates_are_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
