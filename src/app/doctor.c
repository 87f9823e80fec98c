#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/audit.h"
#include "app/doctor.h"
#include "app/keep.h"
#include "app/login.h"
#include "app/look.h"
#include "app/shown.h"
#include "app/use.h"
#include "base/digest.h"
#include "base/i18n.h"
#include "base/time.h"
#include "oauth/confine.h"
#include "storage/backup.h"

/* One file with a refresh token in it. */
struct holder {
	char digest[DIGEST_SIZE];
	char *where;		/* for people */
	/* Which of the three it is, and what that is called: */
	char *profile;
	char *label;		/* the place of a program */
	char *backup;		/* the directory of a forgotten profile */
};

struct doctor {
	struct app *app;
	struct findings *findings;
	struct holder *holder;
	size_t holders;
	struct error err;	/* the first failure */
};

const char *
doctor_kind_word(enum finding_kind kind)
{
	static const char *const words[] = {
		[FINDING_COPY] = "copy",
		[FINDING_DAMAGE] = "damage",
		[FINDING_TARGET] = "target",
		[FINDING_STRANGER] = "stranger",
		[FINDING_MODE] = "warning",
		[FINDING_KEEPER] = "keeper",
		[FINDING_AUDIT] = "audit",
	};

	return words[kind];
}

/* Adds a finding; takes both texts. */
static void
find(struct doctor *doctor, enum finding_kind kind, struct buffer *text,
    struct buffer *remedy)
{
	struct findings *all = doctor->findings;
	struct finding *grown;

	grown = realloc(all->finding, (all->count + 1) * sizeof *grown);
	if (grown == NULL) {
		error_no_memory(&doctor->err);
		buffer_release(text);
		buffer_release(remedy);
		return;
	}
	all->finding = grown;
	grown += all->count;
	grown->kind = kind;
	grown->remedy = remedy->length == 0 ? NULL :
	    buffer_detach(remedy, &doctor->err);
	grown->text = buffer_detach(text, &doctor->err);
	if (grown->text == NULL)
		free(grown->remedy);
	else
		all->count++;
}

/* --- Tokens -------------------------------------------------------------- */

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
}

static void
hold_profile(struct doctor *doctor, const struct profile *profile)
{
	struct credential credential;
	struct buffer where = BUFFER_INIT;

	if (credential_load(doctor->app->store, profile->name, &credential,
	    NULL) == 0) {
		buffer_addf(&where, "%s/%s/%s",
		    store_path(doctor->app->store), profile->name,
		    CREDENTIAL_FILE);
		hold(doctor, credential.refresh_token, where.data,
		    profile->name, NULL, NULL);
	}
	credential_release(&credential);
	buffer_release(&where);
}

