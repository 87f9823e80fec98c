#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "oauth/kept.h"

/* How often, and how far apart, an answer is written again. */
#define TRIES 5
#define PAUSE_MS 20

static bool
write_status(int fd, long status)
{
	char line[32];
	int n = snprintf(line, sizeof line, "HTTP %03ld\n", status);

	return file_write_all(fd, line, (size_t)n) == 0;
}

void
kept_begin(struct kept *kept, int fd)
{
	*kept = (struct kept){ .fd = fd };
	if (fd >= 0)
		kept->start = lseek(fd, 0, SEEK_CUR);
}

void
kept_add(struct kept *kept, long status, const char *data, size_t length)
{
	if (kept->fd < 0 || kept->failed)
		return;
	if (!kept->has_status && !write_status(kept->fd, status))
		kept->failed = true;
	kept->has_status = true;
	if (!kept->failed && file_write_all(kept->fd, data, length) != 0)
		kept->failed = true;
}

bool
kept_end(struct kept *kept, long status, const char *data, size_t length)
{
	if (kept->fd < 0)
		return true;
	for (int i = 0; i < TRIES && kept->failed; i++) {
		if (i > 0)
			poll(NULL, 0, PAUSE_MS);
		kept->failed = lseek(kept->fd, kept->start, SEEK_SET) !=
		    kept->start || !write_status(kept->fd, status) ||
		    file_write_all(kept->fd, data, length) != 0;
	}
	(void)fsync(kept->fd);	/* the login is synced anew */
	return !kept->failed;
}
