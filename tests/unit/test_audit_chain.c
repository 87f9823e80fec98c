/*
 * audit: the chain of its lines: what breaks it, and what does not.
 */
#include "config.h"

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
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/audit.h"
#include "storage/store.h"
#include "temp_store.h"

static void
read_log(struct buffer *text)
{
	int dir = store_open_part(store, ".", NULL);

	assert_int_equal(file_read(dir, "audit.jsonl", 1 << 20, text, NULL,
	    NULL), 0);
	close(dir);
}

/* --- The chain ------------------------------------------------------------ */

static void
path_of(char file[256], const char *name)
{
	snprintf(file, 256, "%s/.chatelaine/%s", path, name);
}

static void
add_lines(int count)
{
	struct error err = ERROR_INIT;

	for (int i = 0; i < count; i++)
		if (audit_add(store, AUDIT_EXPORT, "work", "env", NULL,
		    &err) != 0)
			fail_msg("%s", err.text);
}

/* Replaces the log. */
static void
put(const char *name, const char *data, size_t length)
{
	char file[256];
	FILE *f;

	close(store_make_part(store, ".", NULL));
	path_of(file, name);
	f = fopen(file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(file, 0600), 0);
}

/* How the chain is; and that so many lines are there. */
static struct audit_chain
chain_of(size_t count)
{
	struct audit_log log;

	assert_int_equal(audit_load(store, &log, NULL), 0);
	assert_int_equal(log.count, count);
	audit_log_release(&log);
	return log.chain;
}

static void
assert_fault(size_t count, enum audit_fault fault, size_t line,
    int64_t missing)
{
	struct audit_chain chain = chain_of(count);

	assert_int_equal(chain.fault, fault);
	assert_int_equal(chain.line, line);
	assert_int_equal(chain.missing, missing);
}

static void
assert_whole(size_t count)
{
	struct audit_chain chain = chain_of(count);

	assert_int_equal(chain.fault, AUDIT_WHOLE);
	assert_false(chain.torn);
}

static void
what_is_not_there_is_whole(void **state)
{
	(void)state;
	assert_whole(0);
	add_lines(3);
	assert_whole(3);
}

static void
a_line_has_the_digest_of_the_one_before(void **state)
{
	struct buffer text = BUFFER_INIT;
	char before[DIGEST_SIZE];
	const char *at;

	(void)state;
	add_lines(5);
	read_log(&text);
	memset(before, '0', DIGEST_SIZE - 1);
	before[DIGEST_SIZE - 1] = '\0';
	at = text.data;
	for (int i = 1; i <= 5; i++) {
		size_t n = strcspn(at, "\n");
		struct json *json = json_parse(at, n, NULL);
		int64_t number;

		assert_string_equal(json_string(json, "prev"), before);
		assert_int_equal(json_integer(json, "number", &number), 0);
		assert_int_equal(number, i);
		digest_text(before, at, n);
		json_free(json);
		at += n + 1;
	}
	buffer_release(&text);
}

static void
a_changed_line_is_noticed_whichever_it_is(void **state)
{
	struct buffer text = BUFFER_INIT;
	char *at;

	(void)state;
	add_lines(4);
	read_log(&text);
	at = text.data;
	for (size_t i = 1; i <= 4; i++) {
		char *name = strstr(at, "work");

		*name = 'W';
		put("audit.jsonl", text.data, text.length);
		/* The next one tells of it; of the last, audit.head. */
		if (i < 4)
			assert_fault(4, AUDIT_CHANGED, i + 1, 0);
		else
			assert_fault(4, AUDIT_LAST_CHANGED, 4, 0);
		*name = 'w';
		at = strchr(at, '\n') + 1;
	}
	put("audit.jsonl", text.data, text.length);
	assert_whole(4);
	/* No later line makes it good. */
	*strstr(text.data, "work") = 'W';
	put("audit.jsonl", text.data, text.length);
	add_lines(2);
	assert_fault(6, AUDIT_CHANGED, 2, 0);
	buffer_release(&text);
}

