/*
 * profile: one named login, as it may be shown: profile.json, and what is no
 * secret of credential.json (storage/credential).
 *
 * Both files are replaced atomically, so a reader needs no lock; a writer
 * holds the profile's lock (storage/lock).
 */
#ifndef STORAGE_PROFILE_H
#define STORAGE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "storage/credential.h"
#include "storage/store.h"

#define PROFILE_FILE "profile.json"

/* Under this much of its access token, a login is `expiring`. Seconds. */
#define PROFILE_EXPIRING ((int64_t)48 * 3600)

/* How many warnings there may be. */
#define PROFILE_WARNINGS 4

/* The owner of a profile that is an OpenHands volume (STORE_VOLUME_FILE). */
#define PROFILE_VOLUME_OWNER "openhands"

/* Each has one next step (app/status). */
enum profile_status {
	PROFILE_OK,
	PROFILE_EXPIRING_SOON,
	PROFILE_EXPIRED,	/* access token over, renewable */
	PROFILE_IN_DOUBT,	/* sent, and no answer came */
	PROFILE_ACCESS_ONLY,	/* no refresh token, not over yet */
	PROFILE_NEEDS_LOGIN,
	PROFILE_DAMAGED		/* cannot be read */
};

#define PROFILE_STATUSES (PROFILE_DAMAGED + 1)

/* Why a profile needs a login. */
enum profile_reason {
	REASON_NONE,
	REASON_REUSED,
	REASON_EXPIRED,
	REASON_REVOKED,
	REASON_NO_REFRESH_TOKEN
};

/* The words that files and JSON output use: "needs-login", "reused". NULL for
 * REASON_NONE. */
const char *profile_status_word(enum profile_status status);
const char *profile_reason_word(enum profile_reason reason);

/* What is known of a login and may be shown. Strings are owned, NULL is
 * unknown. */
struct profile {
	char name[STORE_NAME_MAX + 1];
	char *user_id, *account_id, *email, *plan, *label;
	/* To whom its chain is lent: a kind of file (formats/consumer) and the
	 * path of that file; NULL: it is ours to renew. What is known of a
	 * lent login comes from there (app/login). */
	char *owner, *owner_path;
	int64_t created_at, last_refresh, expires_at;
	int64_t generation;
	uint64_t stamp;		/* of its files when they were read
				 * (base/stamp, profile_stamp()) */
	bool renewable;		/* there is a refresh token */
	/* The last refusal of the issuer, true of @refused_generation. */
	enum profile_reason refused;
	int64_t refused_generation;
	char *refused_message;
	bool in_doubt;		/* from storage/pending */
	char *damage;		/* why it is damaged */
	bool forbidden;		/* that is: this user may not read it */
	bool unsure;		/* or: it could not be read just now */
	/* Which targets show it ("codex"); filled in by app/shown. */
	struct store_names targets;
	/* "credential.json is mode 0644", ...; the last is NULL. */
	char *warning[PROFILE_WARNINGS + 1];
};

/*
 * Reads both files of @name into @profile, without keeping a secret. What
 * cannot be read makes it damaged, which is no failure. Returns -1 only when
 * there is no such profile (ERROR_NOT_FOUND), the name is none (ERROR_USAGE)
 * or memory is out. The caller calls profile_release() in any case.
 */
int profile_load(const struct store *store, const char *name,
    struct profile *profile, struct error *err);
void profile_release(struct profile *profile);

/* Before something is changed that depends on what is in @profile: what could
 * not be read just now may be well, and is an error (error_is_passing()).
 * profile_load_sure() is profile_load() with that. */
int profile_check_sure(const struct profile *profile, struct error *err);
int profile_load_sure(const struct store *store, const char *name,
    struct profile *profile, struct error *err);

/* As profile_load(); where not @look it is known that no renewal is in
 * doubt. */
int profile_load_one(const struct store *store, const char *name, bool look,
    struct profile *profile, struct error *err);

/* What the stamp of @name would be now, by looking at the files only: not the
 * one that a lent login is in. */
uint64_t profile_stamp(const struct store *store, const char *name);

/*
 * If this user may not read what is at @path, that is the damage of @profile,
 * and it is forbidden. profile_look_forbidden() asks so for the files of a
 * profile in @store. 1: it is so; 0: it is not; -1: out of memory.
 */
int profile_note_forbidden(struct profile *profile, const char *path,
    bool is_dir, struct error *err);
int profile_look_forbidden(const struct store *store,
    struct profile *profile, struct error *err);

/* 1 if a profile stands under @name, or what cannot be read; 0 if the name is
 * free; -1: that cannot be told, and is no reason to take it for either. */
int profile_find(const struct store *store, const char *name,
    struct error *err);

/* How many names are tried beside one that is taken. */
#define PROFILE_OTHER_NAMES 99

/* The name beside @name with a @number: NAME itself (1), NAME-2, ... */
int profile_other_name(const char *name, int number,
    char other[STORE_NAME_MAX + 1], struct error *err);

/* Puts @name into @free_name, or, where that is taken, the first of NAME-2,
 * NAME-3 that is not. ERROR_REFUSED when there is none, and only then. */
int profile_free_name(const struct store *store, const char *name,
    char free_name[STORE_NAME_MAX + 1], struct error *err);

/* Writes profile.json into the profile's directory. */
int profile_save(int dir, const struct profile *profile, struct error *err);

/*
 * Makes the profile @profile->name with both files, at once: the directory is
 * put together aside and moved into place. ERROR_REFUSED when something is
 * there already.
 */
int profile_create(struct store *store, const struct profile *profile,
    const struct credential *credential, struct error *err);

/* Removes what a killed process left of writing the profile @name, whose lock
 * is held. */
void profile_sweep(const struct store *store, const char *name);

/* Moves it to another name, of which nothing is there. Both locks are held. */
int profile_rename(struct store *store, const char *name, const char *to,
    struct error *err);

/* Adds a warning, which it takes; the rest goes nowhere when there are too
 * many. -1: out of memory. */
int profile_warn(struct profile *profile, struct buffer *text,
    struct error *err);

/* The status at the time @now, and why where it is PROFILE_NEEDS_LOGIN. */
enum profile_status profile_status(const struct profile *profile, int64_t now,
    enum profile_reason *reason);

/* All profiles, sorted by name. */
struct profile_list {
	struct profile *profile;
	size_t count;
};

int profile_load_all(const struct store *store, struct profile_list *list,
    struct error *err);

/* Those of @names, sorted, that are there still. */
int profile_load_names(const struct store *store,
    const struct store_names *names, struct profile_list *list,
    struct error *err);
void profile_list_release(struct profile_list *list);

#endif
