/*
 * The record of a sign-in that waits.
 */
#include "config.h"

#include "fuzz.h"
#include "storage/waiting.h"

#define NAME "work"
#define NOW INT64_C(1795435200)	/* 2026-11-23T12:00:00Z */

static void
check_saved(const struct waiting *waiting)
{
	struct waiting back;

	CHECK(waiting_save(fuzz_store(), NAME, waiting, NULL) == 0);
	CHECK(waiting_load(fuzz_store(), NAME, NOW, &back, NULL) == 0);
	CHECK(fuzz_same(back.issuer, waiting->issuer));
	CHECK(fuzz_same(back.device, waiting->device));
	CHECK(fuzz_same(back.code, waiting->code));
	CHECK(back.interval == waiting->interval);
	CHECK(back.since == waiting->since);
	CHECK(back.ends == waiting->ends);
	CHECK(back.replace == waiting->replace);
	waiting_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct waiting waiting;
	int64_t left;

	fuzz_put(".chatelaine/waiting/" NAME, data, size);
	if (waiting_load(fuzz_store(), NAME, NOW, &waiting, &err) == 0) {
		CHECK(waiting.issuer != NULL && waiting.device != NULL &&
		    waiting.code != NULL);
		left = waiting_left(&waiting, NOW);
		CHECK(left >= 1 && left <= WAITING_LIFETIME);
		CHECK(waiting.interval >= 1 &&
		    waiting.interval <= WAITING_LIFETIME);
		check_saved(&waiting);
	} else
		fuzz_check_error(&err);
	waiting_release(&waiting);
	if (err.code == ERROR_NONE)
		CHECK(waiting_remove(fuzz_store(), NAME, NULL) == 0);
	/* What cannot be gone on with is swept. */
	if (err.code != ERROR_NONE) {
		waiting_sweep(fuzz_store(), NAME, NOW);
		CHECK(waiting_load(fuzz_store(), NAME, NOW, &waiting,
		    &err) != 0 && err.code == ERROR_NOT_FOUND);
		waiting_release(&waiting);
	}
	return 0;
}
