#include "config.h"

#include <string.h>

#include "cli/interrupt.h"

/* A signal handler can only reach a global. */
volatile sig_atomic_t interrupt_flag;

static void
on_signal(int number)
{
	/* Ctrl-C is the weakest wish: a front end may go on after it. */
	if (interrupt_flag == 0 || number != SIGINT)
		interrupt_flag = number;
}

void
interrupt_catch(void)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;	/* no SA_RESTART: waits must end */
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		sigaction(caught[i], &action, NULL);
}
