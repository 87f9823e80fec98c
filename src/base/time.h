/*
 * time: clocks, and times as people and files write them.
 *
 * Points in time are seconds since 1970 UTC (CLOCK_REALTIME), since a token's
 * `exp` is one (RFC 7519 section 4.1.4). Deadlines of our own are milliseconds
 * of a clock that no one sets and that counts while the machine is suspended.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "unknown" in every field that holds a point in time. */
#define TIME_UNKNOWN ((int64_t)0)

/* 9999-12-31T23:59:59Z, the last that we can write down: what is said to be
 * later is unknown, too. */
#define TIME_LAST INT64_C(253402300799)

/* Room for translations, in which a letter may take four bytes. */
#define TIME_TEXT_SIZE 96

/* Now, in seconds since 1970; and in milliseconds of the steady clock
 * (CLOCK_BOOTTIME, else CLOCK_MONOTONIC). */
int64_t time_now(void);
int64_t time_steady_ms(void);

/* A descriptor that poll() finds readable once CLOCK_REALTIME was set, also by
 * waking from a suspend; time_was_set() makes it wait for the next time. -1
 * where the system has none (timerfd_create(2)). The caller closes it. */
int time_watch_set(void);
void time_was_set(int fd);

/* RFC 3339 in UTC with whole seconds, "2026-11-23T12:00:00Z"; "" for a time
 * outside of the years 1970 to 9999. */
void time_format(char text[TIME_TEXT_SIZE], int64_t when);

/* Reads RFC 3339, with or without a fraction (dropped), with Z or an offset.
 * Returns 0, or -1 and leaves *@when alone. */
int time_parse(const char *text, int64_t *when);

/* As a person reads it, in local time: "2026-12-03 13:58", or, with a clock of
 * @twelve hours, "2026-12-03 01:58 PM". */
void time_format_local(char text[TIME_TEXT_SIZE], int64_t when, bool twelve);

/* A length of time: "30s", "10m", "48h", "2d", in seconds. -1 if it is not
 * one, or over ten years. */
int time_parse_length(const char *text, int64_t *seconds);

/* A point in time as a person gives it: RFC 3339, "2026-12-03" (its beginning
 * in local time), or a length as above, which is so long before @now. -1 if it
 * is none of them. */
int time_parse_point(const char *text, int64_t now, int64_t *when);

/* What is left of a login, in few columns: "9d 23h" from 48 h on,
 * "47:59:59" below, "ended 2h ago" when it is over. */
void time_format_left(char text[TIME_TEXT_SIZE], int64_t seconds);

/* The same with seconds always: "9d 23:55:41". */
void time_format_left_exact(char text[TIME_TEXT_SIZE], int64_t seconds);

#endif
