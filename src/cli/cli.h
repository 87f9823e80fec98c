/*
 * cli: the command line. One table of options and one of commands; help, and
 * what the manual lists, come from them.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/app.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/secret.h"

enum cli_option {
	OPTION_AGREE_TERMS,
	OPTION_ALL,
	OPTION_AS,
	OPTION_BROWSER,
	OPTION_CHECK,
	OPTION_CONFIG,
	OPTION_DRY_RUN,
	OPTION_FIX,
	OPTION_FOR,
	OPTION_FORCE,
	OPTION_FORMAT,
	OPTION_FROM,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_MIN_VALID,
	OPTION_MODEL,
	OPTION_NO_QR,
	OPTION_NONE,
	OPTION_OUTPUT,
	OPTION_PLAIN,
	OPTION_PURGE,
	OPTION_QUIET,
	OPTION_REPLACE,
	OPTION_REVEAL,
	OPTION_SHORT,
	OPTION_SIGN_OUT,
	OPTION_SINCE,
	OPTION_STORE,
	OPTION_TENANT,
	OPTION_TO,
	OPTION_UID,
	OPTION_UNSET,
	OPTION_VERSION,
	OPTION_WITHIN,
	OPTION_YES,
	OPTIONS
};

#define CLI_OPTION(option) (UINT64_C(1) << (option))

_Static_assert(OPTIONS <= 64, "a set of options is 64 bits");

/* What goes with or without a command. */
#define CLI_EVERYWHERE (CLI_OPTION(OPTION_CONFIG) | \
	CLI_OPTION(OPTION_STORE) | CLI_OPTION(OPTION_HELP))

/* What every command takes. */
#define CLI_COMMANDS (CLI_EVERYWHERE | CLI_OPTION(OPTION_QUIET))

/* What goes without a command; the other two are commands themselves. */
#define CLI_ALONE (CLI_OPTION(OPTION_PLAIN) | CLI_OPTION(OPTION_VERSION))

struct cli_option_info {
	const char *name;
	char letter;		/* or 0 */
	const char *value;	/* what it takes, N_(); NULL: nothing */
	const char *summary;	/* N_() */
};

extern const struct cli_option_info cli_options[OPTIONS];

/* --for may be given more than once. */
#define CLI_TARGETS_MAX 32

/* A command line that was understood. */
struct cli {
	const struct cli_command *command;	/* NULL: the interface */
	char **operand;
	int operands;
	const char *value[OPTIONS];	/* NULL: not given; "" for a flag */
	int behind;		/* operands behind "--" */
	const char *target[CLI_TARGETS_MAX];	/* of each --for */
	int targets;
	struct app *app;		/* filled in by main */
	/* The profile that nobody named, and the file that says so; "" where
	 * programs show it; NULL where it was named. */
	char chosen[STORE_NAME_MAX + 1];
	char *chosen_by;
	bool plain;	/* nothing is drawn: for those who hear it */
	struct secret_limits given;	/* to us, for what we start */
	int status;	/* of a command that passes another one's on */
};

struct cli_command {
	const char *name;
	const char *usage;		/* its operands: "NAME" */
	int least, most;		/* how many */
	uint64_t options;		/* of CLI_OPTION() */
	bool here;	/* a first operand that is not given is app/here's */
	bool without_store;		/* runs before the store is opened, */
	bool with_settings;		/* but with the config file read */
	bool offline;		/* starts no program, uses no network */
	const char *summary;		/* N_() */
	/* 0, or -1 with the error that main shows; its code is the status. */
	int (*run)(struct cli *cli, struct error *err);
};

extern const struct cli_command cli_commands[];
extern const size_t cli_commands_count;

/* The options that @command takes; NULL: those of the interface. */
uint64_t cli_options_of(const struct cli_command *command);

/* The command of that name; NULL. And the error that there is none. */
const struct cli_command *cli_find_command(const char *name);
int cli_unknown_command(const char *name, struct error *err);

/* Understands @argv. ERROR_USAGE with what is wrong. --help and --version
 * give the commands of those names. */
int cli_parse(struct cli *cli, int argc, char **argv, struct error *err);

/* Its two halves, for a front end that asks for what is missing in between:
 * what the words say (@argv is put in order, operands at its end), and whether
 * the command takes them. */
int cli_read(struct cli *cli, int argc, char **argv, struct error *err);
int cli_check(const struct cli *cli, struct error *err);

/* Gives a command the profile that nobody named, if it takes one: it is its
 * first operand then. ERROR_USAGE where there is none. cli_release() frees what
 * belongs to @cli. */
int cli_choose(struct cli *cli, struct error *err);
void cli_release(struct cli *cli);

/* Its operands in the person's language: "[NAME]", or "". */
const char *cli_usage(const struct cli_command *command);

/* Appends the help of one command, or of all (NULL). */
void cli_help(const struct cli_command *command, struct buffer *out);

/* Shows an error on standard error: "chatelaine: message". */
void cli_report(const struct error *err);

/* Shows the error that a command line came to, where its reader looks for it,
 * and gives the exit status. */
int cli_fail(const struct cli *cli, const struct error *err);

/* Writes to standard output: 0, or ERROR_FAILED when that cannot be written.
 * The buffer is ours already, in the locale's encoding. */
int cli_write(const struct buffer *text, struct error *err);

/*
 * A line for people, printf style; the arguments are made safe with the whole.
 * On standard output: cli_print() what was asked for, cli_say() what was done,
 * which --quiet keeps to itself. On standard error: cli_note() what went wrong,
 * cli_hint() what is good to know, which --quiet keeps to itself, too.
 */
int cli_print(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int cli_say(const struct cli *cli, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void cli_hint(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void cli_note(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* A note, when this machine's clock was found to be off (app/clock). */
void cli_note_clock(const struct app *app);

/* Says on standard error what was done and could not be noted (app_note()). */
void cli_tell_unnoted(struct app *app);

/* Asks at the terminal and reads a line; NULL when it ended, or when a signal
 * came that is caught (cli/interrupt). The caller frees it. */
char *cli_ask(const char *question);
char *cli_line(void);	/* without a question */
bool cli_can_ask(void);

int cli_run_add_volume(struct cli *cli, struct error *err);
int cli_run_audit(struct cli *cli, struct error *err);
int cli_run_completion(struct cli *cli, struct error *err);
int cli_run_config(struct cli *cli, struct error *err);
int cli_run_delete(struct cli *cli, struct error *err);
int cli_run_doctor(struct cli *cli, struct error *err);
int cli_run_export(struct cli *cli, struct error *err);
int cli_run_help(struct cli *cli, struct error *err);
int cli_run_import(struct cli *cli, struct error *err);
int cli_run_keep(struct cli *cli, struct error *err);
int cli_run_lend(struct cli *cli, struct error *err);
int cli_run_list(struct cli *cli, struct error *err);
int cli_run_login(struct cli *cli, struct error *err);
int cli_run_metrics(struct cli *cli, struct error *err);
int cli_run_refresh(struct cli *cli, struct error *err);
int cli_run_rename(struct cli *cli, struct error *err);
int cli_run_run(struct cli *cli, struct error *err);
int cli_run_show(struct cli *cli, struct error *err);
int cli_run_take_back(struct cli *cli, struct error *err);
int cli_run_token(struct cli *cli, struct error *err);
int cli_run_trust(struct cli *cli, struct error *err);
int cli_run_undo(struct cli *cli, struct error *err);
int cli_run_use(struct cli *cli, struct error *err);
int cli_run_usage(struct cli *cli, struct error *err);
int cli_run_version(struct cli *cli, struct error *err);

#endif
