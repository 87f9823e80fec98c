/*
 * What is done with a store, again and again, each time with another call of
 * the C library failing (failing.h). In the end
 *
 *	it was done, or there is an error and all is as it was before;
 *	what is read is whole, or there is an error;
 *	each refresh token is in as many files as before, or as after it;
 *	nothing leaks, and what was not done can be done now.
 */
#ifndef FAILING_STORE_H
#define FAILING_STORE_H

#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "failing.h"
#include "storage/audit.h"
#include "storage/backup.h"
#include "storage/move.h"
#include "storage/pending.h"
#include "storage/profile.h"
#include "storage/spent.h"
#include "storage/targets.h"
#include "storage/usage.h"
#include "storage/waiting.h"
#define TEMP_STORE "/dev/shm/chatelaine-test-XXXXXX"
#include "temp_store.h"

#define NOW INT64_C(1795435200)

/* Each refresh token begins so. */
#define TOKEN "rt-"

#define WORK "acme/work"

struct scenario {
	const char *name;
	void (*prepare)(void);
	/* Does it, or reads it into `seen`. 0, or -1 with @err. */
	int (*act)(struct error *err);
	unsigned int bits;
	/* What it may see instead, and that is no failure. */
	const char *or_sees;
};

/* It has no way to tell that it was not done; it may stop half way, which is as
 * good as before; and then it cannot be done again. It takes so long that only
 * single calls fail. */
#define QUIET 1u
#define STEPS 2u
#define ONCE 4u
#define LONG 8u

/* It makes so many calls that some of them are tried; with
 * CHATELAINE_THOROUGH=1 all. */
#define MANY 16u
#define SOME 7

/* Only these calls are counted: those that make last what was written, remove
 * what was, or look at what is open. */
#define SYNCS 32u
#define REMOVALS 64u
#define LOOKS 128u

/* What was read. */
static struct buffer seen = BUFFER_INIT;

/* The next start of the program, where that is in the test; and then what is
 * in the audit log is no matter. */
static void (*start_anew)(void);

/* --- What stands in a store ----------------------------------------------- */

static struct buffer *out;

static int
find_tokens(const char *name, const struct stat *st, int type, struct FTW *at)
{
	static char text[1 << 16];
	char entry[NAME_MAX + 1];
	ssize_t n = 0;
	int fd;

	(void)st;
	fd = type == FTW_F ? open(name, O_RDONLY) : -1;
	if (fd >= 0) {
		n = read(fd, text, sizeof text - 1);
		close(fd);
	}
	text[n < 0 ? 0 : n] = '\0';
	/* What the next start would have swept, also beside a program's file. */
	if (start_anew != NULL && file_of_temporary(name + at->base, entry) ==
	    entry)
		buffer_addf(out, "left: %s\n", name + at->base);
	for (const char *p = text; (p = strstr(p, TOKEN)) != NULL; p++)
		for (const char *q = p; isalnum((unsigned char)*q) ||
		    *q == '-'; q++)
			buffer_add_char(out, *q);
	return 0;
}

static void
describe_profiles(void)
{
	struct profile_list list;

	assert_int_equal(profile_load_all(store, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct profile *p = &list.profile[i];

		/* A login may come home twice. */
		buffer_addf(out, "%s:%ld,%s,%s,%s%s\n", p->name,
		    start_anew == NULL ? (long)p->generation : 1,
		    p->label == NULL ? "" : p->label,
		    p->owner == NULL ? "" : p->owner,
		    p->in_doubt ? "in doubt," : "",
		    p->damage == NULL ? "" : p->damage);
	}
	profile_list_release(&list);
}

static int
describe_backup(int dir, const char *entry, const char *name, void *data)
{
	struct stat st;

	(void)entry, (void)data;
	buffer_addf(out, "backup %s%s\n", name,
	    fstatat(dir, "pending", &st, 0) == 0 ? ", in doubt" : "");
	return 0;
}

static void
describe_names(const char *what, int (*list)(const struct store *store,
    struct store_names *names, struct error *err))
{
	struct store_names names;

	assert_int_equal(list(store, &names, NULL), 0);
	store_names_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		buffer_addf(out, "%s %s\n", what, names.name[i]);
	store_names_release(&names);
}

static void
describe_rest(void)
{
	struct targets targets;
	struct usage_record usage;
	struct audit_log log;
	struct waiting waiting;
	struct move move;

	assert_int_equal(targets_load(store, &targets, NULL), 0);
	for (size_t i = 0; i < targets.count; i++)
		buffer_addf(out, "%s shows %s\n", targets.target[i].kind,
		    targets.target[i].profile);
	targets_release(&targets);
	assert_int_equal(audit_load(store, &log, NULL), 0);
	/* What is done stays done, noted or not. */
	if (start_anew == NULL)
		buffer_addf(out, "%zu lines, %d\n", log.count,
		    log.chain.fault);
	audit_log_release(&log);
	if (usage_load(store, WORK, &usage, NULL) == 0)
		buffer_addf(out, "usage %s\n", usage.plan);
	if (waiting_load(store, WORK, NOW, &waiting, NULL) == 0)
		buffer_addf(out, "code %s\n", waiting.code);
	waiting_release(&waiting);
	if (move_load(store, WORK, &move, NULL) == 0)
		buffer_addf(out, "to %s\n", move.to);
	move_release(&move);
	buffer_addf(out, "spent %d%d, terms %d\n",
	    spent_find(store, TOKEN "old", NULL, NULL),
	    spent_find(store, TOKEN "older", NULL, NULL),
	    store_terms_agreed(store, NULL));
}

/* As the next start does first. */
static void
sweep(void)
{
	static const char *const names[] = { WORK, "acme/new", "home" };
	int dir;

	if (start_anew != NULL) {
		start_anew();
		return;
	}
	backup_sweep(store);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		profile_sweep(store, names[i]);
		pending_sweep(store, names[i]);
		move_sweep(store, names[i]);
		waiting_sweep(store, names[i], NOW);
	}
	dir = store_open_part(store, ".", NULL);
	if (dir < 0)
		return;
	file_sweep(dir, STORE_STATE_FILE);
	close(dir);
}

