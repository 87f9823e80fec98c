#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/login.h"
#include "app/look.h"
#include "app/shown.h"
#include "base/i18n.h"

static enum shown_state
state_of(const struct target *target, const struct place *place,
    const struct profile *profile)
{
	enum shown_state state = SHOWN_OTHER;
	struct look look;
	bool current = target->generation == profile->generation &&
	    target->expires_at == profile->expires_at;

	look_at(&look, place, target->digest);
	switch (look.kind) {
	case LOOK_NOTHING:
		state = SHOWN_GONE;
		break;
	case LOOK_OURS:
		state = current ? SHOWN_VIEW : SHOWN_STALE;
		break;
	case LOOK_VIEW:
		/* Its program has written it anew, as its own. */
		if (look_is_of(&look, profile))
			state = look.identity.expires_at ==
			    profile->expires_at ? SHOWN_VIEW : SHOWN_STALE;
		break;
	case LOOK_LOGIN:
		state = SHOWN_LOGIN;
		if (login_is_lent_to(profile, place) &&
		    look_is_of(&look, profile))
			state = SHOWN_LENT;
		break;
	case LOOK_FOREIGN:
		break;
	}
	look_release(&look);
	return state;
}

bool
shown_state(const struct target *target, const struct profile *profile,
    struct place *place, enum shown_state *state)
{
	if (place_set(place, target->kind, target->path, NULL) != 0)
		return false;
	*state = state_of(target, place, profile);
	return true;
}

void
shown_add_warning(const struct profile *profile, enum shown_state state,
    const struct place *place, struct buffer *out)
{
	static const char *const texts[] = {
		[SHOWN_VIEW] = NULL,
		[SHOWN_STALE] = N_("%s has an older token of it; to renew "
		    "that: chatelaine use %s --for %s"),
		[SHOWN_LENT] = NULL,
		[SHOWN_GONE] = N_("%s has removed it; to put it back: "
		    "chatelaine use %s --for %s"),
		[SHOWN_LOGIN] = N_("%s has a login of its own in the place of "
		    "'%s'; to take it in: chatelaine import %s"),
		[SHOWN_OTHER] = N_("%s shows something else in the place of "
		    "it; to put it back: chatelaine use %s --for %s"),
	};
	struct buffer label = BUFFER_INIT, word = BUFFER_INIT;

	/* That a program lost what was lent to it, app/login has told, and
	 * there is nothing to put back. */
	if (texts[state] == NULL || (state == SHOWN_GONE &&
	    login_is_lent_to(profile, place)))
		return;
	place_label(place, &label);
	place_word(place, &word);
	buffer_addf(out, _(texts[state]), label.data, profile->name,
	    word.data);
	buffer_release(&label);
	buffer_release(&word);
}

static int
add_target(struct profile *profile, const struct target *target,
    struct error *err)
{
	struct buffer label = BUFFER_INIT, text = BUFFER_INIT;
	enum shown_state state;
	struct place place;
	int result = 0;

	if (!shown_state(target, profile, &place, &state)) {
		place_release(&place);
		return 0;
	}
	place_label(&place, &label);
	if (!target->run)
		shown_add_warning(profile, state, &place, &text);
	if (text.length > 0)
		result = profile_warn(profile, &text, err);
	if (result == 0 && (state == SHOWN_VIEW || state == SHOWN_STALE ||
	    state == SHOWN_LENT))
		result = store_names_add(&profile->targets, target->run ?
		    "run" : label.data, err);
	buffer_release(&label);
	place_release(&place);
	return result;
}

/* What is lent without our doing is in no list. */
static int
add_owner(struct profile *profile, const struct targets *targets,
    struct error *err)
{
	struct buffer label = BUFFER_INIT;
	struct place place;
	int result = 0;

	if (profile->owner == NULL || targets_find(targets, profile->owner,
	    profile->owner_path) != NULL)
		return 0;
	if (login_place(profile, &place, NULL) == 0) {
		/* A volume in the store is where its profile is. */
		if (profile->generation == 0)
			buffer_add_string(&label, profile->owner);
		else
			place_label(&place, &label);
		result = store_names_add(&profile->targets, label.data, err);
	}
	buffer_release(&label);
	place_release(&place);
	return result;
}

int
shown_complete_by(struct profile *profile, const struct targets *targets,
    struct error *err)
{
	int result = add_owner(profile, targets, err);

