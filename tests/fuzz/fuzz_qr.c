/*
 * qr: a text as a code: with a light edge, the same at each scale, as large as
 * fits.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/qr.h"
#include "fuzz.h"

static void
check_printed(const struct qr *qr, int scale, bool blocks, enum qr_ink ink)
{
	struct buffer out = BUFFER_INIT;
	int lines = 0;

	qr_print(qr, scale, blocks, ink, &out);
	for (size_t i = 0; i < out.length; i++) {
		lines += out.data[i] == '\n';
		CHECK(blocks || (unsigned char)out.data[i] < 0x80);
	}
	CHECK(lines == qr_lines(qr, scale));
	buffer_release(&out);
}

/* A module, by the half cell at its upper left. */
static bool
module(const struct qr *qr, int scale, int x, int y)
{
	bool upper, lower;

	qr_cell(qr, scale, x * scale, y * scale / 2, &upper, &lower);
	return y * scale % 2 == 0 ? upper : lower;
}

static void
check_cells(const struct qr *qr)
{
	int size = qr_columns(qr, 1);

	CHECK(size > 2 * QR_QUIET);
	CHECK(qr_lines(qr, 1) == (size + 1) / 2);
	CHECK(qr_columns(qr, 2) == 2 * size);
	for (int y = 0; y < size; y++)
		for (int x = 0; x < size; x++) {
			bool dark = module(qr, 1, x, y);

			CHECK(dark == module(qr, 2, x, y));
			CHECK(dark == module(qr, 3, x, y));
			CHECK(!dark || (x >= QR_QUIET && y >= QR_QUIET &&
			    x < size - QR_QUIET && y < size - QR_QUIET));
		}
}

/* The largest that there is room for, and nothing larger. */
static void
check_fit(const struct qr *qr, int lines, int columns, bool blocks)
{
	int scale = qr_fit(qr, lines, columns, blocks, QR_SCALE_MAX);

	for (int i = 1; i <= QR_SCALE_MAX; i++) {
		bool fits = (blocks || i % 2 == 0) &&
		    qr_lines(qr, i) <= lines && qr_columns(qr, i) <= columns;

		CHECK(i != scale || fits);
		CHECK(i <= scale || !fits);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = fuzz_rest(&input);
	struct error err = ERROR_INIT;
	struct qr *qr = qr_make(text, &err);

	if (qr != NULL) {
		check_cells(qr);
		for (int lines = 10; lines <= 160; lines *= 2) {
			check_fit(qr, lines, 3 * lines, true);
			check_fit(qr, lines, 3 * lines, false);
		}
		for (int ink = QR_PLAIN; ink <= QR_COLOURED; ink++) {
			check_printed(qr, 1, true, (enum qr_ink)ink);
			check_printed(qr, 2, false, (enum qr_ink)ink);
		}
	} else
		fuzz_check_error(&err);
	qr_free(qr);
	free(text);
	return 0;
}
