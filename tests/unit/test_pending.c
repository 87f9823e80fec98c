/*
 * pending: what is on the disk before a secret is sent, and what whoever
 * starts next makes of it.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

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

#include "base/json.h"
#include "storage/lock.h"
#include "storage/pending.h"
#include "temp_store.h"

static char issuer[] = "https://issuer.example";

#define DIGEST "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

/* Reserves and writes an answer; returns the file's descriptor. */
static int
reserve(const char *name, enum pending_operation operation,
    int64_t generation, const char *answer)
{
	const struct pending intent = {
		.operation = operation, .generation = generation,
		.at = 1790000000, .attempts = 2, .replace = true,
		.issuer = issuer, .digest = DIGEST,
	};
	int fd = pending_reserve(store, name, &intent, NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, answer, strlen(answer)), strlen(answer));
	return fd;
}

static void
leave(const char *name, enum pending_operation operation, int64_t generation,
    const char *answer)
{
	close(reserve(name, operation, generation, answer));
}

static enum error_code
load_code(const char *name, enum pending_operation operation)
{
	struct error err = ERROR_INIT;
	struct pending pending;

	pending_load(store, name, operation, &pending, &err);
	pending_release(&pending);
	return err.code;
}

/* Makes the record of @name the bytes given; NULL: @length of NULs. */
static void
put(const char *name, const char *bytes, size_t length)
{
	struct buffer file = BUFFER_INIT;
	int fd;

	leave(name, PENDING_REFRESH, 1, "");
	pending_path(store, name, PENDING_REFRESH, &file);
	fd = open(file.data, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	if (bytes != NULL)
		assert_int_equal(write(fd, bytes, strlen(bytes)),
		    strlen(bytes));
	assert_int_equal(ftruncate(fd, (off_t)length), 0);
	close(fd);
	buffer_release(&file);
}

static void
what_is_reserved_is_loaded(void **state)
{
	static const char *const answers[] = {
		"", "HTTP 200\n{\"a\":1}", "HTTP 5"
	};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		enum pending_operation operation = i % 2 == 0 ?
		    PENDING_LOGIN : PENDING_REFRESH;
		struct pending pending;

		/* Made anew over the one before. */
		leave("acme/work", operation, 7, answers[i / 2]);
		assert_int_equal(pending_load(store, "acme/work", operation,
		    &pending, NULL), 0);
		assert_int_equal(pending.operation, operation);
		assert_int_equal(pending.generation, 7);
		assert_int_equal(pending.at, 1790000000);
		assert_int_equal(pending.attempts, 2);
		assert_true(pending.replace);
		assert_string_equal(pending.issuer, issuer);
		assert_string_equal(pending.digest, DIGEST);
		assert_string_equal(pending.answer.data, answers[i / 2]);
		pending_release(&pending);
	}
}

static void
the_room_is_there_before_anything_is_sent(void **state)
{
	static char answer[PENDING_ROOM - 1];
	struct pending pending;
	struct stat st;
	int fd = reserve("work", PENDING_REFRESH, 1, "");

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true((size_t)st.st_size >= PENDING_ANSWER_AT + PENDING_ROOM);
	assert_true((size_t)st.st_blocks * 512 >= PENDING_ROOM);
	memset(answer, 'x', sizeof answer);
	assert_int_equal(write(fd, answer, sizeof answer), sizeof answer);
	close(fd);
	assert_int_equal(pending_load(store, "work", PENDING_REFRESH, &pending,
	    NULL), 0);
	assert_int_equal(pending.answer.length, sizeof answer);
	pending_release(&pending);
}

static void
a_sign_in_and_a_renewal_have_records_of_their_own(void **state)
{
	(void)state;
	leave("work", PENDING_REFRESH, 1, "");
	leave("work", PENDING_LOGIN, 0, "HTTP 200\n{}");
	assert_int_equal(pending_is_in_doubt(store, "work", 1, NULL), 1);
	assert_int_equal(pending_remove(store, "work", PENDING_LOGIN, NULL),
	    0);
	assert_int_equal(load_code("work", PENDING_LOGIN), ERROR_NOT_FOUND);
	assert_int_equal(load_code("work", PENDING_REFRESH), ERROR_NONE);
	/* Names that look alike when they are flat. */
	leave("acme/work", PENDING_REFRESH, 1, "");
	pending_remove(store, "work", PENDING_REFRESH, NULL);
	assert_int_equal(load_code("acme/work", PENDING_REFRESH), ERROR_NONE);
}

