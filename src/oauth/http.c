#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/answer.h"
#include "oauth/http.h"
#include "oauth/issuer.h"
#include "oauth/kept.h"
#include "oauth/network.h"

#define CONNECT_TIMEOUT_MS 5000L
#define STEP_MS 2000		/* libcurl asks each second how it goes on */

struct http {
	CURL *curl;
	bool plain;		/* http, to a loopback host */
	char error[CURL_ERROR_SIZE];
	bool told_time;		/* the server has, and it was then */
	int64_t server_ahead;
};

/* What the callbacks of one transfer share. */
struct transfer {
	struct http *http;
	const struct http_request *request;
	struct http_answer *answer;
	size_t headers;
	bool headers_whole;	/* the empty line behind them came */
	bool too_large;
	struct kept kept;
	int64_t counted_at, waited_ms;
	bool late;
	bool abandoned;
};

void
http_authorities(const char *path[2])
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	path[0] = info->cainfo;
	path[1] = info->capath;
}

static CURLcode
set_security(CURL *curl, bool plain)
{
	const char *ca = network_ca_variable();
	CURLcode rc = CURLE_OK;

#define SET(option, value) \
	do { \
		if (rc == CURLE_OK) \
			rc = curl_easy_setopt(curl, option, value); \
	} while (0)
	SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, plain ? "http" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_MAXREDIRS, 0L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (plain)	/* loopback: never through a proxy */
		SET(CURLOPT_PROXY, "");
	if (ca != NULL)
		SET(CURLOPT_CAINFO, getenv(ca));
	return rc;
}

static CURLcode
set_limits(CURL *curl)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	/* libcurl sends a request again, by itself, when a connection that it
	 * kept turns out to be dead. What is single-use must not be. */
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_BUFFERSIZE, 16L * 1024);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	return rc;
#undef SET
}

struct http *
http_open(const char *issuer, struct error *err)
{
	struct http *http = calloc(1, sizeof *http);

	if (http == NULL) {
		error_no_memory(err);
		return NULL;
	}
	http->plain = strncmp(issuer, "http://", 7) == 0;
	if (!http->plain && network_check_certificates(err) != 0) {
		free(http);
		return NULL;
	}
	/* It would have the keys of the connection written down. */
	unsetenv("SSLKEYLOGFILE");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		http->curl = curl_easy_init();
	if (http->curl == NULL ||
	    set_security(http->curl, http->plain) != CURLE_OK ||
	    set_limits(http->curl) != CURLE_OK) {
		error_set(err, ERROR_FAILED, "%s",
		    _("this libcurl lacks what safe transfers need"));
		http_close(http);
		return NULL;
	}
	return http;
}

void
http_close(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	curl_global_cleanup();
	free(http);
}

static long
status_of(const struct http *http)
{
	long status = 0;

	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t
on_body(char *data, size_t one, size_t length, void *context)
{
	struct transfer *t = context;

	(void)one;
	if (t->answer->body.length + length > HTTP_BODY_MAX) {
		t->too_large = true;
		return 0;
	}
	kept_add(&t->kept, status_of(t->http), data, length);
	buffer_add(&t->answer->body, data, length);
	return t->answer->body.failed ? 0 : length;
}

static size_t
on_header(char *data, size_t one, size_t length, void *context)
{
	struct transfer *t = context;
	int64_t date;

	(void)one;
	t->headers += length;
	if (t->headers > HTTP_HEADERS_MAX) {
		t->too_large = true;
		return 0;
	}
	if (data[0] == '\r' || data[0] == '\n')
		t->headers_whole = true;
	answer_read_retry_after(data, length, &t->answer->retry_after);
	if (answer_read_date(data, length, &date)) {
		t->http->told_time = true;
		t->http->server_ahead = date - time_now();
	}
	return length;
}

/* True when the one who asked has closed our standard input, or died. */
static bool
is_abandoned(void)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };

	return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR));
}

/* What passed while we were stopped, or starved, is no time in which the server
 * was slow: its answer may well be there, and be the only one that there ever
 * is. */
static void
count_time(struct transfer *t)
{
	int64_t now = time_steady_ms(), step = now - t->counted_at;

	t->counted_at = now;
	t->waited_ms += step < STEP_MS ? step : STEP_MS;
	t->late = t->waited_ms >= t->request->timeout_ms;
}

static int
on_progress(void *context, curl_off_t down_total, curl_off_t down,
    curl_off_t up_total, curl_off_t up)
{
	struct transfer *t = context;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	if (t->request->abandonable && is_abandoned())
		t->abandoned = true;
	count_time(t);
	return t->abandoned || t->late;
}

/* TLS stands, and with it the server is who it should be. */
static bool
is_secured(CURL *curl)
{
	curl_off_t after = 0;

	curl_easy_getinfo(curl, CURLINFO_APPCONNECT_TIME_T, &after);
	return after > 0;
}

/* Why there is no connection to who the server should be. */
static int
explain_tls(CURLcode rc, const char *detail, struct error *err)
{
	const char *variable = network_ca_variable();

	if (rc == CURLE_SSL_CACERT_BADFILE && variable != NULL)
		return network_no_certificates(variable, err);
	return error_set(err, ERROR_UNAVAILABLE,
	    _("no secure connection to the server: %s; check the clock, and "
	    "SSL_CERT_FILE if a proxy has a certificate of its own"), detail);
}

