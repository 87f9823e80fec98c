/*
 * term_input: what a terminal sends, or somebody who can write to it.
 */
#include "config.h"

#include <locale.h>

#include "fuzz.h"
#include "ui/term.h"
#include "ui/term_part.h"

#define HOT_KEY 'x'

static void
check_key(int key)
{
	int line, column;

	CHECK(key == TERM_NONE || key > 0);
	term_pointer(&line, &column);
	CHECK(line >= 0 && line < 9999);
	CHECK(column >= 0 && column < 9999);
}

static void
feed(struct term_input *input, int byte)
{
	if (term_input_is_open(input) && byte != TERM_ESC)
		check_key(term_input_next(input, byte));
	else if (byte >= 0x80) {
		input->length = 0;
		check_key(term_input_utf8(input, byte));
	} else
		input->typed_length = 0;
	CHECK(input->length < sizeof input->bytes);
	CHECK(input->typed_length < sizeof input->typed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct term_input input = { .length = 0 };
	static locale_t utf8;

	if (utf8 == (locale_t)0)
		utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	uselocale(utf8);
	term_cold();
	term_hot(1, 2, 5, HOT_KEY);
	for (size_t i = 0; i < size; i++) {
		if (data[i] != TERM_ESC) {
			feed(&input, data[i]);
			continue;
		}
		input.length = 0;
		if (i + 1 < size && term_input_begin(&input, data[i + 1]))
			i++;
	}
	uselocale(LC_GLOBAL_LOCALE);
	return 0;
}
