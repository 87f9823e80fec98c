/*
 * file: reading and replacing small files that hold secrets.
 *
 * Everything works on a directory's descriptor and a plain name below it, so
 * that nothing can be exchanged for a symbolic link between two steps. A
 * reader never follows a link, never waits (for a fifo), never reads more
 * than it was told. A writer replaces a file whole or not at all.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/stat.h>
#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* How many random letters end a temporary file's name. */
#define FILE_SUFFIX_LENGTH 6

/* What fstat() said of a file that was read. */
struct file_facts {
	mode_t mode;		/* permission bits only */
	uid_t uid;
	nlink_t links;
	uint64_t stamp;		/* base/stamp */
};

/* Ours, or root's; as root anybody's: an administrator reads volumes of
 * others. */
bool file_owner_is_trusted(const struct stat *st);

/*
 * Appends the contents of the regular file @name below @dir to @out. @facts
 * may be NULL. Returns 0 or -1: ERROR_NOT_FOUND where there is none, else
 * ERROR_FAILED with a text that says what it is instead ("a symbolic link",
 * "larger than 64 KiB", "owned by another user").
 */
int file_read(int dir, const char *name, size_t most, struct buffer *out,
    struct file_facts *facts, struct error *err);

/*
 * Replaces or makes @name below @dir, mode 0600 whatever the umask: temporary
 * file ".NAME.XXXXXX" beside it, write, fsync, rename, fsync of the directory.
 * On failure the old file stands as it was and the temporary one is removed
 * (but for a failure of the last step, when the new file stands).
 * As root in another user's directory, the file gets that directory's owner.
 */
int file_write(int dir, const char *name, const void *data, size_t length,
    struct error *err);

/*
 * The same in two halves, for whoever looks at the old file once more in
 * between. file_stage() makes the temporary file, whole and synced, and gives
 * its name ("" where it failed and left none); file_commit() puts it in the
 * place of @name and syncs @dir. file_discard() removes what was staged; -1
 * with errno.
 */
int file_stage(int dir, const char *name, const void *data, size_t length,
    char temporary[NAME_MAX + 1], struct error *err);
int file_commit(int dir, const char *temporary, const char *name,
    struct error *err);
int file_discard(int dir, const char *temporary);

/* As file_commit(), where nothing stands under @name; ERROR_BUSY when something
 * came meanwhile. */
int file_commit_new(int dir, const char *temporary, const char *name,
    struct error *err);

/*
 * As file_commit(), but what stood under @name then stands under @temporary,
 * where it can be looked at once more. 1 when it does, and file_sync() is still
 * to come; 0 where the system cannot exchange two files, and @name was
 * replaced; -1 on failure.
 */
int file_exchange(int dir, const char *temporary, const char *name,
    struct error *err);

/*
 * Makes @name below @dir anew (it must not exist) with the first @length bytes
 * of @data and, behind them, room for @room bytes that a later write cannot
 * run short of, and syncs file and directory. Returns a descriptor open for
 * writing, or -1.
 */
int file_reserve(int dir, const char *name, const void *data, size_t length,
    size_t room, struct error *err);

/* As file_write(), of several parts and for what can be made again: whoever
 * reads it notices by itself when it is not whole. Nothing is synced. */
struct file_part {
	const void *data;
	size_t length;
};

int file_write_cache(int dir, const char *name, const struct file_part *part,
    size_t parts, struct error *err);

/* 0 if files may be made below @dir, as far as permissions tell. */
int file_check_writable(int dir, struct error *err);

/* Makes sure that @name is there: made 0600, with the right owner, if it was
 * not. 1 when it was made, 0 when it was there; -1 with errno. */
int file_ensure(int dir, const char *name);

/* Appends one line to @name below @dir, making it 0600 if it is not there, and
 * syncs it. A single write(), so that lines of two processes do not mix. */
int file_append(int dir, const char *name, const char *line, size_t length,
    struct error *err);

/* Writes over the beginning of @name below @dir, which is there, in place and
 * without syncing: for what may lag behind after a crash. */
int file_overwrite(int dir, const char *name, const void *data, size_t length,
    struct error *err);

/* Cuts @name below @dir to @length bytes; whoever appends next syncs it. */
int file_truncate(int dir, const char *name, off_t length, struct error *err);

/* What is made in somebody's directory by root is theirs: gives @fd the owner
 * of @dir. 0, or -1 with errno. */
int file_inherit_owner(int dir, int fd);

/* Opens the directory @name below @dir without following a link. */
int file_open_dir(int dir, const char *name, struct error *err);

/* As above, making it 0700 (whatever the umask) when it is not there. */
int file_make_dir(int dir, const char *name, struct error *err);

/* Makes @path and the directories above it. Those that are made are 0700. */
int file_make_path(const char *path, struct error *err);

/* Removes a file; that it is not there is no failure. */
int file_remove(int dir, const char *name, struct error *err);

/* Removes what file_write() left beside @name when it was killed. */
void file_sweep(int dir, const char *name);

/* True if @entry is the temporary file of @name. */
bool file_is_temporary(const char *entry, const char *name);

/* Whose temporary file @entry is, in @name; where it is none, @entry. */
const char *file_of_temporary(const char *entry, char name[NAME_MAX + 1]);

/* Calls @each for every entry of @dir but "." and "..", until one does not
 * return 0; gives that. -1 with errno when @dir cannot be read. */
int file_for_each(int dir, int (*each)(int dir, const char *name, void *data),
    void *data);

/* Removes a directory with the files in it, no deeper. */
int file_remove_dir(int dir, const char *name, struct error *err);

/* fsync() of a directory: makes what was renamed or made in it last. */
int file_sync(int dir, struct error *err);

/* Writes all of it to @fd, in as many parts as that takes. -1: see errno. */
int file_write_all(int fd, const char *data, size_t length);

#endif
