#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/facts.h"
#include "app/login.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/jwt.h"

static const char *const labels[FACTS] = {
	[FACT_PROFILE] = N_("profile"),
	[FACT_CHOSEN_BY] = N_("chosen by"),
	[FACT_ACCOUNT] = N_("account"),
	[FACT_PLAN] = N_("plan"),
	[FACT_LABEL] = N_("label"),
	[FACT_STATUS] = N_("status"),
	[FACT_NEXT_STEP] = N_("next step"),
	[FACT_ISSUED] = N_("access issued"),
	[FACT_ENDS] = N_("access ends"),
	[FACT_RENEWED] = N_("last renewed"),
	[FACT_SINCE] = N_("since"),
	[FACT_RENEWED_BY] = N_("renewed by"),
	[FACT_LENT_TO] = N_("lent to"),
	[FACT_USED_BY] = N_("used by"),
	[FACT_REFUSAL] = N_("last refusal"),
	[FACT_USER_ID] = N_("user id"),
	[FACT_ACCOUNT_ID] = N_("account id"),
	[FACT_FILES] = N_("files"),
	[FACT_WARNING] = N_("warning"),
};

const char *
fact_label(enum fact fact)
{
	return fact < FACTS ? _(labels[fact]) : "";
}

int
fact_columns(void)
{
	int most = 0;

	for (int i = 0; i < FACTS; i++)
		most = text_widest(most, _(labels[i]));
	return most;
}

static int64_t
issued_at(const struct app *app, const char *name)
{
	struct credential credential = CREDENTIAL_INIT;
	struct identity identity = IDENTITY_INIT;
	int64_t when = TIME_UNKNOWN;

	if (login_load_credential(app, name, &credential, NULL) == 0 &&
	    identity_read(&identity, credential.access_token, NULL, NULL) == 0)
		when = identity.issued_at;
	identity_release(&identity);
	credential_release(&credential);
	return when;
}

/* In one unit. What is of the future is new. */
static void
format_age(char age[TIME_TEXT_SIZE], int64_t seconds)
{
	/* TRANSLATORS: how old a file is, in days, hours or minutes: for "%s
	 * old". */
	if (seconds >= INT64_C(48) * 3600)
		snprintf(age, TIME_TEXT_SIZE, _("%dd"),
		    (int)(seconds / 86400));
	else if (seconds >= 3600)
		snprintf(age, TIME_TEXT_SIZE, _("%dh"),
		    (int)(seconds / 3600));
	else
		snprintf(age, TIME_TEXT_SIZE, _("%dm"),
		    seconds < 0 ? 0 : (int)(seconds / 60));
}

/* "0600, 3d old", with whose it is where that is not who looks, and with its
 * links where there are several. */
static void
add_mode(const struct stat *st, struct buffer *out)
{
	const unsigned int mode = (unsigned int)(st->st_mode & 07777);
	const unsigned long uid = st->st_uid, links = st->st_nlink;
	const bool ours = st->st_uid == geteuid();
	char age[TIME_TEXT_SIZE];

	format_age(age, time_now() - (int64_t)st->st_mtime);
	/* TRANSLATORS: the mode of a file, and how old it is: "3d". */
	if (ours && links <= 1)
		buffer_addf(out, _("%04o, %s old"), mode, age);
	else if (ours)
		buffer_addf(out, ngettext("%04o, %lu link, %s old",
		    "%04o, %lu links, %s old", links), mode, links, age);
	else if (links <= 1)
		buffer_addf(out, _("%04o, of user %lu, %s old"), mode, uid,
		    age);
	else
		buffer_addf(out, ngettext("%04o, of user %lu, %lu link, %s "
		    "old", "%04o, of user %lu, %lu links, %s old", links),
		    mode, uid, links, age);
}

static void
add_file(struct facts *facts, int dir, const char *name)
{
	struct buffer text = BUFFER_INIT;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	buffer_addf(&text, "%s ", name);
	add_mode(&st, &text);
	if (buffer_ok(&text, NULL))
		store_names_add(&facts->files, text.data, NULL);
	buffer_release(&text);
}

void
facts_look(const struct app *app, const struct profile *profile,
    struct facts *facts)
{
	static const char *const files[] = {
		CREDENTIAL_FILE, PROFILE_FILE, STORE_VOLUME_FILE
	};
	struct buffer text = BUFFER_INIT;
	struct stat st;
	int dir;

	*facts = (struct facts)FACTS_INIT;
	facts->issued_at = issued_at(app, profile->name);
	dir = store_open_profile(app->store, profile->name, NULL);
	for (size_t i = 0; dir >= 0 && i < sizeof files / sizeof files[0]; i++)
		add_file(facts, dir, files[i]);
	if (dir >= 0)
		close(dir);
	/* The file itself, wherever a link to it leads. */
	if (profile->owner_path != NULL && stat(profile->owner_path, &st) == 0)
		add_mode(&st, &text);
	if (text.length > 0)
		facts->lent = buffer_detach(&text, NULL);
	buffer_release(&text);
}

void
facts_release(struct facts *facts)
{
	store_names_release(&facts->files);
	free(facts->lent);
	*facts = (struct facts)FACTS_INIT;
}