static void
a_removed_or_foreign_line_is_noticed(void **state)
{
	static const char foreign[] = "{\"at\":\"2026-11-23T12:00:00Z\"}\n";
	struct buffer text = BUFFER_INIT, other = BUFFER_INIT;
	char *second, *third;

	(void)state;
	add_lines(4);
	read_log(&text);
	second = strchr(text.data, '\n') + 1;
	third = strchr(second, '\n') + 1;
	buffer_add(&other, text.data, (size_t)(second - text.data));
	buffer_add_string(&other, third);
	put("audit.jsonl", other.data, other.length);
	assert_fault(3, AUDIT_MISSING, 2, 1);
	put("audit.jsonl", second, strlen(second));
	assert_fault(3, AUDIT_MISSING, 1, 1);

	buffer_clear(&other);
	buffer_add(&other, text.data, (size_t)(second - text.data));
	buffer_add_string(&other, foreign);
	buffer_add_string(&other, second);
	put("audit.jsonl", other.data, other.length);
	assert_fault(5, AUDIT_UNCHAINED, 2, 0);
	buffer_clear(&other);
	buffer_add(&other, text.data, (size_t)(second - text.data));
	buffer_add_string(&other, "nonsense\n");
	buffer_add_string(&other, second);
	put("audit.jsonl", other.data, other.length);
	assert_fault(5, AUDIT_UNREADABLE, 2, 0);
	buffer_release(&text);
	buffer_release(&other);
}

static void
a_tail_that_was_cut_off_is_noticed_and_stays_so(void **state)
{
	struct buffer text = BUFFER_INIT;
	char file[256], *second;

	(void)state;
	add_lines(4);
	read_log(&text);
	second = strchr(text.data, '\n') + 1;
	put("audit.jsonl", text.data, (size_t)(second - text.data));
	assert_fault(1, AUDIT_CUT, 0, 3);
	add_lines(1);
	assert_fault(2, AUDIT_MISSING, 2, 3);

	path_of(file, "audit.jsonl");
	assert_int_equal(unlink(file), 0);
	assert_fault(0, AUDIT_CUT, 0, 5);
	/* Cut in the middle of a line that was whole. */
	put("audit.jsonl", text.data, text.length - 20);
	assert_fault(3, AUDIT_CUT, 0, 2);
	buffer_release(&text);
}

static void
without_its_head_the_end_is_unknown(void **state)
{
	static const char *const none[] = {
		"{", "[]", "{\"number\":3}", "{\"number\":3,\"size\":1}",
		"{\"number\":3,\"size\":1,\"digest\":\"ab\"}",
	};
	char file[256];

	(void)state;
	add_lines(3);
	path_of(file, "audit.head");
	assert_int_equal(unlink(file), 0);
	assert_fault(3, AUDIT_HEADLESS, 0, 0);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		put("audit.head", none[i], strlen(none[i]));
		assert_fault(3, AUDIT_HEADLESS, 0, 0);
	}
	/* Who goes on begins anew, and hides nothing. */
	add_lines(2);
	assert_fault(5, AUDIT_CHANGED, 4, 0);
}

static void
lines_of_before_are_the_unchained_beginning(void **state)
{
	static const char old[] =
	    "{\"at\":\"2026-11-23T12:00:00Z\",\"event\":\"refresh\"}\n"
	    "{\"at\":\"2026-11-23T13:00:00Z\",\"event\":\"refresh\"}\n";
	struct buffer text = BUFFER_INIT;

	(void)state;
	put("audit.jsonl", old, strlen(old));
	assert_whole(2);
	assert_int_equal(chain_of(2).unchained, 2);
	add_lines(2);
	assert_whole(4);
	assert_int_equal(chain_of(4).unchained, 2);
	/* The last of them is held by the first that is chained. */
	read_log(&text);
	text.data[strlen(old) - 4] = 'X';
	put("audit.jsonl", text.data, text.length);
	assert_fault(4, AUDIT_CHANGED, 3, 0);
	buffer_release(&text);
}

/* --- Writers that were killed ---------------------------------------------- */

static void
a_torn_line_is_told_and_removed_by_the_next(void **state)
{
	char file[256];
	FILE *f;

	(void)state;
	for (size_t round = 0; round < 3; round++) {
		add_lines(1);
		path_of(file, "audit.jsonl");
		f = fopen(file, "a");
		assert_non_null(f);
		fwrite("{\"number\":4\0\0", 1, 12, f);
		fclose(f);
		assert_true(chain_of(round + 1).torn);
		assert_int_equal(chain_of(round + 1).fault, AUDIT_WHOLE);
	}
	add_lines(1);
	assert_whole(4);
}

static void
read_head(struct buffer *head)
{
	int dir = store_open_part(store, ".", NULL);

	assert_int_equal(file_read(dir, "audit.head", 4096, head, NULL, NULL),
	    0);
	close(dir);
}

static void
a_head_that_lags_is_no_fault(void **state)
{
	struct buffer head = BUFFER_INIT;

	(void)state;
	add_lines(1);
	read_head(&head);
	add_lines(2);
	put("audit.head", head.data, head.length);
	assert_whole(3);
	add_lines(1);
	assert_whole(4);
	buffer_release(&head);
}

