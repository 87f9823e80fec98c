/*
 * chatelaine: start-up, as a table of stages undone in reverse; then either a
 * command or the terminal interface.
 */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "plain/plain.h"
#include "ui/ui.h"

/* All the state there is. */
struct program {
	int argc;
	char **argv;
	struct secret_limits given;
	struct cli cli;
	struct settings settings;
	struct app app;
};

static int
start_locale(struct program *program, struct error *err)
{
	(void)program;
	(void)err;
	/* Not LC_ALL: each category is a file to open, and these are used. */
	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	return 0;
}

static int
start_process(struct program *program, struct error *err)
{
	(void)err;
	secret_harden_process(&program->given);
	json_init();
	return 0;
}

static int
start_arguments(struct program *program, struct error *err)
{
	struct cli *cli = &program->cli;
	int result = cli_parse(cli, program->argc, program->argv, err);

	cli->given = program->given;
	/* What programs read is the same for everybody, and what
	 * chatelaine-oauth has to say in it, too. */
	if (cli->value[OPTION_JSON] != NULL ||
	    cli->value[OPTION_CHECK] != NULL)
		(void)setenv("LANGUAGE", "C", 1);
	return result;
}

/* All but the last one, which is in @context: that is told at the end. */
static void
tell_mistake(const struct error *why, void *context)
{
	struct error *last = context;

	if (last->code != ERROR_NONE)
		cli_report(last);
	*last = *why;
}

static int
start_settings(struct program *program, struct error *err)
{
	const struct cli *cli = &program->cli;
	const struct cli_command *command = cli->command;
	bool mends = command != NULL && command->with_settings;
	struct error last = ERROR_INIT;
	int result;

	program->app.settings = &program->settings;
	if (command != NULL && command->without_store && !mends)
		return 0;
	result = settings_load(&program->settings, cli->value[OPTION_CONFIG],
	    cli->value[OPTION_STORE], mends, err);
	/* Who mends the file is told of all that is wrong in it. */
	if (result != 0 && mends)
		settings_each_mistake(&program->settings, tell_mistake, &last);
	return last.code != ERROR_NONE ? error_give(err, &last) : result;
}

static void
stop_settings(struct program *program)
{
	settings_release(&program->settings);
}

static int
start_store(struct program *program, struct error *err)
{
	const struct cli_command *command = program->cli.command;

	program->cli.app = &program->app;
	if (command != NULL && command->without_store)
		return 0;
	if (app_init(&program->app, &program->settings, err) != 0)
		return -1;
	store_set_interrupt(program->app.store, &interrupt_flag);
	return 0;
}

static int
start_choice(struct program *program, struct error *err)
{
	return cli_choose(&program->cli, err);
}

static void
stop_choice(struct program *program)
{
	cli_release(&program->cli);
}

static void
stop_store(struct program *program)
{
	app_release(&program->app);
}

/* Rules are inherited: only where no chatelaine-oauth is started, nor a command
 * of somebody else's. Last, since what was cut off is completed before, for
 * which other programs are looked at. */
static int
start_sandbox(struct program *program, struct error *err)
{
	const struct cli_command *command = program->cli.command;

	(void)err;
	if (command != NULL && command->offline)
		app_stay_offline(&program->app,
		    program->cli.value[OPTION_OUTPUT] != NULL);
	return 0;
}

static const struct {
	int (*start)(struct program *program, struct error *err);
	void (*stop)(struct program *program);
} stages[] = {
	{ start_locale, NULL },
	{ start_process, NULL },
	{ start_arguments, NULL },
	{ start_settings, stop_settings },
	{ start_store, stop_store },
	{ start_choice, stop_choice },
	{ start_sandbox, NULL },
};

#define STAGES (sizeof stages / sizeof stages[0])

/* Without a command: the interface, where there is a terminal for it. */
static int
run(struct program *program, struct error *err)
{
	if (program->cli.command != NULL)
		return program->cli.command->run(&program->cli, err);
	if (program->cli.value[OPTION_PLAIN] != NULL)
		return plain_run(&program->app, err);
	if (ui_is_possible())
		return ui_run(&program->app, err);
	app_stay_offline(&program->app, false);
	if (cli_run_list(&program->cli, err) != 0)
		return -1;
	cli_note("%s", _("chatelaine: the interface needs a terminal that can "
	    "move its cursor; 'chatelaine --plain' does without, 'chatelaine "
	    "help' lists the commands"));
	return 0;
}

int
main(int argc, char **argv)
{
	struct program program = { .argc = argc, .argv = argv };
	struct error err = ERROR_INIT;
	size_t stage = 0;
	int result = 0, status;

	while (stage < STAGES && result == 0)
		result = stages[stage++].start(&program, &err);
	if (result == 0)
		result = run(&program, &err);
	if (program.cli.command != NULL)
		cli_note_clock(&program.app);
	cli_tell_unnoted(&program.app);
	status = result == 0 ? program.cli.status :
	    cli_fail(&program.cli, &err);
	while (stage-- > 0)
		if (stages[stage].stop != NULL)
			stages[stage].stop(&program);
	return status;
}
