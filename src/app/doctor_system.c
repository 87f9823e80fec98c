/*
 * What the program finds around it: no findings, but what explains others.
 */
#include "config.h"

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/doctor_part.h"
#include "base/i18n.h"
#include "oauth/confine.h"
#include "oauth/network.h"

/* The kinds of file systems, by their numbers on Linux (statfs(2)). */
struct disk {
	uint32_t number;
	enum doctor_disk disk;
	const char *name;
};

#ifdef __linux__
static const struct disk disks[] = {
	{ 0x00006969, DISK_SHARED, "nfs" },
	{ 0x0000517b, DISK_SHARED, "smb" },
	{ 0xff534d42, DISK_SHARED, "cifs" },
	{ 0xfe534d42, DISK_SHARED, "smb2" },
	{ 0x01021997, DISK_SHARED, "9p" },
	{ 0x65735546, DISK_SHARED, "fuse" },
	{ 0x00c36400, DISK_SHARED, "ceph" },
	{ 0x5346414f, DISK_SHARED, "afs" },
	{ 0x786f4256, DISK_SHARED, "vboxsf" },
	{ 0x00004d44, DISK_WITHOUT_MODES, "vfat" },
	{ 0x2011bab0, DISK_WITHOUT_MODES, "exfat" },
	{ 0x0000ef53, DISK_PLAIN, "ext4" },
	{ 0x58465342, DISK_PLAIN, "xfs" },
	{ 0x9123683e, DISK_PLAIN, "btrfs" },
	{ 0x2fc12fc1, DISK_PLAIN, "zfs" },
	{ 0xf2f52010, DISK_PLAIN, "f2fs" },
	{ 0x01021994, DISK_PLAIN, "tmpfs" },
	{ 0x794c7630, DISK_PLAIN, "overlay" },
};

static void
look_at_disk(const struct app *app, struct findings *findings)
{
	struct statfs fs;

	if (!store_exists(app->store) ||
	    fstatfs(store_root(app->store), &fs) != 0)
		return;
	for (size_t i = 0; i < sizeof disks / sizeof disks[0]; i++)
		if (disks[i].number == (uint32_t)fs.f_type) {
			findings->file_system = disks[i].name;
			findings->disk = disks[i].disk;
		}
}
#else
static void
look_at_disk(const struct app *app, struct findings *findings)
{
	(void)app, (void)findings;
}
#endif

void
doctor_look_around(const struct app *app, struct findings *findings)
{
	const int abi = sandbox_abi();

	findings->landlock = abi;
	findings->helper = sandbox_enforced(CONFINE_PARTS, abi);
	findings->offline = sandbox_enforced(APP_OFFLINE_PARTS, abi);
	findings->authorities = network_ca_variable();
	findings->proxy = network_proxy_variable();
	look_at_disk(app, findings);
}

/* --- In words ------------------------------------------------------------- */

const char *
doctor_authorities(const struct findings *findings)
{
	return findings->authorities == NULL ? NULL :
	    getenv(findings->authorities);
}

/* user:password@ may stand before the host, and holds no "/". */
void
doctor_add_proxy(const struct findings *findings, struct buffer *out)
{
	const char *value = findings->proxy == NULL ? NULL :
	    getenv(findings->proxy);
	const char *host, *at;

	if (value == NULL)
		return;
	host = strstr(value, "://");
	host = host != NULL ? host + 3 : value;
	/* The last one: a password may have one, too. */
	at = strrchr(host, '@');
	buffer_add(out, value, (size_t)(host - value));
	buffer_add_string(out, at != NULL ? at + 1 : host);
}

static void
add_authorities(const struct findings *findings, struct buffer *out)
{
	const char *file = doctor_authorities(findings);

	if (file == NULL)
		buffer_add_string(out, _("certificates: the system's"));
	else
		buffer_addf(out, _("certificates: %s, by %s"), file,
		    findings->authorities);
}

static void
add_proxy(const struct findings *findings, struct buffer *out)
{
	struct buffer proxy = BUFFER_INIT;

	doctor_add_proxy(findings, &proxy);
	if (proxy.length == 0)
		buffer_add_string(out, _("proxy: none"));
	else
		buffer_addf(out, _("proxy: %s, by %s"), proxy.data,
		    findings->proxy);
	buffer_release(&proxy);
}

static void
add_disk(const struct findings *findings, struct buffer *out)
{
	static const char *const texts[] = {
		[DISK_PLAIN] = N_("file system: %s"),
		[DISK_SHARED] = N_("file system: %s, on which locks may not "
		    "hold; use this store from one machine only"),
		[DISK_WITHOUT_MODES] = N_("file system: %s, which keeps no "
		    "modes; who can reach it can read the logins"),
	};

	if (findings->file_system == NULL)
		buffer_add_string(out, _("file system: unknown"));
	else
		buffer_addf(out, _(texts[findings->disk]),
		    findings->file_system);
}

static void
add_parts(struct buffer *out, unsigned int parts)
{
	const char *before = "";

	for (unsigned int part = 0; part < SANDBOX_PARTS; part++)
		if ((parts & SANDBOX_PART(part)) != 0) {
			buffer_addf(out, "%s%s", before,
			    _(sandbox_word(part)));
			before = ", ";
		}
	if (parts == 0)
		buffer_add_string(out, _("nothing"));
}

static void
add_sandbox(const struct findings *findings, struct buffer *out)
{
	struct buffer helper = BUFFER_INIT, offline = BUFFER_INIT;

	add_parts(&helper, findings->helper);
	add_parts(&offline, findings->offline);
	if (findings->landlock == 0)
		buffer_add_string(out, _("sandbox: none, since this system "
		    "has no Landlock"));
	else
		buffer_addf(out, _("sandbox: Landlock %d; denied to "
		    "chatelaine-oauth: %s; to commands that only look: %s"),
		    findings->landlock, helper.data, offline.data);
	out->failed |= helper.failed || offline.failed;
	buffer_release(&helper);
	buffer_release(&offline);
}

bool
doctor_add_environment(const struct findings *findings, int line,
    struct buffer *out)
{
	static void (*const lines[])(const struct findings *findings,
	    struct buffer *out) = {
		add_authorities, add_proxy, add_disk, add_sandbox,
	};

	if (line < 0 || (size_t)line >= sizeof lines / sizeof lines[0])
		return false;
	lines[line](findings, out);
	return true;
}
