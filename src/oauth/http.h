/*
 * http: libcurl, and the only file that includes it (chatelaine-oauth only).
 *
 * One request at a time, each on a connection of its own and sent once. Every
 * answer is hostile: bounded in size and time, never followed elsewhere, never
 * decompressed.
 */
#ifndef OAUTH_HTTP_H
#define OAUTH_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

#define HTTP_BODY_MAX ((size_t)64 * 1024)
#define HTTP_HEADERS_MAX ((size_t)32 * 1024)

struct http;

/* Where libcurl has its certificates from: a file and a directory; each may be
 * NULL. Not ours to free. */
void http_authorities(const char *path[2]);

/* One handle for all requests of the process. @issuer decides whether http is
 * allowed and proxies are used (not for http, which is loopback). NULL on
 * failure: ERROR_UNAVAILABLE where the certificates named are none. */
struct http *http_open(const char *issuer, struct error *err);
void http_close(struct http *http);

struct http_request {
	const char *url;
	const char *content_type;
	const char *body;
	const char *const *headers;	/* "Name: value", ..., NULL; or NULL */
	int64_t timeout_ms;	/* for everything, while this process runs */
	int answer;		/* where the raw answer goes as it comes; -1 */
	bool abandonable;	/* stop when standard input closes */
};

struct http_answer {
	long status;
	struct buffer body;
	int64_t retry_after;	/* s, 0 when not said */
	bool sent;		/* at least one byte of it went out */
};

#define HTTP_ANSWER_INIT { 0, BUFFER_INIT, 0, false }

/* Sends it. 0: a whole answer came, of whatever status. -1: none did;
 * ERROR_UNAVAILABLE with the cause, or ERROR_INTERRUPTED when it was
 * abandoned. The caller wipes the answer with http_release() in any case. */
int http_post(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err);
void http_release(struct http_answer *answer);

/* The same for a GET, which has neither type nor body. The headers are the
 * caller's to check: what breaks a line would begin another one. */
int http_get(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err);

/* How far the server's clock was ahead of this machine's when it last said its
 * time; negative: behind. s. False when it has not. */
bool http_server_ahead(const struct http *http, int64_t *ahead);

/* Appends "&key=value" with the value percent-encoded; no & at the start. */
void http_add_field(struct http *http, struct buffer *form, const char *key,
    const char *value);

#endif
