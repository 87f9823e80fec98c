#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/doctor_part.h"
#include "app/login.h"
#include "app/look.h"
#include "app/use.h"
#include "base/i18n.h"
#include "storage/backup.h"

static void
release_holder(struct holder *holder)
{
	free(holder->where);
	free(holder->profile);
	free(holder->label);
	free(holder->backup);
}

static void
hold(struct doctor *doctor, const char *token, const char *where,
    const char *profile, const char *label, const char *backup)
{
	struct holder *grown;

	if (token == NULL || *token == '\0')
		return;
	grown = realloc(doctor->holder, (doctor->holders + 1) *
	    sizeof *grown);
	if (grown == NULL) {
		error_no_memory(&doctor->err);
		return;
	}
	doctor->holder = grown;
	grown += doctor->holders;
	memset(grown, 0, sizeof *grown);
	digest_text(grown->digest, token, strlen(token));
	if (target_set(&grown->where, where, &doctor->err) == 0 &&
	    target_set(&grown->profile, profile, &doctor->err) == 0 &&
	    target_set(&grown->label, label, &doctor->err) == 0 &&
	    target_set(&grown->backup, backup, &doctor->err) == 0)
		doctor->holders++;
	else
		release_holder(grown);
}

static void
tell_spent(struct doctor *doctor, const char *name, const char *token)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct error why = ERROR_INIT;

	if (login_check_spent(doctor->app, name, token, &why) == 0)
		return;
	if (error_is_passing(&why)) {
		doctor->err = why;
		return;
	}
	buffer_add_string(&text, why.text);
	buffer_addf(&remedy, "chatelaine login %s", name);
	doctor_find(doctor, FINDING_SPENT, &text, &remedy, NULL);
}

/* A token that was not seen may stand elsewhere as well. */
static void
tell_unread(struct doctor *doctor, const char *what, const struct error *why)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;

	buffer_addf(&text, _("'%s' cannot be read, and is left as it is: %s"),
	    what, why->text);
	doctor_find(doctor, FINDING_DAMAGE, &text, &remedy, NULL);
}

static void
hold_profile(struct doctor *doctor, const struct profile *profile)
{
	struct credential credential;
	struct error why = ERROR_INIT;
	struct buffer where = BUFFER_INIT;

	if (credential_load(doctor->app->store, profile->name, &credential,
	    &why) == 0) {
		buffer_addf(&where, "%s/%s/%s",
		    store_path(doctor->app->store), profile->name,
		    CREDENTIAL_FILE);
		if (buffer_ok(&where, &doctor->err))
			hold(doctor, credential.refresh_token, where.data,
			    profile->name, NULL, NULL);
		tell_spent(doctor, profile->name, credential.refresh_token);
	} else if (error_is_no_memory(&why))
		doctor->err = why;
	else if (error_is_passing(&why) && profile->damage == NULL)
		tell_unread(doctor, profile->name, &why);
	credential_release(&credential);
	buffer_release(&where);
}

static int
hold_backup(int dir, const char *entry, const char *name, void *data)
{
	struct credential credential = CREDENTIAL_INIT;
	struct buffer where = BUFFER_INIT, path = BUFFER_INIT;
	struct doctor *doctor = data;
	struct error why = ERROR_INIT;

	if (credential_read(dir, &credential, NULL, &why) == 0) {
		buffer_addf(&where, _("the backup of '%s', which was "
		    "forgotten"), name);
		buffer_addf(&path, "%s/.chatelaine/" STORE_BACKUPS "/%s",
		    store_path(doctor->app->store), entry);
		if (buffer_ok(&where, &doctor->err) &&
		    buffer_ok(&path, &doctor->err))
			hold(doctor, credential.refresh_token, where.data,
			    NULL, NULL, path.data);
	} else if (error_is_no_memory(&why))
		doctor->err = why;
	else if (error_is_passing(&why))
		tell_unread(doctor, name, &why);
	credential_release(&credential);
	buffer_release(&where);
	buffer_release(&path);
	return 0;
}

