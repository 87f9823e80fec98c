/*
 * The chain of the audit log: a place and another byte for it in two lines,
 * then what is written, a line each. No change of a byte goes unnoticed.
 */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"
#include "storage/audit.h"
#include "storage/store.h"

#define LINES_MAX 6
#define LOG "audit.jsonl"

/* In place of the system's: nobody writes meanwhile. */
int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds, (void)count, (void)timeout;
	return 0;
}

/* What is found when it is read: its lines, and whether all is as it was. */
static bool
is_whole(size_t lines)
{
	struct audit_log log;
	bool whole;

	CHECK(audit_load(fuzz_store(), &log, NULL) == 0);
	whole = log.chain.fault == AUDIT_WHOLE && !log.chain.torn &&
	    log.count == lines;
	audit_log_release(&log);
	return whole;
}

static void
change(int dir, long place, char byte)
{
	struct buffer text = BUFFER_INIT;
	size_t at;

	CHECK(file_read(dir, LOG, BUFFER_MAX, &text, NULL, NULL) == 0);
	at = (unsigned long)place % text.length;
	text.data[at] = byte == text.data[at] ? (char)(byte ^ 1) : byte;
	fuzz_put(".chatelaine/" LOG, text.data, text.length);
	buffer_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	long place = fuzz_number(&input), byte = fuzz_number(&input);
	struct error why = { ERROR_FAILED, "", "", false };
	size_t lines = 0;
	char *detail;
	int dir;

	dir = store_make_part(fuzz_store(), ".", NULL);
	CHECK(dir >= 0);
	unlinkat(dir, LOG, 0);
	unlinkat(dir, "audit.head", 0);
	while (lines < LINES_MAX && input.left > 0) {
		detail = fuzz_line(&input);
		snprintf(why.text, sizeof why.text, "%s", detail);
		CHECK(audit_add(fuzz_store(), AUDIT_USE, "work", detail,
		    lines % 2 == 0 ? NULL : &why, NULL) == 0);
		free(detail);
		lines++;
	}
	CHECK(is_whole(lines));
	if (lines > 0) {
		change(dir, place, (char)byte);
		CHECK(!is_whole(lines));
	}
	close(dir);
	return 0;
}
