/*
 * doctor: what is wrong with the store and the files of programs, what helps,
 * and mending what loses nothing. Sends nothing.
 *
 * Above all: each refresh token is in one file. That is compared by hash over
 * the profiles, the forgotten ones that could come back, and every place where
 * a program is known to look.
 */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "app/app.h"
#include "base/buffer.h"

enum finding_kind {
	FINDING_COPY,		/* a refresh token in two files */
	FINDING_SPENT,		/* one that was spent before */
	FINDING_DAMAGE,		/* a file that cannot be read */
	FINDING_TARGET,		/* a file that does not show what it should */
	FINDING_STRANGER,	/* a login that is not in the store */
	FINDING_MODE,		/* and whatever else the list warns of */
	FINDING_OWNER,		/* a file that is not its directory's owner's */
	FINDING_LEFTOVER,	/* a temporary file of who was killed */
	FINDING_LENT,		/* a lent login that nobody renews */
	FINDING_RUNNING,	/* a program with the login before */
	FINDING_CLOCK,		/* something was done in the future */
	FINDING_KEEPER,		/* nothing renews */
	FINDING_AUDIT		/* the audit log is not what it was */
};

/* What can be done without losing anything. */
enum finding_mend {
	MEND_NOTHING,		/* it needs somebody who decides */
	MEND_MODE,
	MEND_OWNER,
	MEND_VIEW,		/* to be written anew */
	MEND_COPY,		/* a view takes its place */
	MEND_LEFTOVER,		/* of the store */
	MEND_LEFTOVER_BESIDE,	/* beside a program's file */
	MEND_INDEX
};

enum finding_fix {
	FIX_NONE,		/* nothing, or it could not be done */
	FIX_WOULD,		/* doctor_fix() would do it */
	FIX_DONE
};

/* What is wrong, what comes of it and what to do: foreign text, to be shown
 * through base/text. Owned; NULL is none. */
struct finding {
	enum finding_kind kind;
	char *text;
	char *remedy;		/* a command */
	enum finding_fix fix;
	char *problem;		/* why it could not be done */
	/* For whoever does it: what, and to what. */
	enum finding_mend mend;
	char *profile;
	char *entry;		/* in its directory, or beside @place */
	char *place;		/* of a program, as place_find() takes it */
	char *at;		/* the file, for people */
};

/* What the locks and the modes of a store rely on. */
enum doctor_disk {
	DISK_PLAIN,
	DISK_SHARED,		/* locks may not hold between machines */
	DISK_WITHOUT_MODES	/* anybody may read what is on it */
};

struct findings {
	struct finding *finding;
	size_t count;
	size_t tokens, places;	/* how many were looked at */
	int landlock;		/* the kernel's ABI, 0: none */
	unsigned int helper, offline;	/* SANDBOX_PART() that are denied to
					 * chatelaine-oauth, and to commands
					 * that only look */
	const char *authorities;	/* the variable that names a file of
					 * certificates; NULL: the system's */
	const char *proxy;		/* the variable of the proxy, or NULL */
	const char *file_system;	/* of the store; NULL: not known */
	enum doctor_disk disk;
};

/* The words for JSON: "copy"; "done", NULL. */
const char *doctor_kind_word(enum finding_kind kind);
const char *doctor_fix_word(enum finding_fix fix);

/* Looks, and changes nothing. The caller calls findings_release() in any
 * case. */
int doctor_look(struct app *app, struct findings *findings,
    struct error *err);

/* The same, and does what can be done without losing anything. What was done
 * comes first, then what is left. */
int doctor_fix(struct app *app, struct findings *findings, struct error *err);

/* How many are in that state. */
size_t findings_count(const struct findings *findings, enum finding_fix fix);

/* Appends what was, or would be, done about a finding, or why it could not
 * be: a sentence for people. Nothing where there is nothing to say. */
void finding_add_fix(const struct finding *finding, struct buffer *out);

/* Appends line @line of what the program finds around it: certificates, proxy,
 * file system, sandbox. False behind the last. */
bool doctor_add_environment(const struct findings *findings, int line,
    struct buffer *out);

/* The address of the proxy without the password that it may have; "" for
 * none. And the file of certificates; NULL. */
void doctor_add_proxy(const struct findings *findings, struct buffer *out);
const char *doctor_authorities(const struct findings *findings);

void findings_release(struct findings *findings);

#endif
