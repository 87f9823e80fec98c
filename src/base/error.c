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

	if (n + 1 < sizeof err->text)
		return;
	while (start > 0 && n - start < 4 &&
	    ((unsigned char)err->text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)err->text[start - 1] >= 0xc0)
		err->text[start - 1] = '\0';
}

int
error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list ap;

	if (err == NULL)
		return -1;
	err->code = code;
	va_start(ap, format);
	vsnprintf(err->text, sizeof err->text, format, ap);
	va_end(ap);
	trim(err);
	return -1;
}

int
error_set_errno(struct error *err, int number, const char *format, ...)
{
	va_list ap;
	size_t used;

	if (err == NULL)
		return -1;
	err->code = ERROR_FAILED;
	va_start(ap, format);
	vsnprintf(err->text, sizeof err->text, format, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof err->text - used, ": %s",
	    strerror(number));
	return -1;
}

int
error_no_memory(struct error *err)
{
	return error_set(err, ERROR_FAILED, "%s", _("out of memory"));
}
