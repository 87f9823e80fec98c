/*
 * use: making the programs' files show a profile.
 *
 * A view is the access token alone, in the program's own format, at the place
 * where it looks. It is written when a profile is chosen for a target and
 * whenever that profile's tokens change; one that its program removed is not
 * put back unasked, and what its program put in its place is looked at first
 * (app/intake).
 */
#ifndef APP_USE_H
#define APP_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/app.h"
#include "app/place.h"

/* How long to wait for others, ms: a command, and the interface. */
#define USE_WAIT_MS 20000
#define USE_GLANCE_MS 200

/* And for the views of a login that has been renewed: that is done, whoever
 * holds the list. ms. */
#define USE_RENEW_MS 3000

/* The list of targets, locked: app->targets between the two. May be nested.
 * use_save() writes what was changed in it. */
int use_lock(struct app *app, int wait_ms, struct error *err);
int use_save(struct app *app, struct error *err);
void use_unlock(struct app *app);

/* What came of it, for the words about it. */
struct use_result {
	bool unchanged;		/* it was so already */
	char taken[STORE_NAME_MAX + 1];	/* a login that was taken in first */
	char profile[STORE_NAME_MAX + 1];	/* what it shows now; "" */
};

/*
 * Makes @place show profile @name; NULL takes the view away. The first of
 * several calls that belong together begins what `undo` goes back to:
 * use_begin_undo() comes before it.
 *	ERROR_REFUSED	it would lose a login, or another kind of file
 *	ERROR_NEEDS_LOGIN, ERROR_FAILED	the profile has no usable token
 */
int use_profile(struct app *app, const struct place *place, const char *name,
    int wait_ms, struct use_result *result, struct error *err);

/* The same with what @place showed before. ERROR_NOT_FOUND: nothing. */
int use_previous(struct app *app, const struct place *place, int wait_ms,
    struct use_result *result, struct error *err);

int use_begin_undo(struct app *app, struct error *err);

/* Several places, owned. */
struct places {
	struct place *place;
	size_t count;
};

#define PLACES_INIT { NULL, 0 }

int places_add(struct places *places, const struct place *place,
    struct error *err);
void places_release(struct places *places);

/* The places that a switch is about when none is named: those that show a
 * profile now, or did; else the usual ones of the programs that were ever used
 * here. May be none. */
int use_default_places(const struct app *app, struct places *places,
    struct error *err);

/* All places that are known: the usual ones that are there, and those in the
 * list. */
int use_known_places(const struct app *app, struct places *places,
    struct error *err);

/* The target at @place goes with a command (app/run), and is no part of any
 * switch. With the list locked. */
int use_mark_run(struct app *app, const struct place *place,
    struct error *err);

/* True, after a moment, when it is worth trying again until @end (steady clock,
 * ms): the file changed under us, or somebody is at work on a profile. No lock
 * is held meanwhile. Interrupted, it is false, and @why says so. */
bool use_again(const struct app *app, struct error *why, int64_t end);

struct intake;
struct look;
/* With the list locked: takes in the login that @look saw at @place, as @intake
 * (app/intake) says, and puts a view of @name in its place: "" is the profile
 * that it is of, NULL takes it away. */
int use_replace_login(struct app *app, const struct place *place,
    struct look *look, const char *name, struct intake *intake,
    struct use_result *result, struct error *err);

/* Rewrites one view, or takes it away (NULL), if it is one still; with the list
 * locked. For the functions below. */
int use_rewrite(struct app *app, const struct place *place, const char *name,
    struct error *err);

/* True if a target shows @name, as far as the list knows. */
bool use_has_views(const struct app *app, const char *name);

/* The tokens of @name have changed, or its name: rewrites its views. What fails
 * is told by the list (app/shown). Its lock is held. */
void use_renew(struct app *app, const char *name);

/* Looks at all known places before the refresh token of @name, whose lock is
 * held, is sent or lent: newer tokens of it are taken in, and a copy of it,
 * which would be spent with it, becomes a view. -1: neither may be done, since
 * one of these could not be, or, ERROR_REFUSED, since a view shows that the
 * store's token was spent: the store is an older copy. */
int use_look(struct app *app, const char *name, struct error *err);

/* @name is going: takes its views away, and notes them for `undo`. -1: some
 * are still there, which nothing will renew. */
int use_withdraw(struct app *app, const char *name, struct error *err);

/* Its name is @to now. */
int use_rename(struct app *app, const char *name, const char *to,
    struct error *err);

/* Goes back to what the targets of the last switch showed, or, @restored, of
 * the last deletion, of which it was a profile. ERROR_NOT_FOUND when there was
 * none. */
int use_undo(struct app *app, const char *restored, struct places *places,
    struct error *err);

#endif
