/*
 * take: the steps of taking tokens in that renewal and sign-in share. For
 * app/adopt_*.c only.
 */
#ifndef APP_TAKE_H
#define APP_TAKE_H

#include <stdbool.h>

#include "app/app.h"
#include "oauth/answer.h"
#include "oauth/jwt.h"
#include "storage/audit.h"
#include "storage/pending.h"

/* True if the profile is of this person in this workspace. */
bool take_is_same_login(const struct profile *profile,
    const struct identity *identity);

/* Hands a string over, freeing what was there. A NULL changes nothing. */
void take_string(char **to, char **from);

/* Puts the parts of an answer, and of the identity in it, where they belong;
 * what they lack stays as it is. */
void take_credential(struct credential *credential, struct answer *answer,
    const struct identity *identity);
void take_profile(struct profile *profile, struct identity *identity);

/* Writes both files of a profile that is there, and then its views (app/use);
 * or only what is shown. */
int take_save(struct app *app, const struct profile *profile,
    const struct credential *credential, struct error *err);
int take_save_profile(struct app *app, const struct profile *profile,
    struct error *err);

/* The same person and workspace again: a new chain for a profile. */
int take_new_chain(struct app *app, struct profile *profile,
    struct answer *answer, struct identity *identity, const char *issuer,
    struct error *err);

/* Makes a new profile; or one beside @name, whose name it puts into @saved. */
int take_create(struct app *app, const char *name, struct answer *answer,
    struct identity *identity, const char *issuer, struct error *err);
int take_create_beside(struct app *app, const char *name,
    struct answer *answer, struct identity *identity, const char *issuer,
    char saved[STORE_NAME_MAX + 1], struct error *err);

/* Completes @err: says where an answer is that could not be written to its
 * place. Returns -1. */
int take_not_saved(struct app *app, const char *name,
    enum pending_operation operation, struct error *err);

/* The token of a renewal was not sent, or not spent, this time: takes its
 * attempt off the record, which goes when it was the first. */
void take_back(struct app *app, const char *name,
    const struct pending *pending);

/* Writes it down; what was done stays done when that fails. */
void take_note(struct app *app, enum audit_event event, const char *name,
    const struct error *why);

#endif
