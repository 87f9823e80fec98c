/*
 * store: the directory of profiles.
 *
 *	STORE/NAME/, STORE/TENANT/NAME/	one profile (storage/profile)
 *	STORE/.chatelaine/		what is not of one profile:
 *		audit.jsonl, audit.head	storage/audit
 *		locks/, pending/, backups/	storage/{lock,pending,backup}
 *		moves/			storage/move
 *		trusted/		storage/trusted
 *		waiting/		storage/waiting
 *		usage/			storage/usage
 *		new/, gone/		profiles being made, being deleted
 *		state.json		what was agreed to; storage/targets
 *		index			storage/index, where there are many
 *		spent, spent.1		storage/spent
 *
 * Directories are 0700, files 0600.
 *
 * A store that is not there yet is an empty one: reading makes nothing, the
 * first writer makes it. Profiles are named NAME or TENANT/NAME.
 */
#ifndef STORAGE_STORE_H
#define STORAGE_STORE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct store;

/* A name component: [A-Za-z0-9][A-Za-z0-9._@+-]{0,62}; at most two of them,
 * and "/" between. */
#define STORE_COMPONENT_MAX 63
#define STORE_NAME_MAX (2 * STORE_COMPONENT_MAX + 1)

/* The parts of a store below STORE/.chatelaine/. */
#define STORE_LOCKS "locks"
#define STORE_PENDING "pending"
#define STORE_BACKUPS "backups"
#define STORE_MOVES "moves"
#define STORE_WAITING "waiting"
#define STORE_TRUSTED "trusted"
#define STORE_STATE_FILE "state.json"	/* below "." */

/* What an OpenHands agent-server keeps its login in (protocol.md 8.1): a
 * directory with it is a profile that is lent to that program. */
#define STORE_VOLUME_FILE "openai_oauth.json"

/* Opens the store at @path, which need not exist. The caller closes it with
 * store_close(). NULL: ERROR_FAILED, it is no directory or may not be read. */
struct store *store_open(const char *path, struct error *err);
void store_close(struct store *store);

/* From now on a wait for a lock of this store ends when a signal comes that
 * makes *@flag true, with ERROR_INTERRUPTED. The flag outlives the store. */
void store_set_interrupt(struct store *store,
    const volatile sig_atomic_t *flag);
bool store_is_interrupted(const struct store *store);

/* The path as it was given; belongs to the store. */
const char *store_path(const struct store *store);

/* False while the store is not there. */
bool store_exists(const struct store *store);

/* The descriptor of its directory, which belongs to the store; -1. */
int store_root(const struct store *store);

bool store_is_component(const char *text);

/* 0, or ERROR_USAGE with what a name may consist of. */
int store_check_name(const char *name, struct error *err);

/* The file name for @name where profiles stand side by side: "/" is "%",
 * which no name has. */
void store_flat_name(char flat[STORE_NAME_MAX + 1], const char *name);
void store_plain_name(char name[STORE_NAME_MAX + 1], const char *flat);

/* Descriptors of directories, which the caller closes; -1 on failure:
 * ERROR_NOT_FOUND when it is not there. The `make` forms make it. */
int store_open_profile(const struct store *store, const char *name,
    struct error *err);
int store_open_part(const struct store *store, const char *part,
    struct error *err);
int store_make_part(struct store *store, const char *part, struct error *err);

/* As store_open_part(), but that it is not there is no failure: STORE_ABSENT.
 * What cannot be opened for another reason may have something in it. */
#define STORE_ABSENT (-2)
int store_find_part(const struct store *store, const char *part,
    struct error *err);

/* STORE itself, or STORE/TENANT for a name that has one; made when missing. */
int store_open_parent(const struct store *store, const char *name,
    struct error *err);
int store_make_parent(struct store *store, const char *name,
    struct error *err);

/* Removes the tenant's directory when the last profile has left it. */
void store_drop_tenant(const struct store *store, const char *name);

/* ERROR_REFUSED when a profile of that name could not be seen: its tenant is
 * a profile itself, or it is the name of a tenant. */
int store_check_place(const struct store *store, const char *name,
    struct error *err);

/* The same before a profile is made, which is not to take the place of a
 * directory that is somebody else's (app/volume). */
int store_check_new(const struct store *store, const char *name,
    struct error *err);

/* 1 if the directory @dir is a profile's: one of its files is in it. 0 if not;
 * -1: that cannot be told. */
int store_is_profile(int dir, struct error *err);

/* The last component of @name. */
const char *store_leaf(const char *name);

/* The names of all profiles, sorted; an entry is taken for a profile when it
 * is a directory with credential.json, profile.json or STORE_VOLUME_FILE in
 * it, or is something else than a directory under a valid name whose kind must
 * be told (a link). Freed with store_names_release(). */
struct store_names {
	char **name;
	size_t count;
};

int store_list(const struct store *store, struct store_names *names,
    struct error *err);

/* What entries of @part stand for: @add puts it into @names, or returns -1
 * with @err. A part that is not there has none. @names is empty in any case
 * before, and after a failure. */
int store_list_part(const struct store *store, const char *part,
    int (*add)(struct store_names *names, const char *entry,
    struct error *err), struct store_names *names, struct error *err);

int store_names_add(struct store_names *names, const char *name,
    struct error *err);

/* Appends them with a space between each. */
void store_names_join(const struct store_names *names, struct buffer *out);
void store_names_sort(struct store_names *names);

/* Sorted ones only. */
bool store_names_has(const struct store_names *names, const char *name);
void store_names_release(struct store_names *names);

/*
 * The same with the directories, below the store, in which a profile may come
 * that is not there yet: as long as all of them are as their stamps say
 * (base/stamp), no name has come or gone, but for profiles whose own files
 * went. Released in any case.
 */
struct store_dirs {
	struct store_names names;
	uint64_t *stamp;
};

#define STORE_DIRS_INIT { { NULL, 0 }, NULL }

int store_list_dirs(const struct store *store, struct store_names *names,
    struct store_dirs *dirs, struct error *err);
void store_dirs_release(struct store_dirs *dirs);

/* True if the directory @path is as it was when it got @stamp. */
bool store_dir_is(const struct store *store, const char *path,
    uint64_t stamp);

/* The notice about the terms of use, agreed to once. 1: it was, 0: it was not,
 * -1: it cannot be told just now. */
int store_terms_agreed(const struct store *store, struct error *err);
int store_agree_terms(struct store *store, struct error *err);

#endif
