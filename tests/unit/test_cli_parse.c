/*
 * cli: command lines that are understood, and what is said of the others.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "cli/cli.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

#define MOST 8

/* Parses the words of @line, which stay in @words. */
static int
parse(struct cli *cli, const char *line, char words[512], struct error *err)
{
	/* The operands outlive the call. */
	static char *argv[MOST + 2];
	int argc = 1;

	snprintf(words, 512, "chatelaine %s", line);
	argv[0] = strtok(words, " ");
	while (argc <= MOST && (argv[argc] = strtok(NULL, " ")) != NULL)
		argc++;
	return cli_parse(cli, argc, argv, err);
}

static void
lines_that_are_understood(void **state)
{
	static const struct {
		const char *line, *command;	/* NULL: the interface */
		const char *operand;
		enum cli_option option;
		const char *value;		/* NULL: not looked at */
	} table[] = {
		{ "", NULL, NULL, 0, NULL },
		{ "--store /x", NULL, NULL, OPTION_STORE, "/x" },
		{ "--store=/x list", "list", NULL, OPTION_STORE, "/x" },
		{ "list --store /x", "list", NULL, OPTION_STORE, "/x" },
		{ "list --json", "list", NULL, OPTION_JSON, "" },
		{ "list --tenant acme", "list", NULL, OPTION_TENANT, "acme" },
		{ "login work --replace", "login", "work", OPTION_REPLACE,
		    "" },
		{ "login --agree-terms work", "login", "work",
		    OPTION_AGREE_TERMS, "" },
		{ "login --no-qr -- -x", "login", "-x", OPTION_NO_QR, "" },
		{ "export work -f codex", "export", "work", OPTION_FORMAT,
		    "codex" },
		{ "export work -fcodex", "export", "work", OPTION_FORMAT,
		    "codex" },
		{ "export work -o f", "export", "work", OPTION_OUTPUT, "f" },
		{ "export -m gpt work", "export", "work", OPTION_MODEL,
		    "gpt" },
		{ "token work --min-valid 2d", "token", "work",
		    OPTION_MIN_VALID, "2d" },
		{ "refresh --all", "refresh", NULL, OPTION_ALL, "" },
		{ "refresh a b c", "refresh", "a", 0, NULL },
		{ "delete work -y", "delete", "work", OPTION_YES, "" },
		{ "undo", "undo", NULL, 0, NULL },
		{ "token", "token", NULL, 0, NULL },
		{ "run -- true", "run", "true", 0, NULL },
		{ "run --for codex -- true x", "run", "true", OPTION_FOR,
		    "codex" },
		{ "undo --quiet", "undo", NULL, OPTION_QUIET, "" },
		{ "-q use work", "use", "work", OPTION_QUIET, "" },
		{ "--help", "help", NULL, 0, NULL },
		{ "-h", "help", NULL, 0, NULL },
		{ "login --help", "help", "login", 0, NULL },
		{ "help login", "help", "login", 0, NULL },
		{ "--version", "version", NULL, 0, NULL },
		{ "-V", "version", NULL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;
		char words[512];
		struct cli cli;

		if (parse(&cli, table[i].line, words, &err) != 0)
			fail_msg("%s: %s", table[i].line, err.text);
		if (table[i].command == NULL)
			assert_null(cli.command);
		else
			assert_string_equal(cli.command->name,
			    table[i].command);
		if (table[i].operand != NULL)
			assert_string_equal(cli.operand[0], table[i].operand);
		if (table[i].value != NULL)
			assert_string_equal(cli.value[table[i].option],
			    table[i].value);
	}
}

static void
lines_that_are_not(void **state)
{
	static const struct {
		const char *line, *says;
	} table[] = {
		{ "dance", "no command 'dance'" },
		{ "--dance", "no option '--dance'" },
		{ "list -x", "no option '-x'" },
		{ "-xy", "no option '-x" },
		{ "login -xy work", "no option '-x" },
		{ "list --json=yes", "--json" },
		{ "list --store", "--store wants a value" },
		{ "export work -f", "--format wants a value" },
		{ "login", "login wants NAME" },
		{ "login a b", "know what to do with 'b'" },
		{ "list work", "know what to do with 'work'" },
		{ "list --reveal", "list takes no --reveal" },
		{ "login work --json --purge", "login takes no --purge" },
		{ "run true", "run wants" },
		{ "run work --", "run wants" },
		{ "run --for -- true", "run wants" },
		{ "token a b", "know what to do with 'b'" },
		{ "--quiet", "--quiet belongs" },
		{ "--json", "--json belongs to a command" },
		{ "undo work", "know what to do with 'work'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;
		char words[512];
		struct cli cli;

		if (parse(&cli, table[i].line, words, &err) != -1)
			fail_msg("understood: %s", table[i].line);
		assert_int_equal(err.code, ERROR_USAGE);
		if (strstr(err.text, table[i].says) == NULL)
			fail_msg("%s: %s", table[i].line, err.text);
	}
}

static void
every_command_has_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_commands_count; i++) {
		struct buffer text = BUFFER_INIT;

		assert_non_null(cli_commands[i].run);
		cli_help(&cli_commands[i], &text);
		assert_non_null(strstr(text.data, cli_commands[i].name));
		assert_non_null(strstr(text.data, "--store DIR"));
		buffer_clear(&text);
		cli_help(NULL, &text);
		assert_non_null(strstr(text.data, cli_commands[i].summary));
		buffer_release(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_are_understood),
		cmocka_unit_test(lines_that_are_not),
		cmocka_unit_test(every_command_has_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
