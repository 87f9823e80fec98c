/*
 * The loop: one wait over the keyboard, the signals and the job's child, until
 * the nearest deadline; then everything that happened; then one picture.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/keep.h"
#include "base/i18n.h"
#include "base/time.h"
#include "ui/batch.h"
#include "ui/screen.h"
#include "ui/ui.h"

/* Signals become bytes in a pipe. A handler can only reach a global. */
static int signal_pipe[2] = { -1, -1 };

static const int caught[] = {
	SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGTERM, SIGHUP
};

static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;

	/* A full pipe has the same news in it already. */
	if (write(signal_pipe[1], &byte, 1) < 0)
		errno = saved;
	errno = saved;
}

static void
catch_signals(bool catch)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = catch ? on_signal : SIG_DFL;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		sigaction(caught[i], &action, NULL);
}

static int
open_signals(struct error *err)
{
	if (pipe(signal_pipe) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot make a pipe"));
	for (int i = 0; i < 2; i++) {
		fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
		fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
	}
	/* Before curses, which takes over what nobody has taken. */
	catch_signals(true);
	return 0;
}

static void
close_signals(void)
{
	catch_signals(false);
	for (int i = 0; i < 2; i++) {
		close(signal_pipe[i]);
		signal_pipe[i] = -1;
	}
}

/* --- Jobs ---------------------------------------------------------------- */

const struct ui_work ui_renewing = {
	N_("Renewing '%s'..."),
	N_("'%s' is still being renewed; one at a time"),
	N_("'%s' is renewed"),
};

const struct ui_work ui_signing_in = {
	N_("Signing in to '%s'..."),
	N_("the sign-in to '%s' is still under way; one at a time"),
	N_("'%s' is signed in"),
};

const struct ui_work ui_signing_out = {
	N_("Signing out '%s'..."),
	N_("'%s' is still being signed out; one at a time"),
	N_("'%s' is signed out and removed"),
};

bool
ui_is_busy(struct ui *ui)
{
	if (ui->job != NULL)
		ui_say(ui, STYLE_WARNING, _(ui->job_work->busy),
		    ui->job_profile);
	else if (ui->batch != NULL)
		ui_say(ui, STYLE_WARNING, "%s", _("several profiles are "
		    "being worked on; Esc in the list stops that"));
	return ui->job != NULL || ui->batch != NULL;
}

bool
ui_start_job(struct ui *ui, struct job *job, const char *name,
    const struct ui_work *work, const struct error *err)
{
	if (job == NULL) {
		ui_say_error(ui, err);
		return false;
	}
	ui->job = job;
	snprintf(ui->job_profile, sizeof ui->job_profile, "%s", name);
	ui->job_work = work;
	ui_say(ui, STYLE_NORMAL, _(work->begun), name);
	return true;
}

void
ui_drop_job(struct ui *ui)
{
	job_free(ui->job);
	ui->job = NULL;
}

void
ui_cancel_job(struct ui *ui)
{
	if (ui->job != NULL)
		job_cancel(ui->job);
	ui_drop_job(ui);
}

/* Once: it stays wrong. */
static void
tell_clock(struct ui *ui)
{
	struct buffer text = BUFFER_INIT;

	if (ui->clock_told || !clock_is_off(ui->app))
		return;
	ui->clock_told = true;
	clock_sentence(ui->app->issuer_ahead, &text);
	if (buffer_ok(&text, NULL))
		ui_say(ui, STYLE_WARNING, "%s", text.data);
	buffer_release(&text);
}

static void
step_job(struct ui *ui)
{
	bool ended;

	if (ui->job == NULL)
		return;
	ended = job_step(ui->job);
	/* From the top: a dialog over a sign-in leaves it its job. */
	for (int i = ui->depth - 1; i >= 0; i--)
		if (ui->stack[i].type->job != NULL) {
			ui->stack[i].type->job(ui, ui->stack[i].state);
			break;
		}
	if (ended && ui->job != NULL)
		ui_drop_job(ui);
	if (ended)
		tell_clock(ui);
}

/* --- The loop ------------------------------------------------------------ */

static int
ms_to_next(int64_t unit_s)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int)((unit_s - (int64_t)ts.tv_sec % unit_s) * 1000 -
	    ts.tv_nsec / 1000000);
}

/* Until something on the screen must change by itself. */
static int
wait_ms(struct ui *ui)
{
	bool ticks = false;
	int ms, job_ms;

	for (int i = 0; i < ui->depth && !ui->plain; i++)
		if (ui->stack[i].type->ticks != NULL &&
		    ui->stack[i].type->ticks(ui, ui->stack[i].state))
			ticks = true;
	/* The clock of the header has minutes. */
	ms = ms_to_next(ticks ? 1 : 60);
	if (ui->job != NULL) {
		job_ms = job_timeout_ms(ui->job);
		if (job_ms < ms)
			ms = job_ms;
	}
	/* Between two of many there is nothing to wait for. */
	return (ui->job == NULL && ui->batch != NULL) || ui_has_work(ui) ?
	    0 : ms;
}

