#include "config.h"

#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/audit.h"

#define AUDIT_FILE "audit.jsonl"

static const char *const event_words[] = {
	[AUDIT_SIGN_IN] = "sign-in",
	[AUDIT_REFRESH] = "refresh",
	[AUDIT_EXPORT] = "export",
	[AUDIT_SIGN_OUT] = "sign-out",
	[AUDIT_DELETE] = "delete",
	[AUDIT_UNDO] = "undo",
	[AUDIT_USE] = "use",
	[AUDIT_IMPORT] = "import",
	[AUDIT_LEND] = "lend",
	[AUDIT_TAKE_BACK] = "take-back",
	[AUDIT_RENAME] = "rename",
	[AUDIT_RUN] = "run",
};

int
audit_add(struct store *store, enum audit_event event, const char *profile,
    const char *detail, const struct error *why, struct error *err)
{
	struct json *line = json_object();
	struct buffer text = BUFFER_INIT;
	char now[TIME_TEXT_SIZE];
	int dir, result = -1;

	time_format(now, time_now());
	json_set_string(line, "at", now);
	json_set_string(line, "event", event_words[event]);
	json_set_string(line, "profile", profile);
	json_set_string(line, "result", why == NULL ? "ok" : why->text);
	json_set_integer(line, "uid", (int64_t)getuid());
	json_set_integer(line, "pid", (int64_t)getpid());
	json_set_string(line, "detail", detail);
	if (json_print(line, JSON_LINE, &text, err) != 0)
		goto out;
	buffer_add_char(&text, '\n');
	dir = store_make_part(store, ".", err);
	if (dir >= 0) {
		if (buffer_ok(&text, err))
			result = file_append(dir, AUDIT_FILE, text.data,
			    text.length, err);
		close(dir);
	}
out:
	buffer_release(&text);
	return result;
}
