#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/time.h"
#include "oauth/answer.h"
#include "oauth/usage.h"

#define MINUTE 60
#define HOUR 3600

/* Over ten years a number is nonsense, as a length and as a wait. */
#define LENGTH_MAX (3650.0 * 24 * HOUR)
#define PERCENT_MAX 9999

/* --- Where to ask -------------------------------------------------------- */

/* Those that are known under a name without their path. */
static bool
is_bare(const char *base, size_t length)
{
	static const char *const hosts[] = {
		"https://chatgpt.com", "https://chat.openai.com"
	};

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (strlen(hosts[i]) == length &&
		    strncmp(hosts[i], base, length) == 0)
			return true;
	return false;
}

void
usage_url(char url[USAGE_URL_SIZE], const char *base)
{
	size_t n = issuer_length(base);
	const char *path = "/api/codex/usage";

	if (is_bare(base, n))
		path = "/backend-api/wham/usage";
	else if (strstr(base, "/backend-api") != NULL)
		path = "/wham/usage";
	snprintf(url, USAGE_URL_SIZE, "%.*s%s", (int)n, base, path);
}

/* --- The answer ---------------------------------------------------------- */

void
usage_label(char label[USAGE_LABEL_MAX + 1], int64_t seconds)
{
	/* Some are a second short of what they are called. */
	int hours = (int)((seconds + HOUR / 2) / HOUR);

	if (seconds <= 0)
		label[0] = '\0';
	else if (hours == 7 * 24)
		strcpy(label, "weekly");
	else if (hours >= 48)
		snprintf(label, USAGE_LABEL_MAX + 1, "%d d",
		    (hours + 12) / 24);
	else if (hours >= 1)
		snprintf(label, USAGE_LABEL_MAX + 1, "%d h", hours);
	else
		snprintf(label, USAGE_LABEL_MAX + 1, "%d min",
		    (int)((seconds + MINUTE - 1) / MINUTE));
}

static void
copy_text(char *to, size_t most, const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	if (n > most)
		for (n = most; n > 0 &&
		    ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			continue;
	if (n > 0)
		memcpy(to, text, n);
	to[n] = '\0';
}

/* A number that is whole, or should be: some servers send 12.0 or 12.5. */
static int64_t
read_whole(const struct json *object, const char *key, double most)
{
	double value;

	if (json_number(object, key, &value) != 0 || value < 0 ||
	    value > most)
		return USAGE_UNKNOWN;
	return (int64_t)value;
}

static int
read_percent(const struct json *object, const char *key)
{
	double value;
	int n;

	if (json_number(object, key, &value) != 0 || value < 0)
		return USAGE_UNKNOWN;
	if (value > PERCENT_MAX)
		return PERCENT_MAX;
	n = (int)(value + 0.5);
	/* Full is only what is full. */
	return n == 100 && value < 100 ? 99 : n;
}

static int
read_flag(const struct json *object, const char *key)
{
	return json_is_absent(object, key) ? USAGE_UNKNOWN :
	    json_bool(object, key);
}

/* 0 is a window that has not begun: it ends at no time yet. */
static int64_t
read_reset(const struct json *json, int64_t now)
{
	int64_t at = read_whole(json, "reset_at", (double)TIME_LAST);
	int64_t after = read_whole(json, "reset_after_seconds", LENGTH_MAX);

	if (at != USAGE_UNKNOWN)
		return at == 0 ? TIME_UNKNOWN : at;
	return after == USAGE_UNKNOWN ? TIME_UNKNOWN : now + after;
}

/* False where there is none, or nothing is known of it. */
static bool
read_window(const struct json *json, const char *limit, int64_t now,
    struct usage_window *window)
{
	copy_text(window->limit, USAGE_TEXT_MAX, limit);
	window->percent = read_percent(json, "used_percent");
	window->seconds = read_whole(json, "limit_window_seconds",
	    LENGTH_MAX);
	if (window->seconds == 0)
		window->seconds = USAGE_UNKNOWN;
	window->resets_at = read_reset(json, now);
	usage_label(window->label, window->seconds);
	return window->percent != USAGE_UNKNOWN ||
	    window->seconds != USAGE_UNKNOWN;
}

/* Both windows of a limit, the shorter one first. */
static void
read_limit(const struct json *rate, const char *limit, int64_t now,
    struct usage *usage)
{
	static const char *const slots[] = {
		"primary_window", "secondary_window"
	};
	struct usage_window *first = &usage->window[usage->windows];
	size_t before = usage->windows;

	for (size_t i = 0; i < 2 && usage->windows < USAGE_WINDOWS_MAX; i++)
		if (read_window(json_get(rate, slots[i]), limit, now,
		    &usage->window[usage->windows]))
			usage->windows++;
	if (usage->windows - before == 2 && first[1].seconds > 0 &&
	    (first[0].seconds < 0 || first[1].seconds < first[0].seconds)) {
		struct usage_window longer = first[0];

		first[0] = first[1];
		first[1] = longer;
	}
}

static void
read_credits(const struct json *json, struct usage *usage)
{
	usage->credits = json_is_object(json);
	usage->has_credits = read_flag(json, "has_credits");
	usage->unlimited = read_flag(json, "unlimited");
	copy_text(usage->balance, USAGE_TEXT_MAX,
	    json_string(json, "balance"));
}

static int
read_answer(const struct json *json, int64_t now, struct usage *usage,
    struct error *err)
{
	const struct json *rate = json_get(json, "rate_limit");
	const struct json *other;
	const char *name;

	copy_text(usage->plan, USAGE_TEXT_MAX,
	    json_string(json, "plan_type"));
	if (usage->plan[0] == '\0' && !json_is_object(rate))
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the backend's answer is not understood; try again "
		    "later"));
	usage->limit_reached = read_flag(rate, "limit_reached");
	read_limit(rate, NULL, now, usage);
	for (other = json_first(json_get(json, "additional_rate_limits"));
	    other != NULL; other = json_next(other)) {
		name = json_string(other, "limit_name");
		if (name == NULL || *name == '\0')
			name = json_string(other, "metered_feature");
		read_limit(json_get(other, "rate_limit"),
		    name == NULL || *name == '\0' ? "?" : name, now, usage);
	}
	read_credits(json_get(json, "credits"), usage);
	return 0;
}

