/*
 * What the files of programs show, and what is lent to them.
 */
#include "config.h"

#include <sys/stat.h>

#include <string.h>

#include "app/doctor_part.h"
#include "app/login.h"
#include "app/running.h"
#include "app/shown.h"
#include "base/i18n.h"
#include "base/time.h"

/* After how many days without access, and without a change of its file, a lent
 * login is asked after. */
#define UNSEEN_DAYS 3
/* How many that run are told of one target. */
#define RUNNING_MOST 8

#define DAY ((int64_t)24 * 3600)

/* --- Targets -------------------------------------------------------------- */

static void
look_at_target(struct doctor *doctor, const struct profile *profile,
    const struct target *target)
{
	struct buffer warning = BUFFER_INIT, text = BUFFER_INIT;
	struct buffer remedy = BUFFER_INIT, label = BUFFER_INIT;
	struct mend mend = { MEND_NOTHING, profile->name, NULL, NULL,
	    target->path };
	enum shown_state state;
	struct place place;
	const char *command;

	if (shown_state(target, profile, &place, &state))
		shown_add_warning(profile, state, &place, &warning);
	if (warning.length > 0) {
		place_label(&place, &label);
		if (state == SHOWN_STALE)
			mend.what = MEND_VIEW;
		mend.place = label.data;
		buffer_addf(&text, "'%s': %s", profile->name, warning.data);
		/* The sentence ends in it. */
		command = strstr(warning.data, "chatelaine ");
		if (command != NULL)
			buffer_add_string(&remedy, command);
		doctor_find(doctor, FINDING_TARGET, &text, &remedy, &mend);
	}
	buffer_release(&warning);
	buffer_release(&label);
	place_release(&place);
}

/* A program reads its login when it starts. */
static void
tell_running(struct doctor *doctor, const struct target *target,
    const struct place *place, const struct running *running)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer label = BUFFER_INIT;

	place_label(place, &label);
	buffer_addf(&text, _("%s (process %ld) has run since before %s was "
	    "switched to '%s', and may go on with what it read then; start it "
	    "anew"), running->name, running->pid, label.data,
	    target->profile);
	doctor_find(doctor, FINDING_RUNNING, &text, &remedy, NULL);
	buffer_release(&label);
}

/* Of many targets nearly all are of programs that do not run, which is asked
 * once of each kind. */
static bool
runs(struct doctor *doctor, const struct consumer *consumer)
{
	const size_t number = (size_t)(consumer - consumers);
	struct running one;

	if (number >= sizeof doctor->runs)
		return true;
	if (doctor->runs[number] == 0)
		doctor->runs[number] = running_find(consumer, NULL, &one,
		    1) > 0 ? 'y' : 'n';
	return doctor->runs[number] == 'y';
}

static void
look_at_running(struct doctor *doctor, const struct target *target)
{
	struct place place = PLACE_INIT;
	struct running list[RUNNING_MOST];
	struct buffer dir = BUFFER_INIT;
	size_t count = 0;

	if (target->since != TIME_UNKNOWN && place_set(&place, target->kind,
	    target->path, NULL) == 0 && runs(doctor, place.consumer)) {
		buffer_add(&dir, target->path, (size_t)(strrchr(target->path,
		    '/') - target->path));
		count = running_find(place.consumer, dir.data, list,
		    RUNNING_MOST);
	}
	for (size_t i = 0; i < count; i++)
		if (list[i].began != TIME_UNKNOWN &&
		    list[i].began < target->since - 1)
			tell_running(doctor, target, &place, &list[i]);
	buffer_release(&dir);
	place_release(&place);
}

void
doctor_look_at_targets(struct doctor *doctor, const struct profile *profile)
{
	for (size_t i = 0; i < doctor->targets.count; i++) {
		const struct target *target = &doctor->targets.target[i];

		if (target->profile != NULL && !target->run &&
		    strcmp(target->profile, profile->name) == 0) {
			look_at_target(doctor, profile, target);
			look_at_running(doctor, target);
		}
	}
}

/* --- Lent logins ---------------------------------------------------------- */

/* What the list warns of, but for the files of the store itself, which come
 * first, and are told with what helps (app/doctor_files). */
static void
tell_warnings(struct doctor *doctor, const struct profile *profile)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct profile stored;
	size_t told = 0;

	if (profile->warning[0] == NULL)
		return;
	if (profile_load(doctor->app->store, profile->name, &stored,
	    NULL) == 0)
		while (stored.warning[told] != NULL)
			told++;
	profile_release(&stored);
	for (; told < PROFILE_WARNINGS && profile->warning[told] != NULL;
	    told++) {
		const char *command = strstr(profile->warning[told],
		    "chatelaine ");

		buffer_addf(&text, "'%s': %s", profile->name,
		    profile->warning[told]);
		if (command != NULL)
			buffer_add_string(&remedy, command);
		doctor_find(doctor, FINDING_MODE, &text, &remedy, NULL);
	}
}

/* Its program is to renew it; where it has not run for days, nobody does. */
static void
tell_unseen(struct doctor *doctor, const struct profile *profile)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	const int64_t now = time_now();
	struct stat st;
	int days;

	if (profile->expires_at == TIME_UNKNOWN ||
	    profile->expires_at > now - UNSEEN_DAYS * DAY ||
	    stat(profile->owner_path, &st) != 0 ||
	    (int64_t)st.st_mtime > now - UNSEEN_DAYS * DAY)
		return;
	days = (int)((now - (int64_t)st.st_mtime) / DAY);
	buffer_addf(&text, ngettext("'%s' is lent to %s, which has not been "
	    "written for %d day, and its access has ended: nothing renews it",
	    "'%s' is lent to %s, which has not been written for %d days, and "
	    "its access has ended: nothing renews it", (unsigned long)days),
	    profile->name, profile->owner_path, days);
	buffer_addf(&remedy, "chatelaine take-back %s", profile->name);
	doctor_find(doctor, FINDING_LENT, &text, &remedy, NULL);
}

void
doctor_look_at_lent(struct doctor *doctor, const struct profile *profile)
{
	tell_warnings(doctor, profile);
	if (profile->owner != NULL)
		tell_unseen(doctor, profile);
}