static char *
describe(void)
{
	struct buffer text = BUFFER_INIT;

	out = &text;
	sweep();
	describe_profiles();
	backup_for_each(store, describe_backup, NULL, NULL);
	describe_names("pending", pending_list);
	describe_names("waiting", waiting_list);
	describe_names("move", move_list);
	describe_rest();
	assert_int_equal(nftw(path, find_tokens, 8, FTW_PHYS), 0);
	return buffer_detach(&text, NULL);
}

/* --- Of several tests ------------------------------------------------------ */

/* Before: there is none yet, nor what it is to stand in. */
static inline void
no_store(void)
{
	char below[sizeof path + 16];

	snprintf(below, sizeof below, "%s/none/store", path);
	store_close(store);
	store = store_open(below, NULL);
	assert_non_null(store);
}

static inline int
agree(struct error *err)
{
	return store_agree_terms(store, err);
}

/* --- Trying --------------------------------------------------------------- */

static int
open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

struct outcome {
	char *before, *after, *seen;
};

/* One try; false when no call was left that could fail. */
static bool
try_once(const struct scenario *s, const struct outcome *good,
    enum failing_mode mode, unsigned long at)
{
	struct error err = ERROR_INIT;
	const char *failed;
	char *now, says[128];
	int result, descriptors;
	bool done, same;
	long live;

	open_store(NULL);
	if (s->prepare != NULL)
		s->prepare();
	buffer_clear(&seen);
	buffer_reserve(&seen, 4096);
	live = failing_live();
	descriptors = open_descriptors() - store_exists(store);
	failing_begin((s->bits & SYNCS) != 0 ? "fsync" :
	    (s->bits & REMOVALS) != 0 ? "unlinkat" :
	    (s->bits & LOOKS) != 0 ? "fstat" : NULL, mode, at);
	result = s->act(&err);
	failed = failing_end();
	snprintf(says, sizeof says, "%s, mode %d, call %lu (%s)", s->name,
	    (int)mode, at, failed == NULL ? "none" : failed);
	if (failing_live() != live)
		fail_msg("%s: %ld leak", says, failing_live() - live);
	if (open_descriptors() - store_exists(store) != descriptors)
		fail_msg("%s: a descriptor leaks", says);
	if (result != 0 && (mode == FAILING_PARTLY || failed == NULL))
		fail_msg("%s: %s", says, err.text);
	if (result != 0 && (err.code == ERROR_NONE || err.text[0] == '\0'))
		fail_msg("%s: no error", says);
	/* A call failed: nothing is absent, taken or forbidden. */
	if (result != 0 && err.code != ERROR_FAILED)
		fail_msg("%s: says %s", says, err.text);
	same = strcmp(seen.data, good->seen) == 0 || (s->or_sees != NULL &&
	    strstr(seen.data, s->or_sees) != NULL);
	if (result == 0 && !same)
		fail_msg("%s: saw\n%s", says, seen.data);
	now = describe();
	done = strcmp(now, good->after) == 0;
	if (!done && (s->bits & STEPS) == 0 && strcmp(now, good->before) != 0)
		fail_msg("%s: %s\nbefore:\n%s\nafter:\n%s\nbut now:\n%s", says,
		    err.text, good->before, good->after, now);
	if (!done && result == 0 && (s->bits & QUIET) == 0)
		fail_msg("%s: not done, and no error", says);
	if (!done && (s->bits & ONCE) == 0 && (s->act(&err) != 0 ||
	    (free(now), now = describe(),
	    strcmp(now, good->after) != 0)))
		fail_msg("%s: cannot be done later: %s\n%s", says, err.text,
		    now);
	free(now);
	assert_int_equal(close_store(NULL), 0);
	return failed != NULL;
}

static void
each_call_fails(const struct scenario *s)
{
	unsigned long step = (s->bits & MANY) != 0 &&
	    getenv("CHATELAINE_THOROUGH") == NULL ? SOME : 1;
	struct outcome good;
	struct error err = ERROR_INIT;

	open_store(NULL);
	if (s->prepare != NULL)
		s->prepare();
	good.before = describe();
	buffer_clear(&seen);
	if (s->act(&err) != 0)
		fail_msg("%s: %s", s->name, err.text);
	good.seen = strdup(seen.data);
	good.after = describe();
	assert_int_equal(close_store(NULL), 0);
	for (int mode = 0; mode < ((s->bits & LONG) != 0 ? FAILING_ONE + 1 :
	    FAILING_MODES); mode++)
		for (unsigned long at = 1; try_once(s, &good,
		    (enum failing_mode)mode, at); at += step)
			continue;
	free(good.before);
	free(good.after);
	free(good.seen);
	buffer_release(&seen);
}

#define EACH(table) \
	for (size_t i = 0; i < sizeof (table) / sizeof (table)[0]; i++) \
		each_call_fails(&(table)[i])

#endif
