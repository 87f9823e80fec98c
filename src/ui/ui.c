/*
 * The loop: one wait over the keyboard, the signals and the job's child, until
 * the nearest deadline; then everything that happened; then one picture.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/login.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "ui/screen.h"
#include "ui/ui.h"

/* Columns between two keys of the footer. */
#define KEY_GAP 2

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

/* --- Screens ------------------------------------------------------------- */

void
ui_push(struct ui *ui, const struct screen_type *type, void *state)
{
	if (ui->depth == SCREENS_MAX) {
		if (type->release != NULL)
			type->release(state);
		return;
	}
	ui->stack[ui->depth].type = type;
	ui->stack[ui->depth].state = state;
	ui->depth++;
}

void
ui_pop(struct ui *ui)
{
	struct screen *screen = &ui->stack[--ui->depth];

	if (screen->type->release != NULL)
		screen->type->release(screen->state);
}

void
ui_retype(struct ui *ui, const void *state, const struct screen_type *type)
{
	for (int i = 0; i < ui->depth; i++)
		if (ui->stack[i].state == state)
			ui->stack[i].type = type;
}

static const struct screen *
top(const struct ui *ui)
{
	return &ui->stack[ui->depth - 1];
}

void
ui_say(struct ui *ui, enum term_style style, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(ui->message, sizeof ui->message, format, ap);
	va_end(ap);
	ui->message_style = style;
}

void
ui_say_error(struct ui *ui, const struct error *err)
{
	if (err->code == ERROR_NEEDS_LOGIN)
		ui_say(ui, STYLE_BAD, _("%s; i signs in again"), err->text);
	else
		ui_say(ui, STYLE_BAD, "%s", err->text);
}

/* How wide an action is in the footer; 0: it is not in it. */
static int
key_columns(enum action action, unsigned int on)
{
	const struct action_info *info = &action_info[action];

	if ((info->screens & on) == 0 || *info->word == '\0')
		return 0;
	return text_columns(action_label(action)) + 1 +
	    text_columns(_(info->word));
}

/* Marks what fits: first the ways out, then the rest in the table's order. */
static void
choose_keys(bool shown[ACTIONS], int width, unsigned int on)
{
	static const enum action first[] = {
		ACTION_CANCEL, ACTION_BACK, ACTION_QUIT, ACTION_HELP
	};
	const int firsts = (int)(sizeof first / sizeof first[0]);
	int used = -KEY_GAP;

	for (int i = 0; i < firsts + ACTIONS; i++) {
		enum action action = i < firsts ? first[i] :
		    (enum action)(i - firsts);
		int columns = key_columns(action, on);

		if (columns == 0 || shown[action])
			continue;
		if (used + KEY_GAP + columns > width) {
			if (i >= firsts)
				return;
			continue;
		}
		shown[action] = true;
		used += KEY_GAP + columns;
	}
}

void
ui_draw_keys(int line, int column, int width, unsigned int on)
{
	bool shown[ACTIONS] = { false };
	const int right = column + width;

	choose_keys(shown, width, on);
	for (int i = 0; i < ACTIONS; i++) {
		if (!shown[i])
			continue;
		column += 1 + term_text(line, column, right - column,
		    STYLE_KEY, action_label((enum action)i));
		column += KEY_GAP + term_text(line, column, right - column,
		    STYLE_NORMAL, _(action_info[i].word));
	}
}

void
ui_draw_more(int line, int right, bool more)
{
	const char *text = _(" more below ");

	if (more)
		term_text(line, right - text_columns(text), right,
		    STYLE_WARNING, text);
}

/* --- Profiles ------------------------------------------------------------ */

const struct profile *
ui_selected(const struct ui *ui)
{
	return ui->selected < ui->list.count ?
	    &ui->list.profile[ui->selected] : NULL;
}

void
ui_reload(struct ui *ui, const char *name)
{
	const struct profile *selected = ui_selected(ui);
	char keep[STORE_NAME_MAX + 1] = "";
	struct profile_list list;
	struct error err = ERROR_INIT;

	if (name != NULL || selected != NULL)
		snprintf(keep, sizeof keep, "%s",
		    name != NULL ? name : selected->name);
	if (login_load_all(ui->app, &list, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	profile_list_release(&ui->list);
	ui->list = list;
	ui->minute = time_now() / 60;
	if (ui->selected >= list.count)
		ui->selected = list.count == 0 ? 0 : list.count - 1;
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.profile[i].name, keep) == 0)
			ui->selected = i;
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
	if (ui->job == NULL)
		return false;
	ui_say(ui, STYLE_WARNING, _(ui->job_work->busy), ui->job_profile);
	return true;
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
	return ms;
}

static void
draw(struct ui *ui)
{
	if (ui->plain)
		return;
	ui->now = time_now();
	term_clear();
	for (int i = 0; i < ui->depth; i++)
		ui->stack[i].type->draw(ui, ui->stack[i].state);
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
		} else
			ui->quit = ui->stopped = true;
	}
}

static void
handle_key(struct ui *ui, int key)
{
	const struct screen *screen = top(ui);
	enum action action;

	if (screen->type->type != NULL &&
	    screen->type->type(ui, screen->state, key))
		return;
	action = action_find(key, screen->type->on);
	if (action == ACTION_REDRAW)
		term_redraw();
	else if (action != ACTIONS)
		screen->type->act(ui, screen->state, action);
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
			handle_key(ui, key);
}

static void
turn(struct ui *ui)
{
	struct pollfd fds[3] = {
		{ STDIN_FILENO, POLLIN, 0 },
		{ signal_pipe[0], POLLIN, 0 },
		{ ui->job == NULL ? -1 : job_fd(ui->job), POLLIN, 0 },
	};
	int ready = poll(fds, 3, wait_ms(ui));

	if (ready < 0 && errno != EINTR)
		ui->quit = ui->stopped = true;
	if (ready > 0 && fds[1].revents != 0)
		handle_signals(ui);
	step_job(ui);
	/* Others change the store, too; the clock wakes us each minute. */
	if (time_now() / 60 != ui->minute)
		ui_reload(ui, NULL);
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

int
ui_run(struct app *app, struct error *err)
{
	struct ui ui = { .app = app };
	int result = -1;

	if (open_signals(err) != 0)
		return -1;
	if (term_open(err) != 0)
		goto out;
	app->screen = true;
	list_open(&ui);
	ui_reload(&ui, NULL);
	while (!ui.quit) {
		draw(&ui);
		turn(&ui);
	}
	while (ui.depth > 0)
		ui_pop(&ui);
	ui_drop_job(&ui);
	profile_list_release(&ui.list);
	app->screen = false;
	term_close();
	result = ui.stopped ? error_set(err, ERROR_INTERRUPTED, "%s",
	    _("interrupted")) : 0;
out:
	close_signals();
	return result;
}
