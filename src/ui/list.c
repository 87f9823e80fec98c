/*
 * The list: the bottom of all screens.
 */
#include "config.h"

#include <stdlib.h>

#include "app/remove.h"
#include "app/undo.h"
#include "base/i18n.h"
#include "base/time.h"
#include "ui/batch.h"
#include "ui/list.h"
#include "ui/scroll.h"

/* True while the time that is left of a profile shows, to the second. */
static bool
is_counted(const struct profile *p, int64_t now, int64_t within)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(p, now, &reason);

	return status != PROFILE_NEEDS_LOGIN && status != PROFILE_DAMAGED &&
	    p->expires_at > now && p->expires_at - now <= within;
}

bool
list_ticks(struct ui *ui, void *state)
{
	const struct profile *selected = ui_selected(ui);
	struct list_layout l;
	struct profile view;

	(void)state;
	if (selected != NULL && is_counted(selected, ui->now, INT64_MAX))
		return true;
	list_lay_out(ui, &l);
	for (size_t i = ui->top; i < ui->top + (size_t)l.rows &&
	    i < ui->rows.tree.lines; i++) {
		size_t line = ui->rows.tree.line[i];

		if (line < ui->rows.total && is_counted(listing_view(&ui->list,
		    line, &view), ui->now, PROFILE_EXPIRING))
			return true;
	}
	return false;
}

/* --- Moving --------------------------------------------------------------- */

static void
move_to(struct ui *ui, long to)
{
	long last = (long)ui->rows.tree.lines - 1;

	if (to > last)
		to = last;
	ui_select(ui, to < 0 ? 0 : (size_t)to);
}

/* Before the name: where the marks stand. */
#define EDGE_COLUMNS 3

/* What marks a profile, marks all of a tenant's. */
static void
turn_mark(struct ui *ui, size_t line)
{
	const struct tree_tenant *tenant = tree_tenant(&ui->rows.tree, line);

	if (tenant != NULL)
		rows_mark_tenant(&ui->rows, tenant, !rows_has_marked(tenant));
	else
		rows_mark(&ui->rows, line, !ui->rows.marked[line]);
}

/* True when a profile was clicked on; at its edge that marks it, or takes the
 * mark away. A tenant folds. */
static bool
click(struct ui *ui, const struct list_layout *l)
{
	struct tree_tenant *tenant;
	int line, column;
	size_t row;

	term_pointer(&line, &column);
	row = ui->top + (size_t)(line - l->first);
	if (line < l->first || line >= l->first + l->rows ||
	    column >= l->width || row >= ui->rows.tree.lines)
		return false;
	ui_select(ui, row);
	if (column < EDGE_COLUMNS) {
		turn_mark(ui, ui->rows.tree.line[row]);
		return false;
	}
	tenant = ui_selected_tenant(ui);
	if (tenant != NULL)
		ui_fold(ui, tenant, !tenant->folded);
	return tenant == NULL;
}

bool
list_move(struct ui *ui, enum action action)
{
	long at = (long)ui->selected;
	struct list_layout l;

	list_lay_out(ui, &l);
	switch (action) {
	case ACTION_UP:
	case ACTION_UP_VI:
		move_to(ui, at - 1);
		return true;
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
		move_to(ui, at + 1);
		return true;
	case ACTION_WHEEL_UP:
		move_to(ui, at - SCROLL_WHEEL);
		return true;
	case ACTION_WHEEL_DOWN:
		move_to(ui, at + SCROLL_WHEEL);
		return true;
	case ACTION_PAGE_UP:
		move_to(ui, at - l.rows);
		return true;
	case ACTION_PAGE_DOWN:
		move_to(ui, at + l.rows);
		return true;
	case ACTION_HOME:
	case ACTION_HOME_VI:
		move_to(ui, 0);
		return true;
	case ACTION_END:
	case ACTION_END_VI:
		move_to(ui, (long)ui->rows.tree.lines - 1);
		return true;
	case ACTION_CLICK:
	case ACTION_CLICK_TENANT:
		click(ui, &l);
		return true;
	case ACTION_DOUBLE_CLICK:
		if (click(ui, &l))
			detail_open(ui);
		return true;
	default:
		return false;
	}
}