static int
hold_backup(int dir, const char *entry, const char *name, void *data)
{
	struct credential credential = CREDENTIAL_INIT;
	struct buffer where = BUFFER_INIT, path = BUFFER_INIT;
	struct doctor *doctor = data;

	if (credential_read(dir, &credential, NULL, NULL) == 0) {
		buffer_addf(&where, _("the backup of '%s', which was "
		    "forgotten"), name);
		buffer_addf(&path, "%s/.chatelaine/" STORE_BACKUPS "/%s",
		    store_path(doctor->app->store), entry);
		hold(doctor, credential.refresh_token, where.data, NULL, NULL,
		    path.data);
	}
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
			find(doctor, FINDING_STRANGER, &text, &remedy);
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

	use_known_places(doctor->app, &places, &doctor->err);
	for (size_t i = 0; i < list->count; i++) {
		if (login_place(&list->profile[i], &place, NULL) == 0)
			places_add(&places, &place, &doctor->err);
		place_release(&place);
	}
	for (size_t i = 0; i < places.count; i++)
		look_at_place(doctor, &places.place[i]);
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

static void
tell_copy(struct doctor *doctor, const struct holder *a,
    const struct holder *b)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;

	buffer_addf(&text, _("one refresh token is in two files: %s and %s; "
	    "when both are used, the issuer ends the login"), a->where,
	    b->where);
	add_remedy(&remedy, a, b);
	find(doctor, FINDING_COPY, &text, &remedy);
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

/* --- The rest ------------------------------------------------------------ */

/* Where others may read it; what has more than one name is another matter. */
static void
add_chmod(struct doctor *doctor, const struct profile *profile,
    struct buffer *out)
{
	struct buffer path = BUFFER_INIT;
	struct stat file, dir;
	int fd = store_open_profile(doctor->app->store, profile->name, NULL);

	if (fd >= 0 && fstat(fd, &dir) == 0 && fstatat(fd, CREDENTIAL_FILE,
	    &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ((file.st_mode | dir.st_mode) & 077) != 0) {
		buffer_addf(&path, "%s/%s", store_path(doctor->app->store),
		    profile->name);
		buffer_add_string(out, "chmod -R go= ");
		buffer_add_word(out, path.data);
	}
	if (fd >= 0)
		close(fd);
	buffer_release(&path);
}

static void
tell_profile(struct doctor *doctor, struct profile *profile)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;

	if (profile->damage != NULL) {
		buffer_addf(&text, _("'%s' cannot be read, and is left as it "
		    "is: %s"), profile->name, profile->damage);
		buffer_addf(&remedy, "chatelaine login %s", profile->name);
		find(doctor, FINDING_DAMAGE, &text, &remedy);
		return;
	}
	for (char *const *w = profile->warning; *w != NULL; w++) {
		buffer_addf(&text, "'%s': %s", profile->name, *w);
		add_chmod(doctor, profile, &remedy);
		find(doctor, FINDING_MODE, &text, &remedy);
	}
	for (size_t i = 0; i < PROFILE_WARNINGS; i++) {
		free(profile->warning[i]);
		profile->warning[i] = NULL;
	}
	shown_complete_one(doctor->app, profile, &doctor->err);
	for (char *const *w = profile->warning; *w != NULL; w++) {
		const char *command = strstr(*w, "chatelaine ");

		buffer_addf(&text, "'%s': %s", profile->name, *w);
		/* The sentence ends in it. */
		if (command != NULL)
			buffer_add_string(&remedy, command);
		find(doctor, FINDING_TARGET, &text, &remedy);
	}
}

/* What is in a directory of the store can be exchanged by whoever may write
 * to it, however private it is itself. */
static void
tell_directory(struct doctor *doctor, const char *below)
{
	struct buffer path = BUFFER_INIT, text = BUFFER_INIT;
	struct buffer remedy = BUFFER_INIT;
	struct stat st;

	if (fstatat(store_root(doctor->app->store), *below == '\0' ? "." :
	    below, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode) ||
	    (st.st_mode & 022) == 0)
		return;
	buffer_addf(&path, "%s%s%s", store_path(doctor->app->store),
	    *below == '\0' ? "" : "/", below);
	buffer_addf(&text, _("others may exchange what is in %s: it is mode "
	    "%04o"), path.data, (unsigned int)(st.st_mode & 07777));
	buffer_add_string(&remedy, "chmod go-w ");
	buffer_add_word(&remedy, path.data);
	find(doctor, FINDING_MODE, &text, &remedy);
	buffer_release(&path);
}

static void
tell_keeper(struct doctor *doctor, const struct profile_list *list)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;

	if (!keep_advice(doctor->app, list, time_now(), &remedy))
		return;
	buffer_addf(&text, _("nothing renews these logins, and one has less "
	    "than %s left"), settings_text(doctor->app->settings,
	    SETTING_WINDOW));
	find(doctor, FINDING_KEEPER, &text, &remedy);
}

/* Nothing mends it: it is put aside, for whoever wants to know what happened,
 * and another one begins. */
