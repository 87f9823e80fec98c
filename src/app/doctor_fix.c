/*
 * Mending what loses nothing: no refresh token is sent, and none goes but by
 * the rules of app/use and app/intake.
 *
 * Each thing is looked at once more before it is touched, by its descriptor:
 * what is in a directory of others, they may exchange at any time.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adopt.h"
#include "app/doctor_part.h"
#include "app/intake.h"
#include "app/login.h"
#include "app/look.h"
#include "app/use.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/time.h"
#include "storage/index.h"
#include "storage/lock.h"

/* What was mended may show, or be in the way of, something else. */
#define ROUNDS 4

static int
wait_ms(const struct app *app)
{
	return app->screen ? USE_GLANCE_MS : USE_WAIT_MS;
}

/* --- Files of the store --------------------------------------------------- */

/* The directory that the finding's entry is in; without an entry, the one that
 * it is itself. */
static int
open_dir(struct app *app, const struct finding *finding, struct error *err)
{
	return finding->profile == NULL ?
	    store_open_part(app->store, ".", err) :
	    store_open_profile(app->store, finding->profile, err);
}

/* Opens the file or directory to be changed: a file under one name only, so
 * that no other place is changed with it. */
static int
open_alone(int dir, const char *entry, struct stat *st, struct error *err)
{
	int fd = openat(dir, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) != 0)
		error_set_errno(err, errno, _("cannot open %s"), entry);
	else if (!S_ISDIR(st->st_mode) &&
	    (!S_ISREG(st->st_mode) || st->st_nlink != 1))
		error_set(err, ERROR_REFUSED,
		    _("%s is no plain file under one name"), entry);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
mend_mode(struct app *app, const struct finding *finding, struct error *err)
{
	const char *entry = finding->entry != NULL ? finding->entry : ".";
	int dir = open_dir(app, finding, err), fd, result = -1;
	struct stat st;

	if (dir < 0)
		return -1;
	fd = open_alone(dir, entry, &st, err);
	if (fd >= 0) {
		result = fchmod(fd, st.st_mode & 07700);
		if (result != 0)
			error_set_errno(err, errno,
			    _("cannot change the mode of %s"), entry);
		close(fd);
	}
	close(dir);
	return result;
}

/* Who owns the directory may have put there what they are not to read: only
 * what is ours by its looks is given to them. */
static bool
is_record(int fd, const struct stat *st)
{
	char first;

	return S_ISDIR(st->st_mode) || st->st_size == 0 ||
	    (pread(fd, &first, 1, 0) == 1 && first == '{');
}

static int
give(int dir, const char *entry, struct error *err)
{
	int fd, result = -1;
	struct stat st;

	fd = open_alone(dir, entry, &st, err);
	if (fd < 0)
		return -1;
	if (st.st_uid != 0 || !is_record(fd, &st))
		error_set(err, ERROR_REFUSED,
		    _("%s is none of the files of chatelaine"), entry);
	else if (file_inherit_owner(dir, fd) != 0)
		error_set_errno(err, errno, _("cannot change the owner of %s"),
		    entry);
	else
		result = 0;
	close(fd);
	return result;
}

