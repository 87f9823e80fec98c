/*
 * The profiles that the list shows, and which of them is selected.
 */
#include "config.h"

#include <stdio.h>

#include "base/time.h"
#include "ui/screen.h"

/* How long something that can wait may hold up a key; ms. */
#define IDLE_MS 4

const struct profile *
ui_selected(const struct ui *ui)
{
	return ui->selected < ui->rows.count ? listing_get(&ui->list,
	    ui->rows.shown[ui->selected]) : NULL;
}

void
ui_select(struct ui *ui, size_t to)
{
	if (to < ui->rows.count) {
		ui->selected = to;
		ui->wanted = ui->rows.shown[to];
	}
}

void
ui_show(struct ui *ui, bool keep)
{
	size_t at;

	rows_show(&ui->rows, &ui->list, keep ? ui->wanted : ROWS_NONE);
	at = rows_find(&ui->rows, ui->wanted);
	ui->selected = at == ROWS_NONE ? 0 : at;
}

/* Selects @name, which was @shown, and else what now is in its row. */
static void
select_again(struct ui *ui, const char *name, bool shown)
{
	size_t row = ui->selected, last;

	if (!listing_find(&ui->list, name, &ui->wanted))
		ui->wanted = ROWS_NONE;
	ui_show(ui, shown);
	if (ui->wanted != ROWS_NONE || ui->rows.count == 0)
		return;
	last = ui->rows.count - 1;
	ui_select(ui, row < last ? row : last);
}

/* Whom to select afterwards: @name, or who is selected. */
static bool
keep_name(const struct ui *ui, const char *name,
    char keep[STORE_NAME_MAX + 1])
{
	keep[0] = '\0';
	if (name != NULL)
		snprintf(keep, STORE_NAME_MAX + 1, "%s", name);
	else if (ui->wanted < ui->list.count)
		snprintf(keep, STORE_NAME_MAX + 1, "%s",
		    listing_name(&ui->list, ui->wanted));
	return name != NULL ||
	    rows_find(&ui->rows, ui->wanted) != ROWS_NONE;
}

void
ui_reload(struct ui *ui, const char *name)
{
	struct store_names marked;
	char keep[STORE_NAME_MAX + 1];
	struct listing list;
	struct error err = ERROR_INIT;
	bool shown = keep_name(ui, name, keep);
	size_t at;

	rows_marked(&ui->rows, &ui->list, &marked);
	ui->minute = time_now() / 60;
	if (listing_load(ui->app, &list, &ui->list, &err) != 0) {
		ui_say_error(ui, &err);
		store_names_release(&marked);
		return;
	}
	listing_release(&ui->list);
	ui->list = list;
	ui->facts_of[0] = '\0';
	/* It is perhaps what was just worked on: others may wait. */
	if (listing_find(&ui->list, keep, &at))
		listing_get(&ui->list, at);
	listing_has_changed(&ui->list);
	if (rows_load(&ui->rows, &ui->list, &marked, time_now(), &err) != 0)
		ui_say_error(ui, &err);
	store_names_release(&marked);
	select_again(ui, keep, shown);
}

/* What others changed is known now: sorts and filters anew. */
static void
take_changes(struct ui *ui)
{
	struct store_names marked;
	char keep[STORE_NAME_MAX + 1];
	bool shown = keep_name(ui, NULL, keep);

	rows_marked(&ui->rows, &ui->list, &marked);
	rows_load(&ui->rows, &ui->list, &marked, time_now(), NULL);
	store_names_release(&marked);
	select_again(ui, keep, shown);
}

bool
ui_has_work(const struct ui *ui)
{
	return ui->list.index != NULL && (listing_is_old(&ui->list) ||
	    !rows_is_prepared(&ui->rows) || !listing_is_verified(&ui->list));
}

void
ui_work(struct ui *ui)
{
	if (!ui_has_work(ui))
		return;
	if (listing_is_old(&ui->list)) {
		ui_reload(ui, NULL);
		/* Where it cannot be, not again before the next minute. */
		if (listing_is_old(&ui->list))
			ui->list.seen->gone = false;
		return;
	}
	/* The first letter of a filter must not wait, either. */
	if (!rows_prepare(&ui->rows, &ui->list, IDLE_MS) ||
	    !listing_verify(&ui->list, IDLE_MS) ||
	    listing_is_old(&ui->list))
		return;
	if (listing_has_changed(&ui->list))
		take_changes(ui);
	listing_save(&ui->list);
}
