#include "config.h"

#include <sys/stat.h>

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/place.h"
#include "base/i18n.h"
#include "base/text.h"

static int
add_base(const struct consumer *consumer, struct buffer *path,
    struct error *err)
{
	const char *data = app_environment("XDG_DATA_HOME", NULL);
	const char *home = app_home();

	if (consumer->base == CONSUMER_DATA && data != NULL && *data == '/') {
		buffer_add_string(path, data);
		return 0;
	}
	if (home == NULL)
		return error_set(err, ERROR_USAGE,
		    _("there is no home directory; name the file: %s=PATH"),
		    consumer->kind);
	buffer_addf(path, "%s%s", home,
	    consumer->base == CONSUMER_DATA ? "/.local/share" :
	    consumer->base == CONSUMER_CONFIG ? "/.config" : "");
	return 0;
}

/* Makes a path absolute, as text: what is not there yet has no real path. */
static int
add_absolute(struct buffer *out, const char *path, struct error *err)
{
	char here[PATH_MAX];

	if (*path != '/') {
		if (getcwd(here, sizeof here) == NULL)
			return error_set(err, ERROR_FAILED, "%s",
			    _("the current directory has no name"));
		buffer_addf(out, "%s/", here);
	}
	buffer_add_string(out, path);
	return buffer_ok(out, err) ? 0 : -1;
}

int
place_usual(struct place *place, const struct consumer *consumer,
    struct error *err)
{
	struct buffer path = BUFFER_INIT;
	const char *dir = NULL, *file = NULL;

	*place = (struct place){ consumer, NULL };
	if (consumer->dir_variable != NULL)
		dir = app_environment(consumer->dir_variable, NULL);
	if (consumer->file_variable != NULL)
		file = app_environment(consumer->file_variable, NULL);
	if (dir != NULL) {
		if (add_absolute(&path, dir, err) != 0)
			goto out;
		if (consumer->inside != NULL)
			buffer_addf(&path, "/%s", consumer->inside);
	} else {
		if (add_base(consumer, &path, err) != 0)
			goto out;
		buffer_addf(&path, "/%s", consumer->under);
	}
	buffer_addf(&path, "/%s", file != NULL ? file : consumer->file);
	place->path = buffer_detach(&path, err);
out:
	buffer_release(&path);
	return place->path == NULL ? -1 : 0;
}

/* JSON has no other way to write it down. */
static bool
is_utf8(const char *text)
{
	size_t length = strlen(text), n;
	uint32_t character;

	for (; length > 0; text += n, length -= n) {
		n = text_decode(text, length, &character);
		if (n == 0)
			return false;
	}
	return true;
}

static int
set_path(struct place *place, const char *given, struct error *err)
{
	struct buffer path = BUFFER_INIT;
	struct stat st;

	if (*given == '\0' || !is_utf8(given) || strlen(given) >= PATH_MAX)
		return error_set(err, ERROR_USAGE,
		    _("%s= wants a path in UTF-8, such as %s=DIR"),
		    place->consumer->kind, place->consumer->kind);
	if (add_absolute(&path, given, err) == 0) {
		if (path.data[path.length - 1] == '/')
			buffer_add_string(&path, place->consumer->file);
		else if (stat(path.data, &st) == 0 && S_ISDIR(st.st_mode))
			buffer_addf(&path, "/%s", place->consumer->file);
		place->path = buffer_detach(&path, err);
	}
	buffer_release(&path);
	return place->path == NULL ? -1 : 0;
}

int
place_find(struct place *place, const char *spec, struct error *err)
{
	const char *equals = strchr(spec, '=');
	struct buffer kind = BUFFER_INIT;

	*place = (struct place)PLACE_INIT;
	buffer_add(&kind, spec, equals != NULL ? (size_t)(equals - spec) :
	    strlen(spec));
	place->consumer = consumer_find(kind.data, err);
	buffer_release(&kind);
	if (place->consumer == NULL)
		return -1;
	return equals != NULL ? set_path(place, equals + 1, err) :
	    place_usual(place, place->consumer, err);
}

int
place_set(struct place *place, const char *kind, const char *path,
    struct error *err)
{
	*place = (struct place)PLACE_INIT;
	place->consumer = consumer_find(kind, NULL);
	if (place->consumer == NULL)
		return error_set(err, ERROR_FAILED,
		    _("the kind of target '%s' is not known here"), kind);
	place->path = strdup(path);
	if (place->path != NULL)
		return 0;
	/* Half of a place is none. */
	place->consumer = NULL;
	return error_no_memory(err);
}

int
place_copy(struct place *place, const struct place *from, struct error *err)
{
	return place_set(place, from->consumer->kind, from->path, err);
}

void
place_release(struct place *place)
{
	free(place->path);
	*place = (struct place)PLACE_INIT;
}

void
place_label(const struct place *place, struct buffer *out)
{
	struct error why = ERROR_INIT;
	struct place usual;

	if (place_usual(&usual, place->consumer, &why) == 0 &&
	    strcmp(usual.path, place->path) == 0)
		buffer_add_string(out, place->consumer->kind);
	else
		buffer_addf(out, "%s=%s", place->consumer->kind, place->path);
	out->failed |= error_is_no_memory(&why);
	place_release(&usual);
}

void
place_word(const struct place *place, struct buffer *out)
{
	struct buffer label = BUFFER_INIT;

	place_label(place, &label);
	if (buffer_ok(&label, NULL))
		buffer_add_word(out, label.data);
	else
		out->failed = true;
	buffer_release(&label);
}

bool
place_is_same(const struct place *a, const struct place *b)
{
	return a->consumer == b->consumer && strcmp(a->path, b->path) == 0;
}

bool
place_is_there(const struct place *place)
{
	char *copy = strdup(place->path);
	struct stat st;
	bool there;

	there = copy != NULL && stat(dirname(copy), &st) == 0 &&
	    S_ISDIR(st.st_mode);
	free(copy);
	return there;
}
