/*
 * The filter while it is typed. It lies over the list, which shows it: every
 * key changes at once what is listed.
 */
#include "config.h"

#include "ui/list.h"

static void
end(struct ui *ui)
{
	ui->filtering = false;
	ui_pop(ui);
}

static void
draw_filter(struct ui *ui, void *state)
{
	struct list_layout l;

	(void)state;
	list_lay_out(ui, &l);
	term_text_padded(l.keys, 0, l.columns, STYLE_NORMAL, "");
	ui_draw_keys(l.keys, 1, l.columns - 2, ON_FILTER);
}

static bool
type_filter(struct ui *ui, void *state, int key)
{
	struct field *filter = &ui->rows.filter;

	(void)state;
	if (key == TERM_BACKSPACE && filter->length == 0) {
		end(ui);
		return true;
	}
	if (!field_type(filter, key))
		return false;
	ui_show(ui, false);
	return true;
}

static void
act_filter(struct ui *ui, void *state, enum action action)
{
	(void)state;
	if (action == ACTION_CLEAR) {
		field_set(&ui->rows.filter, "");
		ui_show(ui, false);
		end(ui);
	} else if (action == ACTION_KEEP) {
		/* From now on it is this one that is selected. */
		ui_select(ui, ui->selected);
		end(ui);
	} else
		list_move(ui, action);
}

static const struct screen_type filter_type = {
	.on = ON_FILTER,
	.draw = draw_filter,
	.type = type_filter,
	.act = act_filter,
	.ticks = list_ticks,
};

void
filter_open(struct ui *ui)
{
	ui->filtering = true;
	ui_push(ui, &filter_type, NULL);
}
