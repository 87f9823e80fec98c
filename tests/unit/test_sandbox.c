/*
 * sandbox: what a process gave up is refused to it and to its children, and
 * what it kept still works. Each attempt is made by a child, which ends.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sandbox.h"

#define ABI_TRUNCATION 3
#define ABI_TCP 4
#define ABI_PROCESSES 6

static char dir[] = "/tmp/chatelaine-sandbox-XXXXXX";
static char in_dir[64], allowed[64], link_to_it[64], other[64];

static void
make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "text", 4), 4);
	close(fd);
}

static int
make_files(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(in_dir, sizeof in_dir, "%s/in", dir);
	snprintf(allowed, sizeof allowed, "%s/in/file", dir);
	snprintf(link_to_it, sizeof link_to_it, "%s/link", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	if (mkdir(in_dir, 0700) != 0 || symlink("in/file", link_to_it) != 0)
		return -1;
	make_file(allowed);
	make_file(other);
	return 0;
}

static int
remove_files(void **state)
{
	(void)state;
	unlink(link_to_it);
	unlink(allowed);
	unlink(other);
	rmdir(in_dir);
	return rmdir(dir);
}

/* --- Attempts: 0, or the error -------------------------------------------- */

static int
outcome(int result)
{
	return result < 0 ? errno : 0;
}

static int
reads(const char *path)
{
	return outcome(open(path, O_RDONLY));
}

static int
writes(const char *path)
{
	return outcome(open(path, O_WRONLY));
}

static int
truncates(const char *path)
{
	return outcome(truncate(path, 4));
}

static int
makes(const char *path)
{
	char name[96];

	snprintf(name, sizeof name, "%s.new", path);
	return outcome(open(name, O_CREAT | O_WRONLY, 0600)) |
	    outcome(unlink(name));
}

/* From one directory to another, and back. */
static int
moves(const char *path)
{
	return outcome(rename(path, allowed)) | outcome(rename(allowed, path));
}

static int
starts(const char *path)
{
	char *const argv[] = { NULL, NULL };

	execv(path, argv);
	return errno;
}

static int
signals(const char *path)
{
	(void)path;
	return outcome(kill(getppid(), 0));
}

static int
signals_itself(const char *path)
{
	(void)path;
	return outcome(kill(getpid(), 0));
}

static uint16_t
listening(int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(*fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(*fd, 4) != 0 ||
	    getsockname(*fd, (struct sockaddr *)&address, &size) != 0)
		return 0;
	return ntohs(address.sin_port);
}

static int
connects(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)atoi(port));
	return outcome(connect(socket(AF_INET, SOCK_STREAM, 0),
	    (struct sockaddr *)&address, sizeof address));
}

static int
listens(const char *path)
{
	int fd;

	(void)path;
	errno = 0;
	return listening(&fd) != 0 ? 0 : errno;
}

/* What @attempt gives to a child in the sandbox; to its child with @deeper. */
static int
tried(const struct sandbox *sandbox, bool deeper, int (*attempt)(const char *),
    const char *on)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		unsigned int parts = sandbox_enter(sandbox);

		if (parts != sandbox_enforced(sandbox->parts, sandbox_abi()))
			_exit(255);
		if (deeper && (pid = fork()) != 0) {
			if (pid < 0 || waitpid(pid, &status, 0) != pid)
				_exit(254);
			_exit(WEXITSTATUS(status));
		}
		_exit(attempt(on));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Whether this kernel has it. (skip() is a failure in this cmocka's TAP.) */
static bool
has(int abi)
{
	return sandbox_abi() >= abi;
}

#define TRIED(sandbox, attempt, on) tried(sandbox, false, attempt, on)

/* --- Tests ---------------------------------------------------------------- */

static void
what_is_listed_is_read_and_nothing_else(void **state)
{
	const char *const path[] = { allowed, "/nowhere/at/all" };
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_READING), path, 2, NULL, NULL, 0
	};

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(TRIED(&sandbox, reads, allowed), 0);
	assert_int_equal(TRIED(&sandbox, reads, link_to_it), 0);
	assert_int_equal(TRIED(&sandbox, reads, other), EACCES);
	assert_int_equal(TRIED(&sandbox, reads, dir), EACCES);
	assert_int_equal(tried(&sandbox, true, reads, other), EACCES);
}

static void
a_directory_is_listed_with_what_is_in_it(void **state)
{
	const char *const path[] = { in_dir };
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_READING), path, 1, NULL, NULL, 0
	};

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(TRIED(&sandbox, reads, allowed), 0);
	assert_int_equal(TRIED(&sandbox, reads, in_dir), 0);
	assert_int_equal(TRIED(&sandbox, reads, other), EACCES);
}

static void
a_link_that_is_listed_is_what_it_leads_to(void **state)
{
	const char *const path[] = { link_to_it };
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_READING), path, 1, NULL, NULL, 0
	};

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(TRIED(&sandbox, reads, link_to_it), 0);
	assert_int_equal(TRIED(&sandbox, reads, allowed), 0);
	assert_int_equal(TRIED(&sandbox, reads, other), EACCES);
}

static void
a_pipe_is_no_reason_to_leave_all_open(void **state)
{
	char name[32];
	const char *const path[] = { name, allowed };
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_READING), path, 2, NULL, NULL, 0
	};
	int ends[2];

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(pipe(ends), 0);
	snprintf(name, sizeof name, "/proc/self/fd/%d", ends[0]);
	assert_int_equal(TRIED(&sandbox, reads, allowed), 0);
	assert_int_equal(TRIED(&sandbox, reads, other), EACCES);
	close(ends[0]);
	close(ends[1]);
}

