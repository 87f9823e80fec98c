/*
 * running: processes are found by what they are called and by where they look.
 * The test starts itself under other names. Those end with it: they wait for
 * the end of a pipe.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/running.h"

#define NOBODY 65534

static char path[] = "/tmp/chatelaine-running-XXXXXX";
/* A name of this run alone: a real codex may run here, and hide where it
 * looks; and this test may run twice. */
static char name[32];
static char wanted[64], other[64], link_to_it[64];
static char wait_word[] = "--wait";
static int program;

static struct consumer codex = {
	.kind = "codex", .dir_variable = "PROBE_HOME", .base = CONSUMER_HOME,
	.under = ".codex", .programs = { "none", name },
};
static struct consumer opencode = {
	.kind = "opencode", .base = CONSUMER_DATA, .under = "opencode",
	.programs = { name },
};
static struct consumer litellm = {
	.kind = "litellm", .dir_variable = "PROBE_HOME",
	.base = CONSUMER_CONFIG, .under = "litellm/chatgpt",
	.programs = { name },
};

static struct consumer openhands = {
	.kind = "openhands", .dir_variable = "PROBE_HOME", .inside = "wanted",
	.base = CONSUMER_HOME, .under = ".codex", .programs = { name },
};

/* A process that waits. */
struct probe {
	pid_t pid;
	int end;
};

static int
remove_one(const char *file, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(file);
}

static int
open_dir(void **state)
{
	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	if (mkdtemp(path) == NULL)
		return -1;
	snprintf(name, sizeof name, "probe%ld", (long)getpid());
	snprintf(wanted, sizeof wanted, "%s/wanted", path);
	snprintf(other, sizeof other, "%s/other", path);
	snprintf(link_to_it, sizeof link_to_it, "%s/link", path);
	return chmod(path, 0755) != 0 || mkdir(wanted, 0755) != 0 ||
	    mkdir(other, 0755) != 0 || symlink("wanted", link_to_it) != 0;
}