static void
draw(struct ui *ui)
{
	if (ui->plain)
		return;
	ui->now = time_now();
	term_clear();
	for (int i = 0; i < ui->depth; i++) {
		term_cold();	/* what is covered cannot be clicked on */
		ui->stack[i].type->draw(ui, ui->stack[i].state);
	}
	term_mouse(true);
	term_show();
}

static void
suspend(struct ui *ui)
{
	if (!ui->plain)
		term_leave();
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	/* Here we are again. */
	catch_signals(true);
	if (!ui->plain)
		term_return();
}

static void
handle_signals(struct ui *ui)
{
	unsigned char byte;

	while (read(signal_pipe[0], &byte, 1) == 1) {
		if (byte == SIGTSTP)
			suspend(ui);
		else if (byte == SIGWINCH || byte == SIGCONT) {
			if (!ui->plain)
				term_resized();
		} else {
			/* A line that drops is no wish to give up. */
			if (byte == SIGINT)
				ui_cancel_job(ui);
			ui->quit = ui->stopped = true;
		}
	}
}

/* Any key ends the plain text. */
static void
handle_plain(struct ui *ui)
{
	char bytes[64];

	if (read(STDIN_FILENO, bytes, sizeof bytes) > 0) {
		ui->plain = false;
		term_return();
	}
}

/* Takes all keys there are: curses keeps some that poll() does not see. */
static void
handle_keys(struct ui *ui)
{
	int key;

	if (ui->plain)
		handle_plain(ui);
	else
		while (!ui->quit && !ui->plain &&
		    (key = term_key()) != TERM_NONE)
			ui_key(ui, key);
}

static void
tell_unnoted(struct ui *ui)
{
	struct buffer text = BUFFER_INIT;

	if (app_unnoted(ui->app, &text))
		ui_say(ui, STYLE_WARNING, "%s", text.data);
	buffer_release(&text);
}

static void
turn(struct ui *ui)
{
	struct pollfd fds[4] = {
		{ STDIN_FILENO, POLLIN, 0 },
		{ signal_pipe[0], POLLIN, 0 },
		{ ui->job == NULL ? -1 : job_fd(ui->job), POLLIN, 0 },
		{ ui->clock_set, POLLIN, 0 },
	};
	int ready = poll(fds, 4, wait_ms(ui));

	if (ready < 0 && errno != EINTR)
		ui->quit = ui->stopped = true;
	if (ready > 0 && fds[1].revents != 0)
		handle_signals(ui);
	step_job(ui);
	batch_step(ui);
	if (ready > 0 && fds[3].revents != 0)
		time_was_set(ui->clock_set);
	/* Others change the store, too; the clock wakes us each minute. */
	if (time_now() / 60 != ui->minute)
		ui_reload(ui, NULL);
	if (ready == 0)
		ui_work(ui);
	if (ready <= 0 || fds[0].revents == 0 || ui->quit)
		return;
	if ((fds[0].revents & (POLLERR | POLLNVAL)) != 0 || term_is_gone())
		ui->quit = ui->stopped = true;
	else
		handle_keys(ui);
}

bool
ui_is_possible(void)
{
	return term_is_possible();
}

/* What is worth knowing before the first key: logins that are here already, and
 * that nothing renews the ones there are. */
static void
begin(struct ui *ui)
{
	struct buffer advice = BUFFER_INIT;

	if (resume_open(ui))
		return;
	if (ui->list.count == 0) {
		import_open(ui, false);
		return;
	}
	if (keep_command(ui->app, &advice) &&
	    listing_is_due(&ui->list, time_now()))
		ui_hint(ui, _("nothing renews these logins in "
		    "time; to have it done, in a shell: %s"), advice.data);
	buffer_release(&advice);
}

int
ui_run(struct app *app, struct error *err)
{
	struct ui ui = { .app = app };
	int result = -1;

	if (open_signals(err) != 0)
		return -1;
	if (term_open(err) != 0)
		goto out;
	ui.clock_set = time_watch_set();
	app->screen = true;
	settings_apply(&ui);
	list_open(&ui);
	ui_reload(&ui, NULL);
	/* Of many, one wants to see which tenants need somebody. */
	if (ui.list.index != NULL)
		ui_fold(&ui, NULL, true);
	begin(&ui);
	while (!ui.quit) {
		tell_unnoted(&ui);
		draw(&ui);
		turn(&ui);
	}
	while (ui.depth > 0)
		ui_pop(&ui);
	ui_drop_job(&ui);
	batch_free(ui.batch);
	facts_release(&ui.facts);
	rows_release(&ui.rows);
	listing_release(&ui.list);
	ui_release_messages(&ui);
	app->screen = false;
	if (ui.clock_set >= 0)
		close(ui.clock_set);
	term_close();
	result = ui.stopped ? error_set(err, ERROR_INTERRUPTED, "%s",
	    _("interrupted")) : 0;
out:
	close_signals();
	return result;
}
