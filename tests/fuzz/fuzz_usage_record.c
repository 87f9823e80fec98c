/*
 * The record of a login's limits.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "storage/usage.h"

#define NAME "work"

static void
check_limit(const struct usage_limit *a, const struct usage_limit *b)
{
	CHECK(strcmp(a->name, b->name) == 0);
	CHECK(strcmp(a->label, b->label) == 0);
	CHECK(a->percent == b->percent);
	CHECK(a->seconds == b->seconds);
	CHECK(a->resets_at == b->resets_at);
	CHECK(a->percent >= USAGE_NOT_KNOWN && a->percent <= 9999);
}

static void
check_same(const struct usage_record *a, const struct usage_record *b)
{
	CHECK(a->fetched_at == b->fetched_at);
	CHECK(strcmp(a->user_id, b->user_id) == 0);
	CHECK(strcmp(a->account_id, b->account_id) == 0);
	CHECK(strcmp(a->plan, b->plan) == 0);
	CHECK(a->limit_reached == b->limit_reached);
	CHECK(a->limits == b->limits && a->limits <= USAGE_RECORD_LIMITS);
	for (size_t i = 0; i < a->limits; i++)
		check_limit(&a->limit[i], &b->limit[i]);
	CHECK(a->credits == b->credits);
	CHECK(a->has_credits == b->has_credits);
	CHECK(a->unlimited == b->unlimited);
	CHECK(strcmp(a->balance, b->balance) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct usage_record record, back;
	struct error err = ERROR_INIT;

	fuzz_put(".chatelaine/usage/" NAME ".json", data, size);
	if (usage_load(fuzz_store(), NAME, &record, &err) != 0) {
		fuzz_check_error(&err);
		return 0;
	}
	CHECK(usage_save(fuzz_store(), NAME, &record, NULL) == 0);
	CHECK(usage_load(fuzz_store(), NAME, &back, NULL) == 0);
	check_same(&record, &back);
	usage_remove(fuzz_store(), NAME);
	CHECK(usage_load(fuzz_store(), NAME, &back, &err) != 0 &&
	    err.code == ERROR_NOT_FOUND);
	return 0;
}