/* Why the backend tells nothing. What stands before it answers with pages of
 * its own, and none of that says anything about the login. */
static int
refuse(long status, const struct json *body, int64_t retry_after,
    struct error *err)
{
	char text[ANSWER_MESSAGE_MAX + 1];
	const char *message = answer_message(body, text);

	if (status == 401 && json_is_object(body))
		return error_set(err, ERROR_NEEDS_LOGIN, "%s",
		    _("the backend refused the access token"));
	if (status == 429 && retry_after == 0)
		return error_set(err, ERROR_UNAVAILABLE, "%s",
		    _("the backend has had too many requests; try again in a "
		    "few minutes"));
	if (status == 429)
		return error_set(err, ERROR_UNAVAILABLE,
		    _("the backend has had too many requests; try again in "
		    "%lld s"), (long long)retry_after);
	if ((status == 401 || status == 403) && !json_is_object(body))
		return error_set(err, ERROR_UNAVAILABLE,
		    _("something before the backend turned the request away "
		    "(%ld, a web page); try again later or from another "
		    "network"), status);
	if ((status >= 300 && status < 400) || status == 404)
		return error_set(err, ERROR_UNAVAILABLE,
		    _("the backend does not answer there (%ld); check the "
		    "network and CHATELAINE_BACKEND"), status);
	if (message == NULL)
		message = _("no reason given");
	if (retry_after > 0)
		return error_set(err, ERROR_UNAVAILABLE,
		    _("the backend does not tell (%ld: %s); try again in "
		    "%lld s"), status, message, (long long)retry_after);
	return error_set(err, ERROR_UNAVAILABLE,
	    _("the backend does not tell (%ld: %s); try again later"),
	    status, message);
}

int
usage_read(long status, const struct buffer *body, int64_t retry_after,
    int64_t now, struct usage *usage, struct error *err)
{
	struct error why = ERROR_INIT;
	struct json *json = json_parse(body->data, body->length, &why);
	int result;

	memset(usage, 0, sizeof *usage);
	if (error_is_no_memory(&why))
		result = error_no_memory(err);
	else if (status >= 200 && status <= 299)
		result = read_answer(json, now, usage, err);
	else
		result = refuse(status, json, retry_after, err);
	json_free(json);
	return result;
}

/* --- Between our two programs -------------------------------------------- */

static void
put_flag(struct json *object, const char *key, int flag)
{
	if (flag == USAGE_UNKNOWN)
		json_set_null(object, key);
	else
		json_set_bool(object, key, flag != 0);
}

void
usage_put(struct json *object, const struct usage *usage)
{
	struct json *list, *credits;

	json_set_string(object, "plan", usage->plan);
	put_flag(object, "limit_reached", usage->limit_reached);
	list = json_set_array(object, "windows");
	for (size_t i = 0; i < usage->windows; i++) {
		const struct usage_window *window = &usage->window[i];
		struct json *one = json_append_object(list);

		json_set_string(one, "limit", window->limit);
		json_set_integer(one, "percent", window->percent);
		json_set_integer(one, "seconds", window->seconds);
		json_set_integer(one, "resets_at", window->resets_at);
	}
	if (!usage->credits)
		return;
	credits = json_set_object(object, "credits");
	put_flag(credits, "has_credits", usage->has_credits);
	put_flag(credits, "unlimited", usage->unlimited);
	json_set_string(credits, "balance", usage->balance);
}

int
usage_get(const struct json *object, struct usage *usage)
{
	const struct json *list = json_get(object, "windows"), *one;
	const char *plan = json_string(object, "plan");

	memset(usage, 0, sizeof *usage);
	if (plan == NULL || list == NULL)
		return -1;
	copy_text(usage->plan, USAGE_TEXT_MAX, plan);
	usage->limit_reached = read_flag(object, "limit_reached");
	for (one = json_first(list); one != NULL &&
	    usage->windows < USAGE_WINDOWS_MAX; one = json_next(one)) {
		struct usage_window *window = &usage->window[usage->windows];

		copy_text(window->limit, USAGE_TEXT_MAX,
		    json_string(one, "limit"));
		window->percent = read_percent(one, "percent");
		window->seconds = read_whole(one, "seconds", LENGTH_MAX);
		window->resets_at = read_whole(one, "resets_at",
		    (double)TIME_LAST);
		if (window->resets_at == USAGE_UNKNOWN)
			window->resets_at = TIME_UNKNOWN;
		usage_label(window->label, window->seconds);
		usage->windows++;
	}
	read_credits(json_get(object, "credits"), usage);
	return 0;
}
