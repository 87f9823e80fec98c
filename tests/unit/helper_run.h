/*
 * chatelaine-oauth with a network, a clock and a sandbox of ours, for
 * test_helper*.c: one run is a call of its main(),
 * with answers that were written down before. Time passes in poll() only.
 */
#ifndef HELPER_RUN_H
#define HELPER_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int helper_main(void);
#define main helper_main
#include "oauth/helper.c"
#undef main

#include <errno.h>
#include <fcntl.h>

#define ISSUER "https://issuer.example"
#define STEPS_MAX 32
#define EVENTS_MAX 128

/* What comes of a request, in the order of the requests. */
struct step {
	const char *path;	/* of the address that is asked */
	const char *sends;	/* in what is sent */
	long status;		/* 0: no answer came, for the reason in @code */
	const char *body;
	int64_t retry_after;
	enum error_code code;
	bool sent;
};

static struct {
	const struct step *step;
	size_t steps, asked;
	int64_t timeout;		/* of the last request, ms */
	int64_t time, start;		/* ms */
	int64_t pause[STEPS_MAX];	/* between polls, ms */
	size_t pauses;
	int64_t hang_up;	/* ms from the start; 0: nobody does */
	size_t listens;		/* events that are heard; then nobody listens */
	size_t said;
	struct message_event event[EVENTS_MAX];
	size_t events;
	bool no_http, confined, lasting;
	bool slow;		/* a write is interrupted, or takes a half */
	struct buffer line;	/* what came of one so far */
	bool told_time;
	int64_t server_ahead;	/* s */
	int exit_status;
} run;

/* --- The network --------------------------------------------------------- */

struct http {
	int unused;
};

void
http_authorities(const char *path[2])
{
	path[0] = path[1] = NULL;
}

struct http *
http_open(const char *issuer, struct error *err)
{
	static struct http http;

	assert_true(run.confined);
	assert_true(strncmp(issuer, "http", 4) == 0);
	if (!run.no_http)
		return &http;
	error_set(err, ERROR_UNAVAILABLE, "no certificates");
	return NULL;
}

void
http_close(struct http *http)
{
	(void)http;
}

static int
take_step(const struct http_request *request, const char *sends,
    struct http_answer *answer, struct error *err)
{
	const struct step *step = &run.step[run.asked];

	if (run.asked >= run.steps)
		fail_msg("asked once more: %s", request->url);
	run.asked++;
	run.timeout = request->timeout_ms;
	if (strstr(request->url, step->path) == NULL ||
	    (step->sends != NULL && strstr(sends, step->sends) == NULL))
		fail_msg("%s: %s", request->url, sends);
	answer->sent = step->sent;
	answer->status = step->status;
	answer->retry_after = step->retry_after;
	if (step->body != NULL)
		buffer_add_string(&answer->body, step->body);
	if (step->status != 0)
		return 0;
	return error_set(err, step->code, "no answer came");
}

int
http_post(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err)
{
	assert_non_null(http);
	return take_step(request, request->body, answer, err);
}

int
http_get(struct http *http, const struct http_request *request,
    struct http_answer *answer, struct error *err)
{
	char sends[512] = "";

	assert_non_null(http);
	for (int i = 0; request->headers[i] != NULL; i++)
		snprintf(sends + strlen(sends), sizeof sends - strlen(sends),
		    "%s\n", request->headers[i]);
	return take_step(request, sends, answer, err);
}

void
http_release(struct http_answer *answer)
{
	buffer_release(&answer->body);
}

bool
http_server_ahead(const struct http *http, int64_t *ahead)
{
	(void)http;
	*ahead = run.server_ahead;
	return run.told_time;
}

void
http_add_field(struct http *http, struct buffer *form, const char *key,
    const char *value)
{
	(void)http;
	buffer_addf(form, "%s%s=%s", form->length == 0 ? "" : "&", key,
	    value);
}

/* --- The system ---------------------------------------------------------- */

void
confine_environment(void)
{
}

