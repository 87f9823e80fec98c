/*
 * complete: what shells are told that may come next.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/complete.h"
#include "formats/consumer.h"
#include "formats/format.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])
#define MOST 8

/* What may stand for the last word of @line; one that ends in a blank is at a
 * new word. Descriptions are left out, so that "a b" is two candidates. */
static void
complete(const char *line, struct buffer *said)
{
	struct buffer out = BUFFER_INIT;
	char words[512], *argv[MOST + 2], *rest, *tab;
	int argc = 1;

	snprintf(words, sizeof words, "chatelaine %s", line);
	argv[0] = strtok_r(words, " ", &rest);
	while (argc <= MOST && (argv[argc] = strtok_r(NULL, " ",
	    &rest)) != NULL)
		argc++;
	if (*line == '\0' || line[strlen(line) - 1] == ' ')
		argv[argc++] = words + strlen(words);
	complete_words(argv, argc, &out);
	buffer_clear(said);
	for (char *one = strtok_r(out.data, "\n", &rest);
	    out.length > 0 && one != NULL; one = strtok_r(NULL, "\n", &rest)) {
		tab = strchr(one, '\t');
		assert_true(tab != NULL || *one == ':');
		if (tab != NULL)
			*tab = '\0';
		buffer_addf(said, "%s%s", said->length > 0 ? " " : "", one);
	}
	buffer_release(&out);
}

static void
check(const char *line, const char *expected)
{
	struct buffer said = BUFFER_INIT;

	complete(line, &said);
	if (strcmp(said.data, expected) != 0)
		fail_msg("'%s': '%s', not '%s'", line, said.data, expected);
	buffer_release(&said);
}

/* True if @word is one of those that @said names. */
static bool
names(const struct buffer *said, const char *word)
{
	char padded[4096], wanted[256];

	snprintf(padded, sizeof padded, " %s ", said->data);
	snprintf(wanted, sizeof wanted, " %s ", word);
	return strstr(padded, wanted) != NULL;
}

static void
every_command_and_option_of_the_tables(void **state)
{
	struct buffer said = BUFFER_INIT, option = BUFFER_INIT;
	char line[128];

	(void)state;
	for (size_t i = 0; i < cli_commands_count; i++) {
		const struct cli_command *command = &cli_commands[i];

		complete("", &said);
		if (!names(&said, command->name))
			fail_msg("'%s' is missing", command->name);
		check(command->name, command->name);
		snprintf(line, sizeof line, "%s -", command->name);
		complete(line, &said);
		for (int o = 0; o < OPTIONS; o++) {
			buffer_clear(&option);
			buffer_addf(&option, "--%s", cli_options[o].name);
			if (names(&said, option.data) !=
			    ((cli_options_of(command) & CLI_OPTION(o)) != 0))
				fail_msg("%s: %s", command->name, option.data);
		}
	}
	buffer_release(&said);
	buffer_release(&option);
}

static void
every_format_program_and_model(void **state)
{
	struct buffer said = BUFFER_INIT;

	(void)state;
	complete("export work --format ", &said);
	for (size_t i = 0; i < formats_count; i++)
		assert_true(names(&said, formats[i].name));
	complete("export work --model ", &said);
	for (size_t i = 0; i < format_models_count; i++)
		assert_true(names(&said, format_models[i]));
	complete("use work --for ", &said);
	for (size_t i = 0; i < consumers_count; i++)
		assert_true(names(&said, consumers[i].kind));
	complete("lend work --to ", &said);
	for (size_t i = 0; i < consumers_count; i++)
		assert_int_equal(names(&said, consumers[i].kind),
		    consumers[i].lendable);
	buffer_release(&said);
}

static void
names_of_profiles(void **state)
{
	static const char *const names[] = { "work", "a@b+c", "acme",
	    "acme/x-1", "acme/y" };
	char root[] = "/tmp/chatelaine-complete-XXXXXX", path[256];

	(void)state;
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof path, "%s/%s", root, names[i]);
		assert_int_equal(mkdir(path, 0700), 0);
		if (strcmp(names[i], "acme") == 0)
			continue;
		strcat(path, "/profile.json");
		fclose(fopen(path, "w"));
	}
	setenv("CHATELAINE_STORE", root, 1);
	check("show ", "a@b+c acme/x-1 acme/y work");
	check("show a", "a@b+c acme/x-1 acme/y");
	check("show acme/x", "acme/x-1");
	check("show work ", "");
	check("refresh work acme/y w", "work");
	check("use ", "a@b+c acme/x-1 acme/y work -");
	check("rename wo", "work");
	check("rename work ", "");
	check("list --tenant ", "acme");
	check("run work ", "--");
	check("run w", "work");
	check("trust ", ":directories");
	check("login --as ", "");
	check("--store /nowhere show ", "");
	check("show --store /nowhere ", "");
	check("show --store=/nowhere ", "");
	setenv("CHATELAINE_STORE", "/nowhere", 1);
	snprintf(path, sizeof path, "--store %s show w", root);
	check(path, "work");
	snprintf(path, sizeof path, "rm -r %s", root);
	assert_int_equal(system(path), 0);
}

static void
words_of_all_kinds(void **state)
{
	static const struct {
		const char *line, *said;
	} table[] = {
		{ "ref", "refresh" },
		{ "nothing ", "" },
		{ "export work --format open", "openhands-llm "
		    "openhands-settings openhands-python "
		    "openhands-credential opencode" },
		{ "export work -f litel", "litellm" },
		{ "export work --format=litel", "--format=litellm" },
		{ "export work --output ", ":files" },
		{ "export work --output=x", ":files" },
		{ "--store ", ":directories" },
		{ "use work --for codex=", ":files" },
		{ "use work --for codex --fo", "--for" },
		{ "list --js", "--json" },
		{ "list --json --js", "" },
		{ "list x", "" },
		{ "--ver", "--version" },
		{ "import pi", ":files pi" },
		{ "help und", "undo" },
		{ "completion ", "bash zsh fish" },
		{ "completion z", "zsh" },
		{ "config the", "theme" },
		{ "config theme d", "dark" },
		{ "config --unset cl", "clock" },
		{ "config store ", "" },
		{ "--config ", ":files" },
		{ "run work -- co", ":command" },
		{ "run work -- codex --", ":files" },
		{ "run -- co", ":command" },
		{ "run -- codex ", ":files" },
		{ "token work --min-valid ", "" },
		{ "list --nonsense=", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		check(table[i].line, table[i].said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_and_option_of_the_tables),
		cmocka_unit_test(every_format_program_and_model),
		cmocka_unit_test(names_of_profiles),
		cmocka_unit_test(words_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
