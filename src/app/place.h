/*
 * place: where a program looks for its login: a kind of file and its path.
 */
#ifndef APP_PLACE_H
#define APP_PLACE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/consumer.h"

struct place {
	const struct consumer *consumer;
	char *path;		/* absolute; owned */
};

#define PLACE_INIT { NULL, NULL }

/*
 * Understands "codex", the usual place of that kind, or "codex=PATH", where
 * PATH is a file, or a directory in which the file has its usual name.
 * ERROR_USAGE. The caller calls place_release() in any case.
 */
int place_find(struct place *place, const char *spec, struct error *err);

/* The usual place of a kind, by its variables and $HOME (protocol.md 7 to 9).
 * ERROR_USAGE when there is no home. */
int place_usual(struct place *place, const struct consumer *consumer,
    struct error *err);

/* A place that was written down: ERROR_FAILED when the kind is not known. */
int place_set(struct place *place, const char *kind, const char *path,
    struct error *err);

/* A copy of it. */
int place_copy(struct place *place, const struct place *from,
    struct error *err);

void place_release(struct place *place);

/* As place_find() takes it, and as short: "codex", or "codex=/path". */
void place_label(const struct place *place, struct buffer *out);

/* The same as one word of a shell, for a command that helps. */
void place_word(const struct place *place, struct buffer *out);

bool place_is_same(const struct place *a, const struct place *b);

/* True if the directory of its file is there: the program was used. */
bool place_is_there(const struct place *place);

#endif
