/*
 * fuzz: what the fuzzers have in common.
 *
 * A fuzzer is a file fuzz_NAME.c with LLVMFuzzerTestOneInput(), which gives
 * any bytes to a parser, and CHECKs what must be true whatever they are. Built
 * with libFuzzer it looks for bytes of which something is not (./dev fuzz);
 * built with replay.c it is a test that feeds what stands in corpus/NAME/.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct json;
struct store;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) \
	((condition) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #condition))

_Noreturn void fuzz_failed(const char *file, int line, const char *condition);

/* What is not yet taken of an input. */
struct fuzz_input {
	const uint8_t *data;
	size_t left;
};

/* The next line without its end, and all that is left, as strings, which the
 * caller frees. They end at the first NUL, and nothing of ours stands behind:
 * a step too far is seen by the sanitizers. */
char *fuzz_line(struct fuzz_input *input);
char *fuzz_rest(struct fuzz_input *input);

/* The number at the start of the next line; 0 where there is none. */
long fuzz_number(struct fuzz_input *input);

/* Two strings, of which either may be NULL. */
bool fuzz_same(const char *a, const char *b);

/* A failure has a code and a text. */
void fuzz_check_error(const struct error *err);

/* What we print as JSON is printable ASCII, and we read it. The caller frees
 * what is read. */
struct json *fuzz_check_json(const struct buffer *text);

/* A store of this process, in a directory of its own that goes at its end; and
 * a file below it, with the directories above. */
struct store *fuzz_store(void);
void fuzz_put(const char *name, const void *data, size_t size);

/* A file below it, or an empty directory, is gone: 0, as remove() does. */
int fuzz_remove(const char *name);

/* A store that is not there, which is one with nothing in it. */
struct store *fuzz_no_store(void);

#endif
