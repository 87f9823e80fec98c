/*
 * A program that is lost gives the terminal back all the same. It may have been
 * stopped within malloc() or curses, whose locks it then holds for ever: so
 * what is to be said is prepared, and the handler calls nothing but what POSIX
 * allows it.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ui/term_part.h"

static struct {
	char text[256];
	size_t length;
	struct termios before;
	bool has_before;
	volatile sig_atomic_t armed;
} crash;

void
crash_say(const char *text)
{
	const char *end;
	size_t n;

	for (; *text != '\0'; text = end + (*end == '>')) {
		n = strcspn(text, "$");
		if (n > sizeof crash.text - crash.length)
			return;
		memcpy(crash.text + crash.length, text, n);
		crash.length += n;
		end = text + n;		/* "$<5>": a pause */
		end += strcspn(end, ">");
	}
}

#ifndef CHATELAINE_SANITIZED
static void
on_fatal(int number)
{
	if (crash.armed) {
		crash.armed = 0;
		/* There is nobody left to tell that it failed. */
		if (write(STDOUT_FILENO, crash.text, crash.length) >= 0 &&
		    crash.has_before)
			tcsetattr(STDIN_FILENO, TCSANOW, &crash.before);
	}
	signal(number, SIG_DFL);
	raise(number);
}
#endif

void
crash_arm(const struct termios *before)
{
	crash.has_before = before != NULL;
	if (before != NULL)
		crash.before = *before;
	crash.armed = 1;
#ifndef CHATELAINE_SANITIZED	/* they tell more, by handlers of their own */
	static const int fatal[] = {
		SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT
	};

	for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		signal(fatal[i], on_fatal);
#endif
}

void
crash_disarm(void)
{
	crash.armed = 0;
	crash.length = 0;
}
