/*
 * For LD_PRELOAD: the translations are below LOCALE_SHIM, whatever directory
 * the program was built for. They are read at once, since chatelaine-oauth
 * gives up reading elsewhere soon after.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libintl.h>
#include <stdlib.h>
#include <string.h>

static char *directory;

/* Before the program forgets its environment. */
__attribute__((constructor)) static void
remember(void)
{
	const char *given = getenv("LOCALE_SHIM");

	directory = given != NULL ? strdup(given) : NULL;
}

char *
bindtextdomain(const char *domain, const char *built_for)
{
	char *(*bind)(const char *, const char *);
	char *result;

	*(void **)&bind = dlsym(RTLD_NEXT, "bindtextdomain");
	result = bind(domain, directory != NULL ? directory : built_for);
	dgettext(domain, "");
	return result;
}
