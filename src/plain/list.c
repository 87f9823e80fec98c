/*
 * The profiles in numbered lines, their order and which of them are said.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/login.h"
#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "plain/part.h"

#define LEFT_MAX 64
#define VERIFY_MS 10000		/* somebody waits for it */

static int
load(struct plain *plain, struct error *err)
{
	const struct store_names none = { NULL, 0 };
	struct listing list;

	if (listing_load(plain->app, &list, &plain->list, err) != 0)
		return -1;
	listing_release(&plain->list);
	plain->list = list;
	/* Filter and order go by what the files say now. */
	listing_verify(&plain->list, VERIFY_MS);
	if (rows_load(&plain->rows, &plain->list, &none, time_now(),
	    err) != 0)
		return -1;
	rows_show(&plain->rows, &plain->list, ROWS_NONE);
	return 0;
}

static void
add_used(struct buffer *out, const struct profile *profile)
{
	struct buffer used = BUFFER_INIT, text = BUFFER_INIT;

	store_names_join(&profile->targets, &used);
	if (used.length > 0)
		buffer_addf(&text, _("used by %s"), used.data);
	if (text.length > 0) {
		buffer_add_string(out, ", ");
		text_add_safe(out, text.data);
	}
	buffer_release(&used);
	buffer_release(&text);
}

/* A row of the list, in words: "2. work, dev@example.com, Pro, ok, ...". */
static void
add_row(struct buffer *out, size_t number, const struct profile *profile,
    int64_t now)
{
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);
	char left[LEFT_MAX];
	struct buffer text = BUFFER_INIT;

	status_left(profile, now, left, sizeof left);
	buffer_addf(out, "%zu. ", number);
	text_add_safe(out, profile->name);
	if (profile->email != NULL) {
		buffer_add_string(out, ", ");
		text_add_safe(out, profile->email);
	}
	if (profile->plan != NULL) {
		buffer_add_string(out, ", ");
		text_add_safe(out, status_plan(profile->plan));
	}
	buffer_addf(&text, ", %s, ", status_word_of(profile, now));
	if (status != PROFILE_NEEDS_LOGIN && status != PROFILE_DAMAGED &&
	    profile->expires_at > now)
		/* TRANSLATORS: a length of time such as "9d 23h". */
		buffer_addf(&text, _("access ends in %s"), left);
	else
		buffer_add_string(&text, left);
	text_add_safe(out, text.data);
	buffer_release(&text);
	add_used(out, profile);
	if (profile->warning[0] != NULL)
		buffer_addf(out, ", %s", _("with a warning"));
	buffer_add_char(out, '\n');
}

static int
say_head(struct plain *plain, struct error *err)
{
	const struct rows *rows = &plain->rows;

	if (rows->total == 0)
		return cli_print(err, "%s", _("No profiles yet. 'add' signs "
		    "in, 'import' takes in a login that a program has."));
	if (rows->filter.length > 0)
		return cli_print(err, _("Profiles with '%s': %zu of %zu."),
		    rows->filter.text, rows->count, rows->total);
	return cli_print(err, _("Profiles: %zu."), rows->total);
}

/* "acme: 3 profiles, 1 sign in again, 2 ok": the worst first. */
static void
add_tenant(struct plain *plain, struct tree_tenant *tenant,
    struct buffer *out)
{
	char name[STORE_NAME_MAX + 1];

	tree_worst(&plain->list, tenant, plain->rows.now);
	tree_name(&plain->list, tenant, name);
	buffer_addf(out, "%s: ", name);
	buffer_addf(out, ngettext("%zu profile", "%zu profiles",
	    tenant->count), tenant->count);
	for (int i = PROFILE_STATUSES - 1; i >= 0; i--)
		if (tenant->by_status[i] > 0)
			buffer_addf(out, ", %u %s", tenant->by_status[i],
			    status_word((enum profile_status)i));
	if (tenant->forbidden > 0)
		buffer_addf(out, ", %u %s", tenant->forbidden,
		    _("not readable"));
	buffer_add_char(out, '\n');
}

int
plain_tenants(struct plain *plain, struct error *err)
{
	const struct tree *tree = &plain->rows.tree;
	struct buffer text = BUFFER_INIT;
	int result;

	if (load(plain, err) != 0)
		return -1;
	for (size_t i = 0; i < tree->tenants; i++)
		if (tree->tenant[i].shown > 0)
			add_tenant(plain, &tree->tenant[i], &text);
	if (text.length == 0)
		buffer_addf(&text, "%s\n", _("No tenant has several "
		    "profiles; 'list' says them all."));
	result = cli_write(&text, err);
	listing_save(&plain->list);
	buffer_release(&text);
	return result;
}

int
plain_list(struct plain *plain, struct error *err)
{
	const struct tree *tree = &plain->rows.tree;
	struct buffer text = BUFFER_INIT;
	const struct profile *profile;
	int64_t now = time_now();
	struct profile view;
	int result;

	if (load(plain, err) != 0)
		return -1;
	result = say_head(plain, err);
	store_names_release(&plain->numbered);
	for (size_t i = 0; i < tree->lines && result == 0; i++) {
		if (tree_tenant(tree, tree->line[i]) != NULL) {
			add_tenant(plain, tree_tenant(tree, tree->line[i]),
			    &text);
			continue;
		}
		profile = listing_verified(&plain->list, tree->line[i],
		    &view);
		if (profile == NULL)
			continue;
		add_row(&text, plain->numbered.count + 1, profile, now);
		result = store_names_add(&plain->numbered, profile->name, err);
		listing_drop(profile, &view);
	}
	if (result == 0)
		result = cli_write(&text, err);
	listing_save(&plain->list);
	buffer_release(&text);
	return result;
}

/* --- Numbers -------------------------------------------------------------- */

/* True unless it is known that there is no such profile. */
static bool
is_profile(const struct plain *plain, const char *name)
{
	struct error why = ERROR_INIT;
	struct profile profile;
	bool there;

	there = login_load(plain->app, name, &profile, &why) == 0 ||
	    (why.code != ERROR_NOT_FOUND && why.code != ERROR_USAGE);
	profile_release(&profile);
	return there;
}

int
plain_choice(const char *answer, size_t count)
{
	unsigned long number;

	if (*answer == '\0' || strspn(answer, "0123456789") != strlen(answer))
		return -1;
	number = strtoul(answer, NULL, 10);
	return number >= 1 && number <= count ? (int)number - 1 : -1;
}

const char *
plain_name(const struct plain *plain, const char *word, struct error *err)
{
	bool sure = *word == '#';
	const char *digits = word + sure, *name;
	int at = plain_choice(digits, plain->numbered.count);

	/* "-" is the profile before, for use. */
	if (at < 0 && !sure && (strcmp(word, "-") == 0 ||
	    is_profile(plain, word)))
		return word;
	if (at < 0 && isdigit((unsigned char)*digits)) {
		error_set(err, ERROR_NOT_FOUND, _("there is no number %s; "
		    "'list' says the numbers that there are"), digits);
		return NULL;
	}
	if (at < 0) {
		error_set(err, ERROR_NOT_FOUND, _("there is no profile '%s'; "
		    "'list' says those that there are"), word);
		return NULL;
	}
	name = plain->numbered.name[at];
	/* What is deleted must not be a matter of taste. */
	if (!sure && strcmp(word, name) != 0 && is_profile(plain, word)) {
		error_set(err, ERROR_USAGE, _("'%s' is the number of '%s' and "
		    "the name of another profile; '#%s' is the number"), word,
		    name, word);
		return NULL;
	}
	return name;
}