static void
add_put_aside(struct doctor *doctor, struct buffer *out)
{
	struct buffer dir = BUFFER_INIT, aside = BUFFER_INIT;

	buffer_addf(&dir, "%s/.chatelaine", store_path(doctor->app->store));
	buffer_addf(&aside, "%s/audit.old", dir.data);
	buffer_add_string(out, "mkdir -p ");
	buffer_add_word(out, aside.data);
	buffer_add_string(out, " && mv --backup=numbered ");
	buffer_add_word(out, dir.data);
	buffer_add_string(out, "/audit.[hj]* ");
	buffer_add_word(out, aside.data);
	buffer_release(&dir);
	buffer_release(&aside);
}

static void
tell_audit(struct doctor *doctor)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer words = BUFFER_INIT;
	struct error why = ERROR_INIT;
	struct audit_log log;

	if (audit_load(doctor->app->store, &log, &why) != 0)
		buffer_addf(&text, _("the audit log cannot be read, and what "
		    "is done may not be written down: %s"), why.text);
	else if (log.chain.fault != AUDIT_WHOLE) {
		audit_add_chain(&words, &log);
		buffer_addf(&text, _("%s; it does not prove any more who did "
		    "what. To put it aside and begin another one:"),
		    words.data);
		add_put_aside(doctor, &remedy);
	}
	audit_log_release(&log);
	buffer_release(&words);
	if (text.length > 0)
		find(doctor, FINDING_AUDIT, &text, &remedy);
}

/* --- The sandbox --------------------------------------------------------- */

static void
add_parts(struct buffer *out, unsigned int parts)
{
	const char *before = "";

	for (unsigned int part = 0; part < SANDBOX_PARTS; part++)
		if ((parts & SANDBOX_PART(part)) != 0) {
			buffer_addf(out, "%s%s", before, sandbox_word(part));
			before = ", ";
		}
	if (parts == 0)
		buffer_add_string(out, _("nothing"));
}

void
doctor_add_sandbox(const struct findings *findings, struct buffer *out)
{
	struct buffer helper = BUFFER_INIT, offline = BUFFER_INIT;

	add_parts(&helper, findings->helper);
	add_parts(&offline, findings->offline);
	if (findings->landlock == 0)
		buffer_add_string(out, _("sandbox: none, since this system "
		    "has no Landlock"));
	else
		buffer_addf(out, _("sandbox: Landlock %d; denied to "
		    "chatelaine-oauth: %s; to commands that only look: %s"),
		    findings->landlock, helper.data, offline.data);
	buffer_release(&helper);
	buffer_release(&offline);
}

static void
look_at_sandbox(struct findings *findings)
{
	const int abi = sandbox_abi();

	findings->landlock = abi;
	findings->helper = sandbox_enforced(CONFINE_PARTS, abi);
	findings->offline = sandbox_enforced(APP_OFFLINE_PARTS, abi);
}

int
doctor_look(struct app *app, struct findings *findings, struct error *err)
{
	struct doctor doctor = { .app = app, .findings = findings };
	struct profile_list list;

	memset(findings, 0, sizeof *findings);
	look_at_sandbox(findings);
	if (login_load_all(app, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.count; i++)
		hold_profile(&doctor, &list.profile[i]);
	backup_for_each(app->store, hold_backup, &doctor);
	look_at_places(&doctor, &list);
	compare_tokens(&doctor);
	tell_keeper(&doctor, &list);
	tell_directory(&doctor, "");
	tell_directory(&doctor, ".chatelaine");
	for (size_t i = 0; i < list.count; i++)
		tell_profile(&doctor, &list.profile[i]);
	tell_audit(&doctor);
	profile_list_release(&list);
	for (size_t i = 0; i < doctor.holders; i++) {
		free(doctor.holder[i].where);
		free(doctor.holder[i].profile);
		free(doctor.holder[i].label);
		free(doctor.holder[i].backup);
	}
	free(doctor.holder);
	if (doctor.err.code == ERROR_NONE)
		return 0;
	if (err != NULL)
		*err = doctor.err;
	return -1;
}

void
findings_release(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->finding[i].text);
		free(findings->finding[i].remedy);
	}
	free(findings->finding);
	memset(findings, 0, sizeof *findings);
}