/* --- Doing ---------------------------------------------------------------- */

static void
sort_by(struct ui *ui, enum rows_sort next)
{
	static const char *const said[SORTS] = {
		[SORT_NAME] = N_("sorted by name"),
		[SORT_END] = N_("sorted by what ends soonest"),
		[SORT_ACCOUNT] = N_("sorted by account"),
		[SORT_PLAN] = N_("sorted by plan"),
	};

	rows_sort(&ui->rows, &ui->list, next);
	ui_show(ui, true);
	/* The column may have no room. */
	ui_hint(ui, "%s", _(said[next]));
}

/* And on to the next one, so that several are marked in a row. */
static void
mark(struct ui *ui)
{
	turn_mark(ui, ui->rows.tree.line[ui->selected]);
	move_to(ui, (long)ui->selected + 1);
}

static void
clear(struct ui *ui)
{
	if (ui->batch != NULL)
		batch_stop(ui);
	else if (ui->rows.marks > 0 || (ui->rows.has_marks &&
	    ui->rows.filter.length == 0))
		rows_unmark_all(&ui->rows);
	else {
		field_set(&ui->rows.filter, "");
		ui_show(ui, false);
	}
}

static void
undo(struct ui *ui)
{
	struct buffer text = BUFFER_INIT;
	struct error err = ERROR_INIT;
	struct undo undo;

	if (undo_last(ui->app, REMOVE_GLANCE_MS, &undo, &err) == 0) {
		undo_sentence(&undo, &text);
		ui_reload(ui, undo.restored ? undo.as : NULL);
		ui_say(ui, STYLE_GOOD, "%s", text.data);
	} else
		ui_say_error(ui, &err);
	buffer_release(&text);
	undo_release(&undo);
}

static void
refresh(struct ui *ui, const struct profile *p)
{
	struct error err = ERROR_INIT;

	if (ui->rows.marks > 0)
		batch_open(ui, BATCH_RENEW, NULL);
	else if (!ui_is_busy(ui))
		ui_start_job(ui, job_refresh(ui->app, p->name, 0, &err),
		    p->name, &ui_renewing, &err);
}

static void
delete(struct ui *ui, const struct profile *p)
{
	if (ui_is_busy(ui))
		return;
	if (ui->rows.marks > 0)
		forget_open(ui);
	else
		delete_open(ui, p->name);
}

static void
export(struct ui *ui, const struct profile *p)
{
	if (ui->rows.marks == 0)
		export_open(ui, p->name);
	else if (!ui_is_busy(ui))
		export_open(ui, NULL);
}

/* What is done with the selected profile, or with the marked ones. */
static void
act_profile(struct ui *ui, const struct profile *p, enum action action)
{
	switch (action) {
	case ACTION_OPEN:
	case ACTION_PANE:
		detail_open(ui);
		break;
	case ACTION_USE:
		use_open(ui, p->name);
		break;
	case ACTION_LEND:
		lend_open(ui, p);
		break;
	case ACTION_RENAME:
		rename_open(ui, p->name);
		break;
	case ACTION_USAGE:
		usage_open(ui, p->name);
		break;
	case ACTION_EXPORT:
		export(ui, p);
		break;
	case ACTION_REFRESH:
		refresh(ui, p);
		break;
	case ACTION_LOGIN:
		if (!ui_is_busy(ui))
			login_begin(ui, p->name);
		break;
	case ACTION_DELETE:
		delete(ui, p);
		break;
	case ACTION_MARK:
		mark(ui);
		break;
	default:
		break;
	}
}

/* What is done with marked ones, and else with all of the tenant, which then
 * are marked: so one sees which. */
