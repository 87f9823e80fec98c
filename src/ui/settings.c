/*
 * The settings: each with its value and where that comes from, and another
 * value for it. What is changed is in the config file, and shows, at once.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ui/choice.h"
#include "ui/field.h"
#include "ui/screen.h"

#define INDENT 2		/* of a choice */
#define NAME_COLUMNS 9
#define VALUE_MOST 28		/* columns; where each is from stands behind */

struct settings_screen {
	size_t at;
	bool typing;		/* a value for it */
	struct field field;
	struct error err;
};

/* The file is named below: here its line will do. */
static void
add_origin(const struct settings *settings, enum setting setting,
    struct buffer *out)
{
	const struct setting_value *value = &settings->value[setting];

	if (value->origin == ORIGIN_FILE)
		buffer_addf(out, _("line %d of the file"), value->line);
	else
		settings_add_origin(settings, setting, out);
}

static void
add_value(const struct settings *settings, size_t i, struct buffer *out)
{
	const char *value = settings_text(settings, (enum setting)i);

	app_add_path(out, value == NULL ? "-" : value);
}

static int
value_columns(const struct settings *settings)
{
	struct buffer value = BUFFER_INIT;
	int widest = 0, columns;

	for (size_t i = 0; i < SETTINGS; i++) {
		buffer_clear(&value);
		add_value(settings, i, &value);
		columns = text_columns(value.data);
		if (columns > widest && columns <= VALUE_MOST)
			widest = columns;
	}
	buffer_release(&value);
	return widest;
}

/* In a narrow dialog no more than what is told of the longest, so that all
 * stand below each other. */
static int
fit_value(const struct choice_dialog *c, int width)
{
	const int room = (c->inside.columns - INDENT) / 2 - NAME_COLUMNS;

	return width < room ? width : room > 0 ? room : 0;
}

static void
draw_one(const struct settings *settings, const struct settings_screen *screen,
    const struct choice_dialog *c, size_t i)
{
	int width = fit_value(c, value_columns(settings));
	struct buffer label = BUFFER_INIT, origin = BUFFER_INIT;
	struct buffer value = BUFFER_INIT;
	bool typed = screen->typing && i == screen->at;
	int used = INDENT + NAME_COLUMNS;

	text_add_padded(&label, setting_info[i].name, NAME_COLUMNS);
	if (!typed) {
		add_value(settings, i, &value);
		if (text_columns(value.data) <= width)
			text_add_padded(&label, value.data, width);
		else
			buffer_add_string(&label, value.data);
		add_origin(settings, (enum setting)i, &origin);
	}
	choice_dialog_line(c, i, i == screen->at, "", label.data, origin.data);
	if (typed && i >= c->from && i < c->to)
		field_draw(&screen->field, c->inside.line + (int)(i - c->from),
		    c->inside.column + used, c->inside.columns - used, true);
	buffer_release(&value);
	buffer_release(&label);
	buffer_release(&origin);
}

static void
draw_settings(struct ui *ui, void *state)
{
	struct settings_screen *screen = state;
	const struct settings *settings = ui->app->settings;
	struct buffer text = BUFFER_INIT;
	struct choice_dialog c;

	buffer_add_string(&text, _(setting_info[screen->at].summary));
	if (settings->path != NULL) {
		buffer_add_string(&text, _(" The file: "));
		app_add_path(&text, settings->path);
	}
	c = choice_dialog_draw(_("Settings"), screen->typing ? ON_SETTING :
	    ON_SETTINGS, SETTINGS, screen->at, &screen->err, text.data);
	for (size_t i = 0; i < SETTINGS; i++)
		draw_one(settings, screen, &c, i);
	buffer_release(&text);
}

/* --- Changing ------------------------------------------------------------- */

void
settings_apply(struct ui *ui)
{
	/* In the order of the setting's choices. */
	term_use_theme((enum term_theme)settings_choice(ui->app->settings,
	    SETTING_THEME));
}