static int
close_dir(void **state)
{
	(void)state;
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Starts this program as the words of @command (parted by spaces) with the
 * variables of @environment; it runs under its name when this returns. */
static struct probe
start(const char *command, const char *environment)
{
	char words[2][512], *argv[8] = { NULL }, *env[8] = { NULL }, *save;
	int hold[2], ready[2], n = 0;
	struct probe probe;
	char c;

	snprintf(words[0], sizeof words[0], "%s", command);
	snprintf(words[1], sizeof words[1], "%s", environment);
	for (char *w = strtok_r(words[0], " ", &save); w != NULL && n < 6;
	    w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = wait_word;
	n = 0;
	for (char *w = strtok_r(words[1], " ", &save); w != NULL && n < 7;
	    w = strtok_r(NULL, " ", &save))
		env[n++] = w;
	assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	probe.pid = fork();
	assert_true(probe.pid >= 0);
	if (probe.pid == 0) {
		if (dup2(hold[0], 0) == 0 && dup2(ready[1], 1) == 1 &&
		    chdir(path) == 0)
			fexecve(program, argv, env);
		_exit(1);
	}
	close(hold[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	probe.end = hold[1];
	return probe;
}

static void
stop(struct probe probe)
{
	int status;

	close(probe.end);
	assert_int_equal(waitpid(probe.pid, &status, 0), probe.pid);
	assert_int_equal(status, 0);
}

static int
wait_here(const char *how)
{
	char c;

#ifdef HAVE_SYS_PRCTL_H
	if (strcmp(how, "--hide") == 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#else
	(void)how;
#endif
	return write(1, "", 1) == 1 && read(0, &c, 1) == 0 ? 0 : 1;
}

/* Whether a process of that command and environment is found. "%" stands for
 * the name in the one, and for the temporary directory in the other. */
static bool
is_found(const struct consumer *consumer, const char *command,
    const char *environment, const char *dir)
{
	char text[2][512] = { "", "" };
	const char *from[2] = { command, environment };
	const char *into[2] = { name, path };
	struct running list[4];
	struct probe probe;
	size_t count;

	for (int i = 0; i < 2; i++)
		for (const char *p = from[i]; *p != '\0'; p++)
			snprintf(text[i] + strlen(text[i]),
			    sizeof text[i] - strlen(text[i]), "%.*s",
			    *p == '%' ? 100 : 1, *p == '%' ? into[i] : p);
	probe = start(text[0], text[1]);
	count = running_find(consumer, dir, list, 4);
	if (count > 0) {
		assert_int_equal(count, 1);
		assert_int_equal(list[0].pid, probe.pid);
		assert_string_equal(list[0].name, name);
	}
	stop(probe);
	return count > 0;
}

static void
a_program_is_known_by_its_name(void **state)
{
	static const struct {
		const char *command;
		bool found;
	} table[] = {
		{ "%", true }, { "/usr/bin/%", true }, { "%.js", true },
		{ "%-x86_64-unknown-linux-musl", true },
		{ "%-0.169.0", true }, { "%-v2-linux-arm64", true },
		{ "node /usr/lib/bin/%.js app-server", true },
		{ "node --max-old-space-size=64 /usr/bin/%", true },
		{ "/usr/bin/python3.11 /opt/bin/%", true },
		{ "python3 -m %", true }, { "sh ./%", true },
		{ "bun run %", true }, { "deno run -A %.ts", true },
		{ "x%", false }, { "%x", false }, { "%-acp", false },
		{ "%-linux-sandbox", false }, { "%-", false }, { "%-v", false },
		{ "vi %", false }, { "node server.js %", false },
		{ "pythonic %", false }, { "node", false }, { "%/bin", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (is_found(&codex, table[i].command, "PROBE_HOME=%/wanted",
		    wanted) != table[i].found)
			fail_msg("%s", table[i].command);
}

static void
a_program_is_known_by_its_directory(void **state)
{
	static const struct {
		const struct consumer *consumer;
		const char *environment;
		bool found;
	} table[] = {
		{ &codex, "PROBE_HOME=%/wanted", true },
		{ &codex, "PROBE_HOME=%/wanted/", true },
		{ &codex, "PROBE_HOME=%/link HOME=%/other", true },
		{ &codex, "PROBE_HOME=wanted", true },
		{ &codex, "PROBE_HOME=~/wanted", true },	/* who knows */
		{ &codex, "PROBE_HOME=%/other HOME=%", false },
		{ &codex, "PROBE_HOME=other", false },
		{ &codex, "PROBE_HOME=%/none", false },
		{ &codex, "HOME=%/other", false },
		{ &codex, "HOME=%", true },
		{ &codex, "PROBE_HOME= HOME=%", true },
		{ &codex, "XPROBE_HOME=%/other HOME=%", true },
		{ &codex, "", true },
		{ &opencode, "HOME=%", true },
		{ &opencode, "HOME=%/other", false },
		{ &opencode, "HOME=%/other XDG_DATA_HOME=%/d", true },
		{ &opencode, "HOME=% XDG_DATA_HOME=%/other", false },
		{ &opencode, "HOME=% XDG_DATA_HOME=relative", true },
		{ &litellm, "HOME=% XDG_CONFIG_HOME=%/other", true },
		{ &litellm, "HOME=%/other", false },
		{ &openhands, "PROBE_HOME=%", true },
		{ &openhands, "PROBE_HOME=%/wanted", false },
		{ &openhands, "HOME=%", true },
	};
	static const char *const usual[] = {
		"mkdir -p .local/share .config/litellm d",
		"ln -s wanted .codex", "ln -s ../../wanted .local/share/opencode",
		"ln -s ../wanted d/opencode",
		"ln -s ../../wanted .config/litellm/chatgpt",
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		snprintf(line, sizeof line, "cd %s && %s", path, usual[i]);
		assert_int_equal(system(line), 0);
	}
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (is_found(table[i].consumer, "%", table[i].environment,
		    wanted) != table[i].found)
			fail_msg("%s: %s", table[i].consumer->kind,
			    table[i].environment);
	assert_true(is_found(&codex, "%", "PROBE_HOME=%/wanted", link_to_it));
}

static void
a_directory_need_not_exist(void **state)
{
	char none[64];

	(void)state;
	snprintf(none, sizeof none, "%s/none", path);
	assert_true(is_found(&codex, "%", "PROBE_HOME=%/none", none));
	assert_false(is_found(&codex, "%", "PROBE_HOME=%/nothing", none));
	assert_false(is_found(&codex, "%", "PROBE_HOME=%/wanted", none));
}

static void
no_more_are_found_than_fit(void **state)
{
	struct probe probe[3];
	struct running list[4];
	char environment[128];

	(void)state;
	snprintf(environment, sizeof environment, "PROBE_HOME=%s", wanted);
	for (int i = 0; i < 3; i++)
		probe[i] = start(name, environment);
	assert_int_equal(running_find(&codex, wanted, list, 4), 3);
	for (int i = 0; i < 3; i++)
		assert_true(list[i].pid != (long)getpid());
	assert_int_equal(running_find(&codex, wanted, list, 2), 2);
	assert_int_equal(running_find(&codex, wanted, list, 0), 0);
	for (int i = 0; i < 3; i++)
		stop(probe[i]);
	assert_int_equal(running_find(&codex, wanted, list, 4), 0);
}

/* What has ended and was not waited for is no program any more. */
static void
the_dead_do_not_count(void **state)
{
	struct running list[1];
	char environment[128];
	struct probe probe;
	siginfo_t info;

	(void)state;
	snprintf(environment, sizeof environment, "PROBE_HOME=%s", wanted);
	probe = start(name, environment);
	assert_int_equal(running_find(&codex, wanted, list, 1), 1);
	close(probe.end);
	assert_int_equal(waitid(P_PID, (id_t)probe.pid, &info,
	    WEXITED | WNOWAIT), 0);
	assert_int_equal(running_find(&codex, wanted, list, 1), 0);
	probe.end = -1;
	stop(probe);
}

/* Runs @what, which uses assertions of its own, as somebody ordinary. */
static int
as_ordinary_user(int (*what)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 && setuid(NOBODY) != 0)
			_exit(100);
		_exit(what());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
find_hidden(void)
{
	char command[64];
	struct running list[1];
	struct probe probe;
	size_t count;

	snprintf(command, sizeof command, "%s --hide", name);
	probe = start(command, "PROBE_HOME=/nowhere");
	count = running_find(&codex, wanted, list, 1);
	stop(probe);
	return (int)count;
}

static void
one_that_hides_where_it_looks_counts(void **state)
{
	(void)state;
#ifdef HAVE_SYS_PRCTL_H
	assert_int_equal(as_ordinary_user(find_hidden), 1);
#endif
}

static int
find_as_another(void)
{
	struct running list[1];

	return (int)running_find(&codex, wanted, list, 1);
}

static void
others_programs_are_theirs(void **state)
{
	char environment[128];
	struct probe probe;

	(void)state;
	snprintf(environment, sizeof environment, "PROBE_HOME=%s", wanted);
	probe = start(name, environment);
	assert_int_equal(as_ordinary_user(find_as_another),
	    geteuid() == 0 ? 0 : 1);
	stop(probe);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_is_known_by_its_name),
		TEST(a_program_is_known_by_its_directory),
		TEST(a_directory_need_not_exist),
		TEST(no_more_are_found_than_fit),
		TEST(the_dead_do_not_count),
		TEST(one_that_hides_where_it_looks_counts),
		TEST(others_programs_are_theirs),
	};

	if (argc > 1 && strcmp(argv[argc - 1], "--wait") == 0)
		return wait_here(argv[argc - 2]);
	/* Where there is no /proc, there is nothing to be found. */
	if (access("/proc/self/environ", R_OK) != 0) {
		printf("1..0 # SKIP there is no /proc\n");
		return 0;
	}
	program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (program < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
