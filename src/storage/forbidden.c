/*
 * What another user's files are to who may not read them: no damage, and
 * nothing that a sign-in would mend.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/i18n.h"
#include "storage/profile.h"

/* True if it is there, and this user may not use it so. */
static bool
is_closed(const char *path, int use)
{
	return faccessat(AT_FDCWD, path, use, AT_EACCESS) != 0 &&
	    errno == EACCES;
}

int
profile_note_forbidden(struct profile *profile, const char *path, bool is_dir,
    struct error *err)
{
	struct buffer text = BUFFER_INIT;
	char *damage;
	struct stat st;

	if (!is_closed(path, is_dir ? R_OK | X_OK : R_OK))
		return 0;
	if (lstat(path, &st) == 0 && st.st_uid != geteuid())
		buffer_addf(&text, _("%s is of user %lu, and user %lu may not "
		    "read it"), path, (unsigned long)st.st_uid,
		    (unsigned long)geteuid());
	else
		buffer_addf(&text, _("user %lu may not read %s"),
		    (unsigned long)geteuid(), path);
	damage = buffer_detach(&text, err);
	if (damage == NULL)
		return -1;
	free(profile->damage);
	profile->damage = damage;
	profile->forbidden = true;
	return 1;
}

int
profile_look_forbidden(const struct store *store, struct profile *profile,
    struct error *err)
{
	static const char *const files[] = {
		"", "/" CREDENTIAL_FILE, "/" PROFILE_FILE,
		"/" STORE_VOLUME_FILE
	};
	struct buffer path = BUFFER_INIT;
	int result = 0;

	for (size_t i = 0; i < sizeof files / sizeof files[0] &&
	    result == 0; i++) {
		buffer_clear(&path);
		buffer_addf(&path, "%s/%s%s", store_path(store),
		    profile->name, files[i]);
		result = !buffer_ok(&path, err) ? -1 :
		    profile_note_forbidden(profile, path.data, i == 0, err);
	}
	buffer_release(&path);
	return result;
}
