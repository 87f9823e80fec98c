#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/neighbour.h"
#include "app/settle.h"
#include "app/view.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"
#include "storage/move.h"

void
view_record(char record[VIEW_RECORD_SIZE], const struct place *place)
{
	char digest[DIGEST_SIZE];

	digest_text(digest, place->path, strlen(place->path));
	snprintf(record, VIEW_RECORD_SIZE, "%c%.16s", MOVE_FILE_MARK, digest);
}

/* Writes down what is about to be written where, so that what a killed process
 * leaves is found (app/settle). */
static int
begin(struct view *view, struct app *app, const struct place *place,
    const struct look *look, struct error *err)
{
	const struct move move = { MOVE_IN, (char *)place->consumer->kind,
	    place->path, NULL };
	char record[VIEW_RECORD_SIZE];
	struct error why = ERROR_INIT;
	struct move there;
	bool kept;

	*view = (struct view)VIEW_INIT;
	if (look_check_sure(look, err) != 0)
		return -1;
	if (look->kind == LOOK_FOREIGN) {
		error_set(err, ERROR_REFUSED, _("%s is left as it is: %s"),
		    place->path, look->why.text);
		error_step(err, "%s", _("if nothing needs it, move it away "
		    "first"));
		return -1;
	}
	view->app = app;
	view->place = place;
	view->look = look;
	settle_files_locked(app);
	view_record(record, place);
	/* What could not be settled now keeps its record. */
	kept = move_load(app->store, record, &there, &why) == 0;
	move_release(&there);
	if (error_is_passing(&why)) {
		error_give(err, &why);
		return -1;
	}
	if (!kept && move_begin(app->store, record, &move, err) != 0)
		return -1;
	view->recorded = !kept;
	return 0;
}

static int
set_name(struct view *view, const char *name, struct error *err)
{
	if ((size_t)snprintf(view->name, sizeof view->name, "%s", name) <
	    sizeof view->name)
		return 0;
	return error_set(err, ERROR_FAILED, _("the name of %s is too long"),
	    view->place->path);
}

