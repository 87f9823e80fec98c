/*
 * For LD_PRELOAD: memory that runs out. Of the program TORTURE_PROGRAM, the
 * allocation number `fail` finds none, and with `all` none after it does; what
 * happened stands in the file that TORTURE_SHIM names, of `struct report`.
 * With `calls`, memory is there, and one of the calls in shim_calls.c fails.
 *
 * Counted is what the program asks for, and the C library and the parsers on
 * its behalf; what curses and curl do when they get none is theirs. At the end
 * of main() is noted what the program itself did not free.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim_torture.h"

#define POINTS 16384
#define FRAMES 24
#define NEAR 6			/* frames that tell two calls apart */
#define LEAKS 32
#define SLOTS 65536		/* a power of 2 */

struct report {
	uint64_t fail;			/* number from 1, or point; 0: note */
	uint64_t all;
	uint64_t calls;			/* of other functions, not of memory */
	uint64_t nth;			/* of those that come from `fail` */
	uint64_t variant;		/* in which way it fails */
	uint64_t apart[2];		/* libgcov: from, to; the same */
	uint64_t count;
	uint64_t failed;		/* how often none was found */
	uint64_t ended;			/* main() returned, or exit() was called */
	uint64_t open;			/* descriptors, then, that were not before */
	uint64_t leaks;
	uint64_t leak[LEAKS];		/* who asked; offsets in the program */
	uint64_t frame[FRAMES];		/* of the first failure; the same */
	uint64_t point[POINTS];		/* whence each was asked for: a hash */
};

struct range {
	uintptr_t from, to;
};

/* What is not freed, by open addressing; GONE is where something was. */
#define GONE ((void *)1)

static struct {
	void *memory;
	uintptr_t caller;
} live[SLOTS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct report *report;
static struct range ours[8], program, apart;
static uintptr_t base;
static size_t parts;
static __thread bool inside;
static bool was_open[256];

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static bool
within(struct range range, uintptr_t address)
{
	return address >= range.from && address < range.to;
}

static int
note_part(struct dl_phdr_info *info, size_t size, void *data)
{
	static const char *const names[] = {
		"/libc.so", "/libcjson.so", "/libinih.so", "/libqrencode.so",
	};
	bool is_program = info->dlpi_name[0] == '\0', wanted = is_program;

	(void)size;
	(void)data;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		wanted |= strstr(info->dlpi_name, names[i]) != NULL;
	if (is_program && base == 0)
		base = info->dlpi_addr;
	for (size_t i = 0; wanted && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + part->p_vaddr;

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) ||
		    parts == sizeof ours / sizeof ours[0])
			continue;
		ours[parts] = (struct range){ at, at + part->p_memsz };
		if (is_program && info->dlpi_addr == base)
			program = ours[parts];
		parts++;
	}
	return 0;
}

