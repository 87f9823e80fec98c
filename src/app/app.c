#include "config.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/app.h"
#include "base/buffer.h"
#include "base/i18n.h"
#include "formats/format.h"
#include "oauth/issuer.h"

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

static int
find_store(struct buffer *path, const char *option, struct error *err)
{
	const char *given = option != NULL ? option :
	    app_environment("CHATELAINE_STORE", NULL);
	const char *data = app_environment("XDG_DATA_HOME", NULL);

	if (given != NULL)
		buffer_add_string(path, given);
	else if (data != NULL && *data == '/')
		buffer_addf(path, "%s/chatelaine", data);
	else if (app_home() != NULL)
		buffer_addf(path, "%s/.local/share/chatelaine", app_home());
	else
		return error_set(err, ERROR_USAGE, "%s",
		    _("there is no home directory; name the store by "
		    "--store DIR"));
	return buffer_ok(path, err) ? 0 : -1;
}

int
app_open(struct app *app, const char *store, struct error *err)
{
	struct buffer path = BUFFER_INIT;

	memset(app, 0, sizeof *app);
	app->issuer = app_environment("CHATELAINE_ISSUER", ISSUER_DEFAULT);
	app->backend = app_environment("CHATELAINE_BACKEND",
	    FORMAT_BACKEND_DEFAULT);
	app->helper = app_environment("CHATELAINE_OAUTH",
	    PKGLIBEXECDIR "/chatelaine-oauth");
	if (find_store(&path, store, err) == 0)
		app->store = store_open(path.data, err);
	buffer_release(&path);
	return app->store == NULL ? -1 : 0;
}

int
app_init(struct app *app, const char *store, struct error *err)
{
	if (app_open(app, store, err) != 0)
		return -1;
	adopt_all(app);
	return 0;
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
