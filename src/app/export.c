#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/export.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "storage/audit.h"

#define ID_MAX ((size_t)256)

/* The access token must be worth handing over. */
static int
check_usable(const struct profile *profile, struct error *err)
{
	int64_t now = time_now();
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);

	if (status == PROFILE_DAMAGED)
		return error_set(err, ERROR_FAILED, _("'%s' is damaged: %s"),
		    profile->name, profile->damage);
	if (profile->expires_at > now)
		return 0;
	if (status == PROFILE_NEEDS_LOGIN)
		return error_set(err, ERROR_NEEDS_LOGIN,
		    _("the access token of '%s' is over; sign in again: "
		    "chatelaine login %s"), profile->name, profile->name);
	return error_set(err, ERROR_FAILED,
	    _("the access token of '%s' is over; renew it first: chatelaine "
	    "refresh %s"), profile->name, profile->name);
}

int
export_print(struct app *app, const char *name, const struct format *format,
    const char *model, bool redacted, struct buffer *out, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	struct format_input input = { .profile = name };
	struct profile profile;
	int result = -1;

	input.model = format_check_model(model != NULL ? model :
	    format_models[0], err);
	if (input.model == NULL)
		return -1;
	if (profile_load(app->store, name, &profile, err) != 0)
		goto out;
	if (format->secret && check_usable(&profile, err) != 0)
		goto out;
	if (format->secret &&
	    credential_load(app->store, name, &credential, err) != 0)
		goto out;
	/* What goes into headers and scripts has no line break in it. */
	if ((profile.account_id != NULL &&
	    !text_is_visible_ascii(profile.account_id, ID_MAX))) {
		error_set(err, ERROR_FAILED,
		    _("'%s' has characters in its account id that none has; "
		    "sign in again: chatelaine login %s --replace"), name,
		    name);
		goto out;
	}
	input.access_token = redacted ? EXPORT_REDACTED :
	    credential.access_token;
	input.id_token = redacted ? EXPORT_REDACTED : credential.id_token;
	input.account_id = profile.account_id;
	input.backend = app->backend;
	input.expires_at = profile.expires_at;
	input.last_refresh = credential.obtained_at;
	result = format->print(&input, out, err);
out:
	credential_release(&credential);
	profile_release(&profile);
	return result;
}

/* True if @dir or a directory above it is a git work tree. */
static bool
is_in_work_tree(const char *dir)
{
	char path[PATH_MAX], *slash;
	struct stat st;
	size_t n;

	if (realpath(dir, path) == NULL)
		return false;
	for (;;) {
		n = strlen(path);
		if (n + sizeof "/.git" <= sizeof path) {
			strcpy(path + n, "/.git");
			if (lstat(path, &st) == 0)
				return true;
			path[n] = '\0';
		}
		slash = strrchr(path, '/');
		if (slash == NULL || path[1] == '\0')
			return false;
		if (slash == path)
			slash++;	/* "/" itself is looked at, too */
		*slash = '\0';
	}
}

int
export_note(struct app *app, const char *name, const struct format *format,
    const char *where, struct error *err)
{
	struct buffer detail = BUFFER_INIT;
	int result;

	buffer_addf(&detail, "%s to %s", format->name, where);
	result = audit_add(app->store, AUDIT_EXPORT, name, detail.data, NULL,
	    err);
	buffer_release(&detail);
	return result;
}

static int
write_to(struct app *app, const char *name, const struct format *format,
    const char *model, const char *dir_name, const char *base_name,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct stat st;
	int dir, result = -1;

	dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_set_errno(err, errno, _("cannot write to %s"),
		    dir_name);
	/* rename() would say so only after a token was on the disk. */
	if (fstatat(dir, base_name, &st, 0) == 0 && !S_ISREG(st.st_mode))
		error_set(err, ERROR_FAILED,
		    _("%s is there and is not a file; name another one"),
		    base_name);
	else if (export_print(app, name, format, model, false, &text,
	    err) == 0)
		result = file_write(dir, base_name, text.data, text.length,
		    err);
	buffer_release(&text);
	close(dir);
	return result;
}

int
export_write(struct app *app, const char *name, const struct format *format,
    const char *model, const char *path, bool force, struct error *err)
{
	char *for_dir = strdup(path), *for_base = strdup(path);
	const char *dir_name;
	int result = -1;

	if (for_dir == NULL || for_base == NULL) {
		error_no_memory(err);
		goto out;
	}
	dir_name = dirname(for_dir);
	if (format->secret && !force && is_in_work_tree(dir_name))
		error_set(err, ERROR_REFUSED,
		    _("%s is in a git work tree, where a secret is soon "
		    "committed; choose another place, or --force"), path);
	else if (export_note(app, name, format, path, err) == 0)
		result = write_to(app, name, format, model, dir_name,
		    basename(for_base), err);
out:
	free(for_dir);
	free(for_base);
	return result;
}
