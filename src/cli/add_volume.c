#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/volume.h"
#include "base/file.h"
#include "base/i18n.h"
#include "cli/cli.h"

#define LIST_MAX ((size_t)1024 * 1024)
#define PIECE 4096

/* What is to be made, and the line that says so. */
struct entry {
	char name[STORE_NAME_MAX + 1];
	uid_t uid;
	size_t line;
};

struct list {
	const char *path;	/* as it is said to people */
	struct buffer text;
	struct entry *entry;
	size_t count, wrong;
	struct error why;	/* of the first line that is wrong */
};

static int
add_one(struct cli *cli, const char *name, uid_t uid, struct error *err)
{
	bool made = false;

	if (volume_add(cli->app, name, uid, &made, err) != 0)
		return -1;
	return cli_say(cli, err, made ? _("%s/%s is made, for user %lu; it is "
	    "a profile as soon as a login is in it") : _("%s/%s is there "
	    "already, for user %lu"), store_path(cli->app->store), name,
	    (unsigned long)uid);
}

/* --- A list --------------------------------------------------------------- */

static int
read_input(struct buffer *text, struct error *err)
{
	ssize_t n;
	char *to;

	do {
		to = buffer_reserve(text, PIECE);
		if (to == NULL)
			return error_no_memory(err);
		n = read(STDIN_FILENO, to, PIECE);
		if (n < 0 && errno != EINTR)
			return error_set_errno(err, errno, "%s",
			    _("cannot read standard input"));
		if (n > 0)
			text->length += (size_t)n;
		text->data[text->length] = '\0';
		if (text->length > LIST_MAX)
			return error_set(err, ERROR_FAILED,
			    _("standard input is larger than %zu KiB"),
			    LIST_MAX / 1024);
	} while (n != 0);
	return 0;
}

/* Says what is wrong with a line, and goes on: all of them are told at once. */
static void
tell(struct list *list, size_t line, const struct error *why)
{
	struct error told = *why;

	error_set(&told, why->code, "%s:%zu: %s", list->path, line, why->text);
	memcpy(told.step, why->step, sizeof told.step);
	cli_report(&told);
	if (list->wrong++ == 0)
		list->why = told;
}

static void
add_entry(struct cli *cli, struct list *list, size_t line, const char *text,
    size_t length, uid_t uid)
{
	struct entry *entry = &list->entry[list->count];
	struct error why = ERROR_INIT;
	int result;

	entry->uid = uid;
	entry->line = line;
	result = volume_parse(text, length, entry->name, &entry->uid, &why);
	if (result == 1)
		result = volume_check(cli->app, entry->name, entry->uid,
		    &why) == 0 ? 1 : -1;
	if (result < 0)
		tell(list, line, &why);
	list->count += result == 1;
}

static int
by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : x->line < y->line ? -1 : 1;
}

static int
by_line(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->line < y->line ? -1 : 1;
}

/* Which of two lines counts nobody knows. */
static void
find_twins(struct list *list)
{
	struct error why = ERROR_INIT;

	if (list->count > 1)
		qsort(list->entry, list->count, sizeof *list->entry, by_name);
	for (size_t i = 1; i < list->count; i++) {
		const struct entry *one = &list->entry[i - 1];
		const struct entry *twin = &list->entry[i];

		if (strcmp(one->name, twin->name) != 0 ||
		    one->uid == twin->uid)
			continue;
		error_set(&why, ERROR_USAGE, _("'%s' has another user in line "
		    "%zu; take one of them out, such as this one"),
		    twin->name, one->line);
		tell(list, twin->line, &why);
	}
	if (list->count > 1)
		qsort(list->entry, list->count, sizeof *list->entry, by_line);
}

static int
read_list(struct cli *cli, struct list *list, uid_t uid, struct error *err)
{
	struct error why = ERROR_INIT;
	const char *at, *end, *next;
	size_t lines = 1;

	if ((strcmp(list->path, "-") == 0 ? read_input(&list->text, &why) :
	    file_read(AT_FDCWD, list->path, LIST_MAX, &list->text, NULL,
	    &why)) != 0) {
		if (error_is_no_memory(&why))
			return error_no_memory(err);
		error_set(err, why.code, _("%s, so nothing was done"),
		    why.text);
		return -1;
	}
	at = list->text.data;
	end = at + list->text.length;
	for (const char *c = at; c < end; c++)
		lines += *c == '\n';
	list->entry = calloc(lines, sizeof *list->entry);
	if (list->entry == NULL)
		return error_no_memory(err);
	for (size_t line = 1; at < end; line++, at = next + 1) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (next == NULL)
			next = end;
		add_entry(cli, list, line, at, (size_t)(next - at), uid);
	}
	find_twins(list);
	return 0;
}

/* Nothing is done while a line is wrong; then one that fails, for want of room
 * or the like, does not keep the others. */
static int
add_list(struct cli *cli, uid_t uid, struct error *err)
{
	struct list list = { .path = cli->value[OPTION_FROM],
	    .text = BUFFER_INIT };
	int result = read_list(cli, &list, uid, err);

	if (result == 0 && list.wrong > 0)
		result = error_set(err, list.why.code, ngettext("%zu line is "
		    "wrong, and nothing was done; put it right first, and see "
		    "'chatelaine help add-volume'", "%zu lines are wrong, and "
		    "nothing was done; put them right first, and see "
		    "'chatelaine help add-volume'", list.wrong), list.wrong);
	for (size_t i = 0; i < list.count && result == 0; i++) {
		struct error why = ERROR_INIT;

		if (add_one(cli, list.entry[i].name, list.entry[i].uid,
		    &why) != 0)
			tell(&list, list.entry[i].line, &why);
	}
	if (result == 0 && list.wrong > 0)
		result = error_set(err, list.why.code, ngettext("%zu line "
		    "failed; the same list again does what is left",
		    "%zu lines failed; the same list again does what is left",
		    list.wrong), list.wrong);
	buffer_release(&list.text);
	free(list.entry);
	return result;
}

int
cli_run_add_volume(struct cli *cli, struct error *err)
{
	bool many = cli->value[OPTION_FROM] != NULL;
	uid_t uid = geteuid() == 0 ? VOLUME_UID : geteuid();

	if (many == (cli->operands > 0))
		return error_set(err, ERROR_USAGE, "%s", many ?
		    _("add-volume takes either TENANT/USER or --from") :
		    _("add-volume wants TENANT/USER, or --from FILE"));
	if (cli->value[OPTION_UID] != NULL &&
	    volume_parse_uid(cli->value[OPTION_UID], &uid, err) != 0)
		return -1;
	return many ? add_list(cli, uid, err) :
	    add_one(cli, cli->operand[0], uid, err);
}
