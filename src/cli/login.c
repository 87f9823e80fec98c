#include "config.h"

#include <sys/ioctl.h>

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "app/job.h"
#include "app/qr.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/report.h"

#define COLUMNS_UNKNOWN 80
#define TEXT_COLUMNS 78
#define TEXT_LINES 20	/* below a QR code */

/* What has been shown so far. */
struct progress {
	struct cli *cli;
	struct job *job;
	enum job_state state;
	int64_t polls;
	bool locked, told;	/* about the lock; code or address */
	struct error trouble;	/* of the last poll: not told again */
	struct error err;	/* standard output is gone */
};

/* --- The terms ----------------------------------------------------------- */

/* @lines is 0 where it is none, or not known. */
static int
terminal_columns(int *lines)
{
	struct winsize size;
	bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;

	if (lines != NULL)
		*lines = known ? size.ws_row : 0;
	return known && size.ws_col > 0 ? size.ws_col : COLUMNS_UNKNOWN;
}

/* Appends a text of ours in lines that fit. */
static void
add_wrapped(struct buffer *out, const char *text)
{
	struct buffer line = BUFFER_INIT;
	int columns = terminal_columns(NULL);
	size_t n, skip;

	if (columns > TEXT_COLUMNS)
		columns = TEXT_COLUMNS;

	while (*text != '\0') {
		n = text_wrap(text, columns, &skip);
		buffer_clear(&line);
		buffer_add(&line, text, n);
		text_add_safe(out, line.data);
		buffer_add_char(out, '\n');
		text += n + skip;
	}
	buffer_release(&line);
}

static int
ask_terms(struct cli *cli, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	char *answer;
	bool yes;

	if (!cli_can_ask())
		return error_set(err, ERROR_REFUSED, "%s",
		    _("before the first sign-in there is a notice to agree "
		    "to; read it in chatelaine(1) and add --agree-terms"));
	add_wrapped(&text, app_terms());
	fprintf(stderr, "%s\n", text.data);
	buffer_release(&text);
	answer = cli_ask(_("Agree? [y/N]"));
	/* TRANSLATORS: the letter that stands for yes in "[y/N]". */
	yes = answer != NULL && strncasecmp(answer, _("y"), 1) == 0;
	free(answer);
	if (yes)
		return store_agree_terms(cli->app->store, err);
	return error_set(err, ERROR_INTERRUPTED, "%s",
	    _("not agreed, so nothing was done"));
}

static int
check_terms(struct cli *cli, struct error *err)
{
	int agreed = store_terms_agreed(cli->app->store, err);

	if (agreed != 0)
		return agreed < 0 ? -1 : 0;
	if (cli->value[OPTION_AGREE_TERMS] != NULL)
		return store_agree_terms(cli->app->store, err);
	return ask_terms(cli, err);
}

/* --- JSON lines ---------------------------------------------------------- */

static void
write_line(struct progress *p, struct json *object)
{
	struct buffer text = BUFFER_INIT;

	if (json_print(object, JSON_LINE, &text, &p->err) == 0) {
		buffer_add_char(&text, '\n');
		cli_write(&text, &p->err);
	}
	buffer_release(&text);
}

static struct json *
make_event(const char *word)
{
	struct json *object = json_object();

	json_set_integer(object, "schema", 1);
	json_set_string(object, "event", word);
	return object;
}

static void
json_code(struct progress *p, const struct job_view *view)
{
	struct json *object = make_event("code");
	char end[TIME_TEXT_SIZE];

	time_format(end, view->code_expires_at);
	json_set_string(object, "verification_url", view->url);
	json_set_string(object, "user_code", view->code);
	json_set_string(object, "expires_at", end);
	json_set_bool(object, "resumed", view->resumed);
	write_line(p, object);
}

static void
json_browser(struct progress *p, const struct job_view *view)
{
	struct json *object = make_event("browser");
	char end[TIME_TEXT_SIZE];

	time_format(end, view->code_expires_at);
	json_set_string(object, "authorize_url", view->url);
	if (view->port == 0)
		json_set_null(object, "port");
	else
		json_set_integer(object, "port", view->port);
	json_set_string(object, "expires_at", end);
	write_line(p, object);
}

static void
json_waiting(struct progress *p, const struct job_view *view)
{
	struct json *object = make_event("waiting");

	json_set_integer(object, "polls", view->polls);
	if (view->trouble.code != ERROR_NONE)
		json_set_string(object, "trouble", view->trouble.text);
	write_line(p, object);
}

static void
json_end(struct progress *p, const char *saved, const struct error *why)
{
	struct json *object = make_event(why == NULL ? "done" : "failed");
	struct profile profile;

	if (why != NULL) {
		json_set_integer(object, "code", why->code);
		json_set_string(object, "message", why->text);
		json_set_string(object, "next_step",
		    why->step[0] == '\0' ? NULL : why->step);
	} else {
		if (profile_load(p->cli->app->store, saved, &profile,
		    NULL) == 0)
			report_profile(json_set_object(object, "profile"),
			    p->cli->app, &profile, time_now());
		profile_release(&profile);
	}
	write_line(p, object);
}

