/*
 * For LD_PRELOAD: the ports that the issuer sends browsers back to are fixed
 * numbers, and tests run side by side. PORTS_SHIM is "1455=40001,1457=40002":
 * who binds the first of a pair gets the second.
 */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/syscall.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int from[2], to[2];

/* Before main(), which may forget its environment. */
__attribute__((constructor)) static void
start(void)
{
	const char *text = getenv("PORTS_SHIM");

	if (text != NULL)
		sscanf(text, "%d=%d,%d=%d", &from[0], &to[0], &from[1],
		    &to[1]);
}

static int
port_instead(int port)
{
	for (int i = 0; i < 2; i++)
		if (from[i] == port)
			return to[i];
	return port;
}

int
bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_in in;

	if (address->sa_family == AF_INET && length >= sizeof in) {
		memcpy(&in, address, sizeof in);
		in.sin_port = htons((uint16_t)port_instead(
		    ntohs(in.sin_port)));
		return (int)syscall(SYS_bind, fd, &in, sizeof in);
	}
	return (int)syscall(SYS_bind, fd, address, length);
}
