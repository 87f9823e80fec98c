/*
 * cli: the words of a command line, a line each: understood, and completed,
 * with a store of three profiles.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/complete.h"
#include "fuzz.h"
#include "storage/store.h"

#define WORDS_MAX 64

/* Lines of a word, a tab and what it is, or what the shell is asked for. */
static void
check_completed(char *const *words, int count)
{
	struct buffer out = BUFFER_INIT;

	complete_words(words, count, &out);
	CHECK(!out.failed);
	CHECK(out.length == 0 || out.data[out.length - 1] == '\n');
	for (size_t i = 0; i < out.length; i++)
		CHECK((unsigned char)out.data[i] >= 0x20 ||
		    out.data[i] == '\n' || out.data[i] == '\t');
	buffer_release(&out);
}

static void
check_parsed(char **argv, int argc)
{
	struct error err = ERROR_INIT;
	struct cli cli;

	optind = 0;	/* getopt() remembers where it was */
	if (cli_parse(&cli, argc, argv, &err) != 0) {
		fuzz_check_error(&err);
		CHECK(err.code == ERROR_USAGE);
		return;
	}
	CHECK(cli.operands >= 0 && cli.operands < argc);
	CHECK(cli.targets >= 0 && cli.targets <= CLI_TARGETS_MAX);
	if (cli.command == NULL) {
		CHECK(cli.operands == 0);
		return;
	}
	CHECK(cli.behind >= 0 && cli.behind < argc);
	CHECK(cli.operands + cli.command->here >= cli.command->least);
	for (int i = 0; i < cli.operands; i++)
		CHECK(cli.operand[i] != NULL);
	/* A command that needs no name is given none. */
	if (!cli.command->here)
		CHECK(cli_choose(&cli, &err) == 0);
	CHECK(cli.chosen_by == NULL);
	cli_release(&cli);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *word[WORDS_MAX + 1], *argv[WORDS_MAX + 1];
	static char name[] = "chatelaine";
	int count = 1;

	unsetenv("HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("CHATELAINE_CONFIG");
	fuzz_put("acme/a/profile.json", "{}", 2);
	fuzz_put("acme/b/profile.json", "{}", 2);
	fuzz_put("work/profile.json", "{}", 2);
	setenv("CHATELAINE_STORE", store_path(fuzz_store()), 1);
	word[0] = name;
	while (count < WORDS_MAX && input.left > 0)
		word[count++] = fuzz_line(&input);
	word[count] = NULL;
	check_completed(word, count);
	/* getopt() puts them into another order. */
	memcpy(argv, word, sizeof argv);
	check_parsed(argv, count);
	for (int i = 1; i < count; i++)
		free(word[i]);
	return 0;
}
