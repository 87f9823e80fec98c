/*
 * For programs that monitor: the store as metrics, and as one line with a
 * status.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/listing.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/monitor.h"
#include "cli/report.h"

/* What the plugins of Nagios end with, and their words for it. */
enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_CRITICAL, VERDICT_UNKNOWN };

static const char *const verdict_words[] = {
	[VERDICT_OK] = "OK",
	[VERDICT_WARNING] = "WARNING",
	[VERDICT_CRITICAL] = "CRITICAL",
	[VERDICT_UNKNOWN] = "UNKNOWN",
};

/* A login that is over is critical; one that ends soon is none of our worries
 * while something renews it, and that does so before. */
static const enum verdict verdicts[PROFILE_STATUSES] = {
	[PROFILE_OK] = VERDICT_OK,
	[PROFILE_EXPIRING_SOON] = VERDICT_WARNING,
	[PROFILE_EXPIRED] = VERDICT_CRITICAL,
	[PROFILE_IN_DOUBT] = VERDICT_WARNING,
	[PROFILE_ACCESS_ONLY] = VERDICT_WARNING,
	[PROFILE_NEEDS_LOGIN] = VERDICT_CRITICAL,
	[PROFILE_DAMAGED] = VERDICT_CRITICAL,
};

static enum profile_status
status_of(const struct profile *profile, int64_t now)
{
	enum profile_reason reason;

	return profile_status(profile, now, &reason);
}

/* --- One line ------------------------------------------------------------- */

static enum verdict
verdict_of(const struct profile *profile, int64_t now)
{
	enum verdict verdict = verdicts[status_of(profile, now)];

	return verdict == VERDICT_OK && profile->warning[0] != NULL ?
	    VERDICT_WARNING : verdict;
}

/* Appends ": old (needs-login), ..." for what is not as it should be, and adds
 * up the rest. */
static enum verdict
judge(struct listing *list, const char *tenant,
    size_t count[PROFILE_STATUSES], struct buffer *names)
{
	enum verdict worst = VERDICT_OK, verdict;
	int64_t now = time_now();
	struct profile view;

	for (size_t i = 0; i < list->count; i++) {
		const struct profile *p = NULL;
		enum profile_status status;

		if (report_is_of_tenant(listing_name(list, i), tenant))
			p = listing_verified(list, i, &view);
		if (p == NULL)
			continue;
		status = status_of(p, now);
		count[status]++;
		verdict = verdict_of(p, now);
		if (verdict > worst)
			worst = verdict;
		if (verdict != VERDICT_OK)
			buffer_addf(names, "%s %s (%s)",
			    names->length > 0 ? "," : ":", p->name,
			    verdicts[status] == VERDICT_OK ? p->warning[0] :
			    profile_status_word(status));
		listing_drop(p, &view);
	}
	return worst;
}

/* The guidelines' line is not translated: programs read it. */
static int
say(struct cli *cli, struct listing *list, struct error *err)
{
	size_t count[PROFILE_STATUSES] = { 0 }, all = 0;
	struct buffer names = BUFFER_INIT, text = BUFFER_INIT;
	enum verdict verdict;
	int result;

	verdict = judge(list, cli->value[OPTION_TENANT], count, &names);
	for (int i = 0; i < PROFILE_STATUSES; i++)
		all += count[i];
	buffer_addf(&text, "CHATELAINE %s - %zu profile%s",
	    verdict_words[verdict], all, all == 1 ? "" : "s");
	/* What stands behind a "|" would be taken for figures. */
	for (size_t i = 0; i < names.length; i++)
		if (names.data[i] == '|')
			names.data[i] = '/';
	if (names.length > 0)
		text_add_safe(&text, names.data);
	buffer_add_string(&text, " |");
	for (int i = 0; i < PROFILE_STATUSES; i++)
		buffer_addf(&text, " %s=%zu",
		    profile_status_word((enum profile_status)i), count[i]);
	buffer_add_char(&text, '\n');
	result = cli_write(&text, err);
	cli->status = verdict;
	buffer_release(&names);
	buffer_release(&text);
	return result;
}

int
monitor_list(struct cli *cli, struct error *err)
{
	struct listing list;
	int result = -1;

	if (listing_load(cli->app, &list, NULL, err) == 0)
		result = say(cli, &list, err);
	listing_release(&list);
	return result;
}

int
monitor_fail(const struct error *err)
{
	cli_print(NULL, "CHATELAINE %s - %s", verdict_words[VERDICT_UNKNOWN],
	    err->text);
	return VERDICT_UNKNOWN;
}

/* --- Metrics -------------------------------------------------------------- */

static void
add_head(struct buffer *out, const char *name, const char *help)
{
	buffer_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* A name has no character that would want an escape (store_check_name()); an
 * owner may come from a file. */
static void
add_label(struct buffer *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			buffer_add_char(out, '\\');
		if ((unsigned char)*value >= ' ')
			buffer_add_char(out, *value);
	}
}

/* What the metrics of all profiles are put together in. */
struct metrics {
	size_t count[PROFILE_STATUSES];
	struct buffer ends, renewals;
};

/* 0 is unknown. */
static void
add_time(struct buffer *out, const char *metric, const struct profile *profile,
    int64_t value)
{
	if (value == 0)
		return;
	buffer_addf(out, "%s{profile=\"%s\",owner=\"", metric, profile->name);
	add_label(out, profile->owner != NULL ? profile->owner : "chatelaine");
	buffer_addf(out, "\"} %" PRId64 "\n", value);
}

static void
measure(struct metrics *metrics, struct listing *list)
{
	int64_t now = time_now();
	struct profile view;

	add_head(&metrics->ends, "chatelaine_access_end_time_seconds",
	    "When the access token of a profile ends, since 1970.");
	add_head(&metrics->renewals, "chatelaine_last_refresh_time_seconds",
	    "When the tokens of a profile were renewed last, since 1970.");
	for (size_t i = 0; i < list->count; i++) {
		const struct profile *p = listing_verified(list, i, &view);

		if (p == NULL)
			continue;
		metrics->count[status_of(p, now)]++;
		add_time(&metrics->ends, "chatelaine_access_end_time_seconds",
		    p, p->expires_at);
		add_time(&metrics->renewals,
		    "chatelaine_last_refresh_time_seconds", p,
		    p->last_refresh);
		listing_drop(p, &view);
	}
}

static int
write_metrics(struct metrics *metrics, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = -1;

	add_head(&text, "chatelaine_profiles", "Profiles of each status.");
	for (int i = 0; i < PROFILE_STATUSES; i++)
		buffer_addf(&text, "chatelaine_profiles{status=\"%s\"} %zu\n",
		    profile_status_word((enum profile_status)i),
		    metrics->count[i]);
	if (cli_write(&text, err) == 0 &&
	    cli_write(&metrics->ends, err) == 0)
		result = cli_write(&metrics->renewals, err);
	buffer_release(&text);
	return result;
}

int
cli_run_metrics(struct cli *cli, struct error *err)
{
	struct metrics metrics = { { 0 }, BUFFER_INIT, BUFFER_INIT };
	struct listing list;
	int result = -1;

	if (listing_load(cli->app, &list, NULL, err) == 0) {
		measure(&metrics, &list);
		result = write_metrics(&metrics, err);
	}
	listing_release(&list);
	buffer_release(&metrics.ends);
	buffer_release(&metrics.renewals);
	return result;
}
