/*
 * Whether anything renews the store's logins in time, and the command that has
 * it done.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/keep.h"
#include "base/file.h"
#include "base/time.h"
#include "storage/lock.h"

#define TIMER_FILE "kept"

/* A timer that calls less often than this does not keep anything; s. */
#define TIMER_MOST ((int64_t)26 * 3600)

void
keep_note_timer(struct app *app)
{
	int dir = store_open_part(app->store, ".", NULL);

	if (dir < 0)
		return;
	file_sweep(dir, TIMER_FILE);
	file_write(dir, TIMER_FILE, "", 0, NULL);
	close(dir);
}

bool
keep_is_active(const struct app *app)
{
	int dir = store_open_part(app->store, ".", NULL);
	struct stat st;
	bool timer;

	if (dir < 0)
		return false;
	timer = fstatat(dir, TIMER_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    time_now() - st.st_mtime < TIMER_MOST;
	close(dir);
	return timer || lock_is_held(app->store, LOCK_KEEP);
}

/* A timer begins elsewhere: the path from the root on. */
static void
add_store(const struct app *app, struct buffer *out)
{
	const char *path = store_path(app->store);
	char *whole = realpath(path, NULL);

	buffer_add_word(out, whole != NULL ? whole : path);
	free(whole);
}

/* cron looks for programs in /usr/bin and /bin only. */
static void
add_program(struct buffer *out)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	path[n > 0 ? n : 0] = '\0';
	if (*path != '/' || strcmp(path, "/usr/bin/chatelaine") == 0 ||
	    strcmp(path, "/bin/chatelaine") == 0)
		buffer_add_string(out, "chatelaine");
	else
		buffer_add_word(out, path);
}

/* To cron a bare % is the end of the line. */
static void
add_escaped(struct buffer *out, const char *line)
{
	for (; *line != '\0'; line++) {
		if (*line == '%')
			buffer_add_char(out, '\\');
		buffer_add_char(out, *line);
	}
}

static void
add_cron(const struct app *app, bool usual, struct buffer *out)
{
	struct buffer command = BUFFER_INIT, line = BUFFER_INIT;

	add_program(&command);
	buffer_addf(&command, " refresh --all --within %s",
	    settings_text(app->settings, SETTING_WINDOW));
	if (!usual) {
		buffer_add_string(&command, " --store ");
		add_store(app, &command);
	}
	buffer_add_string(&line, "17 * * * * ");
	if (command.length > 0)
		add_escaped(&line, command.data);
	buffer_add_string(out, "(crontab -l; echo ");
	if (line.length > 0)
		buffer_add_word(out, line.data);
	buffer_add_string(out, ") | crontab -");
	out->failed |= command.failed || line.failed;
	buffer_release(&command);
	buffer_release(&line);
}

bool
keep_command(const struct app *app, struct buffer *out)
{
	bool usual = settings_store_is_usual(app->settings);
	bool systemd = access("/run/systemd/system", F_OK) == 0;

	if (keep_is_active(app))
		return false;
	if (systemd && usual)
		buffer_add_string(out,
		    "systemctl --user enable --now chatelaine-keep");
	else if (systemd && geteuid() == 0) {
		buffer_add_string(out, "systemctl enable --now \"$("
		    "systemd-escape -p --template=chatelaine-keep@.service ");
		add_store(app, out);
		buffer_add_string(out, ")\"");
	} else
		add_cron(app, usual, out);
	return true;
}

bool
keep_advice(const struct app *app, const struct profile_list *list,
    int64_t now, struct buffer *out)
{
	int64_t within = settings_window(app->settings);
	bool due = false;

	for (size_t i = 0; i < list->count; i++)
		due = due || keep_is_due(&list->profile[i], now, within);
	return due && keep_command(app, out);
}
