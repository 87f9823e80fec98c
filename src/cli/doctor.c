#include "config.h"

#include "app/doctor.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"

static void
set_parts(struct json *object, const char *name, unsigned int parts)
{
	struct json *list = json_set_array(object, name);

	for (unsigned int part = 0; part < SANDBOX_PARTS; part++)
		if ((parts & SANDBOX_PART(part)) != 0)
			json_append_string(list, sandbox_word(part));
}

static void
set_sandbox(struct json *object, const struct findings *findings)
{
	struct json *sandbox = json_set_object(object, "sandbox");

	json_set_integer(sandbox, "landlock", findings->landlock);
	set_parts(sandbox, "chatelaine-oauth", findings->helper);
	set_parts(sandbox, "looking", findings->offline);
}

static int
print_json(const struct findings *findings, struct error *err)
{
	struct json *object = json_object(), *list, *one;
	struct buffer text = BUFFER_INIT;
	int result = -1;

	json_set_integer(object, "schema", 1);
	json_set_integer(object, "refresh_tokens", (int64_t)findings->tokens);
	json_set_integer(object, "places", (int64_t)findings->places);
	set_sandbox(object, findings);
	list = json_set_array(object, "findings");
	for (size_t i = 0; i < findings->count; i++) {
		one = json_append_object(list);
		json_set_string(one, "kind",
		    doctor_kind_word(findings->finding[i].kind));
		json_set_string(one, "message", findings->finding[i].text);
		json_set_string(one, "remedy", findings->finding[i].remedy);
	}
	if (json_print(object, JSON_LINE, &text, err) == 0) {
		buffer_add_char(&text, '\n');
		result = cli_write(&text, err);
	}
	buffer_release(&text);
	return result;
}

static int
print_findings(const struct findings *findings, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result;

	for (size_t i = 0; i < findings->count; i++) {
		text_add_safe(&text, findings->finding[i].text);
		buffer_add_char(&text, '\n');
		if (findings->finding[i].remedy == NULL)
			continue;
		buffer_add_string(&text, "    ");
		text_add_safe(&text, findings->finding[i].remedy);
		buffer_add_char(&text, '\n');
	}
	result = cli_write(&text, err);
	buffer_release(&text);
	if (result != 0 || findings->count > 0)
		return result;
	if (findings->tokens == 0)
		return cli_say(err, _("all is well: no refresh token yet; "
		    "%zu places of programs looked at"), findings->places);
	return cli_say(err, ngettext("all is well: %zu refresh token, in one "
	    "file; %zu places of programs looked at", "all is well: %zu "
	    "refresh tokens, each in one file; %zu places of programs looked "
	    "at", findings->tokens), findings->tokens, findings->places);
}

static int
print_text(const struct findings *findings, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = print_findings(findings, err);

	doctor_add_sandbox(findings, &text);
	if (result == 0)
		result = cli_say(err, "%s", text.data);
	buffer_release(&text);
	return result;
}

int
cli_run_doctor(struct cli *cli, struct error *err)
{
	struct findings findings;
	int result;

	result = doctor_look(cli->app, &findings, err);
	if (result == 0)
		result = cli->value[OPTION_JSON] != NULL ?
		    print_json(&findings, err) : print_text(&findings, err);
	/* For who monitors it: something is to be done. */
	if (result == 0 && findings.count > 0)
		cli->status = ERROR_FAILED;
	findings_release(&findings);
	return result;
}
