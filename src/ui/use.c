/*
 * The use dialog: which programs show the profile.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/running.h"
#include "app/shown.h"
#include "app/use.h"
#include "base/i18n.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/screen.h"

#define COLUMNS 72
#define LINES_LEAST 6

struct choice {
	char *label;		/* "codex" */
	char *state;		/* "shows 'work'" */
	bool shows;		/* it shows this profile now */
	bool ticked;
};

struct use {
	char name[STORE_NAME_MAX + 1];
	struct places places;
	struct choice *choice;	/* of each place */
	size_t at;
	struct error err;
};

static void
draw_use(struct ui *ui, void *state)
{
	struct use *use = state;
	char title[STORE_NAME_MAX + 64];
	int lines = (int)use->places.count + 4, line = 0;
	struct dialog d;
	size_t from = 0;

	(void)ui;
	snprintf(title, sizeof title, "%s %s %s", _("Use"),
	    term_glyph(GLYPH_DOT), use->name);
	d = dialog_draw(title, lines < LINES_LEAST ? LINES_LEAST : lines,
	    COLUMNS, ON_USE);
	/* What is chosen is in sight, whatever the height. */
	if (d.lines > 0 && use->at >= (size_t)d.lines)
		from = use->at - (size_t)d.lines + 1;
	for (size_t i = from; i < use->places.count; i++)
		choice_draw(&d, line++, i == use->at,
		    use->choice[i].ticked ? "[x]" : "[ ]",
		    use->choice[i].label, use->choice[i].state);
	line++;
	if (line >= d.lines)
		return;
	if (use->err.code != ERROR_NONE)
		term_wrapped(d.line + line, d.column + 2, d.columns - 2,
		    d.lines - line, STYLE_BAD, use->err.text);
	else
		term_wrapped(d.line + line, d.column + 2, d.columns - 2,
		    d.lines - line, STYLE_NORMAL, use->places.count == 0 ?
		    _("No program that uses a login was found here. "
		    "'chatelaine use NAME --for codex=DIR' names a place.") :
		    _("They get the access token, and a new one with each "
		    "renewal; never the refresh token."));
}

/* Programs read their login when they start. */
static void
add_running(struct ui *ui, const struct place *place, struct buffer *text)
{
	struct running running;
	char *dir = strdup(place->path);

	(void)ui;
	if (dir != NULL) {
		*strrchr(dir, '/') = '\0';
		if (running_find(place->consumer, dir, &running, 1) > 0)
			buffer_addf(text, _("; %s (process %ld) runs with the "
			    "login it began with"), running.name, running.pid);
	}
	free(dir);
}

/* One target; false, with the error in the dialog. */
static bool
apply_one(struct ui *ui, struct use *use, size_t i, struct buffer *said)
{
	const struct choice *choice = &use->choice[i];
	struct use_result done;

	if (choice->ticked == choice->shows)
		return true;
	if (use_profile(ui->app, &use->places.place[i], choice->ticked ?
	    use->name : NULL, USE_GLANCE_MS, &done, &use->err) != 0) {
		use->at = i;
		return false;
	}
	buffer_addf(said, "%s%s", said->length > 0 ? ", " : "",
	    choice->label);
	return true;
}

static void
apply(struct ui *ui, struct use *use)
{
	struct buffer said = BUFFER_INIT, running = BUFFER_INIT;
	bool done = use_begin_undo(ui->app, &use->err) == 0;

	for (size_t i = 0; i < use->places.count && done; i++) {
		done = apply_one(ui, use, i, &said);
		if (done && use->choice[i].ticked != use->choice[i].shows)
			add_running(ui, &use->places.place[i], &running);
	}
	if (said.length > 0)
		ui_say(ui, STYLE_GOOD, _("switched for '%s': %s%s"), use->name,
		    said.data, running.data);
	else if (done)
		ui_say(ui, STYLE_NORMAL, "%s", _("nothing was switched"));
	buffer_release(&said);
	buffer_release(&running);
	ui_reload(ui, NULL);
	if (done)
		ui_pop(ui);
}

static void
act_use(struct ui *ui, void *state, enum action action)
{
	struct use *use = state;

	use->err.code = ERROR_NONE;
	switch (action) {
	case ACTION_CANCEL:
		ui_pop(ui);
		break;
	case ACTION_NEXT_FIELD:
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
		if (use->at + 1 < use->places.count)
			use->at++;
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
	case ACTION_UP_VI:
		if (use->at > 0)
			use->at--;
		break;
	case ACTION_TICK:
		if (use->places.count > 0)
			use->choice[use->at].ticked =
			    !use->choice[use->at].ticked;
		break;
	case ACTION_DO_USE:
		apply(ui, use);
		break;
	default:
		break;
	}
}

static void
release_use(void *state)
{
	struct use *use = state;

	for (size_t i = 0; use->choice != NULL && i < use->places.count; i++) {
		free(use->choice[i].label);
		free(use->choice[i].state);
	}
	free(use->choice);
	places_release(&use->places);
	free(use);
}

static const struct screen_type use_type = {
	.on = ON_USE,
	.draw = draw_use,
	.act = act_use,
	.release = release_use,
};

static int
fill_choice(struct ui *ui, struct use *use, size_t i)
{
	struct buffer label = BUFFER_INIT, state = BUFFER_INIT;
	struct choice *choice = &use->choice[i];
	char shown[STORE_NAME_MAX + 1];

	place_label(&use->places.place[i], &label);
	shown_describe(ui->app, &use->places.place[i], &state);
	shown_profile(ui->app, &use->places.place[i], shown);
	choice->shows = strcmp(shown, use->name) == 0;
	choice->label = buffer_detach(&label, &use->err);
	choice->state = buffer_detach(&state, &use->err);
	return choice->label == NULL || choice->state == NULL ? -1 : 0;
}

/* At first those that are about something now: as `chatelaine use`. */
static int
fill(struct ui *ui, struct use *use)
{
	struct places ticked = PLACES_INIT;
	int result;

	if (use_known_places(ui->app, &use->places, &use->err) != 0)
		return -1;
	use->choice = calloc(use->places.count + 1, sizeof *use->choice);
	if (use->choice == NULL)
		return error_no_memory(&use->err);
	result = use_default_places(ui->app, &ticked, &use->err);
	for (size_t i = 0; i < use->places.count && result == 0; i++) {
		result = fill_choice(ui, use, i);
		for (size_t j = 0; j < ticked.count; j++)
			if (place_is_same(&ticked.place[j],
			    &use->places.place[i]))
				use->choice[i].ticked = true;
	}
	places_release(&ticked);
	return result;
}

void
use_open(struct ui *ui, const char *name)
{
	struct use *use = calloc(1, sizeof *use);

	if (use == NULL)
		return;
	snprintf(use->name, sizeof use->name, "%s", name);
	if (fill(ui, use) != 0) {
		ui_say_error(ui, &use->err);
		release_use(use);
		return;
	}
	ui_push(ui, &use_type, use);
}
