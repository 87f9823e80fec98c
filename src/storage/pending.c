#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/pending.h"

static const char *const operation_words[] = {
	[PENDING_LOGIN] = "login",
	[PENDING_REFRESH] = "refresh",
};

#define LOGIN_SUFFIX "~login"	/* no profile's name has a ~ */
#define FILE_SIZE (STORE_NAME_MAX + sizeof LOGIN_SUFFIX)

static void
pending_file(char file[FILE_SIZE], const char *name,
    enum pending_operation operation)
{
	char flat[STORE_NAME_MAX + 1];

	store_flat_name(flat, name);
	snprintf(file, FILE_SIZE, "%s%s", flat,
	    operation == PENDING_LOGIN ? LOGIN_SUFFIX : "");
}

/* A record that is being made: ".NAME.new". */
#define NEW_SUFFIX ".new"
#define NEW_EXTRA (1 + sizeof NEW_SUFFIX)

static void
new_name(char new_file[FILE_SIZE + NEW_EXTRA], const char *file)
{
	snprintf(new_file, FILE_SIZE + NEW_EXTRA, ".%s%s", file, NEW_SUFFIX);
}

void
pending_sweep(const struct store *store, const char *name)
{
	char file[FILE_SIZE], new_file[FILE_SIZE + NEW_EXTRA];
	int dir = store_open_part(store, STORE_PENDING, NULL);

	if (dir < 0)
		return;
	for (int i = PENDING_LOGIN; i <= PENDING_REFRESH; i++) {
		pending_file(file, name, (enum pending_operation)i);
		new_name(new_file, file);
		unlinkat(dir, new_file, 0);
	}
	close(dir);
}

/* The intent as it stands at the start of the file. */
static int
print_intent(struct buffer *out, const struct pending *intent,
    struct error *err)
{
	struct json *object = json_object();
	char at[TIME_TEXT_SIZE];

	time_format(at, intent->at);
	json_set_integer(object, "schema", 1);
	json_set_string(object, "operation",
	    operation_words[intent->operation]);
	json_set_integer(object, "generation", intent->generation);
	json_set_integer(object, "attempts", intent->attempts);
	json_set_bool(object, "replace", intent->replace);
	json_set_string(object, "at", at);
	json_set_string(object, "issuer", intent->issuer);
	if (intent->digest[0] != '\0')
		json_set_string(object, "digest", intent->digest);
	if (json_print(object, JSON_LINE, out, err) != 0)
		return -1;
	buffer_add_char(out, '\n');
	if (out->length > PENDING_ANSWER_AT)
		return error_set(err, ERROR_USAGE, "%s",
		    _("the issuer's address is too long"));
	while (out->length < PENDING_ANSWER_AT && !out->failed)
		buffer_add_char(out, '\0');
	return buffer_ok(out, err) ? 0 : -1;
}