static void
writers_that_are_killed_break_nothing(void **state)
{
	char file[256];
	struct audit_log log;
	struct stat st;
	int status;
	pid_t pid;

	(void)state;
	add_lines(1);
	path_of(file, "audit.jsonl");
	for (int round = 1; round <= 10; round++) {
		off_t size = stat(file, &st) == 0 ? st.st_size : 0;

		pid = fork();
		assert_true(pid >= 0);
		while (pid == 0)
			audit_add(store, AUDIT_RUN, "work", NULL, NULL, NULL);
		while (stat(file, &st) == 0 && st.st_size < size + 300 * round)
			continue;
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(audit_load(store, &log, NULL), 0);
		assert_int_equal(log.chain.fault, AUDIT_WHOLE);
		audit_log_release(&log);
	}
	add_lines(1);
	assert_int_equal(audit_load(store, &log, NULL), 0);
	assert_int_equal(log.chain.fault, AUDIT_WHOLE);
	assert_false(log.chain.torn);
	audit_log_release(&log);
}

/* --- Rotation -------------------------------------------------------------- */

static bool
is_there(const char *name)
{
	char file[256];

	path_of(file, name);
	return access(file, F_OK) == 0;
}

/* As AUDIT_DELETE, with a detail of a length. */
static void
add_long_lines(int count)
{
	static char detail[64 * 1024];

	memset(detail, 'x', sizeof detail - 1);
	for (int i = 0; i < count; i++)
		assert_int_equal(audit_add(store, AUDIT_DELETE, "work", detail,
		    NULL, NULL), 0);
}

static void
the_chain_goes_on_across_files_until_they_are_dropped(void **state)
{
	struct buffer head = BUFFER_INIT;
	struct audit_log log;
	char from[256], to[256];

	(void)state;
	add_long_lines(16);
	assert_false(is_there("audit.jsonl.1"));
	add_long_lines(1);
	assert_true(is_there("audit.jsonl.1"));
	assert_false(is_there("audit.jsonl.2"));
	assert_whole(17);
	/* Killed after putting aside, before the first line of the next; and
	 * another one before, who had not updated the head. */
	add_long_lines(14);
	read_head(&head);
	add_long_lines(1);
	put("audit.head", head.data, head.length);
	buffer_release(&head);
	path_of(from, "audit.jsonl.1");
	path_of(to, "audit.jsonl.2");
	assert_int_equal(rename(from, to), 0);
	path_of(from, "audit.jsonl");
	path_of(to, "audit.jsonl.1");
	assert_int_equal(rename(from, to), 0);
	assert_whole(32);
	add_long_lines(33);
	assert_true(is_there("audit.jsonl.4"));
	assert_whole(65);
	/* A gap is filled, nothing is dropped for it. */
	path_of(from, "audit.jsonl.4");
	path_of(to, "kept");
	assert_int_equal(rename(from, to), 0);
	assert_fault(49, AUDIT_MISSING, 1, 16);
	assert_int_equal(rename(to, from), 0);
	add_long_lines(16);
	assert_false(is_there("audit.jsonl.5"));
	assert_int_equal(audit_load(store, &log, NULL), 0);
	assert_int_equal(log.chain.fault, AUDIT_WHOLE);
	assert_int_equal(log.count, 65);
	audit_log_release(&log);
}

static void
what_was_there_before_files_were_rotated_may_be_long(void **state)
{
	static const char line[] = "{\"event\":\"refresh\"}\n";
	struct buffer old = BUFFER_INIT;
	size_t count = 0;

	(void)state;
	for (; old.length < 3 << 20; count++)
		buffer_add_string(&old, line);
	put("audit.jsonl", old.data, old.length);
	buffer_release(&old);
	add_lines(2);
	assert_true(is_there("audit.jsonl.1"));
	assert_whole(count + 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_whole),
		TEST(a_line_has_the_digest_of_the_one_before),
		TEST(a_changed_line_is_noticed_whichever_it_is),
		TEST(a_removed_or_foreign_line_is_noticed),
		TEST(a_tail_that_was_cut_off_is_noticed_and_stays_so),
		TEST(without_its_head_the_end_is_unknown),
		TEST(lines_of_before_are_the_unchained_beginning),
		TEST(a_torn_line_is_told_and_removed_by_the_next),
		TEST(a_head_that_lags_is_no_fault),
		TEST(writers_that_are_killed_break_nothing),
		TEST(the_chain_goes_on_across_files_until_they_are_dropped),
		TEST(what_was_there_before_files_were_rotated_may_be_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
