#include "config.h"

#include <sys/stat.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif
#ifdef HAVE_LINUX_LANDLOCK_H
#include <sys/syscall.h>
#include <linux/landlock.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/sandbox.h"

/* The kernel's numbers, which never change; the headers of Debian 12 know
 * only the first of them. */
#define FS(n) (UINT64_C(1) << (n))
#define FS_EXECUTE FS(0)
#define FS_WRITE_FILE FS(1)
#define FS_READ_FILE FS(2)
#define FS_READ_DIR FS(3)
#define FS_REFER FS(13)
#define FS_TRUNCATE FS(14)
#define FS_IOCTL_DEV FS(15)
/* From the removal of directories to the making of links. */
#define FS_NAMES (FS(13) - FS(4))

/* What a file can be allowed that is no directory. */
#define FS_OF_FILES (FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE)
/* What writing is: none of it, or all. */
#define FS_WRITING (FS_WRITE_FILE | FS_NAMES | FS_REFER | FS_TRUNCATE)

#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)

#define SCOPE_ABSTRACT_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* Since which ABI, and what is handled: refused unless a rule allows it. */
static const struct {
	const char *word;
	int abi;
	uint64_t fs, net, scoped;
} part_info[SANDBOX_PARTS] = {
	[SANDBOX_READING] = { N_("reading"), 1, FS_READ_FILE | FS_READ_DIR,
	    0, 0 },
	[SANDBOX_WRITING] = { N_("writing"), 1, FS_WRITE_FILE | FS_NAMES,
	    0, 0 },
	[SANDBOX_PROGRAMS] = { N_("programs"), 1, FS_EXECUTE, 0, 0 },
	[SANDBOX_TRUNCATION] = { N_("truncation"), 3, FS_TRUNCATE, 0, 0 },
	[SANDBOX_TCP] = { "tcp", 4, 0, NET_BIND_TCP | NET_CONNECT_TCP, 0 },
	[SANDBOX_DEVICES] = { N_("devices"), 5, FS_IOCTL_DEV, 0, 0 },
	[SANDBOX_PROCESSES] = { N_("processes"), 6, 0, 0,
	    SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL },
};

/* REFER: to move a file from one directory to another. */
#define ABI_REFER 2

const char *
sandbox_word(enum sandbox_part part)
{
	return part_info[part].word;
}

unsigned int
sandbox_enforced(unsigned int parts, int abi)
{
	unsigned int result = 0;

	for (unsigned int part = 0; part < SANDBOX_PARTS; part++)
		if ((parts & SANDBOX_PART(part)) != 0 &&
		    part_info[part].abi <= abi)
			result |= SANDBOX_PART(part);
	return result;
}

#ifdef HAVE_LINUX_LANDLOCK_H

/* As the kernel has it today; an older one takes a longer one whose rest is
 * zero. */
struct ruleset {
	uint64_t fs, net, scoped;
};

struct net_port {
	uint64_t allowed, port;
};

#define RULE_NET_PORT 2

int
sandbox_abi(void)
{
	long abi = syscall(__NR_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* What is not there needs no rule; what is in no file system anybody sees, like
 * a pipe, takes none, and stays open. */
static int
allow_path(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	struct stat st;
	long result = -1;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0;
	if (fstat(rule.parent_fd, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			rule.allowed_access &= FS_OF_FILES;
		result = syscall(__NR_landlock_add_rule, rules,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	if (result != 0 && errno == EBADFD)
		result = 0;
	close(rule.parent_fd);
	return result == 0 ? 0 : -1;
}

static int
allow_port(int rules, uint16_t port)
{
	const struct net_port rule = { NET_CONNECT_TCP, port };

	return syscall(__NR_landlock_add_rule, rules, RULE_NET_PORT, &rule,
	    0) == 0 ? 0 : -1;
}

static int
add_rules(int rules, const struct ruleset *handled,
    const struct sandbox *sandbox)
{
	const char *writable = sandbox->writable;
	int result = 0;

	if ((handled->fs & FS_READ_FILE) != 0)
		for (size_t i = 0; i < sandbox->paths && result == 0; i++)
			result = allow_path(rules, sandbox->path[i],
			    FS_READ_FILE | FS_READ_DIR);
	if ((handled->fs & FS_WRITE_FILE) == 0)
		writable = "/";
	if (result == 0 && writable != NULL &&
	    (handled->fs & FS_WRITING) != 0)
		result = allow_path(rules, writable, handled->fs & FS_WRITING);
	if ((handled->net & NET_CONNECT_TCP) != 0)
		for (size_t i = 0; i < sandbox->ports && result == 0; i++)
			result = allow_port(rules, sandbox->port[i]);
	return result;
}

unsigned int
sandbox_enter(const struct sandbox *sandbox)
{
	const int abi = sandbox_abi();
	const unsigned int parts = sandbox_enforced(sandbox->parts, abi);
	struct ruleset handled = { 0, 0, 0 };
	long rules, result = -1;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (unsigned int part = 0; part < SANDBOX_PARTS; part++)
		if ((parts & SANDBOX_PART(part)) != 0) {
			handled.fs |= part_info[part].fs;
			handled.net |= part_info[part].net;
			handled.scoped |= part_info[part].scoped;
		}
	if (parts == 0)
		return 0;
	/* Landlock refuses it wherever it is in force for files, unless it
	 * is handled and allowed. */
	if (handled.fs != 0 && abi >= ABI_REFER)
		handled.fs |= FS_REFER;
	rules = syscall(__NR_landlock_create_ruleset, &handled,
	    sizeof handled, 0);
	if (rules < 0)
		return 0;
	if (add_rules((int)rules, &handled, sandbox) == 0)
		result = syscall(__NR_landlock_restrict_self, rules, 0);
	close((int)rules);
	return result == 0 ? parts : 0;
}

#else

int
sandbox_abi(void)
{
	return 0;
}

unsigned int
sandbox_enter(const struct sandbox *sandbox)
{
	(void)sandbox;
	return 0;
}

#endif
