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

/* What is told of a profile, as both front ends label it. */
enum fact {
	FACT_PROFILE,
	FACT_CHOSEN_BY,
	FACT_ACCOUNT,
	FACT_PLAN,
	FACT_LABEL,
	FACT_STATUS,
	FACT_NEXT_STEP,
	FACT_ISSUED,
	FACT_ENDS,
	FACT_RENEWED,
	FACT_SINCE,
	FACT_RENEWED_BY,
	FACT_LENT_TO,
	FACT_USED_BY,
	FACT_REFUSAL,
	FACT_USER_ID,
	FACT_ACCOUNT_ID,
	FACT_FILES,
	FACT_WARNING,
	FACTS			/* none: what belongs to the line before */
};

/* The label, translated: "access ends", or "". And the columns of the widest
 * one. */
const char *fact_label(enum fact fact);
int fact_columns(void);

struct facts {
	/* When the access token was issued, as it says; TIME_UNKNOWN. */
	int64_t issued_at;
	/* "credential.json 0600, 3d old", with whose it is where that is
	 * somebody else, and its links where there are several: those that are
	 * there, in the profile's directory. */
	struct store_names files;
	char *lent;		/* the same of the file that it is lent to,
				 * "0600, 3d old"; NULL: none */
};

#define FACTS_INIT { 0, { NULL, 0 }, NULL }

/* Looks. What cannot be found out is left out. */
void facts_look(const struct app *app, const struct profile *profile,
    struct facts *facts);
void facts_release(struct facts *facts);

#endif
