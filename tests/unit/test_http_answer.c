/*
 * http: how an answer is kept, and what is said of one that did not come.
 */
#include "config.h"

#include "http_transfer.h"

static const char *const no_headers[] = { NULL };

/* --- Keeping ------------------------------------------------------------- */

static void
post_to_bad_disk(unsigned int bad, int error, int seeks)
{
	start(NULL);
	disk.bad = bad;
	disk.error = error;
	disk.seeks = seeks;
	post(HTTPS, false);
}

/* Its status, its two parts, and from there on all of it again: five times,
 * with pauses between. */
static void
an_answer_is_written_until_it_stands_there(void **state)
{
	(void)state;
	for (unsigned int write = 1; write <= 4; write *= 2) {
		post_to_bad_disk(write, EINTR, 0);
		assert_string_equal(got.kept, KEPT);
		post_to_bad_disk(7 * write, 0, 0);
		assert_string_equal(got.kept, KEPT);
		post_to_bad_disk(write, -1, 0);
		assert_string_equal(got.kept, KEPT);
		post_to_bad_disk(write, ENOSPC, 0);
		assert_string_equal(got.kept, KEPT);
		assert_int_equal(got.result, 0);
		assert_int_equal(pauses, 0);
	}
	post_to_bad_disk(0x1f, EIO, 0);
	assert_int_equal(got.result, 0);
	assert_string_equal(got.kept, KEPT);
	assert_int_equal(pauses, 4);
	post_to_bad_disk(0x15, EIO, 0);	/* the status, then a part */
	assert_int_equal(got.result, 0);
	assert_string_equal(got.kept, KEPT);
	post_to_bad_disk(0x1, EIO, 1);
	assert_int_equal(got.result, 0);
	assert_string_equal(got.kept, KEPT);
}

static void
an_answer_that_is_lost_is_told(void **state)
{
	(void)state;
	post_to_bad_disk(0x3f, EIO, 0);
	assert_int_equal(got.result, -1);
	assert_int_equal(got.err.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(got.err.text, "written down"));
	assert_true(got.sent);
	post_to_bad_disk(0x1, EIO, 5);
	assert_int_equal(got.result, -1);
	assert_string_equal(got.kept, "head\n");
}

/* --- Hostile answers ----------------------------------------------------- */

/* So many bytes at once, as a header or as a body. */
static void
post_large(size_t size, bool header)
{
	char *text = malloc(size + 1);
	const char *const large[] = { text, NULL };
	const char *const with_end[] = { text, "\n", NULL };

	memset(text, 'x', size);
	text[size] = '\0';
	start(NULL);
	if (header)
		fake.headers = with_end;
	else
		fake.parts = large;
	post(HTTPS, false);
	free(text);
}

static void
an_answer_has_a_size(void **state)
{
	(void)state;
	post_large(HTTP_BODY_MAX, false);
	assert_int_equal(got.result, 0);
	post_large(HTTP_BODY_MAX + 1, false);
	assert_int_equal(got.result, -1);
	assert_non_null(strstr(got.err.text, "too large"));
	assert_string_equal(got.body, "");
	post_large(HTTP_HEADERS_MAX - 1, true);
	assert_int_equal(got.result, 0);
	post_large(HTTP_HEADERS_MAX + 1, true);
	assert_int_equal(got.result, -1);
	assert_non_null(strstr(got.err.text, "too large"));
}

static struct http *opened;

static void
try_get(void)
{
	struct http_request request = { .url = "https://x/z",
	    .timeout_ms = 1000, .answer = -1 };
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct error err = ERROR_INIT;
	int result;

	/* Of libcurl's own allocations none fails. */
	fake.headers_sent = 0;
	fake.parts = parts;
	result = http_get(opened, &request, &answer, &err);
	if (ran_out())
		assert_int_equal(result, -1);
	else
		assert_int_equal(result, 0);
	http_release(&answer);
}

static void
half_an_answer_is_none(void **state)
{
	static const char *const cut[] = { "HTTP/1.1 200 OK\r\n", NULL };

	(void)state;
	/* libcurl is content with that. */
	fake.headers = cut;
	fake.parts = NULL;
	post(HTTPS, false);
	assert_int_equal(got.result, -1);
	assert_non_null(strstr(got.err.text, "connection to the server broke"));
	assert_true(got.sent);
	start(NULL);
	fake.headers = no_headers;
	fake.parts = NULL;
	post(HTTPS, false);
	assert_int_equal(got.result, -1);
	/* And what memory was out for. */
	start(NULL);
	opened = http_open(HTTPS, NULL);
	assert_non_null(opened);
	with_scarce_memory(try_get);
	http_close(opened);
}

