#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "storage/lock.h"
#include "storage/spent.h"

/* "2026-11-28T17:00:00Z ", the digest, and the end of the line. */
#define DIGEST_AT 21
#define LINE (DIGEST_AT + DIGEST_SIZE)

/* What a file may grow to where nobody could put it aside. */
#define READ_MOST ((size_t)2 * SPENT_MOST * LINE)

/* Looks @digest up in the lines of one file. */
static bool
find_in(const struct buffer *file, const char *digest, int64_t *at)
{
	char line[LINE + 1];
	size_t i = 0;

	while (i < file->length) {
		const char *start = file->data + i;
		const char *end = memchr(start, '\n', file->length - i);
		size_t n = end == NULL ? file->length - i :
		    (size_t)(end - start);

		i += n + 1;
		if (end == NULL || n != LINE - 1 ||
		    start[DIGEST_AT - 1] != ' ')
			continue;
		memcpy(line, start, n);
		line[DIGEST_AT - 1] = line[n] = '\0';
		if (strcmp(line + DIGEST_AT, digest) == 0 &&
		    time_parse(line, at) == 0)
			return true;
	}
	return false;
}

/* As spent_find(). */
static int
find_digest(int dir, const char *digest, int64_t *at, struct error *err)
{
	static const char *const files[] = { SPENT_FILE, SPENT_OLDER };
	int found = 0;

	for (size_t i = 0; i < 2 && found <= 0; i++) {
		struct buffer file = BUFFER_INIT;
		struct error why = ERROR_INIT;

		if (file_read(dir, files[i], READ_MOST, &file, NULL,
		    &why) != 0) {
			if (error_is_passing(&why))
				found = error_give(err, &why);
		} else if (find_in(&file, digest, at))
			found = 1;
		buffer_release(&file);
	}
	return found;
}

/* Puts the file aside when it is full, or when it is none of ours. One process
 * at a time: a second one would put the new file over the full one. */
static void
put_aside(struct store *store, int dir)
{
	int lock = lock_try(store, LOCK_SPENT, NULL);
	struct buffer file = BUFFER_INIT;
	struct error why = ERROR_INIT;

	if (lock < 0)
		return;
	if (file_read(dir, SPENT_FILE, READ_MOST, &file, NULL, &why) == 0 ?
	    file.length >= (size_t)SPENT_MOST * LINE :
	    why.code == ERROR_FAILED && !error_is_passing(&why)) {
		/* Where it is a directory, no file makes room for it. */
		if (renameat(dir, SPENT_FILE, dir, SPENT_OLDER) != 0 &&
		    errno == ENOTDIR && unlinkat(dir, SPENT_OLDER, 0) == 0)
			(void)!renameat(dir, SPENT_FILE, dir, SPENT_OLDER);
	}
	buffer_release(&file);
	close(lock);
}

int
spent_add(struct store *store, const char *digest, int64_t at,
    struct error *err)
{
	struct buffer file = BUFFER_INIT, line = BUFFER_INIT;
	int dir = store_make_part(store, ".", err), result = -1;
	char when[TIME_TEXT_SIZE];
	int64_t before;

	if (dir < 0)
		return -1;
	/* Where that cannot be told it may come to stand there twice. */
	if (find_digest(dir, digest, &before, NULL) > 0) {
		result = 0;
		goto out;
	}
	if (file_read(dir, SPENT_FILE, READ_MOST, &file, NULL, NULL) != 0 ||
	    file.length >= (size_t)SPENT_MOST * LINE)
		put_aside(store, dir);
	/* Behind half a line of somebody who was killed. */
	else if (file.length > 0 && file.data[file.length - 1] != '\n')
		buffer_add_char(&line, '\n');
	time_format(when, at);
	buffer_addf(&line, "%s %s\n", when, digest);
	if (buffer_ok(&line, err))
		result = file_append(dir, SPENT_FILE, line.data, line.length,
		    err);
out:
	buffer_release(&file);
	buffer_release(&line);
	close(dir);
	return result;
}

int
spent_find(const struct store *store, const char *token, int64_t *at,
    struct error *err)
{
	struct error why = ERROR_INIT;
	int dir = store_open_part(store, ".", &why), found;
	char digest[DIGEST_SIZE];
	int64_t when;

	if (dir < 0)
		return error_is_passing(&why) ? error_give(err, &why) : 0;
	digest_text(digest, token, strlen(token));
	found = find_digest(dir, digest, at != NULL ? at : &when, err);
	close(dir);
	return found;
}
