/*
 * No browser, for tests of chatelaine-oauth that sign in by none.
 */
#ifndef HELPER_NO_BROWSER_H
#define HELPER_NO_BROWSER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oauth/helper_part.h"

int
browser_login(struct http *http, const struct message_request *request,
    struct callback **callback)
{
	(void)http, (void)request, (void)callback;
	fail();
	return EXIT_FAILURE;
}

struct callback *
callback_open(void)
{
	fail();
	return NULL;
}

void
callback_close(struct callback *callback)
{
	assert_null(callback);
}

#endif