static void
what_nobody_waits_for_is_abandoned(void **state)
{
	static const short ends[] = { POLLHUP, POLLERR, POLLHUP | POLLIN };

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		start(NULL);
		input = ends[i];
		post(HTTPS, true);
		assert_int_equal(got.result, -1);
		assert_int_equal(got.err.code, ERROR_INTERRUPTED);
		/* Not what may have spent a token. */
		start(NULL);
		input = ends[i];
		post(HTTPS, false);
		assert_int_equal(got.result, 0);
	}
	start(NULL);
	input = POLLIN;		/* somebody has more to say */
	post(HTTPS, true);
	assert_int_equal(got.result, 0);
	start(NULL);
	post(HTTPS, true);
	assert_int_equal(got.result, 0);
}

/* --- What is said of it -------------------------------------------------- */

static const struct {
	const char *issuer, *variable, *value;	/* NULL: a file that is there */
	CURLcode result;
	curl_off_t secured;
	const char *text;	/* a part of it */
} failures[] = {
	{ HTTPS, NULL, NULL, CURLE_COULDNT_RESOLVE_HOST, 0,
	    "cannot reach the server" },
	{ HTTPS, NULL, NULL, CURLE_COULDNT_CONNECT, 0,
	    "cannot reach the server" },
	{ HTTPS, NULL, NULL, CURLE_RECV_ERROR, 1, "connection to the server "
	    "broke" },
	{ HTTPS, NULL, NULL, CURLE_GOT_NOTHING, 1, "connection to the server "
	    "broke" },
	{ HTTPS, NULL, NULL, CURLE_OPERATION_TIMEDOUT, 1, "in time" },
	{ HTTPS, NULL, NULL, CURLE_PEER_FAILED_VERIFICATION, 0,
	    "no secure connection" },
	{ HTTPS, NULL, NULL, CURLE_SSL_CONNECT_ERROR, 0,
	    "no secure connection" },
	{ HTTPS, NULL, NULL, CURLE_SSL_ISSUER_ERROR, 0,
	    "no secure connection" },
	{ HTTPS, NULL, NULL, CURLE_SSL_CACERT_BADFILE, 0,
	    "no secure connection" },
	{ HTTPS, "SSL_CERT_FILE", NULL, CURLE_SSL_CACERT_BADFILE, 0,
	    "no certificates in '/tmp/chatelaine-http-" },
	{ HTTPS, "SSL_CERT_FILE", NULL, CURLE_SSL_CONNECT_ERROR, 0,
	    "no secure connection" },
	{ HTTPS, "https_proxy", "http://p:1", CURLE_COULDNT_CONNECT, 0,
	    "by the proxy in https_proxy" },
	{ HTTPS, "ALL_PROXY", "http://p:1", CURLE_RECV_ERROR, 0,
	    "by the proxy in ALL_PROXY" },
	{ HTTPS, "https_proxy", "http://p:1", CURLE_RECV_ERROR, 1,
	    "connection to the server broke" },
	{ HTTP, "https_proxy", "http://p:1", CURLE_COULDNT_CONNECT, 0,
	    "cannot reach the server" },
};

static void
why_there_is_no_answer_is_said(void **state)
{
	char path[] = "/tmp/chatelaine-http-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < COUNT(failures); i++) {
		start(NULL);
		fake.headers = no_headers;
		fake.parts = NULL;
		fake.result = failures[i].result;
		fake.secured = failures[i].secured;
		fake.detail = i % 2 == 0 ? "detail of it" : NULL;
		if (failures[i].variable != NULL)
			setenv(failures[i].variable, failures[i].value ==
			    NULL ? path : failures[i].value, 1);
		post(failures[i].issuer, false);
		assert_int_equal(got.result, -1);
		assert_int_equal(got.err.code, ERROR_UNAVAILABLE);
		if (strstr(got.err.text, failures[i].text) == NULL)
			fail_msg("%zu: %s", i, got.err.text);
	}
	unlink(path);
}

/* What went out before TLS stood was not our request. */
static void
a_secret_is_sent_when_the_server_is_known(void **state)
{
	static const struct {
		const char *issuer;
		long sent;
		curl_off_t secured;
		bool told;
	} table[] = {
		{ HTTPS, 0, 0, false }, { HTTPS, 0, 1, false },
		{ HTTPS, 80, 0, false }, { HTTPS, 80, 1, true },
		{ HTTP, 0, 0, false }, { HTTP, 80, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		start(NULL);
		fake.result = CURLE_RECV_ERROR;
		fake.sent = table[i].sent;
		fake.secured = table[i].secured;
		post(table[i].issuer, false);
		assert_int_equal(got.result, -1);
		assert_int_equal(got.sent, table[i].told);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_written_until_it_stands_there),
		TEST(an_answer_that_is_lost_is_told),
		TEST(an_answer_has_a_size),
		TEST(half_an_answer_is_none),
		TEST(what_nobody_waits_for_is_abandoned),
		TEST(why_there_is_no_answer_is_said),
		TEST(a_secret_is_sent_when_the_server_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