static void
nothing_is_written(void **state)
{
	const char *const path[] = { dir };
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_READING) | SANDBOX_PART(SANDBOX_WRITING) |
		SANDBOX_PART(SANDBOX_TRUNCATION), path, 1, NULL, NULL, 0
	};

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(TRIED(&sandbox, reads, other), 0);
	assert_int_equal(TRIED(&sandbox, writes, other), EACCES);
	assert_int_equal(TRIED(&sandbox, makes, other), EACCES | ENOENT);
	assert_int_not_equal(TRIED(&sandbox, moves, other), 0);
	if (!has(ABI_TRUNCATION))
		return;
	assert_int_equal(TRIED(&sandbox, truncates, other), EACCES);
}

static void
what_is_below_the_writable_path_is_written_and_nothing_else(void **state)
{
	struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_WRITING) | SANDBOX_PART(SANDBOX_TRUNCATION),
		NULL, 0, in_dir, NULL, 0
	};

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(TRIED(&sandbox, writes, allowed), 0);
	assert_int_equal(TRIED(&sandbox, makes, allowed), 0);
	assert_int_equal(TRIED(&sandbox, truncates, allowed), 0);
	assert_int_equal(TRIED(&sandbox, writes, other), EACCES);
	assert_int_equal(TRIED(&sandbox, makes, other), EACCES | ENOENT);
	assert_int_equal(TRIED(&sandbox, reads, other), 0);
	assert_int_equal(TRIED(&sandbox, starts, "/bin/true"), 0);
	assert_int_not_equal(TRIED(&sandbox, moves, other), 0);
	sandbox.writable = dir;
	if (!has(2))
		return;
	assert_int_equal(TRIED(&sandbox, moves, other), 0);
}

static void
no_program_is_started_but_files_stay_open_to_us(void **state)
{
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_PROGRAMS), NULL, 0, NULL, NULL, 0
	};

	(void)state;
	if (!has(1))
		return;
	assert_int_equal(TRIED(&sandbox, starts, "/bin/true"), EACCES);
	assert_int_equal(tried(&sandbox, true, starts, "/bin/true"), EACCES);
	assert_int_equal(TRIED(&sandbox, writes, other), 0);
	assert_int_equal(TRIED(&sandbox, makes, other), 0);
	if (!has(2))
		return;
	assert_int_equal(TRIED(&sandbox, moves, other), 0);
}

static void
only_listed_ports_are_reached(void **state)
{
	char first[8], second[8];
	uint16_t port[2];
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_TCP), NULL, 0, NULL, port, 1
	};
	int fd[2];

	(void)state;
	if (!has(ABI_TCP))
		return;
	port[0] = listening(&fd[0]);
	port[1] = listening(&fd[1]);
	snprintf(first, sizeof first, "%u", port[0]);
	snprintf(second, sizeof second, "%u", port[1]);
	assert_int_equal(TRIED(&sandbox, connects, first), 0);
	assert_int_equal(TRIED(&sandbox, connects, second), EACCES);
	assert_int_equal(TRIED(&sandbox, listens, NULL), EACCES);
	assert_int_equal(TRIED(&sandbox, writes, other), 0);
	assert_int_equal(TRIED(&sandbox, starts, "/bin/true"), 0);
	close(fd[0]);
	close(fd[1]);
}

static void
others_get_no_signal(void **state)
{
	const struct sandbox sandbox = {
		SANDBOX_PART(SANDBOX_PROCESSES), NULL, 0, NULL, NULL, 0
	};

	(void)state;
	if (!has(ABI_PROCESSES))
		return;
	assert_int_equal(TRIED(&sandbox, signals, NULL), EPERM);
	assert_int_equal(TRIED(&sandbox, signals_itself, NULL), 0);
}

static void
nothing_given_up_is_nothing_lost(void **state)
{
	const struct sandbox sandbox = { 0, NULL, 0, NULL, NULL, 0 };

	(void)state;
	assert_int_equal(TRIED(&sandbox, writes, other), 0);
	assert_int_equal(TRIED(&sandbox, starts, "/bin/true"), 0);
}

static void
an_old_kernel_enforces_what_it_knows(void **state)
{
	static const char *const enforced[] = {
		"", "reading writing programs", "reading writing programs",
		"reading writing programs truncation", "reading writing programs truncation tcp",
		"reading writing programs truncation tcp devices",
		"reading writing programs truncation tcp devices processes",
		"reading writing programs truncation tcp devices processes",
	};
	char words[96];

	(void)state;
	for (int abi = 0; abi < 8; abi++) {
		unsigned int parts = sandbox_enforced(SANDBOX_ALL, abi);

		words[0] = '\0';
		for (unsigned int i = 0; i < SANDBOX_PARTS; i++)
			if ((parts & SANDBOX_PART(i)) != 0) {
				strcat(words, words[0] == '\0' ? "" : " ");
				strcat(words, sandbox_word(i));
			}
		assert_string_equal(words, enforced[abi]);
	}
	assert_int_equal(sandbox_enforced(SANDBOX_PART(SANDBOX_TCP), 8),
	    SANDBOX_PART(SANDBOX_TCP));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_files, remove_files)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_listed_is_read_and_nothing_else),
		TEST(a_directory_is_listed_with_what_is_in_it),
		TEST(a_link_that_is_listed_is_what_it_leads_to),
		TEST(a_pipe_is_no_reason_to_leave_all_open),
		TEST(nothing_is_written),
		TEST(what_is_below_the_writable_path_is_written_and_nothing_else),
		TEST(no_program_is_started_but_files_stay_open_to_us),
		TEST(only_listed_ports_are_reached),
		TEST(others_get_no_signal),
		TEST(nothing_given_up_is_nothing_lost),
		cmocka_unit_test(an_old_kernel_enforces_what_it_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