static int
mend_owner(struct app *app, const struct finding *finding, struct error *err)
{
	const char *name = finding->profile;
	int dir, result;

	if (finding->entry != NULL)
		dir = open_dir(app, finding, err);
	else if (name != NULL)
		dir = store_open_parent(app->store, name, err);
	else
		dir = openat(store_root(app->store), ".", O_RDONLY |
		    O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	result = give(dir, finding->entry != NULL ? finding->entry :
	    name != NULL ? store_leaf(name) : ".chatelaine", err);
	close(dir);
	return result;
}

/* With the lock of whoever writes there; a shared file's is old enough. */
static int
mend_leftover(struct app *app, const struct finding *finding,
    struct error *err)
{
	int lock = -1, dir, result = -1;

	if (finding->profile != NULL) {
		lock = lock_try(app->store, finding->profile, err);
		if (lock < 0)
			return -1;
	}
	dir = open_dir(app, finding, err);
	if (dir >= 0) {
		result = file_discard(dir, finding->entry);
		if (result != 0)
			error_set_errno(err, errno, _("cannot remove %s"),
			    finding->entry);
		close(dir);
	}
	if (lock >= 0)
		close(lock);
	return result;
}

static int
mend_index(struct app *app, const struct finding *finding, struct error *err)
{
	int lock = lock_try(app->store, LOCK_INDEX, err), dir, result = -1;

	if (lock < 0)
		return -1;
	dir = open_dir(app, finding, err);
	if (dir >= 0) {
		result = file_remove(dir, INDEX_FILE, err);
		close(dir);
	}
	close(lock);
	return result;
}

/* --- Files of programs ---------------------------------------------------- */

static int
mend_view(struct app *app, const struct finding *finding, struct error *err)
{
	struct place place;
	int result = place_find(&place, finding->place, err);

	if (result == 0)
		result = use_lock(app, wait_ms(app), err);
	if (result == 0) {
		result = use_rewrite(app, &place, finding->profile, err);
		use_unlock(app);
	}
	place_release(&place);
	return result;
}

static int
check_place(const struct place *place, struct error *err)
{
	struct look look;
	int result = 0;

	look_at(&look, place, NULL);
	if (look.kind == LOOK_LOGIN)
		result = intake_check_renewal(place, &look, err);
	look_release(&look);
	return result;
}

static int
check_view(const struct place *place, struct error *err)
{
	struct look look;
	int result = 0;

	look_at(&look, place, NULL);
	if (look.kind == LOOK_LOGIN)
		result = error_set(err, ERROR_BUSY, _("%s could not be "
		    "written; try again"), place->path);
	look_release(&look);
	return result;
}

/* As before a renewal: what stands there is taken in as far as it is newer. */
static int
replace_copy(struct app *app, const struct place *place, const char *name,
    struct error *err)
{
	int lock = lock_take(app->store, name, wait_ms(app), err), result;

	if (lock < 0)
		return -1;
	result = adopt_pending(app, name, err);
	if (result == 0)
		result = check_place(place, err);
	if (result == 0) {
		use_look(app, name, NULL);
		result = check_view(place, err);
	}
	close(lock);
	return result;
}

static int
mend_copy(struct app *app, const struct finding *finding, struct error *err)
{
	struct place place;
	int result = place_find(&place, finding->place, err);

	if (result == 0)
		result = replace_copy(app, &place, finding->profile, err);
	place_release(&place);
	return result;
}

/* True if the refresh token that @look saw is in the program's file, or in the
 * store, as well. */
static bool
is_elsewhere(struct app *app, const struct place *place,
    const struct look *look)
{
	struct profile profile;
	struct look there;
	bool is;

	look_at(&there, place, NULL);
	is = there.kind == LOOK_LOGIN && strcmp(there.login.refresh_token,
	    look->login.refresh_token) == 0;
	look_release(&there);
	if (!is) {
		is = login_find(app, look, &profile, NULL) == 0 &&
		    intake_is_same_chain(app, profile.name, look, NULL) > 0;
		profile_release(&profile);
	}
	return is;
}

static int
discard_beside(struct app *app, const struct place *place, const char *entry,
    struct error *err)
{
	struct look there, look;
	int result = -1;

	look_at(&there, place, NULL);
	if (there.dir < 0) {
		look_release(&there);
		return error_set(err, ERROR_BUSY, _("%s is gone"), entry);
	}
	look_at_file(&look, place->consumer, there.dir, entry);
	if (look.kind != LOOK_VIEW && !(look.kind == LOOK_LOGIN &&
	    is_elsewhere(app, place, &look)))
		error_set(err, ERROR_REFUSED, _("%s holds a login that is "
		    "nowhere else"), entry);
	else if (file_discard(there.dir, entry) != 0)
		error_set_errno(err, errno, _("cannot remove %s"), entry);
	else
		result = 0;
	look_release(&look);
	look_release(&there);
	return result;
}

static int
mend_beside(struct app *app, const struct finding *finding, struct error *err)
{
	struct place place;
	int result = place_find(&place, finding->place, err);

	if (result == 0)
		result = use_lock(app, wait_ms(app), err);
	if (result == 0) {
		result = discard_beside(app, &place, finding->entry, err);
		use_unlock(app);
	}
	place_release(&place);
	return result;
}

/* --- All of it ------------------------------------------------------------ */

static const struct {
	int (*run)(struct app *app, const struct finding *finding,
	    struct error *err);
	const char *done, *would;	/* N_(); the file */
} mends[] = {
	[MEND_NOTHING] = { NULL, NULL, NULL },
	[MEND_MODE] = { mend_mode, N_("mended: only its owner can read %s "
	    "now"), N_("--fix makes %s readable by its owner alone") },
	[MEND_OWNER] = { mend_owner, N_("mended: %s has the owner of its "
	    "directory now"), N_("--fix gives %s the owner of its "
	    "directory") },
	[MEND_VIEW] = { mend_view, N_("mended: %s has the newest access token "
	    "now"), N_("--fix writes the newest access token into %s") },
	[MEND_COPY] = { mend_copy, N_("mended: %s has a view now, without the "
	    "refresh token"), N_("--fix makes %s a view, without the refresh "
	    "token") },
	[MEND_LEFTOVER] = { mend_leftover, N_("mended: %s is removed"),
	    N_("--fix removes %s") },
	[MEND_LEFTOVER_BESIDE] = { mend_beside, N_("mended: %s is removed"),
	    N_("--fix removes %s") },
	[MEND_INDEX] = { mend_index, N_("mended: %s is removed"),
	    N_("--fix removes %s") },
};

void
finding_add_fix(const struct finding *finding, struct buffer *out)
{
	if (finding->problem != NULL)
		buffer_addf(out, _("not mended: %s"), finding->problem);
	else if (finding->fix == FIX_DONE)
		buffer_addf(out, _(mends[finding->mend].done), finding->at);
	else if (finding->fix == FIX_WOULD)
		buffer_addf(out, _(mends[finding->mend].would), finding->at);
}

static size_t
mend_all(struct app *app, struct findings *findings)
{
	size_t done = 0;

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->finding[i];
		struct error why = ERROR_INIT;

		if (finding->fix != FIX_WOULD)
			continue;
		if (mends[finding->mend].run(app, finding, &why) == 0) {
			finding->fix = FIX_DONE;
			done++;
		} else {
			finding->fix = FIX_NONE;
			target_set(&finding->problem, why.text, NULL);
		}
	}
	return done;
}

