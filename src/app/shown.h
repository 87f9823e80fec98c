/*
 * shown: which targets show which profile, as their files say now.
 */
#ifndef APP_SHOWN_H
#define APP_SHOWN_H

#include <stdbool.h>

#include "app/app.h"
#include "app/place.h"

/* What stands at a target of the list (storage/targets). */
enum shown_state {
	SHOWN_VIEW,		/* the view of its profile */
	SHOWN_STALE,		/* one of an older token */
	SHOWN_LENT,		/* the profile's chain */
	SHOWN_GONE,		/* nothing: its program removed it */
	SHOWN_LOGIN,		/* a login that its program made itself */
	SHOWN_OTHER		/* something else */
};

/* What stands at @target now, of @profile, as the list has it; and where that
 * is. False: it is of a later version. The caller calls place_release() in any
 * case. */
bool shown_state(const struct target *target, const struct profile *profile,
    struct place *place, enum shown_state *state);

/* Appends what is wrong with it, and last the command that helps; nothing
 * where all is well. Foreign text. */
void shown_add_warning(const struct profile *profile, enum shown_state state,
    const struct place *place, struct buffer *out);

/* Completes the profiles of @list, or one, by the targets that show them, and
 * by a warning for each that does not show what it was told to. */
int shown_complete(const struct app *app, struct profile_list *list,
    struct error *err);
int shown_complete_by(struct profile *profile, const struct targets *targets,
    struct error *err);
int shown_complete_one(const struct app *app, struct profile *profile,
    struct error *err);

/* Appends which of the targets of @profile have no login when it is forgotten:
 * "codex pi", all but the one that it is lent to. As completed. */
void shown_add_views(const struct profile *profile, struct buffer *out);

/* Which profile @place shows now, or has lent to it; "" for none of ours. */
void shown_profile(const struct app *app, const struct place *place,
    char name[STORE_NAME_MAX + 1]);

/* Appends what stands at @place, in words: "shows 'work'". Foreign text. */
void shown_describe(const struct app *app, const struct place *place,
    struct buffer *out);

#endif
