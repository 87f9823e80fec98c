/*
 * The record of what was sent: the intent in the first line, then the answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "storage/pending.h"

#define NAME "work"

/* As it stands in the file: the answer at its place. */
static void
put(const char *intent, const struct fuzz_input *answer)
{
	struct buffer file = BUFFER_INIT;

	buffer_add_string(&file, intent);
	buffer_add_char(&file, '\n');
	while (file.length < PENDING_ANSWER_AT)
		buffer_add_char(&file, '\0');
	buffer_add(&file, answer->data, answer->left);
	fuzz_put(".chatelaine/pending/" NAME, file.data, file.length);
	buffer_release(&file);
}

static void
check_reserved(const struct pending *pending)
{
	struct error err = ERROR_INIT;
	struct pending back;
	int fd = pending_reserve(fuzz_store(), NAME, pending, &err);

	if (fd < 0) {
		/* An address as long as the record. */
		CHECK(err.code == ERROR_USAGE);
		return;
	}
	CHECK(pending_is_busy(fuzz_store(), NAME, PENDING_REFRESH, NULL) == 1);
	CHECK(pending_load(fuzz_store(), NAME, PENDING_REFRESH, &back,
	    NULL) == 0);
	CHECK(back.generation == pending->generation);
	CHECK(back.at == pending->at);
	CHECK(back.attempts == pending->attempts);
	CHECK(back.replace == pending->replace);
	CHECK(fuzz_same(back.issuer, pending->issuer));
	CHECK(fuzz_same(back.digest, pending->digest));
	CHECK(back.answer.length == 0);
	pending_release(&back);
	close(fd);
}

/* An address as long as the record: that of which there may be one is kept. */
static void
check_too_long(const struct pending *pending)
{
	struct pending large = *pending;
	struct error err = ERROR_INIT;
	struct buffer path = BUFFER_INIT;
	static char issuer[PENDING_ANSWER_AT + 1];

	memset(issuer, 'i', sizeof issuer - 1);
	large.issuer = issuer;
	CHECK(pending_reserve(fuzz_store(), NAME, &large, &err) < 0);
	CHECK(err.code == ERROR_USAGE);
	pending_path(fuzz_store(), NAME, PENDING_REFRESH, &path);
	CHECK(access(path.data, F_OK) == 0);
	buffer_release(&path);
}

/* It goes with its profile to another name, and goes. */
static void
check_moved(void)
{
	struct error err = ERROR_INIT;
	struct pending pending;

	CHECK(pending_rename(fuzz_store(), NAME, "home", NULL) == 0);
	CHECK(pending_load(fuzz_store(), NAME, PENDING_REFRESH, &pending,
	    &err) != 0 && err.code == ERROR_NOT_FOUND);
	pending_release(&pending);
	pending_sweep(fuzz_store(), NAME);
	CHECK(pending_remove(fuzz_store(), "home", PENDING_REFRESH,
	    NULL) == 0);
	CHECK(pending_is_in_doubt(fuzz_store(), "home", 0, NULL) == 0);
	CHECK(pending_rename(fuzz_store(), NAME, "home", NULL) == 0);
}

/* Where there is no store nothing is under way. */
static void
check_none(void)
{
	struct error err = ERROR_INIT;
	struct pending pending;
	struct store_names names;

	CHECK(pending_load(fuzz_no_store(), NAME, PENDING_REFRESH, &pending,
	    &err) != 0 && err.code == ERROR_NOT_FOUND);
	pending_release(&pending);
	CHECK(pending_is_busy(fuzz_no_store(), NAME, PENDING_REFRESH,
	    NULL) == 0);
	CHECK(pending_is_in_doubt(fuzz_no_store(), NAME, 0, NULL) == 0);
	CHECK(pending_remove(fuzz_no_store(), NAME, PENDING_REFRESH,
	    NULL) == 0);
	CHECK(pending_rename(fuzz_no_store(), NAME, "home", NULL) == 0);
	pending_sweep(fuzz_no_store(), NAME);
	CHECK(pending_list(fuzz_no_store(), &names, NULL) == 0);
	CHECK(names.count == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *intent = fuzz_line(&input);
	struct error err = ERROR_INIT;
	struct pending pending;

	put(intent, &input);
	if (pending_load(fuzz_store(), NAME, PENDING_REFRESH, &pending,
	    &err) == 0) {
		CHECK(pending.operation == PENDING_REFRESH);
		CHECK(pending.issuer != NULL);
		CHECK(pending.answer.length <= input.left);
		CHECK(pending_is_in_doubt(fuzz_store(), NAME,
		    pending.generation, NULL) == 1);
		check_reserved(&pending);
		check_too_long(&pending);
	} else
		fuzz_check_error(&err);
	pending_release(&pending);
	/* As the whole file, too: one that was cut short. */
	fuzz_put(".chatelaine/pending/" NAME, data, size);
	if (pending_load(fuzz_store(), NAME, PENDING_REFRESH, &pending,
	    NULL) == 0)
		CHECK(size >= PENDING_ANSWER_AT);
	pending_release(&pending);
	check_moved();
	check_none();
	free(intent);
	return 0;
}
