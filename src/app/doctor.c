/*
 * What is found, and in which order.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/audit.h"
#include "app/clock.h"
#include "app/doctor_part.h"
#include "app/keep.h"
#include "app/login.h"
#include "base/i18n.h"
#include "base/time.h"
#include "storage/skew.h"

/* What clocks of two machines may differ by. Seconds. */
#define SKEW 300

const char *
doctor_kind_word(enum finding_kind kind)
{
	static const char *const words[] = {
		[FINDING_COPY] = "copy",
		[FINDING_SPENT] = "spent",
		[FINDING_DAMAGE] = "damage",
		[FINDING_TARGET] = "target",
		[FINDING_STRANGER] = "stranger",
		[FINDING_MODE] = "warning",
		[FINDING_OWNER] = "owner",
		[FINDING_LEFTOVER] = "leftover",
		[FINDING_LENT] = "lent",
		[FINDING_RUNNING] = "running",
		[FINDING_CLOCK] = "clock",
		[FINDING_KEEPER] = "keeper",
		[FINDING_AUDIT] = "audit",
	};

	return words[kind];
}

const char *
doctor_fix_word(enum finding_fix fix)
{
	static const char *const words[] = {
		[FIX_NONE] = NULL,
		[FIX_WOULD] = "would",
		[FIX_DONE] = "done",
	};

	return words[fix];
}

static int
set_mend(struct finding *finding, const struct mend *mend, struct error *err)
{
	if (mend == NULL || mend->what == MEND_NOTHING)
		return 0;
	finding->mend = mend->what;
	finding->fix = FIX_WOULD;
	if (target_set(&finding->profile, mend->profile, err) != 0 ||
	    target_set(&finding->entry, mend->entry, err) != 0 ||
	    target_set(&finding->place, mend->place, err) != 0)
		return -1;
	return target_set(&finding->at, mend->at, err);
}

static void
release(struct finding *finding)
{
	free(finding->text);
	free(finding->remedy);
	free(finding->problem);
	free(finding->profile);
	free(finding->entry);
	free(finding->place);
	free(finding->at);
}

void
doctor_find(struct doctor *doctor, enum finding_kind kind,
    struct buffer *text, struct buffer *remedy, const struct mend *mend)
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
	memset(grown, 0, sizeof *grown);
	grown->kind = kind;
	buffer_ok(remedy, &doctor->err);
	grown->remedy = remedy->length == 0 ? NULL :
	    buffer_detach(remedy, &doctor->err);
	grown->text = buffer_detach(text, &doctor->err);
	if (grown->text == NULL ||
	    set_mend(grown, mend, &doctor->err) != 0)
		release(grown);
	else
		all->count++;
}

static void
tell_damage(struct doctor *doctor, const struct profile *profile)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;

	if (profile->forbidden) {
		buffer_addf(&text, _("'%s' is not readable: %s"),
		    profile->name, profile->damage);
		buffer_addf(&remedy, "sudo chatelaine --store %s doctor",
		    store_path(doctor->app->store));
	} else {
		buffer_addf(&text, _("'%s' cannot be read, and is left as it "
		    "is: %s"), profile->name, profile->damage);
		if (!profile->unsure)
			buffer_addf(&remedy, "chatelaine login %s",
			    profile->name);
	}
	doctor_find(doctor, FINDING_DAMAGE, &text, &remedy, NULL);
}

/* What the issuer told last. */
static bool
tell_skew(struct doctor *doctor)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	char then[TIME_TEXT_SIZE];
	struct skew skew;

	if (skew_load(doctor->app->store, &skew, NULL) != 0)
		return false;
	clock_sentence(skew.ahead, &text);
	app_time(doctor->app, then, skew.at);
	buffer_add_char(&text, ' ');
	buffer_addf(&text, _("(as it said at %s)"), then);
	buffer_add_string(&remedy, "timedatectl set-ntp true");
	doctor_find(doctor, FINDING_CLOCK, &text, &remedy, NULL);
	return true;
}

