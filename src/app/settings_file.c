/*
 * The file of the settings: read with the suspicion that OpenSSH has of its
 * own, and changed line by line, so that what a person wrote in it stays.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/settings.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/ini.h"

/* --- Reading -------------------------------------------------------------- */

/* A person may keep the file elsewhere and have a link here. */
static char *
find_file(const char *path, struct error *err)
{
	char *real = realpath(path, NULL);

	if (real == NULL && errno == ENOENT)
		real = strdup(path);
	if (real == NULL)
		error_set_errno(err, errno, _("cannot open %s"), path);
	return real;
}

static bool
is_trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

/* Whoever can write it decides which server the logins are sent to. */
static int
check_facts(const char *path, const struct file_facts *facts,
    struct error *err)
{
	if (!is_trusted(facts->uid))
		return error_set(err, ERROR_FAILED,
		    _("%s belongs to another user (uid %lu); name another "
		    "by --config FILE"), path,
		    (unsigned long)facts->uid);
	if ((facts->mode & 022) != 0)
		return error_set(err, ERROR_FAILED,
		    _("others can write %s (mode %04o); chmod go-w it"), path,
		    (unsigned int)facts->mode);
	return 0;
}

int
settings_file_read(const char *path, struct buffer *text, struct error *err)
{
	char *real = find_file(path, err);
	struct error why = ERROR_INIT;
	struct file_facts facts;
	int result;

	if (real == NULL)
		return -1;
	if (file_read(AT_FDCWD, real, SETTINGS_FILE_MAX, text, &facts,
	    &why) == 0)
		result = check_facts(real, &facts, err) == 0 ? 1 : -1;
	else if (why.code == ERROR_NOT_FOUND)
		result = 0;
	else
		result = error_give(err, &why);
	free(real);
	return result;
}

/* --- Understanding -------------------------------------------------------- */

static int
check_choice(const struct setting_info *info, const char *value,
    struct error *err)
{
	struct buffer choices = BUFFER_INIT;

	for (int i = 0; info->choices[i] != NULL; i++) {
		if (strcmp(info->choices[i], value) == 0) {
			buffer_release(&choices);
			return 0;
		}
		buffer_addf(&choices, "%s%s", i > 0 ? ", " : "",
		    info->choices[i]);
	}
	error_set(err, ERROR_USAGE, _("'%s' is no %s; there are: %s"), value,
	    info->name, choices.data);
	buffer_release(&choices);
	return -1;
}

static int
check_value(enum setting setting, const char *value, struct error *err)
{
	const struct setting_info *info = &setting_info[setting];

	if (*value == '\0')
		return error_set(err, ERROR_USAGE, _("'%s' has no value"),
		    info->name);
	return info->check != NULL ? info->check(value, err) :
	    check_choice(info, value, err);
}

static int
take(void *context, const char *section, const char *key, const char *value,
    int line, struct error *err)
{
	struct setting_value *all = context, *one;
	enum setting setting;

	if (*section != '\0')
		return error_set(err, ERROR_USAGE,
		    _("there are no sections here, as [%s]"), section);
	setting = settings_find(key, err);
	if (setting == SETTINGS || check_value(setting, value, err) != 0)
		return -1;
	one = &all[setting];
	if (one->line > 0)
		return error_set(err, ERROR_USAGE,
		    _("'%s' stands in line %d already"), key, one->line);
	one->text = strdup(value);
	if (one->text == NULL)
		return error_no_memory(err);
	one->origin = ORIGIN_FILE;
	one->line = line;
	return 0;
}

int
settings_file_parse(const char *text, size_t length, const char *path,
    struct setting_value value[SETTINGS], struct error *err)
{
	return ini_read(text, length, path == NULL ? "" : path, take, value,
	    1, err);
}

/* Reads line @number alone, below the one of its section, or an empty one, as
 * only the first may begin with a mark of its encoding. What begins another
 * section is put into @section. */
static int
check_line(const char *line, size_t length, const char *path, int number,
    struct buffer *section, struct setting_value value[SETTINGS],
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = -1;

	if (section->length > 0)
		buffer_add(&text, section->data, section->length);
	else if (number > 1)
		buffer_add_char(&text, '\n');
	buffer_add(&text, line, length);
	if (buffer_ok(&text, err))
		result = ini_read(text.data, text.length, path, take, value,
		    number > 1 ? number - 1 : number, err);
	buffer_release(&text);
	if (result == 0 && line[strspn(line, " \t")] == '[') {
		buffer_clear(section);
		buffer_add(section, line, length);
	}
	return result;
}

