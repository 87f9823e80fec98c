#include "config.h"

#include <string.h>

#include "app/doctor.h"
#include "app/here.h"
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

static void
set_environment(struct json *object, const struct findings *findings)
{
	static const char *const disks[] = {
		[DISK_PLAIN] = NULL,
		[DISK_SHARED] = "locks",
		[DISK_WITHOUT_MODES] = "modes",
	};
	struct json *environment = json_set_object(object, "environment");
	struct buffer proxy = BUFFER_INIT;

	doctor_add_proxy(findings, &proxy);
	json_set_string(environment, "certificates",
	    doctor_authorities(findings));
	json_set_string(environment, "certificates_from",
	    findings->authorities);
	json_set_string(environment, "proxy", proxy.length > 0 ? proxy.data :
	    NULL);
	json_set_string(environment, "proxy_from", findings->proxy);
	json_set_string(environment, "file_system", findings->file_system);
	json_set_string(environment, "file_system_lacks",
	    disks[findings->disk]);
	buffer_release(&proxy);
}

/* Which profile a command is about that names none, where this is called. */
static int
look_here(const struct cli *cli, char name[STORE_NAME_MAX + 1],
    struct buffer *from, struct error *why)
{
	int found = here_choose(cli->app, name, from, why);

	if (found == 1 && from->length == 0)
		buffer_add_string(from, "programs");
	return found;
}

static void
set_here(struct json *object, const struct cli *cli)
{
	char name[STORE_NAME_MAX + 1];
	struct buffer from = BUFFER_INIT;
	struct error why = ERROR_INIT;
	struct json *here = json_set_object(object, "here");
	int found = look_here(cli, name, &from, &why);

	json_set_string(here, "profile", found == 1 ? name : NULL);
	json_set_string(here, "chosen_by", found == 1 ? from.data : NULL);
	json_set_string(here, "trouble", found < 0 ? why.text : NULL);
	buffer_release(&from);
}

static int
say_here(const struct cli *cli, struct error *err)
{
	char name[STORE_NAME_MAX + 1];
	struct buffer from = BUFFER_INIT;
	struct error why = ERROR_INIT;
	int found = look_here(cli, name, &from, &why), result;

	if (found < 0)
		result = cli_say(cli, err, _("profile here: none; %s"),
		    why.text);
	else if (found == 0)
		result = cli_say(cli, err, "%s", _("profile here: none"));
	else if (strchr(from.data, '/') != NULL)
		result = cli_say(cli, err, _("profile here: '%s', by %s"),
		    name, from.data);
	else
		result = cli_say(cli, err, _("profile here: '%s', which "
		    "programs show"), name);
	buffer_release(&from);
	return result;
}

static int
print_json(const struct cli *cli, const struct findings *findings,
    struct error *err)
{
	struct json *object = json_object(), *list, *one;
	struct buffer text = BUFFER_INIT;
	int result = -1;

	json_set_integer(object, "schema", 1);
	json_set_integer(object, "refresh_tokens", (int64_t)findings->tokens);
	json_set_integer(object, "places", (int64_t)findings->places);
	set_sandbox(object, findings);
	set_environment(object, findings);
	set_here(object, cli);
	list = json_set_array(object, "findings");
	for (size_t i = 0; i < findings->count; i++) {
		one = json_append_object(list);
		json_set_string(one, "kind",
		    doctor_kind_word(findings->finding[i].kind));
		json_set_string(one, "message", findings->finding[i].text);
		json_set_string(one, "remedy", findings->finding[i].remedy);
		json_set_string(one, "fix",
		    doctor_fix_word(findings->finding[i].fix));
	}
	if (json_print(object, JSON_LINE, &text, err) == 0) {
		buffer_add_char(&text, '\n');
		result = cli_write(&text, err);
	}
	buffer_release(&text);
	return result;
}

/* @plan: what would be mended is said of each. */
static void
add_finding(const struct finding *finding, bool plan, struct buffer *out)
{
	struct buffer fix = BUFFER_INIT;

	text_add_safe(out, finding->text);
	buffer_add_char(out, '\n');
	if (finding->remedy != NULL && finding->fix != FIX_DONE) {
		buffer_add_string(out, "    ");
		text_add_safe(out, finding->remedy);
		buffer_add_char(out, '\n');
	}
	if (plan || finding->fix != FIX_WOULD)
		finding_add_fix(finding, &fix);
	if (fix.length > 0) {
		buffer_add_string(out, "    ");
		text_add_safe(out, fix.data);
		buffer_add_char(out, '\n');
	}
	out->failed |= fix.failed;
	buffer_release(&fix);
}

static int
say_well(const struct cli *cli, const struct findings *findings,
    struct error *err)
{
	/* Two numbers, of which only one can be in a plural form. */
	if (findings->tokens == 0)
		return cli_say(cli, err, _("all is well: no refresh token yet; "
		    "places of programs looked at: %zu"), findings->places);
	return cli_say(cli, err, ngettext("all is well: %zu refresh token, in "
	    "one file; places of programs looked at: %zu", "all is well: %zu "
	    "refresh tokens, each in one file; places of programs looked at: "
	    "%zu", findings->tokens), findings->tokens, findings->places);
}

static int
print_text(const struct cli *cli, const struct findings *findings, bool plan,
    struct error *err)
{
	const size_t done = findings_count(findings, FIX_DONE);
	const size_t would = findings_count(findings, FIX_WOULD);
	struct buffer text = BUFFER_INIT;
	int result;

	for (size_t i = 0; i < findings->count; i++)
		add_finding(&findings->finding[i], plan, &text);
	result = cli_write(&text, err);
	if (result == 0 && findings->count == done)
		result = say_well(cli, findings, err);
	else if (result == 0 && would > 0 && !plan)
		result = cli_say(cli, err, ngettext("'chatelaine doctor --fix' "
		    "mends %zu of these; nothing is lost by that",
		    "'chatelaine doctor --fix' mends %zu of these; nothing is "
		    "lost by that", would), would);
	buffer_clear(&text);
	for (int i = 0; result == 0 &&
	    doctor_add_environment(findings, i, &text); i++) {
		result = buffer_ok(&text, err) ?
		    cli_say(cli, err, "%s", text.data) : -1;
		buffer_clear(&text);
	}
	buffer_release(&text);
	return result == 0 ? say_here(cli, err) : -1;
}

int
cli_run_doctor(struct cli *cli, struct error *err)
{
	const bool plan = cli->value[OPTION_DRY_RUN] != NULL;
	struct findings findings;
	int result;

	result = cli->value[OPTION_FIX] != NULL && !plan ?
	    doctor_fix(cli->app, &findings, err) :
	    doctor_look(cli->app, &findings, err);
	if (result == 0)
		result = cli->value[OPTION_JSON] != NULL ?
		    print_json(cli, &findings, err) :
		    print_text(cli, &findings, plan, err);
	/* For who monitors it: something is to be done. */
	if (result == 0 &&
	    findings.count > findings_count(&findings, FIX_DONE))
		cli->status = ERROR_FAILED;
	findings_release(&findings);
	return result;
}