/* What could not be mended before is not tried again. */
static void
keep_problem(const struct finding *before, struct findings *now)
{
	for (size_t i = 0; i < now->count; i++)
		if (strcmp(now->finding[i].text, before->text) == 0 &&
		    target_set(&now->finding[i].problem, before->problem,
		    NULL) == 0)
			now->finding[i].fix = FIX_NONE;
}

/* Puts what was done in @before in front of @now, which takes its place. */
static int
join(struct findings *before, struct findings *now, struct error *err)
{
	size_t count = findings_count(before, FIX_DONE) + now->count, n = 0;
	struct finding *all = calloc(count + 1, sizeof *all);

	if (all == NULL)
		return error_no_memory(err);
	for (size_t i = 0; i < before->count; i++) {
		struct finding *finding = &before->finding[i];

		if (finding->problem != NULL)
			keep_problem(finding, now);
		if (finding->fix != FIX_DONE)
			continue;
		all[n++] = *finding;
		memset(finding, 0, sizeof *finding);
	}
	if (now->count > 0)
		memcpy(all + n, now->finding, now->count * sizeof *all);
	free(now->finding);
	now->finding = all;
	now->count = count;
	findings_release(before);
	*before = *now;
	memset(now, 0, sizeof *now);
	return 0;
}

int
doctor_fix(struct app *app, struct findings *findings, struct error *err)
{
	struct findings again;
	int result = doctor_look(app, findings, err);

	for (int round = 0; round < ROUNDS && result == 0 &&
	    mend_all(app, findings) > 0; round++) {
		result = doctor_look(app, &again, err);
		if (result == 0)
			result = join(findings, &again, err);
		findings_release(&again);
	}
	return result;
}
