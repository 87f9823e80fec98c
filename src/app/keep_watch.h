/*
 * keep_watch: the part of `chatelaine keep` that looks at programs' files.
 */
#ifndef APP_KEEP_WATCH_H
#define APP_KEEP_WATCH_H

#include <stdbool.h>

#include "app/app.h"
#include "base/watch.h"

/* Where lines about what is done go, and, as trouble, what is not as it should
 * be. */
struct keep_say {
	void (*say)(bool trouble, const char *line, void *context);
	void *context;
};

void keep_sayf(const struct keep_say *say, bool trouble, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

struct keep_watch;

/* Watches all places that are known, from what they are now on. */
struct keep_watch *keep_watch_open(struct app *app, struct watch *watch,
    const struct keep_say *say, struct error *err);
void keep_watch_close(struct keep_watch *files);

/* Something changed: takes newer tokens of known logins in, rewrites the views
 * of a lent login that its program renewed, says what else happened. False when
 * somebody was at work on some of it: to be called again soon. */
bool keep_watch_look(struct keep_watch *files);

#endif
