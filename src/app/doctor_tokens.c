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
		hold(doctor, credential.refresh_token, where.data,
		    profile->name, NULL, NULL);
		tell_spent(doctor, profile->name, credential.refresh_token);
	} else if (error_is_no_memory(&why))
		doctor->err = why;
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
		hold(doctor, credential.refresh_token, where.data, NULL, NULL,
		    path.data);
	} else if (error_is_no_memory(&why))
		doctor->err = why;
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
	struct profile profile;
	struct look look;

	doctor->findings->places++;
	place_label(place, &label);
	look_at(&look, place, NULL);
	if (look.kind == LOOK_LOGIN) {
		hold(doctor, look.login.refresh_token, place->path, NULL,
		    label.data, NULL);
		if (login_find(doctor->app, &look, &profile, NULL) != 0) {
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
	look_release(&look);
	buffer_release(&label);
}

/* Those of the list and the usual ones, and those of lent logins. */
static void
look_at_places(struct doctor *doctor, const struct profile_list *list)
{
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

/* What makes one of two: a program's copy becomes a view, or, where the other
 * is not in use here, is taken in. A profile's copy is forgotten; what was
 * forgotten may go, since the login stays. Nothing that removes both. */
static void
add_remedy(struct buffer *out, const struct holder *a, const struct holder *b)
{
	const struct holder *file = b->label != NULL ? b : a;
	const struct holder *other = file == b ? a : b;
	const struct holder *backup = b->backup != NULL ? b : a;

	if (file->label != NULL && other->profile != NULL) {
		buffer_addf(out, "chatelaine use %s --for ", other->profile);
		buffer_add_word(out, file->label);
	} else if (file->label != NULL) {
		buffer_add_string(out, "chatelaine import ");
		buffer_add_word(out, file->label);
	} else if (backup->backup != NULL) {
		buffer_add_string(out, "rm -r ");
		buffer_add_word(out, backup->backup);
	} else
		buffer_addf(out, "chatelaine delete %s", b->profile);
}

/* A login that is lent is somebody else's to renew. */
static bool
is_ours(const struct doctor *doctor, const char *name)
{
	struct profile profile;
	bool ours = profile_load(doctor->app->store, name, &profile,
	    NULL) == 0 && profile.owner == NULL;

	profile_release(&profile);
	return ours;
}

static void
tell_copy(struct doctor *doctor, const struct holder *a,
    const struct holder *b)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	const struct holder *file = b->label != NULL ? b : a;
	struct mend mend = { MEND_NOTHING, file == b ? a->profile :
	    b->profile, NULL, file->label, file->where };

	buffer_addf(&text, _("one refresh token is in two files: %s and %s; "
	    "when both are used, the issuer ends the login"), a->where,
	    b->where);
	add_remedy(&remedy, a, b);
	/* The file of a program; nothing else is ours to choose. */
	if (mend.place != NULL && mend.profile != NULL &&
	    is_ours(doctor, mend.profile))
		mend.what = MEND_COPY;
	doctor_find(doctor, FINDING_COPY, &text, &remedy, &mend);
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

void
doctor_look_at_tokens(struct doctor *doctor, const struct profile_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		hold_profile(doctor, &list->profile[i]);
	backup_for_each(doctor->app->store, hold_backup, doctor);
	look_at_places(doctor, list);
	compare_tokens(doctor);
}

void
doctor_release_tokens(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->holders; i++)
		release_holder(&doctor->holder[i]);
	free(doctor->holder);
}
