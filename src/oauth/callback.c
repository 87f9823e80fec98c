#include "config.h"

#include <sys/select.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buffer.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/browser.h"
#include "oauth/callback.h"

#define CONNECTIONS 16
#define REQUEST_MAX ((size_t)16 * 1024)	/* with headers, and our answer */
#define SLOW_SECONDS 10
#define LAST_WORDS_MS 2000
#define FDS (CONNECTIONS + 8)

struct callback {
	struct MHD_Daemon *daemon;
	int port;
	int talking;		/* requests that have no answer yet */
	callback_judge judge;	/* while callback_wait() runs; else NULL */
	void *context;
};

/* --- Answers ------------------------------------------------------------- */

static const char *
verdict_text(enum callback_verdict verdict)
{
	switch (verdict) {
	case CALLBACK_APPROVED:
		return _("Approved. Close this page, and go back to "
		    "chatelaine, which fetches the login now.");
	case CALLBACK_ENDED:
		return _("The sign-in has ended without a login. Close this "
		    "page; chatelaine says why.");
	case CALLBACK_REFUSED:
		break;
	}
	return _("This is not the sign-in that chatelaine waits for. Nothing "
	    "was done.");
}

/* A page that asks for nothing, runs nothing and tells nobody its address. */
static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned int status,
    const char *text)
{
	static const char *const headers[][2] = {
		{ "Connection", "close" },
		{ "Cache-Control", "no-store" },
		{ "Content-Security-Policy", "default-src 'none'" },
		{ "Referrer-Policy", "no-referrer" },
		{ "X-Content-Type-Options", "nosniff" },
	};
	struct buffer page = BUFFER_INIT, type = BUFFER_INIT;
	struct MHD_Response *response = NULL;
	enum MHD_Result result = MHD_NO;

	buffer_addf(&type, "text/html; charset=%s", nl_langinfo(CODESET));
	buffer_addf(&page, "<!DOCTYPE html>\n<html><head><title>chatelaine"
	    "</title></head>\n<body><h1>chatelaine</h1>\n<p>%s</p></body>"
	    "</html>\n", text);
	if (buffer_ok(&page, NULL) && buffer_ok(&type, NULL))
		response = MHD_create_response_from_buffer(page.length,
		    page.data, MHD_RESPMEM_MUST_COPY);
	if (response != NULL) {
		MHD_add_response_header(response, "Content-Type", type.data);
		for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
			MHD_add_response_header(response, headers[i][0],
			    headers[i][1]);
		if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
			MHD_add_response_header(response, "Allow", "GET");
		result = MHD_queue_response(connection, status, response);
		MHD_destroy_response(response);
	}
	buffer_release(&page);
	buffer_release(&type);
	return result;
}

/* The address as it came: what it becomes in the library's hands is not what a
 * person pastes. It is the request's until on_end(). */
static void *
on_address(void *context, const char *address,
    struct MHD_Connection *connection)
{
	struct callback *callback = context;

	(void)connection;
	callback->talking++;
	return strdup(address);
}

/* NOLINTBEGIN(readability-non-const-parameter): as libmicrohttpd wants it. */
static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection,
    const char *path, const char *method, const char *version,
    const char *body, size_t *body_size, void **address)
{
	struct callback *callback = context;
	enum callback_verdict verdict = CALLBACK_REFUSED;

	(void)version;
	(void)body;
	(void)body_size;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
		    verdict_text(verdict));
	if (strcmp(path, BROWSER_PATH) != 0)
		return answer(connection, MHD_HTTP_NOT_FOUND,
		    verdict_text(verdict));
	if (callback->judge != NULL && *address != NULL)
		verdict = callback->judge(*address, callback->context);
	return answer(connection, verdict == CALLBACK_REFUSED ?
	    MHD_HTTP_BAD_REQUEST : MHD_HTTP_OK, verdict_text(verdict));
}

/* NOLINTEND(readability-non-const-parameter) */

static void
on_end(void *context, struct MHD_Connection *connection, void **address,
    enum MHD_RequestTerminationCode how)
{
	struct callback *callback = context;
	char *text = *address;

	(void)connection;
	(void)how;
	callback->talking--;
	secret_free(&text);
	*address = NULL;
}

/* --- Listening ----------------------------------------------------------- */

/* On loopback, and never on a port that somebody else listens on. */
static int
listen_on(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	if (fd < 0)
		return -1;
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* Connections of the sign-in before may linger. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
	    listen(fd, CONNECTIONS) == 0)
		return fd;
	close(fd);
	return -1;
}

struct callback *
callback_open(void)
{
	struct callback *callback = calloc(1, sizeof *callback);
	int fd = -1;

	if (callback == NULL)
		return NULL;
	for (size_t i = 0; i < BROWSER_PORTS && fd < 0; i++) {
		callback->port = browser_ports[i];
		fd = listen_on(callback->port);
	}
	if (fd >= 0) {
		callback->daemon = MHD_start_daemon(MHD_NO_FLAG, 0, NULL, NULL,
		    on_request, callback,
		    MHD_OPTION_LISTEN_SOCKET, fd,
		    MHD_OPTION_URI_LOG_CALLBACK, on_address, callback,
		    MHD_OPTION_NOTIFY_COMPLETED, on_end, callback,
		    MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
		    MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_MAX,
		    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)SLOW_SECONDS,
		    MHD_OPTION_END);
		if (callback->daemon == NULL)
			close(fd);
	}
	if (callback->daemon != NULL)
		return callback;
	free(callback);
	return NULL;
}

int
callback_port(const struct callback *callback)
{
	return callback == NULL ? 0 : callback->port;
}

/* What the library waits for, as poll() takes it: its select() ends at a
 * descriptor's number, and nobody could wait for more beside it. */
static nfds_t
add_fds(struct callback *callback, struct pollfd fds[FDS], nfds_t count)
{
	fd_set in, out, bad;
	int most = -1;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&bad);
	if (MHD_get_fdset(callback->daemon, &in, &out, &bad, &most) != MHD_YES)
		return count;
	for (int fd = 0; fd <= most && count < FDS; fd++) {
		short events = (short)((FD_ISSET(fd, &in) ? POLLIN : 0) |
		    (FD_ISSET(fd, &out) ? POLLOUT : 0));

		if (events != 0)
			fds[count++] = (struct pollfd){ fd, events, 0 };
	}
	return count;
}

bool
callback_wait(struct callback *callback, int fd, int ms, callback_judge judge,
    void *context)
{
	struct pollfd fds[FDS] = { { fd, POLLIN, 0 } };
	MHD_UNSIGNED_LONG_LONG soon;
	nfds_t count = 1;

	if (callback != NULL) {
		count = add_fds(callback, fds, count);
		if (MHD_get_timeout(callback->daemon, &soon) == MHD_YES &&
		    soon < (MHD_UNSIGNED_LONG_LONG)ms)
			ms = (int)soon;
	}
	if (poll(fds, count, ms) < 0)
		fds[0].revents = 0;
	if (callback != NULL) {
		callback->judge = judge;
		callback->context = context;
		MHD_run(callback->daemon);
		callback->judge = NULL;
	}
	return fds[0].revents != 0;
}

void
callback_close(struct callback *callback)
{
	int64_t end = time_steady_ms() + LAST_WORDS_MS;

	if (callback == NULL)
		return;
	while (callback->talking > 0 && time_steady_ms() < end)
		callback_wait(callback, -1, 50, NULL, NULL);
	MHD_stop_daemon(callback->daemon);
	free(callback);
}
