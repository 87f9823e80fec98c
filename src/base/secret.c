#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

/* In front of each hooked allocation: its size, so that the free can wipe it.
 * The alignment is that of malloc() itself. */
union header {
	size_t size;
	max_align_t align;
};

void
secret_wipe(void *memory, size_t size)
{
	if (memory == NULL || size == 0)
		return;
#ifdef HAVE_EXPLICIT_BZERO
	explicit_bzero(memory, size);
#else
	volatile unsigned char *p = memory;

	while (size-- > 0)
		*p++ = 0;
#endif
}

void
secret_free(char **string)
{
	if (*string == NULL)
		return;
	secret_wipe(*string, strlen(*string));
	free(*string);
	*string = NULL;
}

void *
secret_allocate(size_t size)
{
	union header *h;

	if (size > SIZE_MAX - sizeof *h)
		return NULL;
	h = malloc(sizeof *h + size);
	if (h == NULL)
		return NULL;
	h->size = size;
	return h + 1;
}

void
secret_release(void *memory)
{
	union header *h;

	if (memory == NULL)
		return;
	h = (union header *)memory - 1;
	secret_wipe(memory, h->size);
	free(h);
}

void
secret_harden_process(struct secret_limits *before)
{
	struct secret_limits was = { umask(077), { 0, 0 } };
	struct rlimit none;

	if (getrlimit(RLIMIT_CORE, &was.core) == 0) {
		/* The other limit stays, or it could not be given back. */
		none = was.core;
		none.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &none);
	}
	if (before != NULL)
		*before = was;
#if defined(HAVE_SYS_PRCTL_H) && !defined(CHATELAINE_SANITIZED)
	/* The leak checker of sanitized builds needs ptrace. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void
secret_give_back(const struct secret_limits *before)
{
	umask(before->umask);
	setrlimit(RLIMIT_CORE, &before->core);
}