/* --- Text ---------------------------------------------------------------- */

/* What the output can be black on white with. Names that end so are of
 * terminals, or say of them, that they have no colours. */
static enum qr_ink
output_ink(void)
{
	static const char *const without[] = { "-m", "-mono" };
	const char *term = getenv("TERM");
	size_t n = term == NULL ? 0 : strlen(term), end;

	if (!isatty(STDOUT_FILENO) || n == 0 || strcmp(term, "dumb") == 0)
		return QR_PLAIN;
	if (strncmp(term, "vt", 2) == 0)
		return QR_REVERSE;
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
		end = strlen(without[i]);
		if (n > end && strcmp(term + n - end, without[i]) == 0)
			return QR_REVERSE;
	}
	return QR_COLOURED;
}

/* As large as leaves room for the text below it, or else as small as can be:
 * one scrolls. */
static void
add_qr(struct buffer *out, const char *url)
{
	bool blocks = text_is_utf8();
	int lines, columns = terminal_columns(&lines), scale;
	struct qr *qr = qr_make(url, NULL);

	if (qr == NULL)
		return;
	scale = qr_fit(qr, lines - TEXT_LINES, columns, blocks, 2);
	if (scale == 0)
		scale = qr_fit(qr, INT_MAX, columns, blocks, blocks ? 1 : 2);
	if (scale > 0) {
		qr_print(qr, scale, blocks, output_ink(), out);
		buffer_add_char(out, '\n');
	}
	qr_free(qr);
}

static void
text_code(struct progress *p, const struct job_view *view)
{
	struct buffer text = BUFFER_INIT;
	char end[TIME_TEXT_SIZE];

	if (view->resumed) {
		add_wrapped(&text, _("Going on with a sign-in that was cut "
		    "off, with the same code. To drop it: Ctrl-C."));
		buffer_add_char(&text, '\n');
	}
	if (p->cli->value[OPTION_NO_QR] == NULL)
		add_qr(&text, view->url);
	app_time(p->cli->app, end, view->code_expires_at);
	/* TRANSLATORS: the first of three steps. */
	buffer_addf(&text, "1  %s\n\n     ", _("Open this page on any device"));
	text_add_safe(&text, view->url);
	buffer_addf(&text, "\n\n2  %s\n\n     ", _("Enter this code"));
	text_add_safe(&text, view->code);
	buffer_addf(&text, "\n\n3  ");
	buffer_addf(&text, _("Approve. The code ends at %s."), end);
	buffer_add_string(&text, "\n\n");
	add_wrapped(&text, _("No page for the code? Turn on \"device code "
	    "authorization\" in ChatGPT's security settings (in a workspace "
	    "its admin does), or sign in with --browser."));
	add_wrapped(&text, _("Continue only if you started this sign-in. If a "
	    "website or a person gave you this code, cancel: Ctrl-C."));
	buffer_addf(&text, "\n%s\n", p->cli->plain ?
	    _("Waiting for approval... Enter says how long the code is good.") :
	    _("Waiting for approval..."));
	cli_write(&text, &p->err);
	buffer_release(&text);
}

static void
text_browser(struct progress *p, const struct job_view *view)
{
	struct buffer text = BUFFER_INIT;
	char end[TIME_TEXT_SIZE];

	app_time(p->cli->app, end, view->code_expires_at);
	/* TRANSLATORS: the first of two steps. */
	buffer_addf(&text, "1  %s\n\n", _("Open this page in a browser"));
	/* Unindented and unbroken: for a mouse to mark in one go. */
	text_add_safe(&text, view->url);
	buffer_addf(&text, "\n\n2  %s\n\n", _("Approve"));
	if (view->port == 0)
		add_wrapped(&text, _("The browser then ends at a page that "
		    "does not load, or is of another program: the ports 1455 "
		    "and 1457 of this machine are taken. Copy that page's "
		    "address, paste it here and press Enter."));
	else {
		struct buffer line = BUFFER_INIT;

		add_wrapped(&text, _("If the browser runs on this machine, "
		    "that is all. Else it ends at a page that does not load: "
		    "copy that page's address, paste it here and press "
		    "Enter."));
		buffer_addf(&line, _("Or have the port forwarded before: "
		    "ssh -L %d:127.0.0.1:%d HOST"), view->port, view->port);
		add_wrapped(&text, line.data);
		buffer_release(&line);
	}
	buffer_add_string(&text, "\n");
	add_wrapped(&text, _("Continue only if you started this sign-in. If a "
	    "website or a person gave you this address, cancel: Ctrl-C."));
	buffer_add_string(&text, "\n");
	buffer_addf(&text, _("Waiting for the browser, until %s..."), end);
	buffer_add_string(&text, "\n");
	cli_write(&text, &p->err);
	buffer_release(&text);
}

