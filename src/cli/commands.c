/*
 * The tables of the command line: its options and its commands.
 */
#include "config.h"

#include "base/i18n.h"
#include "cli/cli.h"

/* The options, by their numbers; short ones are few on purpose. */
const struct cli_option_info cli_options[OPTIONS] = {
	[OPTION_AGREE_TERMS] = { "agree-terms", 0, NULL,
	    N_("agree to the notice about the terms of use") },
	[OPTION_ALL] = { "all", 0, NULL, N_("every profile") },
	[OPTION_AS] = { "as", 0, N_("NAME"),
	    N_("the name of the profile that is made") },
	[OPTION_BROWSER] = { "browser", 0, NULL,
	    N_("sign in by a browser that comes back here") },
	[OPTION_CHECK] = { "check", 0, NULL,
	    N_("one line and a status for Nagios and its like") },
	[OPTION_CONFIG] = { "config", 0, N_("FILE"),
	    N_("the config file, in place of the usual one") },
	[OPTION_DRY_RUN] = { "dry-run", 0, NULL,
	    N_("say what --fix would do, and do nothing") },
	[OPTION_FIX] = { "fix", 0, NULL,
	    N_("mend what can be mended without losing anything") },
	[OPTION_FOR] = { "for", 0, N_("TARGET"),
	    N_("which program: KIND or KIND=PATH; may be given again") },
	[OPTION_FORCE] = { "force", 0, NULL,
	    N_("write into a git work tree, or over a login") },
	[OPTION_FORMAT] = { "format", 'f', N_("FORMAT"),
	    N_("what to write; 'chatelaine help export' lists them") },
	[OPTION_FROM] = { "from", 0, N_("FILE"),
	    N_("a line TENANT/USER [UID] for each; - is standard input") },
	[OPTION_HELP] = { "help", 'h', NULL, N_("this help") },
	[OPTION_JSON] = { "json", 0, NULL, N_("print JSON") },
	[OPTION_MIN_VALID] = { "min-valid", 0, N_("TIME"),
	    N_("renew first if less is left: 30s, 10m, 48h, 2d (10m)") },
	[OPTION_MODEL] = { "model", 'm', N_("MODEL"), N_("the model to use") },
	[OPTION_NO_QR] = { "no-qr", 0, NULL, N_("print no QR code") },
	[OPTION_NONE] = { "none", 0, NULL, N_("take the view away") },
	[OPTION_OUTPUT] = { "output", 'o', N_("FILE"),
	    N_("write to FILE, mode 0600; - is standard output") },
	[OPTION_PLAIN] = { "plain", 0, NULL,
	    N_("the interface in lines, for screen readers") },
	[OPTION_PURGE] = { "purge", 0, NULL,
	    N_("keep no backup, so that undo cannot bring it back") },
	[OPTION_QUIET] = { "quiet", 'q', NULL,
	    N_("say only what was asked for, and errors") },
	[OPTION_REPLACE] = { "replace", 0, NULL,
	    N_("put this login in the place of another one") },
	[OPTION_REVEAL] = { "reveal", 0, NULL,
	    N_("show secrets on the terminal") },
	[OPTION_SHORT] = { "short", 0, NULL,
	    N_("one line: the name and what is left, for a prompt") },
	[OPTION_SIGN_OUT] = { "sign-out", 0, NULL,
	    N_("revoke the login at the issuer, then forget it") },
	[OPTION_SINCE] = { "since", 0, N_("TIME"),
	    N_("from then on: 2026-12-03, 2026-12-03T13:58:00Z, 48h, 2d") },
	[OPTION_STORE] = { "store", 0, N_("DIR"),
	    N_("the store, in place of the usual one") },
	[OPTION_TENANT] = { "tenant", 0, N_("TENANT"),
	    N_("only the profiles TENANT/...") },
	[OPTION_TO] = { "to", 0, N_("TARGET"),
	    N_("the program: codex, openhands, or either with =PATH") },
	[OPTION_UID] = { "uid", 0, N_("UID"),
	    N_("whose the directory is: the user of the container (10001)") },
	[OPTION_UNSET] = { "unset", 0, NULL,
	    N_("take the setting out of the file") },
	[OPTION_VERSION] = { "version", 'V', NULL, N_("print the version") },
	[OPTION_WITHIN] = { "within", 0, N_("TIME"),
	    N_("what has less than this left: 30s, 10m, 48h, 2d") },
	[OPTION_YES] = { "yes", 'y', NULL, N_("do not ask") },
};

