/*
 * The files of the store, and what lies beside those of programs: modes, owners
 * and what was left behind.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/doctor_part.h"
#include "app/look.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/index.h"
#include "storage/lock.h"
#include "storage/record.h"

/* Appends the path of @entry of @profile; NULL is the directory itself, and
 * that of no profile the store's own. */
static void
add_path(struct doctor *doctor, const char *profile, const char *entry,
    struct buffer *out)
{
	buffer_addf(out, "%s/%s", store_path(doctor->app->store),
	    profile != NULL ? profile : ".chatelaine");
	if (entry != NULL)
		buffer_addf(out, "/%s", entry);
	buffer_ok(out, &doctor->err);
}

static bool
find(const struct doctor *doctor, const char *profile, const char *entry,
    struct stat *st)
{
	char path[STORE_NAME_MAX + NAME_MAX + 2];

	snprintf(path, sizeof path, "%s%s%s", profile != NULL ? profile :
	    ".chatelaine", entry != NULL ? "/" : "",
	    entry != NULL ? entry : "");
	return fstatat(store_root(doctor->app->store), path, st,
	    AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- Modes ---------------------------------------------------------------- */

static void
tell_mode(struct doctor *doctor, const char *profile, const char *entry,
    const struct stat *st)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer path = BUFFER_INIT;
	struct mend mend = { MEND_MODE, profile, entry, NULL, NULL };

	if ((st->st_mode & 077) == 0)
		return;
	add_path(doctor, profile, entry, &path);
	buffer_addf(&text, entry != NULL ? _("'%s': %s is mode %04o, and "
	    "others may have read it") : _("'%s': its directory, %s, is mode "
	    "%04o, and others may look into it"), profile, entry != NULL ?
	    entry : path.data, (unsigned int)(st->st_mode & 07777));
	buffer_add_string(&remedy, "chmod go= ");
	buffer_add_word(&remedy, path.data);
	mend.at = path.data;
	doctor_find(doctor, FINDING_MODE, &text, &remedy, &mend);
	buffer_release(&path);
}

static void
tell_links(struct doctor *doctor, const char *profile, const struct stat *st)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer path = BUFFER_INIT;

	if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
		return;
	add_path(doctor, profile, CREDENTIAL_FILE, &path);
	buffer_addf(&text, ngettext("'%s': %s has %lu hard link: its login "
	    "can be read under another name, too; to find it:", "'%s': %s has "
	    "%lu hard links: its login can be read under another name, too; "
	    "to find it:", st->st_nlink), profile, CREDENTIAL_FILE,
	    (unsigned long)st->st_nlink);
	buffer_add_string(&remedy, "find / -xdev -samefile ");
	buffer_add_word(&remedy, path.data);
	doctor_find(doctor, FINDING_MODE, &text, &remedy, NULL);
	buffer_release(&path);
}

/* What is in a directory of the store can be exchanged by whoever may write
 * to it, however private it is itself. That of a store or of a tenant may be so
 * on purpose. */
static void
tell_directory(struct doctor *doctor, const char *below)
{
	struct buffer path = BUFFER_INIT, text = BUFFER_INIT;
	struct buffer remedy = BUFFER_INIT;
	struct mend mend = { MEND_NOTHING, NULL, ".", NULL, NULL };
	struct stat st;

	if (fstatat(store_root(doctor->app->store), *below == '\0' ? "." :
	    below, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode) ||
	    (st.st_mode & 022) == 0)
		return;
	buffer_addf(&path, "%s%s%s", store_path(doctor->app->store),
	    *below == '\0' ? "" : "/", below);
	buffer_addf(&text, _("others may exchange what is in %s: it is mode "
	    "%04o"), path.data, (unsigned int)(st.st_mode & 07777));
	buffer_add_string(&remedy, "chmod go-w ");
	buffer_add_word(&remedy, path.data);
	if (strcmp(below, ".chatelaine") == 0)
		mend.what = MEND_MODE;
	mend.at = path.data;
	doctor_find(doctor, FINDING_MODE, &text, &remedy, &mend);
	buffer_release(&path);
}

/* --- Owners --------------------------------------------------------------- */

/* What root made in somebody's directory is not theirs to read; what somebody
 * else did is nobody's to give away. */
