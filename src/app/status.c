#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/status.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"

#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* protocol.md section 5, "Plan strings". Names, so not translated. */
static const struct {
	const char *plan, *name;
} plans[] = {
	{ "free", "Free" },
	{ "go", "Go" },
	{ "plus", "Plus" },
	{ "pro", "Pro" },
	{ "prolite", "Pro Lite" },
	{ "team", "Team" },
	{ "self_serve_business_usage_based", "Business" },
	{ "business", "Business" },
	{ "enterprise_cbp_usage_based", "Enterprise" },
	{ "enterprise", "Enterprise" },
	{ "hc", "Enterprise" },
	{ "edu", "Edu" },
	{ "education", "Edu" },
};

const char *
status_plan(const char *plan)
{
	if (plan == NULL)
		return "";
	for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
		if (strcmp(plans[i].plan, plan) == 0)
			return plans[i].name;
	return plan;
}

const char *
status_word(enum profile_status status)
{
	static const char *const words[] = {
		[PROFILE_OK] = N_("ok"),
		[PROFILE_EXPIRING_SOON] = N_("expiring"),
		[PROFILE_EXPIRED] = N_("expired"),
		[PROFILE_IN_DOUBT] = N_("in doubt"),
		[PROFILE_ACCESS_ONLY] = N_("access only"),
		[PROFILE_NEEDS_LOGIN] = N_("needs login"),
		[PROFILE_DAMAGED] = N_("damaged"),
	};

	return _(words[status]);
}

const char *
status_word_of(const struct profile *profile, int64_t now)
{
	enum profile_reason reason;

	return profile->forbidden ? _("not readable") :
	    status_word(profile_status(profile, now, &reason));
}

void
status_left(const struct profile *profile, int64_t now, char *text,
    size_t size)
{
	char left[TIME_TEXT_SIZE];
	enum profile_reason reason;

	switch (profile_status(profile, now, &reason)) {
	case PROFILE_DAMAGED:
		snprintf(text, size, "%s", profile->forbidden ?
		    _("not readable") : _("damaged"));
		return;
	case PROFILE_NEEDS_LOGIN:
		snprintf(text, size, "%s", _("sign in again"));
		return;
	default:
		break;
	}
	if (profile->expires_at == TIME_UNKNOWN)
		snprintf(text, size, "%s", _("unknown"));
	else {
		time_format_left(left, profile->expires_at - now);
		snprintf(text, size, "%s", left);
	}
}

/* What stands behind the time; NULL: nothing. */
static const char *
sign_of(enum profile_status status, const char *renewable)
{
	if (renewable == NULL)
		return NULL;
	switch (status) {
	case PROFILE_EXPIRED:
		return renewable;
	case PROFILE_IN_DOUBT:
		return "?";
	case PROFILE_ACCESS_ONLY:
		/* TRANSLATORS: behind the time left: it is not renewed. */
		return _("(last)");
	default:
		return NULL;
	}
}

void
status_left_signed(const struct profile *profile, int64_t now,
    const char *renewable, char *text, size_t size)
{
	enum profile_reason reason;
	const char *sign = sign_of(profile_status(profile, now, &reason),
	    renewable);
	const bool warned = profile->warning[0] != NULL;
	size_t n;

	status_left(profile, now, text, size);
	n = strlen(text);
	/* "ended 59min ago" is long: there the warning takes its place. */
	if (sign != NULL && !(warned && profile->expires_at <= now))
		snprintf(text + n, size - n, " %s", sign);
	n = strlen(text);
	if (warned)
		snprintf(text + n, size - n, " !");
}

/* Each value is asked for, with all of its signs. What has decades to go, or
 * ended decades ago, would take room from the others in some languages. */
int
status_left_columns(const char *renewable)
{
	static const int64_t lefts[] = {
		-9999 * DAY, -23 * HOUR, -59 * MINUTE, TIME_UNKNOWN,
		2 * DAY - 1, 999 * DAY + 23 * HOUR,
	};
	char text[STATUS_LEFT_SIZE], sign[] = "!";
	struct profile kind[] = {
		{ .renewable = true }, { .in_doubt = true },
		{ .renewable = false }, { .refused = REASON_REVOKED },
		{ .damage = sign }, { .damage = sign, .forbidden = true },
	};
	int columns, most = 0;

	for (size_t i = 0; i < sizeof kind / sizeof kind[0]; i++) {
		kind[i].warning[0] = sign;
		for (size_t k = 0; k < sizeof lefts / sizeof lefts[0]; k++) {
			kind[i].expires_at = lefts[k];
			status_left_signed(&kind[i], 0, renewable, text,
			    sizeof text);
			columns = text_columns(text);
			most = columns > most ? columns : most;
		}
	}
	return most;
}

