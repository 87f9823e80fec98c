/*
 * What goes to the terminal beside the screen: the clipboard, and plain text.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/text.h"
#include "ui/term.h"

static void
write_raw(const struct buffer *text)
{
	size_t at = 0;
	ssize_t n;

	fflush(stdout);
	while (at < text->length && (n = write(STDOUT_FILENO, text->data + at,
	    text->length - at)) > 0)
		at += (size_t)n;
}

void
term_copy(const char *text)
{
	struct buffer sequence = BUFFER_INIT, all = BUFFER_INIT;

	buffer_add_string(&sequence, "\033]52;c;");
	base64_encode(&sequence, text, strlen(text));
	buffer_add_string(&sequence, "\a");
	if (getenv("TMUX") != NULL)
		buffer_addf(&all, "\033Ptmux;\033%s\033\\", sequence.data);
	else if (getenv("STY") != NULL)
		buffer_addf(&all, "\033P%s\033\\", sequence.data);
	/* tmux itself takes it, too, where it is told to. */
	if (getenv("STY") == NULL)
		buffer_add_string(&all, sequence.data);
	write_raw(&all);
	buffer_release(&sequence);
	buffer_release(&all);
}

void
term_plain(const char *text)
{
	struct buffer safe = BUFFER_INIT;

	text_add_lines(&safe, text);
	write_raw(&safe);
	buffer_release(&safe);
}
