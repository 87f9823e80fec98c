/*
 * For LD_PRELOAD: what the process may do at its end, when whatever it gives up
 * is given up. Says on standard error what each attempt gave: 0, or the error.
 * PROBE_PORT is a port that listens, PROBE_FILE a file.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
outcome(int result)
{
	return result < 0 ? errno : 0;
}

static int
connects(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((unsigned short)atoi(port));
	return outcome(connect(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    (struct sockaddr *)&address, sizeof address));
}

static int
starts(void)
{
	char *argv[] = { (char *)"true", NULL }, *environment[] = { NULL };
	pid_t pid;
	int result = posix_spawn(&pid, "/bin/true", NULL, NULL, argv,
	    environment);

	if (result == 0)
		waitpid(pid, NULL, 0);
	return result;
}

static char *port, *file;

/* Before the program forgets its environment. */
__attribute__((constructor)) static void
remember(void)
{
	if (getenv("PROBE_PORT") == NULL || getenv("PROBE_FILE") == NULL)
		return;
	port = strdup(getenv("PROBE_PORT"));
	file = strdup(getenv("PROBE_FILE"));
}

__attribute__((destructor)) static void
probe(void)
{
	if (port == NULL)
		return;
	/* One write: two programs may share the pipe. */
	dprintf(STDERR_FILENO, "probe: {\"program\": \"%s\", \"connect\": %d, "
	    "\"read\": %d, \"write\": %d, \"start\": %d, "
	    "\"no_new_privs\": %d, \"dumpable\": %d, \"home\": %d, "
	    "\"language\": %d}\n",
	    program_invocation_short_name, connects(port),
	    outcome(open(file, O_RDONLY | O_CLOEXEC)),
	    outcome(open(file, O_WRONLY | O_CLOEXEC)), starts(),
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), getenv("HOME") != NULL,
	    getenv("LANG") != NULL);
}
