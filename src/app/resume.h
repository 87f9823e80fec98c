/*
 * resume: sign-ins that were cut off, by a line that dropped or a process that
 * was ended, and whose code still waits for its approval. job_login() goes on
 * with one by itself.
 */
#ifndef APP_RESUME_H
#define APP_RESUME_H

#include <stdint.h>

#include "app/app.h"

struct resume {
	char name[STORE_NAME_MAX + 1];
	int64_t ends;		/* s since 1970 */
};

/* The one whose code lives longest, of those that nobody is at work on. A
 * process that is just ending is given a moment. False: there is none. */
bool resume_find(const struct app *app, struct resume *resume);

/* Drops it. -1: @err, or somebody is at work on it, which is ERROR_BUSY. */
int resume_drop(struct app *app, const char *name, struct error *err);

#endif
