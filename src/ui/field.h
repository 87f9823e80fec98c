/*
 * field: a line of text that is being typed.
 */
#ifndef UI_FIELD_H
#define UI_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#define FIELD_MAX 2048

struct field {
	char text[FIELD_MAX];	/* UTF-8 */
	size_t length;
};

void field_set(struct field *field, const char *text);

/* Takes a character or a backspace; false for any other key. */
bool field_type(struct field *field, int key);

/* Writes a character as UTF-8; returns how many bytes it has. */
size_t field_encode(char bytes[4], unsigned int character);

/* Draws it, its end in view, and places the cursor when it is @focused. */
void field_draw(const struct field *field, int line, int column, int width,
    bool focused);

/* The same for what nobody looking on may read: a star for each byte. */
void field_draw_hidden(const struct field *field, int line, int column,
    int width);

#endif
