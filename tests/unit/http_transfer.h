/*
 * A request by oauth/http to a libcurl that sends nothing, for test_http.c and
 * test_http_answer.c, which are linked with $(HTTP_WRAPS).
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_curl.h"
#include "oauth/http.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define HTTPS "https://issuer.example"
#define HTTP "http://127.0.0.1:1"

/* --- In place of the system ---------------------------------------------- */

/* Where the answer is kept, and how that goes: a bit for each write that does
 * not go well, with @error; 0: it takes a byte, -1: nothing. And how often
 * going back fails. */
static struct {
	unsigned int bad;
	int fd, error, seeks;
} disk;

static short input;		/* what poll() tells of standard input */
static int pauses;

ssize_t __real_write(int fd, const void *data, size_t size);
off_t __real_lseek(int fd, off_t to, int from);
ssize_t __wrap_write(int fd, const void *data, size_t size);
off_t __wrap_lseek(int fd, off_t to, int from);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	bool bad = fd == disk.fd && (disk.bad & 1) != 0;

	if (fd == disk.fd)
		disk.bad >>= 1;
	if (!bad)
		return __real_write(fd, data, size);
	errno = disk.error;
	return disk.error < 0 ? 0 : disk.error > 0 ? -1 :
	    __real_write(fd, data, 1);
}

off_t
__wrap_lseek(int fd, off_t to, int from)
{
	if (fd == disk.fd && from == SEEK_SET && disk.seeks-- > 0)
		return -1;
	return __real_lseek(fd, to, from);
}

int
__wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
	if (count == 0) {
		assert_in_range(ms, 1, 100);
		pauses++;
		return 0;
	}
	assert_int_equal(fds->fd, STDIN_FILENO);
	fds->revents = input;
	return input != 0;
}

static const char *const headers[] = {
	"HTTP/1.1 200 OK\r\n", "Retry-After: 30\r\n", "\r\n", NULL
};
static const char *const parts[] = { "{\"access_", "token\":1}", NULL };

static int
start(void **state)
{
	static const char *const names[] = {
		"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	memset(&fake, 0, sizeof fake);
	fake.appends = -1;
	fake.headers = headers;
	fake.parts = parts;
	fake.status = 200;
	fake.sent = 100;
	fake.secured = 1;
	memset(&disk, 0, sizeof disk);
	disk.fd = -1;
	input = 0;
	pauses = 0;
	return 0;
}

/* --- A request ----------------------------------------------------------- */

/* What came of a request; the answer's file is read into @kept. */
static struct {
	int result;
	struct error err;
	long status;
	int64_t retry_after;
	bool sent;
	char body[256], kept[256];
} got;

static void
read_kept(int fd)
{
	ssize_t n;

	__real_lseek(fd, 0, SEEK_SET);
	n = read(fd, got.kept, sizeof got.kept - 1);
	got.kept[n < 0 ? 0 : n] = '\0';
}

/* Posts something to @issuer, the answer going to a file that begins with
 * "head\n". */
static void
post(const char *issuer, bool abandonable)
{
	struct http_request request = { .url = "https://x/y",
	    .content_type = "text/plain", .body = "a=b", .timeout_ms = 1000,
	    .abandonable = abandonable };
	struct http_answer answer = HTTP_ANSWER_INIT;
	FILE *file = tmpfile();
	struct http *http = http_open(issuer, NULL);

	memset(&got, 0, sizeof got);
	assert_non_null(http);
	assert_non_null(file);
	request.answer = fileno(file);
	assert_int_equal(write(request.answer, "head\n", 5), 5);
	disk.fd = request.answer;
	got.result = http_post(http, &request, &answer, &got.err);
	disk.fd = -1;
	read_kept(request.answer);
	got.status = answer.status;
	got.sent = answer.sent;
	got.retry_after = answer.retry_after;
	copy(got.body, answer.body.length == 0 ? "" : answer.body.data);
	http_release(&answer);
	assert_int_equal(answer.body.length, 0);
	http_close(http);
	fclose(file);
}

#define WHOLE "{\"access_token\":1}"
#define KEPT "head\nHTTP 200\n" WHOLE

#endif
