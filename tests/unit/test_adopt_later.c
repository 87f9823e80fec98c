/*
 * adopt: an answer that cannot be read for a moment, and can be right after.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/adopt.h"
#include "base/time.h"
#include "storage/pending.h"
#include "storage/profile.h"
/* In memory, for it is synced so often. */
#define TEMP_STORE "/dev/shm/chatelaine-test-XXXXXX"
#include "temp_store.h"

#define ACCESS "e30.eyJodHRwczovL2FwaS5vcGVuYWkuY29tL2F1dGgiOnsiY2hhdGdwdF91c" \
	"2VyX2lkIjoidSIsImNoYXRncHRfYWNjb3VudF9pZCI6ImEifX0.c2ln"

/* --- Too many files are open --------------------------------------------- */

/* Of the calls to come, those from number @first on fail, so many of them. */
static struct {
	int first, count, seen;
} shortage;

int __real_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...);

int
__wrap_openat(int dir, const char *name, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(args, int) : 0;
	va_end(args);
	shortage.seen++;
	if (shortage.seen >= shortage.first &&
	    shortage.seen < shortage.first + shortage.count) {
		errno = ENFILE;
		return -1;
	}
	return __real_openat(dir, name, flags, mode);
}

/* --- A profile, and the answer that came for it -------------------------- */

static void
make_profile(void)
{
	char user[] = "u", account[] = "a", issuer[] = "https://issuer.example";
	char access[] = ACCESS, refresh[] = "rt_old";
	struct credential credential = { .generation = 1, .issuer = issuer,
	    .access_token = access, .refresh_token = refresh,
	    .expires_at = 2000000000 };
	struct profile profile = { .name = "work", .user_id = user,
	    .account_id = account };

	assert_int_equal(profile_create(store, &profile, &credential, NULL),
	    0);
}

static void
leave_answer(enum pending_operation operation)
{
	static const char answer[] = "HTTP 200\n{\"access_token\":\"" ACCESS
	    "\",\"refresh_token\":\"rt_new\"}";
	char issuer[] = "https://issuer.example";
	const struct pending intent = { .operation = operation,
	    .generation = 1, .at = 1, .attempts = 1, .issuer = issuer };
	int fd = pending_reserve(store, "work", &intent, NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, answer, sizeof answer - 1),
	    sizeof answer - 1);
	close(fd);
}

static bool
is_taken_in(void)
{
	struct credential credential;
	bool is = credential_load(store, "work", &credential, NULL) == 0 &&
	    strcmp(credential.refresh_token, "rt_new") == 0;

	credential_release(&credential);
	return is;
}

static bool
is_pending(enum pending_operation operation)
{
	struct pending pending;
	bool is = pending_load(store, "work", operation, &pending, NULL) == 0;

	pending_release(&pending);
	return is;
}

/* Whoever is told that nothing waits may send again, over the answer. */
static void
nobody_is_let_past_an_answer(enum pending_operation operation)
{
	struct app app = { .store = store };

	for (int count = 2; count <= 4; count += 2)
		for (int first = 1;; first++) {
			struct error err = ERROR_INIT;
			int result;

			make_profile();
			leave_answer(operation);
			shortage.first = first;
			shortage.count = count;
			shortage.seen = 0;
			result = adopt_pending(&app, "work", &err);
			shortage.count = 0;
			if (result == 0 && is_pending(operation) &&
			    !is_taken_in())
				fail_msg("calls %d to %d failed, and it goes "
				    "on", first, first + count - 1);
			if (result != 0)
				assert_int_not_equal(err.code, ERROR_NONE);
			assert_int_equal(adopt_pending(&app, "work", NULL), 0);
			assert_true(is_taken_in());
			assert_int_equal(close_store(NULL), 0);
			assert_int_equal(open_store(NULL), 0);
			app.store = store;
			if (shortage.seen < first)
				break;
		}
}

static void
of_a_renewal(void **state)
{
	(void)state;
	nobody_is_let_past_an_answer(PENDING_REFRESH);
}

static void
of_a_sign_in(void **state)
{
	(void)state;
	nobody_is_let_past_an_answer(PENDING_LOGIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
	close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_a_renewal),
		TEST(of_a_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
