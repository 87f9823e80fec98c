/*
 * targets: where programs look for a login, what we wrote there last, and what
 * stood there before: a part of STORE/.chatelaine/state.json.
 *
 * A target is a kind of file (formats/consumer) and an absolute path. It is in
 * the list once something was written there. The digest is of the bytes that
 * are ours, so that whoever looks next can tell whether they are still there;
 * no secret is kept.
 *
 * Whoever writes to a target, or to the list, holds LOCK_TARGETS.
 */
#ifndef STORAGE_TARGETS_H
#define STORAGE_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "storage/store.h"

/* Strings are owned; NULL is none. */
struct target {
	char *kind, *path;
	char *profile;		/* whose view is there; NULL: none of ours */
	int64_t since;		/* when it was made to show that */
	char *previous;		/* what `use -` goes back to */
	/* Only while the last operation was a switch or a deletion of which
	 * this target was a part: what `undo` goes back to. */
	bool may_undo;
	char *undo;		/* NULL: no view */
	bool run;		/* of `chatelaine run`: goes with its command */
	char digest[DIGEST_SIZE];	/* "": we wrote nothing */
	int64_t generation, expires_at;	/* of the token in the view */
};

struct targets {
	struct target *target;
	size_t count;
};

#define TARGETS_INIT { NULL, 0 }

/* Reads the list; none yet is an empty one. ERROR_FAILED where state.json
 * cannot be read. The caller calls targets_release() in any case. */
int targets_load(const struct store *store, struct targets *targets,
    struct error *err);
int targets_save(struct store *store, const struct targets *targets,
    struct error *err);
void targets_release(struct targets *targets);

/* The target at that place; NULL when it is not in the list. */
struct target *targets_find(const struct targets *targets, const char *kind,
    const char *path);

/* The same, added when it is missing; NULL: out of memory. Pointers to other
 * targets are void afterwards. */
struct target *targets_add(struct targets *targets, const char *kind,
    const char *path, struct error *err);

/* Takes it off the list. */
void targets_drop(struct targets *targets, struct target *target);

/* Sets a string to a copy of @value (NULL: none). */
int target_set(char **to, const char *value, struct error *err);

/* What `undo` could go back to is of an operation that was not the last. */
void targets_forget_undo(struct targets *targets);

#endif