/* The directory, made if it is not there. */
static int
open_directory(struct view *view, struct error *err)
{
	const struct look *look = view->look;
	char *copy;

	if (look != NULL && look->dir >= 0) {
		view->dir = fcntl(look->dir, F_DUPFD_CLOEXEC, 0);
		if (view->dir < 0)
			return error_no_memory(err);
		return set_name(view, look->name, err);
	}
	copy = strdup(view->place->path);
	if (copy == NULL)
		return error_no_memory(err);
	*strrchr(copy, '/') = '\0';
	if (*copy == '\0' || file_make_path(copy, err) == 0) {
		view->dir = open(*copy == '\0' ? "/" : copy,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (view->dir < 0)
			error_set_errno(err, errno, _("cannot open %s"), copy);
	}
	free(copy);
	if (view->dir < 0)
		return -1;
	return set_name(view, strrchr(view->place->path, '/') + 1, err);
}

static int
stage(struct view *view, const struct buffer *text, struct error *err)
{
	if (open_directory(view, err) != 0)
		return -1;
	return file_stage(view->dir, view->name, text->data, text->length,
	    view->temporary, err);
}

#define ID_MAX ((size_t)256)

int
view_stage(struct view *view, struct app *app, const struct place *place,
    const struct look *look, const struct credential *credential,
    const char *account_id, bool lend, struct error *err)
{
	const struct format_input input = {
		.access_token = credential->access_token,
		.id_token = credential->id_token,
		.account_id = account_id != NULL &&
		    text_is_visible_ascii(account_id, ID_MAX) ?
		    account_id : NULL,
		.backend = app->backend,
		.expires_at = credential->expires_at,
		.last_refresh = credential->obtained_at,
	};
	struct buffer text = BUFFER_INIT;
	struct consumer_span span;
	int result = -1;

	if (begin(view, app, place, look, err) == 0 &&
	    consumer_write(place->consumer, look->text.data, look->text.length,
	    &input, lend ? credential->refresh_token : NULL,
	    lend ? credential->issuer : NULL, &text, &span, err) == 0 &&
	    stage(view, &text, err) == 0) {
		digest_text(view->digest, text.data + span.start,
		    span.length);
		result = 0;
	}
	buffer_release(&text);
	return result;
}

int
view_stage_removal(struct view *view, struct app *app,
    const struct place *place, const struct look *look, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = -1;

	if (begin(view, app, place, look, err) != 0)
		return -1;
	if (place->consumer->entry == NULL) {
		/* The old file is moved over an empty one: see put(). */
		view->removal = true;
		result = stage(view, &text, err);
	} else if (consumer_remove(place->consumer, look->text.data,
	    look->text.length, &text, err) == 0)
		result = stage(view, &text, err);
	buffer_release(&text);
	return result;
}

/* Room for any view, on top of what the file has. */
#define PROBE_ROOM ((size_t)64 * 1024)

int
view_probe(struct app *app, const struct place *place,
    const struct look *look, struct error *err)
{
	struct view view = VIEW_INIT;
	struct buffer text = BUFFER_INIT;
	size_t length = look->text.length + PROBE_ROOM;
	char *room = buffer_reserve(&text, length);
	int result = -1;

	if (room == NULL)
		return error_no_memory(err);
	memset(room, ' ', length);
	text.length += length;
	if (begin(&view, app, place, look, err) == 0)
		result = stage(&view, &text, err);
	view_release(&view);
	buffer_release(&text);
	return result;
}

/* 1 if the file @name is what was looked at, 0 if not; -1: that cannot be
 * told. */
static int
is_unchanged(const struct view *view, const char *name, struct error *err)
{
	const struct look *before = view->look;
	struct look now;
	int same;

	look_at_file(&now, view->place->consumer, view->dir, name);
	same = look_check_sure(&now, err);
	if (same == 0)
		same = now.there == before->there &&
		    now.text.length == before->text.length &&
		    memcmp(now.text.data, before->text.data,
		    now.text.length) == 0;
	look_release(&now);
	return same;
}

/* Where nothing was, nothing is replaced. */
static int
put_new(struct view *view, struct error *err)
{
	int result = file_commit_new(view->dir, view->temporary, view->name,
	    err);

	/* It stands there also where only the last sync failed: whoever takes
	 * it for not written has the login in two files. */
	if (result == 0 || (faccessat(view->dir, view->temporary, F_OK,
	    AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT))
		view->temporary[0] = '\0';
	return result;
}

/* Moved aside, not removed: what its program writes into it at this moment is
 * found there. 1: it is there. */
static int
remove_old(struct view *view, struct error *err)
{
	if (!view->look->there)
		return 0;
	if (renameat(view->dir, view->name, view->dir, view->temporary) == 0)
		return 1;
	return error_set_errno(err, errno, _("cannot remove %s"),
	    view->place->path);
}

static int
changing(const struct view *view, struct error *err)
{
	return error_set(err, ERROR_BUSY,
	    _("%s changes as it is written; try again"), view->place->path);
}

/* True when the old file, which stands under the temporary name now, is written
 * to, or is about to be; or, with @why, when that cannot be told. */
static bool
is_wanted(const struct view *view, struct error *why)
{
	return neighbour_waits(view->lease) ||
	    is_unchanged(view, view->temporary, why) <= 0;
}

/* Its program wants to write the old file: it gets that back, as if we had not
 * been there. @why: another reason, if it is one. */
static int
put_back(struct view *view, const struct error *why, struct error *err)
{
	int result = view->removal ?
	    file_commit_new(view->dir, view->temporary, view->name, NULL) :
	    file_exchange(view->dir, view->temporary, view->name, NULL);

	if (result < 0) {
		/* What it wrote stays aside, and app/settle takes it in. */
		view_leave(view);
	} else if (view->removal)
		view->temporary[0] = '\0';
	file_sync(view->dir, NULL);
	return why->code != ERROR_NONE ? error_give(err, why) :
	    changing(view, err);
}

/* The file that was replaced stands under the temporary name now: once more,
 * after what takes longest, and it may go. */
static int
finish(struct view *view, struct error *err)
{
	int result = file_sync(view->dir, err);
	struct error why = ERROR_INIT;

	if (is_wanted(view, &why))
		return put_back(view, &why, err);
	/* There may be a chain in it: the record stays as long as it does. */
	if (file_discard(view->dir, view->temporary) != 0)
		view->recorded = false;
	view->temporary[0] = '\0';
	return result;
}

static int
exchange(struct view *view, struct error *err)
{
	struct error why = ERROR_INIT;
	int result;

	view->lease = neighbour_hold(view->dir, view->name);
	result = view->lease == NEIGHBOUR_WRITES ? 0 :
	    is_unchanged(view, view->name, err);
	if (result <= 0)
		return result < 0 ? -1 : changing(view, err);
	if (view->removal)
		result = remove_old(view, err);
	else if (!view->look->there)
		result = put_new(view, err);
	else
		result = file_exchange(view->dir, view->temporary, view->name,
		    err);
	if (result == 0 && !view->removal)
		view->temporary[0] = '\0';
	/* At once, while its program is still writing. */
	if (result == 1 && is_wanted(view, &why))
		return put_back(view, &why, err);
	return result;
}

int
view_commit(struct view *view, struct error *err)
{
	struct neighbour neighbour;
	int result;

	if (neighbour_lock(&neighbour, view->place, view->dir, view->name,
	    err) != 0)
		return -1;
	result = exchange(view, err);
	neighbour_unlock(&neighbour);
	if (result == 1)
		result = finish(view, err);
	if (view->lease >= 0)
		close(view->lease);
	view->lease = -1;
	return result;
}

static void
end_record(struct app *app, const struct place *place)
{
	char record[VIEW_RECORD_SIZE];

	view_record(record, place);
	move_end(app->store, record, NULL);
}

void
view_leave(struct view *view)
{
	view->recorded = false;
	view->temporary[0] = '\0';
}

void
view_release(struct view *view)
{
	if (view->temporary[0] != '\0' &&
	    file_discard(view->dir, view->temporary) != 0)
		view->recorded = false;	/* app/settle tries again */
	if (view->recorded)
		end_record(view->app, view->place);
	if (view->dir >= 0)
		close(view->dir);
	*view = (struct view)VIEW_INIT;
}
