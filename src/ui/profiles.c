/*
 * The profiles that the list shows, and which of them is selected.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "ui/screen.h"

/* How long something that can wait may hold up a key; ms. */
#define IDLE_MS 4

/* What stands in the selected line; ROWS_NONE when there is none. */
static size_t
selected_line(const struct ui *ui)
{
	const struct tree *tree = &ui->rows.tree;

	return ui->selected < tree->lines ? tree->line[ui->selected] :
	    ROWS_NONE;
}

const struct profile *
ui_selected(const struct ui *ui)
{
	size_t line = selected_line(ui);

	return line < ui->rows.total ? listing_get(&ui->list, line) : NULL;
}

struct tree_tenant *
ui_selected_tenant(const struct ui *ui)
{
	return tree_tenant(&ui->rows.tree, selected_line(ui));
}

void
ui_select(struct ui *ui, size_t to)
{
	if (to < ui->rows.tree.lines) {
		ui->selected = to;
		ui->wanted = ui->rows.tree.line[to];
	}
}

/* The selection stays at what it was at, or else is at the top. */
static void
find_selected(struct ui *ui)
{
	size_t at = tree_find(&ui->rows.tree, ui->wanted);

	ui->selected = at == ROWS_NONE ? 0 : at;
}

void
ui_show(struct ui *ui, bool keep)
{
	rows_show(&ui->rows, &ui->list, keep ? ui->wanted : ROWS_NONE);
	find_selected(ui);
}

void
ui_fold(struct ui *ui, struct tree_tenant *tenant, bool folded)
{
	if (tenant == NULL)
		tree_fold_all(&ui->rows.tree, folded);
	else
		tree_fold(&ui->rows.tree, &ui->list, tenant, folded);
	rows_fold(&ui->rows, &ui->list);
	find_selected(ui);
}

void
ui_unfold_for_now(struct ui *ui, bool open)
{
	if (ui->rows.tree.open != open) {
		ui->rows.tree.open = open;
		rows_fold(&ui->rows, &ui->list);
		find_selected(ui);
	}
}

/* The name of a profile, or of a tenant with a '/' behind it, in the listing
 * that is there now. */
static size_t
line_named(const struct ui *ui, const char *name)
{
	char tenant[STORE_NAME_MAX + 1];
	const struct tree_tenant *found;
	size_t n = strlen(name), at;

	if (n == 0 || name[n - 1] != '/')
		return listing_find(&ui->list, name, &at) ? at : ROWS_NONE;
	snprintf(tenant, sizeof tenant, "%.*s", (int)(n - 1), name);
	found = tree_named(&ui->rows.tree, &ui->list, tenant);
	return found == NULL ? ROWS_NONE :
	    tree_line_of(&ui->rows.tree, found);
}

/* Selects @name, which was @shown, and else what now is in its row. */
static void
select_again(struct ui *ui, const char *name, bool shown)
{
	size_t row = ui->selected, last;

	ui->wanted = line_named(ui, name);
	ui_show(ui, shown);
	if (ui->wanted != ROWS_NONE || ui->rows.tree.lines == 0)
		return;
	last = ui->rows.tree.lines - 1;
	ui_select(ui, row < last ? row : last);
}

/* Whom to select afterwards: @name, or who is selected, as line_named() takes
 * it. */
static bool
keep_name(const struct ui *ui, const char *name,
    char keep[STORE_NAME_MAX + 1])
{
	const struct tree_tenant *tenant =
	    tree_tenant(&ui->rows.tree, ui->wanted);

	keep[0] = '\0';
	if (name != NULL)
		snprintf(keep, STORE_NAME_MAX + 1, "%s", name);
	else if (tenant != NULL) {
		tree_name(&ui->list, tenant, keep);
		strcat(keep, "/");
	} else if (ui->wanted < ui->list.count)
		snprintf(keep, STORE_NAME_MAX + 1, "%s",
		    listing_name(&ui->list, ui->wanted));
	return name != NULL ||
	    tree_find(&ui->rows.tree, ui->wanted) != ROWS_NONE;
}

/* What was asked for by its name is seen. */
static void
unfold_for(struct ui *ui, const char *name)
{
	struct tree_tenant *tenant;
	size_t at;

	if (!listing_find(&ui->list, name, &at))
		return;
	tenant = tree_tenant_of(&ui->rows.tree, at);
	if (tenant != NULL && tenant->folded)
		ui_fold(ui, tenant, false);
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
	if (name != NULL)
		unfold_for(ui, name);
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
