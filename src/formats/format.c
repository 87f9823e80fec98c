#include "config.h"

#include <sys/utsname.h>

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "formats/format.h"

#define MODEL_MAX ((size_t)100)
#define MODEL_PREFIX "openai/"

const struct format formats[] = {
	{
		.name = "openhands-llm",
		.summary = N_("LLM as JSON, token included"),
		.file = "llm.json",
		.secret = true, .takes_model = true,
		.print = format_openhands_llm,
	},
	{
		.name = "openhands-settings",
		.summary = N_("LLM settings, no secret"),
		.file = "openhands-settings.json",
		.secret = false, .takes_model = true,
		.print = format_openhands_settings,
	},
	{
		.name = "openhands-python",
		.summary = N_("LLM as Python code"),
		.file = "llm.py",
		.secret = true, .takes_model = true,
		.print = format_openhands_python,
	},
	{
		.name = "openhands-credential",
		.summary = N_("OpenHands' openai_oauth.json"),
		.file = "openai_oauth.json",
		.secret = true, .takes_model = false,
		.print = format_openhands_credential,
	},
	{
		.name = "codex",
		.summary = N_("Codex CLI's auth.json"),
		.file = "auth.json",
		.secret = true, .takes_model = false,
		.print = format_codex,
	},
	{
		.name = "opencode",
		.summary = N_("OpenCode's auth.json"),
		.file = "auth.json",
		.secret = true, .takes_model = false,
		.print = format_opencode,
	},
	{
		.name = "litellm",
		.summary = N_("LiteLLM's auth.json"),
		.file = "auth.json",
		.secret = true, .takes_model = false,
		.print = format_litellm,
	},
	{
		.name = "pi",
		.summary = N_("pi's auth.json"),
		.file = "auth.json",
		.secret = true, .takes_model = false,
		.print = format_pi,
	},
	{
		.name = "env",
		.summary = N_("shell variables LLM_*"),
		.file = "llm.env",
		.secret = true, .takes_model = true,
		.print = format_env,
	},
	{
		.name = "curl",
		.summary = N_("a request for curl, to try it"),
		.file = "request.sh",
		.secret = true, .takes_model = true,
		.print = format_curl,
	},
};

const size_t formats_count = sizeof formats / sizeof formats[0];

const char *const format_models[] = {
	"gpt-5.5", "gpt-5.6", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna",
	"gpt-5.4", "gpt-5.4-mini"
};

const size_t format_models_count =
    sizeof format_models / sizeof format_models[0];

const struct format *
format_find(const char *name, struct error *err)
{
	struct buffer names = BUFFER_INIT;

	for (size_t i = 0; i < formats_count; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	for (size_t i = 0; i < formats_count; i++)
		buffer_addf(&names, "%s%s", i > 0 ? ", " : "",
		    formats[i].name);
	error_set(err, ERROR_USAGE, _("there is no format '%s'; there are: %s"),
	    name, names.data);
	buffer_release(&names);
	return NULL;
}

const char *
format_check_model(const char *model, struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
	const char *name = model;

	if (strncmp(name, MODEL_PREFIX, strlen(MODEL_PREFIX)) == 0)
		name += strlen(MODEL_PREFIX);
	if (*name != '\0' && strlen(name) <= MODEL_MAX &&
	    name[strspn(name, allowed)] == '\0')
		return name;
	error_set(err, ERROR_USAGE,
	    _("'%s' is not the name of a model; they look like %s"), model,
	    format_models[0]);
	return NULL;
}

void
format_user_agent(char agent[FORMAT_AGENT_MAX])
{
	struct utsname system;

	if (uname(&system) != 0)
		strcpy(agent, "openhands-sdk");
	else
		snprintf(agent, FORMAT_AGENT_MAX,
		    "openhands-sdk (%.60s; %.60s)", system.sysname,
		    system.machine);
}

int
format_print_json(struct json *object, struct buffer *out, struct error *err)
{
	if (json_print(object, JSON_PRETTY, out, err) != 0)
		return -1;
	buffer_add_char(out, '\n');
	return buffer_ok(out, err) ? 0 : -1;
}

void
format_set_headers(struct json *headers, const struct format_input *input)
{
	char agent[FORMAT_AGENT_MAX];

	format_user_agent(agent);
	json_set_string(headers, "originator", FORMAT_ORIGINATOR);
	json_set_string(headers, "OpenAI-Beta", FORMAT_BETA);
	json_set_string(headers, "User-Agent", agent);
	if (input->account_id != NULL)
		json_set_string(headers, "chatgpt-account-id",
		    input->account_id);
}
