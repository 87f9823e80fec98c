#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>

#include "app/login.h"
#include "app/run.h"
#include "base/i18n.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/refresh.h"
#include "formats/consumer.h"

/* A command that begins with less than this would soon be without. s. */
#define LEFT_MIN ((int64_t)600)

/* What a shell says of a command that cannot be started, and of a signal. */
#define STATUS_NOT_FOUND 127
#define STATUS_NOT_RUN 126
#define STATUS_SIGNAL 128

static const int passed[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

#define PASSED (sizeof passed / sizeof passed[0])

/* What is ignored stays so, for us and the command: nohup, and what a shell
 * runs in the background. */
static void
find_ignored(bool ignored[PASSED])
{
	struct sigaction action;

	for (size_t i = 0; i < PASSED; i++)
		ignored[i] = sigaction(passed[i], NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN;
}

static void
on_child(int number)
{
	(void)number;
}

/* The command's end is a signal, too, so that one wait is for all of them; they
 * are blocked but while we wait, and none is missed. */
static void
catch_signals(const bool ignored[PASSED], sigset_t *before)
{
	struct sigaction action;
	sigset_t blocked;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_child;
	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	interrupt_catch();
	signal(SIGQUIT, SIG_IGN);
	for (size_t i = 0; i < PASSED; i++) {
		if (ignored[i])
			signal(passed[i], SIG_IGN);
		sigaddset(&blocked, passed[i]);
	}
	sigaction(SIGCHLD, &action, NULL);
	sigprocmask(SIG_BLOCK, &blocked, before);
}

static int
start(const struct cli *cli, char **environment, const bool ignored[PASSED],
    const sigset_t *mask, pid_t *pid)
{
	char **argv = cli->operand + 1;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int number;

	sigemptyset(&defaults);
	for (size_t i = 0; i < PASSED; i++)
		if (!ignored[i])
			sigaddset(&defaults, passed[i]);
	/* Ignored by app/neighbour, for us alone. */
	sigaddset(&defaults, SIGIO);
	number = posix_spawnattr_init(&attributes);
	if (number != 0)
		return number;
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setsigmask(&attributes, mask);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK);
	secret_give_back(&cli->given);
	number = posix_spawnp(pid, argv[0], NULL, &attributes, argv,
	    environment);
	secret_harden_process(NULL);
	posix_spawnattr_destroy(&attributes);
	return number;
}

/* The terminal sends its signals to the command as well; what was sent to us
 * alone is passed on. We stay to clear away. */
static int
wait_for(pid_t pid, const sigset_t *mask)
{
	pid_t ended;
	int status;

	while ((ended = waitpid(pid, &status, WNOHANG)) != pid) {
		if (ended < 0 && errno != EINTR)
			return STATUS_NOT_RUN;
		if (interrupt_flag != 0 && interrupt_flag != SIGINT)
			kill(pid, interrupt_flag);
		interrupt_flag = 0;
		sigsuspend(mask);
	}
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

/* 0 when it is fresh enough. */
static int
renew(struct cli *cli, const char *name, struct error *err)
{
	struct profile profile;
	int result;

	result = login_load(cli->app, name, &profile, err);
	if (result == 0 && profile.renewable && profile.owner == NULL &&
	    profile.damage == NULL &&
	    profile.expires_at - time_now() < LEFT_MIN) {
		result = refresh_wait(cli->app, name, profile.generation, err);
		/* What is left will do, if it must. */
		if (result != 0 && profile.expires_at > time_now()) {
			cli_report(err);
			result = 0;
		}
	}
	profile_release(&profile);
	return result;
}

int
cli_run_run(struct cli *cli, struct error *err)
{
	const char *name = cli->operand[0];
	char **command = cli->operand + 1, **environment;
	const struct consumer *consumer;
	bool ignored[PASSED];
	sigset_t mask;
	struct error why = ERROR_INIT;
	struct run *run;
	int number;
	pid_t pid;

	if (cli->targets > 1)
		return error_set(err, ERROR_USAGE, "%s",
		    _("run takes one --for"));
	find_ignored(ignored);
	consumer = cli->targets == 0 ? run_guess(command[0]) :
	    consumer_find(cli->target[0], err);
	if (consumer == NULL || renew(cli, name, err) != 0)
		return -1;
	run = run_begin(cli->app, name, consumer, err);
	if (run == NULL)
		return -1;
	environment = run_environment(run, err);
	if (environment == NULL) {
		run_end(run, NULL);
		return -1;
	}
	catch_signals(ignored, &mask);
	number = start(cli, environment, ignored, &mask, &pid);
	if (number == 0)
		cli->status = wait_for(pid, &mask);
	else {
		cli->status = number == ENOENT ? STATUS_NOT_FOUND :
		    STATUS_NOT_RUN;
		cli_note(_("chatelaine: cannot run %s: %s"), command[0],
		    strerror(number));
	}
	/* The status is the command's all the same. */
	if (run_end(run, &why) != 0)
		cli_note(_("chatelaine: what the command left could not be "
		    "cleared away, which the next start tries again: %s"),
		    why.text);
	return 0;
}
