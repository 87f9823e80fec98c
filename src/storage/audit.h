/*
 * audit: who did what, when: STORE/.chatelaine/audit.jsonl.
 *
 * One object a line: at (RFC 3339), event, profile, result ("ok" or the words
 * of the error), uid, pid, detail. Never a secret. A line is on the disk when
 * audit_add() returns.
 */
#ifndef STORAGE_AUDIT_H
#define STORAGE_AUDIT_H

#include "base/error.h"
#include "storage/store.h"

enum audit_event {
	AUDIT_SIGN_IN,
	AUDIT_REFRESH,
	AUDIT_EXPORT,
	AUDIT_SIGN_OUT,
	AUDIT_DELETE,
	AUDIT_UNDO,
	AUDIT_USE,
	AUDIT_IMPORT,
	AUDIT_LEND,
	AUDIT_TAKE_BACK,
	AUDIT_RENAME,
	AUDIT_RUN
};

/* @why is NULL where it went well; @detail (a format's name, a path) may be
 * NULL. */
int audit_add(struct store *store, enum audit_event event, const char *profile,
    const char *detail, const struct error *why, struct error *err);

#endif
