/*
 * The names of profiles: those that are taken lead nowhere but to a directory
 * of the store; and the addresses of issuers, to no place but those that may
 * get a token.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "oauth/issuer.h"
#include "oauth/usage.h"
#include "storage/store.h"

static void
check_component(const char *name, size_t length)
{
	CHECK(length > 0 && length <= STORE_COMPONENT_MAX);
	CHECK(isalnum((unsigned char)name[0]));
	for (size_t i = 0; i < length; i++)
		CHECK(name[i] > 0x20 && name[i] < 0x7f &&
		    strchr("%~/\\:*?\"'$`", name[i]) == NULL);
}

static void
check_name(const char *name)
{
	char flat[STORE_NAME_MAX + 1], plain[STORE_NAME_MAX + 1];
	const char *leaf = store_leaf(name);
	struct error err = ERROR_INIT;

	if (store_check_name(name, &err) != 0) {
		fuzz_check_error(&err);
		return;
	}
	check_component(leaf, strlen(leaf));
	if (leaf > name)
		check_component(name, (size_t)(leaf - name) - 1);
	store_flat_name(flat, name);
	CHECK(strchr(flat, '/') == NULL);
	store_plain_name(plain, flat);
	CHECK(strcmp(plain, name) == 0);
}

static void
check_address(const char *address)
{
	char url[USAGE_URL_SIZE];
	struct error err = ERROR_INIT;
	const char *host;

	if (issuer_check(address, &err) != 0) {
		fuzz_check_error(&err);
		return;
	}
	CHECK(strlen(address) <= ISSUER_MAX);
	for (const char *p = address; *p != '\0'; p++)
		CHECK(*p > 0x20 && *p < 0x7f);
	CHECK(strpbrk(address, "@?#\\\"") == NULL);
	host = strstr(address, "://");
	CHECK(host != NULL);
	host += 3;
	if (strncasecmp(address, "https:", 6) != 0)
		CHECK(strncasecmp(host, "localhost", 9) == 0 ||
		    strncmp(host, "127.", 4) == 0 ||
		    strncmp(host, "[::1]", 5) == 0);
	usage_url(url, address);
	CHECK(strncmp(url, address, (size_t)(host - address)) == 0);
	CHECK(strlen(url) > 6 &&
	    strcmp(url + strlen(url) - 6, "/usage") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = fuzz_rest(&input);

	check_name(text);
	check_address(text);
	free(text);
	return 0;
}