static void
tell_owner(struct doctor *doctor, const char *profile, const char *entry,
    const struct stat *st, const struct stat *dir)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer path = BUFFER_INIT;
	struct mend mend = { MEND_NOTHING, profile, entry, NULL, NULL };

	if (st->st_uid == dir->st_uid)
		return;
	add_path(doctor, profile, entry, &path);
	buffer_addf(&text, _("%s belongs to user %lu, and the directory it is "
	    "in to user %lu, who cannot use it"), path.data,
	    (unsigned long)st->st_uid, (unsigned long)dir->st_uid);
	if (geteuid() != 0)
		buffer_add_string(&remedy, "sudo ");
	buffer_addf(&remedy, "chown -h %lu ", (unsigned long)dir->st_uid);
	buffer_add_word(&remedy, path.data);
	if (geteuid() == 0 && st->st_uid == 0)
		mend.what = MEND_OWNER;
	mend.at = path.data;
	doctor_find(doctor, FINDING_OWNER, &text, &remedy, &mend);
	buffer_release(&path);
}

/* In a store of volumes each directory is its own user's; only that of root in
 * somebody's is wrong, and what is in it is to be theirs, too. */
static void
tell_owner_of_dir(struct doctor *doctor, const char *profile, struct stat *dir,
    const struct stat *parent)
{
	if (dir->st_uid != 0)
		return;
	tell_owner(doctor, profile, NULL, dir, parent);
	dir->st_uid = parent->st_uid;
}

/* --- What was left -------------------------------------------------------- */

/* True for what holds no refresh token, and for one that is elsewhere, too.
 * What cannot be read, but for the word, is somebody else's to judge. */
static bool
is_worthless(const struct doctor *doctor, int dir, const char *entry)
{
	struct json *object = record_read(dir, entry, NULL, NULL);
	const char *token = json_string(object, "refresh_token");
	struct buffer text = BUFFER_INIT;
	bool worthless;

	if (token != NULL)
		worthless = *token == '\0' || doctor_holds(doctor, token);
	else
		worthless = file_read(dir, entry, LOOK_FILE_MAX, &text, NULL,
		    NULL) == 0 && (text.length == 0 ||
		    strstr(text.data, "refresh_token") == NULL);
	buffer_release(&text);
	json_free(object);
	return worthless;
}

/* Of a volume there is more, which is looked at as its program's file. */
static bool
is_of_store(const char *profile, const char *name)
{
	static const char *const shared[] = {
		STORE_STATE_FILE, INDEX_FILE, "audit.jsonl", "audit.head",
	};

	if (profile != NULL)
		return strcmp(name, CREDENTIAL_FILE) == 0 ||
		    strcmp(name, PROFILE_FILE) == 0;
	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
		if (strcmp(name, shared[i]) == 0)
			return true;
	return false;
}

static void
tell_leftover(struct doctor *doctor, const struct mend *mend, bool worthless)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;

	if (worthless) {
		buffer_addf(&text, _("%s was left by a program that was "
		    "killed, and holds nothing that is not elsewhere"),
		    mend->at);
		buffer_add_string(&remedy, "rm ");
		buffer_add_word(&remedy, mend->at);
	} else
		buffer_addf(&text, _("%s was left by a program that was "
		    "killed, and holds a refresh token that is nowhere else; "
		    "it is left as it is, for you to look at"), mend->at);
	doctor_find(doctor, FINDING_LEFTOVER, &text, &remedy,
	    worthless ? mend : NULL);
}

struct scan {
	struct doctor *doctor;
	const char *profile;
	const struct stat *dir;
};

static bool
is_old(const struct stat *st)
{
	return st->st_mtime < time_now() - LEFTOVER_AGE;
}

/* Who writes a profile's files holds its lock; for the others age tells. */
static int
look_at_entry(int dir, const char *entry, void *data)
{
	const struct scan *scan = data;
	struct doctor *doctor = scan->doctor;
	struct buffer path = BUFFER_INIT;
	struct mend mend = { MEND_LEFTOVER, scan->profile, entry, NULL, NULL };
	char name[NAME_MAX + 1];
	struct stat st;

	if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	if (file_of_temporary(entry, name) == entry || !S_ISREG(st.st_mode)) {
		tell_owner(doctor, scan->profile, entry, &st, scan->dir);
		return 0;
	}
	if (!is_of_store(scan->profile, name) || (scan->profile != NULL ?
	    lock_is_held(doctor->app->store, scan->profile) : !is_old(&st)))
		return 0;
	add_path(doctor, scan->profile, entry, &path);
	mend.at = path.data;
	tell_leftover(doctor, &mend, is_worthless(doctor, dir, entry));
	buffer_release(&path);
	return 0;
}

/* The directory of a tenant, once: its profiles follow each other. */
static void
look_at_tenant(struct doctor *doctor, const char *name)
{
	char tenant[STORE_NAME_MAX + 1];
	const int length = (int)(store_leaf(name) - name);

	if (length == 0)
		return;
	snprintf(tenant, sizeof tenant, "%.*s", length - 1, name);
	if (strcmp(doctor->tenant, tenant) == 0)
		return;
	strcpy(doctor->tenant, tenant);
	tell_directory(doctor, doctor->tenant);
}

