/*
 * The file of the settings: what is wrong with it, and how it is changed.
 */
#include "config.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/settings.h"

static void
wrong(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "colour = red\n", "F:1: there is no setting 'colour'; there "
		    "are: store, issuer, targets, window, model, theme, "
		    "clock" },
		{ "\nTheme = dark\n", "F:2: there is no setting 'Theme'" },
		{ "theme = pink\n", "F:1: 'pink' is no theme; there are: "
		    "auto, light, dark, mono" },
		{ "clock = 13h\n", "F:1: '13h' is no clock" },
		{ "store = logins\n", "F:1: 'logins' is no absolute path" },
		{ "store = ~you/logins\n", "F:1: " },
		{ "store =\n", "F:1: 'store' has no value" },
		{ "window = soon\n", "F:1: 'soon' is no length of time" },
		{ "model = a b\n", "F:1: 'a b' is not the name of a model" },
		{ "issuer = http://example.org\n", "F:1: " },
		{ "targets = codex, vim\n", "F:1: there is no program 'vim'" },
		{ "targets = ,\n", "F:1: it names no program" },
		{ "clock = 12h\n\nclock = 24h\n",
		    "F:3: 'clock' stands in line 1 already" },
		{ "[ui]\nclock = 12h\n", "F:2: there are no sections here" },
		{ "clock\n", "F:1: this is no line of the form KEY = VALUE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct setting_value value[SETTINGS] = { { .text = NULL } };
		struct error err = ERROR_INIT;

		assert_int_equal(settings_file_parse(table[i].text,
		    strlen(table[i].text), "F", value, &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
		if (strncmp(err.text, table[i].why,
		    strlen(table[i].why)) != 0)
			fail_msg("%s: %s", table[i].text, err.text);
		settings_release_values(value);
	}
}

static void
note_mistake(const struct error *why, void *context)
{
	assert_int_equal(why->code, ERROR_USAGE);
	buffer_addf(context, "%.*s ", (int)strcspn(why->text, " "), why->text);
}

/* Where that is to be mended, one wants to know it at once. */
static void
all_that_is_wrong(void **state)
{
	static const struct {
		const char *text, *lines;
	} table[] = {
		{ "", "" }, { "clock = 12h\n", "" },
		{ "what\n", "F:1: " }, { "what", "F:1: " },
		{ "a = 1\n\nclock = 13h\n# x\n  what\ntheme = dark\nb=\n",
		    "F:1: F:3: F:5: F:7: " },
		/* What was good before counts behind what is wrong. */
		{ "clock = 12h\na = 1\nclock = 24h\n", "F:2: F:3: " },
		{ "a = 1\n[ui]\nclock = 12h\ntheme = dark\nb = 1\n",
		    "F:1: F:3: F:4: F:5: " },
		{ "[ui\na = 1\n", "F:1: F:2: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct buffer lines = BUFFER_INIT;

		assert_int_equal(settings_file_check(table[i].text,
		    strlen(table[i].text), "F", note_mistake, &lines, NULL),
		    0);
		assert_string_equal(lines.length > 0 ? lines.data : "",
		    table[i].lines);
		buffer_release(&lines);
	}
}

static void
what_is_no_text_is_told_once(void **state)
{
	struct buffer lines = BUFFER_INIT;

	(void)state;
	assert_int_equal(settings_file_check("a = 1\0b = 1\n", 12, "F",
	    note_mistake, &lines, NULL), 0);
	assert_string_equal(lines.data, "F: ");
	buffer_release(&lines);
}

static void
changed(void **state)
{
	static const struct {
		const char *old;
		enum setting setting;
		const char *value, *new;	/* NULL: refused */
	} table[] = {
		{ "", SETTING_CLOCK, "12h", "clock = 12h\n" },
		{ "", SETTING_CLOCK, NULL, "" },
		{ "# mine\n\nclock=24h\ntheme = dark\n", SETTING_CLOCK, "12h",
		    "# mine\n\nclock = 12h\ntheme = dark\n" },
		{ "# mine\nclock=24h\n; yours", SETTING_CLOCK, NULL,
		    "# mine\n; yours" },
		{ "# mine", SETTING_CLOCK, "12h", "# mine\nclock = 12h\n" },
		{ "clock = 24h ; why\nmodel = m\n", SETTING_CLOCK, "12h",
		    "clock = 12h ; why\nmodel = m\n" },
		{ "clock = 24h\r\nmodel = m\r\n", SETTING_CLOCK, "12h",
		    "clock = 12h\r\nmodel = m\r\n" },
		{ "  clock = 24h", SETTING_CLOCK, "12h", "clock = 12h" },
		{ "", SETTING_STORE, "/a b;c#d", "store = /a b;c#d\n" },
		/* For these the file has no form. */
		{ "", SETTING_STORE, "/a ;b", NULL },
		{ "", SETTING_STORE, "/a ", NULL },
		{ "", SETTING_STORE, "/a\nclock = 12h", NULL },
		{ "", SETTING_STORE, "/a\n#", NULL },
		{ "", SETTING_STORE, "", NULL },
		/* What is wrong already is not made worse. */
		{ "color = red\n", SETTING_CLOCK, "12h", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct buffer out = BUFFER_INIT;
		struct error err = ERROR_INIT;
		int result;

		result = settings_file_edit(table[i].old,
		    strlen(table[i].old), "F", table[i].setting,
		    table[i].value, &out, &err);
		if (table[i].new == NULL) {
			assert_int_equal(result, -1);
			assert_int_equal(err.code, ERROR_USAGE);
		} else {
			assert_int_equal(result, 0);
			assert_string_equal(out.data, table[i].new);
		}
		buffer_release(&out);
	}
}

static void
who_may_write_it(void **state)
{
	char path[] = "/tmp/chatelaine-config-XXXXXX";
	int fd = mkstemp(path), out;
	static const struct {
		mode_t mode;
		int found;
	} table[] = {
		{ 0600, 1 }, { 0644, 1 }, { 0444, 1 }, { 0664, -1 },
		{ 0602, -1 }, { 0666, -1 },
	};

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct buffer text = BUFFER_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(fchmod(fd, table[i].mode), 0);
		out = settings_file_read(path, &text, &err);
		assert_int_equal(out, table[i].found);
		if (out < 0)
			assert_non_null(strstr(err.text, "chmod go-w"));
		buffer_release(&text);
	}
	if (geteuid() == 0) {
		struct buffer text = BUFFER_INIT;

		assert_int_equal(fchmod(fd, 0600), 0);
		assert_int_equal(fchown(fd, 12345, 12345), 0);
		assert_int_equal(settings_file_read(path, &text, NULL), -1);
		buffer_release(&text);
	}
	close(fd);
	assert_int_equal(unlink(path), 0);
}

static void
what_is_no_file(void **state)
{
	char dir[] = "/tmp/chatelaine-config-XXXXXX", path[64];
	struct buffer text = BUFFER_INIT;
	FILE *large;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(settings_file_read(dir, &text, NULL), -1);
	snprintf(path, sizeof path, "%s/config", dir);
	assert_int_equal(settings_file_read(path, &text, NULL), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(settings_file_read(path, &text, NULL), -1);
	assert_int_equal(unlink(path), 0);
	large = fopen(path, "w");
	assert_non_null(large);
	assert_int_equal(fseek(large, (long)SETTINGS_FILE_MAX, SEEK_SET), 0);
	fputc('\n', large);
	assert_int_equal(fclose(large), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(settings_file_read(path, &text, NULL), -1);
	buffer_release(&text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong),
		cmocka_unit_test(all_that_is_wrong),
		cmocka_unit_test(what_is_no_text_is_told_once),
		cmocka_unit_test(changed),
		cmocka_unit_test(who_may_write_it),
		cmocka_unit_test(what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
