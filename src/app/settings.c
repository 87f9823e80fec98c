#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/settings.h"
#include "base/i18n.h"
#include "base/time.h"
#include "formats/consumer.h"
#include "formats/format.h"
#include "oauth/issuer.h"

#define TARGETS_AUTO "auto"
#define BETWEEN_TARGETS ", \t"

/* --- What may be set ------------------------------------------------------ */

/* Where from would a relative one begin? Not where one happens to be. */
static int
check_store(const char *value, struct error *err)
{
	if (*value == '/' || strncmp(value, "~/", 2) == 0)
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' is no absolute path; begin it with / or ~/"), value);
}

static int
check_window(const char *value, struct error *err)
{
	int64_t seconds;

	if (time_parse_length(value, &seconds) == 0)
		return 0;
	return error_set(err, ERROR_USAGE,
	    _("'%s' is no length of time; they look like 30s, 10m, 48h, 2d"),
	    value);
}

static int
check_model(const char *value, struct error *err)
{
	return format_check_model(value, err) != NULL ? 0 : -1;
}

static int
each_target(const char *value, int (*each)(const char *kind, void *context,
    struct error *err), void *context, struct error *err)
{
	char *copy, *kind, *rest = NULL;
	int result = 0;

	if (strcmp(value, TARGETS_AUTO) == 0)
		return 0;
	copy = strdup(value);
	if (copy == NULL)
		return error_no_memory(err);
	for (kind = strtok_r(copy, BETWEEN_TARGETS, &rest);
	    kind != NULL && result == 0;
	    kind = strtok_r(NULL, BETWEEN_TARGETS, &rest))
		result = each(kind, context, err);
	free(copy);
	return result;
}

static int
check_kind(const char *kind, void *context, struct error *err)
{
	(void)context;
	return consumer_find(kind, err) != NULL ? 0 : -1;
}

static int
check_targets(const char *value, struct error *err)
{
	if (value[strspn(value, BETWEEN_TARGETS)] == '\0')
		return error_set(err, ERROR_USAGE, "%s",
		    _("it names no program"));
	return each_target(value, check_kind, NULL, err);
}

static const char *const themes[] = { "auto", "light", "dark", "mono", NULL };
static const char *const clocks[] = { "24h", "12h", NULL };

const struct setting_info setting_info[SETTINGS] = {
	[SETTING_STORE] = {
		.name = "store", .env_variable = "CHATELAINE_STORE",
		.option = "--store", .check = check_store,
		.summary = N_("Where the logins are, from the next start on."),
	},
	[SETTING_ISSUER] = {
		.name = "issuer", .env_variable = "CHATELAINE_ISSUER",
		.otherwise = ISSUER_DEFAULT, .check = issuer_check,
		.summary = N_("The server to sign in at."),
	},
	[SETTING_TARGETS] = {
		.name = "targets", .otherwise = TARGETS_AUTO,
		.check = check_targets,
		.summary = N_("The programs that are switched when none is "
		    "named, as in \"codex, pi\"; auto: those that show a "
		    "profile now, else those that were used here."),
	},
	[SETTING_WINDOW] = {
		.name = "window", .otherwise = "48h", .check = check_window,
		.summary = N_("keep renews what has less than this left."),
	},
	[SETTING_MODEL] = {
		.name = "model", .check = check_model,
		.summary = N_("The model that exports name."),
	},
	[SETTING_THEME] = {
		.name = "theme", .otherwise = "auto", .choices = themes,
		.summary = N_("The colours: auto, for a light or a dark "
		    "background, or mono for none."),
	},
	[SETTING_CLOCK] = {
		.name = "clock", .otherwise = "24h", .choices = clocks,
		.summary = N_("How times are written: 24h or 12h."),
	},
};

enum setting
settings_find(const char *name, struct error *err)
{
	struct buffer names = BUFFER_INIT;

	for (int i = 0; i < SETTINGS; i++)
		if (strcmp(setting_info[i].name, name) == 0)
			return (enum setting)i;
	for (int i = 0; i < SETTINGS; i++)
		buffer_addf(&names, "%s%s", i > 0 ? ", " : "",
		    setting_info[i].name);
	error_set(err, ERROR_USAGE, _("there is no setting '%s'; there are: "
	    "%s"), name, names.data);
	buffer_release(&names);
	return SETTINGS;
}

