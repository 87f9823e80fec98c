/*
 * What commands say, and ask.
 */
#include "config.h"

#include <sys/select.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/monitor.h"

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

/* The same without memory, to standard error: what is not ASCII is a "?". */
static void
put_ascii(const char *format, va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof line, format, ap);
	for (char *c = line; *c != '\0'; c++)
		if ((*c < ' ' || *c > '~') && *c != '\n')
			*c = '?';
	fputs(line, stderr);
	fputs("\n", stderr);
}

static int
print_line(struct error *err, const char *format, va_list ap)
{
	struct buffer text = BUFFER_INIT;
	int result;

	add_line(&text, format, ap);
	result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

int
cli_print(struct error *err, const char *format, ...)
{
	va_list ap;
	int result;

	va_start(ap, format);
	result = print_line(err, format, ap);
	va_end(ap);
	return result;
}

int
cli_say(const struct cli *cli, struct error *err, const char *format, ...)
{
	va_list ap;
	int result;

	if (cli->value[OPTION_QUIET] != NULL)
		return 0;
	va_start(ap, format);
	result = print_line(err, format, ap);
	va_end(ap);
	return result;
}

/* Where there is no memory it is most of all to be said. */
static void
note_line(const char *format, va_list ap)
{
	struct buffer text = BUFFER_INIT;
	va_list again;

	va_copy(again, ap);
	add_line(&text, format, ap);
	if (!text.failed)
		fputs(text.data, stderr);
	else
		put_ascii(format, again);
	va_end(again);
	buffer_release(&text);
}

void
cli_note(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	note_line(format, ap);
	va_end(ap);
}

void
cli_hint(const struct cli *cli, const char *format, ...)
{
	va_list ap;

	if (cli->value[OPTION_QUIET] != NULL)
		return;
	va_start(ap, format);
	note_line(format, ap);
	va_end(ap);
}

void
cli_note_clock(const struct app *app)
{
	struct buffer text = BUFFER_INIT;

	if (!clock_is_off(app))
		return;
	clock_sentence(app->issuer_ahead, &text);
	if (buffer_ok(&text, NULL))
		cli_note("chatelaine: %s", text.data);
	buffer_release(&text);
}

void
cli_tell_unnoted(struct app *app)
{
	struct buffer text = BUFFER_INIT;

	if (app_unnoted(app, &text))
		cli_note("chatelaine: %s", buffer_ok(&text, NULL) ?
		    text.data : app->unnoted.text);
	buffer_release(&text);
}

void
cli_report(const struct error *err)
{
	if (err->step[0] == '\0')
		cli_note("chatelaine: %s", err->text);
	else
		/* TRANSLATORS: what is wrong; what helps. */
		cli_note(_("chatelaine: %s; %s"), err->text, err->step);
}

int
cli_fail(const struct cli *cli, const struct error *err)
{
	if (cli->value[OPTION_CHECK] != NULL)
		return monitor_fail(err);
	cli_report(err);
	return (int)err->code;
}

bool
cli_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Nothing is read ahead, and no signal is missed: those that end what is being
 * done are let through only while we wait. NULL: the end, or such a signal. */
char *
cli_line(void)
{
	struct buffer line = BUFFER_INIT;
	sigset_t blocked, before;
	ssize_t n = -1;
	fd_set fds;
	char c, *text;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	while (interrupt_flag == 0) {
		FD_ZERO(&fds);
		FD_SET(STDIN_FILENO, &fds);
		n = -1;
		if (pselect(STDIN_FILENO + 1, &fds, NULL, NULL, NULL,
		    &before) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		n = read(STDIN_FILENO, &c, 1);
		if (n <= 0 || c == '\n')
			break;
		buffer_add_char(&line, c);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (n > 0 && c == '\n') {
		text = buffer_detach(&line, NULL);
		if (text != NULL)
			text[strcspn(text, "\r")] = '\0';
		return text;
	}
	buffer_release(&line);
	return NULL;
}

char *
cli_ask(const char *question)
{
	struct buffer text = BUFFER_INIT;
	char *line;

	text_add_safe(&text, question);
	fprintf(stderr, "%s ", text.data);
	fflush(stderr);
	buffer_release(&text);
	line = cli_line();
	if (line == NULL)
		fputc('\n', stderr);
	return line;
}
