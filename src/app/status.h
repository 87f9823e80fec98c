/*
 * status: a profile in words, the same in both front ends.
 */
#ifndef APP_STATUS_H
#define APP_STATUS_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/time.h"
#include "storage/profile.h"

#define STATUS_LEFT_SIZE (TIME_TEXT_SIZE + 32)

/* The plan as its name is written: "Plus". Unknown ones as they came; "" for
 * NULL. Still foreign text: to be shown through base/text. */
const char *status_plan(const char *plan);

/* One word for a column, translated: "ok", "sign in again". */
const char *status_word(enum profile_status status);

/* The same of a profile, "not readable" for one that is another user's. */
const char *status_word_of(const struct profile *profile, int64_t now);

/* Why a login is needed, in words: "its refresh token has expired". */
const char *status_reason(enum profile_reason reason);

/* What is left, or what to do, for the column ACCESS ENDS IN: "9d 23h",
 * "00:41:07", "ended 2h ago", "sign in again", "damaged". */
void status_left(const struct profile *profile, int64_t now, char *text,
    size_t size);

/* The same with its signs behind it, in a text of STATUS_LEFT_SIZE: @renewable
 * where a renewal helps, "?" in doubt, "(last)" where none is possible; NULL
 * where the status stands in a column of its own. Then "!" for a warning, which
 * behind what has ended stands in its place. */
void status_left_signed(const struct profile *profile, int64_t now,
    const char *renewable, char *text, size_t size);

/* How wide that column is: whatever stands in it fits, in every language, but
 * for what is decades away. */
int status_left_columns(const char *renewable);

/* What this status means, in words without the next step. */
void status_meaning(const struct profile *profile, int64_t now,
    struct buffer *out);

/* The one next step, which each front end words in its own way. */
enum status_next {
	NEXT_NOTHING,
	NEXT_REFRESH,
	NEXT_LOGIN,
	NEXT_LOGIN_OR_WAIT,	/* in doubt, with time left */
	NEXT_OTHER_USER		/* this one may not read it */
};

/* NEXT_OTHER_USER in words. */
const char *status_other_user(void);

enum status_next status_next(const struct profile *profile, int64_t now);

/* A renewal in doubt is tried once more when its access token has less than
 * this left; seconds. */
#define STATUS_RETRY_WINDOW ((int64_t)3600)

/* 0, or ERROR_FAILED when the profile is damaged. */
int status_check_damage(const struct profile *profile, struct error *err);

/* Both, as the command line says it: "...; renew it: chatelaine refresh X". */
void status_sentence(const struct profile *profile, int64_t now,
    struct buffer *out);

#endif
