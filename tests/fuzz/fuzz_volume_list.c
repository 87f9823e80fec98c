/*
 * volume_list: a line of a list of volumes; what is understood of it, written
 * down, is understood the same again.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/volume.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[STORE_NAME_MAX + 1] = "", again[STORE_NAME_MAX + 1] = "";
	char line[STORE_NAME_MAX + 32];
	struct error err = ERROR_INIT;
	uid_t uid = 10001, same = 0;
	int result;

	result = volume_parse((const char *)data, size, name, &uid, &err);
	if (result < 0) {
		fuzz_check_error(&err);
		CHECK(err.code == ERROR_USAGE);
	}
	if (result != 1)
		return 0;
	CHECK(*name != '\0' && strpbrk(name, " \t\r") == NULL);
	CHECK(uid != (uid_t)-1);
	snprintf(line, sizeof line, "%s %lu", name, (unsigned long)uid);
	CHECK(volume_parse(line, strlen(line), again, &same, NULL) == 1);
	CHECK(strcmp(name, again) == 0 && uid == same);
	return 0;
}
