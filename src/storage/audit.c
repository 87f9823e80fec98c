#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "storage/audit_part.h"
#include "storage/lock.h"

/* How long to wait for another writer, who is at it for the time of one sync;
 * ms. */
#define AUDIT_WAIT_MS 5000

/* All that is ever in audit.head, so that it can be written over in place. */
#define HEAD_SIZE 160

#define HOST_MAX 64

static const char *const event_words[] = {
	[AUDIT_SIGN_IN] = "sign-in",
	[AUDIT_REFRESH] = "refresh",
	[AUDIT_EXPORT] = "export",
	[AUDIT_SIGN_OUT] = "sign-out",
	[AUDIT_DELETE] = "delete",
	[AUDIT_UNDO] = "undo",
	[AUDIT_USE] = "use",
	[AUDIT_IMPORT] = "import",
	[AUDIT_LEND] = "lend",
	[AUDIT_TAKE_BACK] = "take-back",
	[AUDIT_RENAME] = "rename",
	[AUDIT_RUN] = "run",
	[AUDIT_ADD_VOLUME] = "add-volume",
	[AUDIT_TRUST] = "trust",
	[AUDIT_TOKEN] = "token",
};

/* --- Where the chain ends ------------------------------------------------- */

static void
print_head(char text[HEAD_SIZE + 1], const struct audit_head *head)
{
	char json[HEAD_SIZE];

	snprintf(json, sizeof json, "{\"number\":%" PRId64 ",\"digest\":\"%s\","
	    "\"size\":%" PRId64 "}", head->last.number, head->last.digest,
	    head->size);
	snprintf(text, HEAD_SIZE + 1, "%-*s\n", HEAD_SIZE - 1, json);
}

/* Makes it: synced before the first line that is chained, so that its absence
 * can be told. Half of one is as none. */
