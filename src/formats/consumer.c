#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/json_member.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "formats/consumer.h"

#define TOKEN_MAX ((size_t)16 * 1024)
#define ID_MAX ((size_t)256)

const struct consumer consumers[] = {
	{
		.kind = "openhands", .title = "OpenHands",
		.dir_variable = "OH_PERSISTENCE_DIR", .inside = "auth",
		.base = CONSUMER_HOME, .under = ".openhands/auth",
		.file = "openai_oauth.json",
		.lendable = true,
		.programs = { "openhands", "agent-server" },
		.make = consumer_make_openhands,
		.take = consumer_take_openhands,
	},
	{
		.kind = "codex", .title = "Codex CLI",
		.dir_variable = "CODEX_HOME",
		.base = CONSUMER_HOME, .under = ".codex",
		.file = "auth.json",
		.lock = CONSUMER_LOCK_CODEX,
		.lendable = true,
		.run_variable = "CODEX_HOME",
		.programs = { "codex" },
		.make = consumer_make_codex,
		.take = consumer_take_codex,
	},
	{
		.kind = "opencode", .title = "OpenCode",
		.base = CONSUMER_DATA, .under = "opencode",
		.file = "auth.json", .entry = "openai",
		.programs = { "opencode" },
		.make = consumer_make_entry,
		.take = consumer_take_entry,
	},
	{
		.kind = "litellm", .title = "LiteLLM",
		.dir_variable = "CHATGPT_TOKEN_DIR",
		.file_variable = "CHATGPT_AUTH_FILE",
		.base = CONSUMER_CONFIG, .under = "litellm/chatgpt",
		.file = "auth.json",
		.run_variable = "CHATGPT_TOKEN_DIR",
		.programs = { "litellm" },
		.make = consumer_make_litellm,
		.take = consumer_take_litellm,
	},
	{
		.kind = "pi", .title = "pi",
		.dir_variable = "PI_CODING_AGENT_DIR",
		.base = CONSUMER_HOME, .under = ".pi/agent",
		.file = "auth.json", .entry = "openai-codex",
		.lock = CONSUMER_LOCK_DIRECTORY,
		.run_variable = "PI_CODING_AGENT_DIR",
		.programs = { "pi" },
		.make = consumer_make_entry,
		.take = consumer_take_entry,
	},
};

const size_t consumers_count = sizeof consumers / sizeof consumers[0];

const struct consumer *
consumer_find(const char *kind, struct error *err)
{
	struct buffer kinds = BUFFER_INIT;

	for (size_t i = 0; i < consumers_count; i++)
		if (strcmp(consumers[i].kind, kind) == 0)
			return &consumers[i];
	for (size_t i = 0; i < consumers_count; i++)
		buffer_addf(&kinds, "%s%s", i > 0 ? ", " : "",
		    consumers[i].kind);
	error_set(err, ERROR_USAGE,
	    _("there is no program '%s'; there are: %s"), kind, kinds.data);
	buffer_release(&kinds);
	return NULL;
}

/* What the parts of the table have in common */

static int
take_text(char **to, const struct json *object, const char *key, size_t most,
    struct error *err)
{
	const char *text = json_string(object, key);

	if (json_is_absent(object, key) || (text != NULL && *text == '\0'))
		return 0;
	if (text == NULL || !text_is_visible_ascii(text, most))
		return error_set(err, ERROR_REFUSED, "%s",
		    _("a login with a token that cannot be one"));
	*to = strdup(text);
	return *to != NULL ? 0 : error_no_memory(err);
}

int
consumer_take_token(char **to, const struct json *object, const char *key,
    struct error *err)
{
	return take_text(to, object, key, TOKEN_MAX, err);
}

int
consumer_take_id(char **to, const struct json *object, const char *key,
    struct error *err)
{
	return take_text(to, object, key, ID_MAX, err);
}

int
consumer_take_time(int64_t *to, const struct json *object, const char *key,
    int64_t unit, struct error *err)
{
	int64_t value;

	if (json_is_absent(object, key))
		return 0;
	if (json_integer_liberal(object, key, &value) != 0)
		return error_set(err, ERROR_REFUSED, "%s",
		    _("a login with a time that cannot be one"));
	value /= unit;
	*to = value > 0 && value <= TIME_LAST ? value : TIME_UNKNOWN;
	return 0;
}

static bool
is_known(const struct json *object, const struct json *member,
    const char *const *known)
{
	for (; *known != NULL; known++)
		if (json_get(object, *known) == member)
			return true;
	return false;
}

int
consumer_check_known(const struct json *object, const char *const *known,
    struct error *err)
{
	const struct json *member;

	for (member = json_first(object); member != NULL;
	    member = json_next(member))
		if (!json_is_null(member) && !is_known(object, member, known))
			return error_set(err, ERROR_REFUSED, "%s",
			    _("a file of another program, or version"));
	return 0;
}

/* Reading */

void
consumer_login_release(struct consumer_login *login)
{
	secret_free(&login->access_token);
	secret_free(&login->refresh_token);
	secret_free(&login->id_token);
	secret_free(&login->account_id);
	secret_free(&login->issuer);
	*login = (struct consumer_login)CONSUMER_LOGIN_INIT;
}

