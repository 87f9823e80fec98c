/*
 * A store in a directory of its own, for each test anew:
 * cmocka_unit_test_setup_teardown(test, open_store, close_store).
 */
#ifndef TEMP_STORE_H
#define TEMP_STORE_H

#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "storage/store.h"

/* A test may want another place, with a longer name: one in memory. */
#ifndef TEMP_STORE
#define TEMP_STORE "/tmp/chatelaine-test-XXXXXX"
#endif

static char path[] = TEMP_STORE;
static struct store *store;

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static int
open_store(void **state)
{
	(void)state;
	json_init();
	strcpy(path + strlen(path) - 6, "XXXXXX");
	if (mkdtemp(path) == NULL && mkdtemp(strcpy(path,
	    "/tmp/chatelaine-test-XXXXXX")) == NULL)
		return -1;
	store = store_open(path, NULL);
	return store == NULL ? -1 : 0;
}

static int
close_store(void **state)
{
	(void)state;
	store_close(store);
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
