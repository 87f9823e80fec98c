/*
 * state.json: where programs look for a login, and what was agreed to.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "storage/targets.h"

static void
check_same(const struct target *a, const struct target *b)
{
	CHECK(fuzz_same(a->kind, b->kind));
	CHECK(fuzz_same(a->path, b->path));
	CHECK(fuzz_same(a->profile, b->profile));
	CHECK(fuzz_same(a->previous, b->previous));
	CHECK(a->may_undo == b->may_undo);
	CHECK(a->run == b->run);
	if (a->may_undo)
		CHECK(fuzz_same(a->undo, b->undo));
	CHECK(strcmp(a->digest, b->digest) == 0);
	if (a->digest[0] == '\0')
		return;
	CHECK(a->generation == b->generation);
	CHECK(a->expires_at == b->expires_at);
}

static void
check_saved(struct targets *targets)
{
	int agreed = store_terms_agreed(fuzz_store(), NULL);
	struct targets back;

	CHECK(targets_save(fuzz_store(), targets, NULL) == 0);
	CHECK(targets_load(fuzz_store(), &back, NULL) == 0);
	CHECK(back.count == targets->count);
	for (size_t i = 0; i < back.count; i++)
		check_same(&targets->target[i], &back.target[i]);
	CHECK(store_terms_agreed(fuzz_store(), NULL) == agreed);
	targets_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct targets targets;

	fuzz_put(".chatelaine/state.json", data, size);
	if (targets_load(fuzz_store(), &targets, &err) == 0) {
		for (size_t i = 0; i < targets.count; i++)
			CHECK(targets_find(&targets, targets.target[i].kind,
			    targets.target[i].path) == &targets.target[i]);
		check_saved(&targets);
		targets_forget_undo(&targets);
		if (targets.count > 0)
			targets_drop(&targets, targets.target);
	} else {
		fuzz_check_error(&err);
		CHECK(targets.count == 0);
	}
	targets_release(&targets);
	return 0;
}
