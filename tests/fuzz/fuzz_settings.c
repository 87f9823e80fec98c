/*
 * settings: a setting's name and a value in two lines, and a config file. It
 * is understood, changed, and understood with that change only.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "app/settings.h"
#include "fuzz.h"
#include "storage/store.h"

#define FILE_NAME "config"

static void
check_values(const struct setting_value value[SETTINGS], const char *text)
{
	int lines = 1;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	for (int i = 0; i < SETTINGS; i++) {
		CHECK((value[i].text != NULL) == (value[i].line > 0));
		CHECK(value[i].line <= lines);
		CHECK(value[i].text == NULL || value[i].text[0] != '\0');
	}
}

static void
check_edited(const struct buffer *new, enum setting setting,
    const char *value, const struct setting_value old[SETTINGS])
{
	struct setting_value now[SETTINGS] = { { .text = NULL } };

	CHECK(settings_file_parse(new->data, new->length, FILE_NAME, now,
	    NULL) == 0);
	for (int i = 0; i < SETTINGS; i++)
		CHECK(fuzz_same(now[i].text, i == (int)setting ? value :
		    old[i].text));
	settings_release_values(now);
}

static void
check_edit(const char *text, enum setting setting, const char *value,
    const struct setting_value old[SETTINGS])
{
	struct buffer new = BUFFER_INIT;
	struct error err = ERROR_INIT;

	if (settings_file_edit(text, strlen(text), FILE_NAME, setting, value,
	    &new, &err) == 0)
		check_edited(&new, setting, value, old);
	else {
		fuzz_check_error(&err);
		CHECK(value != NULL);	/* what stands there can go */
	}
	buffer_release(&new);
}

/* Before the defaults, and behind a variable. */
static void
check_loaded(const struct settings *settings,
    const struct setting_value value[SETTINGS])
{
	struct buffer origin = BUFFER_INIT;

	for (int i = 0; i < SETTINGS; i++) {
		if (value[i].text == NULL)
			continue;
		CHECK(settings->value[i].origin == ORIGIN_FILE);
		CHECK(settings->value[i].line == value[i].line);
		CHECK(i == SETTING_STORE || fuzz_same(value[i].text,
		    settings_text(settings, (enum setting)i)));
		settings_add_origin(settings, (enum setting)i, &origin);
	}
	CHECK(settings_window(settings) >= 0);
	CHECK(settings_choice(settings, SETTING_CLOCK) <= SETTING_CLOCK_12);
	buffer_release(&origin);
}

static int
count_kind(const char *kind, void *context, struct error *err)
{
	(void)err;
	CHECK(*kind != '\0');
	++*(int *)context;
	return 0;
}

/* An option goes before a variable, a variable before the file, and each value
 * tells where it is from. */
static void
check_order(const char *file)
{
	static const char issuer[] = "https://login.example";
	struct buffer origin = BUFFER_INIT;
	struct settings settings;

	setenv("CHATELAINE_ISSUER", issuer, 1);
	CHECK(settings_load(&settings, file, "/elsewhere", false, NULL) == 0);
	unsetenv("CHATELAINE_ISSUER");
	CHECK(settings.value[SETTING_STORE].origin == ORIGIN_OPTION);
	CHECK(settings.value[SETTING_ISSUER].origin == ORIGIN_VARIABLE);
	CHECK(fuzz_same(settings_text(&settings, SETTING_STORE),
	    "/elsewhere"));
	CHECK(fuzz_same(settings_text(&settings, SETTING_ISSUER), issuer));
	for (int i = 0; i < SETTINGS; i++) {
		buffer_clear(&origin);
		settings_add_origin(&settings, (enum setting)i, &origin);
		CHECK(origin.length > 0);
		CHECK(settings_origin_word(settings.value[i].origin) != NULL);
		CHECK(settings_text(&settings, (enum setting)i) != NULL);
	}
	settings_release(&settings);
	buffer_release(&origin);
}

/* A file that others may write is nobody's. */
static void
check_open(const char *file)
{
	struct settings settings;
	struct error err = ERROR_INIT;

	CHECK(chmod(file, 0666) == 0);
	CHECK(settings_load(&settings, file, NULL, true, &err) != 0);
	fuzz_check_error(&err);
	CHECK(err.code == ERROR_FAILED);
	CHECK(chmod(file, 0600) == 0);
	settings_release(&settings);
}

/* The same by way of a file. */
static void
check_file(const struct buffer *text, enum setting setting, const char *value,
    const struct setting_value old[SETTINGS])
{
	struct buffer path = BUFFER_INIT;
	struct settings settings;
	int kinds = 0;

	buffer_addf(&path, "%s/" FILE_NAME, store_path(fuzz_store()));
	fuzz_put(FILE_NAME, text->data, text->length);
	if (text->length <= SETTINGS_FILE_MAX) {
		check_order(path.data);
		check_open(path.data);
	}
	if (settings_load(&settings, path.data, NULL, false, NULL) == 0) {
		check_loaded(&settings, old);
		CHECK(settings_each_target(&settings, count_kind, &kinds,
		    NULL) == 0);
		if (setting != SETTINGS && settings_set(&settings, setting,
		    value, NULL) == 0 && setting != SETTING_STORE)
			CHECK(fuzz_same(settings_text(&settings, setting),
			    value));
	}
	settings_release(&settings);
	buffer_release(&path);
}

static void
count_mistake(const struct error *why, void *context)
{
	fuzz_check_error(why);
	(*(int *)context)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct setting_value value[SETTINGS] = { { .text = NULL } };
	struct fuzz_input input = { data, size };
	char *name = fuzz_line(&input), *new = fuzz_line(&input);
	struct buffer file = BUFFER_INIT;
	struct error err = ERROR_INIT;
	enum setting setting = settings_find(name, NULL);
	int mistakes = 0;

	unsetenv("HOME");
	unsetenv("CHATELAINE_STORE");
	unsetenv("CHATELAINE_ISSUER");
	buffer_add(&file, input.data, input.left);
	CHECK(settings_file_check(file.data, file.length, FILE_NAME,
	    count_mistake, &mistakes, NULL) == 0);
	if (settings_file_parse(file.data, file.length, FILE_NAME, value,
	    &err) == 0) {
		check_values(value, file.data);
		CHECK(mistakes == 0);
		if (setting != SETTINGS) {
			check_edit(file.data, setting, new, value);
			check_edit(file.data, setting, NULL, value);
		}
		check_file(&file, setting, new, value);
	} else
		fuzz_check_error(&err);
	settings_release_values(value);
	buffer_release(&file);
	free(name);
	free(new);
	return 0;
}
