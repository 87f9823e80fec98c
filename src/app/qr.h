/*
 * qr: the verification URL as a QR code, in characters.
 *
 * A code is drawn in half cells, which are squares: at scale N a module is N of
 * them wide and high. So at scale 1 two modules share a cell, one above the
 * other, which takes half blocks and makes an address a code of 37 columns and
 * 19 lines; at scale 2, and every other even one, all cells are whole, which
 * takes spaces only. The quiet zone of four modules that ISO/IEC 18004 wants is
 * part of it.
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

/* No use in larger ones: whoever holds the phone sits before the screen. */
#define QR_SCALE_MAX 4

int qr_columns(const struct qr *qr, int scale);
int qr_lines(const struct qr *qr, int scale);

/* The largest scale up to @most that fits; 0: none does. Without @blocks only
 * those of whole cells. */
int qr_fit(const struct qr *qr, int lines, int columns, bool blocks,
    int most);

/* What a cell shows: its upper and its lower half, true for dark; outside the
 * code all is light. */
void qr_cell(const struct qr *qr, int scale, int column, int line,
    bool *upper, bool *lower);

/* What a terminal offers to make black on white with. */
enum qr_ink {
	QR_PLAIN,	/* nothing: characters where it is light, as if on a
			 * dark ground */
	QR_REVERSE,	/* reverse video, on a dark ground */
	QR_COLOURED	/* colours, whatever the ground */
};

/* Appends the whole code as lines of text: in ASCII, unless @blocks. */
void qr_print(const struct qr *qr, int scale, bool blocks, enum qr_ink ink,
    struct buffer *out);

#endif
