/*
 * The record of a chain on its way.
 */
#include "config.h"

#include "fuzz.h"
#include "storage/move.h"

#define NAME "work"

static void
check_saved(const struct move *move)
{
	struct move back;

	CHECK(move_begin(fuzz_store(), NAME, move, NULL) == 0);
	CHECK(move_load(fuzz_store(), NAME, &back, NULL) == 0);
	CHECK(back.operation == move->operation);
	CHECK(fuzz_same(back.kind, move->kind));
	CHECK(fuzz_same(back.path, move->path));
	CHECK(fuzz_same(back.to, move->to));
	move_release(&back);
}

/* Where there is no store there is nothing to finish. */
static void
check_none(void)
{
	struct error err = ERROR_INIT;
	struct store_names names;
	struct move move;

	CHECK(move_load(fuzz_no_store(), NAME, &move, &err) != 0 &&
	    err.code == ERROR_NOT_FOUND);
	move_release(&move);
	move_sweep(fuzz_no_store(), NAME);
	CHECK(move_end(fuzz_no_store(), NAME, NULL) == 0);
	CHECK(move_list(fuzz_no_store(), &names, NULL) == 0);
	CHECK(names.count == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct move move;

	fuzz_put(".chatelaine/moves/" NAME, data, size);
	if (move_load(fuzz_store(), NAME, &move, &err) == 0) {
		CHECK(move.operation <= MOVE_RENAME);
		check_saved(&move);
	} else
		fuzz_check_error(&err);
	move_release(&move);
	move_sweep(fuzz_store(), NAME);
	CHECK(move_end(fuzz_store(), NAME, NULL) == 0);
	CHECK(move_load(fuzz_store(), NAME, &move, &err) != 0 &&
	    err.code == ERROR_NOT_FOUND);
	check_none();
	return 0;
}
