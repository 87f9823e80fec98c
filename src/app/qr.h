/*
 * qr: the verification URL as a QR code, in characters.
 *
 * Two modules share a cell, one above the other (half blocks), which makes a
 * code of 37 columns and 19 lines; where the locale has no half blocks, each
 * module is two columns and one line of its own. The quiet zone of four
 * modules that ISO/IEC 18004 wants is part of it.
 */
#ifndef APP_QR_H
#define APP_QR_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

#define QR_QUIET 4

struct qr;

/* NULL: ERROR_FAILED, the text is too long. Freed with qr_free(). */
struct qr *qr_make(const char *text, struct error *err);
void qr_free(struct qr *qr);

enum qr_style { QR_HALF_BLOCKS, QR_FULL_CELLS };

int qr_columns(const struct qr *qr, enum qr_style style);
int qr_lines(const struct qr *qr, enum qr_style style);

/*
 * What a cell of a half-block code shows: the upper and the lower module,
 * true for dark; outside the code all is light.
 */
void qr_cell(const struct qr *qr, int column, int line, bool *upper,
    bool *lower);
bool qr_module(const struct qr *qr, int x, int y);

/*
 * Appends the whole code as lines of text. Coloured: black on white by SGR
 * sequences, for a terminal. Not coloured: blocks where it is light, as on a
 * dark terminal; half blocks are UTF-8.
 */
void qr_print(const struct qr *qr, enum qr_style style, bool coloured,
    struct buffer *out);

#endif
