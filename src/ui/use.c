/*
 * The use dialog: which programs show the profile.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/login.h"
#include "app/running.h"
#include "app/shown.h"
#include "app/use.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/choice.h"
#include "ui/screen.h"

#define LABEL_MOST 12		/* columns: every kind, but no path */

struct choice {
	char *label;		/* "codex" */
	char *state;		/* "shows 'work'" */
	bool shows;		/* it shows this profile now */
	bool lent;		/* it has a login that is lent to it: not ours
				 * to switch */
	bool ticked;
};

struct use {
	char name[STORE_NAME_MAX + 1];
	struct places places;
	struct choice *choice;	/* of each place */
	size_t at;
	bool begun;		/* something was switched */
	struct error err;
};

/* Of the labels below each other; a path is as long as it is. */
static int
label_columns(const struct use *use)
{
	int widest = 0, columns;

	for (size_t i = 0; i < use->places.count; i++) {
		columns = text_columns(use->choice[i].label);
		if (columns > widest && columns <= LABEL_MOST)
			widest = columns;
	}
	return widest;
}

static void
draw_choice(const struct use *use, const struct choice_dialog *c, size_t i)
{
	const struct choice *choice = &use->choice[i];
	struct buffer label = BUFFER_INIT;
	int columns = label_columns(use);

	if (text_columns(choice->label) <= columns)
		text_add_padded(&label, choice->label, columns);
	choice_dialog_line(c, i, i == use->at, choice->lent ? " - " :
	    choice->ticked ? "[x]" : "[ ]", label.length > 0 ? label.data :
	    choice->label, choice->state);
	buffer_release(&label);
}

static void
draw_use(struct ui *ui, void *state)
{
	struct use *use = state;
	char title[STORE_NAME_MAX + 200];
	struct choice_dialog c;

	(void)ui;
	snprintf(title, sizeof title, "%s %s %s", _("Use"),
	    term_glyph(GLYPH_DOT), use->name);
	c = choice_dialog_draw(title, ON_USE, use->places.count, use->at,
	    &use->err, use->places.count == 0 ?
	    _("No program that uses a login was found here. "
	    "'chatelaine use NAME --for codex=DIR' names a place.") :
	    _("They get the access token, and a new one with each "
	    "renewal; never the refresh token."));
	for (size_t i = 0; i < use->places.count; i++)
		draw_choice(use, &c, i);
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

/* What stands there now: at first, and after it was switched. */
static int
look_at_choice(struct ui *ui, struct use *use, size_t i)
{
	struct buffer state = BUFFER_INIT;
	struct choice *choice = &use->choice[i];
	char name[STORE_NAME_MAX + 1] = "";

	shown_describe(ui->app, &use->places.place[i], &state);
	choice->lent = login_lent_to(ui->app, &use->places.place[i], name,
	    NULL) == 0 && name[0] != '\0';
	if (!choice->lent)
		shown_profile(ui->app, &use->places.place[i], name);
	choice->shows = !choice->lent && strcmp(name, use->name) == 0;
	free(choice->state);
	choice->state = buffer_detach(&state, &use->err);
	return choice->state == NULL ? -1 : 0;
}

/* One target; false, with the error in the dialog. What `undo` goes back to is
 * kept until something else is switched. */
static bool
apply_one(struct ui *ui, struct use *use, size_t i, struct buffer *said,
    struct buffer *running)
{
	const struct choice *choice = &use->choice[i];
	struct use_result done;

	if (choice->ticked == choice->shows)
		return true;
	if ((!use->begun && use_begin_undo(ui->app, &use->err) != 0) ||
	    use_profile(ui->app, &use->places.place[i], choice->ticked ?
	    use->name : NULL, USE_GLANCE_MS, &done, &use->err) != 0) {
		use->at = i;
		return false;
	}
	use->begun = true;
	buffer_addf(said, "%s%s", said->length > 0 ? ", " : "",
	    choice->label);
	add_running(ui, &use->places.place[i], running);
	return look_at_choice(ui, use, i) == 0;
}

static void
apply(struct ui *ui, struct use *use)
{
	struct buffer said = BUFFER_INIT, running = BUFFER_INIT;
	bool done = true;

	for (size_t i = 0; i < use->places.count && done; i++)
		done = apply_one(ui, use, i, &said, &running);
	if (said.length > 0)
		ui_say(ui, STYLE_GOOD, _("switched for '%s': %s%s"), use->name,
		    said.data, running.length > 0 ? running.data : "");
	else if (done && !use->begun)
		ui_say(ui, STYLE_NORMAL, "%s", _("nothing was switched"));
	buffer_release(&said);
	buffer_release(&running);
	ui_reload(ui, NULL);
	if (done)
		ui_pop(ui);
}

static void
tick(struct use *use)
{
	struct choice *choice = &use->choice[use->at];

	if (choice->lent) {
		error_set(&use->err, ERROR_REFUSED, "%s %s", choice->label,
		    choice->state);
		error_step(&use->err, "%s", _("Esc, then L on that profile "
		    "takes it back"));
	} else
		choice->ticked = !choice->ticked;
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
	case ACTION_WHEEL_DOWN_LINE:
		if (use->at + 1 < use->places.count)
			use->at++;
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
	case ACTION_UP_VI:
	case ACTION_WHEEL_UP_LINE:
		if (use->at > 0)
			use->at--;
		break;
	case ACTION_TICK:
		if (use->places.count > 0)
			tick(use);
		break;
	case ACTION_DO_USE:
		apply(ui, use);
		break;
	default:
		break;
	}
}

static void
click_use(struct ui *ui, void *state, int part)
{
	struct use *use = state;

	(void)ui;
	use->err.code = ERROR_NONE;
	use->at = (size_t)part;
	tick(use);
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
	.click = click_use,
	.release = release_use,
};

static int
fill_choice(struct ui *ui, struct use *use, size_t i)
{
	struct buffer label = BUFFER_INIT;
	struct choice *choice = &use->choice[i];

	place_label(&use->places.place[i], &label);
	choice->label = buffer_detach(&label, &use->err);
	if (choice->label == NULL || look_at_choice(ui, use, i) != 0)
		return -1;
	choice->ticked = choice->shows;
	return 0;
}

/* At first those that are about something now: as `chatelaine use`. */
static int
fill(struct ui *ui, struct use *use)
{
	struct places ticked = PLACES_INIT;
	int result;

	if (use_known_places(ui->app, &use->places, &use->err) != 0)
		return -1;
	result = use_default_places(ui->app, &ticked, &use->err);
	/* The settings may name one that was not used yet. */
	for (size_t i = 0; i < ticked.count && result == 0; i++)
		result = places_add(&use->places, &ticked.place[i], &use->err);
	use->choice = calloc(use->places.count + 1, sizeof *use->choice);
	if (use->choice == NULL)
		result = error_no_memory(&use->err);
	for (size_t i = 0; i < use->places.count && result == 0; i++) {
		result = fill_choice(ui, use, i);
		for (size_t j = 0; j < ticked.count; j++)
			if (place_is_same(&ticked.place[j],
			    &use->places.place[i]))
				use->choice[i].ticked = !use->choice[i].lent;
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
