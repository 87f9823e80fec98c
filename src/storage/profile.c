#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/stamp.h"
#include "base/time.h"
#include "storage/pending.h"
#include "storage/profile.h"
#include "storage/record.h"


static const char *const status_words[] = {
	[PROFILE_OK] = "ok",
	[PROFILE_EXPIRING_SOON] = "expiring",
	[PROFILE_EXPIRED] = "expired",
	[PROFILE_IN_DOUBT] = "in-doubt",
	[PROFILE_ACCESS_ONLY] = "access-only",
	[PROFILE_NEEDS_LOGIN] = "needs-login",
	[PROFILE_DAMAGED] = "damaged",
};

static const char *const reason_words[] = {
	[REASON_NONE] = NULL,
	[REASON_REUSED] = "reused",
	[REASON_EXPIRED] = "expired",
	[REASON_REVOKED] = "revoked",
	[REASON_NO_REFRESH_TOKEN] = "no-refresh-token",
};

#define REASONS (sizeof reason_words / sizeof reason_words[0])

const char *
profile_status_word(enum profile_status status)
{
	return status_words[status];
}

const char *
profile_reason_word(enum profile_reason reason)
{
	return reason_words[reason];
}

static enum profile_reason
reason_of(const char *word)
{
	for (size_t i = 1; word != NULL && i < REASONS; i++)
		if (strcmp(word, reason_words[i]) == 0)
			return (enum profile_reason)i;
	return REASON_NONE;
}

enum profile_status
profile_status(const struct profile *profile, int64_t now,
    enum profile_reason *reason)
{
	bool over = profile->expires_at == TIME_UNKNOWN ||
	    profile->expires_at <= now;

	*reason = REASON_NONE;
	if (profile->damage != NULL)
		return PROFILE_DAMAGED;
	if (profile->refused != REASON_NONE &&
	    profile->refused_generation == profile->generation) {
		*reason = profile->refused;
		return PROFILE_NEEDS_LOGIN;
	}
	if (profile->in_doubt)
		return PROFILE_IN_DOUBT;
	if (!profile->renewable) {
		if (!over)
			return PROFILE_ACCESS_ONLY;
		*reason = REASON_NO_REFRESH_TOKEN;
		return PROFILE_NEEDS_LOGIN;
	}
	if (over)
		return PROFILE_EXPIRED;
	return profile->expires_at - now < PROFILE_EXPIRING ?
	    PROFILE_EXPIRING_SOON : PROFILE_OK;
}

static int
read_refusal(struct profile *profile, const struct json *object,
    struct error *err)
{
	const struct json *error = json_get(object, "error");

	profile->refused = reason_of(json_string(error, "reason"));
	if (json_integer(error, "generation",
	    &profile->refused_generation) != 0)
		profile->refused = REASON_NONE;
	return record_copy(&profile->refused_message, error, "message", err);
}

static int
read_owner(struct profile *profile, const struct json *object,
    struct error *err)
{
	const char *owner = json_string(object, "owner");
	const char *path = json_string(object, "owner_path");

	/* "chatelaine", and what a hand made of it. */
	if (owner == NULL || *owner == '\0' || path == NULL || *path != '/')
		return 0;
	free(profile->owner);
	free(profile->owner_path);
	profile->owner = profile->owner_path = NULL;
	if (record_copy(&profile->owner, object, "owner", err) != 0 ||
	    record_copy(&profile->owner_path, object, "owner_path", err) != 0)
		return -1;
	return 0;
}

static int
read_profile(int dir, struct profile *profile, struct error *err)
{
	struct file_facts facts;
	struct json *object;
	int result = -1;

	object = record_read(dir, PROFILE_FILE, &facts, err);
	if (object == NULL)
		return -1;
	profile->stamp = stamp_join(profile->stamp, facts.stamp);
	profile->created_at = record_time(object, "created_at");
	profile->last_refresh = record_time(object, "last_refresh");
	if (record_copy(&profile->user_id, object, "user_id", err) == 0 &&
	    record_copy(&profile->account_id, object, "account_id", err) == 0 &&
	    record_copy(&profile->email, object, "email", err) == 0 &&
	    record_copy(&profile->plan, object, "plan", err) == 0 &&
	    record_copy(&profile->label, object, "label", err) == 0 &&
	    read_owner(profile, object, err) == 0 &&
	    read_refusal(profile, object, err) == 0)
		result = 0;
	json_free(object);
	return result;
}

