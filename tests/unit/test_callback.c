/*
 * callback: who may come back from a browser, and what is said to them. What
 * connects is this program, to ports that the system chooses.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "oauth/browser.h"
#include "oauth/callback.h"
#include "scarce.h"

/* --- In place of the system ---------------------------------------------- */

static int asked[4], asks;	/* ports, in the order that they were tried */
static int busy;		/* how many of them are somebody else's */
static bool no_socket, no_listen, far;
static int port;		/* that is listened on */
static int64_t now;

int __real_socket(int domain, int type, int protocol);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_listen(int fd, int backlog);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_listen(int fd, int backlog);
int64_t __wrap_time_steady_ms(void);

int
__wrap_socket(int domain, int type, int protocol)
{
	int fd = no_socket ? -1 : __real_socket(domain, type, protocol), up;

	if (!far)
		return fd;
	/* Behind what select() knows, with which the library waits. */
	up = fcntl(fd, F_DUPFD, FD_SETSIZE);
	close(fd);
	return up;
}

int
__wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	struct sockaddr_in own;

	memcpy(&own, address, sizeof own);
	assert_int_equal(own.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	asked[asks++] = ntohs(own.sin_port);
	if (busy-- > 0) {
		errno = EADDRINUSE;
		return -1;
	}
	own.sin_port = 0;
	if (__real_bind(fd, (const struct sockaddr *)&own, sizeof own) != 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &size) != 0)
		return -1;
	port = ntohs(own.sin_port);
	return 0;
}

int
__wrap_listen(int fd, int backlog)
{
	return no_listen ? -1 : __real_listen(fd, backlog);
}

int64_t
__wrap_time_steady_ms(void)
{
	return now += 500;
}

static int
start(void **state)
{
	(void)state;
	asks = busy = port = 0;
	no_socket = no_listen = far = false;
	return 0;
}

/* --- Listening ----------------------------------------------------------- */

static void
the_first_free_port_is_listened_on(void **state)
{
	struct callback *callback;

	(void)state;
	for (int i = 0; i < BROWSER_PORTS; i++) {
		start(NULL);
		busy = i;
		callback = callback_open();
		assert_non_null(callback);
		assert_int_equal(callback_port(callback), browser_ports[i]);
		assert_int_equal(asks, i + 1);
		callback_close(callback);
	}
	start(NULL);
	busy = BROWSER_PORTS;
	assert_null(callback_open());
	assert_int_equal(asked[0], browser_ports[0]);
	assert_int_equal(asked[1], browser_ports[1]);
	assert_int_equal(callback_port(NULL), 0);
	callback_close(NULL);
}

static int
lowest_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void
what_does_not_listen_is_closed(void **state)
{
	int before = lowest_descriptor();
	struct rlimit limit;

	(void)state;
	no_socket = true;
	assert_null(callback_open());
	start(NULL);
	no_listen = true;
	assert_null(callback_open());
	assert_int_equal(lowest_descriptor(), before);
	start(NULL);
	far = getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur > FD_SETSIZE;
	if (far) {
		assert_null(callback_open());
		assert_int_equal(fcntl(FD_SETSIZE, F_GETFD), -1);
	}
}

static void
try_open(void)
{
	struct callback *callback = callback_open();

	if (ran_out())
		assert_null(callback);
	else
		assert_non_null(callback);
	callback_close(callback);
}

static void
no_memory_is_no_port(void **state)
{
	(void)state;
	with_scarce_memory(try_open);
}

/* --- Who comes ----------------------------------------------------------- */

static enum callback_verdict verdict;
static char judged[256];

static enum callback_verdict
judge(const char *address, void *context)
{
	assert_ptr_equal(context, judged);
	snprintf(judged, sizeof judged, "%s", address);
	return verdict;
}

static int
connect_to(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = __real_socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address,
	    sizeof address), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
	    (ssize_t)strlen(text));
}

/* What comes back on @fd until it is closed, while the callback serves. */
static void
hear(struct callback *callback, int fd, char page[4096])
{
	size_t length = 0;
	ssize_t n;

	do {
		callback_wait(callback, -1, 20, judge, judged);
		n = recv(fd, page + length, 4095 - length, 0);
		length += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EAGAIN));
	page[length] = '\0';
	close(fd);
}

/* Sends a request, and gives what comes back. */
static void
ask(const char *request, char page[4096])
{
	struct callback *callback = callback_open();
	int fd;

	assert_non_null(callback);
	judged[0] = '\0';
	fd = connect_to();
	say(fd, request);
	hear(callback, fd, page);
	callback_close(callback);
}

static void
assert_says(const char *page, const char *status, const char *text)
{
	if (strncmp(page, status, strlen(status)) != 0 ||
	    strstr(page, text) == NULL)
		fail_msg("not '%s' '%s': %s", status, text, page);
	/* It asks for nothing and tells nobody. */
	assert_non_null(strstr(page, "Content-Security-Policy: "
	    "default-src 'none'\r\n"));
	assert_non_null(strstr(page, "Referrer-Policy: no-referrer\r\n"));
	assert_non_null(strstr(page, "Cache-Control: no-store\r\n"));
	assert_null(strstr(page, "code="));
}

#define END " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#define BACK "/auth/callback?code=a%2Bb&state=s"

