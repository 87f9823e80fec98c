/*
 * confine: what is asked of the sandbox, by where to and by the environment.
 * test_confine.c has what the system makes of it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "oauth/confine.h"

/* --- In place of the system ---------------------------------------------- */

static struct {
	unsigned int parts;
	char path[96][256];
	size_t paths;
	uint16_t port[CONFINE_PORTS];
	size_t ports;
	bool writable;
} asked;

unsigned int
sandbox_enter(const struct sandbox *sandbox)
{
	memset(&asked, 0, sizeof asked);
	asked.parts = sandbox->parts;
	asked.writable = sandbox->writable != NULL;
	assert_in_range(sandbox->paths, 1, 96);
	assert_in_range(sandbox->ports, 1, CONFINE_PORTS);
	for (size_t i = 0; i < sandbox->paths; i++)
		strncpy(asked.path[i], sandbox->path[i], 255);
	memcpy(asked.port, sandbox->port,
	    sandbox->ports * sizeof *asked.port);
	asked.paths = sandbox->paths;
	asked.ports = sandbox->ports;
	return 42;
}

/* Where /etc/resolv.conf leads; NULL: it is not there. */
static const char *resolver;

char *__wrap_realpath(const char *path, char *real);

char *
__wrap_realpath(const char *path, char *real)
{
	assert_string_equal(path, "/etc/resolv.conf");
	assert_null(real);
	return resolver == NULL ? NULL : strdup(resolver);
}

/* --- The tests ----------------------------------------------------------- */

static int
no_variables(void **state)
{
	static const char *const names[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
		"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "OPENSSL_CONF",
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
	resolver = "/run/systemd/resolve/stub-resolv.conf";
	return 0;
}

static bool
may_read(const char *path)
{
	for (size_t i = 0; i < asked.paths; i++)
		if (strcmp(asked.path[i], path) == 0)
			return true;
	return false;
}

static void
ask(const char *file, const char *directory, bool lasting)
{
	const char *const authorities[2] = { file, directory };

	assert_int_equal(confine("https://auth.openai.com", authorities,
	    lasting), 42);
}

static void
all_is_given_up_but_for_reading_what_tls_needs(void **state)
{
	(void)state;
	ask(NULL, NULL, false);
	assert_int_equal(asked.parts, CONFINE_PARTS);
	assert_false(asked.writable);
	assert_int_equal(asked.ports, 2);
	assert_int_equal(asked.port[0], 443);
	assert_int_equal(asked.port[1], 53);
	assert_true(may_read("/etc/ssl/certs"));
	assert_true(may_read("/etc/resolv.conf"));
	/* Where secrets are. */
	assert_false(may_read("/"));
	assert_false(may_read("/etc"));
	assert_false(may_read("/home"));
	assert_false(may_read("/root"));
	assert_false(may_read("/tmp"));
	assert_false(may_read("/run"));
	assert_false(may_read("/proc"));
	assert_false(may_read("/var"));
}

static void
what_the_person_names_may_be_read_too(void **state)
{
	size_t least;

	(void)state;
	ask(NULL, NULL, false);
	least = asked.paths;
	ask("/opt/ca.pem", NULL, false);
	assert_true(may_read("/opt/ca.pem"));
	assert_int_equal(asked.paths, least + 1);
	setenv("SSL_CERT_FILE", "/opt/mine.pem", 1);
	setenv("OPENSSL_CONF", "/opt/openssl.cnf", 1);
	ask("/opt/ca.pem", "/opt/ca", true);
	assert_true(may_read("/opt/mine.pem"));
	assert_true(may_read("/opt/openssl.cnf"));
	assert_true(may_read("/opt/ca.pem"));
	assert_true(may_read("/opt/ca"));
	assert_int_equal(asked.paths, least + 5);
}

/* In minutes resolv.conf may be replaced; its directory is read then, unless
 * that is all there is. */
static void
names_are_found_while_a_person_signs_in(void **state)
{
	size_t least;

	(void)state;
	ask(NULL, NULL, false);
	least = asked.paths;
	resolver = "/mnt/wsl/resolv.conf";
	ask(NULL, NULL, false);
	assert_false(may_read("/mnt/wsl"));
	ask(NULL, NULL, true);
	assert_true(may_read("/mnt/wsl"));
	resolver = "/resolv.conf";
	ask(NULL, NULL, true);
	assert_int_equal(asked.paths, least);
	resolver = NULL;
	ask(NULL, NULL, true);
	assert_int_equal(asked.paths, least);
}

/* cmocka needs the real one. */
static void
only_what_names_servers_and_languages_is_kept(void **state)
{
	static char key[] = "OPENAI_API_KEY=sk-secret", tz[] = "TZ=UTC";
	static char proxy[] = "https_proxy=x", no_proxy[] = "NO_PROXY=x";
	static char lang[] = "LANG=C", all[] = "LC_ALL=C", lc[] = "LCX=C";
	static char zone[] = "TZX=UTC", odd[] = "PROXY", empty[] = "";
	char *all_of_them[] = { key, tz, proxy, no_proxy, lang, all, lc, zone,
	    odd, empty, NULL };
	char **before = environ;

	(void)state;
	environ = all_of_them;
	confine_environment();
	environ = before;
	assert_ptr_equal(all_of_them[0], tz);
	assert_ptr_equal(all_of_them[1], proxy);
	assert_ptr_equal(all_of_them[2], no_proxy);
	assert_ptr_equal(all_of_them[3], lang);
	assert_ptr_equal(all_of_them[4], all);
	assert_null(all_of_them[5]);
	for (size_t i = 0; i < sizeof key; i++)
		assert_int_equal(key[i], 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, no_variables, no_variables)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_is_given_up_but_for_reading_what_tls_needs),
		TEST(what_the_person_names_may_be_read_too),
		TEST(names_are_found_while_a_person_signs_in),
		TEST(only_what_names_servers_and_languages_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
