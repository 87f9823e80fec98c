#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/usage.h"
#include "base/i18n.h"
#include "base/text.h"

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

#define DAYS_MAX 9999
#define LABEL_LEAST 8	/* columns */

/* As it is cut in the record. */
static bool
is_same(const char *kept, const char *id)
{
	char cut[USAGE_RECORD_TEXT + 1];

	usage_copy(cut, id);
	return strcmp(kept, cut) == 0;
}

int
usage_kept(const struct app *app, const struct profile *profile,
    struct usage_record *record, struct error *err)
{
	if (usage_load(app->store, profile->name, record, err) != 0)
		return -1;
	if (is_same(record->user_id, profile->user_id) &&
	    is_same(record->account_id, profile->account_id))
		return 0;
	return error_set(err, ERROR_NOT_FOUND,
	    _("the usage of '%s' has not been fetched"), profile->name);
}

void
usage_age(char text[TIME_TEXT_SIZE], const struct usage_record *record,
    int64_t now)
{
	int64_t age = now - record->fetched_at;

	/* TRANSLATORS: how long ago something was fetched. */
	if (age < MINUTE)
		snprintf(text, TIME_TEXT_SIZE, "%s", _("just now"));
	else if (age < HOUR)
		snprintf(text, TIME_TEXT_SIZE, _("%dm ago"),
		    (int)(age / MINUTE));
	else if (age < 2 * DAY)
		snprintf(text, TIME_TEXT_SIZE, _("%dh ago"),
		    (int)(age / HOUR));
	else if (age / DAY <= DAYS_MAX)
		snprintf(text, TIME_TEXT_SIZE, _("%dd ago"),
		    (int)(age / DAY));
	else
		snprintf(text, TIME_TEXT_SIZE, "%s", _("long ago"));
}

/* The record has it in English, as programs read it. */
static void
window_words(char text[TIME_TEXT_SIZE], const char *label)
{
	static const struct {
		const char *unit, *format;
	} units[] = {
		/* TRANSLATORS: the length of a window of usage. */
		{ "d", N_("%d d") },
		{ "h", N_("%d h") },
		{ "min", N_("%d min") },
	};
	char unit[4];
	int n;

	snprintf(text, TIME_TEXT_SIZE, "%s", strcmp(label, "weekly") == 0 ?
	    _("weekly") : label[0] != '\0' ? label : "?");
	/* NOLINTNEXTLINE(cert-err34-c): five digits fit. */
	if (sscanf(label, "%5d %3[a-z]", &n, unit) != 2)
		return;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(units[i].unit, unit) == 0)
			snprintf(text, TIME_TEXT_SIZE, _(units[i].format), n);
}

void
usage_limit_label(char label[USAGE_LABEL_SIZE], const struct usage_limit *limit)
{
	char window[TIME_TEXT_SIZE];

	window_words(window, limit->label);
	if (limit->name[0] == '\0')
		snprintf(label, USAGE_LABEL_SIZE, "%s", window);
	else
		snprintf(label, USAGE_LABEL_SIZE, "%s %s", limit->name,
		    window);
}

int
usage_label_columns(const struct usage_record *record, int most)
{
	char label[USAGE_LABEL_SIZE];
	int wanted = text_widest(LABEL_LEAST, _("limits"), _("limit"),
	    _("credits"));

	for (size_t i = 0; i < record->limits; i++) {
		usage_limit_label(label, &record->limit[i]);
		wanted = text_widest(wanted, label);
	}
	return wanted > most ? most : wanted;
}

const char *
usage_credits(const struct usage_record *record)
{
	if (!record->credits)
		return NULL;
	if (record->unlimited == 1)
		return _("unlimited");
	if (record->has_credits == 0)
		return _("none");
	return record->balance[0] != '\0' ? record->balance : _("unknown");
}

void
usage_resets(char text[TIME_TEXT_SIZE], const struct usage_limit *limit,
    int64_t now)
{
	int64_t left = limit->resets_at - now;

	if (limit->resets_at == TIME_UNKNOWN || left / DAY > DAYS_MAX)
		text[0] = '\0';
	else if (left <= 0)
		snprintf(text, TIME_TEXT_SIZE, "%s", _("has reset since"));
	else if (left >= 2 * DAY)
		snprintf(text, TIME_TEXT_SIZE, _("resets in %dd %dh"),
		    (int)(left / DAY), (int)(left % DAY / HOUR));
	else if (left >= HOUR)
		snprintf(text, TIME_TEXT_SIZE, _("resets in %dh %dm"),
		    (int)(left / HOUR), (int)(left % HOUR / MINUTE));
	else
		snprintf(text, TIME_TEXT_SIZE, _("resets in %dm"),
		    (int)((left + MINUTE - 1) / MINUTE));
}

int
usage_cells(int percent, int cells)
{
	int full = percent * cells / 100;

	if (percent <= 0)
		return 0;
	if (full == 0)
		return 1;
	return full > cells ? cells : full;
}
