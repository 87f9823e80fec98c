#include "config.h"

#include <string.h>

#include <ini.h>

#include "base/i18n.h"
#include "base/ini.h"

struct reading {
	const char *at;		/* what is left of the text */
	int line;		/* the last one that was handed over */
	ini_take *take;
	void *context;
	int wrong;		/* the line that @why is about; 0: none */
	struct error why;
};

static bool
is_comment(const char *line)
{
	return *line == '#' || *line == ';';
}

/* Hands over what counts of a line: a comment may be as long as it likes, and
 * an indented line does not go on with the one before. */
static char *
read_line(char *to, int size, void *data)
{
	struct reading *reading = data;
	const char *line = reading->at;
	size_t n, space;

	if (*line == '\0' || reading->wrong > 0)
		return NULL;
	reading->line++;
	n = strcspn(line, "\n");
	reading->at += n + (line[n] == '\n');
	space = strspn(line, " \t");
	line += space;
	n = is_comment(line) ? 0 : n - space;
	if (n + 2 > (size_t)size) {
		reading->wrong = reading->line;
		error_set(&reading->why, ERROR_USAGE,
		    _("the line is longer than %d characters"), size - 2);
		return NULL;
	}
	memcpy(to, line, n);
	to[n] = '\0';
	return to;
}

static int
take_line(void *data, const char *section, const char *key, const char *value)
{
	struct reading *reading = data;

	if (reading->wrong > 0)
		return 0;
	if (reading->take(reading->context, section, key, value,
	    reading->line, &reading->why) == 0)
		return 1;
	reading->wrong = reading->line;
	return 0;
}

int
ini_read(const char *text, size_t length, const char *file, ini_take *take,
    void *context, int line, struct error *err)
{
	struct reading reading = { .at = text, .line = line - 1, .take = take,
	    .context = context, .why = ERROR_INIT };
	int wrong;

	if (strlen(text) != length)
		return error_set(err, ERROR_USAGE,
		    _("%s: it is not a text"), file);
	wrong = ini_parse_stream(read_line, &reading, take_line, &reading);
	if (wrong < 0)
		return error_no_memory(err);
	/* inih goes on behind a line that it does not understand. */
	if (wrong > 0 && (reading.wrong == 0 ||
	    line - 1 + wrong < reading.wrong))
		return error_set(err, ERROR_USAGE,
		    _("%s:%d: this is no line of the form KEY = VALUE"), file,
		    line - 1 + wrong);
	if (reading.wrong > 0 && error_is_passing(&reading.why))
		return error_give(err, &reading.why);
	if (reading.wrong > 0)
		return error_set(err, ERROR_USAGE, "%s:%d: %s", file,
		    reading.wrong, reading.why.text);
	return 0;
}
