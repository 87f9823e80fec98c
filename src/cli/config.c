#include "config.h"

#include "app/settings.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"

#define COLUMNS 2		/* those that are padded: name and value */

static int
print_json(const struct settings *settings, struct error *err)
{
	struct json *object = json_object(), *list, *one;
	struct buffer text = BUFFER_INIT;
	int result = -1;

	json_set_integer(object, "schema", 1);
	json_set_string(object, "file", settings->path);
	list = json_set_array(object, "settings");
	for (int i = 0; i < SETTINGS; i++) {
		const struct setting_value *value = &settings->value[i];

		one = json_append_object(list);
		json_set_string(one, "key", setting_info[i].name);
		json_set_string(one, "value", value->text);
		json_set_string(one, "source",
		    settings_origin_word(value->origin));
		if (value->line > 0 && value->origin == ORIGIN_FILE)
			json_set_integer(one, "line", value->line);
		else
			json_set_null(one, "line");
	}
	if (json_print(object, JSON_LINE, &text, err) == 0) {
		buffer_add_char(&text, '\n');
		result = cli_write(&text, err);
	}
	buffer_release(&text);
	return result;
}

static const char *
shown(const struct settings *settings, enum setting setting)
{
	const char *text = settings_text(settings, setting);

	return text != NULL ? text : "-";
}

static int
print_table(const struct settings *settings, struct error *err)
{
	struct buffer text = BUFFER_INIT, origin = BUFFER_INIT;
	int width[COLUMNS] = { 0 }, columns, result;

	for (int i = 0; i < SETTINGS; i++) {
		columns = text_columns(setting_info[i].name);
		if (columns > width[0])
			width[0] = columns;
		columns = text_columns(shown(settings, (enum setting)i));
		if (columns > width[1])
			width[1] = columns;
	}
	for (int i = 0; i < SETTINGS; i++) {
		buffer_clear(&origin);
		settings_add_origin(settings, (enum setting)i, &origin);
		text_add_padded(&text, setting_info[i].name, width[0]);
		buffer_add_string(&text, "  ");
		text_add_padded(&text, shown(settings, (enum setting)i),
		    width[1]);
		buffer_add_string(&text, "  ");
		text_add_safe(&text, origin.data);
		buffer_add_char(&text, '\n');
		text.failed |= origin.failed;
	}
	result = cli_write(&text, err);
	buffer_release(&text);
	buffer_release(&origin);
	return result;
}

/* That it was written, and that it is of no use now, are two things. */
static int
change(const struct cli *cli, enum setting setting, const char *value,
    struct error *err)
{
	struct settings *settings = cli->app->settings;
	struct buffer origin = BUFFER_INIT;

	if (app_set(cli->app, setting, value, err) != 0)
		return -1;
	if (settings->value[setting].origin > ORIGIN_FILE) {
		settings_add_origin(settings, setting, &origin);
		cli_hint(cli, _("chatelaine: %s is given, which goes before "
		    "the config file"), origin.data);
	}
	buffer_release(&origin);
	return 0;
}

int
cli_run_config(struct cli *cli, struct error *err)
{
	struct settings *settings = cli->app->settings;
	bool unset = cli->value[OPTION_UNSET] != NULL;
	bool json = cli->value[OPTION_JSON] != NULL;
	enum setting setting;

	if (unset && (json || cli->operands != 1))
		return error_set(err, ERROR_USAGE, "%s",
		    _("config --unset wants a KEY, and nothing else"));
	if (json && cli->operands > 0)
		return error_set(err, ERROR_USAGE, "%s",
		    _("config --json shows all settings, and takes no KEY"));
	if (cli->operands == 0)
		return json ? print_json(settings, err) :
		    print_table(settings, err);
	setting = settings_find(cli->operand[0], err);
	if (setting == SETTINGS)
		return -1;
	if (unset || cli->operands == 2)
		return change(cli, setting, unset ? NULL :
		    cli->operand[1], err);
	return cli_print(err, "%s", shown(settings, setting));
}
