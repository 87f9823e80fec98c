/*
 * batch: one thing done to all marked profiles, one after another. Between two
 * it can be stopped; what it did and what it did not is told at the end.
 */
#ifndef UI_BATCH_H
#define UI_BATCH_H

#include <stdbool.h>

#include "formats/format.h"
#include "ui/field.h"
#include "ui/screen.h"

struct batch;

enum batch_kind { BATCH_RENEW, BATCH_FORGET, BATCH_EXPORT };

/* What an export of many is. */
struct batch_export {
	const struct format *format;
	struct field model;	/* empty: the format takes none */
	struct field folder;	/* each in a file of its own there */
};

/* Begins with what is marked and shown; @how is of an export, else NULL. */
void batch_open(struct ui *ui, enum batch_kind kind,
    const struct batch_export *how);
void batch_free(struct batch *batch);

/* Goes on, unless a job is under way. */
void batch_step(struct ui *ui);

/* The batch's job ended: well, or with @err. */
void batch_note(struct ui *ui, const struct error *err);

/* Nothing more is begun. */
void batch_stop(struct ui *ui);

/* How far it is, in the message line. */
void batch_tell(struct ui *ui);

#endif
