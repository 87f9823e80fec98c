#include "config.h"

#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/running.h"
#include "base/time.h"

#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME CLOCK_MONOTONIC
#endif

/* What is read of a process. An environment is as large as the system lets it
 * be; of a command line the beginning is enough. */
#define STATUS_MOST 8192
#define COMMAND_MOST 8192
#define ENVIRONMENT_MOST ((size_t)4 * 1024 * 1024)

/* --- Reading /proc -------------------------------------------------------- */

/* Appends at most @most bytes of @name below @process. -1 with errno. These
 * files have no size, so base/file does not read them. */
static int
read_some(int process, const char *name, size_t most, struct buffer *out)
{
	ssize_t n = 1;
	char *to;
	int fd;

	fd = openat(process, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (n > 0 && out->length < most) {
		to = buffer_reserve(out, 4096);
		if (to == NULL) {
			n = -1;
			break;
		}
		n = read(fd, to, 4096);
		if (n > 0)
			out->length += (size_t)n;
		out->data[out->length] = '\0';
	}
	close(fd);
	return n < 0 ? -1 : 0;
}

/* Of this user, and not just waiting for its parent. The owner of the directory
 * does not tell: it is root for a process that hides its memory, as ours do. */
static bool
is_ours(int process)
{
	struct buffer status = BUFFER_INIT;
	const char *state, *uid;
	unsigned long effective;
	bool result = false;

	if (read_some(process, "status", STATUS_MOST, &status) == 0) {
		state = strstr(status.data, "\nState:\t");
		uid = strstr(status.data, "\nUid:\t");
		result = state != NULL && uid != NULL &&
		    strchr("ZX", state[strlen("\nState:\t")]) == NULL &&
		    /* NOLINTNEXTLINE(cert-err34-c): so do its users'. */
		    sscanf(uid, "\nUid:\t%*u\t%lu", &effective) == 1 &&
		    effective == (unsigned long)geteuid();
	}
	buffer_release(&status);
	return result;
}

/* The string behind @string of those that stand in @list, NULL at the end. */
static const char *
next_string(const struct buffer *list, const char *string)
{
	string += strlen(string) + 1;
	return string < list->data + list->length ? string : NULL;
}

/* A variable of an environment; an empty one is none. */
static const char *
variable(const struct buffer *environment, const char *name)
{
	const char *at = environment->length > 0 ? environment->data : NULL;
	size_t n = strlen(name);

	for (; at != NULL; at = next_string(environment, at))
		if (strncmp(at, name, n) == 0 && at[n] == '=')
			return at[n + 1] != '\0' ? at + n + 1 : NULL;
	return NULL;
}

/* --- Which program -------------------------------------------------------- */

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
is_interpreter(const char *name)
{
	static const char *const names[] = {
		"bun", "deno", "node", "nodejs", "sh",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return strncmp(name, "python", 6) == 0 &&
	    name[6 + strspn(name + 6, "0123456789.")] == '\0';
}

/* A word of a version or of a platform: 0.169.0, v2, x86_64, linux. */
static bool
is_variant(const char *word, size_t length)
{
	static const char *const words[] = {
		"aarch64", "amd64", "apple", "arm64", "armv7", "baseline",
		"darwin", "gnu", "i686", "linux", "musl", "riscv64", "unknown",
		"x64", "x86_64",
	};
	const size_t at = length > 1 && word[0] == 'v' ? 1 : 0;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strlen(words[i]) == length &&
		    strncmp(words[i], word, length) == 0)
			return true;
	return length > 0 && isdigit((unsigned char)word[at]);
}

static bool
is_extension(const char *text)
{
	static const char *const known[] = {
		".cjs", ".js", ".mjs", ".py", ".sh", ".ts",
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(text, known[i]) == 0)
			return true;
	return false;
}

static bool
is_named(const char *name, const char *program)
{
	size_t n = strlen(program), length;

	if (strncmp(name, program, n) != 0)
		return false;
	name += n;
	if (is_extension(name))
		return true;
	/* codex-acp is another program than codex. */
	for (; *name == '-'; name += length) {
		name++;
		length = strcspn(name, "-");
		if (!is_variant(name, length))
			return false;
	}
	return *name == '\0';
}

/* The script that an interpreter runs: its first argument but for options, and
 * but for the `run` of bun and deno. */
static const char *
script_of(const struct buffer *command)
{
	const char *at = command->data;

	while ((at = next_string(command, at)) != NULL)
		if (*at != '-' && strcmp(at, "run") != 0)
			break;
	return at;
}

/* Which of the consumer's programs @process runs, or NULL. */
static const char *
program_of(int process, const struct consumer *consumer)
{
	struct buffer command = BUFFER_INIT;
	const char *name = NULL, *result = NULL;

	if (read_some(process, "cmdline", COMMAND_MOST, &command) == 0 &&
	    command.length > 0) {
		name = command.data;
		if (is_interpreter(last_name(name)))
			name = script_of(&command);
	}
	for (size_t i = 0; name != NULL && i < CONSUMER_PROGRAMS; i++)
		if (consumer->programs[i] != NULL && result == NULL &&
		    is_named(last_name(name), consumer->programs[i]))
			result = consumer->programs[i];
	buffer_release(&command);
	return result;
}

/* --- Which directory ------------------------------------------------------ */

/* Appends the directory of the process with this environment; false if that
 * does not tell. */
static bool
add_directory(const struct consumer *consumer,
    const struct buffer *environment, const char *process, struct buffer *out)
{
	const char *home = variable(environment, "HOME"), *named = NULL;

	if (consumer->dir_variable != NULL)
		named = variable(environment, consumer->dir_variable);
	if (named != NULL) {
		if (named[0] != '/')
			buffer_addf(out, "/proc/%s/cwd/", process);
		buffer_add_string(out, named);
		if (consumer->inside != NULL)
			buffer_addf(out, "/%s", consumer->inside);
		return true;
	}
	if (consumer->base == CONSUMER_DATA) {
		named = variable(environment, "XDG_DATA_HOME");
		if (named != NULL && named[0] == '/') {
			buffer_addf(out, "%s/%s", named, consumer->under);
			return true;
		}
	}
	if (home == NULL)
		return false;
	buffer_addf(out, "%s/%s%s", home,
	    consumer->base == CONSUMER_DATA ? ".local/share/" :
	    consumer->base == CONSUMER_CONFIG ? ".config/" : "",
	    consumer->under);
	return true;
}

/* Whether two paths lead to one directory. For all that can be told: one
 * without permission to look, or with a "~" that the program itself replaces,
 * may be any. */
static bool
may_be_same(const char *theirs, const char *ours)
{
	struct stat a, b;

	if (strcmp(theirs, ours) == 0)
		return true;
	if (stat(theirs, &a) != 0)
		return (errno != ENOENT && errno != ENOTDIR) ||
		    strncmp(theirs, "/proc/", 6) == 0;
	return stat(ours, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino;
}

static bool
looks_in(int process, const char *number, const struct consumer *consumer,
    const char *dir)
{
	struct buffer environment = BUFFER_INIT, theirs = BUFFER_INIT;
	bool result = true;

	if (read_some(process, "environ", ENVIRONMENT_MOST,
	    &environment) != 0)
		/* It does not let us, or it has ended meanwhile. */
		result = errno != ESRCH && errno != ENOENT;
	else if (add_directory(consumer, &environment, number, &theirs) &&
	    buffer_ok(&theirs, NULL))
		result = may_be_same(theirs.data, dir);
	buffer_release(&theirs);
	buffer_release(&environment);	/* wiped: keys are in there */
	return result;
}

/* When it began: the 20th field behind the name, which may hold anything, in
 * ticks since the machine was started. */
static int64_t
began_at(int process)
{
	struct buffer text = BUFFER_INIT;
	int64_t result = TIME_UNKNOWN;
	unsigned long long ticks;
	struct timespec up;
	const char *at;

	if (read_some(process, "stat", STATUS_MOST, &text) == 0 &&
	    (at = strrchr(text.data, ')')) != NULL &&
	    /* NOLINTNEXTLINE(cert-err34-c): the kernel's numbers fit. */
	    sscanf(at + 1,
	    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
	    "%*d %*d %*d %llu", &ticks) == 1 &&
	    clock_gettime(CLOCK_BOOTTIME, &up) == 0)
		result = time_now() - ((int64_t)up.tv_sec -
		    (int64_t)(ticks / (unsigned long long)
		    sysconf(_SC_CLK_TCK)));
	buffer_release(&text);
	return result;
}

/* --- All processes -------------------------------------------------------- */

static bool
look_at(int proc, const char *number, const struct consumer *consumer,
    const char *dir, struct running *found)
{
	const char *program = NULL;
	char *end;
	int process;

	found->pid = strtol(number, &end, 10);
	if (found->pid <= 0 || *end != '\0' || found->pid == (long)getpid())
		return false;
	/* Once it is open, its number cannot become another process. */
	process = openat(proc, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return false;
	if (is_ours(process))
		program = program_of(process, consumer);
	if (program != NULL && dir != NULL &&
	    !looks_in(process, number, consumer, dir))
		program = NULL;
	if (program != NULL)
		found->began = began_at(process);
	close(process);
	if (program != NULL)
		snprintf(found->name, sizeof found->name, "%s", program);
	return program != NULL;
}

size_t
running_find(const struct consumer *consumer, const char *dir,
    struct running *list, size_t most)
{
	const struct dirent *entry;
	size_t count = 0;
	DIR *proc;

	proc = opendir("/proc");
	if (proc == NULL)
		return 0;
	while (count < most && (entry = readdir(proc)) != NULL)
		if (look_at(dirfd(proc), entry->d_name, consumer, dir,
		    &list[count]))
			count++;
	closedir(proc);
	return count;
}
