#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/look.h"
#include "app/take.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "base/time.h"

static void
foreign(struct look *look, const struct error *why)
{
	look->kind = LOOK_FOREIGN;
	look->why = *why;
}

/*
 * Finds the directory that the file is really in. A link at the end of the path
 * is followed, as the programs do: people keep their files elsewhere. But not
 * as root out of a user's directory into another owner's.
 */
static int
find_file(struct look *look, const char *path, struct error *err)
{
	char real[PATH_MAX], *copy = strdup(path), *slash;
	struct stat outer, inner;
	int from = -1, result = -1;

	if (copy == NULL)
		return error_no_memory(err);
	slash = strrchr(copy, '/');
	look->name = strdup(slash + 1);
	if (look->name == NULL || *look->name == '\0') {
		error_no_memory(err);
		goto out;
	}
	*slash = '\0';
	look->dir = open(slash == copy ? "/" : copy,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (look->dir < 0) {
		if (errno == ENOENT)
			result = 0;
		else
			error_set_errno(err, errno, _("cannot open %s"), copy);
		goto out;
	}
	if (fstatat(look->dir, look->name, &outer, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISLNK(outer.st_mode)) {
		result = 0;
		goto out;
	}
	if (realpath(path, real) == NULL) {
		error_set_errno(err, errno,
		    _("%s is a link to what is not there"), path);
		goto out;
	}
	from = look->dir;
	free(look->name);
	slash = strrchr(real, '/');
	look->name = strdup(slash + 1);
	*slash = '\0';
	look->dir = open(slash == real ? "/" : real,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (look->dir < 0 || look->name == NULL)
		error_set_errno(err, errno, _("cannot open %s"), real);
	else if (geteuid() == 0 && (fstat(from, &outer) != 0 ||
	    fstat(look->dir, &inner) != 0 || outer.st_uid != inner.st_uid))
		error_set(err, ERROR_REFUSED,
		    _("%s is a link into another user's directory"), path);
	else
		result = 0;
out:
	if (from >= 0)
		close(from);
	free(copy);
	return result;
}

static void
read_file(struct look *look, const struct consumer *consumer,
    const char *digest)
{
	static const enum look_kind kinds[] = {
		[CONSUMER_NOTHING] = LOOK_NOTHING,
		[CONSUMER_VIEW] = LOOK_VIEW,
		[CONSUMER_LOGIN] = LOOK_LOGIN,
		[CONSUMER_FOREIGN] = LOOK_FOREIGN,
	};
	struct error why = ERROR_INIT;
	char now[DIGEST_SIZE];

	if (file_read(look->dir, look->name, LOOK_FILE_MAX, &look->text, NULL,
	    &why) != 0) {
		if (why.code != ERROR_NOT_FOUND) {
			look->there = true;
			foreign(look, &why);
		}
		return;
	}
	look->there = true;
	look->kind = kinds[consumer_read(consumer, look->text.data,
	    look->text.length, &look->login, &look->span, &look->why)];
	if ((look->kind == LOOK_VIEW || look->kind == LOOK_LOGIN) &&
	    identity_read(&look->identity, look->login.access_token,
	    look->login.id_token, &why) != 0 && error_is_no_memory(&why)) {
		/* Not known to be nobody's. */
		foreign(look, &why);
		return;
	}
	if (look->kind != LOOK_VIEW || digest == NULL || *digest == '\0')
		return;
	digest_text(now, look->text.data + look->span.start,
	    look->span.length);
	if (strcmp(now, digest) == 0)
		look->kind = LOOK_OURS;
}

static void
start(struct look *look)
{
	memset(look, 0, sizeof *look);
	buffer_init(&look->text);
	look->kind = LOOK_NOTHING;
	look->dir = -1;
}

void
look_at(struct look *look, const struct place *place, const char *digest)
{
	struct error why = ERROR_INIT;

	start(look);
	if (find_file(look, place->path, &why) != 0)
		foreign(look, &why);
	else if (look->dir >= 0)
		read_file(look, place->consumer, digest);
}

void
look_at_filled(struct look *look, const struct place *place,
    const char *digest)
{
	int64_t end = time_steady_ms() + LOOK_WRITER_MS;

	look_at(look, place, digest);
	while (look->kind == LOOK_NOTHING && look->there &&
	    look->text.length == 0 && time_steady_ms() < end) {
		poll(NULL, 0, LOOK_STEP_MS);
		look_release(look);
		look_at(look, place, digest);
	}
}

void
look_at_file(struct look *look, const struct consumer *consumer, int dir,
    const char *name)
{
	struct error why = ERROR_INIT;

	start(look);
	look->dir = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	look->name = strdup(name);
	if (look->dir >= 0 && look->name != NULL)
		read_file(look, consumer, NULL);
	else {
		error_no_memory(&why);
		foreign(look, &why);
	}
}

void
look_release(struct look *look)
{
	consumer_login_release(&look->login);
	identity_release(&look->identity);
	buffer_release(&look->text);
	if (look->dir >= 0)
		close(look->dir);
	look->dir = -1;
	free(look->name);
	look->name = NULL;
}

bool
look_is_unsure(const struct look *look)
{
	return look->kind == LOOK_FOREIGN && error_is_passing(&look->why);
}

int
look_check_sure(const struct look *look, struct error *err)
{
	return look_is_unsure(look) ? error_give(err, &look->why) : 0;
}

bool
look_is_of(const struct look *look, const struct profile *profile)
{
	return take_is_same_login(profile, &look->identity);
}