/* Removes @file if it is the one that is open as @fd. */
static void
remove_same(int dir, const char *file, int fd)
{
	struct stat ours, there;

	if (fstat(fd, &ours) == 0 &&
	    fstatat(dir, file, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
		unlinkat(dir, file, 0);
}

int
pending_reserve(struct store *store, const char *name,
    const struct pending *intent, struct error *err)
{
	struct buffer head = BUFFER_INIT;
	char file[FILE_SIZE], new_file[FILE_SIZE + NEW_EXTRA];
	int dir, fd = -1;
	bool first;

	pending_file(file, name, intent->operation);
	new_name(new_file, file);
	dir = store_make_part(store, STORE_PENDING, err);
	if (dir < 0)
		return -1;
	first = faccessat(dir, file, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT;
	/* Aside first: an old record says that a token is in doubt, and must
	 * not go before the new one is whole. */
	if (print_intent(&head, intent, err) == 0 &&
	    file_remove(dir, new_file, err) == 0)
		fd = file_reserve(dir, new_file, head.data, head.length,
		    PENDING_ROOM, err);
	if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0 || renameat(dir,
	    new_file, dir, file) != 0 || file_sync(dir, NULL) != 0)) {
		error_set_errno(err, errno, "%s",
		    _("cannot write down what is about to be sent"));
		/* Where it stands by now, it says what is not true. */
		if (first)
			remove_same(dir, file, fd);
		close(fd);
		fd = -1;
	}
	buffer_release(&head);
	close(dir);
	return fd;
}

int
pending_is_busy(const struct store *store, const char *name,
    enum pending_operation operation, struct error *err)
{
	char file[FILE_SIZE];
	struct error why = ERROR_INIT;
	int dir, fd, busy = 0;

	pending_file(file, name, operation);
	dir = store_open_part(store, STORE_PENDING, &why);
	fd = dir < 0 ? -1 : openat(dir, file,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0)
		busy = errno == EWOULDBLOCK ? 1 : -1;
	if (dir >= 0 && (fd < 0 || busy < 0))
		error_set_errno(&why, errno, _("cannot open %s"), file);
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	/* What is no record of ours has nobody who writes it. */
	return busy < 0 || (busy == 0 && error_is_passing(&why)) ?
	    error_give(err, &why) : busy;
}

/* Anything else than a digest is none: the record serves without. */
static void
take_digest(char digest[DIGEST_SIZE], const char *text)
{
	if (text != NULL && strlen(text) == DIGEST_SIZE - 1 &&
	    strspn(text, "0123456789abcdef") == DIGEST_SIZE - 1)
		memcpy(digest, text, DIGEST_SIZE);
}

/* -1: it is none; @err is set only when that is for want of memory. */
static int
parse_intent(const struct buffer *file, struct pending *pending,
    struct error *err)
{
	const char *newline = file->length < PENDING_ANSWER_AT ? NULL :
	    memchr(file->data, '\n', PENDING_ANSWER_AT);
	struct error why = ERROR_INIT;
	const char *word, *at, *issuer;
	struct json *object;
	int result = -1;

	if (newline == NULL)
		return -1;
	object = json_parse(file->data, (size_t)(newline - file->data), &why);
	if (error_is_passing(&why))
		return error_give(err, &why);
	word = json_string(object, "operation");
	at = json_string(object, "at");
	issuer = json_string(object, "issuer");
	if (word == NULL || at == NULL || issuer == NULL ||
	    time_parse(at, &pending->at) != 0 ||
	    json_integer(object, "generation", &pending->generation) != 0 ||
	    json_integer(object, "attempts", &pending->attempts) != 0)
		goto out;
	pending->replace = json_bool(object, "replace");
	take_digest(pending->digest, json_string(object, "digest"));
	for (size_t i = 0; i <= PENDING_REFRESH; i++) {
		if (strcmp(word, operation_words[i]) != 0)
			continue;
		pending->operation = (enum pending_operation)i;
		pending->issuer = strdup(issuer);
		result = pending->issuer == NULL ? error_no_memory(err) : 0;
		break;
	}
out:
	json_free(object);
	return result;
}

int
pending_load(const struct store *store, const char *name,
    enum pending_operation operation, struct pending *pending,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct error why = ERROR_INIT;
	char file[FILE_SIZE];
	int dir, result = -1;

	memset(pending, 0, sizeof *pending);
	buffer_init(&pending->answer);
	pending_file(file, name, operation);
	dir = store_open_part(store, STORE_PENDING, err);
	if (dir < 0)
		return -1;
	if (file_read(dir, file, PENDING_ANSWER_AT + PENDING_ROOM, &text, NULL,
	    err) != 0)
		goto out;
	if (parse_intent(&text, pending, &why) != 0 ||
	    pending->operation != operation) {
		pending->damaged = !error_is_passing(&why);
		if (pending->damaged)
			error_set(&why, ERROR_FAILED,
			    _("the record of what was under way for '%s' "
			    "cannot be read"), name);
		error_give(err, &why);
		goto out;
	}
	/* The room behind the answer, and all of it where none came, is NUL. */
	buffer_add_string(&pending->answer, text.data + PENDING_ANSWER_AT);
	result = buffer_ok(&pending->answer, err) ? 0 : -1;
out:
	buffer_release(&text);
	close(dir);
	return result;
}

void
pending_release(struct pending *pending)
{
	free(pending->issuer);
	pending->issuer = NULL;
	buffer_release(&pending->answer);
}

int
pending_remove(const struct store *store, const char *name,
    enum pending_operation operation, struct error *err)
{
	char file[FILE_SIZE];
	int dir, result;

	pending_file(file, name, operation);
	dir = store_find_part(store, STORE_PENDING, err);
	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	result = file_remove(dir, file, err);
	close(dir);
	return result;
}

void
pending_path(const struct store *store, const char *name,
    enum pending_operation operation, struct buffer *path)
{
	char file[FILE_SIZE];

	pending_file(file, name, operation);
	buffer_addf(path, "%s/.chatelaine/%s/%s", store_path(store),
	    STORE_PENDING, file);
}

/* Whose record an entry is: "NAME", "NAME~login" or ".NAME.new". */
static void
profile_of(const char *entry, char name[STORE_NAME_MAX + 1])
{
	size_t n = strlen(entry), suffix = strlen(NEW_SUFFIX);

	if (*entry == '.' && n > suffix &&
	    strcmp(entry + n - suffix, NEW_SUFFIX) == 0) {
		store_plain_name(name, entry + 1);
		if (n - 1 - suffix < STORE_NAME_MAX)
			name[n - 1 - suffix] = '\0';
	} else
		store_plain_name(name, entry);
	name[strcspn(name, "~")] = '\0';
}

static int
add_name(struct store_names *names, const char *entry, struct error *err)
{
	char name[STORE_NAME_MAX + 1];

	profile_of(entry, name);
	return store_check_name(name, NULL) != 0 ? 0 :
	    store_names_add(names, name, err);
}

int
pending_list(const struct store *store, struct store_names *names,
    struct error *err)
{
	return store_list_part(store, STORE_PENDING, add_name, names, err);
}

int
pending_rename(struct store *store, const char *name, const char *to,
    struct error *err)
{
	char from[FILE_SIZE], into[FILE_SIZE];
	int dir = store_find_part(store, STORE_PENDING, err), result = 0;

	if (dir < 0)
		return dir == STORE_ABSENT ? 0 : -1;
	pending_file(from, name, PENDING_REFRESH);
	pending_file(into, to, PENDING_REFRESH);
	if (renameat(dir, from, dir, into) == 0)
		result = file_sync(dir, err);
	else if (errno != ENOENT)
		result = error_set_errno(err, errno, "%s",
		    _("cannot rename the record of a renewal"));
	close(dir);
	return result;
}

int
pending_is_in_doubt(const struct store *store, const char *name,
    int64_t generation, struct error *err)
{
	struct error why = ERROR_INIT;
	struct pending pending;
	int doubt = 0, busy = 0;

	if (pending_load(store, name, PENDING_REFRESH, &pending, &why) == 0) {
		if (pending.generation == generation)
			busy = pending_is_busy(store, name, PENDING_REFRESH,
			    err);
		doubt = busy < 0 ? -1 : busy == 0 &&
		    pending.generation == generation;
	} else if (error_is_passing(&why))
		doubt = error_give(err, &why);
	/* Of a record that is damaged nobody knows more. */
	else
		doubt = pending.damaged;
	pending_release(&pending);
	return doubt;
}