int
profile_warn(struct profile *profile, struct buffer *text, struct error *err)
{
	char **at = profile->warning;

	while (*at != NULL)
		at++;
	if (at == &profile->warning[PROFILE_WARNINGS]) {
		buffer_release(text);
		return 0;
	}
	*at = buffer_detach(text, err);
	return *at == NULL ? -1 : 0;
}

/* "credential.json is mode 0644": it may have been read by others. */
static int
note_modes(const struct stat *dir, struct profile *profile,
    const struct file_facts *facts, struct error *err)
{
	struct buffer text = BUFFER_INIT;

	if ((facts->mode & 077) != 0) {
		buffer_addf(&text, _("%s is mode %04o"), CREDENTIAL_FILE,
		    (unsigned int)facts->mode);
		if (profile_warn(profile, &text, err) != 0)
			return -1;
	}
	if (facts->links > 1) {
		buffer_addf(&text, ngettext("%s has %lu hard link",
		    "%s has %lu hard links", facts->links), CREDENTIAL_FILE,
		    (unsigned long)facts->links);
		if (profile_warn(profile, &text, err) != 0)
			return -1;
	}
	if ((dir->st_mode & 077) != 0) {
		buffer_addf(&text, _("its directory is mode %04o"),
		    (unsigned int)(dir->st_mode & 07777));
		return profile_warn(profile, &text, err);
	}
	return 0;
}

