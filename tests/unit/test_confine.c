/*
 * confine: which ports chatelaine-oauth keeps, and that it keeps what a
 * transfer needs, and no more.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
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

static const char *const variables[] = {
	"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
	"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "OPENSSL_CONF",
};

static int
no_variables(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		unsetenv(variables[i]);
	return 0;
}

/* The ports for @url are these, up to a 0. */
static void
assert_ports(const char *url, ...)
{
	uint16_t ports[CONFINE_PORTS];
	size_t n = confine_ports(url, ports), i = 0;
	va_list wanted;
	int port;

	va_start(wanted, url);
	while ((port = va_arg(wanted, int)) != 0) {
		assert_true(i < n);
		assert_int_equal(ports[i++], port);
	}
	va_end(wanted);
	assert_int_equal(i, n);
}

/* In a child, since cmocka needs its environment. */
static bool
forgets(void)
{
	static char key[] = "OPENAI_API_KEY=sk-secret";
	static const char *const gone[] = {
		"OPENAI_API_KEY", "HOME", "PROXY", "LANGUAGES", "LCX", "TZX",
	};
	static const char *const stay[] = {
		"https_proxy", "NO_PROXY", "SSL_CERT_FILE", "OPENSSL_CONF",
		"LANG", "LC_ALL", "TZ",
	};
	const char wiped[sizeof key] = "";
	bool result = true;

	for (size_t i = 1; i < sizeof gone / sizeof gone[0]; i++)
		setenv(gone[i], "x", 1);
	for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
		setenv(stay[i], "x", 1);
	putenv(key);
	confine_environment();
	for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
		result = result && getenv(stay[i]) != NULL;
	for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
		result = result && getenv(gone[i]) == NULL;
	return result && memcmp(key, wiped, sizeof key) == 0;
}

static void
only_the_environment_that_is_needed_is_kept(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(forgets() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
ports_of_the_server_and_of_names(void **state)
{
	(void)state;
	assert_ports("https://auth.openai.com", 443, 53, 0);
	assert_ports("https://auth.example:8443", 8443, 53, 0);
	assert_ports("https://auth.example:8443/a:b", 8443, 53, 0);
	assert_ports("https://chatgpt.com/backend-api", 443, 53, 0);
	assert_ports("https://[2001:db8::1]", 443, 53, 0);
	assert_ports("https://[2001:db8::1]:444/", 444, 53, 0);
	assert_ports("http://localhost", 80, 53, 0);
	assert_ports("http://127.0.0.1:40123", 40123, 53, 0);
}

static void
ports_of_proxies(void **state)
{
	(void)state;
	setenv("https_proxy", "http://proxy.example:3128", 1);
	assert_ports("https://auth.openai.com", 443, 53, 3128, 0);
	/* Loopback never goes through a proxy. */
	assert_ports("http://127.0.0.1:40123", 40123, 53, 0);
	setenv("https_proxy", "http://me:12:34@proxy.example:8080/", 1);
	assert_ports("https://auth.openai.com", 443, 53, 8080, 0);
	setenv("https_proxy", "http://me:1234@proxy.example", 1);
	assert_ports("https://auth.openai.com", 443, 53, 1080, 443, 0);
	setenv("https_proxy", "proxy.example:8081", 1);
	assert_ports("https://auth.openai.com", 443, 53, 8081, 0);
	setenv("https_proxy", "proxy.example:99999", 1);
	assert_ports("https://auth.openai.com", 443, 53, 1080, 443, 0);
	setenv("https_proxy", "", 1);
	assert_ports("https://auth.openai.com", 443, 53, 0);
	setenv("all_proxy", "socks5h://[::1]:2", 1);
	assert_ports("https://auth.openai.com", 443, 53, 2, 0);
}

/* What opening @path gives in a child that is confined. */
static int
opened(const char *path, int flags, int lasting)
{
	const char *const authorities[2] = { NULL, NULL };
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		confine("https://auth.openai.com", authorities, lasting);
		_exit(open(path, flags) < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Files are closed but in an instrumented build. (skip() is a failure in this
 * cmocka's TAP.) */
static bool
files_are_closed(void)
{
	return (sandbox_enforced(CONFINE_PARTS, sandbox_abi()) &
	    SANDBOX_PART(SANDBOX_READING)) != 0;
}

static void
a_transfer_has_what_it_needs(void **state)
{
	static const char *const needed[] = {
		"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
		"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/openssl.cnf",
		"/dev/urandom", "/usr/lib",
	};

	(void)state;
	if (!files_are_closed())
		return;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (access(needed[i], R_OK) == 0)
			assert_int_equal(opened(needed[i], O_RDONLY, 0), 0);
	/* Which is replaced by another file of that name. */
	if (access("/etc/resolv.conf", R_OK) == 0)
		assert_int_equal(opened("/etc/resolv.conf", O_RDONLY, 1), 0);
}

static void
the_rest_is_closed(void **state)
{
	char path[] = "/tmp/chatelaine-confine-XXXXXX";
	int fd;

	(void)state;
	if (!files_are_closed())
		return;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(opened(path, O_RDONLY, 0), EACCES);
	assert_int_equal(opened(path, O_WRONLY, 0), EACCES);
	assert_int_equal(opened("/", O_RDONLY | O_DIRECTORY, 0), EACCES);
	assert_int_equal(opened("/proc/self/environ", O_RDONLY, 0), EACCES);
	assert_int_equal(opened("/etc/passwd", O_RDONLY, 0), EACCES);
	assert_int_equal(opened("/dev/null", O_WRONLY, 0), EACCES);
	setenv("SSL_CERT_FILE", path, 1);
	assert_int_equal(opened(path, O_RDONLY, 0), 0);
	assert_int_equal(opened(path, O_WRONLY, 0), EACCES);
	unlink(path);
}

#define TEST(f) cmocka_unit_test_setup(f, no_variables)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ports_of_the_server_and_of_names),
		TEST(ports_of_proxies),
		TEST(a_transfer_has_what_it_needs),
		TEST(the_rest_is_closed),
		TEST(only_the_environment_that_is_needed_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