static void
the_browser_is_judged_and_told(void **state)
{
	static const struct {
		enum callback_verdict verdict;
		const char *status, *text;
	} table[] = {
		{ CALLBACK_APPROVED, "HTTP/1.1 200", "Approved" },
		{ CALLBACK_ENDED, "HTTP/1.1 200", "without a login" },
		{ CALLBACK_REFUSED, "HTTP/1.1 400", "Nothing was done" },
	};
	char page[4096];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		start(NULL);
		verdict = table[i].verdict;
		ask("GET " BACK END, page);
		assert_says(page, table[i].status, table[i].text);
		/* As it came: nothing decoded. */
		assert_string_equal(judged, BACK);
	}
}

static void
others_are_not_judged(void **state)
{
	static const struct {
		const char *request, *status;
	} table[] = {
		{ "GET /" END, "HTTP/1.1 404" },
		{ "GET /auth/callback/x?code=1" END, "HTTP/1.1 404" },
		{ "GET /favicon.ico" END, "HTTP/1.1 404" },
		{ "HEAD " BACK END, "HTTP/1.1 405" },
		{ "DELETE " BACK END, "HTTP/1.1 405" },
		{ "POST " BACK " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
		    "\r\n", "HTTP/1.1 405" },
	};
	char page[4096];

	(void)state;
	verdict = CALLBACK_APPROVED;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		start(NULL);
		ask(table[i].request, page);
		assert_says(page, table[i].status, "");
		assert_string_equal(judged, "");
		if (strstr(table[i].status, "405") != NULL)
			assert_non_null(strstr(page, "Allow: GET\r\n"));
	}
}

/* Neither what is too large nor what is no request at all. */
static void
nonsense_is_not_judged(void **state)
{
	static char large[40000];
	char page[4096];

	(void)state;
	verdict = CALLBACK_APPROVED;
	memset(large, 'x', sizeof large - 1);
	memcpy(large, "GET /auth/callback?", 19);
	ask(large, page);
	assert_string_equal(judged, "");
	start(NULL);
	ask("\r\n\x16\x03\x01\r\n\r\n", page);
	assert_string_equal(judged, "");
}

static struct callback *served;

/* Whatever there is no memory for: the browser has a page or none, and is
 * never said to be approved when it was not judged. */
static void
try_serve(void)
{
	char page[4096];
	int fd = connect_to();

	judged[0] = '\0';
	say(fd, "GET " BACK END);
	hear(served, fd, page);
	if (!ran_out() || strncmp(page, "HTTP/1.1 200", 12) == 0) {
		assert_string_equal(judged, BACK);
		assert_says(page, "HTTP/1.1 200", "Approved");
	} else if (page[0] != '\0')
		assert_says(page, "HTTP/1.1 400", "Nothing was done");
}

static void
no_memory_approves_nobody(void **state)
{
	(void)state;
	verdict = CALLBACK_APPROVED;
	served = callback_open();
	assert_non_null(served);
	with_scarce_memory(try_serve);
	callback_close(served);
}

/* --- Waiting ------------------------------------------------------------- */

static void
interrupt(int number)
{
	(void)number;
}

static void
it_waits_for_a_descriptor_too(void **state)
{
	struct sigaction action = { .sa_handler = interrupt }, before;
	struct itimerval soon = { .it_value = { 0, 5000 } };
	struct callback *callback = callback_open();
	int ends[2], fd;

	(void)state;
	assert_non_null(callback);
	assert_int_equal(pipe(ends), 0);
	assert_false(callback_wait(callback, ends[0], 1, judge, judged));
	assert_false(callback_wait(NULL, ends[0], 1, judge, judged));
	/* With somebody there who says nothing. */
	fd = connect_to();
	assert_false(callback_wait(callback, ends[0], 100, judge, judged));
	/* A signal is nothing to read. */
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_false(callback_wait(NULL, ends[0], 10000, judge, judged));
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(callback_wait(callback, ends[0], 10000, judge, judged));
	assert_true(callback_wait(NULL, ends[0], 10000, judge, judged));
	assert_int_equal(read(ends[0], judged, 1), 1);
	close(ends[1]);
	assert_true(callback_wait(callback, ends[0], 10000, judge, judged));
	close(ends[0]);
	callback_close(callback);
	close(fd);
}

/* Who has begun to ask is waited for, and not for ever; nobody judges any
 * more. */
static void
the_last_words_are_few(void **state)
{
	struct callback *callback = callback_open();
	int64_t before = now;
	int fd;

	(void)state;
	assert_non_null(callback);
	judged[0] = '\0';
	fd = connect_to();
	say(fd, "GET " BACK " HTTP/1.1\r\n");
	for (int i = 0; i < 4; i++)
		callback_wait(callback, -1, 5, judge, judged);
	callback_close(callback);
	assert_in_range(now - before, 2000, 4000);
	close(fd);
	callback = callback_open();
	assert_non_null(callback);
	fd = connect_to();
	say(fd, "GET " BACK " HTTP/1.1\r\n");
	for (int i = 0; i < 4; i++)
		callback_wait(callback, -1, 5, judge, judged);
	say(fd, "Host: x\r\n\r\n");
	callback_close(callback);
	close(fd);
	assert_string_equal(judged, "");
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_free_port_is_listened_on),
		TEST(what_does_not_listen_is_closed),
		TEST(no_memory_is_no_port),
		TEST(the_browser_is_judged_and_told),
		TEST(others_are_not_judged),
		TEST(nonsense_is_not_judged),
		TEST(no_memory_approves_nobody),
		TEST(it_waits_for_a_descriptor_too),
		TEST(the_last_words_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
