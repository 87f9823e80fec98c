/*
 * What commands say, and ask.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/cli.h"

int
cli_write(const struct buffer *text, struct error *err)
{
	if (!buffer_ok(text, err))
		return -1;
	if (fwrite(text->data, 1, text->length, stdout) != text->length ||
	    fflush(stdout) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot write to standard output"));
	return 0;
}

/* Formats, makes safe and adds the newline. */
static void
add_line(struct buffer *out, const char *format, va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof line, format, ap);
	text_add_lines(out, line);
	buffer_add_char(out, '\n');
}

int
cli_say(struct error *err, const char *format, ...)
{
	struct buffer text = BUFFER_INIT;
	va_list ap;
	int result;

	va_start(ap, format);
	add_line(&text, format, ap);
	va_end(ap);
	result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

void
cli_note(const char *format, ...)
{
	struct buffer text = BUFFER_INIT;
	va_list ap;

	va_start(ap, format);
	add_line(&text, format, ap);
	va_end(ap);
	fputs(text.data, stderr);
	buffer_release(&text);
}

void
cli_report(const struct error *err)
{
	if (err->step[0] == '\0')
		cli_note("chatelaine: %s", err->text);
	else
		cli_note("chatelaine: %s; %s", err->text, err->step);
}

bool
cli_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

char *
cli_ask(const char *question)
{
	struct buffer text = BUFFER_INIT;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	text_add_safe(&text, question);
	fprintf(stderr, "%s ", text.data);
	fflush(stderr);
	buffer_release(&text);
	n = getline(&line, &size, stdin);
	if (n < 0) {
		free(line);
		fputc('\n', stderr);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}
