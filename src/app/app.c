#include "config.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/app.h"
#include "base/i18n.h"
#include "formats/format.h"

const char *
app_environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : otherwise;
}

const char *
app_home(void)
{
	const char *path = app_environment("HOME", NULL);
	const struct passwd *pw;

	if (path != NULL)
		return path;
	pw = getpwuid(geteuid());
	return pw == NULL ? NULL : pw->pw_dir;
}

void
app_add_path(struct buffer *out, const char *path)
{
	const char *home = app_home();
	size_t n = home == NULL ? 0 : strlen(home);

	if (n > 1 && strncmp(path, home, n) == 0 && path[n] == '/')
		buffer_addf(out, "~%s", path + n);
	else
		buffer_add_string(out, path);
}

int
app_open(struct app *app, struct settings *settings, struct error *err)
{
	const char *store = settings_text(settings, SETTING_STORE);

	memset(app, 0, sizeof *app);
	app->settings = settings;
	app->issuer = settings_text(settings, SETTING_ISSUER);
	app->backend = app_environment("CHATELAINE_BACKEND",
	    FORMAT_BACKEND_DEFAULT);
	app->helper = app_environment("CHATELAINE_OAUTH",
	    PKGLIBEXECDIR "/chatelaine-oauth");
	if (store == NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("there is no home directory; name the store by "
		    "--store DIR"));
	app->store = store_open(store, err);
	return app->store == NULL ? -1 : 0;
}

int
app_init(struct app *app, struct settings *settings, struct error *err)
{
	if (app_open(app, settings, err) != 0)
		return -1;
	adopt_all(app);
	return 0;
}

int
app_set(struct app *app, enum setting setting, const char *value,
    struct error *err)
{
	int result = settings_set(app->settings, setting, value, err);

	app->issuer = settings_text(app->settings, SETTING_ISSUER);
	return result;
}

void
app_stay_offline(const struct app *app, bool writes)
{
	struct sandbox sandbox = { .parts = APP_OFFLINE_PARTS };

	if (writes || app->store == NULL)
		sandbox.parts &= ~(SANDBOX_PART(SANDBOX_WRITING) |
		    SANDBOX_PART(SANDBOX_TRUNCATION));
	else
		sandbox.writable = store_path(app->store);
	sandbox_enter(&sandbox);
}

void
app_note(struct app *app, enum audit_event event, const char *profile,
    const char *detail, const struct error *why)
{
	audit_add(app->store, event, profile, detail, why, &app->unnoted);
}

int
app_note_first(struct app *app, enum audit_event event, const char *profile,
    const char *detail, struct error *err)
{
	struct error why = ERROR_INIT;

	if (audit_add(app->store, event, profile, detail, NULL, &why) == 0)
		return 0;
	if (why.code != ERROR_FAILED || error_is_passing(&why))
		return error_give(err, &why);
	error_set(err, ERROR_FAILED, _("nothing is handed out that the audit "
	    "log cannot have: %s"), why.text);
	return why.step[0] == '\0' ? -1 : error_step(err, "%s", why.step);
}

bool
app_unnoted(struct app *app, struct buffer *out)
{
	if (app->unnoted.code == ERROR_NONE)
		return false;
	buffer_addf(out, _("this is not in the audit log: %s"),
	    app->unnoted.text);
	app->unnoted.code = ERROR_NONE;
	return true;
}

void
app_time(const struct app *app, char text[TIME_TEXT_SIZE], int64_t when)
{
	time_format_local(text, when, settings_choice(app->settings,
	    SETTING_CLOCK) == SETTING_CLOCK_12);
}

void
app_release(struct app *app)
{
	store_close(app->store);
	app->store = NULL;
}

const char *
app_terms(void)
{
	return _("chatelaine signs in with your ChatGPT account, as the Codex "
	    "client does, so that programs on this machine can use your "
	    "subscription. Your use of it falls under OpenAI's Terms of Use "
	    "(https://openai.com/policies/terms-of-use). Whether your plan "
	    "and your workspace allow it is between you and OpenAI. The "
	    "tokens stay in this machine's store, readable by you alone.");
}
