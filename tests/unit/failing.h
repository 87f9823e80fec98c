/*
 * failing: calls of the C library that fail, for a program that is linked with
 * failing.c and $(FAILING): the k-th of all that what is under test makes.
 *
 * Nothing is synced in such a program, and nothing waits, so that it is fast.
 */
#ifndef FAILING_H
#define FAILING_H

enum failing_mode {
	FAILING_ONE,		/* the k-th call: a full disk, no memory, ... */
	FAILING_ALL,		/* and each one after it */
	FAILING_PARTLY,		/* it is interrupted, or does a part: no failure */
	FAILING_MODES
};

/* From here on calls are counted, of the function @only if that is not NULL,
 * from 1, and those from number @at on fail as @mode says. */
void failing_begin(const char *only, enum failing_mode mode,
    unsigned long at);

/* They no longer do. Returns which one failed first; NULL: none did. */
const char *failing_end(void);

/* How much memory was asked for and not yet freed, in pieces. */
long failing_live(void);

#endif
