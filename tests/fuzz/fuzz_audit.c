/*
 * The audit log: its head in the first line, then what stands in it.
 */
#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "storage/audit.h"

/* In place of the system's: nobody writes meanwhile, so that looking once more
 * need not wait. */
int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds, (void)count, (void)timeout;
	return 0;
}

static void
check_entry(const struct audit_log *log, size_t index)
{
	const struct audit_line *line = &log->line[index];
	struct audit_entry entry;

	CHECK(line->start <= log->text.length);
	CHECK(line->length <= log->text.length - line->start);
	CHECK(memchr(log->text.data + line->start, '\n', line->length) ==
	    NULL);
	audit_entry_read(log, index, &entry, NULL);
	CHECK(entry.at >= 0);
	CHECK(entry.json != NULL || (entry.event == NULL &&
	    entry.profile == NULL && entry.uid == -1));
	audit_entry_release(&entry);
}

/* The same as the oldest file that is kept, before which others were dropped:
 * all of it is lines, and its first may be any. */
static void
check_oldest(const char *head, const struct fuzz_input *input)
{
	struct audit_log log;

	fuzz_put(".chatelaine/audit.head", head, strlen(head));
	fuzz_put(".chatelaine/audit.jsonl.4", input->data, input->left);
	fuzz_put(".chatelaine/audit.jsonl", "", 0);
	CHECK(audit_load(fuzz_store(), &log, NULL) == 0);
	CHECK(log.text.length == input->left);
	CHECK(!log.chain.torn);
	CHECK((log.count == 0) == (input->left == 0));
	for (size_t i = 0; i < log.count; i++)
		check_entry(&log, i);
	audit_log_release(&log);
	CHECK(fuzz_remove(".chatelaine/audit.jsonl.4") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *head = fuzz_line(&input);
	struct audit_log log;

	fuzz_put(".chatelaine/audit.head", head, strlen(head));
	fuzz_put(".chatelaine/audit.jsonl", input.data, input.left);
	CHECK(audit_load(fuzz_store(), &log, NULL) == 0);
	CHECK(log.text.length == input.left);
	CHECK(log.chain.unchained <= log.count);
	CHECK(log.chain.missing >= 0);
	CHECK(log.chain.fault == AUDIT_WHOLE || log.chain.file[0] != '\0');
	CHECK(log.chain.torn ==
	    (input.left > 0 && input.data[input.left - 1] != '\n'));
	for (size_t i = 0; i < log.count; i++)
		check_entry(&log, i);
	audit_log_release(&log);
	check_oldest(head, &input);
	CHECK(audit_load(fuzz_no_store(), &log, NULL) == 0 && log.count == 0);
	audit_log_release(&log);
	free(head);
	return 0;
}
