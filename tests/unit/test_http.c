/*
 * http: what is asked of libcurl.
 */
#include "config.h"

#include "http_transfer.h"

/* --- Opening ------------------------------------------------------------- */

static bool
was_set(CURLoption option)
{
	for (int i = 0; i < fake.options; i++)
		if (fake.option[i] == option)
			return true;
	return false;
}

static void
check_refused(const char *issuer, struct error *err)
{
	*err = (struct error)ERROR_INIT;
	assert_null(http_open(issuer, err));
	assert_int_not_equal(err->code, ERROR_NONE);
}

static void
a_libcurl_that_lacks_an_option_is_not_used(void **state)
{
	struct error err = ERROR_INIT;
	CURLoption option[FAKE_OPTIONS];
	struct http *http;
	int count;

	(void)state;
	setenv("CODEX_CA_CERTIFICATE", "/dev/null", 1);
	http = http_open(HTTP, NULL);
	assert_non_null(http);
	http_close(http);
	assert_true(was_set(CURLOPT_SSL_VERIFYPEER));
	assert_true(was_set(CURLOPT_SSL_VERIFYHOST));
	assert_true(was_set(CURLOPT_FOLLOWLOCATION));
	assert_true(was_set(CURLOPT_FRESH_CONNECT));
	count = fake.options;
	memcpy(option, fake.option, sizeof option);
	for (int i = 0; i < count; i++) {
		fake.refused = option[i];
		check_refused(HTTP, &err);
		assert_non_null(strstr(err.text, "libcurl lacks"));
	}
	start(NULL);
	fake.no_handle = true;
	check_refused(HTTPS, &err);
	start(NULL);
	fake.no_global = true;
	check_refused(HTTPS, &err);
	http_close(NULL);
}

static void
try_open(void)
{
	struct error err = ERROR_INIT;
	struct http *http = http_open(HTTPS, &err);

	if (ran_out())
		assert_true(http == NULL && error_is_no_memory(&err));
	else
		assert_non_null(http);
	http_close(http);
}

static void
no_memory_is_no_old_libcurl(void **state)
{
	(void)state;
	with_scarce_memory(try_open);
}

static void
only_loopback_passes_the_proxy_by(void **state)
{
	struct error err = ERROR_INIT;
	struct http *http;

	(void)state;
	setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
	http = http_open(HTTPS, NULL);
	assert_non_null(http);
	assert_false(was_set(CURLOPT_PROXY));
	assert_false(was_set(CURLOPT_CAINFO));
	assert_null(getenv("SSLKEYLOGFILE"));
	http_close(http);
	start(NULL);
	http = http_open(HTTP, NULL);
	assert_non_null(http);
	assert_true(was_set(CURLOPT_PROXY));
	assert_string_equal(fake.proxy, "");
	http_close(http);
	start(NULL);
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	check_refused(HTTPS, &err);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(err.text, "SSL_CERT_FILE"));
}

static void
certificates_are_where_libcurl_has_them(void **state)
{
	const char *path[2] = { NULL, "x" };

	(void)state;
	http_authorities(path);
	assert_string_equal(path[0], "/etc/ssl/certs/ca-certificates.crt");
	assert_null(path[1]);
}

/* --- Asking -------------------------------------------------------------- */

static void
a_whole_answer_is_kept_and_told(void **state)
{
	(void)state;
	post(HTTPS, false);
	assert_int_equal(got.result, 0);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.retry_after, 30);
	assert_true(got.sent);
	assert_string_equal(got.body, WHOLE);
	assert_string_equal(got.kept, KEPT);
	assert_string_equal(fake.url, "https://x/y");
	assert_string_equal(fake.body_sent, "a=b");
	assert_int_equal(fake.headers_sent, 1);
	assert_string_equal(fake.header_sent[0], "Content-Type: text/plain");
	assert_false(fake.get);
	/* One without a body is an answer, too. */
	start(NULL);
	fake.parts = NULL;
	fake.status = 7;
	post(HTTP, false);
	assert_int_equal(got.result, 0);
	assert_string_equal(got.kept, "head\nHTTP 007\n");
}

static void
a_get_has_headers_and_no_body(void **state)
{
	static const char *const own[] = { "authorization: x", "a: b", NULL };
	struct http_request request = { .url = "https://x/z", .body = "no",
	    .content_type = "no", .headers = own, .timeout_ms = 1000,
	    .answer = -1 };
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct http *http = http_open(HTTPS, NULL);

	(void)state;
	assert_non_null(http);
	assert_int_equal(http_get(http, &request, &answer, NULL), 0);
	assert_string_equal(answer.body.data, WHOLE);
	assert_true(fake.get);
	assert_string_equal(fake.body_sent, "");
	assert_int_equal(fake.headers_sent, 2);
	assert_string_equal(fake.header_sent[0], "authorization: x");
	assert_string_equal(fake.header_sent[1], "a: b");
	http_release(&answer);
	http_close(http);
}

/* No header is left out for want of memory. */
static void
a_request_is_sent_whole_or_not(void **state)
{
	static const char *const own[] = { "authorization: x", NULL };
	struct http_request request = { .url = "https://x/z", .body = "b",
	    .content_type = "c", .headers = own, .timeout_ms = 1000,
	    .answer = -1 };
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct error err = ERROR_INIT;
	struct http *http = http_open(HTTPS, NULL);

	(void)state;
	assert_non_null(http);
	for (int i = 0; i < 2; i++) {
		fake.appends = i;
		fake.sent = 0;
		assert_int_equal(http_post(http, &request, &answer, &err),
		    -1);
		assert_int_equal(err.code, ERROR_UNAVAILABLE);
		assert_int_equal(fake.headers_sent, 0);
		assert_false(answer.sent);
		http_release(&answer);
	}
	http_close(http);
}

static void
fields_are_escaped(void **state)
{
	struct buffer form = BUFFER_INIT;
	struct http *http = http_open(HTTPS, NULL);

	(void)state;
	assert_non_null(http);
	http_add_field(http, &form, "a", "b&c d");
	http_add_field(http, &form, "e", "");
	assert_string_equal(form.data, "a=b%26c%20d&e=");
	assert_false(form.failed);
	fake.no_escape = true;
	http_add_field(http, &form, "f", "g");
	assert_true(form.failed);
	buffer_release(&form);
	http_close(http);
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_libcurl_that_lacks_an_option_is_not_used),
		TEST(no_memory_is_no_old_libcurl),
		TEST(only_loopback_passes_the_proxy_by),
		TEST(certificates_are_where_libcurl_has_them),
		TEST(a_whole_answer_is_kept_and_told),
		TEST(a_get_has_headers_and_no_body),
		TEST(a_request_is_sent_whole_or_not),
		TEST(fields_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
