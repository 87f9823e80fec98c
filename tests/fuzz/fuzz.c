#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "fuzz.h"
#include "storage/store.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	json_init();
	return 0;
}

void
fuzz_failed(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: this is not true: %s\n", file, line,
	    condition);
	abort();
}

/* --- Input ---------------------------------------------------------------- */

static char *
take(struct fuzz_input *input, size_t size)
{
	size_t n = strnlen((const char *)input->data, size);
	char *text = malloc(n + 1);

	CHECK(text != NULL);
	memcpy(text, input->data, n);
	text[n] = '\0';
	input->data += size;
	input->left -= size;
	return text;
}

char *
fuzz_line(struct fuzz_input *input)
{
	const uint8_t *end = memchr(input->data, '\n', input->left);
	char *text;

	if (end == NULL)
		return take(input, input->left);
	text = take(input, (size_t)(end - input->data));
	input->data++;
	input->left--;
	return text;
}

char *
fuzz_rest(struct fuzz_input *input)
{
	return take(input, input->left);
}

long
fuzz_number(struct fuzz_input *input)
{
	char *line = fuzz_line(input);
	long number = strtol(line, NULL, 10);

	free(line);
	return number;
}

/* --- Output --------------------------------------------------------------- */

bool
fuzz_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void
fuzz_check_error(const struct error *err)
{
	CHECK(err->code != ERROR_NONE);
	CHECK(err->text[0] != '\0');
	CHECK(memchr(err->text, '\0', sizeof err->text) != NULL);
}

struct json *
fuzz_check_json(const struct buffer *text)
{
	struct json *json = json_parse(text->data, text->length, NULL);

	for (size_t i = 0; i < text->length; i++)
		CHECK(text->data[i] == '\n' ||
		    (text->data[i] >= 0x20 && text->data[i] < 0x7f));
	CHECK(json != NULL);
	return json;
}

/* --- Store ---------------------------------------------------------------- */

static char path[PATH_MAX];

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static void
remove_store(void)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct store *
fuzz_store(void)
{
	static struct store *store;
	const char *folder = getenv("TMPDIR");

	if (store != NULL)
		return store;
	/* In memory, where syncing costs nothing. */
	if (folder == NULL)
		folder = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" :
		    "/tmp";
	snprintf(path, sizeof path, "%s/chatelaine-fuzz-XXXXXX", folder);
	CHECK(mkdtemp(path) != NULL);
	atexit(remove_store);
	store = store_open(path, NULL);
	CHECK(store != NULL);
	return store;
}

struct store *
fuzz_no_store(void)
{
	static struct store *none;
	char place[PATH_MAX];

	if (none != NULL)
		return none;
	CHECK(snprintf(place, sizeof place, "%s/none/here",
	    store_path(fuzz_store())) < (int)sizeof place);
	none = store_open(place, NULL);
	CHECK(none != NULL && !store_exists(none));
	return none;
}

int
fuzz_remove(const char *name)
{
	char file[PATH_MAX];

	CHECK(snprintf(file, sizeof file, "%s/%s", path, name) <
	    (int)sizeof file);
	return remove(file);
}

void
fuzz_put(const char *name, const void *data, size_t size)
{
	static const int flags = O_WRONLY | O_CREAT | O_TRUNC;
	char file[PATH_MAX];
	int fd;

	fuzz_store();
	CHECK(snprintf(file, sizeof file, "%s/%s", path, name) <
	    (int)sizeof file);
	fd = open(file, flags, 0600);
	if (fd < 0) {
		*strrchr(file, '/') = '\0';
		CHECK(file_make_path(file, NULL) == 0);
		file[strlen(file)] = '/';
		fd = open(file, flags, 0600);
	}
	CHECK(fd >= 0);
	CHECK(write(fd, data, size) == (ssize_t)size);
	close(fd);
}
