/*
 * audit: one line for each thing done, whatever is in it.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
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

#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/audit.h"
#include "storage/store.h"
#include "temp_store.h"

/* Reads the log; returns how many lines it has. */
static size_t
read_log(struct buffer *text)
{
	int dir = store_open_part(store, ".", NULL);
	struct file_facts facts;
	size_t lines = 0;

	assert_true(dir >= 0);
	buffer_clear(text);
	assert_int_equal(file_read(dir, "audit.jsonl", 1 << 20, text, &facts,
	    NULL), 0);
	assert_int_equal(facts.mode, 0600);
	close(dir);
	for (size_t i = 0; i < text->length; i++)
		lines += text->data[i] == '\n';
	return lines;
}

static void
a_line_says_who_did_what_and_how_it_went(void **state)
{
	static const char *const words[] = {
		"sign-in", "refresh", "export", "sign-out", "delete", "undo"
	};
	struct buffer text = BUFFER_INIT;
	struct error why = ERROR_INIT;
	char *line;

	(void)state;
	error_set(&why, ERROR_UNAVAILABLE, "no\nanswer \x1b[31m");
	for (int i = AUDIT_SIGN_IN; i <= AUDIT_UNDO; i++)
		assert_int_equal(audit_add(store, (enum audit_event)i,
		    "acme/work", i % 2 == 0 ? NULL : "codex",
		    i % 3 == 0 ? NULL : &why, NULL), 0);
	assert_int_equal(read_log(&text), 6);
	line = text.data;
	for (int i = AUDIT_SIGN_IN; i <= AUDIT_UNDO; i++) {
		size_t n = strcspn(line, "\n");
		struct json *json = json_parse(line, n, NULL);
		int64_t at, number;

		assert_non_null(json);
		assert_string_equal(json_string(json, "event"), words[i]);
		assert_string_equal(json_string(json, "profile"), "acme/work");
		assert_string_equal(json_string(json, "result"),
		    i % 3 == 0 ? "ok" : why.text);
		assert_int_equal(json_integer(json, "status", &number), 0);
		assert_int_equal(number, i % 3 == 0 ? 0 : ERROR_UNAVAILABLE);
		assert_int_equal(time_parse(json_string(json, "at"), &at), 0);
		assert_int_equal(json_integer(json, "uid", &number), 0);
		assert_int_equal(number, getuid());
		assert_int_equal(json_integer(json, "pid", &number), 0);
		assert_int_equal(number, getpid());
		if (i % 2 == 0)
			assert_null(json_string(json, "detail"));
		else
			assert_string_equal(json_string(json, "detail"),
			    "codex");
		json_free(json);
		line += n + 1;
	}
	/* It may be looked at with cat. */
	assert_null(strchr(text.data, '\x1b'));
	buffer_release(&text);
}

static void
lines_of_two_processes_do_not_mix(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct audit_log log;
	int status;

	(void)state;
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid != 0)
			continue;
		for (int n = 0; n < 25; n++)
			if (audit_add(store, AUDIT_EXPORT, "work", "env",
			    NULL, NULL) != 0)
				_exit(1);
		_exit(0);
	}
	for (int ended = 0; ended < 4;) {
		pid_t one = waitpid(-1, &status, WNOHANG);

		assert_true(one >= 0);
		ended += one > 0;
		assert_true(one == 0 || (WIFEXITED(status) &&
		    WEXITSTATUS(status) == 0));
		/* Who reads meanwhile sees nothing torn. */
		assert_int_equal(audit_load(store, &log, NULL), 0);
		assert_int_equal(log.chain.fault, AUDIT_WHOLE);
		assert_false(log.chain.torn);
		audit_log_release(&log);
	}
	assert_int_equal(read_log(&text), 100);
	assert_int_equal(audit_load(store, &log, NULL), 0);
	assert_int_equal(log.chain.fault, AUDIT_WHOLE);
	audit_log_release(&log);
	for (char *line = text.data; *line != '\0';) {
		size_t n = strcspn(line, "\n");
		struct json *json = json_parse(line, n, NULL);

		assert_non_null(json);
		json_free(json);
		line += n + 1;
	}
	buffer_release(&text);
}

static void
a_log_that_is_no_file_is_not_written_to(void **state)
{
	char file[256];
	struct error err;
	int dir = store_make_part(store, ".", NULL);

	(void)state;
	close(dir);
	snprintf(file, sizeof file, "%s/.chatelaine/audit.jsonl", path);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(audit_add(store, AUDIT_EXPORT, "work", NULL, NULL,
	    &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
}

/* As on a disk that becomes full in the middle of it. */
static void
a_line_that_has_no_room_leaves_nothing(void **state)
{
	struct rlimit before, limit;
	struct audit_log log;
	struct stat st, after;
	char file[256];

	(void)state;
	snprintf(file, sizeof file, "%s/.chatelaine/audit.jsonl", path);
	assert_int_equal(audit_add(store, AUDIT_TOKEN, "work", NULL, NULL,
	    NULL), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)st.st_size + 20;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(audit_add(store, AUDIT_TOKEN, "work", NULL, NULL,
	    NULL), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(stat(file, &after), 0);
	assert_int_equal(after.st_size, st.st_size);
	assert_int_equal(audit_load(store, &log, NULL), 0);
	assert_int_equal(log.chain.fault, AUDIT_WHOLE);
	assert_false(log.chain.torn);
	assert_int_equal(log.count, 1);
	audit_log_release(&log);
}

static void
a_line_says_from_where(void **state)
{
	static const struct {
		const char *connection, *host;
	} cases[] = {
		{ "192.0.2.7 50022 192.0.2.1 22", "192.0.2.7" },
		{ "fe80::1%eth0 1 ::1 22", "fe80::1%eth0" },
		{ "", NULL }, { "\x1b[31m 1 2 3", NULL },
	};
	struct audit_entry entry;
	struct audit_log log;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setenv("SSH_CONNECTION", cases[i].connection, 1);
		assert_int_equal(audit_add(store, AUDIT_EXPORT, "work", "env",
		    NULL, NULL), 0);
	}
	unsetenv("SSH_CONNECTION");
	assert_int_equal(audit_load(store, &log, NULL), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		audit_entry_read(&log, i, &entry, NULL);
		if (cases[i].host == NULL)
			assert_null(entry.host);
		else
			assert_string_equal(entry.host, cases[i].host);
		assert_int_equal(entry.uid, getuid());
		assert_string_equal(entry.event, "export");
		audit_entry_release(&entry);
	}
	audit_log_release(&log);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_says_who_did_what_and_how_it_went),
		TEST(lines_of_two_processes_do_not_mix),
		TEST(a_log_that_is_no_file_is_not_written_to),
		TEST(a_line_that_has_no_room_leaves_nothing),
		TEST(a_line_says_from_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
