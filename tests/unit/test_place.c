/*
 * place: where each program looks, by its variables, and what a person may
 * write in place of that.
 */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/place.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static const char *const variables[] = {
	"OH_PERSISTENCE_DIR", "CODEX_HOME", "CHATGPT_TOKEN_DIR",
	"CHATGPT_AUTH_FILE", "PI_CODING_AGENT_DIR", "XDG_DATA_HOME",
	"XDG_CONFIG_HOME",
};

static int
clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	return setenv("HOME", "/h", 1);
}

static void
check_usual(const char *kind, const char *expected)
{
	struct buffer label = BUFFER_INIT;
	struct place place, found;

	assert_int_equal(place_usual(&place, consumer_find(kind, NULL), NULL),
	    0);
	assert_string_equal(place.path, expected);
	/* It is what the kind alone means, and is called that. */
	assert_int_equal(place_find(&found, kind, NULL), 0);
	assert_true(place_is_same(&place, &found));
	place_label(&place, &label);
	assert_string_equal(label.data, kind);
	buffer_release(&label);
	place_release(&place);
	place_release(&found);
}

static void
usual_places(void **state)
{
	(void)state;
	check_usual("openhands", "/h/.openhands/auth/openai_oauth.json");
	check_usual("codex", "/h/.codex/auth.json");
	check_usual("opencode", "/h/.local/share/opencode/auth.json");
	check_usual("litellm", "/h/.config/litellm/chatgpt/auth.json");
	check_usual("pi", "/h/.pi/agent/auth.json");
}

static void
variables_move_them(void **state)
{
	(void)state;
	setenv("CODEX_HOME", "/c", 1);
	setenv("CHATGPT_TOKEN_DIR", "/t", 1);
	setenv("PI_CODING_AGENT_DIR", "/p", 1);
	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_CONFIG_HOME", "/x", 1);
	check_usual("openhands", "/h/.openhands/auth/openai_oauth.json");
	setenv("OH_PERSISTENCE_DIR", "/o", 1);
	check_usual("openhands", "/o/auth/openai_oauth.json");
	check_usual("codex", "/c/auth.json");
	check_usual("opencode", "/d/opencode/auth.json");
	check_usual("litellm", "/t/auth.json");
	check_usual("pi", "/p/auth.json");
	setenv("CHATGPT_AUTH_FILE", "mine.json", 1);
	check_usual("litellm", "/t/mine.json");
	unsetenv("CHATGPT_TOKEN_DIR");
	/* LiteLLM does not ask for XDG_CONFIG_HOME. */
	check_usual("litellm", "/h/.config/litellm/chatgpt/mine.json");
	/* Empty is not set; relative is no place for data. */
	setenv("CODEX_HOME", "", 1);
	setenv("XDG_DATA_HOME", "d", 1);
	check_usual("codex", "/h/.codex/auth.json");
	check_usual("opencode", "/h/.local/share/opencode/auth.json");
}

static void
named_places(void **state)
{
	static const struct {
		const char *spec, *path;
	} table[] = {
		{ "codex=/x/auth.json", "/x/auth.json" },
		{ "codex=/x/other", "/x/other" },
		{ "codex=/nowhere/", "/nowhere/auth.json" },
		{ "codex=/tmp", "/tmp/auth.json" },
		{ "openhands=/tmp", "/tmp/openai_oauth.json" },
		{ "pi=/a=b/c", "/a=b/c" },
	};
	struct buffer label = BUFFER_INIT;
	struct place place;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		assert_int_equal(place_find(&place, table[i].spec, NULL), 0);
		assert_string_equal(place.path, table[i].path);
		buffer_clear(&label);
		place_label(&place, &label);
		place_release(&place);
		/* The label leads back to it. */
		assert_int_equal(place_find(&place, label.data, NULL), 0);
		assert_string_equal(place.path, table[i].path);
		place_release(&place);
	}
	buffer_release(&label);
}

static void
paths_are_made_absolute(void **state)
{
	char here[PATH_MAX], expected[PATH_MAX + 16];
	struct place place;

	(void)state;
	assert_non_null(getcwd(here, sizeof here));
	snprintf(expected, sizeof expected, "%s/x/a.json", here);
	assert_int_equal(place_find(&place, "codex=x/a.json", NULL), 0);
	assert_string_equal(place.path, expected);
	place_release(&place);
	setenv("CODEX_HOME", "x", 1);
	snprintf(expected, sizeof expected, "%s/x/auth.json", here);
	assert_int_equal(place_find(&place, "codex", NULL), 0);
	assert_string_equal(place.path, expected);
	place_release(&place);
}

static void
what_is_no_place_is_refused(void **state)
{
	static const char *const specs[] = {
		"", "Codex", "codex ", "=x", "codex=", "codex=/\xff",
		"nobody=/x", "openhands,codex",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(specs); i++) {
		struct error err = ERROR_INIT;
		struct place place;

		if (place_find(&place, specs[i], &err) == 0)
			fail_msg("%s: %s", specs[i], place.path);
		assert_int_equal(err.code, ERROR_USAGE);
		place_release(&place);
	}
}

static void
written_down_places(void **state)
{
	struct error err = ERROR_INIT;
	struct place place, copy;

	(void)state;
	assert_int_equal(place_set(&place, "pi", "/x/y", NULL), 0);
	assert_int_equal(place_copy(&copy, &place, NULL), 0);
	assert_true(place_is_same(&place, &copy));
	place_release(&copy);
	assert_int_equal(place_set(&copy, "codex", "/x/y", NULL), 0);
	assert_false(place_is_same(&place, &copy));
	place_release(&place);
	place_release(&copy);
	assert_int_equal(place_set(&place, "of-tomorrow", "/x", &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	place_release(&place);
}

static void
a_program_that_was_used_has_a_directory(void **state)
{
	char home[] = "/tmp/chatelaine-place-XXXXXX", dir[64];
	struct place place;

	(void)state;
	assert_non_null(mkdtemp(home));
	setenv("HOME", home, 1);
	assert_int_equal(place_find(&place, "codex", NULL), 0);
	assert_false(place_is_there(&place));
	snprintf(dir, sizeof dir, "%s/.codex", home);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_true(place_is_there(&place));
	place_release(&place);
	rmdir(dir);
	rmdir(home);
}

#define TEST(name) cmocka_unit_test_setup(name, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usual_places),
		TEST(variables_move_them),
		TEST(named_places),
		TEST(paths_are_made_absolute),
		TEST(what_is_no_place_is_refused),
		TEST(written_down_places),
		TEST(a_program_that_was_used_has_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
