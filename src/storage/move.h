/*
 * move: a chain on its way between the store and a program's file, or a
 * profile on its way to another name: STORE/.chatelaine/moves/NAME.
 *
 * Written and synced before the first of several files changes, removed after
 * the last. Whoever starts next and finds it completes the move, or undoes it
 * (app/settle). All want the profile's lock held.
 */
#ifndef STORAGE_MOVE_H
#define STORAGE_MOVE_H

#include <stdbool.h>

#include "base/error.h"
#include "storage/store.h"

enum move_operation {
	MOVE_IN,		/* from a program's file into the store */
	MOVE_OUT,		/* lent: from the store into such a file */
	MOVE_RENAME		/* to the name @to */
};

/* Strings are owned. */
struct move {
	enum move_operation operation;
	char *kind, *path;	/* of the program's file */
	char *to;		/* MOVE_RENAME */
};

#define MOVE_INIT { MOVE_IN, NULL, NULL, NULL }

/* Writes it down. The strings of @move are not taken. */
int move_begin(struct store *store, const char *name, const struct move *move,
    struct error *err);

/* Reads it: ERROR_NOT_FOUND when nothing is on its way. The caller calls
 * move_release() in any case. */
int move_load(const struct store *store, const char *name, struct move *move,
    struct error *err);
void move_release(struct move *move);

int move_end(const struct store *store, const char *name, struct error *err);

/* Removes what a killed move_begin() left. */
void move_sweep(const struct store *store, const char *name);

/* The names of all profiles with something on its way, or with traces of it. */
int move_list(const struct store *store, struct store_names *names,
    struct error *err);

/* A record under a name that begins so is of a file, not of a profile: see
 * app/view. move_list_files() gives those. */
#define MOVE_FILE_MARK '%'

int move_list_files(const struct store *store, struct store_names *names,
    struct error *err);

#endif