/* --- Loading -------------------------------------------------------------- */

static int
set(struct setting_value *value, enum setting_origin origin, const char *text,
    struct error *err)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return error_no_memory(err);
	free(value->text);
	value->text = copy;
	value->origin = origin;
	return 0;
}

/* "~/x" from the file, which no shell has seen. */
static int
expand(struct setting_value *value, struct error *err)
{
	struct buffer path = BUFFER_INIT;
	char *text;

	if (value->text == NULL || strncmp(value->text, "~/", 2) != 0)
		return 0;
	if (app_home() == NULL)
		return error_set(err, ERROR_USAGE,
		    _("there is no home directory for '%s'"), value->text);
	buffer_addf(&path, "%s%s", app_home(), value->text + 1);
	text = buffer_detach(&path, err);
	if (text == NULL)
		return -1;
	free(value->text);
	value->text = text;
	return 0;
}

/* NAME in ${VARIABLE:-~/UNDER}, where a variable that is not absolute does not
 * count; "" where there is no home. */
static void
find_path(struct buffer *path, const char *given, const char *under,
    const char *name)
{
	if (given != NULL && *given == '/')
		buffer_addf(path, "%s/%s", given, name);
	else if (app_home() != NULL)
		buffer_addf(path, "%s/%s/%s", app_home(), under, name);
}

static int
set_default(struct settings *settings, enum setting setting,
    struct error *err)
{
	const char *otherwise = setting == SETTING_MODEL ? format_models[0] :
	    setting_info[setting].otherwise;
	struct setting_value *value = &settings->value[setting];
	struct buffer path = BUFFER_INIT;
	int result = 0;

	if (otherwise != NULL)
		return set(value, ORIGIN_DEFAULT, otherwise, err);
	find_path(&path, app_environment("XDG_DATA_HOME", NULL),
	    ".local/share", "chatelaine");
	if (path.length > 0)
		result = set(value, ORIGIN_DEFAULT, path.data, err);
	buffer_release(&path);
	return result;
}

/* What goes before the file, and what comes after it. */
static int
complete(struct settings *settings, enum setting setting, struct error *err)
{
	const struct setting_info *info = &setting_info[setting];
	struct setting_value *value = &settings->value[setting];
	const char *given = info->env_variable == NULL ? NULL :
	    app_environment(info->env_variable, NULL);

	if (info->option != NULL && settings->store != NULL)
		return set(value, ORIGIN_OPTION, settings->store, err);
	if (given != NULL)
		return set(value, ORIGIN_VARIABLE, given, err);
	if (value->text == NULL)
		return set_default(settings, setting, err);
	return setting == SETTING_STORE ? expand(value, err) : 0;
}

static int
load(struct settings *settings, bool may_miss, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int found = 0, result = -1;

	if (settings->path != NULL && strcmp(settings->path, "/dev/null") != 0)
		found = settings_file_read(settings->path, &text, err);
	if (found < 0)
		goto out;
	if (found == 0 && !may_miss) {
		error_set(err, ERROR_USAGE, _("there is no config file %s"),
		    settings->path);
		goto out;
	}
	if (settings_file_parse(text.data, text.length, settings->path,
	    settings->value, err) != 0)
		goto out;
	result = 0;
	for (int i = 0; i < SETTINGS && result == 0; i++)
		result = complete(settings, (enum setting)i, err);
out:
	buffer_release(&text);
	return result;
}

int
settings_load(struct settings *settings, const char *file, const char *store,
    bool may_miss, struct error *err)
{
	const char *given = file != NULL ? file :
	    app_environment("CHATELAINE_CONFIG", NULL);
	struct buffer path = BUFFER_INIT;

	memset(settings, 0, sizeof *settings);
	settings->store = store;
	if (given != NULL)
		buffer_add_string(&path, given);
	else
		find_path(&path, app_environment("XDG_CONFIG_HOME", NULL),
		    ".config", "chatelaine/config");
	if (path.length > 0) {
		settings->path = buffer_detach(&path, err);
		if (settings->path == NULL)
			return -1;
	} else
		buffer_release(&path);
	return load(settings, may_miss || given == NULL ||
	    strcmp(given, "/dev/null") == 0, err);
}

