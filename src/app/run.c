#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/intake.h"
#include "app/look.h"
#include "app/run.h"
#include "app/use.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/secret.h"
#include "storage/audit.h"

#define PART "run"
#define LOCK_FILE ".lock"
#define NAME_SIZE 64
#define NAMES_MOST 1000

/* OpenCode has a variable for the contents, none for the place. */
#define OPENCODE_CONTENT "OPENCODE_AUTH_CONTENT"

/* Other tokens, or other places of tokens, that a program would prefer. */
static const char *const scrubbed[] = {
	"OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN",
	"CODEX_AUTH_JSON", OPENCODE_CONTENT, "CHATGPT_AUTH_FILE",
	"LLM_API_KEY", "LLM_AUTH_TYPE",
};

struct run {
	struct app *app;
	struct place place;
	char name[NAME_SIZE];		/* of the directory in PART */
	char *dir;			/* its path */
	int lock;			/* the command holds it, too */
	char *content;			/* of OPENCODE_CONTENT; a secret */
	char *own;			/* our variable; a secret then */
	char **environment;
};

const struct consumer *
run_guess(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *name = slash != NULL ? slash + 1 : command;

	for (size_t i = 0; i < consumers_count; i++)
		for (size_t j = 0; j < CONSUMER_PROGRAMS &&
		    consumers[i].programs[j] != NULL; j++)
			if (strcmp(consumers[i].programs[j], name) == 0)
				return &consumers[i];
	return consumer_find("codex", NULL);
}

/* A directory of a new name: what has ours is of a process of the same number,
 * in another container that shares the store, or holds a login that could not
 * be taken in. With the list locked, nobody else makes one. */
