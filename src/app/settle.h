/*
 * settle: completing or undoing what was cut off while a chain was on its way
 * between the store and a program's file (storage/move).
 */
#ifndef APP_SETTLE_H
#define APP_SETTLE_H

#include "app/app.h"

/* For @name, whose lock is held; before anything else is done with it. -1: it
 * could not be settled now, and nothing else may be done. */
int settle_profile(struct app *app, const char *name, struct error *err);

/* The files that were being written: what was left beside them is taken in or
 * cleared away. Nothing waits: what somebody is at work on is theirs. */
void settle_files(struct app *app);

/* The same with LOCK_TARGETS held: before the next file is written, since one
 * record tells of one file only (app/view). */
void settle_files_locked(struct app *app);

#endif
