/*
 * browser: an address that came back. Whatever it is, only one with the state
 * of the sign-in says anything.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "oauth/browser.h"

#define STATE "sssssssssssssssssssssssssssssssssssssssssss"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct browser browser = { .state = STATE,
	    .port = 1455 };
	struct fuzz_input input = { data, size };
	char *address = fuzz_rest(&input);
	struct error err = ERROR_INIT;
	struct browser_grant grant;
	enum browser_answer answer = browser_read(&browser, address, &grant,
	    &err);

	if (answer == BROWSER_APPROVED)
		CHECK(text_is_visible_ascii(grant.code,
		    sizeof grant.code - 1));
	else {
		fuzz_check_error(&err);
		CHECK(grant.code[0] == '\0');
	}
	/* However it is written: there is no other letter in it. */
	if (answer != BROWSER_REFUSED)
		CHECK(strstr(address, "s") != NULL ||
		    strstr(address, "%") != NULL);
	free(address);
	return 0;
}
