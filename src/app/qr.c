#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <qrencode.h>

#include "app/qr.h"
#include "base/i18n.h"

/* SGR. Colours are those of the 256 that themes leave alone; before them the
 * same of the 8, for terminals that know no others. */
#define NORMAL "\033[0m"

/* Of a line of blocks, and of a whole cell that is light or dark. */
static const struct {
	const char *line, *light, *dark;
} inks[] = {
	[QR_PLAIN] = { "", "#", " " },
	[QR_REVERSE] = { "\033[7m", "\033[7m ", "\033[0m " },
	[QR_COLOURED] = { "\033[30;47m\033[38;5;16;48;5;231m",
	    "\033[47m\033[48;5;231m ", "\033[40m\033[48;5;16m " },
};

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
qr_columns(const struct qr *qr, int scale)
{
	return width(qr) * scale;
}

int
qr_lines(const struct qr *qr, int scale)
{
	return (width(qr) * scale + 1) / 2;
}

int
qr_fit(const struct qr *qr, int lines, int columns, bool blocks, int most)
{
	for (int scale = most; scale > 0; scale--)
		if ((blocks || scale % 2 == 0) &&
		    qr_lines(qr, scale) <= lines &&
		    qr_columns(qr, scale) <= columns)
			return scale;
	return 0;
}

static bool
is_dark(const struct qr *qr, int x, int y)
{
	int size = CODE(qr)->width;

	x -= QR_QUIET;
	y -= QR_QUIET;
	if (x < 0 || y < 0 || x >= size || y >= size)
		return false;
	return CODE(qr)->data[y * size + x] & 1;
}

void
qr_cell(const struct qr *qr, int scale, int column, int line, bool *upper,
    bool *lower)
{
	*upper = is_dark(qr, column / scale, 2 * line / scale);
	*lower = is_dark(qr, column / scale, (2 * line + 1) / scale);
}

/* The character for a cell, by which of its halves are drawn. */
static const char *
block(bool upper, bool lower)
{
	if (upper)
		return lower ? "\xe2\x96\x88" : "\xe2\x96\x80";
	return lower ? "\xe2\x96\x84" : " ";
}

static void
print_line(const struct qr *qr, int scale, int line, bool blocks,
    enum qr_ink ink, struct buffer *out)
{
	bool upper, lower, dark = ink != QR_PLAIN;

	if (blocks)
		buffer_add_string(out, inks[ink].line);
	for (int x = 0; x < qr_columns(qr, scale); x++) {
		qr_cell(qr, scale, x, line, &upper, &lower);
		buffer_add_string(out, blocks ?
		    block(upper == dark, lower == dark) :
		    upper ? inks[ink].dark : inks[ink].light);
	}
	buffer_add_string(out, ink == QR_PLAIN ? "\n" : NORMAL "\n");
}

void
qr_print(const struct qr *qr, int scale, bool blocks, enum qr_ink ink,
    struct buffer *out)
{
	for (int line = 0; line < qr_lines(qr, scale); line++)
		print_line(qr, scale, line, blocks, ink, out);
}
