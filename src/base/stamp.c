#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "base/stamp.h"
#include "base/time.h"

/* Seconds: the coarsest step of a file system, FAT's. */
#define STEP 2

static uint64_t
mix(uint64_t a, uint64_t b)
{
	/* The constants of splitmix64. */
	a = (a ^ b) + UINT64_C(0x9e3779b97f4a7c15);
	a = (a ^ (a >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	a = (a ^ (a >> 27)) * UINT64_C(0x94d049bb133111eb);
	return a ^ (a >> 31);
}

static uint64_t
usual(uint64_t stamp)
{
	return stamp <= STAMP_NONE ? 2 : stamp;
}

uint64_t
stamp_of(const struct stat *st)
{
	uint64_t stamp;

	/* Every change is one of the inode, too. Device numbers are left out:
	 * some file systems get another one with each mount. */
	if (st->st_ctim.tv_sec > time_now() - STEP)
		return STAMP_NEVER;
	stamp = mix((uint64_t)st->st_ino, (uint64_t)st->st_size);
	stamp = mix(stamp, (uint64_t)st->st_mtim.tv_sec);
	stamp = mix(stamp, (uint64_t)st->st_ctim.tv_sec);
	stamp = mix(stamp, (uint64_t)st->st_mtim.tv_nsec << 32 |
	    (uint64_t)st->st_ctim.tv_nsec);
	stamp = mix(stamp, (uint64_t)st->st_mode << 32 |
	    (uint64_t)st->st_nlink);
	return usual(mix(stamp, (uint64_t)st->st_uid));
}

uint64_t
stamp_at(int dir, const char *path)
{
	struct stat st;

	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return stamp_of(&st);
	return errno == ENOENT || errno == ENOTDIR ? STAMP_NONE : STAMP_NEVER;
}

uint64_t
stamp_join(uint64_t a, uint64_t b)
{
	return a == STAMP_NEVER || b == STAMP_NEVER ? STAMP_NEVER :
	    usual(mix(mix(0, a), b));
}

bool
stamp_is(uint64_t a, uint64_t b)
{
	return a != STAMP_NEVER && a == b;
}
