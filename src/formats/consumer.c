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
		.base = CONSUMER_HOME, .under = ".openhands/auth",
		.file = "openai_oauth.json", .lendable = true,
		.programs = { "openhands", "agent-server" },
		.make = consumer_make_openhands,
		.take = consumer_take_openhands,
	},
	{
		.kind = "codex", .title = "Codex CLI",
		.dir_variable = "CODEX_HOME",
		.base = CONSUMER_HOME, .under = ".codex",
		.file = "auth.json", .lock = CONSUMER_LOCK_CODEX,
		.lendable = true, .run_variable = "CODEX_HOME",
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
		.file = "auth.json", .run_variable = "CHATGPT_TOKEN_DIR",
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
	    _("there is no target '%s'; there are: %s, each also with =PATH"),
	    kind, kinds.data);
	buffer_release(&kinds);
	return NULL;
}

void
consumer_login_release(struct consumer_login *login)
{
	secret_free(&login->access_token);
	secret_free(&login->refresh_token);
	secret_free(&login->id_token);
	free(login->account_id);
	free(login->issuer);
	*login = (struct consumer_login)CONSUMER_LOGIN_INIT;
}

int
consumer_copy(char **to, const struct json *from, const char *key,
    struct error *err)
{
	const char *text = json_string(from, key);

	*to = NULL;
	if (text == NULL || *text == '\0')
		return 0;
	*to = strdup(text);
	return *to == NULL ? error_no_memory(err) : 0;
}

/* --- Reading ------------------------------------------------------------- */

static bool
is_clean(const char *text, size_t most)
{
	return text == NULL || text_is_visible_ascii(text, most);
}

static enum consumer_content
content_of(const struct consumer *consumer, const struct json *object,
    struct consumer_login *login, struct error *err)
{
	bool foreign = false;

	if (!consumer->take(object, login, &foreign, err)) {
		if (!foreign)
			return CONSUMER_NOTHING;
		error_set(err, ERROR_FAILED,
		    _("it holds something else than a ChatGPT login"));
		return CONSUMER_FOREIGN;
	}
	if (is_clean(login->access_token, TOKEN_MAX) &&
	    is_clean(login->refresh_token, TOKEN_MAX) &&
	    is_clean(login->id_token, TOKEN_MAX) &&
	    is_clean(login->account_id, ID_MAX))
		return login->refresh_token != NULL ? CONSUMER_LOGIN :
		    login->access_token != NULL ? CONSUMER_VIEW :
		    CONSUMER_NOTHING;
	error_set(err, ERROR_FAILED, "%s",
	    _("its tokens have characters in them that no token has"));
	return CONSUMER_FOREIGN;
}

static bool
is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
			return false;
	return true;
}

enum consumer_content
consumer_read(const struct consumer *consumer, const char *text,
    size_t length, struct consumer_login *login, struct consumer_span *span,
    struct error *err)
{
	struct consumer_span whole = { 0, length };
	struct error why = ERROR_INIT;
	enum consumer_content content;
	const struct json *ours;
	struct json *object;

	*login = (struct consumer_login)CONSUMER_LOGIN_INIT;
	if (span != NULL)
		*span = (struct consumer_span){ 0, 0 };
	if (is_blank(text, length))
		return CONSUMER_NOTHING;
	object = json_parse(text, length, err);
	if (!json_is_object(object)) {
		if (object != NULL)
			error_set(err, ERROR_FAILED, "%s",
			    _("it is not a JSON object"));
		json_free(object);
		return CONSUMER_FOREIGN;
	}
	ours = object;
	if (consumer->entry != NULL) {
		ours = json_get(object, consumer->entry);
		if (!json_member_find(text, length, consumer->entry,
		    &whole.start, &whole.length)) {
			json_free(object);
			return CONSUMER_NOTHING;
		}
	}
	content = content_of(consumer, ours, login, &why);
	json_free(object);
	if (why.code != ERROR_NONE && content != CONSUMER_FOREIGN) {
		/* Memory ran out on the way: it is not known what it is. */
		consumer_login_release(login);
		content = CONSUMER_FOREIGN;
	}
	if (why.code != ERROR_NONE && err != NULL)
		*err = why;
	if (span != NULL && content != CONSUMER_NOTHING)
		*span = whole;
	return content;
}

const struct consumer *
consumer_guess(const char *text, size_t length)
{
	/* The plainest form last: others could be taken for it. */
	static const char *const order[] = {
		"codex", "openhands", "opencode", "pi", "litellm"
	};
	struct consumer_login login;
	enum consumer_content content;

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		const struct consumer *consumer = consumer_find(order[i],
		    NULL);

		content = consumer_read(consumer, text, length, &login, NULL,
		    NULL);
		consumer_login_release(&login);
		if (content == CONSUMER_LOGIN || content == CONSUMER_VIEW)
			return consumer;
	}
	return NULL;
}

/* --- Writing ------------------------------------------------------------- */

static int
write_shared(const struct consumer *consumer, const char *old,
    size_t old_length, struct json *entry, struct buffer *out,
    struct consumer_span *span, struct error *err)
{
	struct json *object = NULL;
	int result = -1;

	if (is_blank(old, old_length)) {
		old = "{}\n";
		old_length = strlen(old);
	}
	object = json_parse(old, old_length, NULL);
	if (json_is_object(object))
		result = json_member_set(old, old_length, consumer->entry,
		    entry, out, &span->start, &span->length, err);
	else {
		json_free(entry);
		error_set(err, ERROR_REFUSED,
		    _("the logins of other providers in the file of %s cannot "
		    "be read"), consumer->title);
	}
	json_free(object);
	return result;
}

int
consumer_write(const struct consumer *consumer, const char *old,
    size_t old_length, const struct format_input *input,
    const char *refresh_token, const char *issuer, struct buffer *out,
    struct consumer_span *span, struct error *err)
{
	struct consumer_span ignored;
	struct json *object;

	if (span == NULL)
		span = &ignored;
	object = consumer->make(input, refresh_token != NULL ? refresh_token :
	    "", issuer);
	if (consumer->entry != NULL)
		return write_shared(consumer, old, old_length, object, out,
		    span, err);
	span->start = out->length;
	if (format_print_json(object, out, err) != 0)
		return -1;
	span->length = out->length - span->start;
	return 0;
}

int
consumer_remove(const struct consumer *consumer, const char *old,
    size_t old_length, struct buffer *out, struct error *err)
{
	struct json *object = json_parse(old, old_length, err);

	if (object == NULL)
		return -1;
	json_free(object);
	json_member_remove(old, old_length, consumer->entry, out);
	return buffer_ok(out, err) ? 0 : -1;
}
