#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cli/report.h"
#include "storage/record.h"

void
report_store(const struct app *app, struct buffer *path)
{
	char real[PATH_MAX];

	buffer_add_string(path, realpath(store_path(app->store), real) != NULL ?
	    real : store_path(app->store));
}

static void
set_tenant(struct json *object, const char *name)
{
	const char *slash = strchr(name, '/');
	struct buffer tenant = BUFFER_INIT;

	if (slash == NULL) {
		json_set_null(object, "tenant");
		return;
	}
	buffer_add(&tenant, name, (size_t)(slash - name));
	json_set_buffer(object, "tenant", &tenant);
	buffer_release(&tenant);
}

static void
set_path(struct json *object, const struct app *app, const char *name)
{
	struct buffer path = BUFFER_INIT;

	report_store(app, &path);
	buffer_addf(&path, "/%s", name);
	json_set_buffer(object, "path", &path);
	buffer_release(&path);
}

void
report_profile(struct json *object, const struct app *app,
    const struct profile *profile, int64_t now)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);
	struct json *targets, *warnings;

	json_set_string(object, "name", profile->name);
	set_tenant(object, profile->name);
	json_set_string(object, "email", profile->email);
	json_set_string(object, "plan", profile->plan);
	json_set_string(object, "user_id", profile->user_id);
	json_set_string(object, "account_id", profile->account_id);
	json_set_string(object, "status", profile_status_word(status));
	json_set_string(object, "reason", profile->forbidden ?
	    "not-readable" : profile_reason_word(reason));
	json_set_bool(object, "renewable", profile->renewable &&
	    status != PROFILE_NEEDS_LOGIN && status != PROFILE_DAMAGED);
	json_set_string(object, "owner", profile->owner != NULL ?
	    profile->owner : "chatelaine");
	record_set_time(object, "expires_at", profile->expires_at);
	if (profile->expires_at == TIME_UNKNOWN)
		json_set_null(object, "expires_in");
	else
		json_set_integer(object, "expires_in",
		    profile->expires_at - now);
	record_set_time(object, "last_refresh", profile->last_refresh);
	targets = json_set_array(object, "targets");
	for (size_t i = 0; i < profile->targets.count; i++)
		json_append_string(targets, profile->targets.name[i]);
	set_path(object, app, profile->name);
	warnings = json_set_array(object, "warnings");
	if (profile->damage != NULL)
		json_append_string(warnings, profile->damage);
	for (char *const *w = profile->warning; *w != NULL; w++)
		json_append_string(warnings, *w);
}

bool
report_is_of_tenant(const char *name, const char *tenant)
{
	size_t n;

	if (tenant == NULL)
		return true;
	n = strlen(tenant);
	return strncmp(name, tenant, n) == 0 && name[n] == '/';
}
