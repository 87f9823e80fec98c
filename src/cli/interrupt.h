/*
 * interrupt: the wish of the person, or of the system, that we stop.
 *
 * A command that waits for the network looks at the flag; a wait in poll()
 * ends early when one of the signals comes.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

/* Catches SIGINT, SIGTERM and SIGHUP from now on. */
void interrupt_catch(void);

/* The last of them that came; 0: none. */
extern volatile sig_atomic_t interrupt_flag;

#endif
