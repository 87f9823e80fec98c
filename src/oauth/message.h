/*
 * message: what chatelaine and chatelaine-oauth say to each other.
 *
 * One request as a line of JSON on the helper's standard input, which then
 * stays open: when it closes, nobody is interested any more. In a sign-in by a
 * browser more lines follow, each with an address that a person pasted. Events
 * as lines of JSON on its standard output; the last one is `answered`, `done`,
 * `usage` or `failed`. The raw answer of a request that spends a secret goes to
 * descriptor MESSAGE_ANSWER_FD before `answered` is said.
 */
#ifndef OAUTH_MESSAGE_H
#define OAUTH_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "oauth/usage.h"

#define MESSAGE_ANSWER_FD 3
#define MESSAGE_LOCK_FD 4	/* the locks, which last as long as these */
#define MESSAGE_LOCKS 2
#define MESSAGE_LINE_MAX ((size_t)64 * 1024)

#define MESSAGE_CODE_MAX 64
#define MESSAGE_URL_MAX 1100

/* A device code, and what asking for its approval takes. */
struct device {
	char id[512];		/* visible ASCII, as is the code */
	char code[MESSAGE_CODE_MAX];
	int64_t interval;	/* s between two polls */
	int64_t lifetime;	/* s from now */
};

enum message_operation {
	MESSAGE_LOGIN,		/* device code, poll, exchange */
	MESSAGE_BROWSER_LOGIN,	/* the browser comes back with the code */
	MESSAGE_REFRESH,
	MESSAGE_REVOKE,
	MESSAGE_REVOKE_ACCESS,	/* where there is no refresh token */
	MESSAGE_USAGE		/* of a plan, asked with an access token */
};

struct message_request {
	enum message_operation operation;
	char *issuer;		/* owned; usage: the backend */
	char *token;		/* owned; all but sign-ins */
	char *account;		/* owned; usage: the account's id, or NULL */
	bool patient;		/* refresh: listen as long as an answer may
				 * come at all */
	struct device device;	/* login: of a sign-in that is gone on with;
				 * "" in @id: a new one */
};

void message_print_request(struct buffer *out,
    const struct message_request *request, struct error *err);
int message_parse_request(const char *line, size_t length,
    struct message_request *request, struct error *err);
void message_release_request(struct message_request *request);

/* What is pasted is longer than this by mistake only. Bytes. */
#define MESSAGE_PASTE_MAX ((size_t)8 * 1024)

/* A line with the address that a browser came back with. What is read is the
 * caller's to wipe; NULL when it is no such line. */
void message_print_paste(struct buffer *out, const char *address,
    struct error *err);
char *message_parse_paste(const char *line, size_t length);

enum message_kind {
	MESSAGE_CODE,		/* show this to the person */
	MESSAGE_BROWSER,	/* the same: an address to open */
	MESSAGE_WAITING,	/* one more poll was answered "not yet" */
	MESSAGE_RETRYING,	/* a poll failed: @error; another follows; or
				 * an address was none of this sign-in */
	MESSAGE_SPENDING,	/* from here on a secret may be spent */
	MESSAGE_ANSWERED,	/* the answer is in MESSAGE_ANSWER_FD, whole */
	MESSAGE_DONE,		/* a revocation succeeded */
	MESSAGE_USAGE_TOLD,	/* @usage: what the backend told */
	MESSAGE_FAILED		/* @error; see @sent */
};

struct message_event {
	enum message_kind kind;
	char url[MESSAGE_URL_MAX];	/* MESSAGE_CODE, MESSAGE_BROWSER */
	struct device device;	/* MESSAGE_CODE, without its lifetime */
	int64_t expires_at;	/* the same: when it ends */
	int64_t port;		/* MESSAGE_BROWSER: that is listened on, or 0 */
	int64_t polls;		/* MESSAGE_WAITING, MESSAGE_RETRYING */
	int64_t retry_after;	/* MESSAGE_ANSWERED: s, 0 when not said */
	bool sent;		/* MESSAGE_FAILED: the secret may be spent */
	struct error error;	/* MESSAGE_FAILED, MESSAGE_RETRYING */
	bool told_time;		/* the server has told its time: */
	int64_t server_ahead;	/* so far ahead of ours, s; or behind */
	struct usage usage;	/* MESSAGE_USAGE_TOLD */
};

void message_print_event(struct buffer *out,
    const struct message_event *event);
int message_parse_event(const char *line, size_t length,
    struct message_event *event, struct error *err);

#endif