static int
explain_connection(const struct transfer *t, CURLcode rc, const char *detail,
    struct error *err)
{
	const char *proxy = network_proxy_variable();

	if (proxy != NULL && !t->http->plain && !is_secured(t->http->curl))
		return error_set(err, ERROR_UNAVAILABLE,
		    _("cannot reach the server by the proxy in %s: %s; check "
		    "the proxy and try again"), proxy, detail);
	if (rc == CURLE_COULDNT_RESOLVE_HOST || rc == CURLE_COULDNT_CONNECT)
		return error_set(err, ERROR_UNAVAILABLE,
		    _("cannot reach the server: %s; check the network and try "
		    "again"), detail);
	return error_set(err, ERROR_UNAVAILABLE,
	    _("the connection to the server broke: %s; try again later"),
	    detail);
}

/* Why no whole answer came, and what to do about it. */
static int
explain(const struct transfer *t, CURLcode rc, struct error *err)
{
	const char *detail = t->http->error[0] != '\0' ? t->http->error :
	    curl_easy_strerror(rc);

	if (t->abandoned)
		return error_set(err, ERROR_INTERRUPTED, "%s",
		    _("abandoned"));
	if (t->too_large)
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the server's answer is too large to be one; try again "
		    "later"));
	if (t->kept.failed)
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the server's answer could not be written down"));
	switch (t->late ? CURLE_OPERATION_TIMEDOUT : rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ISSUER_ERROR:
		return explain_tls(rc, detail, err);
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the server did not answer in time; try again later"));
	default:
		return explain_connection(t, rc, detail, err);
	}
}

/* One of them may hold a token. */
static void
wipe_headers(struct curl_slist *headers)
{
	for (struct curl_slist *i = headers; i != NULL; i = i->next)
		secret_wipe(i->data, strlen(i->data));
	curl_slist_free_all(headers);
}

/* False when memory is out. */
static bool
add_header(struct curl_slist **headers, const char *header)
{
	struct curl_slist *longer = curl_slist_append(*headers, header);

	if (longer != NULL)
		*headers = longer;
	return longer != NULL;
}

static bool
make_headers(const struct http_request *request, struct curl_slist **headers)
{
	const char *const *header = request->headers;
	char type[96];

	if (request->content_type != NULL) {
		snprintf(type, sizeof type, "Content-Type: %s",
		    request->content_type);
		if (!add_header(headers, type))
			return false;
	}
	for (; header != NULL && *header != NULL; header++)
		if (!add_header(headers, *header))
			return false;
	return true;
}

static void
set_body(CURL *curl, const char *body)
{
	if (body == NULL) {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
}

static CURLcode
perform(struct transfer *t)
{
	CURL *curl = t->http->curl;
	struct curl_slist *headers = NULL;
	CURLcode rc;

	if (!make_headers(t->request, &headers)) {
		wipe_headers(headers);
		return CURLE_OUT_OF_MEMORY;
	}
	t->http->error[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->http->error);
	curl_easy_setopt(curl, CURLOPT_URL, t->request->url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	set_body(curl, t->request->body);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
	t->counted_at = time_steady_ms();
	rc = curl_easy_perform(curl);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	wipe_headers(headers);
	return rc;
}

static int
exchange(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err)
{
	struct transfer t = { .http = http, .request = request,
	    .answer = answer };
	long sent = 0;
	CURLcode rc;

	kept_begin(&t.kept, request->answer);
	rc = perform(&t);
	answer->status = status_of(http);
	curl_easy_getinfo(http->curl, CURLINFO_REQUEST_SIZE, &sent);
	/* The size counts a proxy's CONNECT too; our request goes out only
	 * when TLS stands. */
	answer->sent = sent > 0 && (http->plain || is_secured(http->curl));
	/* libcurl is content with a connection that ended in the headers. */
	if (rc == CURLE_OK && !t.headers_whole)
		rc = CURLE_PARTIAL_FILE;
	if (rc == CURLE_OK)
		kept_add(&t.kept, answer->status, "", 0);
	if (kept_end(&t.kept, answer->status, answer->body.data,
	    answer->body.length) && rc == CURLE_OK)
		return 0;
	return explain(&t, rc, err);
}

int
http_post(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err)
{
	return exchange(http, request, answer, err);
}

int
http_get(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err)
{
	struct http_request get = *request;

	get.content_type = get.body = NULL;
	return exchange(http, &get, answer, err);
}

void
http_release(struct http_answer *answer)
{
	buffer_release(&answer->body);
	*answer = (struct http_answer)HTTP_ANSWER_INIT;
}

bool
http_server_ahead(const struct http *http, int64_t *ahead)
{
	*ahead = http->server_ahead;
	return http->told_time;
}

void
http_add_field(struct http *http, struct buffer *form, const char *key,
    const char *value)
{
	char *escaped = curl_easy_escape(http->curl, value,
	    (int)strlen(value));

	if (escaped == NULL) {
		form->failed = true;
		return;
	}
	buffer_addf(form, "%s%s=%s", form->length == 0 ? "" : "&", key,
	    escaped);
	secret_wipe(escaped, strlen(escaped));
	curl_free(escaped);
}