static void
look_at_place(struct doctor *doctor, const struct place *place)
{
	struct buffer label = BUFFER_INIT, text = BUFFER_INIT;
	struct buffer remedy = BUFFER_INIT;
	struct error why = ERROR_INIT;
	struct profile profile;
	struct look look;
	int found = 0;

	doctor->findings->places++;
	place_label(place, &label);
	look_at(&look, place, NULL);
	if (look.kind == LOOK_LOGIN) {
		if (buffer_ok(&label, &doctor->err))
			hold(doctor, look.login.refresh_token, place->path,
			    NULL, label.data, NULL);
		found = login_find(doctor->app, &look, &profile, &why);
		if (found > 0) {
			buffer_addf(&text, _("%s holds a login that is not in "
			    "the store (%s): nothing renews it in time, and "
			    "it is lost when its program signs in anew"),
			    place->path, look.identity.email != NULL ?
			    look.identity.email : _("unknown account"));
			buffer_add_string(&remedy, "chatelaine import ");
			buffer_add_word(&remedy, label.data);
			doctor_find(doctor, FINDING_STRANGER, &text, &remedy,
			    NULL);
		}
		profile_release(&profile);
	}
	if (look_is_unsure(&look) || found < 0)
		tell_unread(doctor, place->path, found < 0 ? &why : &look.why);
	look_release(&look);
	buffer_release(&label);
}

/* Those of the list and the usual ones, and those of lent logins. */
static void
look_at_places(struct doctor *doctor)
{
	const struct profile_list *list = doctor->list;
	struct places places = PLACES_INIT;
	struct place place;

	/* Without the list, the usual ones. */
	use_known_places(doctor->app, &places, doctor->listed ?
	    &doctor->err : NULL);
	for (size_t i = 0; i < list->count; i++) {
		if (login_place(&list->profile[i], &place, NULL) == 0)
			places_add(&places, &place, &doctor->err);
		place_release(&place);
	}
	for (size_t i = 0; i < places.count; i++)
		look_at_place(doctor, &places.place[i]);
	/* Once it is known what is where. */
	for (size_t i = 0; i < places.count; i++)
		doctor_look_beside(doctor, &places.place[i]);
	places_release(&places);
}

/* The profile whose lent chain is in that file; NULL: it is none. */
static const char *
lender_of(const struct doctor *doctor, const struct holder *file)
{
	for (size_t i = 0; file->label != NULL && i < doctor->list->count; i++)
		if (doctor->list->profile[i].owner_path != NULL &&
		    strcmp(doctor->list->profile[i].owner_path,
		    file->where) == 0)
			return doctor->list->profile[i].name;
	return NULL;
}

/* What makes one of two: a program's copy becomes a view, or, where the other
 * is not in use here, is taken in. What was forgotten may go, since the login
 * stays. Nothing that removes both. */
static void
add_remedy(struct buffer *out, const struct holder *file,
    const struct holder *other, bool lent)
{
	const struct holder *backup = other->backup != NULL ? other : file;

	if (backup->backup != NULL && (file->label == NULL || lent)) {
		buffer_add_string(out, "rm -r ");
		buffer_add_word(out, backup->backup);
		return;
	}
	if (other->profile != NULL)
		buffer_addf(out, "chatelaine use %s --for ", other->profile);
	else
		buffer_add_string(out, "chatelaine import ");
	buffer_add_word(out, file->label);
}

/* A login that is lent is somebody else's to renew. */
static bool
is_ours(const struct doctor *doctor, const char *name)
{
	struct profile profile;
	bool ours = profile_load(doctor->app->store, name, &profile,
	    NULL) == 0 && !profile.unsure && profile.owner == NULL;

	profile_release(&profile);
	return ours;
}

static void
add_copy(struct buffer *out, const struct holder *a, const struct holder *b)
{
	buffer_addf(out, _("one refresh token is in two files: %s and %s; "
	    "when both are used, the issuer ends the login"), a->where,
	    b->where);
}

static void
tell_copy_of_file(struct doctor *doctor, const struct holder *a,
    const struct holder *b)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	const struct holder *file = b->label != NULL ? b : a;
	const struct holder *other = file == b ? a : b;
	struct mend mend = { MEND_NOTHING, other->profile, NULL, file->label,
	    file->where };

	add_copy(&text, a, b);
	add_remedy(&remedy, file, other, lender_of(doctor, file) != NULL);
	/* The file of a program; nothing else is ours to choose. */
	if (mend.place != NULL && mend.profile != NULL &&
	    is_ours(doctor, mend.profile))
		mend.what = MEND_COPY;
	doctor_find(doctor, FINDING_COPY, &text, &remedy, &mend);
}

