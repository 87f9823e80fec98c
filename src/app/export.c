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
#include "app/login.h"
#include "app/status.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "formats/consumer.h"
#include "oauth/issuer.h"
#include "storage/audit.h"

#define ID_MAX ((size_t)256)

/* What a program's file of logins may be, and how deep it keeps its tokens. */
#define LOGIN_FILE_MAX ((size_t)1024 * 1024)
#define LOGIN_FILE_DEPTH 3

/* The access token must be worth handing over. */
int
export_check_usable(const struct profile *profile, struct error *err)
{
	int64_t now = time_now();
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);

	if (status_check_damage(profile, err) != 0 ||
	    login_check_held(profile, err) != 0)
		return -1;
	if (profile->expires_at > now)
		return 0;
	if (status == PROFILE_NEEDS_LOGIN) {
		error_set(err, ERROR_NEEDS_LOGIN,
		    _("the access token of '%s' is over, and it needs a "
		    "login"), profile->name);
		return error_step(err, _("sign in again: chatelaine login "
		    "%s"), profile->name);
	}
	error_set(err, ERROR_FAILED, _("the access token of '%s' is over"),
	    profile->name);
	if (profile->owner != NULL)
		return error_step(err, _("%s, which has it, renews it when it "
		    "runs; or take it back: chatelaine take-back %s"),
		    profile->owner, profile->name);
	return error_step(err, _("renew it first: chatelaine refresh %s"),
	    profile->name);
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
	    settings_text(app->settings, SETTING_MODEL), err);
	if (input.model == NULL)
		return -1;
	if (login_load(app, name, &profile, err) != 0 ||
	    issuer_check(app->backend, err) != 0)
		goto out;
	if (format->secret && export_check_usable(&profile, err) != 0)
		goto out;
	if (format->secret &&
	    login_load_credential(app, name, &credential, err) != 0)
		goto out;
	/* What goes into headers and scripts has no line break in it. */
	if ((profile.account_id != NULL &&
	    !text_is_visible_ascii(profile.account_id, ID_MAX))) {
		error_set(err, ERROR_FAILED,
		    _("'%s' has characters in its account id that none has"),
		    name);
		error_step(err, _("sign in again: chatelaine login %s "
		    "--replace"), name);
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
	result = app_note_first(app, AUDIT_EXPORT, name, detail.data, err);
	buffer_release(&detail);
	return result;
}

/* True if a file of JSON has a refresh token anywhere near the top. */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): @depth ends it. */
has_refresh_token(const struct json *object, int depth)
{
	static const char *const keys[] = { "refresh_token", "refresh" };
	const char *token;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		token = json_string(object, keys[i]);
		if (token != NULL && *token != '\0')
			return true;
	}
	for (const struct json *child = depth == 0 ? NULL :
	    json_first(object); child != NULL; child = json_next(child))
		if (has_refresh_token(child, depth - 1))
			return true;
	return false;
}

/* True if a file of OpenCode or pi has more in it than our entry, which a whole
 * new file would lose. */
static bool
has_others(const struct format *format, const struct json *there)
{
	const struct consumer *consumer = consumer_find(format->name, NULL);
	const struct json *member;

	if (consumer == NULL || consumer->entry == NULL)
		return false;
	member = json_first(there);
	if (member != NULL && json_get(there, consumer->entry) == member)
		member = json_next(member);
	return member != NULL;
}

/* Look before you write: a login in the file's place would be lost. rename()
 * would say of a directory what it is only after a token was on the disk. */
static int
check_place(int dir, const char *name, const struct format *format,
    bool force, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct json *there = NULL;
	struct stat st;
	int result = 0;

	if (fstatat(dir, name, &st, 0) != 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_FAILED,
		    _("%s is there and is not a file; name another one"),
		    name);
	if (!force && file_read(dir, name, LOGIN_FILE_MAX, &text, NULL,
	    NULL) == 0)
		there = json_parse(text.data, text.length, NULL);
	if (has_refresh_token(there, LOGIN_FILE_DEPTH)) {
		error_set(err, ERROR_REFUSED,
		    _("%s holds a login with its refresh token, which would "
		    "be lost; move it away first, or name another file"),
		    name);
		result = error_step(err, "%s", _("--force overwrites it"));
	}
	if (result == 0 && has_others(format, there)) {
		error_set(err, ERROR_REFUSED,
		    _("%s holds more than this login, which would be lost; "
		    "'chatelaine use' keeps the rest"), name);
		result = error_step(err, "%s", _("--force overwrites it"));
	}
	json_free(there);
	buffer_release(&text);
	return result;
}

/* The note comes before the file: what cannot be noted must not happen. */
static int
write_to(struct app *app, const char *name, const struct format *format,
    const char *model, int dir, const char *path, const char *base_name,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = -1;

	if (export_print(app, name, format, model, false, &text, err) == 0 &&
	    export_note(app, name, format, path, err) == 0) {
		result = file_write(dir, base_name, text.data, text.length,
		    err);
		if (result != 0)
			app_note(app, AUDIT_EXPORT, name, path, err);
	}
	buffer_release(&text);
	return result;
}

/* @path is what is told of, @dir is where it would be. */
static int
check_work_tree(const struct format *format, const char *dir,
    const char *path, struct error *err)
{
	if (!format->secret || !is_in_work_tree(dir))
		return 0;
	error_set(err, ERROR_REFUSED,
	    _("%s is in a git work tree, where a secret is soon "
	    "committed; choose another place"), path);
	return error_step(err, "%s", _("--force writes it all the same"));
}

void
export_file_name(const char *name, const struct format *format,
    struct buffer *out)
{
	char flat[STORE_NAME_MAX + 1];

	store_flat_name(flat, name);
	buffer_addf(out, "%s.%s", flat, format->file);
}

int
export_check_folder(const struct format *format, const char *folder,
    struct error *err)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return error_set_errno(err, errno, _("cannot write to %s"),
		    folder);
	close(dir);
	return check_work_tree(format, folder, folder, err);
}

int
export_write(struct app *app, const char *name, const struct format *format,
    const char *model, const char *path, bool force, struct error *err)
{
	char *for_dir = strdup(path), *for_base = strdup(path);
	const char *dir_name, *base_name;
	int dir = -1, result = -1;

	if (for_dir == NULL || for_base == NULL) {
		error_no_memory(err);
		goto out;
	}
	dir_name = dirname(for_dir);
	base_name = basename(for_base);
	if (!force && check_work_tree(format, dir_name, path, err) != 0)
		goto out;
	dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		error_set_errno(err, errno, _("cannot write to %s"), dir_name);
	else if (check_place(dir, base_name, format, force, err) == 0)
		result = write_to(app, name, format, model, dir, path,
		    base_name, err);
out:
	if (dir >= 0)
		close(dir);
	free(for_dir);
	free(for_base);
	return result;
}
