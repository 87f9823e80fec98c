/*
 * Signing in by a browser: waits for it to come back, or for the address that
 * it ended at.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/browser.h"
#include "oauth/helper_part.h"

/* A page that calls again and again is not told of for ever. */
#define TOLD_MAX 100

struct sign_in {
	struct browser browser;
	struct browser_grant grant;
	struct error err;	/* of an end without a code */
	struct buffer input;	/* what was read of a line */
	int told;		/* addresses that were none of ours */
	bool approved, ended;
};

static bool
say_address(const struct sign_in *s, const char *issuer, int port)
{
	struct message_event event = { .kind = MESSAGE_BROWSER,
	    .port = port, .expires_at = time_now() + BROWSER_LIFETIME };
	bool said;

	browser_url(&s->browser, issuer, event.url);
	said = say(&event);
	secret_wipe(event.url, sizeof event.url);
	return said;
}

static void
abandon(struct sign_in *s)
{
	error_set(&s->err, ERROR_INTERRUPTED, "abandoned");
	s->ended = true;
}

/* Of the browser or of the person, who may be wrong as often as they like. */
static enum callback_verdict
take_address(const char *address, void *context)
{
	struct sign_in *s = context;
	struct message_event event = { .kind = MESSAGE_RETRYING };

	if (s->approved || s->ended)
		return CALLBACK_REFUSED;
	switch (browser_read(&s->browser, address, &s->grant, &event.error)) {
	case BROWSER_APPROVED:
		s->approved = true;
		return CALLBACK_APPROVED;
	case BROWSER_ENDED:
		s->err = event.error;
		s->ended = true;
		return CALLBACK_ENDED;
	case BROWSER_REFUSED:
		break;
	}
	event.polls = ++s->told;
	if (s->told <= TOLD_MAX && !say(&event))
		abandon(s);
	return CALLBACK_REFUSED;
}

static void
take_lines(struct sign_in *s)
{
	const char *end;
	char *address;
	size_t length;

	while ((end = memchr(s->input.data, '\n', s->input.length)) != NULL) {
		length = (size_t)(end - s->input.data);
		address = message_parse_paste(s->input.data, length);
		if (address != NULL)
			take_address(address, s);
		secret_free(&address);
		buffer_drop(&s->input, length + 1);
	}
}

static void
read_input(struct sign_in *s)
{
	char part[1024];
	ssize_t n = read(STDIN_FILENO, part, sizeof part);

	if (n <= 0 || s->input.length + (size_t)n > MESSAGE_LINE_MAX) {
		abandon(s);
		return;
	}
	buffer_add(&s->input, part, (size_t)n);
	secret_wipe(part, sizeof part);
	take_lines(s);
}

static void
wait_for_browser(struct sign_in *s, struct callback *callback)
{
	int64_t end = time_steady_ms() + BROWSER_LIFETIME * INT64_C(1000), left;

	while (!s->approved && !s->ended) {
		left = end - time_steady_ms();
		if (left <= 0) {
			error_set(&s->err, ERROR_NEEDS_LOGIN, "%s",
			    _("nobody came back from the browser in ten "
			    "minutes; start again"));
			s->ended = true;
		} else if (callback_wait(callback, STDIN_FILENO, (int)left,
		    take_address, s) && !s->approved && !s->ended)
			read_input(s);
	}
}

static int
finish(struct sign_in *s, struct http *http,
    const struct message_request *request)
{
	char redirect[BROWSER_REDIRECT_SIZE];

	if (!s->approved)
		return say_failed(&s->err, false);
	browser_redirect(&s->browser, redirect);
	return exchange(http, request->issuer, s->grant.code,
	    s->browser.verifier, redirect);
}

int
browser_login(struct http *http, const struct message_request *request,
    struct callback **callback)
{
	struct sign_in s = { .input = BUFFER_INIT };
	int port = callback_port(*callback), status = EXIT_FAILURE;

	/* Where nobody listens, the browser ends at an address to paste. */
	if (browser_begin(&s.browser, port == 0 ? browser_ports[0] : port,
	    &s.err) != 0)
		return say_failed(&s.err, false);
	if (say_address(&s, request->issuer, port)) {
		wait_for_browser(&s, *callback);
		callback_close(*callback);
		*callback = NULL;
		status = finish(&s, http, request);
	}
	buffer_release(&s.input);
	secret_wipe(&s, sizeof s);
	return status;
}
