/*
 * The sign-in: what its keys do, and its job.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/qr.h"
#include "app/status.h"
#include "base/i18n.h"
#include "ui/login_part.h"

static const struct screen_type login_type, browser_type, ended_type;

uint64_t
login_on(const struct login *login)
{
	return login->err.code != ERROR_NONE ? ON_ENDED :
	    login->browser ? ON_BROWSER : ON_LOGIN;
}

static void
start(struct ui *ui, struct login *login, unsigned int how)
{
	struct job *job;

	login->err.code = ERROR_NONE;
	ui->message[0] = '\0';
	login->browser = (how & JOB_BROWSER) != 0;
	ui_retype(ui, login, login->browser ? &browser_type : &login_type);
	job = job_login(ui->app, login->name, how, &login->err);
	if (job == NULL) {
		ui_retype(ui, login, &ended_type);
		return;
	}
	ui_start_job(ui, job, login->name, &ui_signing_in, &login->err);
	ui->message[0] = '\0';	/* this screen says it all */
}

static void
restart(struct ui *ui, struct login *login, unsigned int how)
{
	ui_drop_job(ui);
	qr_free(login->qr);
	login->qr = NULL;
	login->qr_alone = false;
	login->scroll = (struct scroll){ 0, 0, 0 };
	start(ui, login, how);
}

static void
copy(struct ui *ui, const char *text)
{
	if (text == NULL)
		return;
	term_copy(text);
	ui_say(ui, STYLE_GOOD, _("Sent to your terminal's clipboard, if it "
	    "takes that."));
}

/* Address and code, where there is one, on lines of their own, as the terminal
 * breaks them: what a mouse can mark in one go. */
static void
show_plain(struct ui *ui, const struct job_view *view)
{
	struct buffer text = BUFFER_INIT;

	if (view->url == NULL)
		return;
	buffer_addf(&text, "\n%s\n\n%s\n\n", view->browser ?
	    _("Open in a browser:") : _("Open on any device:"), view->url);
	if (view->code != NULL)
		buffer_addf(&text, "%s\n\n%s\n\n", _("Enter this code:"),
		    view->code);
	buffer_addf(&text, "%s\n", _("Press Enter to go back."));
	term_leave();
	ui->plain = true;
	term_plain(text.data);
	buffer_release(&text);
}

static void
act_login(struct ui *ui, void *state, enum action action)
{
	struct login *login = state;
	const struct job_view *view = ui->job == NULL ? NULL :
	    job_view(ui->job);

	ui->message[0] = '\0';
	if (!login->qr_alone && scroll_act(&login->scroll, action))
		return;
	if (action == ACTION_CANCEL && login->qr_alone)
		login->qr_alone = false;
	else if (action == ACTION_CANCEL || action == ACTION_BACK) {
		ui_cancel_job(ui);
		if (login->err.code == ERROR_NONE)
			ui_say(ui, STYLE_NORMAL, "%s",
			    _("the sign-in was cancelled"));
		ui_pop(ui);	/* the state is gone with it */
	} else if (action == ACTION_NEW_CODE)
		restart(ui, login, JOB_NEW_CODE);
	else if (action == ACTION_BROWSER)
		restart(ui, login, JOB_BROWSER);
	else if (view == NULL)
		return;
	else if (action == ACTION_COPY_CODE)
		copy(ui, view->code);
	else if (action == ACTION_COPY_LINK)
		copy(ui, view->url);
	else if (action == ACTION_PASTE && view->state == JOB_CODE)
		paste_open(ui);
	else if (action == ACTION_QR)
		login->qr_alone = !login->qr_alone && login->qr != NULL;
	else if (action == ACTION_PLAIN)
		show_plain(ui, view);
}

/* Back from plain text, if that is where we are, and from dialogs over us. */
static void
come_back(struct ui *ui, const struct login *login)
{
	if (ui->plain) {
		ui->plain = false;
		term_return();
	}
	while (ui->depth > 1 && ui->stack[ui->depth - 1].state != login)
		ui_pop(ui);
}

static void
say_done(struct ui *ui, const char *saved)
{
	const struct profile *p;

	ui_reload(ui, saved);
	p = ui_selected(ui);
	if (p != NULL)
		ui_say(ui, STYLE_GOOD, _("Signed in: '%s' is %s [%s]"),
		    p->name, p->email != NULL ? p->email : "?",
		    status_plan(p->plan));
}

static void
job_on_login(struct ui *ui, void *state)
{
	struct login *login = state;
	const struct job_view *view = job_view(ui->job);
	char saved[STORE_NAME_MAX + 1];

	if (view->code != NULL && login->qr == NULL)
		login->qr = qr_make(view->url, NULL);
	if (view->state == JOB_FAILED) {
		come_back(ui, login);
		login->err = view->error;
		login->qr_alone = false;
		ui_retype(ui, login, &ended_type);
		ui_reload(ui, NULL);
	} else if (view->state == JOB_DONE) {
		come_back(ui, login);
		snprintf(saved, sizeof saved, "%s", view->saved);
		ui_pop(ui);
		say_done(ui, saved);
	}
}

static bool
login_ticks(struct ui *ui, void *state)
{
	const struct login *login = state;

	return ui->job != NULL && job_view(ui->job)->url != NULL &&
	    !login->qr_alone;
}

static void
release_login(void *state)
{
	struct login *login = state;

	qr_free(login->qr);
	free(login);
}

static const struct screen_type login_type = {
	.on = ON_LOGIN,
	.draw = login_draw,
	.act = act_login,
	.job = job_on_login,
	.ticks = login_ticks,
	.release = release_login,
};

/* The same with other keys: without a code. */
static const struct screen_type browser_type = {
	.on = ON_BROWSER,
	.draw = login_draw,
	.act = act_login,
	.job = job_on_login,
	.ticks = login_ticks,
	.release = release_login,
};

/* And: it came to nothing. */
static const struct screen_type ended_type = {
	.on = ON_ENDED,
	.draw = login_draw,
	.act = act_login,
	.release = release_login,
};

void
login_open(struct ui *ui, const char *name)
{
	struct login *login = calloc(1, sizeof *login);

	if (login == NULL)
		return;
	snprintf(login->name, sizeof login->name, "%s", name);
	ui_push(ui, &login_type, login);
	start(ui, login, 0);
}