/* False, and says why, when it could not be. */
static bool
change(struct ui *ui, struct settings_screen *screen, const char *value)
{
	enum setting setting = (enum setting)screen->at;
	struct buffer origin = BUFFER_INIT;

	if (app_set(ui->app, setting, value, &screen->err) != 0)
		return false;
	settings_apply(ui);
	if (ui->app->settings->value[setting].origin > ORIGIN_FILE) {
		add_origin(ui->app->settings, setting, &origin);
		error_set(&screen->err, ERROR_FAILED, _("%s is given, which "
		    "goes before the config file"), origin.data);
	}
	buffer_release(&origin);
	return true;
}

static const struct screen_type settings_type, typing_type;

static void
begin_typing(struct ui *ui, struct settings_screen *screen)
{
	const char *value = settings_text(ui->app->settings,
	    (enum setting)screen->at);

	screen->typing = true;
	field_set(&screen->field, value == NULL ? "" : value);
	ui_retype(ui, screen, &typing_type);
}

static void
end_typing(struct ui *ui, struct settings_screen *screen)
{
	screen->typing = false;
	ui_retype(ui, screen, &settings_type);
}

/* The next choice, or a value to be typed. */
static void
change_this(struct ui *ui, struct settings_screen *screen)
{
	const char *const *choices = setting_info[screen->at].choices;
	int next;

	if (choices == NULL) {
		begin_typing(ui, screen);
		return;
	}
	next = settings_choice(ui->app->settings,
	    (enum setting)screen->at) + 1;
	change(ui, screen, choices[choices[next] == NULL ? 0 : next]);
}

static void
act_settings(struct ui *ui, void *state, enum action action)
{
	struct settings_screen *screen = state;

	screen->err.code = ERROR_NONE;
	switch (action) {
	case ACTION_NEXT_FIELD:
	case ACTION_DOWN:
	case ACTION_DOWN_VI:
	case ACTION_WHEEL_DOWN_LINE:
		if (screen->at + 1 < SETTINGS)
			screen->at++;
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
	case ACTION_UP_VI:
	case ACTION_WHEEL_UP_LINE:
		if (screen->at > 0)
			screen->at--;
		break;
	case ACTION_CHANGE:
		change_this(ui, screen);
		break;
	case ACTION_UNSET:
		change(ui, screen, NULL);
		break;
	case ACTION_BACK:
		ui_pop(ui);
		break;
	default:
		break;
	}
}

/* The first click goes there, the next one changes it. */
static void
click_settings(struct ui *ui, void *state, int part)
{
	struct settings_screen *screen = state;

	screen->err.code = ERROR_NONE;
	if (screen->at == (size_t)part)
		change_this(ui, screen);
	screen->at = (size_t)part;
}

static bool
type_value(struct ui *ui, void *state, int key)
{
	struct settings_screen *screen = state;

	(void)ui;
	if (!field_type(&screen->field, key))
		return false;
	screen->err.code = ERROR_NONE;
	return true;
}

static void
act_typing(struct ui *ui, void *state, enum action action)
{
	struct settings_screen *screen = state;

	screen->err.code = ERROR_NONE;
	if (action == ACTION_CANCEL || (action == ACTION_SET &&
	    change(ui, screen, screen->field.text)))
		end_typing(ui, screen);
}

static const struct screen_type settings_type = {
	.on = ON_SETTINGS,
	.draw = draw_settings,
	.act = act_settings,
	.click = click_settings,
	.release = free,
};

static const struct screen_type typing_type = {
	.on = ON_SETTING,
	.draw = draw_settings,
	.type = type_value,
	.act = act_typing,
	.release = free,
};

void
settings_open(struct ui *ui)
{
	struct settings_screen *screen = calloc(1, sizeof *screen);

	if (screen != NULL)
		ui_push(ui, &settings_type, screen);
}
