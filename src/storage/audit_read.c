/*
 * Reading the audit log, and whether its chain is whole.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "storage/audit_part.h"

/* Without a lock, what somebody is writing at the moment looks torn: so often
 * it is looked at once more, ms apart. */
#define LOOKS 3
#define LOOK_MS 20

void
audit_file_name(char name[AUDIT_NAME_SIZE], int age)
{
	if (age == 0)
		snprintf(name, AUDIT_NAME_SIZE, "%s", AUDIT_FILE);
	else
		snprintf(name, AUDIT_NAME_SIZE, "%s.%d", AUDIT_FILE, age);
}

static bool
copy_digest(char digest[DIGEST_SIZE], const char *text)
{
	if (text == NULL || strlen(text) != DIGEST_SIZE - 1)
		return false;
	memcpy(digest, text, DIGEST_SIZE);
	return true;
}

#define HEAD_MAX 4096

int
audit_head_read(int dir, struct audit_head *head, struct error *err)
{
	struct error why = ERROR_INIT;
	struct buffer text = BUFFER_INIT;
	struct json *json = NULL;
	struct stat st;
	bool known;

	if (file_read(dir, AUDIT_HEAD_FILE, HEAD_MAX, &text, NULL, &why) == 0)
		json = json_parse(text.data, text.length, &why);
	/* Ours, and whole: what cannot open it must not begin it anew, or the
	 * chain would break. */
	else if (why.code != ERROR_NOT_FOUND && fstatat(dir, AUDIT_HEAD_FILE,
	    &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= HEAD_MAX && file_owner_is_trusted(&st)) {
		buffer_release(&text);
		return error_give(err, &why);
	}
	known = json_integer(json, "number", &head->last.number) == 0 &&
	    json_integer(json, "size", &head->size) == 0 &&
	    copy_digest(head->last.digest, json_string(json, "digest"));
	json_free(json);
	buffer_release(&text);
	return error_is_passing(&why) ? error_give(err, &why) : known;
}

int
audit_link_read(const char *line, size_t length, struct audit_link *link,
    char prev[DIGEST_SIZE], struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *json = json_parse(line, length, &why);
	bool known = json_is_object(json);

	link->number = 0;
	digest_text(link->digest, line, length);
	if (!json_is_absent(json, "prev"))
		known = copy_digest(prev, json_string(json, "prev")) &&
		    json_integer(json, "number", &link->number) == 0 &&
		    link->number > 0;
	json_free(json);
	if (!known)
		link->number = 0;
	return error_is_passing(&why) ? error_give(err, &why) : known;
}

/* --- The chain ------------------------------------------------------------ */

/* How far it was looked at. */
struct walk {
	struct audit_log *log;
	struct audit_head head;
	bool headed;
	bool dropped;		/* older files are gone, as they should be */
	struct audit_link last;	/* of the chain; number 0: none yet */
	char before[DIGEST_SIZE];	/* of the line before */
	size_t other;		/* the line that audit.head knows otherwise */
	char other_file[AUDIT_NAME_SIZE];
	size_t size;		/* room for lines */
};

static void
fault(struct walk *walk, enum audit_fault fault, const char *file, size_t line)
{
	struct audit_chain *chain = &walk->log->chain;

	if (chain->fault != AUDIT_WHOLE)
		return;
	chain->fault = fault;
	snprintf(chain->file, sizeof chain->file, "%s", file);
	chain->line = line;
}

/* How a line hangs on those before. */
static enum audit_fault
check_link(struct walk *walk, const struct audit_link *link, const char *prev)
{
	int64_t expected = walk->last.number + 1;

	/* The first of all may be any, when those before were dropped. */
	if (walk->dropped && walk->log->count == 1)
		return AUDIT_WHOLE;
	if (link->number > expected) {
		if (walk->log->chain.missing == 0)
			walk->log->chain.missing = link->number - expected;
		return AUDIT_MISSING;
	}
	if (link->number < expected || strcmp(prev, walk->before) != 0)
		return AUDIT_CHANGED;
	return AUDIT_WHOLE;
}

/* audit.head knows one line: the last, but for those of writers who were
 * killed. */
static void
compare_head(struct walk *walk, const struct audit_link *link,
    const char *file, size_t number)
{
	if (!walk->headed || link->number != walk->head.last.number)
		return;
	walk->other = strcmp(link->digest, walk->head.last.digest) == 0 ? 0 :
	    number;
	snprintf(walk->other_file, sizeof walk->other_file, "%s", file);
}

static int
walk_line(struct walk *walk, const char *line, size_t length,
    const char *file, size_t number, struct error *err)
{
	enum audit_fault found = AUDIT_WHOLE;
	char prev[DIGEST_SIZE];
	struct audit_link link;
	int known = audit_link_read(line, length, &link, prev, err);

	if (known < 0)
		return -1;
	if (known == 0)
		found = AUDIT_UNREADABLE;
	else if (link.number != 0)
		found = check_link(walk, &link, prev);
	else if (walk->last.number != 0)
		found = AUDIT_UNCHAINED;
	else
		walk->log->chain.unchained++;
	if (found != AUDIT_WHOLE)
		fault(walk, found, file, number);
	if (link.number != 0) {
		walk->last = link;
		compare_head(walk, &link, file, number);
	}
	strcpy(walk->before, link.digest);
	return 0;
}

static int
keep_line(struct walk *walk, size_t start, size_t length, struct error *err)
{
	struct audit_log *log = walk->log;
	struct audit_line *grown;

	if (log->count == walk->size) {
		walk->size = walk->size == 0 ? 64 : walk->size * 2;
		grown = realloc(log->line, walk->size * sizeof *grown);
		if (grown == NULL)
			return error_no_memory(err);
		log->line = grown;
	}
	log->line[log->count].start = start;
	log->line[log->count].length = length;
	log->count++;
	return 0;
}

static int
walk_file(struct walk *walk, int dir, int age, struct error *err)
{
	struct buffer *text = &walk->log->text;
	struct error why = ERROR_INIT;
	char file[AUDIT_NAME_SIZE];
	size_t start = text->length, length, number = 0;
	const char *end;

	audit_file_name(file, age);
	if (file_read(dir, file, AUDIT_READ_MAX, text, NULL, &why) != 0) {
		if (why.code == ERROR_NOT_FOUND)
			return 0;
		return error_give(err, &why);
	}
	walk->dropped = walk->dropped || age == AUDIT_FILES - 1;
	for (; start < text->length; start += length + 1) {
		end = memchr(text->data + start, '\n', text->length - start);
		length = end == NULL ? text->length - start :
		    (size_t)(end - (text->data + start));
		if (end == NULL && age == 0) {
			walk->log->chain.torn = true;
			break;
		}
		if (keep_line(walk, start, length, err) != 0 ||
		    walk_line(walk, text->data + start, length, file,
		    ++number, err) != 0)
			return -1;
	}
	return 0;
}

static void
check_end(struct walk *walk)
{
	struct audit_chain *chain = &walk->log->chain;

	if (!walk->headed) {
		if (walk->last.number != 0)
			fault(walk, AUDIT_HEADLESS, AUDIT_HEAD_FILE, 0);
		return;
	}
	if (walk->other != 0)
		fault(walk, AUDIT_LAST_CHANGED, walk->other_file, walk->other);
	if (walk->last.number >= walk->head.last.number)
		return;
	if (chain->fault == AUDIT_WHOLE)
		chain->missing = walk->head.last.number - walk->last.number;
	fault(walk, AUDIT_CUT, AUDIT_FILE, 0);
}

static int
look(int dir, struct audit_log *log, struct error *err)
{
	struct walk walk = { .log = log, .before = AUDIT_NO_DIGEST };
	int headed;

	memset(log, 0, sizeof *log);
	buffer_init(&log->text);
	/* First, so that it lags when lines are added meanwhile. */
	headed = audit_head_read(dir, &walk.head, err);
	if (headed < 0)
		return -1;
	walk.headed = headed;
	for (int age = AUDIT_FILES - 1; age >= 0; age--)
		if (walk_file(&walk, dir, age, err) != 0)
			return -1;
	check_end(&walk);
	return 0;
}

int
audit_load(const struct store *store, struct audit_log *log,
    struct error *err)
{
	struct error why = ERROR_INIT;
	int dir, result;

	memset(log, 0, sizeof *log);
	buffer_init(&log->text);
	dir = store_open_part(store, ".", &why);
	if (dir < 0) {
		if (why.code == ERROR_NOT_FOUND)
			return 0;
		return error_give(err, &why);
	}
	result = look(dir, log, err);
	for (int i = 1; i < LOOKS && result == 0 && (log->chain.torn ||
	    log->chain.fault != AUDIT_WHOLE); i++) {
		poll(NULL, 0, LOOK_MS);
		audit_log_release(log);
		result = look(dir, log, err);
	}
	close(dir);
	return result;
}

void
audit_log_release(struct audit_log *log)
{
	buffer_release(&log->text);
	free(log->line);
	log->line = NULL;
	log->count = 0;
}

int
audit_entry_read(const struct audit_log *log, size_t index,
    struct audit_entry *entry, struct error *err)
{
	struct error why = ERROR_INIT;
	const struct audit_line *line = &log->line[index];
	struct json *json;
	const char *at;

	json = json_parse(log->text.data + line->start, line->length, &why);
	entry->json = json;
	entry->at = TIME_UNKNOWN;
	entry->status = entry->uid = entry->pid = -1;
	at = json_string(json, "at");
	if (at != NULL)
		time_parse(at, &entry->at);
	json_integer(json, "status", &entry->status);
	json_integer(json, "uid", &entry->uid);
	json_integer(json, "pid", &entry->pid);
	entry->event = json_string(json, "event");
	entry->profile = json_string(json, "profile");
	entry->result = json_string(json, "result");
	entry->detail = json_string(json, "detail");
	entry->tty = json_string(json, "tty");
	entry->host = json_string(json, "host");
	return error_is_passing(&why) ? error_give(err, &why) : 0;
}

void
audit_entry_release(struct audit_entry *entry)
{
	json_free(entry->json);
	entry->json = NULL;
}
