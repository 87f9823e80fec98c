#include "config.h"

#ifdef HAVE_SYS_TIMERFD_H
#include <sys/timerfd.h>
#endif

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/time.h"

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

#ifdef CLOCK_BOOTTIME
#define STEADY_CLOCK CLOCK_BOOTTIME
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

int64_t
time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec;
}

int64_t
time_steady_ms(void)
{
	struct timespec ts;

	clock_gettime(STEADY_CLOCK, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
time_watch_set(void)
{
#ifdef TFD_TIMER_CANCEL_ON_SET
	/* It must be armed to be cancelled; nobody waits for its end. */
	const struct itimerspec never = { .it_value.tv_sec =
	    (time_t)TIME_LAST };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0 && timerfd_settime(fd, TFD_TIMER_ABSTIME |
	    TFD_TIMER_CANCEL_ON_SET, &never, NULL) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
#else
	return -1;
#endif
}

void
time_was_set(int fd)
{
	uint64_t ends;

	/* ECANCELED, once for each time. */
	while (read(fd, &ends, sizeof ends) > 0)
		continue;
}

static void
format_with(char text[TIME_TEXT_SIZE], int64_t when, const char *format,
    struct tm *(*split)(const time_t *, struct tm *))
{
	time_t t = (time_t)when;
	struct tm tm;

	text[0] = '\0';
	if (when < 0 || when > TIME_LAST || split(&t, &tm) == NULL)
		return;
	if (strftime(text, TIME_TEXT_SIZE, format, &tm) == 0)
		text[0] = '\0';
}

void
time_format(char text[TIME_TEXT_SIZE], int64_t when)
{
	format_with(text, when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r);
}

void
time_format_local(char text[TIME_TEXT_SIZE], int64_t when, bool twelve)
{
	format_with(text, when, twelve ? "%Y-%m-%d %I:%M %p" :
	    "%Y-%m-%d %H:%M", localtime_r);
}

/* Reads @count digits; NULL if there are fewer. */
static const char *
digits(const char *text, int count, int *value)
{
	*value = 0;
	for (; count > 0; count--, text++) {
		if (*text < '0' || *text > '9')
			return NULL;
		*value = *value * 10 + (*text - '0');
	}
	return text;
}

/* Days since 1970-01-01 of a day in the Gregorian calendar. timegm() would
 * do, but POSIX got it only in 2024. */
static int64_t
days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static int
days_in(int year, int month)
{
	if (month == 2)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ?
		    29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 :
	    31;
}

static const char *
parse_offset(const char *text, int *seconds)
{
	int sign, hours, minutes;

	*seconds = 0;
	if (*text == 'Z' || *text == 'z')
		return text + 1;
	if (*text != '+' && *text != '-')
		return NULL;
	sign = *text == '-' ? -1 : 1;
	text = digits(text + 1, 2, &hours);
	if (text == NULL || *text != ':')
		return NULL;
	text = digits(text + 1, 2, &minutes);
	if (text == NULL || hours > 23 || minutes > 59)
		return NULL;
	*seconds = (int)(sign * (hours * HOUR + minutes * MINUTE));
	return text;
}

int
time_parse(const char *text, int64_t *when)
{
	static const struct {
		int count, least, most;
		char then;
	} part[] = {
		{ 4, 1970, 9999, '-' }, { 2, 1, 12, '-' }, { 2, 1, 31, 'T' },
		{ 2, 0, 23, ':' }, { 2, 0, 59, ':' }, { 2, 0, 60, '\0' },
	};
	int64_t seconds;
	int v[6], offset;

	for (size_t i = 0; i < 6; i++) {
		text = digits(text, part[i].count, &v[i]);
		if (text == NULL || v[i] < part[i].least ||
		    v[i] > part[i].most)
			return -1;
		if (part[i].then != '\0' && *text++ != part[i].then)
			return -1;
	}
	if (v[2] > days_in(v[0], v[1]))
		return -1;
	if (*text == '.') {
		size_t n = strspn(text + 1, "0123456789");

		if (n == 0)
			return -1;
		text += 1 + n;
	}
	text = parse_offset(text, &offset);
	if (text == NULL || *text != '\0')
		return -1;
	seconds = days(v[0], v[1], v[2]) * DAY + v[3] * HOUR +
	    v[4] * MINUTE + v[5] - offset;
	if (seconds < 0 || seconds > TIME_LAST)
		return -1;
	*when = seconds;
	return 0;
}

int
time_parse_length(const char *text, int64_t *seconds)
{
	static const struct {
		char letter;
		int seconds;
	} unit[] = { { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY } };
	size_t n = strspn(text, "0123456789");
	int64_t value = 0;

	if (n == 0 || n > 9 || text[n] == '\0' || text[n + 1] != '\0')
		return -1;
	for (size_t i = 0; i < n; i++)
		value = value * 10 + (text[i] - '0');
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		if (text[n] != unit[i].letter)
			continue;
		value *= unit[i].seconds;
		if (value > INT64_C(3650) * DAY)
			return -1;
		*seconds = value;
		return 0;
	}
	return -1;
}

/* A day's beginning in local time. */
static int
parse_day(const char *text, int64_t *when)
{
	char whole[TIME_TEXT_SIZE];
	struct tm tm = { .tm_isdst = -1 };
	int64_t checked;
	time_t t;

	/* Whether it is a day is known elsewhere. */
	if (strlen(text) != strlen("2026-12-03") || snprintf(whole,
	    sizeof whole, "%sT00:00:00Z", text) < 0 ||
	    time_parse(whole, &checked) != 0)
		return -1;
	digits(text, 4, &tm.tm_year);
	digits(text + 5, 2, &tm.tm_mon);
	digits(text + 8, 2, &tm.tm_mday);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	t = mktime(&tm);
	*when = t < 0 ? 0 : (int64_t)t;
	return 0;
}

int
time_parse_point(const char *text, int64_t now, int64_t *when)
{
	int64_t length;

	if (time_parse(text, when) == 0 || parse_day(text, when) == 0)
		return 0;
	if (time_parse_length(text, &length) != 0)
		return -1;
	*when = now > length ? now - length : 0;
	return 0;
}

static void
format_ago(char text[TIME_TEXT_SIZE], int64_t seconds)
{
	int64_t days_ago = seconds / DAY, hours = seconds / HOUR;

	/* TRANSLATORS: how long ago a login ended; d, h, min are units. */
	if (days_ago > 9999)
		snprintf(text, TIME_TEXT_SIZE, "%s", _("ended long ago"));
	else if (days_ago > 0)
		snprintf(text, TIME_TEXT_SIZE, _("ended %dd ago"),
		    (int)days_ago);
	else if (hours > 0)
		snprintf(text, TIME_TEXT_SIZE, _("ended %dh ago"), (int)hours);
	else
		snprintf(text, TIME_TEXT_SIZE, _("ended %dmin ago"),
		    (int)(seconds / MINUTE));
}

/* Returns false when the time is over, or too long to count, and says so. */
static bool
format_over(char text[TIME_TEXT_SIZE], int64_t seconds)
{
	if (seconds <= 0)
		format_ago(text, seconds == INT64_MIN ? INT64_MAX : -seconds);
	else if (seconds / DAY > 9999)
		snprintf(text, TIME_TEXT_SIZE, "%s", _("over 9999d"));
	else
		return false;
	return true;
}

void
time_format_left(char text[TIME_TEXT_SIZE], int64_t seconds)
{
	if (format_over(text, seconds))
		return;
	if (seconds >= 2 * DAY)
		/* TRANSLATORS: days and hours left. */
		snprintf(text, TIME_TEXT_SIZE, _("%dd %dh"),
		    (int)(seconds / DAY), (int)(seconds % DAY / HOUR));
	else
		snprintf(text, TIME_TEXT_SIZE, "%02d:%02d:%02d",
		    (int)(seconds / HOUR), (int)(seconds % HOUR / MINUTE),
		    (int)(seconds % MINUTE));
}

void
time_format_left_exact(char text[TIME_TEXT_SIZE], int64_t seconds)
{
	if (format_over(text, seconds))
		return;
	if (seconds >= DAY)
		/* TRANSLATORS: days, then hours:minutes:seconds left. */
		snprintf(text, TIME_TEXT_SIZE, _("%dd %02d:%02d:%02d"),
		    (int)(seconds / DAY), (int)(seconds % DAY / HOUR),
		    (int)(seconds % HOUR / MINUTE), (int)(seconds % MINUTE));
	else
		snprintf(text, TIME_TEXT_SIZE, "%02d:%02d:%02d",
		    (int)(seconds / HOUR), (int)(seconds % HOUR / MINUTE),
		    (int)(seconds % MINUTE));
}
