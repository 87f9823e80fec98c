/*
 * settings: a setting's name and a value in two lines, and a config file. It
 * is understood, changed, and understood with that change only.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/settings.h"
#include "fuzz.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct setting_value value[SETTINGS] = { { .text = NULL } };
	struct fuzz_input input = { data, size };
	char *name = fuzz_line(&input), *new = fuzz_line(&input);
	struct buffer file = BUFFER_INIT;
	struct error err = ERROR_INIT;
	enum setting setting = settings_find(name, NULL);

	buffer_add(&file, input.data, input.left);
	if (settings_file_parse(file.data, file.length, FILE_NAME, value,
	    &err) == 0) {
		check_values(value, file.data);
		if (setting != SETTINGS) {
			check_edit(file.data, setting, new, value);
			check_edit(file.data, setting, NULL, value);
		}
	} else
		fuzz_check_error(&err);
	settings_release_values(value);
	buffer_release(&file);
	free(name);
	free(new);
	return 0;
}