void
settings_each_mistake(const struct settings *settings,
    void (*tell)(const struct error *why, void *context), void *context)
{
	struct buffer text = BUFFER_INIT;

	if (settings->path != NULL &&
	    settings_file_read(settings->path, &text, NULL) == 1)
		settings_file_check(text.data, text.length, settings->path,
		    tell, context, NULL);
	buffer_release(&text);
}

void
settings_release_values(struct setting_value value[SETTINGS])
{
	for (int i = 0; i < SETTINGS; i++) {
		free(value[i].text);
		value[i] = (struct setting_value){ NULL, ORIGIN_DEFAULT, 0 };
	}
}

void
settings_release(struct settings *settings)
{
	settings_release_values(settings->value);
	free(settings->path);
	settings->path = NULL;
}

/* --- Asking --------------------------------------------------------------- */

const char *
settings_text(const struct settings *settings, enum setting setting)
{
	return settings->value[setting].text;
}

bool
settings_store_is_usual(const struct settings *settings)
{
	const struct setting_value *store = &settings->value[SETTING_STORE];
	const bool of_file = store->origin == ORIGIN_FILE;
	const char *path = of_file ? settings->path : store->text;
	struct buffer usual = BUFFER_INIT;
	bool result;

	find_path(&usual, NULL, of_file ? ".config" : ".local/share",
	    of_file ? "chatelaine/config" : "chatelaine");
	result = store->origin <= ORIGIN_FILE && path != NULL &&
	    usual.length > 0 && strcmp(path, usual.data) == 0;
	buffer_release(&usual);
	return result;
}

int
settings_choice(const struct settings *settings, enum setting setting)
{
	const char *const *choices = setting_info[setting].choices;
	int i = 0;

	while (choices[i + 1] != NULL &&
	    strcmp(choices[i], settings_text(settings, setting)) != 0)
		i++;
	return i;
}

int64_t
settings_window(const struct settings *settings)
{
	int64_t seconds = 0;

	/* It was looked at when it was loaded. */
	time_parse_length(settings_text(settings, SETTING_WINDOW), &seconds);
	return seconds;
}

int
settings_each_target(const struct settings *settings,
    int (*each)(const char *kind, void *context, struct error *err),
    void *context, struct error *err)
{
	return each_target(settings_text(settings, SETTING_TARGETS), each,
	    context, err);
}

const char *
settings_origin_word(enum setting_origin origin)
{
	static const char *const words[] = {
		[ORIGIN_DEFAULT] = "default", [ORIGIN_FILE] = "file",
		[ORIGIN_VARIABLE] = "variable", [ORIGIN_OPTION] = "option",
	};

	return words[origin];
}

void
settings_add_origin(const struct settings *settings, enum setting setting,
    struct buffer *out)
{
	const struct setting_value *value = &settings->value[setting];

	switch (value->origin) {
	case ORIGIN_DEFAULT:
		buffer_add_string(out, _("default"));
		break;
	case ORIGIN_FILE:
		buffer_addf(out, "%s:%d", settings->path, value->line);
		break;
	case ORIGIN_VARIABLE:
		buffer_add_string(out, setting_info[setting].env_variable);
		break;
	case ORIGIN_OPTION:
		buffer_add_string(out, setting_info[setting].option);
		break;
	}
}

/* --- Changing ------------------------------------------------------------- */

int
settings_set(struct settings *settings, enum setting setting,
    const char *value, struct error *err)
{
	struct buffer old = BUFFER_INIT, new = BUFFER_INIT;
	struct settings now = { .path = settings->path,
	    .store = settings->store };
	int result = -1;

	if (settings->path == NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("there is no home directory; name the file by "
		    "--config FILE"));
	/* Anew: somebody may have edited it. */
	if (settings_file_read(settings->path, &old, err) < 0 ||
	    settings_file_edit(old.data, old.length, settings->path, setting,
	    value, &new, err) != 0 ||
	    settings_file_write(settings->path, &new, err) != 0)
		goto out;
	result = load(&now, true, err);
	if (result == 0) {
		settings_release_values(settings->value);
		*settings = now;
	} else
		settings_release_values(now.value);
out:
	buffer_release(&old);
	buffer_release(&new);
	return result;
}
