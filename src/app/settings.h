/*
 * settings: what a person may set, and where each value comes from.
 *
 * An option goes before a variable, that before the config file, that before
 * the default. One table, which chatelaine.conf(5) explains.
 */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum setting {
	SETTING_STORE,
	SETTING_ISSUER,
	SETTING_TARGETS,	/* of `use`: kinds, or "auto" */
	SETTING_WINDOW,		/* what has less left is renewed in time */
	SETTING_MODEL,
	SETTING_THEME,
	SETTING_CLOCK,
	SETTINGS
};

/* The choices of two of them, in the table's order. */
enum { SETTING_CLOCK_24, SETTING_CLOCK_12 };

enum setting_origin {
	ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_VARIABLE, ORIGIN_OPTION
};

struct setting_info {
	const char *name;	/* the key in the file */
	const char *env_variable;	/* that goes before the file; NULL */
	const char *option;	/* of all commands; NULL */
	const char *otherwise;	/* NULL: it is found out */
	const char *const *choices;	/* up to a NULL; NULL: it is typed */
	/* 0, or ERROR_USAGE with what is wrong with @value. NULL: choices. */
	int (*check)(const char *value, struct error *err);
	const char *summary;	/* N_(): a sentence */
};

extern const struct setting_info setting_info[SETTINGS];

struct setting_value {
	char *text;		/* NULL: there is none */
	enum setting_origin origin;
	int line;		/* of the file; 0: it is not from there */
};

struct settings {
	char *path;		/* of the file; NULL: there is no home */
	const char *store;	/* --store; NULL */
	struct setting_value value[SETTINGS];
};

/* The longest file that is read. */
#define SETTINGS_FILE_MAX ((size_t)64 * 1024)

/*
 * Reads the config file: @file (--config), else CHATELAINE_CONFIG, else
 * ${XDG_CONFIG_HOME:-~/.config}/chatelaine/config. @store (--store; may be
 * NULL) must live as long as @settings. A file that was named must be there,
 * unless @may_miss; /dev/null stands for none. ERROR_USAGE, with file and line,
 * for what it does not know in it; ERROR_FAILED for a file that others may
 * write. settings_release() in any case.
 */
int settings_load(struct settings *settings, const char *file,
    const char *store, bool may_miss, struct error *err);
void settings_release(struct settings *settings);

/* Calls @tell with each error in the file that settings_load() failed for, of
 * which that gives the first: none where the file cannot be read. */
void settings_each_mistake(const struct settings *settings,
    void (*tell)(const struct error *why, void *context), void *context);

/* The setting of that name; SETTINGS with ERROR_USAGE and those there are. */
enum setting settings_find(const char *name, struct error *err);

/* A value, NULL for a store that nobody names where there is no home. */
const char *settings_text(const struct settings *settings,
    enum setting setting);

/* True if the store is the one that is found by HOME alone: by who is given no
 * option and none of our variables. */
bool settings_store_is_usual(const struct settings *settings);

/* Of one that is chosen: which choice. */
int settings_choice(const struct settings *settings, enum setting setting);

/* SETTING_WINDOW in seconds. */
int64_t settings_window(const struct settings *settings);

/* Calls @each with each kind of SETTING_TARGETS until one does not return 0;
 * gives that. Never for "auto". */
int settings_each_target(const struct settings *settings,
    int (*each)(const char *kind, void *context, struct error *err),
    void *context, struct error *err);

/* The word of an origin, for JSON; and where a value comes from: "default",
 * "/home/me/.config/chatelaine/config:3", "CHATELAINE_STORE", "--store". */
const char *settings_origin_word(enum setting_origin origin);
void settings_add_origin(const struct settings *settings,
    enum setting setting, struct buffer *out);

/*
 * Writes a value into the file, or takes it out (NULL), and loads all anew.
 * Comments and order stay as they are; the file is replaced as a whole, mode
 * 0600, and made with its directory where it is not there. ERROR_USAGE for a
 * value that cannot be. That something goes before the file is no error.
 */
int settings_set(struct settings *settings, enum setting setting,
    const char *value, struct error *err);

/* --- The file, for settings.c and its tests ------------------------------- */

/* Appends what stands in the file @path: 1, or 0 where there is none. -1. */
int settings_file_read(const char *path, struct buffer *text,
    struct error *err);

/* Understands it. @value is empty at first, and the caller releases it by
 * settings_release_values() in any case. */
int settings_file_parse(const char *text, size_t length, const char *path,
    struct setting_value value[SETTINGS], struct error *err);
void settings_release_values(struct setting_value value[SETTINGS]);

/* Calls @tell with the error of each line that is wrong, in their order. -1 for
 * want of memory. */
int settings_file_check(const char *text, size_t length, const char *path,
    void (*tell)(const struct error *why, void *context), void *context,
    struct error *err);

/* Appends @text with @value as that of @setting, or without it (NULL). */
int settings_file_edit(const char *text, size_t length, const char *path,
    enum setting setting, const char *value, struct buffer *out,
    struct error *err);

/* Replaces it. */
int settings_file_write(const char *path, const struct buffer *text,
    struct error *err);

#endif
