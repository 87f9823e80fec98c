/*
 * view: putting a login into a program's file, and taking it away.
 *
 * In two steps, so that everything that may fail for want of room or rights
 * has failed before anything is changed. The file is then exchanged only if it
 * is still what was looked at, under the program's own lock, which is held for
 * the comparison and a rename(), never longer. A program that writes its file
 * in place, as the OpenHands SDK does, may have it open at that moment: then it
 * gets its file back, and nothing was changed.
 *
 * LOCK_TARGETS is held by the caller. What a killed process leaves is cleared
 * away by app/settle.
 */
#ifndef APP_VIEW_H
#define APP_VIEW_H

#include <limits.h>
#include <stdbool.h>

#include "app/app.h"
#include "app/look.h"
#include "app/place.h"
#include "base/digest.h"
#include "storage/credential.h"

/* In place of a profile's name: that of the record (storage/move) of a file
 * that is being written, each its own. */
#define VIEW_RECORD_SIZE 18

void view_record(char record[VIEW_RECORD_SIZE], const struct place *place);

struct view {
	struct app *app;
	const struct place *place;
	const struct look *look;
	int dir;		/* of the file; -1: nothing is staged */
	char name[NAME_MAX + 1];
	char temporary[NAME_MAX + 1];	/* "": none, or not any more */
	bool removal;		/* the file is to go */
	int lease;		/* on the old file (app/neighbour) */
	bool recorded;		/* its record goes with it */
	char digest[DIGEST_SIZE];	/* of the bytes that are ours */
};

#define VIEW_INIT { NULL, NULL, NULL, -1, "", "", false, -1, \
	false, "" }

/*
 * Prepares the file at @place for @credential, a login of @account_id: a view,
 * or, @lend, the whole chain. @look is what was seen there, and outlives the
 * view. ERROR_REFUSED when that must not be overwritten.
 */
int view_stage(struct view *view, struct app *app, const struct place *place,
    const struct look *look, const struct credential *credential,
    const char *account_id, bool lend, struct error *err);

/* Prepares taking it away: the file of a program of its own goes, in a shared
 * one our member does. */
int view_stage_removal(struct view *view, struct app *app,
    const struct place *place, const struct look *look, struct error *err);

/* ERROR_FAILED when nothing could be written there: asked before a chain is
 * moved. */
int view_probe(struct app *app, const struct place *place,
    const struct look *look, struct error *err);

/*
 * Puts it in place. -1: nothing was changed (but that the directory could not
 * be synced); ERROR_BUSY when the file is not what it was any more, or its
 * program wrote into it at that moment: then it has its file back; look again.
 */
int view_commit(struct view *view, struct error *err);

/* What is staged stays where it is, for app/settle. */
void view_leave(struct view *view);

/* Removes what is staged, if it is not in place. Always called. */
void view_release(struct view *view);

#endif