void
doctor_look_at_files(struct doctor *doctor, const struct profile *profile)
{
	struct scan scan = { doctor, profile->name, NULL };
	struct stat dir, parent, st;
	int fd;

	look_at_tenant(doctor, profile->name);
	if (!find(doctor, profile->name, NULL, &dir) ||
	    !S_ISDIR(dir.st_mode))
		return;
	scan.dir = &dir;
	fd = store_open_parent(doctor->app->store, profile->name, NULL);
	if (fd >= 0 && fstat(fd, &parent) == 0)
		tell_owner_of_dir(doctor, profile->name, &dir, &parent);
	if (fd >= 0)
		close(fd);
	/* An agent-server sets its own. */
	if (find(doctor, profile->name, CREDENTIAL_FILE, &st)) {
		tell_mode(doctor, profile->name, CREDENTIAL_FILE, &st);
		tell_links(doctor, profile->name, &st);
		tell_mode(doctor, profile->name, NULL, &dir);
	}
	fd = store_open_profile(doctor->app->store, profile->name, NULL);
	if (fd >= 0) {
		file_for_each(fd, look_at_entry, &scan);
		close(fd);
	}
}

static void
look_at_index(struct doctor *doctor)
{
	struct buffer text = BUFFER_INIT, remedy = BUFFER_INIT;
	struct buffer path = BUFFER_INIT;
	struct mend mend = { MEND_INDEX, NULL, INDEX_FILE, NULL, NULL };
	struct index *index;
	struct stat st;

	if (!find(doctor, NULL, INDEX_FILE, &st))
		return;
	index = index_load(doctor->app->store);
	if (index == NULL) {
		add_path(doctor, NULL, INDEX_FILE, &path);
		buffer_addf(&text, _("the index of the profiles, %s, cannot be "
		    "used: they are listed more slowly until it is made "
		    "anew"), path.data);
		buffer_add_string(&remedy, "rm ");
		buffer_add_word(&remedy, path.data);
		mend.at = path.data;
		doctor_find(doctor, FINDING_DAMAGE, &text, &remedy, &mend);
		buffer_release(&path);
	}
	index_free(index);
}

void
doctor_look_at_parts(struct doctor *doctor)
{
	struct scan scan = { doctor, NULL, NULL };
	struct stat dir, root;
	int fd;

	tell_directory(doctor, "");
	tell_directory(doctor, ".chatelaine");
	fd = store_open_part(doctor->app->store, ".", NULL);
	if (fd < 0)
		return;
	if (fstat(fd, &dir) == 0 &&
	    fstat(store_root(doctor->app->store), &root) == 0) {
		scan.dir = &dir;
		tell_owner_of_dir(doctor, NULL, &dir, &root);
		file_for_each(fd, look_at_entry, &scan);
	}
	close(fd);
	look_at_index(doctor);
}

/* --- Beside the files of programs ----------------------------------------- */

struct beside {
	struct doctor *doctor;
	const struct place *place;
	const char *name;	/* of the program's file */
};

static int
look_beside(int dir, const char *entry, void *data)
{
	const struct beside *beside = data;
	struct buffer label = BUFFER_INIT, path = BUFFER_INIT;
	struct mend mend = { MEND_LEFTOVER_BESIDE, NULL, entry, NULL, NULL };
	struct look look;
	struct stat st;

	if (!file_is_temporary(entry, beside->name) || fstatat(dir, entry, &st,
	    AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) || !is_old(&st))
		return 0;
	look_at_file(&look, beside->place->consumer, dir, entry);
	/* What is no login is perhaps not ours at all. */
	if (look.kind == LOOK_VIEW || look.kind == LOOK_LOGIN) {
		place_label(beside->place, &label);
		buffer_addf(&path, "%.*s/%s", (int)(strrchr(beside->place->path,
		    '/') - beside->place->path), beside->place->path, entry);
		mend.place = label.data;
		mend.at = path.data;
		tell_leftover(beside->doctor, &mend,
		    look.kind == LOOK_VIEW || doctor_holds(beside->doctor,
		    look.login.refresh_token));
	}
	look_release(&look);
	buffer_release(&label);
	buffer_release(&path);
	return 0;
}

void
doctor_look_beside(struct doctor *doctor, const struct place *place)
{
	struct beside beside = { doctor, place, NULL };
	struct look look;

	look_at(&look, place, NULL);
	beside.name = look.name;
	if (look.dir >= 0 && look.name != NULL)
		file_for_each(look.dir, look_beside, &beside);
	look_release(&look);
}
