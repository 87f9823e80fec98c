/*
 * facts: what a look at a profile's files tells beyond its record, for who
 * wants to know all about one.
 */
#ifndef APP_FACTS_H
#define APP_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "storage/profile.h"

struct facts {
	/* When the access token was issued, as it says; TIME_UNKNOWN. */
	int64_t issued_at;
	/* "credential.json 0600", and whose it is where that is somebody else:
	 * those that are there, in the profile's directory. */
	struct store_names files;
	char *lent;		/* the same of the file that it is lent to,
				 * "0600"; NULL: none */
};

#define FACTS_INIT { 0, { NULL, 0 }, NULL }

/* Looks. What cannot be found out is left out. */
void facts_look(const struct app *app, const struct profile *profile,
    struct facts *facts);
void facts_release(struct facts *facts);

#endif
