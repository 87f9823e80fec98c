/*
 * run: a command that sees one profile only.
 *
 * Its program finds a view in a directory of its own, STORE/.chatelaine/run/,
 * by the variable that names it; what other tokens the environment has is
 * taken out of it. The view is a target like any other while the command runs,
 * so that it is rewritten when the profile is renewed. A login that the command
 * made itself is taken in before its directory goes.
 */
#ifndef APP_RUN_H
#define APP_RUN_H

#include <stdbool.h>

#include "app/app.h"
#include "formats/consumer.h"

struct run;

/* Which program a command is, by its name; Codex where it is none known. */
const struct consumer *run_guess(const char *command);

/* True if each version of that program looks where we say. */
bool run_is_possible(const struct consumer *consumer);

/* Makes the directory and the view. ERROR_USAGE: it is not possible. The caller
 * calls run_end(). NULL on failure. */
struct run *run_begin(struct app *app, const char *name,
    const struct consumer *consumer, struct error *err);

/* The environment of the command; belongs to the run. From here on what it
 * starts holds the lock by which its directory is known to be in use. */
char **run_environment(struct run *run, struct error *err);

/* After the command: takes in what it left, and clears away. -1: a login that
 * it made stays in its directory for now, and the next start tries again. */
int run_end(struct run *run, struct error *err);

/* Clears away what killed processes left. */
void run_sweep(struct app *app);

#endif
