/*
 * parallel: the two halves of a piece of work, at once where that can be.
 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

/* Runs work(@one) and work(@other), which share nothing that either of them
 * writes: each in a thread of its own where there is more than one processor
 * and a thread can be had, one after the other elsewhere. Both are done when it
 * returns. */
void parallel(void (*work)(void *data), void *one, void *other);

#endif
