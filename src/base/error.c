#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

/* Takes half a character off the end of a text that was cut. */
static void
trim(struct error *err)
{
	size_t n = strlen(err->text), start = n;
	unsigned char lead;

	while (start > 0 && n - start < 3 &&
	    ((unsigned char)err->text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)err->text[start - 1];
	/* How many bytes should follow, and how many do. */
	if (lead >= 0xc0 && (lead >= 0xf0 ? 3U : lead >= 0xe0 ? 2U : 1U) >
	    n - start)
		err->text[start - 1] = '\0';
}

/* Formats the text, and ": @detail" behind it where that is not NULL. */
static void
format_text(struct error *err, const char *detail, const char *format,
    va_list ap)
{
	size_t used;

	err->step[0] = '\0';
	err->passing = false;
	vsnprintf(err->text, sizeof err->text, format, ap);
	trim(err);
	if (detail == NULL)
		return;
	used = strlen(err->text);
	snprintf(err->text + used, sizeof err->text - used, ": %s", detail);
	trim(err);
}

int
error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list ap;

	if (err == NULL)
		return -1;
	err->code = code;
	va_start(ap, format);
	format_text(err, NULL, format, ap);
	va_end(ap);
	return -1;
}

int
error_step(struct error *err, const char *format, ...)
{
	va_list ap;

	if (err == NULL)
		return -1;
	va_start(ap, format);
	vsnprintf(err->step, sizeof err->step, format, ap);
	va_end(ap);
	return -1;
}

int
error_set_errno(struct error *err, int number, const char *format, ...)
{
	va_list ap;

	if (err == NULL)
		return -1;
	err->code = ERROR_FAILED;
	va_start(ap, format);
	format_text(err, strerror(number), format, ap);
	va_end(ap);
	err->passing = number == ENOMEM || number == EMFILE ||
	    number == ENFILE || number == EIO;
	return -1;
}

int
error_no_memory(struct error *err)
{
	error_set(err, ERROR_FAILED, "%s", _("out of memory"));
	if (err != NULL)
		err->passing = true;
	return -1;
}

bool
error_is_passing(const struct error *err)
{
	return err->passing;
}

int
error_give(struct error *err, const struct error *why)
{
	if (err != NULL)
		*err = *why;
	return -1;
}

bool
error_is_no_memory(const struct error *err)
{
	return err->code == ERROR_FAILED &&
	    strcmp(err->text, _("out of memory")) == 0;
}