__attribute__((constructor)) static void
start(void)
{
	const char *path = getenv("TORTURE_SHIM");
	const char *wanted = getenv("TORTURE_PROGRAM");
	void *frame[2];
	int fd;

	for (fd = 0; fd < 256; fd++)
		was_open[fd] = fcntl(fd, F_GETFD) >= 0;
	if (path == NULL || wanted == NULL ||
	    strcmp(program_invocation_short_name, wanted) != 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	dl_iterate_phdr(note_part, NULL);
	backtrace(frame, 2);	/* the first one allocates */
	report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	close(fd);
	if (report == MAP_FAILED)
		report = NULL;
	else if (report->apart[1] != 0)
		apart = (struct range){ base + report->apart[0],
		    base + report->apart[1] };
}

__attribute__((destructor)) static void
end(void)
{
	if (report == NULL)
		return;
	inside = true;
	for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
		report->open += !was_open[fd] && fcntl(fd, F_GETFD) >= 0;
	for (size_t i = 0; i < SLOTS; i++)
		if (live[i].memory != NULL && live[i].memory != GONE &&
		    report->leaks < LEAKS)
			report->leak[report->leaks++] = live[i].caller - base;
	report->ended = 1;
}

static size_t
slot_of(const void *memory)
{
	return ((uintptr_t)memory >> 4) * 2654435761U % SLOTS;
}

static void
remember(void *memory, uintptr_t caller)
{
	size_t i = slot_of(memory);

	if (report == NULL || memory == NULL || !within(program, caller) ||
	    within(apart, caller))
		return;
	pthread_mutex_lock(&lock);
	while (live[i].memory != NULL && live[i].memory != GONE)
		i = (i + 1) % SLOTS;
	live[i].memory = memory;
	live[i].caller = caller;
	pthread_mutex_unlock(&lock);
}

static void
forget(const void *memory)
{
	size_t i = slot_of(memory);

	if (report == NULL || memory == NULL)
		return;
	pthread_mutex_lock(&lock);
	while (live[i].memory != NULL && live[i].memory != memory)
		i = (i + 1) % SLOTS;
	if (live[i].memory == memory)
		live[i].memory = GONE;
	pthread_mutex_unlock(&lock);
}

/* Whence the program came here, by so many (@most) of its frames, which go to
 * @kept. A point is the same in every run. */
static uint64_t
point_of(unsigned kind, int most, uint64_t *kept)
{
	void *frame[FRAMES];
	uint64_t hash = 14695981039346656037U + kind;
	int count = backtrace(frame, FRAMES);

	for (int i = 0; i < count && most > 0; i++) {
		if (!within(program, (uintptr_t)frame[i]))
			continue;
		most--;
		hash = (hash ^ ((uintptr_t)frame[i] - base)) * 1099511628211U;
		if (kept != NULL)
			*kept++ = (uintptr_t)frame[i] - base;
	}
	return hash;
}

static void
note_point(uint64_t number, uint64_t point)
{
	if (number <= POINTS)
		report->point[number - 1] = point;
}

/* What an instrumented program does to write what it counted. */
static bool
is_apart(void)
{
	void *frame[FRAMES];
	int count;

	if (apart.to == 0)
		return false;
	inside = true;
	count = backtrace(frame, FRAMES);
	inside = false;
	for (int i = 0; i < count; i++)
		if (within(apart, (uintptr_t)frame[i]))
			return true;
	return false;
}

static bool
none_left(uintptr_t caller)
{
	uint64_t number;
	bool fails, counts = false;

	if (report == NULL || report->calls || inside || is_apart())
		return false;
	for (size_t i = 0; i < parts && !counts; i++)
		counts = within(ours[i], caller);
	if (!counts)
		return false;
	number = __atomic_add_fetch(&report->count, 1, __ATOMIC_RELAXED);
	fails = report->fail != 0 && (number == report->fail ||
	    (report->all && number > report->fail));
	if (fails)
		report->failed++;
	if (report->fail == 0 || (fails && report->failed == 1)) {
		inside = true;
		note_point(number, point_of(0, FRAMES,
		    fails ? report->frame : NULL));
		inside = false;
	}
	if (fails)
		errno = ENOMEM;
	return fails;
}

bool
shim_call_fails(unsigned kind, const int *with, unsigned count,
    uintptr_t caller)
{
	static unsigned failed;		/* what does so from now on */
	static uint64_t seen;
	uint64_t point;
	int before = errno, number;
	bool fails = false;

	if (report == NULL || !report->calls || inside ||
	    !within(program, caller) || is_apart())
		return false;
	inside = true;
	/* The last digit says how many ways there are to fail. */
	point = point_of(kind, NEAR, NULL) / 16 * 16 + count;
	note_point(__atomic_add_fetch(&report->count, 1, __ATOMIC_RELAXED),
	    point);
	number = with[report->variant % count];
	if (point == report->fail)
		fails = ++seen == report->nth;
	if (fails) {
		point_of(kind, FRAMES, report->frame);
		failed = kind;
	}
	/* Nothing is interrupted for ever. */
	fails |= report->all && failed == kind && number != EINTR;
	report->failed += fails;
	errno = fails ? number : before;
	inside = false;
	return fails;
}

#define CALLER ((uintptr_t)__builtin_return_address(0))

void *
malloc(size_t size)
{
	void *memory = none_left(CALLER) ? NULL : __libc_malloc(size);

	remember(memory, CALLER);
	return memory;
}

void *
calloc(size_t count, size_t size)
{
	void *memory = none_left(CALLER) ? NULL : __libc_calloc(count, size);

	remember(memory, CALLER);
	return memory;
}

void *
realloc(void *memory, size_t size)
{
	void *grown;

	if (none_left(CALLER))
		return NULL;
	forget(memory);
	grown = __libc_realloc(memory, size);
	remember(grown, CALLER);
	return grown;
}

char *
strdup(const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = none_left(CALLER) ? NULL : __libc_malloc(size);

	remember(copy, CALLER);
	return copy == NULL ? NULL : memcpy(copy, string, size);
}

void
free(void *memory)
{
	int number = errno;

	forget(memory);
	__libc_free(memory);
	errno = number;
}
