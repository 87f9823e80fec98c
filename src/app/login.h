/*
 * login: a profile and its tokens, wherever its chain is: in the store, or in
 * the file of the program that it is lent to.
 *
 * Both front ends read profiles through here, never from storage/profile
 * alone. Reading changes nothing and needs no lock.
 */
#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include "app/app.h"
#include "app/place.h"
#include "storage/credential.h"

/* As profile_load(), profile_load_all() and profile_load_names(). What is known
 * of a lent login is as its program's file says now. One that is empty is being
 * written, perhaps: login_load() waits for it, since what it says is decided
 * by; a list does not. */
int login_load(const struct app *app, const char *name,
    struct profile *profile, struct error *err);
int login_load_listed(const struct app *app, const char *name,
    struct profile *profile, struct error *err);
int login_load_all(const struct app *app, struct profile_list *list,
    struct error *err);
int login_load_names(const struct app *app, const struct store_names *names,
    struct profile_list *list, struct error *err);

/* True if @profile says that its login is lent to @place. */
bool login_is_lent_to(const struct profile *profile,
    const struct place *place);

/* What the stamp of @known, as login_load() gave it, would be now: the same as
 * long as nobody has changed its files, or the one that it is lent to. */
uint64_t login_stamp(const struct app *app, const struct profile *known);

/* As credential_load(), with the newest tokens of a lent login. For reading
 * only: what comes from a program's file must not be saved as ours. */
int login_load_credential(const struct app *app, const char *name,
    struct credential *credential, struct error *err);

/* The file that the profile's chain is lent to. -1: it is not lent, or the
 * kind is not known. The caller calls place_release() in any case. */
int login_place(const struct profile *profile, struct place *place,
    struct error *err);

/* ERROR_REFUSED, with what to do, when the profile is lent. */
int login_check_ours(const struct profile *profile, struct error *err);

/* ERROR_NEEDS_LOGIN, with what to do, when @profile, of login_load(), is lent
 * and its program threw it away: then the access token that we remember was
 * perhaps revoked, and is not handed out. */
int login_check_held(const struct profile *profile, struct error *err);

/* ERROR_REFUSED, with what to do, when the profile's refresh token was spent:
 * somebody put an older copy of its file back. ERROR_FAILED: that cannot be
 * told just now. In both cases it must not be sent. */
int login_check_spent(const struct app *app, const char *name,
    const char *token, struct error *err);

struct look;
/* The profile of this person and workspace: 0, and @profile is filled in (the
 * caller releases it in any case); 1: there is none; -1: @err. */
int login_find(const struct app *app, const struct look *look,
    struct profile *profile, struct error *err);

/* The profile that is lent to the file at @place; "" in @name when none is. */
int login_lent_to(const struct app *app, const struct place *place,
    char name[STORE_NAME_MAX + 1], struct error *err);

#endif