int
settings_file_check(const char *text, size_t length, const char *path,
    void (*tell)(const struct error *why, void *context), void *context,
    struct error *err)
{
	struct setting_value value[SETTINGS] = { { .text = NULL } };
	struct buffer section = BUFFER_INIT;
	struct error why = ERROR_INIT;
	int result = 0;
	size_t n;

	if (strlen(text) != length) {
		ini_read(text, length, path, take, value, 1, &why);
		tell(&why, context);
		return 0;
	}
	for (int line = 1; *text != '\0' && result == 0; line++, text += n) {
		n = strcspn(text, "\n");
		n += text[n] == '\n';
		if (check_line(text, n, path, line, &section, value,
		    &why) == 0)
			continue;
		if (error_is_passing(&why))
			result = error_give(err, &why);
		else
			tell(&why, context);
	}
	settings_release_values(value);
	buffer_release(&section);
	return result;
}

/* --- Changing ------------------------------------------------------------- */

/* What is written behind the value in a line of @length bytes: its comment and
 * the end of the line. */
static const char *
find_comment(const char *line, size_t length)
{
	const char *end = line + length, *at = line;

	while (at < end && !(*at == ';' && at > line &&
	    strchr(" \t", at[-1]) != NULL))
		at++;
	while (at > line && at[-1] != '\0' && strchr(" \t\r\n", at[-1]) != NULL)
		at--;
	return at;
}

static void
edit_line(const char *line, size_t length, enum setting setting,
    const char *value, struct buffer *out)
{
	const char *rest = find_comment(line, length);

	if (value == NULL)
		return;
	buffer_addf(out, "%s = %s", setting_info[setting].name, value);
	buffer_add(out, rest, length - (size_t)(rest - line));
}

static void
edit(const char *text, int line, enum setting setting, const char *value,
    struct buffer *out)
{
	size_t n;

	for (int at = 1; *text != '\0'; at++, text += n) {
		n = strcspn(text, "\n");
		n += text[n] == '\n';
		if (at == line)
			edit_line(text, n, setting, value, out);
		else
			buffer_add(out, text, n);
	}
	if (line > 0 || value == NULL)
		return;
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_add_char(out, '\n');
	buffer_addf(out, "%s = %s\n", setting_info[setting].name, value);
}

/* Reads what will be written: a value may have in it what the file has no form
 * for, such as the end of a line. */
static int
check_edited(const struct buffer *new, const char *path, enum setting setting,
    const char *value, struct error *err)
{
	struct setting_value read[SETTINGS] = { { .text = NULL } };
	bool same = settings_file_parse(new->data, new->length, path, read,
	    NULL) == 0 && (value == NULL ? read[setting].text == NULL :
	    read[setting].text != NULL &&
	    strcmp(read[setting].text, value) == 0);

	settings_release_values(read);
	if (same)
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' cannot be written into the file"),
	    value == NULL ? setting_info[setting].name : value);
}

int
settings_file_edit(const char *text, size_t length, const char *path,
    enum setting setting, const char *value, struct buffer *out,
    struct error *err)
{
	struct setting_value old[SETTINGS] = { { .text = NULL } };
	int result = -1;

	if ((value == NULL || check_value(setting, value, err) == 0) &&
	    settings_file_parse(text, length, path, old, err) == 0) {
		edit(text, old[setting].line, setting, value, out);
		if (buffer_ok(out, err))
			result = check_edited(out, path, setting, value, err);
	}
	settings_release_values(old);
	return result;
}

static int
write_in(const char *dir_name, const char *name, const struct buffer *text,
    struct error *err)
{
	struct stat st;
	int dir, result = -1;

	if (file_make_path(dir_name, err) != 0)
		return -1;
	dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_set_errno(err, errno, _("cannot open %s"),
		    dir_name);
	/* The file would be its owner's, and root would not trust it. */
	if (fstat(dir, &st) != 0 || !is_trusted(st.st_uid))
		error_set(err, ERROR_FAILED,
		    _("%s belongs to another user (uid %lu)"), dir_name,
		    (unsigned long)st.st_uid);
	else {
		file_sweep(dir, name);
		result = file_write(dir, name, text->data, text->length, err);
	}
	close(dir);
	return result;
}

int
settings_file_write(const char *path, const struct buffer *text,
    struct error *err)
{
	char *real = find_file(path, err), *for_dir, *for_name;
	int result = -1;

	if (real == NULL)
		return -1;
	for_dir = strdup(real);
	for_name = strdup(real);
	if (for_dir == NULL || for_name == NULL)
		error_no_memory(err);
	else
		result = write_in(dirname(for_dir), basename(for_name), text,
		    err);
	free(for_dir);
	free(for_name);
	free(real);
	return result;
}