#define ANY_NUMBER 1000000

const struct cli_command cli_commands[] = {
	{
		.name = "login", .usage = N_("NAME"), .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_BROWSER) |
		    CLI_OPTION(OPTION_REPLACE) | CLI_OPTION(OPTION_NO_QR) |
		    CLI_OPTION(OPTION_JSON) | CLI_OPTION(OPTION_AGREE_TERMS),
		.summary = N_("sign in, by a code or by a browser"),
		.run = cli_run_login,
	},
	{
		.name = "list", .usage = "", .least = 0, .most = 0,
		.options = CLI_OPTION(OPTION_CHECK) |
		    CLI_OPTION(OPTION_JSON) | CLI_OPTION(OPTION_TENANT),
		.offline = true,
		.summary = N_("the profiles, and when their access ends"),
		.run = cli_run_list,
	},
	{
		.name = "show", .usage = N_("[NAME]"), .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_JSON) |
		    CLI_OPTION(OPTION_SHORT),
		.here = true,
		.offline = true,
		.summary = N_("everything about one profile but its secrets"),
		.run = cli_run_show,
	},
	{
		.name = "use", .usage = N_("[NAME|-]"), .least = 0, .most = 1,
		.options = CLI_OPTION(OPTION_FOR) | CLI_OPTION(OPTION_NONE),
		.summary = N_("make programs show a profile; - is the one "
		    "before"),
		.run = cli_run_use,
	},
	{
		.name = "lend", .usage = N_("NAME"), .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_TO),
		.summary = N_("give a program the whole login, to renew it "
		    "itself"),
		.run = cli_run_lend,
	},
	{
		.name = "take-back", .usage = N_("NAME"), .least = 1, .most = 1,
		.summary = N_("have a login that was lent back"),
		.run = cli_run_take_back,
	},
	{
		.name = "add-volume", .usage = N_("[TENANT/USER]"), .least = 0,
		.most = 1,
		.options = CLI_OPTION(OPTION_FROM) | CLI_OPTION(OPTION_UID),
		.summary = N_("make a directory for a container's login"),
		.run = cli_run_add_volume,
	},
	{
		.name = "import", .usage = N_("FILE|TARGET"), .least = 1,
		.most = 1,
		.options = CLI_OPTION(OPTION_AS),
		.summary = N_("take in a login that a program has"),
		.run = cli_run_import,
	},
	{
		.name = "run", .usage = N_("[NAME] -- COMMAND..."), .least = 2,
		.most = ANY_NUMBER,
		.here = true,
		.options = CLI_OPTION(OPTION_FOR),
		.summary = N_("run a command that sees one profile only"),
		.run = cli_run_run,
	},
	{
		.name = "export", .usage = N_("[NAME]"), .least = 1, .most = 1,
		.here = true,
		.options = CLI_OPTION(OPTION_FORMAT) |
		    CLI_OPTION(OPTION_MODEL) | CLI_OPTION(OPTION_OUTPUT) |
		    CLI_OPTION(OPTION_REVEAL) | CLI_OPTION(OPTION_FORCE),
		.offline = true,
		.summary = N_("hand a profile to a program, in its format"),
		.run = cli_run_export,
	},
	{
		.name = "token", .usage = N_("[NAME]"), .least = 1, .most = 1,
		.here = true,
		.options = CLI_OPTION(OPTION_MIN_VALID),
		.summary = N_("print the access token"),
		.run = cli_run_token,
	},
	{
		.name = "refresh", .usage = N_("[NAME]..."), .least = 0,
		.most = ANY_NUMBER,
		.options = CLI_OPTION(OPTION_ALL) | CLI_OPTION(OPTION_WITHIN),
		.summary = N_("renew access now"),
		.run = cli_run_refresh,
	},
	{
		.name = "keep", .usage = "", .least = 0, .most = 0,
		.options = CLI_OPTION(OPTION_WITHIN),
		.summary = N_("renew every profile in time, until stopped"),
		.run = cli_run_keep,
	},
	{
		.name = "rename", .usage = N_("OLD NEW"), .least = 2, .most = 2,
		.summary = N_("give a profile another name"),
		.run = cli_run_rename,
	},
	{
		.name = "trust", .usage = N_("[DIR]"), .least = 0, .most = 1,
		.offline = true,
		.summary = N_("believe the .chatelaine-profile of a "
		    "directory"),
		.run = cli_run_trust,
	},
	{
		.name = "usage", .usage = N_("[NAME]"), .least = 0, .most = 1,
		.options = CLI_OPTION(OPTION_JSON),
		.summary = N_("how much of the plan is used up"),
		.run = cli_run_usage,
	},
	{
		.name = "delete", .usage = N_("NAME"), .least = 1, .most = 1,
		.options = CLI_OPTION(OPTION_SIGN_OUT) |
		    CLI_OPTION(OPTION_YES) | CLI_OPTION(OPTION_PURGE),
		.summary = N_("forget a profile here, or sign it out"),
		.run = cli_run_delete,
	},
	{
		.name = "undo", .usage = "", .least = 0, .most = 0,
		.summary = N_("undo the last switch or deletion"),
		.run = cli_run_undo,
	},
	{
		.name = "audit", .usage = "", .least = 0, .most = 0,
		.options = CLI_OPTION(OPTION_JSON) | CLI_OPTION(OPTION_SINCE),
		.offline = true,
		.summary = N_("who did what, and whether the log of it is "
		    "whole"),
		.run = cli_run_audit,
	},
	{
		.name = "doctor", .usage = "", .least = 0, .most = 0,
		.options = CLI_OPTION(OPTION_DRY_RUN) |
		    CLI_OPTION(OPTION_FIX) | CLI_OPTION(OPTION_JSON),
		.summary = N_("look for copies of logins, and what else is "
		    "wrong"),
		.run = cli_run_doctor,
	},
	{
		.name = "metrics", .usage = "", .least = 0, .most = 0,
		.offline = true,
		.summary = N_("the profiles as metrics for Prometheus"),
		.run = cli_run_metrics,
	},
	{
		.name = "completion", .usage = "bash|zsh|fish", .least = 1,
		.most = ANY_NUMBER,
		.without_store = true,
		.offline = true,
		.summary = N_("print what makes a shell complete command "
		    "lines"),
		.run = cli_run_completion,
	},
	{
		.name = "config", .usage = N_("[KEY [VALUE]]"), .least = 0,
		.most = 2,
		.options = CLI_OPTION(OPTION_JSON) |
		    CLI_OPTION(OPTION_UNSET),
		.without_store = true, .with_settings = true,
		.offline = true,
		.summary = N_("the settings, one of them, or another value "
		    "for it"),
		.run = cli_run_config,
	},
	{
		.name = "help", .usage = N_("[COMMAND]"), .least = 0, .most = 1,
		.without_store = true,
		.offline = true,
		.summary = N_("help, of one command or of all"),
		.run = cli_run_help,
	},
	{
		.name = "version", .usage = "", .least = 0, .most = 0,
		.without_store = true,
		.offline = true,
		.summary = N_("the version"),
		.run = cli_run_version,
	},
};

const size_t cli_commands_count =
    sizeof cli_commands / sizeof cli_commands[0];
