/*
 * doctor_part: what the files of app/doctor share. For them only.
 */
#ifndef APP_DOCTOR_PART_H
#define APP_DOCTOR_PART_H

#include "app/doctor.h"
#include "app/place.h"
#include "base/digest.h"

/* How old a temporary file is, in seconds, that surely nobody writes to any
 * more, where no lock tells. */
#define LEFTOVER_AGE 3600

/* One file with a refresh token in it. */
struct holder {
	char digest[DIGEST_SIZE];
	char *where;		/* for people */
	/* Which of the three it is, and what that is called: */
	char *profile;
	char *label;		/* the place of a program */
	char *backup;		/* the directory of a forgotten profile */
};

struct doctor {
	struct app *app;
	struct findings *findings;
	const struct profile_list *list;
	struct targets targets;
	bool listed;		/* they could be read */
	struct holder *holder;
	size_t holders;
	char tenant[STORE_NAME_MAX + 1];	/* looked at last */
	char runs[16];		/* by consumer: 'y', 'n', or not known yet */
	struct error err;	/* the first failure */
};

/* What a finding's fields are set to; NULL leaves them. */
struct mend {
	enum finding_mend what;
	const char *profile, *entry, *place, *at;
};

/* Adds a finding; takes both texts. @mend may be NULL: nothing is done. */
void doctor_find(struct doctor *doctor, enum finding_kind kind,
    struct buffer *text, struct buffer *remedy, const struct mend *mend);

/* doctor_tokens.c: refresh tokens, and the places of programs. */
void doctor_look_at_tokens(struct doctor *doctor);
bool doctor_holds(const struct doctor *doctor, const char *token);
void doctor_release_tokens(struct doctor *doctor);

/* doctor_files.c: modes, owners and what was left in the store. */
void doctor_look_at_files(struct doctor *doctor,
    const struct profile *profile);
void doctor_look_at_parts(struct doctor *doctor);
void doctor_look_beside(struct doctor *doctor, const struct place *place);

/* doctor_programs.c: what programs show and hold. */
void doctor_look_at_targets(struct doctor *doctor,
    const struct profile *profile);
void doctor_look_at_lent(struct doctor *doctor,
    const struct profile *profile);

/* doctor_system.c */
void doctor_look_around(const struct app *app, struct findings *findings);

#endif
