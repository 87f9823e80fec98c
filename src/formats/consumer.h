/*
 * consumer: the files in which programs keep a ChatGPT login of their own, to
 * be read and to be written (protocol.md sections 7.1, 8.1 and 9).
 *
 * One table. What we write is a view: the access token, and an empty refresh
 * token, so that the program cannot spend one. Only where a login is lent does
 * its whole chain go into such a file.
 *
 * OpenCode and pi keep the logins of many providers in one object: ours is one
 * member of it, the rest of the file stays as it is to the byte.
 */
#ifndef FORMATS_CONSUMER_H
#define FORMATS_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/format.h"

struct json;

/* A login as it stands in a file. Strings are owned; NULL is not there, or
 * empty. */
struct consumer_login {
	char *access_token, *refresh_token, *id_token, *account_id;
	char *issuer;		/* codex: oauth_provenance.issuer; else NULL */
	int64_t expires_at;	/* as the file says, s; TIME_UNKNOWN */
};

#define CONSUMER_LOGIN_INIT { NULL, NULL, NULL, NULL, NULL, 0 }

/* How the program locks its file while it writes (protocol.md 7.4, 9). */
enum consumer_lock {
	CONSUMER_LOCK_NONE,
	CONSUMER_LOCK_CODEX,	/* flock: DIR/auth.lock, then REALPATH.lock */
	CONSUMER_LOCK_DIRECTORY	/* the directory FILE.lock (proper-lockfile) */
};

/* Where a directory is looked for without a variable that names it. */
enum consumer_base {
	CONSUMER_HOME,		/* $HOME */
	CONSUMER_CONFIG,	/* ~/.config, whatever XDG_CONFIG_HOME says */
	CONSUMER_DATA		/* ${XDG_DATA_HOME:-~/.local/share} */
};

#define CONSUMER_PROGRAMS 3

struct consumer {
	const char *kind;	/* "codex": the name of the target */
	const char *title;	/* "Codex CLI": the name for people */
	/* Its usual place: the directory that @dir_variable names, or @inside
	 * that, else @under below @base; in it the file that @file_variable
	 * names, else @file. All three may be NULL. */
	const char *dir_variable, *inside, *file_variable;
	enum consumer_base base;
	const char *under;
	const char *file;
	/* The member of the file's object that is ours; NULL: all of it. */
	const char *entry;
	enum consumer_lock lock;
	/* A whole chain may be lent to it. */
	bool lendable;
	/* A variable that names the directory for one run; NULL: there is none
	 * (`chatelaine run`). */
	const char *run_variable;
	/* Names under which it runs, for /proc; the last may be NULL. */
	const char *programs[CONSUMER_PROGRAMS];
	/* The object that stands in the file, or as its member. @refresh_token
	 * is "" in a view, @issuer then NULL. */
	struct json *(*make)(const struct format_input *input,
	    const char *refresh_token, const char *issuer);
	/* Fills @login from the object; false when it is no login (of ours).
	 * What it has no place for, as an API key, is told by @foreign, and
	 * by @err as below. */
	bool (*take)(const struct json *object, struct consumer_login *login,
	    bool *foreign, struct error *err);
};

/* In the order in which they are shown. */
extern const struct consumer consumers[];
extern const size_t consumers_count;

/* The consumer of that kind; NULL with ERROR_USAGE and the kinds there are. */
const struct consumer *consumer_find(const char *kind, struct error *err);

/* What stands in a file. */
enum consumer_content {
	CONSUMER_NOTHING,	/* empty, or without a member of ours */
	CONSUMER_VIEW,		/* an access token, and no refresh token */
	CONSUMER_LOGIN,		/* with a refresh token */
	/* Something else, which must not be overwritten: it cannot be read, or
	 * it is another kind of login, as an API key. */
	CONSUMER_FOREIGN
};

/* The bytes of a file that are ours: all of it, or the value of our member. */
struct consumer_span {
	size_t start, length;
};

/*
 * Reads @text as the file of @consumer. @login and @span (may be NULL; 0, 0
 * where there is no login of ours) are filled in; the caller calls
 * consumer_login_release() in any case. Never fails: out of memory, or a token
 * with characters that none has, is CONSUMER_FOREIGN, and nothing is in @login.
 * @err (may be NULL) then says what stands there, without quoting it, as
 * ERROR_REFUSED: "an API key, not a login with ChatGPT".
 */
enum consumer_content consumer_read(const struct consumer *consumer,
    const char *text, size_t length, struct consumer_login *login,
    struct consumer_span *span, struct error *err);
void consumer_login_release(struct consumer_login *login);

/* The kind of file that @text is, for one that is only named by its path; NULL
 * when no consumer can read a login from it, or more than one. */
const struct consumer *consumer_guess(const char *text, size_t length);

/*
 * Appends the whole new text of the file. @old is what it is now ("" for none)
 * and matters to shared files only, where everything but our member stays to
 * the byte. Whether our member may be overwritten is what consumer_read() is
 * asked before. @refresh_token and @issuer: NULL for a view. @span (may be
 * NULL) is set to what is ours in the new text. -1: out of memory, or the old
 * text of a shared file cannot be read (ERROR_REFUSED).
 */
int consumer_write(const struct consumer *consumer, const char *old,
    size_t old_length, const struct format_input *input,
    const char *refresh_token, const char *issuer, struct buffer *out,
    struct consumer_span *span, struct error *err);

/* Appends the text of a shared file without our member. -1: as above. */
int consumer_remove(const struct consumer *consumer, const char *old,
    size_t old_length, struct buffer *out, struct error *err);

/* The parts of the table, each in the file of its program. */
struct json *consumer_make_codex(const struct format_input *input,
    const char *refresh_token, const char *issuer);
bool consumer_take_codex(const struct json *object,
    struct consumer_login *login, bool *foreign, struct error *err);
struct json *consumer_make_openhands(const struct format_input *input,
    const char *refresh_token, const char *issuer);
bool consumer_take_openhands(const struct json *object,
    struct consumer_login *login, bool *foreign, struct error *err);
struct json *consumer_make_litellm(const struct format_input *input,
    const char *refresh_token, const char *issuer);
bool consumer_take_litellm(const struct json *object,
    struct consumer_login *login, bool *foreign, struct error *err);
/* OpenCode and pi: the same entry under two names. */
struct json *consumer_make_entry(const struct format_input *input,
    const char *refresh_token, const char *issuer);
bool consumer_take_entry(const struct json *object,
    struct consumer_login *login, bool *foreign, struct error *err);

/*
 * What they have in common. 0, or -1 with @err where the file is foreign.
 * Tokens and ids are visible ASCII; missing, null or "" leaves *@to alone.
 * Times are numbers, or strings of digits, @unit to the second.
 */
int consumer_take_token(char **to, const struct json *object, const char *key,
    struct error *err);
int consumer_take_id(char **to, const struct json *object, const char *key,
    struct error *err);
int consumer_take_time(int64_t *to, const struct json *object,
    const char *key, int64_t unit, struct error *err);
/* -1 if the object has a member that is not null and not in @known, which ends
 * in NULL. */
int consumer_check_known(const struct json *object, const char *const *known,
    struct error *err);

#endif
