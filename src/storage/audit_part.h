/*
 * audit_part: what writing and reading the audit log have in common; see
 * storage/audit.
 */
#ifndef STORAGE_AUDIT_PART_H
#define STORAGE_AUDIT_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "storage/audit.h"

#define AUDIT_FILE "audit.jsonl"
#define AUDIT_HEAD_FILE "audit.head"

/* From this size on a file is put aside; so many there are, with the one that
 * is written. None that is larger than the last is read: one from before there
 * was rotation may be long. */
#define AUDIT_FILE_MAX ((int64_t)1024 * 1024)
#define AUDIT_FILES 5
#define AUDIT_READ_MAX ((size_t)12 * 1024 * 1024)

/* `prev` of the first line of all. */
#define AUDIT_NO_DIGEST \
	"00000000000000000000000000000000" "00000000000000000000000000000000"

/* A line's place in the chain; number 0: it is not in it. */
struct audit_link {
	int64_t number;
	char digest[DIGEST_SIZE];
};

struct audit_head {
	struct audit_link last;
	int64_t size;		/* of AUDIT_FILE behind that line, in bytes */
};

/* The name of the file that was put aside @age times. */
void audit_file_name(char name[AUDIT_NAME_SIZE], int age);

/* Reads AUDIT_HEAD_FILE: 1; 0 when it is missing or damaged; -1 where that
 * cannot be told just now (error_is_passing()): who takes it for missing breaks
 * the chain. */
int audit_head_read(int dir, struct audit_head *head, struct error *err);

/* Reads the place of a line, and the digest that it has of the one before.
 * 1; 0 when it is no line of a log; -1 only where there was no memory. */
int audit_link_read(const char *line, size_t length, struct audit_link *link,
    char prev[DIGEST_SIZE], struct error *err);

#endif