/* A program that was cut off while it wrote leaves such a file. */
static bool
is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!text_is_space(text[i]))
			return false;
	return true;
}

/* The object that @text is, in @parsed, too; NULL: it cannot be read. The
 * caller frees it. */
static struct json *
parse(const char *text, size_t length, struct json_text *parsed,
    struct error *err)
{
	struct json *object = json_parse(text, length, err);

	if (object == NULL) {
		if (err != NULL && !error_is_no_memory(err))
			err->code = ERROR_REFUSED;
		return NULL;
	}
	if (!json_is_object(object)) {
		json_free(object);
		error_set(err, ERROR_REFUSED, "%s", _("not an object of JSON"));
		return NULL;
	}
	*parsed = (struct json_text){ text, length, object };
	return object;
}

static enum consumer_content
take(const struct consumer *consumer, const struct json *object,
    struct consumer_login *login, struct error *err)
{
	const struct json *ours = object;
	bool foreign = false;

	if (consumer->entry != NULL) {
		if (json_is_absent(object, consumer->entry))
			return CONSUMER_NOTHING;
		ours = json_get(object, consumer->entry);
	}
	if (!json_is_object(ours)) {
		error_set(err, ERROR_REFUSED, "%s", _("another kind of login"));
		return CONSUMER_FOREIGN;
	}
	if (consumer->take(ours, login, &foreign, err))
		return login->refresh_token != NULL ? CONSUMER_LOGIN :
		    CONSUMER_VIEW;
	consumer_login_release(login);
	return foreign ? CONSUMER_FOREIGN : CONSUMER_NOTHING;
}

enum consumer_content
consumer_read(const struct consumer *consumer, const char *text,
    size_t length, struct consumer_login *login, struct consumer_span *span,
    struct error *err)
{
	struct consumer_span ours = { 0, length };
	enum consumer_content content;
	struct json_text parsed;
	struct json_span value;
	struct json *object;

	*login = (struct consumer_login)CONSUMER_LOGIN_INIT;
	if (span != NULL)
		*span = (struct consumer_span){ 0, 0 };
	if (is_blank(text, length))
		return CONSUMER_NOTHING;
	object = parse(text, length, &parsed, err);
	if (object == NULL)
		return CONSUMER_FOREIGN;
	content = take(consumer, object, login, err);
	if (consumer->entry != NULL &&
	    json_member_find(&parsed, consumer->entry, &value))
		ours = (struct consumer_span){ value.start, value.length };
	if (span != NULL &&
	    (content == CONSUMER_VIEW || content == CONSUMER_LOGIN))
		*span = ours;
	json_free(object);
	return content;
}

const struct consumer *
consumer_guess(const char *text, size_t length)
{
	const struct consumer *found = NULL;
	enum consumer_content content;
	struct consumer_login login;

	for (size_t i = 0; i < consumers_count; i++) {
		content = consumer_read(&consumers[i], text, length, &login,
		    NULL, NULL);
		consumer_login_release(&login);
		if (content != CONSUMER_VIEW && content != CONSUMER_LOGIN)
			continue;
		if (found != NULL)
			return NULL;
		found = &consumers[i];
	}
	return found;
}

/* Writing */

static int
write_whole(struct json *object, struct buffer *out,
    struct consumer_span *span, struct error *err)
{
	size_t start = out->length;

	if (format_print_json(object, out, err) != 0)
		return -1;
	if (span != NULL)
		*span = (struct consumer_span){ 0, out->length - start };
	return 0;
}

static int
write_member(const char *key, struct json *value, const char *old,
    size_t old_length, struct buffer *out, struct consumer_span *span,
    struct error *err)
{
	static const char none[] = "{}\n";
	struct json_text parsed;
	struct json_span at;
	struct json *object;
	int result;

	if (is_blank(old, old_length))
		object = parse(none, sizeof none - 1, &parsed, err);
	else
		object = parse(old, old_length, &parsed, err);
	if (object == NULL) {
		json_free(value);
		return -1;
	}
	result = json_member_set(&parsed, key, value, out, &at, err);
	if (result == 0 && span != NULL)
		*span = (struct consumer_span){ at.start, at.length };
	json_free(object);
	return result;
}

int
consumer_write(const struct consumer *consumer, const char *old,
    size_t old_length, const struct format_input *input,
    const char *refresh_token, const char *issuer, struct buffer *out,
    struct consumer_span *span, struct error *err)
{
	struct json *object = consumer->make(input,
	    refresh_token != NULL ? refresh_token : "",
	    refresh_token != NULL ? issuer : NULL);

	if (consumer->entry == NULL)
		return write_whole(object, out, span, err);
	return write_member(consumer->entry, object, old, old_length, out,
	    span, err);
}

int
consumer_remove(const struct consumer *consumer, const char *old,
    size_t old_length, struct buffer *out, struct error *err)
{
	struct json_text parsed;
	struct json *object;
	int result;

	if (is_blank(old, old_length)) {
		buffer_add(out, old, old_length);
		return buffer_ok(out, err) ? 0 : -1;
	}
	object = parse(old, old_length, &parsed, err);
	if (object == NULL)
		return -1;
	result = json_member_remove(&parsed, consumer->entry, out, err);
	json_free(object);
	return result;
}
