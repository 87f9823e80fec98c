/*
 * The offer to go on with a sign-in that was cut off.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/resume.h"
#include "base/i18n.h"
#include "ui/dialog.h"
#include "ui/screen.h"

#define COLUMNS 52

static void
draw_resume(struct ui *ui, void *state)
{
	const struct resume *resume = state;
	int64_t left = resume->ends - ui->now;
	struct buffer text = BUFFER_INIT;
	int lines, columns, wanted;
	struct dialog d;

	if (left > 0)
		buffer_addf(&text, _("A sign-in to '%s' is waiting for its "
		    "approval, with %02d:%02d left. It goes on with the same "
		    "code."), resume->name, (int)(left / 60),
		    (int)(left % 60));
	else
		buffer_addf(&text, _("The code of the sign-in to '%s' has "
		    "ended. It goes on with a new one."), resume->name);
	term_size(&lines, &columns);
	columns = columns - 4 < COLUMNS ? columns - 4 : COLUMNS;
	wanted = term_wrapped_lines(columns, text.data);
	d = dialog_draw(_("Sign in"), wanted + 1, COLUMNS, ON_RESUME);
	term_wrapped(d.line, d.column, d.columns, d.lines, STYLE_NORMAL,
	    text.data);
	buffer_release(&text);
}

/* On to the next one, if there is one more. */
static void
drop(struct ui *ui, const struct resume *resume)
{
	struct error err = ERROR_INIT;

	if (resume_drop(ui->app, resume->name, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_say(ui, STYLE_NORMAL, _("the sign-in to '%s' was dropped"),
		    resume->name);
	ui_pop(ui);	/* the state is gone with it */
	if (err.code == ERROR_NONE)
		resume_open(ui);
}

static void
act_resume(struct ui *ui, void *state, enum action action)
{
	struct resume *resume = state, copy = *resume;

	if (action == ACTION_DROP)
		drop(ui, resume);
	else if (action == ACTION_GO_ON) {
		ui_pop(ui);
		login_begin(ui, copy.name);
	}
}

static bool
resume_ticks(struct ui *ui, void *state)
{
	const struct resume *resume = state;

	return resume->ends >= ui->now;
}

static const struct screen_type resume_type = {
	.on = ON_RESUME,
	.draw = draw_resume,
	.act = act_resume,
	.ticks = resume_ticks,
	.release = free,
};

bool
resume_open(struct ui *ui)
{
	struct resume *resume = calloc(1, sizeof *resume);

	if (resume != NULL && resume_find(ui->app, resume)) {
		ui_push(ui, &resume_type, resume);
		return true;
	}
	free(resume);
	return false;
}
