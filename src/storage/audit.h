/*
 * audit: who did what, when: STORE/.chatelaine/audit.jsonl.
 *
 * One object a line: number, at (RFC 3339), event, profile, result ("ok" or
 * the words of the error, in the language of who did it), status (enum
 * error_code, 0 for ok: the same in every language), uid, pid, tty, host (where
 * SSH_CONNECTION says that the person is), detail, prev. Never a secret. A line
 * is on the disk when audit_add() returns.
 *
 * The lines are a chain: `number` counts them from 1 on, `prev` is the SHA-256
 * of the line before, without its line end, in hexadecimal; zeros for the first
 * one. Lines without them, which earlier versions wrote, are its unchained
 * beginning. A file that has become large is audit.jsonl.1, and so on to .4;
 * the chain goes on across them.
 *
 * audit.head has number and digest of the last line and the length of
 * audit.jsonl. It is written behind each line without being synced, so it may
 * lag: a line more than it knows is in order, a line less was cut off. What a
 * killed writer left of a line is removed by the next one.
 *
 * The chain tells of an accident, and of a change by whoever does not know it.
 * It proves nothing against somebody who may write the store, and makes all of
 * it anew.
 */
#ifndef STORAGE_AUDIT_H
#define STORAGE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
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
	AUDIT_RUN,
	AUDIT_ADD_VOLUME,
	AUDIT_TRUST,
	AUDIT_TOKEN
};

/* @why is NULL where it went well; @detail (a format's name, a path) may be
 * NULL. Takes LOCK_AUDIT, and waits for it at most some seconds. */
int audit_add(struct store *store, enum audit_event event, const char *profile,
    const char *detail, const struct error *why, struct error *err);

/* --- Reading -------------------------------------------------------------- */

/* What stands in the title of a file: "audit.jsonl.4". */
#define AUDIT_NAME_SIZE 16

enum audit_fault {
	AUDIT_WHOLE,
	AUDIT_UNREADABLE,	/* a line is none of ours */
	AUDIT_UNCHAINED,	/* a line without `prev` among those with one */
	AUDIT_MISSING,		/* @missing lines before a line are */
	AUDIT_CHANGED,		/* the line before is not what it was */
	AUDIT_LAST_CHANGED,	/* the line is not */
	AUDIT_CUT,		/* @missing lines at the end are missing */
	AUDIT_HEADLESS		/* audit.head is missing or damaged */
};

/* Where the chain breaks first; up to AUDIT_LAST_CHANGED: at @line (from 1 on)
 * of @file. */
struct audit_chain {
	enum audit_fault fault;
	char file[AUDIT_NAME_SIZE];
	size_t line;
	int64_t missing;
	size_t unchained;	/* lines at the beginning */
	bool torn;		/* what a killed writer left of a line stands
				 * at the end; no fault */
};

/* All lines there are, the oldest first, and what became of the chain. */
struct audit_log {
	struct buffer text;
	struct audit_line {
		size_t start, length;
	} *line;
	size_t count;
	struct audit_chain chain;
};

/* Reads all of it, without a lock and without writing. A store without a log
 * has an empty one. The caller calls audit_log_release() in any case. */
int audit_load(const struct store *store, struct audit_log *log,
    struct error *err);
void audit_log_release(struct audit_log *log);

/* What a line says: foreign text. Unknown is NULL, TIME_UNKNOWN, -1; all of it
 * for a line that cannot be read. The strings belong to @json. */
struct audit_entry {
	struct json *json;
	int64_t at, status, uid, pid;
	const char *event, *profile, *result, *detail, *tty, *host;
};

/* The caller calls audit_entry_release(). -1 only where there was no memory;
 * what is no line of a log is an entry without anything. */
int audit_entry_read(const struct audit_log *log, size_t index,
    struct audit_entry *entry, struct error *err);
void audit_entry_release(struct audit_entry *entry);

#endif
