/*
 * undo: going back behind the last switch or deletion.
 */
#ifndef APP_UNDO_H
#define APP_UNDO_H

#include <stdbool.h>

#include "app/app.h"
#include "app/use.h"

/* What was undone. */
struct undo {
	bool restored;		/* a profile is back; else targets switched */
	char name[STORE_NAME_MAX + 1];	/* its name before */
	char as[STORE_NAME_MAX + 1];	/* and now */
	struct places places;	/* the targets that went back */
};

/* ERROR_NOT_FOUND: there is nothing. The caller calls undo_release() in any
 * case. */
int undo_last(struct app *app, int wait_ms, struct undo *undo,
    struct error *err);
void undo_release(struct undo *undo);

/* The sentence about it, for a person: "'work' is back". */
void undo_sentence(const struct undo *undo, struct buffer *out);

#endif
