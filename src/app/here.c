#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/here.h"
#include "base/file.h"
#include "base/i18n.h"
#include "storage/audit.h"
#include "storage/trusted.h"

/* More than any name; what is longer is none. */
#define HERE_MAX ((size_t)1024)

/* --- One file ------------------------------------------------------------- */

static int refuse(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int
refuse(struct error *err, const char *format, ...)
{
	char text[sizeof err->text];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	error_set(err, ERROR_REFUSED, "%s", text);
	return error_step(err, "%s",
	    _("put that right first, or name the profile"));
}

/* Root reads files of others elsewhere; here nobody speaks for root. */
static int
check_facts(const char *path, const struct file_facts *facts,
    struct error *err)
{
	if (facts->uid != geteuid() && facts->uid != 0)
		return refuse(err, _("%s belongs to another user (uid %lu)"),
		    path, (unsigned long)facts->uid);
	if ((facts->mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(err, _("%s can be written by others"), path);
	return 0;
}

static int
read_name(struct here *here, struct buffer *text, struct error *err)
{
	digest_text(here->digest, text->data, text->length);
	if (text->length > 0 && text->data[text->length - 1] == '\n')
		text->data[--text->length] = '\0';
	if (strlen(text->data) != text->length ||
	    store_check_name(text->data, NULL) != 0)
		return refuse(err, _("%s does not have one line with the name "
		    "of a profile in it"), here->path);
	strcpy(here->name, text->data);
	return 0;
}

/* 0: there is none. */
static int
read_file(const char *dir, struct here *here, struct error *err)
{
	struct buffer path = BUFFER_INIT, text = BUFFER_INIT;
	struct error why = ERROR_INIT;
	struct file_facts facts;
	int result = -1;

	buffer_addf(&path, "%s/" HERE_FILE, strcmp(dir, "/") == 0 ? "" : dir);
	here->path = buffer_detach(&path, err);
	if (here->path == NULL)
		return -1;
	if (file_read(AT_FDCWD, here->path, HERE_MAX, &text, &facts,
	    &why) != 0) {
		if (why.code == ERROR_NOT_FOUND)
			result = 0;
		else if (error_is_no_memory(&why))
			error_no_memory(err);
		else
			refuse(err, "%s", why.text);
	} else if (check_facts(here->path, &facts, err) == 0 &&
	    read_name(here, &text, err) == 0) {
		here->uid = facts.uid;
		result = 1;
	}
	buffer_release(&text);
	return result;
}

void
here_release(struct here *here)
{
	free(here->path);
	*here = (struct here)HERE_INIT;
}

/* --- The nearest one ------------------------------------------------------ */

/* Cuts the last component off; false for the last directory that is asked. */
static bool
go_up(char *dir, const char *home)
{
	if (strcmp(dir, "/") == 0 || strcmp(dir, home) == 0)
		return false;
	*strrchr(dir, '/') = '\0';
	if (*dir == '\0')
		strcpy(dir, "/");
	return true;
}

int
here_find(const char *dir, struct here *here, struct error *err)
{
	char at[PATH_MAX], home[PATH_MAX];
	int found;

	*here = (struct here)HERE_INIT;
	if (dir != NULL) {
		if (realpath(dir, at) == NULL)
			return error_set_errno(err, errno,
			    _("cannot look into %s"), dir);
		return read_file(at, here, err);
	}
	/* A directory that is gone has nothing in it. */
	if (getcwd(at, sizeof at) == NULL || *at != '/')
		return 0;
	if (app_home() == NULL || realpath(app_home(), home) == NULL)
		strcpy(home, "/");
	while ((found = read_file(at, here, err)) == 0 && go_up(at, home))
		here_release(here);
	return found;
}

int
here_trust(struct app *app, const char *dir, struct here *here,
    struct error *err)
{
	int found = here_find(dir, here, err);

	if (found < 0)
		return -1;
	if (found == 0 && dir == NULL)
		return error_set(err, ERROR_NOT_FOUND, "%s",
		    _("there is no .chatelaine-profile here or above, so "
		    "nothing was trusted"));
	if (found == 0)
		return error_set(err, ERROR_NOT_FOUND,
		    _("there is no %s, so nothing was trusted"), here->path);
	if (trusted_save(app->store, here->path, here->uid, here->digest,
	    err) != 0)
		return -1;
	app_note(app, AUDIT_TRUST, here->name, here->path, NULL);
	return 0;
}

/* --- The choice ----------------------------------------------------------- */

static int
distrust(const struct here *here, enum trusted trusted, struct error *err)
{
	struct buffer word = BUFFER_INIT;
	char *dir = strdup(here->path);

	if (dir == NULL)
		return error_no_memory(err);
	dir[strlen(dir) - strlen("/" HERE_FILE)] = '\0';
	error_set(err, ERROR_REFUSED, trusted == TRUSTED_CHANGED ?
	    _("%s is not what it was when it was trusted; it would make '%s' "
	    "the profile here") : _("%s would make '%s' the profile here, and "
	    "was never trusted"), here->path, here->name);
	buffer_add_word(&word, *dir == '\0' ? "/" : dir);
	error_step(err, _("if that is right: chatelaine trust %s"), word.data);
	buffer_release(&word);
	free(dir);
	return -1;
}

/* What programs show: 1; 0 when they show none. */
static int
find_shown(struct app *app, char name[STORE_NAME_MAX + 1], struct error *err)
{
	struct targets targets;
	int result = targets_load(app->store, &targets, err);

	for (size_t i = 0; i < targets.count && result >= 0; i++) {
		const struct target *target = &targets.target[i];

		if (target->run || target->profile == NULL ||
		    strlen(target->profile) > STORE_NAME_MAX)
			continue;
		if (result == 1 && strcmp(target->profile, name) != 0)
			result = error_set(err, ERROR_NOT_FOUND,
			    _("programs show several profiles, such as '%s' "
			    "and '%s'; name one: chatelaine list"), name,
			    target->profile);
		else {
			strcpy(name, target->profile);
			result = 1;
		}
	}
	targets_release(&targets);
	return result;
}

int
here_choose(struct app *app, char name[STORE_NAME_MAX + 1],
    struct buffer *from, struct error *err)
{
	enum trusted trusted;
	struct here here;
	int result = here_find(NULL, &here, err);

	if (result == 1) {
		result = trusted_look(app->store, here.path, here.uid,
		    here.digest, &trusted, err);
		if (result == 0 && trusted != TRUSTED_AS_IT_IS)
			result = distrust(&here, trusted, err);
		if (result == 0) {
			strcpy(name, here.name);
			buffer_add_string(from, here.path);
			result = 1;
		}
	} else if (result == 0)
		result = find_shown(app, name, err);
	here_release(&here);
	return result;
}
