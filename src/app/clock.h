/*
 * clock: what to say when the clock of this machine is not the issuer's.
 */
#ifndef APP_CLOCK_H
#define APP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "base/buffer.h"

/* The issuer has told that its clock is @ahead of ours (s; negative: behind):
 * keeps that for clock_is_off() and for the doctor. */
void clock_heard(struct app *app, int64_t ahead);

/* True when it was off when it was last heard, in this process. */
bool clock_is_off(const struct app *app);

/* Appends the sentence, without a full stop, for a clock that is so far off. */
void clock_sentence(int64_t ahead, struct buffer *out);

#endif