size_t
confine_ports(const char *url, uint16_t ports[CONFINE_PORTS])
{
	(void)url, (void)ports;
	return 0;
}

unsigned int
confine(const char *url, const char *const authorities[2], bool lasting)
{
	(void)url, (void)authorities;
	run.confined = true;
	run.lasting = lasting;
	return 0;
}

int64_t __wrap_time_steady_ms(void);
int64_t __wrap_time_now(void);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);
int __wrap_close(int fd);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __real_write(int fd, const void *data, size_t size);
int __real_close(int fd);

int64_t
__wrap_time_steady_ms(void)
{
	return run.time;
}

int64_t
__wrap_time_now(void)
{
	return 1795435200 + run.time / 1000;
}

/* Every other one is interrupted by a signal that comes at once. */
int
__wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
	static bool interrupted;

	assert_int_equal(count, 1);
	assert_int_equal(fds->fd, STDIN_FILENO);
	interrupted = !interrupted;
	if (interrupted) {
		errno = EINTR;
		return -1;
	}
	if (run.pauses < STEPS_MAX)
		run.pause[run.pauses++] = ms;
	if (run.hang_up != 0 && run.time + ms >= run.start + run.hang_up) {
		run.time = run.start + run.hang_up;
		return 1;
	}
	run.time += ms;
	return 0;
}

/* The descriptors that the helper inherits are not this program's. */
int
__wrap_close(int fd)
{
	if (fd >= MESSAGE_ANSWER_FD && fd < MESSAGE_LOCK_FD + MESSAGE_LOCKS)
		return 0;
	return __real_close(fd);
}

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	static bool interrupted;
	struct error err;

	if (fd != STDOUT_FILENO)
		return __real_write(fd, data, size);
	interrupted = run.slow && !interrupted;
	if (interrupted || run.said >= run.listens) {
		errno = interrupted ? EINTR : EPIPE;
		return -1;
	}
	if (run.slow)
		size = (size + 1) / 2;
	buffer_add(&run.line, data, size);
	if (((const char *)data)[size - 1] != '\n')
		return (ssize_t)size;
	run.said++;
	assert_true(run.events < EVENTS_MAX);
	if (message_parse_event(run.line.data, run.line.length,
	    &run.event[run.events++], &err) != 0)
		fail_msg("%s", run.line.data);
	buffer_clear(&run.line);
	return (ssize_t)size;
}

/* --- A run --------------------------------------------------------------- */

static int
start_run(void **state)
{
	(void)state;
	buffer_release(&run.line);
	memset(&run, 0, sizeof run);
	buffer_init(&run.line);
	run.listens = EVENTS_MAX;
	run.time = run.start = 1000000;
	return 0;
}

/* A line on standard input, which then stays open: until the end that is
 * returned is closed. */
static int
give_input(const char *line, int *saved)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(__real_write(ends[1], line, strlen(line)),
	    (ssize_t)strlen(line));
	*saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	__real_close(ends[0]);
	return ends[1];
}

/* Runs the helper with @line and the steps in run.step. */
static void
run_line(const char *line)
{
	int saved, end = give_input(line, &saved);

	run.exit_status = helper_main();
	__real_close(end);
	dup2(saved, STDIN_FILENO);
	__real_close(saved);
	assert_int_equal(run.asked, run.steps);
}

static const struct message_event *
last(void)
{
	assert_true(run.events > 0);
	return &run.event[run.events - 1];
}

/* It ended so, and said why. */
static void
assert_failed(enum error_code code, const char *text, bool sent)
{
	assert_int_equal(run.exit_status, EXIT_FAILURE);
	assert_int_equal(last()->kind, MESSAGE_FAILED);
	assert_int_equal(last()->sent, sent);
	if (last()->error.code != code ||
	    strstr(last()->error.text, text) == NULL)
		fail_msg("%d: %s", (int)last()->error.code,
		    last()->error.text);
}

#define STEPS(table) \
	(run.step = (table), run.steps = sizeof (table) / sizeof (table)[0])

#endif
