/*
 * child: a run of chatelaine-oauth: what it is given and what it is not, what
 * it says, and that nothing runs on when a call fails.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

#include "base/json.h"
#include "oauth/child.h"
#include "scarce.h"

/* --- In place of the system ---------------------------------------------- */

/* How many calls go well before one fails; -1: all do. And the error, 0 for a
 * write that takes half. */
static struct failing {
	int left, number;
} pipes, forks, reads, writes, waits;

static bool
fails(struct failing *call)
{
	if (call->left < 0 || call->left-- > 0)
		return false;
	errno = call->number;
	return true;
}

int __real_pipe(int ends[2]);
pid_t __real_fork(void);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __real_write(int fd, const void *data, size_t size);
pid_t __real_waitpid(pid_t pid, int *status, int flags);
int __wrap_pipe(int ends[2]);
pid_t __wrap_fork(void);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
pid_t __wrap_waitpid(pid_t pid, int *status, int flags);

int
__wrap_pipe(int ends[2])
{
	return fails(&pipes) ? -1 : __real_pipe(ends);
}

pid_t
__wrap_fork(void)
{
	pid_t pid = fails(&forks) ? -1 : __real_fork();

	/* What counts branches allocates, too. */
	if (pid == 0)
		scarce_left = -1;
	return pid;
}

ssize_t
__wrap_read(int fd, void *data, size_t size)
{
	return fails(&reads) ? -1 : __real_read(fd, data, size);
}

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	if (!fails(&writes))
		return __real_write(fd, data, size);
	return errno != 0 ? -1 : __real_write(fd, data, size / 2);
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int flags)
{
	return fails(&waits) ? -1 : __real_waitpid(pid, status, flags);
}

/* --- A program ----------------------------------------------------------- */

static char folder[] = "/tmp/chatelaine-child-XXXXXX";
static char program[64], told[64];

static int
start(void **state)
{
	(void)state;
	json_init();
	signal(SIGPIPE, SIG_IGN);
	pipes.left = forks.left = reads.left = writes.left = waits.left = -1;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(program, sizeof program, "%s/program", folder);
	snprintf(told, sizeof told, "%s/told", folder);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	unlink(program);
	unlink(told);
	return rmdir(folder);
}

/* One that runs @script; "" for one that cannot run. */
static void
write_program(const char *script)
{
	FILE *file = fopen(program, "w");

	assert_non_null(file);
	fprintf(file, "#!%s\n%s\n", *script == '\0' ? "/nonexistent/sh" :
	    "/bin/sh", script);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0700), 0);
}

static int
start_program(struct child *child, const struct child_files *files,
    struct error *err)
{
	static char issuer[] = "https://issuer.example";
	const struct message_request request = { .operation = MESSAGE_LOGIN,
	    .issuer = issuer };
	static const struct child_files none = { -1, { -1, -1 }, false };

	return child_start(child, program, &request, files == NULL ? &none :
	    files, err);
}

/* The next event; its end counts as one. */
static int
next(struct child *child, struct message_event *event, struct error *err)
{
	struct pollfd fd = { child->output, POLLIN, 0 };
	int found;

	while ((found = child_read(child, event, err)) == 0)
		poll(&fd, 1, -1);
	return found;
}

