/*
 * audit: the audit log (storage/audit) in words, for both front ends. What it
 * gives has foreign text in it.
 */
#ifndef APP_AUDIT_H
#define APP_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "storage/audit.h"

/* The user that was looked up last, so that a long log does not ask the system
 * for the same one with each line. */
struct audit_user {
	bool known;
	int64_t uid;
	char name[64];
};

#define AUDIT_USER_INIT { false, 0, "" }

/* Appends the user, the terminal and where the person is: "dana pts/3
 * 192.0.2.7"; "-" when nothing is known. */
void audit_add_who(struct buffer *out, const struct audit_entry *entry,
    struct audit_user *last);

/* Appends what was done, to how much: "ok (codex)", or the error. */
void audit_add_result(struct buffer *out, const struct audit_entry *entry);

/* Appends whether the chain is whole, in a sentence; and where it breaks. */
void audit_add_chain(struct buffer *out, const struct audit_log *log);

/* The word for JSON: "changed"; NULL for AUDIT_WHOLE. */
const char *audit_fault_word(enum audit_fault fault);

#endif