static void
act_tenant(struct ui *ui, const struct tree_tenant *tenant,
    enum action action)
{
	if (action != ACTION_TENANT_REFRESH &&
	    action != ACTION_TENANT_EXPORT && action != ACTION_TENANT_DELETE)
		return;
	if (ui->rows.marks == 0)
		rows_mark_tenant(&ui->rows, tenant, true);
	if (action == ACTION_TENANT_REFRESH)
		refresh(ui, NULL);
	else if (action == ACTION_TENANT_EXPORT)
		export(ui, NULL);
	else
		delete(ui, NULL);
}

static void
act_list(struct ui *ui, void *state, enum action action)
{
	const struct profile *p = ui_selected(ui);

	if (ui->list.count == 0 && scroll_act(state, action))
		return;
	ui->message[0] = '\0';
	switch (action) {
	case ACTION_ADD:
		if (!ui_is_busy(ui))
			name_open(ui);
		break;
	case ACTION_FILTER:
		filter_open(ui);
		break;
	case ACTION_FIND:
		find_open(ui);
		break;
	case ACTION_SORT:
		sort_by(ui, (enum rows_sort)((ui->rows.sort + 1) % SORTS));
		break;
	case ACTION_INVERT:
		rows_invert(&ui->rows);
		break;
	case ACTION_CLEAR:
		clear(ui);
		break;
	case ACTION_UNDO:
		undo(ui);
		break;
	case ACTION_IMPORT:
		import_open(ui, true);
		break;
	case ACTION_AUDIT:
		audit_open(ui);
		break;
	case ACTION_DOCTOR:
		doctor_open(ui);
		break;
	case ACTION_SETTINGS:
		settings_open(ui);
		break;
	case ACTION_MESSAGES:
		messages_open(ui);
		break;
	case ACTION_QUIT:
		ui->quit = true;
		break;
	default:
		if (list_move(ui, action) || list_act_tree(ui, action))
			break;
		if (p != NULL)
			act_profile(ui, p, action);
		else if (ui_selected_tenant(ui) != NULL)
			act_tenant(ui, ui_selected_tenant(ui), action);
	}
	/* How far many are is no answer to a key, and stays. */
	if (ui->message[0] == '\0')
		batch_tell(ui);
}

/* The heading of a column. */
static void
click_list(struct ui *ui, void *state, int part)
{
	(void)state;
	sort_by(ui, (enum rows_sort)part);
}

uint64_t
list_where(const struct ui *ui)
{
	const struct tree_tenant *tenant = ui_selected_tenant(ui);

	if (ui->list.count == 0)
		return ON_EMPTY;
	return (tenant == NULL ? ON_LIST :
	    tenant->folded ? ON_FOLDED : ON_UNFOLDED) |
	    (ui->rows.tree.tenants > 0 ? ON_TREE : 0) |
	    (ui->rows.filter.length > 0 || ui->rows.has_marks ||
	    ui->batch != NULL ? ON_CHOSEN : 0);
}

/* Renewals and sign-outs report here, whatever lies above. */
static void
job_on_list(struct ui *ui, void *state)
{
	const struct job_view *view = job_view(ui->job);

	(void)state;
	if (view->state == JOB_FAILED) {
		ui_reload(ui, NULL);
		ui_say_error(ui, &view->error);
		batch_note(ui, &view->error);
	} else if (view->state == JOB_DONE) {
		ui_reload(ui, NULL);
		ui_say(ui, STYLE_GOOD, _(ui->job_work->done),
		    ui->job_profile);
		batch_note(ui, NULL);
	} else if (view->state == JOB_WAITING_FOR_LOCK &&
	    view->error.code == ERROR_BUSY)
		ui_say(ui, STYLE_WARNING, "%s", view->error.text);
}

static const struct screen_type list_type = {
	.on = ON_LIST,
	.where = list_where,
	.draw = list_draw,
	.act = act_list,
	.click = click_list,
	.job = job_on_list,
	.ticks = list_ticks,
	.release = free,
};

void
list_open(struct ui *ui)
{
	/* What scrolls is what stands there while there is no profile. */
	struct scroll *scroll = calloc(1, sizeof *scroll);

	if (scroll != NULL)
		ui_push(ui, &list_type, scroll);
}