	for (size_t i = 0; i < targets->count && result == 0; i++)
		if (targets->target[i].profile != NULL &&
		    strcmp(targets->target[i].profile, profile->name) == 0)
			result = add_target(profile, &targets->target[i],
			    err);
	return result;
}

void
shown_add_views(const struct profile *profile, struct buffer *out)
{
	const size_t before = out->length;
	struct buffer lent = BUFFER_INIT;
	struct place place;

	if (profile->owner != NULL) {
		if (login_place(profile, &place, NULL) == 0)
			place_label(&place, &lent);
		place_release(&place);
	}
	for (size_t i = 0; i < profile->targets.count; i++)
		if (lent.length == 0 ||
		    strcmp(profile->targets.name[i], lent.data) != 0)
			buffer_addf(out, "%s%s", out->length > before ? " " :
			    "", profile->targets.name[i]);
	buffer_release(&lent);
}

/* What the list says of a place; the digest of what we wrote there. */
static void
listed(const struct app *app, const struct place *place,
    char name[STORE_NAME_MAX + 1], char digest[DIGEST_SIZE])
{
	struct targets targets;
	const struct target *target = NULL;

	name[0] = digest[0] = '\0';
	if (targets_load(app->store, &targets, NULL) == 0)
		target = targets_find(&targets, place->consumer->kind,
		    place->path);
	if (target != NULL && target->profile != NULL &&
	    strlen(target->profile) <= STORE_NAME_MAX) {
		strcpy(name, target->profile);
		strcpy(digest, target->digest);
	}
	targets_release(&targets);
}

void
shown_profile(const struct app *app, const struct place *place,
    char name[STORE_NAME_MAX + 1])
{
	char lent[STORE_NAME_MAX + 1], digest[DIGEST_SIZE];
	struct look look;

	listed(app, place, name, digest);
	look_at(&look, place, digest);
	if (look.kind != LOOK_OURS && look.kind != LOOK_VIEW)
		name[0] = '\0';
	look_release(&look);
	if (login_lent_to(app, place, lent, NULL) == 0 && lent[0] != '\0')
		strcpy(name, lent);
}

static void
describe_login(const struct app *app, const struct place *place,
    const struct look *look, struct buffer *out)
{
	struct profile profile;
	char lent[STORE_NAME_MAX + 1];

	if (login_lent_to(app, place, lent, NULL) == 0 && lent[0] != '\0')
		buffer_addf(out, _("has '%s', lent"), lent);
	else if (login_find(app, look, &profile, NULL) == 0)
		buffer_addf(out, _("has a login of its own, of '%s'"),
		    profile.name);
	else
		buffer_addf(out, _("has a login of its own: %s"),
		    look->identity.email != NULL ? look->identity.email :
		    _("unknown account"));
	if (lent[0] == '\0')
		profile_release(&profile);
}

void
shown_describe(const struct app *app, const struct place *place,
    struct buffer *out)
{
	char name[STORE_NAME_MAX + 1], digest[DIGEST_SIZE];
	struct look look;

	listed(app, place, name, digest);
	look_at(&look, place, digest);
	switch (look.kind) {
	case LOOK_NOTHING:
		buffer_add_string(out, _("no login"));
		break;
	case LOOK_OURS:
		buffer_addf(out, _("shows '%s'"), name);
		break;
	case LOOK_VIEW:
		if (name[0] != '\0')
			buffer_addf(out, _("shows '%s'"), name);
		else
			buffer_addf(out, _("has an access token: %s"),
			    look.identity.email != NULL ?
			    look.identity.email : _("unknown account"));
		break;
	case LOOK_LOGIN:
		describe_login(app, place, &look, out);
		break;
	case LOOK_FOREIGN:
		buffer_add_string(out, _("something else, left as it is"));
		break;
	}
	look_release(&look);
}

int
shown_complete(const struct app *app, struct profile_list *list,
    struct error *err)
{
	struct targets targets;
	int result = 0;

	/* A list that cannot be read is no reason to show no profiles. */
	targets_load(app->store, &targets, NULL);
	for (size_t i = 0; i < list->count && result == 0; i++)
		result = shown_complete_by(&list->profile[i], &targets, err);
	targets_release(&targets);
	return result;
}

int
shown_complete_one(const struct app *app, struct profile *profile,
    struct error *err)
{
	struct targets targets;
	int result;

	targets_load(app->store, &targets, NULL);
	result = shown_complete_by(profile, &targets, err);
	targets_release(&targets);
	return result;
}
