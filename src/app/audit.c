#include "config.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "app/audit.h"
#include "base/i18n.h"

static const char *
name_of(int64_t uid, struct audit_user *last)
{
	const struct passwd *user;

	if (last->known && last->uid == uid)
		return last->name;
	last->known = true;
	last->uid = uid;
	user = getpwuid((uid_t)uid);
	if (user != NULL)
		snprintf(last->name, sizeof last->name, "%s", user->pw_name);
	else
		snprintf(last->name, sizeof last->name, "%" PRId64, uid);
	return last->name;
}

void
audit_add_who(struct buffer *out, const struct audit_entry *entry,
    struct audit_user *last)
{
	static const char devices[] = "/dev/";
	const char *tty = entry->tty;

	if (entry->uid >= 0)
		buffer_add_string(out, name_of(entry->uid, last));
	else
		buffer_add_char(out, '-');
	if (tty != NULL && strncmp(tty, devices, strlen(devices)) == 0)
		tty += strlen(devices);
	if (tty != NULL)
		buffer_addf(out, " %s", tty);
	if (entry->host != NULL)
		buffer_addf(out, " %s", entry->host);
}

void
audit_add_result(struct buffer *out, const struct audit_entry *entry)
{
	const char *result = entry->result != NULL ? entry->result : "-";

	buffer_add_string(out, strcmp(result, "ok") == 0 ? _("ok") : result);
	if (entry->detail != NULL)
		buffer_addf(out, " (%s)", entry->detail);
}

static void
add_fault(struct buffer *out, const struct audit_chain *chain)
{
	switch (chain->fault) {
	case AUDIT_WHOLE:
		break;
	case AUDIT_UNREADABLE:
		buffer_addf(out, _("the chain of the audit log breaks at line "
		    "%zu of %s: it cannot be read"), chain->line, chain->file);
		break;
	case AUDIT_UNCHAINED:
		buffer_addf(out, _("the chain of the audit log breaks at line "
		    "%zu of %s: it does not belong to the chain"),
		    chain->line, chain->file);
		break;
	case AUDIT_MISSING:
		buffer_addf(out, _("the chain of the audit log breaks at line "
		    "%zu of %s: lines before it are missing (%" PRId64 ")"),
		    chain->line, chain->file, chain->missing);
		break;
	case AUDIT_CHANGED:
		buffer_addf(out, _("the chain of the audit log breaks at line "
		    "%zu of %s: the line before it is not what it was"),
		    chain->line, chain->file);
		break;
	case AUDIT_LAST_CHANGED:
		buffer_addf(out, _("the chain of the audit log breaks at line "
		    "%zu of %s: it is not what it was"), chain->line,
		    chain->file);
		break;
	case AUDIT_CUT:
		buffer_addf(out, _("the chain of the audit log breaks at its "
		    "end: lines are missing (%" PRId64 ")"), chain->missing);
		break;
	case AUDIT_HEADLESS:
		buffer_addf(out, _("the chain of the audit log breaks at its "
		    "end: %s is missing or damaged, so nobody knows whether "
		    "lines are missing"), chain->file);
		break;
	}
}

void
audit_add_chain(struct buffer *out, const struct audit_log *log)
{
	const struct audit_chain *chain = &log->chain;

	if (chain->fault != AUDIT_WHOLE)
		add_fault(out, chain);
	else if (log->count == 0)
		buffer_add_string(out, _("the audit log is empty"));
	else if (chain->unchained == 0)
		buffer_addf(out, ngettext("the chain of the audit log is "
		    "whole: %zu line", "the chain of the audit log is whole: "
		    "%zu lines", log->count), log->count);
	else
		buffer_addf(out, ngettext("the chain of the audit log is "
		    "whole: it begins behind %zu of %zu lines, which is from "
		    "an earlier version", "the chain of the audit log is "
		    "whole: it begins behind %zu of %zu lines, which are from "
		    "an earlier version", chain->unchained), chain->unchained,
		    log->count);
	if (chain->torn)
		buffer_addf(out, "; %s", _("the last line was not finished "
		    "when its process ended, and the next one takes its "
		    "place"));
}

const char *
audit_fault_word(enum audit_fault fault)
{
	static const char *const words[] = {
		[AUDIT_WHOLE] = NULL,
		[AUDIT_UNREADABLE] = "unreadable",
		[AUDIT_UNCHAINED] = "unchained",
		[AUDIT_MISSING] = "missing",
		[AUDIT_CHANGED] = "changed",
		[AUDIT_LAST_CHANGED] = "last-changed",
		[AUDIT_CUT] = "cut",
		[AUDIT_HEADLESS] = "headless",
	};

	return words[fault];
}