static int
make_new(struct run *run, int part, struct error *err)
{
	char name[NAME_SIZE];
	struct stat st;
	int dir;

	for (int i = 1; i <= NAMES_MOST; i++) {
		snprintf(name, sizeof name, i == 1 ? "%ld" : "%ld-%d",
		    (long)getpid(), i);
		if (fstatat(part, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		dir = file_make_dir(part, name, err);
		if (dir >= 0)
			strcpy(run->name, name);
		return dir;
	}
	return error_set(err, ERROR_FAILED, "%s",
	    _("cannot make a directory for the command"));
}

/* The directory, locked as long as we or the command live. */
static int
make_directory(struct run *run, struct error *err)
{
	struct buffer path = BUFFER_INIT;
	char real[PATH_MAX];
	int part, dir;

	part = store_make_part(run->app->store, PART, err);
	if (part < 0)
		return -1;
	dir = make_new(run, part, err);
	close(part);
	if (dir < 0)
		return -1;
	run->lock = file_ensure(dir, LOCK_FILE) < 0 ? -1 : openat(dir,
	    LOCK_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	close(dir);
	if (run->lock < 0 || flock(run->lock, LOCK_EX | LOCK_NB) != 0)
		return error_set_errno(err, errno, "%s",
		    _("cannot lock the command's directory"));
	if (realpath(store_path(run->app->store), real) == NULL)
		return error_set_errno(err, errno, "%s",
		    _("cannot find the store"));
	buffer_addf(&path, "%s/.chatelaine/" PART "/%s", real, run->name);
	run->dir = buffer_detach(&path, err);
	return run->dir == NULL ? -1 : 0;
}

/* What belongs to the login stays out of a home of links. */
static bool
is_of_login(const char *entry, const struct consumer *consumer)
{
	size_t n = strlen(consumer->file);

	return strncmp(entry, consumer->file, n) == 0 ||
	    strcmp(entry, "auth.lock") == 0 ||
	    strncmp(entry, ".auth", strlen(".auth")) == 0;
}

struct linking {
	const struct run *run;
	const char *from;	/* the directory's usual path */
	int to;
};

static int
link_entry(int dir, const char *entry, void *data)
{
	const struct linking *linking = data;
	char path[PATH_MAX];

	(void)dir;
	if (is_of_login(entry, linking->run->place.consumer) ||
	    (size_t)snprintf(path, sizeof path, "%s/%s", linking->from,
	    entry) >= sizeof path)
		return 0;
	/* Without one of them the program makes its own; the disk being full
	 * shows when the view is written. */
	if (symlinkat(path, linking->to, entry) != 0)
		return errno == ENOSPC ? -1 : 0;
	return 0;
}

/* The rest of the program's home, as settings and sessions, is what it is
 * used to. */
static void
link_home(struct run *run)
{
	struct linking linking = { run, NULL, -1 };
	struct place usual;
	int from;

	if (place_usual(&usual, run->place.consumer, NULL) == 0) {
		*strrchr(usual.path, '/') = '\0';
		linking.from = usual.path;
		linking.to = open(run->dir, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC);
		from = open(usual.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (from >= 0 && linking.to >= 0)
			file_for_each(from, link_entry, &linking);
		if (from >= 0)
			close(from);
		if (linking.to >= 0)
			close(linking.to);
	}
	place_release(&usual);
}

static int
fill(struct run *run, const char *name, const struct consumer *consumer,
    struct error *err)
{
	struct buffer spec = BUFFER_INIT;
	struct use_result done;
	struct look look;
	int result;

	buffer_addf(&spec, "%s=%s/%s", consumer->kind, run->dir,
	    consumer->file);
	result = place_find(&run->place, spec.data, err);
	buffer_release(&spec);
	if (result != 0)
		return -1;
	link_home(run);
	result = use_profile(run->app, &run->place, name, USE_WAIT_MS, &done,
	    err);
	if (result == 0)
		result = use_mark_run(run->app, &run->place, err);
	if (result != 0 || consumer->run_variable != NULL)
		return result;
	look_at(&look, &run->place, NULL);
	run->content = buffer_detach(&look.text, err);
	look_release(&look);
	return run->content == NULL ? -1 : 0;
}

bool
run_is_possible(const struct consumer *consumer)
{
	/* That one gets its view itself in a variable. */
	return consumer->run_variable != NULL ||
	    strcmp(consumer->kind, "opencode") == 0;
}

struct run *
run_begin(struct app *app, const char *name, const struct consumer *consumer,
    struct error *err)
{
	struct run *run;
	bool done = false;

	if (!run_is_possible(consumer)) {
		error_set(err, ERROR_USAGE,
		    _("not every version of %s looks where a variable says"),
		    consumer->title);
		error_step(err, _("to switch it: chatelaine use %s --for %s"),
		    name, consumer->kind);
		return NULL;
	}
	run = calloc(1, sizeof *run);
	if (run == NULL) {
		error_no_memory(err);
		return NULL;
	}
	run->app = app;
	run->lock = -1;
	/* Nobody takes it for a left-over while it is made: see run_sweep(). */
	if (use_lock(app, USE_WAIT_MS, err) == 0) {
		done = make_directory(run, err) == 0 &&
		    fill(run, name, consumer, err) == 0;
		use_unlock(app);
	}
	if (done && app_note_first(app, AUDIT_RUN, name, consumer->kind,
	    err) == 0)
		return run;
	run_end(run, NULL);
	return NULL;
}

/* NOLINTNEXTLINE(readability-redundant-declaration): not everywhere. */
extern char **environ;

static bool
is_scrubbed(const char *entry, const char *own)
{
	size_t n = strcspn(entry, "=");

	if (strlen(own) == n && strncmp(entry, own, n) == 0)
		return true;
	for (size_t i = 0; i < sizeof scrubbed / sizeof scrubbed[0]; i++)
		if (strlen(scrubbed[i]) == n &&
		    strncmp(entry, scrubbed[i], n) == 0)
			return true;
	return false;
}

char **
run_environment(struct run *run, struct error *err)
{
	const char *variable = run->place.consumer->run_variable;
	struct buffer own = BUFFER_INIT;
	size_t count = 0;

	buffer_addf(&own, "%s=%s", variable != NULL ? variable :
	    OPENCODE_CONTENT, variable != NULL ? run->dir : run->content);
	run->own = buffer_detach(&own, err);
	if (run->own == NULL)
		return NULL;
	while (environ[count] != NULL)
		count++;
	run->environment = calloc(count + 2, sizeof *run->environment);
	if (run->environment == NULL) {
		error_no_memory(err);
		return NULL;
	}
	count = 0;
	for (char **entry = environ; *entry != NULL; entry++)
		if (!is_scrubbed(*entry, variable != NULL ? variable : ""))
			run->environment[count++] = *entry;
	run->environment[count] = run->own;
	fcntl(run->lock, F_SETFD, 0);
	return run->environment;
}

/* --- Clearing away ------------------------------------------------------- */

/* What the command put into the place of its view: a login is kept. */
static int
take_in(struct app *app, const struct place *place, struct error *err)
{
	struct intake intake = INTAKE_INIT;
	struct look look;
	int result = 0;

	look_at(&look, place, NULL);
	if (look.kind == LOOK_LOGIN) {
		intake.make = true;
		result = intake_begin(&intake, app, place, &look, err);
		if (result == 0)
			result = file_remove(look.dir, look.name, err);
		if (result == 0)
			intake_end(&intake, app);
		intake_release(&intake);
	}
	look_release(&look);
	return result;
}

static int
remove_entry(int dir, const char *entry, void *data)
{
	struct stat st;

	(void)data;
	/* Links to the program's own home are not followed. */
	if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode)) {
		int inner = openat(dir, entry, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC);

		if (inner >= 0) {
			file_for_each(inner, remove_entry, NULL);
			close(inner);
		}
		unlinkat(dir, entry, AT_REMOVEDIR);
	} else
		unlinkat(dir, entry, 0);
	return 0;
}

/* With the list locked: the target below @dir, then the directory @name. */
static int
clear(struct app *app, int part, const char *name, struct error *err)
{
	char inside[NAME_SIZE + sizeof "/.chatelaine/" PART "//"];
	struct place place;

	snprintf(inside, sizeof inside, "/.chatelaine/" PART "/%.*s/",
	    NAME_SIZE, name);
	for (size_t i = 0; i < app->targets.count; i++) {
		struct target *target = &app->targets.target[i];

		if (strstr(target->path, inside) == NULL)
			continue;
		if (place_set(&place, target->kind, target->path, NULL) == 0 &&
		    take_in(app, &place, err) != 0) {
			place_release(&place);
			return -1;	/* it stays, with its login */
		}
		place_release(&place);
		targets_drop(&app->targets, target);
		use_save(app, NULL);
		break;
	}
	remove_entry(part, name, NULL);
	return 0;
}

int
run_end(struct run *run, struct error *err)
{
	int part, result = 0;

	if (run == NULL)
		return 0;
	part = store_open_part(run->app->store, PART, NULL);
	if (part >= 0 && run->name[0] != '\0') {
		result = use_lock(run->app, USE_WAIT_MS, err);
		if (result == 0) {
			result = clear(run->app, part, run->name, err);
			use_unlock(run->app);
		}
	}
	if (part >= 0)
		close(part);
	if (run->lock >= 0)
		close(run->lock);
	place_release(&run->place);
	free(run->dir);
	secret_free(&run->content);
	secret_free(&run->own);
	free(run->environment);
	free(run);
	return result;
}

static int
sweep_entry(int part, const char *name, void *data)
{
	int dir, lock;

	dir = openat(part, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (dir < 0)
		return 0;
	lock = openat(dir, LOCK_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	close(dir);
	/* Locked: the command runs, perhaps without us. */
	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0)
		clear(data, part, name, NULL);
	if (lock >= 0)
		close(lock);
	return 0;
}

static int
find_one(int part, const char *name, void *data)
{
	(void)part;
	(void)name;
	(void)data;
	return 1;
}

void
run_sweep(struct app *app)
{
	int part = store_open_part(app->store, PART, NULL);

	if (part < 0)
		return;
	/* Nearly always there is none, which needs no lock. */
	if (file_for_each(part, find_one, NULL) > 0 &&
	    use_lock(app, 0, NULL) == 0) {
		file_for_each(part, sweep_entry, app);
		use_unlock(app);
	}
	close(part);
}
