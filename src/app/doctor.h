/*
 * doctor: what is wrong with the store and the files of programs, and what
 * helps. Changes nothing, sends nothing.
 *
 * Above all: each refresh token is in one file. That is compared by hash over
 * the profiles, the forgotten ones that could come back, and every place where
 * a program is known to look.
 */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include <stddef.h>

#include "app/app.h"

enum finding_kind {
	FINDING_COPY,		/* a refresh token in two files */
	FINDING_DAMAGE,		/* a profile that cannot be read */
	FINDING_TARGET,		/* a file that does not show what it should */
	FINDING_STRANGER,	/* a login that is not in the store */
	FINDING_MODE,		/* and whatever else the list warns of */
	FINDING_KEEPER,		/* nothing renews */
	FINDING_AUDIT		/* the audit log is not what it was */
};

/* What is wrong, what comes of it and what to do: foreign text, to be shown
 * through base/text. Owned. */
struct finding {
	enum finding_kind kind;
	char *text;
	char *remedy;		/* a command, or NULL */
};

struct findings {
	struct finding *finding;
	size_t count;
	size_t tokens, places;	/* how many were looked at */
	int landlock;		/* the kernel's ABI, 0: none */
	unsigned int helper, offline;	/* SANDBOX_PART() that are denied to
					 * chatelaine-oauth, and to commands
					 * that only look */
};

/* The word for JSON: "copy". */
const char *doctor_kind_word(enum finding_kind kind);

/* Looks. The caller calls findings_release() in any case. */
int doctor_look(struct app *app, struct findings *findings,
    struct error *err);

/* Appends what is denied to which program, as a sentence for people. */
void doctor_add_sandbox(const struct findings *findings, struct buffer *out);
void findings_release(struct findings *findings);

#endif