/* What a person typed: an address that a browser ended at; else they ask for
 * the time. For those who hear it none ticks. */
static void
take_line(struct progress *p, const struct job_view *view)
{
	struct pollfd fd = { STDIN_FILENO, POLLIN, 0 };
	struct error err = ERROR_INIT;
	char left[TIME_TEXT_SIZE], *line;

	if (poll(&fd, 1, 0) <= 0)
		return;
	line = cli_line();
	if (line == NULL)
		job_listen(p->job, -1);
	else if (view->browser && *line != '\0') {
		if (job_paste(p->job, line, &err) != 0)
			cli_note("chatelaine: %s", err.text);
	} else if (p->cli->value[OPTION_JSON] == NULL) {
		time_format_left(left, (view->code_ends_ms -
		    time_steady_ms()) / 1000);
		cli_print(&p->err, view->browser ? _("This ends in %s.") :
		    _("The code ends in %s."), left);
	}
	secret_free(&line);
}

static bool
takes_lines(const struct cli *cli)
{
	return cli->plain || cli->value[OPTION_BROWSER] != NULL;
}

/* What to do, once it is known. */
static void
tell(struct progress *p, const struct job_view *view)
{
	if (p->cli->value[OPTION_JSON] != NULL)
		(view->browser ? json_browser : json_code)(p, view);
	else
		(view->browser ? text_browser : text_code)(p, view);
	p->told = true;
}

static void
text_done(struct progress *p, const char *saved)
{
	struct profile profile;
	char end[TIME_TEXT_SIZE];

	if (profile_load(p->cli->app->store, saved, &profile, NULL) == 0) {
		app_time(p->cli->app, end, profile.expires_at);
		cli_say(p->cli, &p->err,
		    _("Signed in: '%s' is %s [%s]; its access ends %s."),
		    profile.name, profile.email != NULL ? profile.email : "?",
		    status_plan(profile.plan), end);
	}
	profile_release(&profile);
}

/* --- Both ---------------------------------------------------------------- */

static void
changed(const struct job_view *view, void *context)
{
	struct progress *p = context;
	bool json = p->cli->value[OPTION_JSON] != NULL;

	if (view->state == JOB_WAITING_FOR_LOCK && !p->locked) {
		p->locked = true;
		cli_hint(p->cli, "chatelaine: %s", view->error.text);
	}
	/* Programs are told of each, also of one that was approved at once. */
	if (!p->told && view->url != NULL && (json || view->state == JOB_CODE))
		tell(p, view);
	if (view->state == JOB_CODE && takes_lines(p->cli))
		take_line(p, view);
	if (view->state == JOB_CODE && view->polls != p->polls) {
		if (json)
			json_waiting(p, view);
		else if (view->trouble.code != ERROR_NONE && (view->browser ||
		    strcmp(view->trouble.text, p->trouble.text) != 0))
			cli_hint(p->cli, view->browser ? "chatelaine: %s" :
			    _("chatelaine: %s; still trying"),
			    view->trouble.text);
		p->trouble = view->trouble;
		p->polls = view->polls;
	}
	p->state = view->state;
}

static int
sign_in(struct cli *cli, struct progress *p, char saved[STORE_NAME_MAX + 1],
    struct error *err)
{
	unsigned int how = 0;
	struct job *job;
	int result;

	if (store_check_name(cli->operand[0], err) != 0 ||
	    check_terms(cli, err) != 0)
		return -1;
	if (cli->value[OPTION_REPLACE] != NULL)
		how |= JOB_REPLACE;
	if (cli->value[OPTION_BROWSER] != NULL)
		how |= JOB_BROWSER;
	job = job_login(cli->app, cli->operand[0], how, err);
	if (job == NULL)
		return -1;
	p->job = job;
	if (takes_lines(cli))
		job_listen(job, STDIN_FILENO);
	interrupt_catch();
	result = job_run(job, &interrupt_flag, changed, p, err);
	/* Ctrl-C is a wish to give up; a line that drops is not. */
	if (interrupt_flag == SIGINT)
		job_cancel(job);
	snprintf(saved, STORE_NAME_MAX + 1, "%s", job_view(job)->saved);
	job_free(job);
	return result;
}

int
cli_run_login(struct cli *cli, struct error *err)
{
	struct progress p = { .cli = cli, .state = JOB_WAITING_FOR_LOCK };
	char saved[STORE_NAME_MAX + 1];
	int result = sign_in(cli, &p, saved, err);

	if (cli->value[OPTION_JSON] != NULL)
		json_end(&p, saved, result == 0 ? NULL : err);
	else if (result == 0)
		text_done(&p, saved);
	if (result == 0 && p.err.code != ERROR_NONE) {
		*err = p.err;
		return -1;
	}
	return result;
}