/* What cannot be looked at is there, too; @why then says so. */
static bool
has(int dir, const char *file, struct error *why)
{
	if (faccessat(dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (errno == ENOENT)
		return false;
	error_set_errno(why, errno, _("cannot look at %s"), file);
	return true;
}

/* An agent-server's own login: everything is in its file, which app/login
 * reads; what we noted of it stands in profile.json, if there is one. */
static int
load_volume(const struct store *store, int dir, struct profile *profile,
    struct error *err)
{
	struct buffer path = BUFFER_INIT;
	struct error why = ERROR_INIT;
	char real[PATH_MAX];
	struct stat st;

	if (realpath(store_path(store), real) == NULL)
		return error_set_errno(err, errno, "%s",
		    _("cannot find the store"));
	buffer_addf(&path, "%s/%s/%s", real, profile->name,
	    STORE_VOLUME_FILE);
	profile->owner = strdup(PROFILE_VOLUME_OWNER);
	profile->owner_path = buffer_detach(&path, err);
	if (profile->owner == NULL || profile->owner_path == NULL)
		return error_no_memory(err);
	if (fstat(dir, &st) == 0)
		profile->stamp = stamp_join(stamp_of(&st), STAMP_NONE);
	if (read_profile(dir, profile, &why) == 0)
		return 0;
	if (why.code == ERROR_NOT_FOUND) {
		profile->stamp = stamp_join(profile->stamp, STAMP_NONE);
		return 0;
	}
	return error_give(err, &why);
}

static int
load_files(int dir, struct profile *profile, struct error *err)
{
	struct credential credential = CREDENTIAL_INIT;
	struct file_facts facts;
	int result = -1;
	struct stat st;

	if (fstat(dir, &st) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot read the profile's directory"));
	if (credential_read(dir, &credential, &facts, err) == 0 &&
	    note_modes(&st, profile, &facts, err) == 0) {
		profile->stamp = stamp_join(stamp_of(&st), facts.stamp);
		profile->generation = credential.generation;
		profile->expires_at = credential.expires_at;
		profile->renewable = credential.refresh_token != NULL;
		result = read_profile(dir, profile, err);
	}
	credential_release(&credential);
	return result;
}


/* Reads what is in the directory, if it is a profile's at all: one of a
 * tenant, or an empty one, is not. */
static int
load_directory(const struct store *store, int dir, struct profile *profile,
    struct error *why)
{
	bool is_ours, is_volume;

	if (load_files(dir, profile, why) == 0)
		return 0;
	if (error_is_no_memory(why))
		return -1;
	is_ours = has(dir, CREDENTIAL_FILE, why);
	is_volume = !is_ours && has(dir, STORE_VOLUME_FILE, why);
	if (is_volume) {
		*why = (struct error)ERROR_INIT;
		if (load_volume(store, dir, profile, why) == 0)
			return 0;
		if (error_is_no_memory(why))
			return -1;
	}
	why->code = is_ours || is_volume || has(dir, PROFILE_FILE, why) ?
	    ERROR_FAILED : ERROR_NOT_FOUND;
	return -1;
}

uint64_t
profile_stamp(const struct store *store, const char *name)
{
	char path[STORE_NAME_MAX + sizeof "/" CREDENTIAL_FILE];
	int root = store_root(store);
	uint64_t stamp;

	stamp = stamp_at(root, name);
	snprintf(path, sizeof path, "%s/%s", name, CREDENTIAL_FILE);
	stamp = stamp_join(stamp, stamp_at(root, path));
	snprintf(path, sizeof path, "%s/%s", name, PROFILE_FILE);
	return stamp_join(stamp, stamp_at(root, path));
}

int
profile_load_one(const struct store *store, const char *name, bool look,
    struct profile *profile, struct error *err)
{
	struct error why = ERROR_INIT;
	int dir;

	memset(profile, 0, sizeof *profile);
	if (store_check_name(name, err) != 0)
		return -1;
	strcpy(profile->name, name);
	dir = store_open_profile(store, name, &why);
	if (dir >= 0) {
		if (load_directory(store, dir, profile, &why) == 0 && look)
			profile->in_doubt = pending_is_in_doubt(store, name,
			    profile->generation, &why) > 0;
		close(dir);
	}
	if (why.code == ERROR_NONE)
		return 0;
	if (why.code == ERROR_NOT_FOUND) {
		error_set(err, ERROR_NOT_FOUND, _("there is no profile '%s'"),
		    name);
		return error_step(err, "%s",
		    _("'chatelaine list' shows what there is"));
	}
	/* It may be well all the same. */
	if (error_is_no_memory(&why)) {
		profile_release(profile);
		return error_no_memory(err);
	}
	profile->stamp = STAMP_NEVER;
	profile->unsure = error_is_passing(&why);
	profile->damage = strdup(why.text);
	return profile->damage == NULL ? error_no_memory(err) :
	    profile_look_forbidden(store, profile, err) < 0 ? -1 : 0;
}

int
profile_load(const struct store *store, const char *name,
    struct profile *profile, struct error *err)
{
	return profile_load_one(store, name, true, profile, err);
}

int
profile_check_sure(const struct profile *profile, struct error *err)
{
	if (!profile->unsure)
		return 0;
	error_set(err, ERROR_FAILED, _("'%s' cannot be read just now: %s"),
	    profile->name, profile->damage);
	if (err != NULL)
		err->passing = true;
	return -1;
}

int
profile_load_sure(const struct store *store, const char *name,
    struct profile *profile, struct error *err)
{
	if (profile_load(store, name, profile, err) != 0)
		return -1;
	if (profile_check_sure(profile, err) == 0)
		return 0;
	profile_release(profile);
	return -1;
}

void
profile_release(struct profile *profile)
{
	free(profile->user_id);
	free(profile->account_id);
	free(profile->email);
	free(profile->plan);
	free(profile->label);
	free(profile->owner);
	free(profile->owner_path);
	free(profile->refused_message);
	free(profile->damage);
	store_names_release(&profile->targets);
	for (size_t i = 0; i < PROFILE_WARNINGS; i++)
		free(profile->warning[i]);
	memset(profile, 0, sizeof *profile);
}

static void
set_refusal(struct json *object, const struct profile *profile)
{
	struct json *error;

	if (profile->refused == REASON_NONE) {
		json_set_null(object, "error");
		return;
	}
	error = json_set_object(object, "error");
	json_set_string(error, "reason",
	    profile_reason_word(profile->refused));
	json_set_string(error, "message", profile->refused_message);
	json_set_integer(error, "generation", profile->refused_generation);
}

int
profile_save(int dir, const struct profile *profile, struct error *err)
{
	struct json *object = json_object();

	json_set_integer(object, "schema", RECORD_SCHEMA);
	json_set_string(object, "user_id", profile->user_id);
	json_set_string(object, "account_id", profile->account_id);
	json_set_string(object, "email", profile->email);
	json_set_string(object, "plan", profile->plan);
	json_set_string(object, "label", profile->label);
	json_set_string(object, "owner", profile->owner != NULL ?
	    profile->owner : "chatelaine");
	json_set_string(object, "owner_path", profile->owner_path);
	record_set_time(object, "created_at", profile->created_at);
	record_set_time(object, "last_refresh", profile->last_refresh);
	set_refusal(object, profile);
	return record_write(dir, PROFILE_FILE, object, err);
}
