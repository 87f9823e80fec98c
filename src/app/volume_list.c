/*
 * Lists of volumes: what somebody wrote, line by line.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/volume.h"
#include "base/i18n.h"

/* (uid_t)-1 is nobody, and means "as it is" to chown(). */
int
volume_parse_uid(const char *text, uid_t *uid, struct error *err)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
	    value >= (unsigned long long)(uid_t)-1)
		return error_set(err, ERROR_USAGE,
		    _("'%s' is no number of a user, such as 10001"), text);
	*uid = (uid_t)value;
	return 0;
}

int
volume_parse(const char *line, size_t length, char name[STORE_NAME_MAX + 1],
    uid_t *uid, struct error *err)
{
	char text[2 * STORE_NAME_MAX], *rest, *word, *number;

	if (length >= sizeof text || memchr(line, '\0', length) != NULL)
		return error_set(err, ERROR_USAGE, "%s",
		    _("this is no line of a list; it looks like TENANT/USER "
		    "or TENANT/USER UID"));
	memcpy(text, line, length);
	text[length] = '\0';
	word = strtok_r(text, " \t\r", &rest);
	if (word == NULL || *word == '#')
		return 0;
	number = strtok_r(NULL, " \t\r", &rest);
	if (strlen(word) > STORE_NAME_MAX ||
	    strtok_r(NULL, " \t\r", &rest) != NULL)
		return error_set(err, ERROR_USAGE,
		    _("there is more than TENANT/USER and UID in the line of "
		    "'%s'; it looks like acme/user 10001"), word);
	if (number != NULL && volume_parse_uid(number, uid, err) != 0)
		return -1;
	strcpy(name, word);
	return 1;
}
