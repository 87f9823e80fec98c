/*
 * export: handing a login over, once, in a format (formats/format).
 */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include <stdbool.h>

#include "app/app.h"
#include "base/buffer.h"
#include "formats/format.h"

/* What stands in for a secret that is only looked at: as pydantic shows a
 * SecretStr, so that nobody takes it for a token. */
#define EXPORT_REDACTED "**********"

/* 0, or ERROR_NEEDS_LOGIN or ERROR_FAILED with what to do, when the profile's
 * access token is over or cannot be read. */
int export_check_usable(const struct profile *profile, struct error *err);

/*
 * Appends profile @name in @format for @model (NULL: SETTING_MODEL), with the
 * secrets or, @redacted, with stand-ins. ERROR_NEEDS_LOGIN or ERROR_FAILED
 * when the access token is over or cannot be read. Notes nothing.
 */
int export_print(struct app *app, const char *name,
    const struct format *format, const char *model, bool redacted,
    struct buffer *out, struct error *err);

/* Writes the same to @path, 0600 and atomically, and notes it in the audit.
 * ERROR_REFUSED for a secret inside a git work tree, and for a file that holds
 * a refresh token, which would be lost; unless @force. */
int export_write(struct app *app, const char *name,
    const struct format *format, const char *model, const char *path,
    bool force, struct error *err);

/* Appends the name of @name's file where many are written side by side:
 * "work.auth.json", "team%work.auth.json". */
void export_file_name(const char *name, const struct format *format,
    struct buffer *out);

/* Whether files in @format may be written into the folder: ERROR_REFUSED as
 * export_write() does, ERROR_FAILED if it is none. */
int export_check_folder(const struct format *format, const char *folder,
    struct error *err);

/* Notes an export that went elsewhere (@where: "stdout"). An export that
 * cannot be noted must not happen. */
int export_note(struct app *app, const char *name,
    const struct format *format, const char *where, struct error *err);

#endif