/* Of what is in the future, no renewal comes in time. */
static void
tell_clock(struct doctor *doctor, const struct profile_list *list)
{
	const struct profile *latest = NULL;
	const int64_t now = time_now();
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	char then[TIME_TEXT_SIZE], clock[TIME_TEXT_SIZE];

	if (tell_skew(doctor))
		return;
	for (size_t i = 0; i < list->count; i++) {
		const struct profile *p = &list->profile[i];

		if (p->last_refresh != TIME_UNKNOWN &&
		    p->last_refresh > now + SKEW && (latest == NULL ||
		    p->last_refresh > latest->last_refresh))
			latest = p;
	}
	if (latest == NULL)
		return;
	app_time(doctor->app, then, latest->last_refresh);
	app_time(doctor->app, clock, now);
	buffer_addf(&text, _("'%s' was renewed at %s, and the clock of this "
	    "machine says %s: with a wrong clock logins are renewed too late, "
	    "or too often"), latest->name, then, clock);
	buffer_add_string(&remedy, "timedatectl set-ntp true");
	doctor_find(doctor, FINDING_CLOCK, &text, &remedy, NULL);
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
	doctor_find(doctor, FINDING_KEEPER, &text, &remedy, NULL);
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
		doctor_find(doctor, FINDING_AUDIT, &text, &remedy, NULL);
}

/* Nobody but the person knows whether it is worth mending by hand. */
static void
look_at_list(struct doctor *doctor)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer path = BUFFER_INIT;
	struct error why = ERROR_INIT;

	doctor->listed = targets_load(doctor->app->store, &doctor->targets,
	    &why) == 0;
	if (doctor->listed)
		return;
	if (error_is_no_memory(&why)) {
		doctor->err = why;
		return;
	}
	buffer_addf(&path, "%s/.chatelaine/" STORE_STATE_FILE,
	    store_path(doctor->app->store));
	buffer_addf(&text, _("what programs show cannot be read, and no view "
	    "follows a renewal: %s; to put it aside, and switch them anew:"),
	    why.text);
	buffer_add_string(&remedy, "mv --backup=numbered ");
	buffer_add_word(&remedy, path.data);
	buffer_add_char(&remedy, ' ');
	buffer_add_string(&path, ".damaged");
	buffer_add_word(&remedy, path.data);
	doctor_find(doctor, FINDING_DAMAGE, &text, &remedy, NULL);
	buffer_release(&path);
}

static void
look_at_profile(struct doctor *doctor, const struct profile *profile)
{
	doctor_look_at_files(doctor, profile);
	if (profile->damage != NULL) {
		tell_damage(doctor, profile);
		return;
	}
	doctor_look_at_lent(doctor, profile);
	doctor_look_at_targets(doctor, profile);
}

int
doctor_look(struct app *app, struct findings *findings, struct error *err)
{
	struct profile_list list;
	struct doctor doctor = { .app = app, .findings = findings,
	    .list = &list };

	memset(findings, 0, sizeof *findings);
	doctor_look_around(app, findings);
	if (login_load_all(app, &list, err) != 0)
		return -1;
	look_at_list(&doctor);
	doctor_look_at_tokens(&doctor);
	tell_keeper(&doctor, &list);
	for (size_t i = 0; i < list.count; i++)
		look_at_profile(&doctor, &list.profile[i]);
	doctor_look_at_parts(&doctor);
	tell_clock(&doctor, &list);
	tell_audit(&doctor);
	profile_list_release(&list);
	targets_release(&doctor.targets);
	doctor_release_tokens(&doctor);
	if (doctor.err.code == ERROR_NONE)
		return 0;
	if (err != NULL)
		*err = doctor.err;
	return -1;
}

size_t
findings_count(const struct findings *findings, enum finding_fix fix)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->finding[i].fix == fix)
			count++;
	return count;
}

void
findings_release(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		release(&findings->finding[i]);
	free(findings->finding);
	memset(findings, 0, sizeof *findings);
}
