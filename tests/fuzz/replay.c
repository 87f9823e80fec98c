/*
 * replay: a fuzzer as a test, in TAP: feeds it every file of its corpus, or
 * of the folders that are named.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* No file of a corpus is larger. */
#define INPUT_MAX ((size_t)1024 * 1024)

static int count;

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Of just that size, so that a step behind it is seen. */
static void
feed(FILE *file)
{
	uint8_t *all = malloc(INPUT_MAX), *data;
	size_t size;

	CHECK(all != NULL);
	size = fread(all, 1, INPUT_MAX, file);
	data = realloc(all, size + (size == 0));
	CHECK(data != NULL);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static void
feed_file(const char *path)
{
	FILE *file = fopen(path, "rb");

	/* A fuzzer that runs may have found a shorter one meanwhile. */
	if (file == NULL && errno == ENOENT)
		return;
	CHECK(file != NULL);
	printf("# %s\n", path);
	fflush(stdout);
	feed(file);
	fclose(file);
	printf("ok %d - %s\n", ++count, strrchr(path, '/') + 1);
}

static int
feed_folder(const char *folder)
{
	struct dirent **entry;
	char path[PATH_MAX];
	int n = scandir(folder, &entry, is_input, alphasort);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", folder,
		    entry[i]->d_name);
		feed_file(path);
		free(entry[i]);
	}
	if (n < 0) {
		perror(folder);
		return -1;
	}
	free(entry);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/'), *srcdir = getenv("srcdir");
	char folder[PATH_MAX];
	int result = 0;

	name = name == NULL ? argv[0] : name + 1;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s",
	    srcdir != NULL ? srcdir : ".", name);
	LLVMFuzzerInitialize(&argc, &argv);
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	printf("ok %d - nothing at all\n", ++count);
	if (argc == 1)
		result = feed_folder(folder);
	for (int i = 1; i < argc && result == 0; i++)
		result = feed_folder(argv[i]);
	printf("1..%d\n", count);
	return result == 0 ? 0 : 1;
}