/* Which programs show a profile, or have it: "codex, pi". */
static void
add_users(const struct doctor *doctor, const char *name, struct buffer *out)
{
	for (size_t i = 0; i < doctor->targets.count; i++) {
		const struct target *target = &doctor->targets.target[i];
		struct place place;

		if (target->profile == NULL ||
		    strcmp(target->profile, name) != 0)
			continue;
		if (out->length > 0)
			buffer_add_string(out, ", ");
		if (place_set(&place, target->kind, target->path, NULL) == 0)
			place_label(&place, out);
		else
			buffer_add_string(out, target->path);
		place_release(&place);
	}
}

/* Of two profiles the one that nobody uses may go; a person has to say which
 * where that is not one. */
static void
tell_copy_of_profile(struct doctor *doctor, const struct holder *a,
    const struct holder *b, const char *one, const char *other)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer by_one = BUFFER_INIT, by_other = BUFFER_INIT;

	add_users(doctor, one, &by_one);
	add_users(doctor, other, &by_other);
	buffer_ok(&by_one, &doctor->err);
	buffer_ok(&by_other, &doctor->err);
	if (!doctor->listed)
		add_copy(&text, a, b);
	else if (by_one.length > 0 && by_other.length > 0)
		buffer_addf(&text, _("one refresh token is in two files: %s "
		    "and %s; when both are used, the issuer ends the login; "
		    "'%s' is used by %s, and '%s' by %s: switch these to one "
		    "of the two profiles, and delete the other"), a->where,
		    b->where, one, by_one.data, other, by_other.data);
	else if (by_one.length == 0 && by_other.length == 0)
		buffer_addf(&text, _("one refresh token is in two files: %s "
		    "and %s; when both are used, the issuer ends the login; "
		    "no program uses '%s' or '%s': delete one of them"),
		    a->where, b->where, one, other);
	else {
		add_copy(&text, a, b);
		buffer_addf(&remedy, "chatelaine delete %s",
		    by_one.length > 0 ? other : one);
	}
	doctor_find(doctor, FINDING_COPY, &text, &remedy, NULL);
	buffer_release(&by_one);
	buffer_release(&by_other);
}

/* A profile that is lent has its chain in the file of its program. */
static void
tell_copy(struct doctor *doctor, const struct holder *a,
    const struct holder *b)
{
	const char *one = a->profile != NULL ? a->profile :
	    lender_of(doctor, a);
	const char *other = b->profile != NULL ? b->profile :
	    lender_of(doctor, b);

	if (one != NULL && other != NULL && strcmp(one, other) != 0)
		tell_copy_of_profile(doctor, a, b, one, other);
	else
		tell_copy_of_file(doctor, a, b);
}

static void
compare_tokens(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->holders; i++)
		for (size_t j = i + 1; j < doctor->holders; j++)
			if (strcmp(doctor->holder[i].digest,
			    doctor->holder[j].digest) == 0)
				tell_copy(doctor, &doctor->holder[i],
				    &doctor->holder[j]);
	doctor->findings->tokens = doctor->holders;
}

bool
doctor_holds(const struct doctor *doctor, const char *token)
{
	char digest[DIGEST_SIZE];

	digest_text(digest, token, strlen(token));
	for (size_t i = 0; i < doctor->holders; i++)
		if (strcmp(doctor->holder[i].digest, digest) == 0)
			return true;
	return false;
}

static void
look_at_backups(struct doctor *doctor)
{
	struct error why = ERROR_INIT;

	if (backup_for_each(doctor->app->store, hold_backup, doctor,
	    &why) != 0)
		tell_unread(doctor, ".chatelaine/" STORE_BACKUPS, &why);
}

void
doctor_look_at_tokens(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->list->count; i++)
		hold_profile(doctor, &doctor->list->profile[i]);
	look_at_backups(doctor);
	look_at_places(doctor);
	compare_tokens(doctor);
}

void
doctor_release_tokens(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->holders; i++)
		release_holder(&doctor->holder[i]);
	free(doctor->holder);
}
