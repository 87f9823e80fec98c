/*
 * Going to a profile by the first letters of its name. It lies over the list,
 * which follows each letter.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "ui/list.h"

#define FIELD_COLUMNS 24	/* a third of what there is, at most */

struct find {
	struct field typed;
	bool missed;		/* no name begins so */
	char from[STORE_NAME_MAX + 1];	/* where it began */
};

/* A profile, or a tenant with the '/' behind it. */
static void
name_in(const struct ui *ui, size_t row, char name[STORE_NAME_MAX + 1])
{
	const struct tree *tree = &ui->rows.tree;
	const struct tree_tenant *tenant = tree_tenant(tree, tree->line[row]);

	if (tenant != NULL) {
		tree_name(&ui->list, tenant, name);
		strcat(name, "/");
	} else
		snprintf(name, STORE_NAME_MAX + 1, "%s",
		    listing_name(&ui->list, tree->line[row]));
}

/* With the tenant, or without. With the '/', it is the tenant's first profile
 * that is meant. */
static bool
begins(const char *name, bool tenant, const struct field *typed)
{
	if (tenant && memchr(typed->text, '/', typed->length) != NULL)
		return false;
	return strncasecmp(name, typed->text, typed->length) == 0 ||
	    strncasecmp(store_leaf(name), typed->text, typed->length) == 0;
}

/* Selects the first of the rows that begins so, @from and then each @step on,
 * round the end. */
static void
look(struct ui *ui, struct find *find, size_t from, size_t step)
{
	size_t count = ui->rows.tree.lines;
	char name[STORE_NAME_MAX + 1];

	find->missed = true;
	for (size_t i = 0; i < count && find->missed; i++) {
		size_t row = (from + i * step) % count;

		name_in(ui, row, name);
		if (!begins(name, *store_leaf(name) == '\0', &find->typed))
			continue;
		ui_select(ui, row);
		find->missed = false;
	}
}

static void
go_back(struct ui *ui, const struct find *find)
{
	char name[STORE_NAME_MAX + 1];

	ui_unfold_for_now(ui, false);
	for (size_t row = 0; row < ui->rows.tree.lines; row++) {
		name_in(ui, row, name);
		if (strcmp(name, find->from) == 0)
			ui_select(ui, row);
	}
}

/* What was found stays to be seen, the rest is folded again. */
static void
stay(struct ui *ui)
{
	struct tree_tenant *tenant = tree_tenant_of(&ui->rows.tree,
	    ui->wanted);

	ui_unfold_for_now(ui, false);
	if (tenant != NULL && tenant->folded)
		ui_fold(ui, tenant, false);
}

static void
draw_find(struct ui *ui, void *state)
{
	struct find *find = state;
	struct list_layout l;
	int at = 1, width, end;

	list_lay_out(ui, &l);
	end = l.columns - 1;
	width = l.columns / 3 < FIELD_COLUMNS ? l.columns / 3 : FIELD_COLUMNS;
	term_text_padded(l.keys, 0, l.columns, STYLE_NORMAL, "");
	at += term_text(l.keys, at, end - at, STYLE_KEY, _("Find:")) + 1;
	field_draw(&find->typed, l.keys, at, width, true);
	at += width + 2;
	if (find->missed)
		at += term_text(l.keys, at, end - at, STYLE_WARNING,
		    _("no such name")) + 2;
	ui_draw_keys(l.keys, at, end - at, ON_FIND);
}

static bool
type_find(struct ui *ui, void *state, int key)
{
	struct find *find = state;

	if (key == TERM_BACKSPACE && find->typed.length == 0) {
		go_back(ui, find);
		ui_pop(ui);
		return true;
	}
	if (!field_type(&find->typed, key))
		return false;
	if (find->typed.length > 0) {
		ui_unfold_for_now(ui, true);
		look(ui, find, 0, 1);
	} else {
		find->missed = false;
		go_back(ui, find);
	}
	return true;
}

static void
act_find(struct ui *ui, void *state, enum action action)
{
	struct find *find = state;
	size_t count = ui->rows.tree.lines;

	switch (action) {
	case ACTION_FIND_NEXT:
		look(ui, find, ui->selected + 1, 1);
		return;
	case ACTION_FIND_PREVIOUS:
		/* One back is all the others on. */
		if (count > 0)
			look(ui, find, ui->selected + count - 1, count - 1);
		return;
	case ACTION_BACK:
		go_back(ui, find);
		break;
	default:
		list_move(ui, action);
		stay(ui);
	}
	ui_pop(ui);
}

static const struct screen_type find_type = {
	.on = ON_FIND,
	.draw = draw_find,
	.type = type_find,
	.act = act_find,
	.ticks = list_ticks,
	.release = free,
};

void
find_open(struct ui *ui)
{
	struct find *find = calloc(1, sizeof *find);

	if (find == NULL)
		return;
	if (ui->selected < ui->rows.tree.lines)
		name_in(ui, ui->selected, find->from);
	ui_push(ui, &find_type, find);
}