static void
what_is_not_there_is_not_pending(void **state)
{
	struct store_names names;

	(void)state;
	assert_int_equal(load_code("work", PENDING_REFRESH), ERROR_NOT_FOUND);
	assert_int_equal(pending_remove(store, "work", PENDING_REFRESH, NULL),
	    0);
	assert_int_equal(pending_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 0);
	assert_int_equal(pending_is_in_doubt(store, "work", 1, NULL), 0);
	/* Reading made nothing. */
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

#define INTENT "{\"schema\":1,\"operation\":\"refresh\",\"generation\":1," \
	"\"attempts\":1,\"replace\":false,\"at\":\"2026-11-24T00:00:00Z\"," \
	"\"issuer\":\"https://issuer.example\"}\n"

static void
records_that_are_cut_or_strange(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum error_code code;
	} table[] = {
		{ INTENT, PENDING_ANSWER_AT + 9, ERROR_NONE },
		/* Never taken for nothing: it has its name when it is whole,
		 * and so it was. */
		{ NULL, 0, ERROR_FAILED },
		{ INTENT, sizeof INTENT - 1, ERROR_FAILED },
		{ INTENT, PENDING_ANSWER_AT - 1, ERROR_FAILED },
		{ NULL, PENDING_ANSWER_AT + 9, ERROR_FAILED },
		{ "{}\n", PENDING_ANSWER_AT + 9, ERROR_FAILED },
		{ "{\"schema\":1,\"operation\":\"login\",\"generation\":1,"
		    "\"attempts\":1,\"at\":\"2026-11-24T00:00:00Z\","
		    "\"issuer\":\"x\"}\n", PENDING_ANSWER_AT + 9,
		    ERROR_FAILED },
		{ INTENT, PENDING_ANSWER_AT + PENDING_ROOM + 1,
		    ERROR_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		put("work", table[i].bytes, table[i].length);
		if (load_code("work", PENDING_REFRESH) != table[i].code)
			fail_msg("row %zu: code %d", i,
			    (int)load_code("work", PENDING_REFRESH));
		/* One that is too large is not looked into. */
		assert_int_equal(pending_is_in_doubt(store, "work", 1, NULL),
		    table[i].length <= PENDING_ANSWER_AT + PENDING_ROOM);
	}
}

/* One more attempt that cannot be prepared must not wipe what is known of the
 * one before: it may be all that says that the token was sent. */
static void
a_failed_reservation_leaves_the_old_record(void **state)
{
	const struct pending intent = {
		.operation = PENDING_REFRESH, .generation = 1, .at = 1,
		.attempts = 2, .issuer = issuer,
	};
	struct error err = ERROR_INIT;
	struct rlimit old, small;

	(void)state;
	leave("work", PENDING_REFRESH, 1, "");
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 512;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(pending_reserve(store, "work", &intent, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(pending_is_in_doubt(store, "work", 1, NULL), 1);
}

static void
an_address_that_does_not_fit_is_refused(void **state)
{
	static char long_issuer[PENDING_ANSWER_AT + 1];
	const struct pending intent = {
		.operation = PENDING_REFRESH, .issuer = long_issuer,
	};
	struct error err = ERROR_INIT;

	(void)state;
	memset(long_issuer, 'a', PENDING_ANSWER_AT);
	assert_int_equal(pending_reserve(store, "work", &intent, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	assert_int_equal(load_code("work", PENDING_REFRESH), ERROR_NOT_FOUND);
}

static void
when_a_renewal_is_in_doubt(void **state)
{
	struct pending intent = {
		.operation = PENDING_REFRESH, .generation = 3, .at = 1,
		.attempts = 1, .issuer = (char *)(uintptr_t)"https://i",
	};
	int fd;

	(void)state;
	leave("work", PENDING_REFRESH, 3, "");
	assert_int_equal(pending_is_in_doubt(store, "work", 3, NULL), 1);
	/* Not of another generation, */
	assert_int_equal(pending_is_in_doubt(store, "work", 2, NULL), 0);
	assert_int_equal(pending_is_in_doubt(store, "work", 4, NULL), 0);
	/* not while somebody waits for the answer, */
	fd = pending_reserve(store, "work", &intent, NULL);
	assert_true(fd >= 0);
	assert_int_equal(pending_is_busy(store, "work", PENDING_REFRESH, NULL),
	    1);
	assert_int_equal(pending_is_in_doubt(store, "work", 3, NULL), 0);
	close(fd);
	assert_int_equal(pending_is_busy(store, "work", PENDING_REFRESH, NULL),
	    0);
	/* and a gateway's words are no answer. */
	leave("work", PENDING_REFRESH, 3, "HTTP 502\n");
	assert_int_equal(pending_is_in_doubt(store, "work", 3, NULL), 1);
}

static void
the_list_names_every_profile(void **state)
{
	static const char *const strange[] = {
		".work.abcdef", "a%b%c", "~login", "%25", "-x~login"
	};
	struct store_names names;
	bool work = false, tenant = false;
	int dir;

	(void)state;
	leave("work", PENDING_REFRESH, 1, "");
	leave("acme/x", PENDING_LOGIN, 0, "");
	dir = store_open_part(store, STORE_PENDING, NULL);
	for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
		close(openat(dir, strange[i], O_WRONLY | O_CREAT, 0600));
	close(dir);
	assert_int_equal(pending_list(store, &names, NULL), 0);
	assert_int_equal(names.count, 2);
	for (size_t i = 0; i < names.count; i++) {
		work |= strcmp(names.name[i], "work") == 0;
		tenant |= strcmp(names.name[i], "acme/x") == 0;
	}
	assert_true(work && tenant);
	store_names_release(&names);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_reserved_is_loaded),
		TEST(the_room_is_there_before_anything_is_sent),
		TEST(a_sign_in_and_a_renewal_have_records_of_their_own),
		TEST(what_is_not_there_is_not_pending),
		TEST(records_that_are_cut_or_strange),
		TEST(a_failed_reservation_leaves_the_old_record),
		TEST(an_address_that_does_not_fit_is_refused),
		TEST(when_a_renewal_is_in_doubt),
		TEST(the_list_names_every_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
