/*
 * settings: the table, and what goes before what.
 */
#include "config.h"

#include <sys/stat.h>

#include <ftw.h>
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
#include "formats/format.h"
#include "storage/profile.h"

static char home[64];
static char file[128];

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static int
make_home(void **state)
{
	(void)state;
	strcpy(home, "/tmp/chatelaine-settings-XXXXXX");
	if (mkdtemp(home) == NULL)
		return -1;
	snprintf(file, sizeof file, "%s/conf/x/config", home);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("CHATELAINE_STORE");
	unsetenv("CHATELAINE_ISSUER");
	unsetenv("CHATELAINE_CONFIG");
	return setenv("HOME", home, 1);
}

static int
remove_home(void **state)
{
	(void)state;
	return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
put(const char *text)
{
	char dir[128];
	FILE *out;

	snprintf(dir, sizeof dir, "%s/conf", home);
	mkdir(dir, 0700);
	strcat(dir, "/x");
	mkdir(dir, 0700);
	out = fopen(file, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(file, 0600), 0);
}

static void
check(const struct settings *settings, enum setting setting,
    const char *value, const char *origin)
{
	struct buffer text = BUFFER_INIT;

	assert_string_equal(settings_text(settings, setting), value);
	settings_add_origin(settings, setting, &text);
	assert_string_equal(text.data, origin);
	buffer_release(&text);
}

static void
defaults(void **state)
{
	struct settings settings;
	char path[128];

	(void)state;
	assert_int_equal(settings_load(&settings, NULL, NULL, false, NULL), 0);
	snprintf(path, sizeof path, "%s/.local/share/chatelaine", home);
	check(&settings, SETTING_STORE, path, "default");
	assert_true(settings_store_is_usual(&settings));
	check(&settings, SETTING_MODEL, format_models[0], "default");
	/* What the list calls soon is what is renewed. */
	assert_int_equal(settings_window(&settings), PROFILE_EXPIRING);
	assert_int_equal(settings_choice(&settings, SETTING_CLOCK),
	    SETTING_CLOCK_24);
	snprintf(path, sizeof path, "%s/.config/chatelaine/config", home);
	assert_string_equal(settings.path, path);
	settings_release(&settings);
	setenv("XDG_DATA_HOME", "/data", 1);
	setenv("XDG_CONFIG_HOME", "relative", 1);
	assert_int_equal(settings_load(&settings, NULL, NULL, false, NULL), 0);
	check(&settings, SETTING_STORE, "/data/chatelaine", "default");
	assert_false(settings_store_is_usual(&settings));
	assert_string_equal(settings.path, path);
	settings_release(&settings);
}

/* A default that could not stand in the file could not be shown in it. */
static void
defaults_are_values(void **state)
{
	struct buffer out = BUFFER_INIT;
	struct error err = ERROR_INIT;
	struct settings settings;

	(void)state;
	assert_int_equal(settings_load(&settings, NULL, NULL, false, NULL), 0);
	for (int i = 0; i < SETTINGS; i++) {
		assert_int_equal(settings_find(setting_info[i].name, NULL), i);
		if (settings_file_edit("", 0, file, (enum setting)i,
		    settings.value[i].text, &out, &err) != 0)
			fail_msg("%s: %s", setting_info[i].name, err.text);
		buffer_clear(&out);
	}
	assert_int_equal(settings_find("colour", &err), SETTINGS);
	assert_int_equal(err.code, ERROR_USAGE);
	buffer_release(&out);
	settings_release(&settings);
}

static void
what_goes_before_what(void **state)
{
	struct settings settings;
	char from[160], path[128];

	(void)state;
	put("clock = 12h\n# x\nstore = ~/logins\n");
	assert_int_equal(settings_load(&settings, file, NULL, false, NULL), 0);
	snprintf(from, sizeof from, "%s:3", file);
	snprintf(path, sizeof path, "%s/logins", home);
	check(&settings, SETTING_STORE, path, from);
	assert_false(settings_store_is_usual(&settings));
	assert_int_equal(settings_choice(&settings, SETTING_CLOCK),
	    SETTING_CLOCK_12);
	settings_release(&settings);
	setenv("CHATELAINE_STORE", "/v", 1);
	setenv("CHATELAINE_CONFIG", file, 1);
	assert_int_equal(settings_load(&settings, NULL, NULL, false, NULL), 0);
	check(&settings, SETTING_STORE, "/v", "CHATELAINE_STORE");
	settings_release(&settings);
	assert_int_equal(settings_load(&settings, NULL, "/o", false, NULL), 0);
	check(&settings, SETTING_STORE, "/o", "--store");
	assert_false(settings_store_is_usual(&settings));
	settings_release(&settings);
}

static void
a_file_that_is_named(void **state)
{
	struct error err = ERROR_INIT;
	struct settings settings;

	(void)state;
	assert_int_equal(settings_load(&settings, file, NULL, false, &err),
	    -1);
	assert_int_equal(err.code, ERROR_USAGE);
	settings_release(&settings);
	assert_int_equal(settings_load(&settings, file, NULL, true, NULL), 0);
	settings_release(&settings);
	assert_int_equal(settings_load(&settings, "/dev/null", NULL, false,
	    NULL), 0);
	/* As root, too: it is there still. */
	assert_int_equal(settings_set(&settings, SETTING_CLOCK, "12h", &err),
	    -1);
	settings_release(&settings);
}

static void
set_and_unset(void **state)
{
	struct error err = ERROR_INIT;
	struct settings settings;
	char from[160];
	struct stat st;

	(void)state;
	assert_int_equal(settings_load(&settings, file, NULL, true, NULL), 0);
	assert_int_equal(settings_set(&settings, SETTING_CLOCK, "12h", &err),
	    0);
	snprintf(from, sizeof from, "%s:1", file);
	check(&settings, SETTING_CLOCK, "12h", from);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	*strrchr(file, '/') = '\0';
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	file[strlen(file)] = '/';
	/* What cannot be changes nothing. */
	assert_int_equal(settings_set(&settings, SETTING_CLOCK, "13h", &err),
	    -1);
	assert_int_equal(err.code, ERROR_USAGE);
	check(&settings, SETTING_CLOCK, "12h", from);
	assert_int_equal(settings_set(&settings, SETTING_CLOCK, NULL, &err),
	    0);
	check(&settings, SETTING_CLOCK, "24h", "default");
	/* Somebody edits the file meanwhile: both are in it then. */
	put("model = gpt-x\n");
	assert_int_equal(settings_set(&settings, SETTING_THEME, "dark", &err),
	    0);
	check(&settings, SETTING_MODEL, "gpt-x", from);
	settings_release(&settings);
}

static void
a_link_stays_one(void **state)
{
	struct settings settings;
	struct stat st;
	char link[160];

	(void)state;
	put("clock = 12h\n");
	snprintf(link, sizeof link, "%s/link", home);
	assert_int_equal(symlink("conf/x/config", link), 0);
	assert_int_equal(settings_load(&settings, link, NULL, false, NULL), 0);
	assert_int_equal(settings_set(&settings, SETTING_CLOCK, "24h", NULL),
	    0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	check(&settings, SETTING_CLOCK, "24h", (snprintf(link, sizeof link,
	    "%s/link:1", home), link));
	settings_release(&settings);
}

static int
add_kind(const char *kind, void *context, struct error *err)
{
	(void)err;
	buffer_addf(context, "%s.", kind);
	return 0;
}

static void
targets(void **state)
{
	struct buffer kinds = BUFFER_INIT;
	struct settings settings;

	(void)state;
	assert_int_equal(settings_load(&settings, file, NULL, true, NULL), 0);
	settings_each_target(&settings, add_kind, &kinds, NULL);
	assert_string_equal(kinds.data, "");
	assert_int_equal(settings_set(&settings, SETTING_TARGETS,
	    "codex, pi,opencode", NULL), 0);
	settings_each_target(&settings, add_kind, &kinds, NULL);
	assert_string_equal(kinds.data, "codex.pi.opencode.");
	buffer_release(&kinds);
	settings_release(&settings);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, \
	remove_home)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults),
		TEST(defaults_are_values),
		TEST(what_goes_before_what),
		TEST(a_file_that_is_named),
		TEST(set_and_unset),
		TEST(a_link_stays_one),
		TEST(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
