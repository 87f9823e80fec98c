/*
 * The line of a tenant in the list, above the tenant's profiles.
 */
#include "config.h"

#include <stdio.h>

#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/list.h"

static enum profile_status
worst(const struct ui *ui, struct tree_tenant *tenant)
{
	return tree_worst(&ui->list, tenant, ui->rows.now);
}

static void
draw_worst(const struct ui *ui, struct tree_tenant *tenant, int line,
    int column, int width)
{
	enum profile_status status = worst(ui, tenant);

	if (status == PROFILE_OK && tenant->forbidden > 0)
		term_text(line, column, width, STYLE_WARNING,
		    _("not readable"));
	else
		term_text(line, column, width, list_style_of(status),
		    status_word(status));
}

/* "acme (12)", or of what a filter leaves, "acme (3 of 12)". */
static void
add_title(const struct ui *ui, const struct tree_tenant *tenant,
    struct buffer *out)
{
	char name[STORE_NAME_MAX + 1];

	tree_name(&ui->list, tenant, name);
	if (tenant->shown == tenant->count)
		buffer_addf(out, "%s (%zu)", name, tenant->count);
	else
		/* TRANSLATORS: a name, and how many are shown of how many. */
		buffer_addf(out, _("%s (%zu of %zu)"), name, tenant->shown,
		    tenant->count);
}

void
list_draw_tenant(const struct ui *ui, const struct list_layout *l,
    struct tree_tenant *tenant, int line)
{
	bool folded = tenant->folded && !ui->rows.tree.open;
	struct buffer title = BUFFER_INIT;
	int left = 3 + l->name + 2;	/* where the status stands */

	left += l->account > 0 ? l->account + 2 : 0;
	left += l->plan > 0 ? l->plan + 2 : 0;
	if (rows_has_marked(tenant))
		term_text(line, 0, 1, STYLE_KEY, term_glyph(GLYPH_TICKED));
	term_text(line, 3, 1, STYLE_DIM, term_glyph(folded ? GLYPH_FOLDED :
	    GLYPH_UNFOLDED));
	add_title(ui, tenant, &title);
	term_text(line, 3 + ROWS_INDENT, left - 2 - 3 - ROWS_INDENT,
	    STYLE_STRONG, title.data);
	if (l->left > 0)
		draw_worst(ui, tenant, line, left, l->left);
	buffer_release(&title);
}

/* "9 ok, 2 expiring": the worst first. */
static void
add_statuses(const struct tree_tenant *tenant, struct buffer *out)
{
	bool first = true;

	for (int i = PROFILE_STATUSES - 1; i >= 0; i--) {
		if (tenant->by_status[i] == 0)
			continue;
		buffer_addf(out, "%s%u %s", first ? "" : ", ",
		    tenant->by_status[i],
		    status_word((enum profile_status)i));
		first = false;
	}
	if (tenant->forbidden > 0)
		buffer_addf(out, "%s%u %s", first ? "" : ", ",
		    tenant->forbidden, _("not readable"));
}

void
list_add_tenant(const struct ui *ui, struct tree_tenant *tenant,
    struct buffer *out)
{
	char name[STORE_NAME_MAX + 1];

	worst(ui, tenant);	/* which counts */
	tree_name(&ui->list, tenant, name);
	buffer_addf(out, "%s %s ", name, term_glyph(GLYPH_DOT));
	buffer_addf(out, ngettext("%zu profile", "%zu profiles",
	    tenant->count), tenant->count);
	buffer_addf(out, " %s ", term_glyph(GLYPH_DOT));
	add_statuses(tenant, out);
}

void
list_draw_tenant_pane(const struct ui *ui, struct tree_tenant *tenant,
    int line, int column, int lines, int columns)
{
	const int end = line + lines;
	char name[STORE_NAME_MAX + 1];
	int at;

	worst(ui, tenant);
	tree_name(&ui->list, tenant, name);
	if (line < end)
		term_text(line++, column, columns, STYLE_STRONG, name);
	if (line < end)
		term_textf(line++, column, columns, STYLE_NORMAL,
		    ngettext("%zu profile", "%zu profiles", tenant->count),
		    tenant->count);
	line++;
	for (int i = PROFILE_STATUSES - 1; i >= 0; i--) {
		if (tenant->by_status[i] == 0 || line >= end)
			continue;
		at = column + term_textf(line, column, columns, STYLE_NORMAL,
		    "%6u ", tenant->by_status[i]);
		term_text(line++, at, columns - (at - column),
		    list_style_of((enum profile_status)i),
		    status_word((enum profile_status)i));
	}
	if (tenant->forbidden > 0 && line < end)
		term_textf(line, column, columns, STYLE_WARNING, "%6u %s",
		    tenant->forbidden, _("not readable"));
}

/* --- Keys ----------------------------------------------------------------- */

/* To the line of a profile's tenant. */
static void
go_out(struct ui *ui, struct tree_tenant *tenant)
{
	const struct tree *tree = &ui->rows.tree;
	size_t line = tree->line[ui->selected];

	if (tenant != NULL)
		ui_fold(ui, tenant, true);
	else if ((tenant = tree_tenant_of(tree, line)) != NULL)
		ui_select(ui, tree_find(tree, tree_line_of(tree, tenant)));
}

static void
go_in(struct ui *ui, struct tree_tenant *tenant)
{
	if (tenant == NULL)
		return;
	if (tenant->folded)
		ui_fold(ui, tenant, false);
	else
		ui_select(ui, ui->selected + 1);
}

/* And on to the next one. */
static void
mark(struct ui *ui, const struct tree_tenant *tenant)
{
	size_t next = ui->selected + 1 +
	    (tenant->folded ? 0 : tenant->shown);

	rows_mark_tenant(&ui->rows, tenant, !rows_has_marked(tenant));
	ui_select(ui, next);
}

bool
list_act_tree(struct ui *ui, enum action action)
{
	struct tree_tenant *tenant = ui_selected_tenant(ui);

	switch (action) {
	case ACTION_FOLD:
	case ACTION_UNFOLD:
		ui_fold(ui, tenant, action == ACTION_FOLD);
		return true;
	case ACTION_OUT:
		go_out(ui, tenant);
		return true;
	case ACTION_IN:
		go_in(ui, tenant);
		return true;
	case ACTION_FOLD_ALL:
	case ACTION_UNFOLD_ALL:
		ui_fold(ui, NULL, action == ACTION_FOLD_ALL);
		ui_select(ui, ui->selected);
		return true;
	case ACTION_TENANT_MARK:
		mark(ui, tenant);
		return true;
	default:
		return false;
	}
}
