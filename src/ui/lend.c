/*
 * The lend dialog: a whole login for one program, and back.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lend.h"
#include "app/login.h"
#include "app/use.h"
#include "base/i18n.h"
#include "ui/choice.h"
#include "ui/screen.h"

struct lend {
	char name[STORE_NAME_MAX + 1];
	bool back;		/* it is lent: take it back */
	struct places places;	/* to lend to; or where it is */
	size_t at;
	struct error err;
};

static void
draw_lend(struct ui *ui, void *state)
{
	struct lend *lend = state;
	char title[STORE_NAME_MAX + 200];
	struct buffer path = BUFFER_INIT;
	struct choice_dialog c;

	(void)ui;
	snprintf(title, sizeof title, "%s %s %s", lend->back ?
	    _("Take back") : _("Lend"), term_glyph(GLYPH_DOT), lend->name);
	c = choice_dialog_draw(title, lend->back ? ON_TAKE_BACK : ON_LEND,
	    lend->places.count, lend->at, &lend->err, lend->back ?
	    _("The login moves back into the store with its newest "
	    "tokens, and a view takes its place.") :
	    _("The whole login, refresh token and all, moves to the "
	    "program, which renews it; L takes it back. If lost there, "
	    "only a sign-in helps."));
	for (size_t i = 0; i < lend->places.count; i++) {
		buffer_clear(&path);
		app_add_path(&path, lend->places.place[i].path);
		choice_dialog_line(&c, i, !lend->back && i == lend->at,
		    lend->back ? "" : term_glyph(i == lend->at ?
		    GLYPH_CHOSEN : GLYPH_NOT_CHOSEN),
		    lend->places.place[i].consumer->title, path.data);
	}
	buffer_release(&path);
}

/* Its program lost it: then it is ours again, and only a sign-in helps. */
static bool
is_lost(const struct lend *lend)
{
	return lend->back && lend->err.code == ERROR_NEEDS_LOGIN;
}

static void
apply(struct ui *ui, struct lend *lend)
{
	const struct place *place = &lend->places.place[lend->at];
	int result;

	if (lend->places.count == 0)
		return;
	result = lend->back ? lend_take_back(ui->app, lend->name,
	    USE_GLANCE_MS, &lend->err) : lend_profile(ui->app, lend->name,
	    place, USE_GLANCE_MS, &lend->err);
	if (result == 0)
		ui_say(ui, STYLE_GOOD, lend->back ? _("'%s' is back") :
		    _("'%s' is lent to %s"), lend->name,
		    place->consumer->title);
	else if (is_lost(lend))
		ui_say_error(ui, &lend->err);
	if (result == 0 || is_lost(lend))
		ui_pop(ui);
	ui_reload(ui, NULL);
}

static void
act_lend(struct ui *ui, void *state, enum action action)
{
	struct lend *lend = state;

	lend->err.code = ERROR_NONE;
	switch (action) {
	case ACTION_CANCEL:
		ui_pop(ui);
		break;
	case ACTION_NEXT_FIELD:
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
	case ACTION_WHEEL_DOWN_LINE:
		if (lend->at + 1 < lend->places.count)
			lend->at++;
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
	case ACTION_UP_VI:
	case ACTION_WHEEL_UP_LINE:
		if (lend->at > 0)
			lend->at--;
		break;
	case ACTION_DO_LEND:
	case ACTION_DO_TAKE_BACK:
		apply(ui, lend);
		break;
	default:
		break;
	}
}

static void
click_lend(struct ui *ui, void *state, int part)
{
	struct lend *lend = state;

	(void)ui;
	lend->err.code = ERROR_NONE;
	lend->at = (size_t)part;
}

static void
release_lend(void *state)
{
	struct lend *lend = state;

	places_release(&lend->places);
	free(lend);
}

static const struct screen_type lend_type = {
	.on = ON_LEND,
	.draw = draw_lend,
	.act = act_lend,
	.click = click_lend,
	.release = release_lend,
};

static const struct screen_type take_back_type = {
	.on = ON_TAKE_BACK,
	.draw = draw_lend,
	.act = act_lend,
	.click = click_lend,
	.release = release_lend,
};

static void
fill(struct lend *lend, const struct profile *profile)
{
	struct place place;

	if (lend->back) {
		if (login_place(profile, &place, &lend->err) == 0)
			places_add(&lend->places, &place, &lend->err);
		place_release(&place);
		return;
	}
	for (size_t i = 0; i < consumers_count; i++) {
		if (!consumers[i].lendable)
			continue;
		if (place_usual(&place, &consumers[i], &lend->err) == 0)
			places_add(&lend->places, &place, &lend->err);
		place_release(&place);
	}
}

void
lend_open(struct ui *ui, const struct profile *profile)
{
	struct lend *lend = calloc(1, sizeof *lend);

	if (lend == NULL)
		return;
	strcpy(lend->name, profile->name);
	lend->back = profile->owner != NULL;
	fill(lend, profile);
	ui_push(ui, lend->back ? &take_back_type : &lend_type, lend);
}