static int
make_head(int dir, const struct audit_head *head, struct error *err)
{
	char text[HEAD_SIZE + 1];

	print_head(text, head);
	if (faccessat(dir, AUDIT_HEAD_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	    file_truncate(dir, AUDIT_HEAD_FILE, 0, err) != 0)
		return -1;
	return file_append(dir, AUDIT_HEAD_FILE, text, HEAD_SIZE, err);
}

/* It may fail: a head that lags is in order. */
static void
update_head(int dir, const struct audit_head *head)
{
	char text[HEAD_SIZE + 1];

	print_head(text, head);
	file_overwrite(dir, AUDIT_HEAD_FILE, text, HEAD_SIZE, NULL);
}

/* What is at the end of the newest file with a line in it. */
struct tail {
	struct buffer text;
	bool line;		/* there is one, and that is */
	bool known;		/* it can be read */
	struct audit_link link;
};

/* Reads the file put aside @age times; its length in whole lines, or -1. */
static int64_t
read_tail(int dir, int age, struct tail *tail, struct error *err)
{
	struct error why = ERROR_INIT;
	char name[AUDIT_NAME_SIZE], prev[DIGEST_SIZE];
	size_t whole, start;
	int known;

	audit_file_name(name, age);
	buffer_clear(&tail->text);
	if (file_read(dir, name, AUDIT_READ_MAX, &tail->text, NULL, &why) !=
	    0) {
		if (why.code == ERROR_NOT_FOUND)
			return 0;
		return error_give(err, &why);
	}
	for (whole = tail->text.length; whole > 0 &&
	    tail->text.data[whole - 1] != '\n'; whole--)
		continue;
	if (whole == 0)
		return 0;
	for (start = whole - 1; start > 0 &&
	    tail->text.data[start - 1] != '\n'; start--)
		continue;
	tail->line = true;
	known = audit_link_read(tail->text.data + start, whole - 1 - start,
	    &tail->link, prev, err);
	if (known < 0)
		return -1;
	tail->known = known;
	return (int64_t)whole;
}

/* The log is not as audit.head has it: the first line is to come, somebody was
 * killed, an earlier version wrote, or somebody changed it. What audit.head
 * says of lines that are not there stays true, so that they are missed. */
static int
recover(int dir, bool known, int64_t size, struct audit_head *head,
    struct error *err)
{
	struct tail tail = { .text = BUFFER_INIT };
	int result = -1;

	if (!known) {
		head->last.number = 0;
		strcpy(head->last.digest, AUDIT_NO_DIGEST);
	}
	head->size = read_tail(dir, 0, &tail, err);
	if (head->size < 0)
		goto out;
	/* The rest of a line, whose writer was killed before he could answer
	 * anybody. */
	if (head->size < size &&
	    file_truncate(dir, AUDIT_FILE, head->size, err) != 0)
		goto out;
	/* Killed between putting it aside and the first line of the next. */
	if (!tail.line && read_tail(dir, 1, &tail, err) < 0)
		goto out;
	if (tail.known && tail.link.number == 0 && head->last.number == 0)
		strcpy(head->last.digest, tail.link.digest);
	else if (known && tail.known &&
	    tail.link.number > head->last.number)
		head->last = tail.link;
	result = known ? 0 : make_head(dir, head, err);
out:
	buffer_release(&tail.text);
	return result;
}

static int
find_end(int dir, struct audit_head *head, struct error *err)
{
	int known = audit_head_read(dir, head, err);
	struct stat st = { 0 };

	if (known < 0)
		return -1;
	if (fstatat(dir, AUDIT_FILE, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno != ENOENT)
		return error_set_errno(err, errno, _("cannot read %s"),
		    AUDIT_FILE);
	if (known && head->size == (int64_t)st.st_size)
		return 0;
	return recover(dir, known, (int64_t)st.st_size, head, err);
}

/* Puts the file aside. Where that cannot be done, it goes on growing. A gap
 * that a killed one left is filled, so that nothing is dropped too early. */
static void
rotate(int dir, struct audit_head *head)
{
	char from[AUDIT_NAME_SIZE], to[AUDIT_NAME_SIZE];
	int age = 1;

	for (; age < AUDIT_FILES - 1; age++) {
		audit_file_name(to, age);
		if (faccessat(dir, to, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
			break;
	}
	for (; age > 0; age--) {
		audit_file_name(from, age - 1);
		audit_file_name(to, age);
		if (renameat(dir, from, dir, to) != 0)
			return;
	}
	head->size = 0;
}

/* --- A line --------------------------------------------------------------- */

static void
set_tty(struct json *line)
{
	char name[64];

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (ttyname_r(fd, name, sizeof name) == 0) {
			json_set_string(line, "tty", name);
			return;
		}
	json_set_null(line, "tty");
}

/* "192.0.2.7 50022 192.0.2.1 22": the first is where the person is. */
static void
set_host(struct json *line)
{
	const char *connection = getenv("SSH_CONNECTION");
	char host[HOST_MAX + 1];

	snprintf(host, sizeof host, "%s", connection == NULL ? "" : connection);
	host[strcspn(host, " ")] = '\0';
	json_set_string(line, "host",
	    text_is_visible_ascii(host, HOST_MAX) ? host : NULL);
}

static int
print_line(struct json *line, enum audit_event event, const char *profile,
    const char *detail, const struct error *why,
    const struct audit_link *before, struct buffer *text, struct error *err)
{
	char now[TIME_TEXT_SIZE];

	time_format(now, time_now());
	json_set_integer(line, "number", before->number + 1);
	json_set_string(line, "at", now);
	json_set_string(line, "event", event_words[event]);
	json_set_string(line, "profile", profile);
	json_set_string(line, "result", why == NULL ? "ok" : why->text);
	json_set_integer(line, "status", why == NULL ? 0 : (int)why->code);
	json_set_integer(line, "uid", (int64_t)getuid());
	json_set_integer(line, "pid", (int64_t)getpid());
	set_tty(line);
	set_host(line);
	json_set_string(line, "detail", detail);
	json_set_string(line, "prev", before->digest);
	return json_print(line, JSON_LINE, text, err);
}

static int
add_line(int dir, struct audit_head *head, struct buffer *text,
    struct error *err)
{
	head->last.number++;
	digest_text(head->last.digest, text->data, text->length);
	buffer_add_char(text, '\n');
	if (!buffer_ok(text, err))
		return -1;
	if (head->size >= AUDIT_FILE_MAX)
		rotate(dir, head);
	if (file_append(dir, AUDIT_FILE, text->data, text->length, err) != 0) {
		/* On a full disk some of it is there. */
		file_truncate(dir, AUDIT_FILE, head->size, NULL);
		return -1;
	}
	head->size += (int64_t)text->length;
	update_head(dir, head);
	return 0;
}

int
audit_add(struct store *store, enum audit_event event, const char *profile,
    const char *detail, const struct error *why, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct audit_head head;
	int lock, dir, result = -1;

	lock = lock_take(store, LOCK_AUDIT, AUDIT_WAIT_MS, err);
	if (lock < 0)
		return -1;
	dir = store_make_part(store, ".", err);
	if (dir >= 0 && find_end(dir, &head, err) == 0 &&
	    print_line(json_object(), event, profile, detail, why,
	    &head.last, &text, err) == 0)
		result = add_line(dir, &head, &text, err);
	if (dir >= 0)
		close(dir);
	close(lock);
	buffer_release(&text);
	return result;
}
