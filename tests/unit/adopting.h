/*
 * adopting: a store in which answers were left, for the tests of app/adopt. The
 * answers are put where the network program would have written them.
 */
#ifndef ADOPTING_H
#define ADOPTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/app.h"
#include "base/base64.h"
#include "base/digest.h"
#include "storage/pending.h"
#include "storage/profile.h"
#include "temp_store.h"

#define ISSUER "https://issuer.example"
#define OLD_ACCESS jwt("user-1", "acct-1", 2000000000)
#define NEW_ACCESS jwt("user-1", "acct-1", 2100000000)

static struct app app;

static int
begin(void **state)
{
	int result = open_store(state);

	app.store = store;
	return result;
}

/* An access token with these claims; good until the fourth next call. */
static const char *
jwt(const char *user, const char *account, long long expires)
{
	static char token[4][1024];
	static int next;
	struct buffer claims = BUFFER_INIT, body = BUFFER_INIT;
	char *to = token[next++ % 4];

	buffer_addf(&claims, "{\"exp\":%lld,\"https://api.openai.com/auth\":{"
	    "\"chatgpt_user_id\":\"%s\",\"chatgpt_account_id\":\"%s\"}}",
	    expires, user, account);
	base64_encode(&body, claims.data, claims.length);
	body.data[strcspn(body.data, "=")] = '\0';
	snprintf(to, sizeof token[0], "e30.%s.c2ln", body.data);
	buffer_release(&claims);
	buffer_release(&body);
	return to;
}

/* An answer with tokens; NULL leaves one out. */
static const char *
tokens(const char *access, const char *refresh)
{
	static char text[2048];
	size_t n = (size_t)snprintf(text, sizeof text, "HTTP 200\n{");

	if (access != NULL)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "\"access_token\":\"%s\",", access);
	if (refresh != NULL)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "\"refresh_token\":\"%s\",", refresh);
	snprintf(text + n, sizeof text - n, "\"expires_in\":864000}");
	return text;
}

static void
make_profile(const char *name, const char *user, int64_t generation)
{
	struct credential credential = CREDENTIAL_INIT;
	struct profile profile;

	memset(&profile, 0, sizeof profile);
	strcpy(profile.name, name);
	profile.user_id = strdup(user);
	profile.account_id = strdup("acct-1");
	credential.generation = generation;
	credential.expires_at = 2000000000;
	credential.issuer = strdup(ISSUER);
	credential.access_token = strdup(jwt(user, "acct-1", 2000000000));
	credential.refresh_token = strdup("rt_old");
	assert_int_equal(profile_create(app.store, &profile, &credential,
	    NULL), 0);
	credential_release(&credential);
	profile_release(&profile);
}

/* Leaves a record, as if its process had been killed after @answer came. */
static void
leave(const char *name, enum pending_operation operation, bool replace,
    const char *answer)
{
	char issuer[] = ISSUER;
	struct pending intent = {
		.operation = operation, .generation = 1, .at = 1,
		.attempts = 1, .replace = replace, .issuer = issuer,
	};
	int fd;

	if (operation == PENDING_REFRESH)
		digest_text(intent.digest, "rt_old", strlen("rt_old"));
	fd = pending_reserve(app.store, name, &intent, NULL);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, answer, strlen(answer)), strlen(answer));
	close(fd);
}

static bool
is_pending(const char *name, enum pending_operation operation)
{
	struct pending pending;
	bool is = pending_load(app.store, name, operation, &pending,
	    NULL) == 0;

	pending_release(&pending);
	return is;
}

static void
check_chain(const char *name, const char *access, const char *refresh,
    int64_t generation)
{
	struct credential credential;

	assert_int_equal(credential_load(app.store, name, &credential, NULL),
	    0);
	assert_string_equal(credential.access_token, access);
	assert_string_equal(credential.refresh_token, refresh);
	assert_int_equal(credential.generation, generation);
	credential_release(&credential);
}

static enum profile_status
status_of(const char *name, enum profile_reason *reason)
{
	struct profile profile;
	enum profile_status status;

	assert_int_equal(profile_load(app.store, name, &profile, NULL), 0);
	status = profile_status(&profile, 1900000000, reason);
	profile_release(&profile);
	return status;
}

static size_t
profile_count(void)
{
	struct store_names names;
	size_t count;

	assert_int_equal(store_list(app.store, &names, NULL), 0);
	count = names.count;
	store_names_release(&names);
	return count;
}

#endif