static int
descriptors(void)
{
	DIR *dir = opendir("/dev/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void
read_told(char text[512])
{
	FILE *file = fopen(told, "r");

	assert_non_null(file);
	text[fread(text, 1, 511, file)] = '\0';
	fclose(file);
}

/* --- What it is given ---------------------------------------------------- */

static void
it_is_given_the_request_and_its_files(void **state)
{
	struct child_files files = { -1, { -1, -1 }, true };
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;
	char text[512];
	int other;

	(void)state;
	/* It stays open until we end; standard error is nobody's. */
	write_program("read -r line; echo \"$line\" >&3; echo lost >&2\n"
	    "test /dev/fd/4 -ef /dev/null && echo four >&3\n"
	    "test -e /dev/fd/9 || echo closed >&3\n"
	    "echo '{\"event\":\"done\"}'");
	files.answer = open(told, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(files.answer >= 0);
	other = fcntl(files.answer, F_DUPFD, 9);	/* not ours to give */
	assert_int_equal(start_program(&child, &files, &err), 0);
	assert_int_equal(next(&child, &event, &err), 1);
	assert_int_equal(event.kind, MESSAGE_DONE);
	assert_int_equal(next(&child, &event, &err), CHILD_CLOSED);
	assert_int_equal(err.code, ERROR_FAILED);
	child_end(&child);
	assert_int_equal(child.pid, 0);
	close(other);
	close(files.answer);
	read_told(text);
	assert_string_equal(text, "{\"operation\":\"login\",\"issuer\":"
	    "\"https://issuer.example\",\"token\":null,\"account\":null}\n"
	    "four\nclosed\n");
}

static void
it_can_be_told_more(void **state)
{
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;
	char *text;

	(void)state;
	write_program("read -r line; read -r line\n"
	    "test \"$line\" = '{\"pasted\":\"http://127.0.0.1/x\"}' &&\n"
	    "echo '{\"event\":\"done\"}'; exec 0<&-; exec sleep 60");
	assert_int_equal(start_program(&child, NULL, &err), 0);
	assert_int_equal(child_paste(&child, "http://127.0.0.1/x", &err), 0);
	assert_int_equal(next(&child, &event, &err), 1);
	assert_int_equal(event.kind, MESSAGE_DONE);
	text = calloc(1, MESSAGE_PASTE_MAX + 2);
	assert_non_null(text);
	memset(text, 'x', MESSAGE_PASTE_MAX + 1);
	assert_int_equal(child_paste(&child, text, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	free(text);
	/* It still runs; and then it does not. */
	waits = (struct failing){ 0, EINTR };
	child_end(&child);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	child_end(&child);
}

static void
what_nobody_reads_is_not_said(void **state)
{
	struct child child = CHILD_INIT;
	struct error err = ERROR_INIT;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child.input = ends[1];
	close(ends[0]);
	/* Nor does the signal end us, which is as it was then. */
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(child_paste(&child, "x", &err), -1);
	assert_ptr_equal(signal(SIGPIPE, SIG_IGN), SIG_DFL);
	assert_int_equal(err.code, ERROR_FAILED);
	child_end(&child);
}

/* --- What fails ---------------------------------------------------------- */

/* Nothing runs, and nothing is open. */
static void
check_not_started(void)
{
	struct error err = ERROR_INIT;
	int before = descriptors();
	struct child child;

	assert_int_equal(start_program(&child, NULL, &err), -1);
	assert_int_not_equal(err.code, ERROR_NONE);
	assert_int_equal(child.pid, 0);
	assert_int_equal(descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	child_end(&child);
}

static void
what_cannot_be_started_leaves_nothing(void **state)
{
	(void)state;
	check_not_started();		/* there is none */
	write_program("exec sleep 60");
	pipes = (struct failing){ 0, EMFILE };
	check_not_started();
	pipes = (struct failing){ 1, EMFILE };
	check_not_started();
	forks = (struct failing){ 0, EAGAIN };
	check_not_started();
	writes = (struct failing){ 0, EPIPE };
	check_not_started();
	writes = (struct failing){ 0, 0 };
	check_not_started();
}

static void
try_start(void)
{
	struct error err = ERROR_INIT;
	struct child child;
	int result = start_program(&child, NULL, &err);

	if (ran_out())
		assert_true(result != 0 && error_is_no_memory(&err));
	else if (result != 0)
		fail_msg("%s", err.text);
	child_end(&child);
}

static void
a_request_that_is_not_whole_is_not_sent(void **state)
{
	(void)state;
	write_program("exec sleep 60");
	with_scarce_memory(try_start);
}

static void
a_program_that_does_not_run_says_nothing(void **state)
{
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;

	(void)state;
	write_program("read line");
	assert_int_equal(start_program(&child, NULL, &err), 0);
	assert_int_equal(next(&child, &event, &err), CHILD_CLOSED);
	assert_int_equal(err.code, ERROR_FAILED);
	/* Somebody else may have collected it. */
	waits = (struct failing){ 0, ECHILD };
	child_end(&child);
	assert_int_equal(child.pid, 0);
	assert_true(waitpid(-1, NULL, 0) > 0);
}

/* --- What it says -------------------------------------------------------- */

/* One that says @text, and then nothing; its end to write to is returned. */
static int
say(struct child *child, const char *text)
{
	int ends[2];

	*child = (struct child)CHILD_INIT;
	assert_int_equal(pipe(ends), 0);
	child->output = ends[0];
	fcntl(child->output, F_SETFL, O_NONBLOCK);
	assert_int_equal(write(ends[1], text, strlen(text)),
	    (ssize_t)strlen(text));
	return ends[1];
}

static void
events_come_as_they_are_said(void **state)
{
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;
	int end = say(&child, "{\"event\":\"spending\"}\n{\"event\":\"answ");

	(void)state;
	reads = (struct failing){ 0, EINTR };
	assert_int_equal(child_read(&child, &event, &err), 1);
	assert_int_equal(event.kind, MESSAGE_SPENDING);
	assert_int_equal(child_read(&child, &event, &err), 0);
	assert_int_equal(write(end, "ered\"}\n", 7), 7);
	assert_int_equal(child_read(&child, &event, &err), 1);
	assert_int_equal(event.kind, MESSAGE_ANSWERED);
	/* One that was killed in the middle said nothing. */
	assert_int_equal(write(end, "{\"event\":\"do", 12), 12);
	close(end);
	assert_int_equal(child_read(&child, &event, &err), CHILD_CLOSED);
	child_end(&child);
}

static void
what_cannot_be_read_is_not_the_end(void **state)
{
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;
	int end = say(&child, "");

	(void)state;
	reads = (struct failing){ 0, EIO };
	assert_int_equal(child_read(&child, &event, &err), CHILD_CONFUSED);
	close(end);
	child_end(&child);
}

static void
nonsense_is_not_listened_to(void **state)
{
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;
	char part[1025] = "";
	int end = say(&child, "hello\n"), found = 0;
	size_t said = 0;

	(void)state;
	assert_int_equal(child_read(&child, &event, &err), CHILD_CONFUSED);
	assert_int_equal(err.code, ERROR_FAILED);
	close(end);
	child_end(&child);
	/* A line that never ends is one as well. */
	end = say(&child, "");
	memset(part, 'x', sizeof part - 1);
	while (found == 0) {
		assert_int_equal(write(end, part, 1024), 1024);
		said += 1024;
		assert_in_range(said, 0, MESSAGE_LINE_MAX + 16384);
		found = child_read(&child, &event, &err);
	}
	assert_int_equal(found, CHILD_CONFUSED);
	close(end);
	child_end(&child);
}

static void
try_read(void)
{
	struct message_event event;
	struct error err = ERROR_INIT;
	struct child child;
	int end, found;

	end = say(&child, "{\"event\":\"done\"}\n");
	found = child_read(&child, &event, &err);
	if (ran_out()) {
		assert_int_equal(found, CHILD_CONFUSED);
		assert_true(error_is_no_memory(&err));
	} else
		assert_int_equal(found, 1);
	close(end);
	child_end(&child);
}

static void
no_memory_is_not_nonsense(void **state)
{
	(void)state;
	with_scarce_memory(try_read);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_given_the_request_and_its_files),
		TEST(it_can_be_told_more),
		TEST(what_nobody_reads_is_not_said),
		TEST(what_cannot_be_started_leaves_nothing),
		TEST(a_request_that_is_not_whole_is_not_sent),
		TEST(a_program_that_does_not_run_says_nothing),
		TEST(events_come_as_they_are_said),
		TEST(what_cannot_be_read_is_not_the_end),
		TEST(nonsense_is_not_listened_to),
		TEST(no_memory_is_not_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
