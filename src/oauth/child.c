#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "oauth/child.h"

/* Descriptors are first moved out of the way of those that they become. */
#define ABOVE_ALL 10

static const int caught[] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGWINCH, SIGCONT
};

/* What we were started with is no business of the child's. */
static void
close_rest(void)
{
	const int first = MESSAGE_LOCK_FD + MESSAGE_LOCKS;
#ifdef HAVE_CLOSE_RANGE
	close_range((unsigned int)first, ~0U, 0);
#else
	for (int fd = first; fd < 1024; fd++)
		close(fd);
#endif
}

/* Between fork() and exec(): what is async-signal-safe only. */
static void
become(const char *program, int input, int output,
    const struct child_files *files)
{
	const int from[] = {
		input, output, files->answer, files->lock[0], files->lock[1]
	};
	const int to[] = {
		STDIN_FILENO, STDOUT_FILENO, MESSAGE_ANSWER_FD,
		MESSAGE_LOCK_FD, MESSAGE_LOCK_FD + 1
	};
	char name[] = "chatelaine-oauth", *const argv[] = { name, NULL };
	int safe[5], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		signal(caught[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	/* What there is none of is nothing, rather than whatever the child
	 * opens first. */
	for (size_t i = 0; i < 5; i++)
		safe[i] = fcntl(from[i] < 0 ? null : from[i],
		    F_DUPFD_CLOEXEC, ABOVE_ALL);
	for (size_t i = 0; i < 5; i++)
		if (safe[i] < 0 || dup2(safe[i], to[i]) < 0)
			_exit(127);
	/* The null may itself have been covered by one of those. */
	null = files->quiet ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	close_rest();
	execv(program, argv);
	_exit(127);
}

static int
make_pipe(int ends[2], struct error *err)
{
	if (pipe(ends) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot make a pipe"));
	/* Not pipe2(): macOS has none. No other thread can fork between. */
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

static void
close_pipe(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* A line is small enough for a pipe to take it whole. That nobody reads it is
 * an error like others, not a signal that ends us. */
static int
send_line(int fd, const struct buffer *line, struct error *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int number;
	ssize_t n;

	if (line->length == 0 || !buffer_ok(line, err))
		return -1;
	sigaction(SIGPIPE, &ignore, &before);
	n = write(fd, line->data, line->length);
	number = n < 0 ? errno : EIO;
	sigaction(SIGPIPE, &before, NULL);
	return n == (ssize_t)line->length ? 0 : error_set_errno(err, number,
	    "%s", _("cannot speak to chatelaine-oauth"));
}

static int
send_request(int fd, const struct message_request *request, struct error *err)
{
	struct buffer line = BUFFER_INIT;
	int result;

	message_print_request(&line, request, err);
	result = send_line(fd, &line, err);
	buffer_release(&line);
	return result;
}

int
child_paste(struct child *child, const char *address, struct error *err)
{
	struct buffer line = BUFFER_INIT;
	int result;

	if (strlen(address) > MESSAGE_PASTE_MAX)
		return error_set(err, ERROR_USAGE, "%s",
		    _("what was pasted is too long to be an address"));
	message_print_paste(&line, address, err);
	result = send_line(child->input, &line, err);
	buffer_release(&line);
	return result;
}

int
child_start(struct child *child, const char *program,
    const struct message_request *request, const struct child_files *files,
    struct error *err)
{
	int in[2], out[2];

	*child = (struct child)CHILD_INIT;
	if (access(program, X_OK) != 0)
		return error_set_errno(err, errno,
		    _("cannot run %s, which does all networking; install "
		    "chatelaine anew"), program);
	if (make_pipe(in, err) != 0)
		return -1;
	if (make_pipe(out, err) != 0) {
		close_pipe(in);
		return -1;
	}
	child->pid = fork();
	if (child->pid == 0)
		become(program, in[0], out[1], files);
	if (child->pid < 0) {
		child->pid = 0;
		error_set_errno(err, errno, "%s", _("cannot start a process"));
		close_pipe(in);
		close_pipe(out);
		return -1;
	}
	close(in[0]);
	close(out[1]);
	child->input = in[1];
	child->output = out[0];
	fcntl(child->output, F_SETFL, O_NONBLOCK);
	if (send_request(child->input, request, err) == 0)
		return 0;
	child_end(child);
	return -1;
}

/* Takes one line off what was read. */
static int
next_line(struct child *child, struct message_event *event, struct error *err)
{
	const char *end = memchr(child->line.data, '\n', child->line.length);
	size_t length;
	int result;

	if (end == NULL)
		return 0;
	length = (size_t)(end - child->line.data);
	result = message_parse_event(child->line.data, length, event, err);
	buffer_drop(&child->line, length + 1);
	return result == 0 ? 1 : CHILD_CONFUSED;
}

int
child_read(struct child *child, struct message_event *event,
    struct error *err)
{
	ssize_t n;
	char *to;
	int found;

	for (;;) {
		found = next_line(child, event, err);
		if (found != 0)
			return found;
		to = child->line.length > MESSAGE_LINE_MAX ? NULL :
		    buffer_reserve(&child->line, 4096);
		if (to == NULL) {
			error_no_memory(err);
			return CHILD_CONFUSED;
		}
		n = read(child->output, to, 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		/* It may have sent the token, and said so. */
		if (n < 0) {
			error_set_errno(err, errno, _("cannot read %s"),
			    "chatelaine-oauth");
			return CHILD_CONFUSED;
		}
		if (n == 0) {
			error_set(err, ERROR_FAILED, "%s",
			    _("chatelaine-oauth ended without an answer"));
			return CHILD_CLOSED;
		}
		child->line.length += (size_t)n;
		child->line.data[child->line.length] = '\0';
	}
}

void
child_end(struct child *child)
{
	int status;

	if (child->input >= 0)
		close(child->input);
	if (child->output >= 0)
		close(child->output);
	if (child->pid > 0) {
		/* After its last word it is about to end, or has. */
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	buffer_release(&child->line);
	*child = (struct child)CHILD_INIT;
}
