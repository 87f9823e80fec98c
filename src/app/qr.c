#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <qrencode.h>

#include "app/qr.h"
#include "base/i18n.h"

/* SGR: black on white of the 256 colours, which themes leave alone; before
 * it the same of the 8 colours, for terminals that know no others. */
#define BLACK_ON_WHITE "\033[30;47m\033[38;5;16;48;5;231m"
#define NORMAL "\033[0m"

/* `struct qr` is QRcode under another name; only this file knows. */
#define CODE(qr) ((const QRcode *)(const void *)(qr))

struct qr *
qr_make(const char *text, struct error *err)
{
	QRcode *code;

	/* Level L: a screen is not worn or torn, so the smallest code. */
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code == NULL)
		error_set_errno(err, errno, "%s", _("cannot make a QR code"));
	return (struct qr *)(void *)code;
}

void
qr_free(struct qr *qr)
{
	if (qr != NULL)
		QRcode_free((QRcode *)(void *)qr);
}

static int
width(const struct qr *qr)
{
	return CODE(qr)->width + 2 * QR_QUIET;
}

int
qr_columns(const struct qr *qr, enum qr_style style)
{
	return style == QR_HALF_BLOCKS ? width(qr) : 2 * width(qr);
}

int
qr_lines(const struct qr *qr, enum qr_style style)
{
	return style == QR_HALF_BLOCKS ? (width(qr) + 1) / 2 : width(qr);
}

bool
qr_module(const struct qr *qr, int x, int y)
{
	int size = CODE(qr)->width;

	x -= QR_QUIET;
	y -= QR_QUIET;
	if (x < 0 || y < 0 || x >= size || y >= size)
		return false;
	return CODE(qr)->data[y * size + x] & 1;
}

void
qr_cell(const struct qr *qr, int column, int line, bool *upper, bool *lower)
{
	*upper = qr_module(qr, column, 2 * line);
	*lower = qr_module(qr, column, 2 * line + 1);
}

/* The character for a pair of modules, by which of them are drawn. */
static const char *
block(bool upper, bool lower)
{
	if (upper)
		return lower ? "\xe2\x96\x88" : "\xe2\x96\x80";
	return lower ? "\xe2\x96\x84" : " ";
}

static void
print_half_line(const struct qr *qr, int line, bool draw_dark,
    struct buffer *out)
{
	bool upper, lower;

	for (int x = 0; x < width(qr); x++) {
		qr_cell(qr, x, line, &upper, &lower);
		buffer_add_string(out,
		    block(upper == draw_dark, lower == draw_dark));
	}
}

static void
print_full_line(const struct qr *qr, int line, bool draw_dark,
    struct buffer *out)
{
	for (int x = 0; x < width(qr); x++)
		buffer_add_string(out,
		    qr_module(qr, x, line) == draw_dark ? "##" : "  ");
}

/* Full cells in colour: spaces on white or on black. */
static void
print_coloured_cells(const struct qr *qr, int line, struct buffer *out)
{
	for (int x = 0; x < width(qr); x++)
		buffer_addf(out, "%s  ", qr_module(qr, x, line) ?
		    "\033[40m\033[48;5;16m" : "\033[47m\033[48;5;231m");
}

void
qr_print(const struct qr *qr, enum qr_style style, bool coloured,
    struct buffer *out)
{
	for (int line = 0; line < qr_lines(qr, style); line++) {
		if (coloured && style == QR_FULL_CELLS)
			print_coloured_cells(qr, line, out);
		else if (coloured) {
			buffer_add_string(out, BLACK_ON_WHITE);
			print_half_line(qr, line, true, out);
		} else if (style == QR_HALF_BLOCKS)
			print_half_line(qr, line, false, out);
		else
			print_full_line(qr, line, false, out);
		buffer_add_string(out, coloured ? NORMAL "\n" : "\n");
	}
}
