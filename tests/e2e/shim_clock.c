/*
 * For LD_PRELOAD: clocks that a test moves. The file that CLOCK_SHIM names has
 * three numbers of nanoseconds: by the first two the wall clock and the steady
 * ones are ahead; poll() ends when the steady clock has come that far, as it
 * would if the time had passed. A third one that is not 0 is the time at which
 * the wall clock stands still. A timer that waits for the wall clock to be set is
 * told when the first number changes.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define SLICE_MS 20

static const volatile int64_t *ahead;
static int timer = -1;
static int64_t told;

__attribute__((constructor)) static void
start(void)
{
	const char *path = getenv("CLOCK_SHIM");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *at;

	if (fd < 0)
		return;
	at = mmap(NULL, 3 * sizeof *ahead, PROT_READ, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		ahead = at;
	close(fd);
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	int64_t number;

	if (syscall(SYS_clock_gettime, clock, ts) != 0)
		return -1;
	if (ahead == NULL)
		return 0;
	if (clock == CLOCK_REALTIME && ahead[2] != 0)
		number = ahead[2];
	else
		number = ts->tv_sec * SECOND + ts->tv_nsec +
		    ahead[clock == CLOCK_REALTIME ? 0 : 1];
	ts->tv_sec = number / SECOND;
	ts->tv_nsec = number % SECOND;
	return 0;
}

time_t
time(time_t *to)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (to != NULL)
		*to = ts.tv_sec;
	return ts.tv_sec;
}

static int64_t
steady_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
wait_once(struct pollfd *fds, nfds_t count, int ms, const sigset_t *mask)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	return (int)syscall(SYS_ppoll, fds, count, &ts, mask, 8);
}

int
timerfd_create(int clock, int flags)
{
	int fd = (int)syscall(SYS_timerfd_create, clock, flags);

	if (ahead != NULL && clock == CLOCK_REALTIME) {
		timer = fd;
		told = ahead[0];
	}
	return fd;
}

static int
tell_timer(struct pollfd *fds, nfds_t count)
{
	if (timer >= 0 && ahead[0] != told)
		for (nfds_t i = 0; i < count; i++)
			if (fds[i].fd == timer) {
				told = ahead[0];
				fds[i].revents = POLLIN;
				return 1;
			}
	return 0;
}

static int
wait_for(struct pollfd *fds, nfds_t count, int timeout, const sigset_t *mask)
{
	int64_t end = steady_ms() + timeout, left;
	int found;

	do {
		left = timeout < 0 ? SLICE_MS : end - steady_ms();
		found = wait_once(fds, count, left < 0 ? 0 :
		    left < SLICE_MS ? (int)left : SLICE_MS, mask);
		if (found == 0)
			found = tell_timer(fds, count);
	} while (found == 0 && (timeout < 0 || steady_ms() < end));
	return found;
}

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return wait_for(fds, count, timeout, NULL);
}

/* The same where the C library checks how many there may be. */
int
__poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	(void)size;
	return wait_for(fds, count, timeout, NULL);
}

int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *ts,
    const sigset_t *mask)
{
	return wait_for(fds, count, ts == NULL ? -1 :
	    (int)(ts->tv_sec * 1000 + ts->tv_nsec / 1000000), mask);
}