const char *
status_reason(enum profile_reason reason)
{
	static const char *const texts[] = {
		[REASON_NONE] = "",
		[REASON_REUSED] = N_("its refresh token was already used by "
		    "another program"),
		[REASON_EXPIRED] = N_("its refresh token has expired"),
		[REASON_REVOKED] = N_("it was signed out or revoked"),
		[REASON_NO_REFRESH_TOKEN] = N_("it has no refresh token"),
	};

	return reason == REASON_NONE ? "" : _(texts[reason]);
}

void
status_meaning(const struct profile *profile, int64_t now, struct buffer *out)
{
	char left[TIME_TEXT_SIZE] = "";
	enum profile_reason reason;
	enum profile_status status = profile_status(profile, now, &reason);

	if (profile->expires_at != TIME_UNKNOWN)
		time_format_left_exact(left, profile->expires_at - now);
	switch (status) {
	case PROFILE_OK:
		buffer_addf(out, _("ok for %s"), left);
		break;
	case PROFILE_EXPIRING_SOON:
		buffer_addf(out, _("expiring in %s"), left);
		break;
	case PROFILE_EXPIRED:
		/* TRANSLATORS: behind it comes "ended 2h ago". */
		if (left[0] != '\0')
			buffer_addf(out, _("access %s"), left);
		else
			buffer_add_string(out, _("access has ended"));
		break;
	case PROFILE_IN_DOUBT:
		buffer_addf(out, _("in doubt: the last renewal got no answer; "
		    "access: %s"), left);
		break;
	case PROFILE_ACCESS_ONLY:
		buffer_addf(out, _("access only, for %s: it cannot be "
		    "renewed"), left);
		break;
	case PROFILE_NEEDS_LOGIN:
		buffer_addf(out, _("needs a login: %s"), status_reason(reason));
		break;
	case PROFILE_DAMAGED:
		buffer_addf(out, profile->forbidden ? _("not readable: %s") :
		    _("damaged, and left as it is: %s"), profile->damage);
		break;
	}
}

enum status_next
status_next(const struct profile *profile, int64_t now)
{
	enum profile_reason reason;

	switch (profile_status(profile, now, &reason)) {
	case PROFILE_OK:
		break;
	case PROFILE_EXPIRING_SOON:
	case PROFILE_EXPIRED:
		/* Its program renews it when it runs next. */
		return profile->owner != NULL ? NEXT_NOTHING : NEXT_REFRESH;
	case PROFILE_IN_DOUBT:
		return profile->expires_at - now > STATUS_RETRY_WINDOW ?
		    NEXT_LOGIN_OR_WAIT : NEXT_REFRESH;
	case PROFILE_ACCESS_ONLY:
	case PROFILE_NEEDS_LOGIN:
		return NEXT_LOGIN;
	case PROFILE_DAMAGED:
		return profile->forbidden ? NEXT_OTHER_USER : NEXT_LOGIN;
	}
	return NEXT_NOTHING;
}

const char *
status_other_user(void)
{
	return _("run this as root, or as the user whose it is");
}

void
status_sentence(const struct profile *profile, int64_t now,
    struct buffer *out)
{
	status_meaning(profile, now, out);
	switch (status_next(profile, now)) {
	case NEXT_NOTHING:
		break;
	case NEXT_REFRESH:
		buffer_addf(out, _("; renew it: chatelaine refresh %s"),
		    profile->name);
		break;
	case NEXT_LOGIN:
		buffer_addf(out, _("; sign in again: chatelaine login %s"),
		    profile->name);
		break;
	case NEXT_LOGIN_OR_WAIT:
		buffer_addf(out, _("; it may be tried once more in the last "
		    "hour, or sign in again: chatelaine login %s"),
		    profile->name);
		break;
	case NEXT_OTHER_USER:
		buffer_addf(out, "; %s", status_other_user());
		break;
	}
}

int
status_check_damage(const struct profile *profile, struct error *err)
{
	if (profile->damage == NULL)
		return 0;
	if (profile_check_sure(profile, err) != 0)
		return -1;
	if (profile->forbidden) {
		error_set(err, ERROR_FAILED, "%s", profile->damage);
		return error_step(err, "%s", status_other_user());
	}
	error_set(err, ERROR_FAILED, _("'%s' is damaged: %s"), profile->name,
	    profile->damage);
	return error_step(err, _("sign in again: chatelaine login %s"),
	    profile->name);
}
