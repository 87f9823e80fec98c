/*
 * The screens that lie on each other, and what a key or a click is to the one
 * on top.
 */
#include "config.h"

#include "ui/screen.h"

void
ui_push(struct ui *ui, const struct screen_type *type, void *state)
{
	if (ui->depth == SCREENS_MAX) {
		if (type->release != NULL)
			type->release(state);
		return;
	}
	ui->stack[ui->depth].type = type;
	ui->stack[ui->depth].state = state;
	ui->depth++;
}

void
ui_pop(struct ui *ui)
{
	struct screen *screen = &ui->stack[--ui->depth];

	if (screen->type->release != NULL)
		screen->type->release(screen->state);
}

void
ui_retype(struct ui *ui, const void *state, const struct screen_type *type)
{
	for (int i = 0; i < ui->depth; i++)
		if (ui->stack[i].state == state)
			ui->stack[i].type = type;
}

static const struct screen *
top(const struct ui *ui)
{
	return &ui->stack[ui->depth - 1];
}

uint64_t
ui_where(const struct ui *ui)
{
	const struct screen_type *type = top(ui)->type;

	return type->where != NULL ? type->where(ui) : type->on;
}

void
ui_act(struct ui *ui, enum action action)
{
	const struct screen *screen = top(ui);

	if ((action_info[action].screens & ui_where(ui)) == 0 ||
	    action == ACTION_CLICK_PART)
		return;	/* what is not hot does nothing */
	if (action == ACTION_REDRAW)
		term_redraw();
	else if (action == ACTION_HELP)
		help_open(ui, ui_where(ui));
	else
		screen->type->act(ui, screen->state, action);
}

/* What is clicked on is meant, whatever is being typed. */
static void
click(struct ui *ui, int spot)
{
	const struct screen *screen = top(ui);

	if (spot < ACTIONS)
		ui_act(ui, (enum action)spot);
	else if (screen->type->click != NULL)
		screen->type->click(ui, screen->state, spot - ACTIONS);
}

void
ui_key(struct ui *ui, int key)
{
	const struct screen *screen = top(ui);
	enum action action;

	if (key >= TERM_SPOT) {
		click(ui, key - TERM_SPOT);
		return;
	}
	if (screen->type->type != NULL &&
	    screen->type->type(ui, screen->state, key))
		return;
	action = action_find(key, ui_where(ui));
	if (action != ACTIONS)
		ui_act(ui, action);
}

void
ui_hot_key(int line, int column, int width, enum action action)
{
	term_hot(line, column, width, TERM_SPOT + (int)action);
}

void
ui_hot_part(int line, int column, int width, int part)
{
	term_hot(line, column, width, TERM_SPOT + ACTIONS + part);
}
