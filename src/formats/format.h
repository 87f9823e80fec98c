/*
 * format: a login as the programs that use it want to read it.
 *
 * One table. No format carries a refresh token: a program that has none cannot
 * spend it. What each format's file looks like: protocol.md 7 to 10.
 */
#ifndef FORMATS_FORMAT_H
#define FORMATS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

#define FORMAT_BACKEND_DEFAULT "https://chatgpt.com/backend-api"

/* What goes in. The strings belong to the caller; the tokens may be stand-ins
 * where the result is only looked at. */
struct format_input {
	const char *profile;	/* its name */
	const char *access_token;
	const char *id_token;	/* NULL if there is none */
	const char *account_id;	/* NULL if unknown */
	const char *model;	/* without "openai/" */
	const char *backend;	/* FORMAT_BACKEND_DEFAULT or another */
	int64_t expires_at;	/* of the access token */
	int64_t last_refresh;
};

struct format {
	const char *name;	/* as --format takes it */
	const char *summary;	/* N_(): for help and dialog */
	const char *file;	/* the name its consumer looks for */
	bool secret;		/* has the access token in it */
	bool takes_model;
	/* Appends the file's text. 0 or -1. */
	int (*print)(const struct format_input *input, struct buffer *out,
	    struct error *err);
};

/* All formats, in the order in which they are shown. */
extern const struct format formats[];
extern const size_t formats_count;

/* The format of that name; NULL with ERROR_USAGE and the names there are. */
const struct format *format_find(const char *name, struct error *err);

/* The models that a subscription may use (protocol.md 8.2); the first is the
 * default. Others may be named: the list moves. */
extern const char *const format_models[];
extern const size_t format_models_count;

/* @model without a leading "openai/"; ERROR_USAGE (NULL) if it cannot be the
 * name of a model. */
const char *format_check_model(const char *model, struct error *err);

/* The parts that several formats share. */
#define FORMAT_ORIGINATOR "codex_cli_rs"
#define FORMAT_BETA "responses=experimental"
#define FORMAT_AGENT_MAX 256

/* What the OpenHands SDK says of itself: "openhands-sdk (Linux; x86_64)". */
void format_user_agent(char agent[FORMAT_AGENT_MAX]);

struct json;
/* Appends @object, which it frees, as a file: pretty, with a newline. */
int format_print_json(struct json *object, struct buffer *out,
    struct error *err);

/* Sets the headers that requests to the backend carry. */
void format_set_headers(struct json *headers,
    const struct format_input *input);

int format_openhands_llm(const struct format_input *input, struct buffer *out,
    struct error *err);
int format_openhands_settings(const struct format_input *input,
    struct buffer *out, struct error *err);
int format_openhands_python(const struct format_input *input,
    struct buffer *out, struct error *err);
int format_openhands_credential(const struct format_input *input,
    struct buffer *out, struct error *err);
int format_codex(const struct format_input *input, struct buffer *out,
    struct error *err);
int format_opencode(const struct format_input *input, struct buffer *out,
    struct error *err);
int format_litellm(const struct format_input *input, struct buffer *out,
    struct error *err);
int format_pi(const struct format_input *input, struct buffer *out,
    struct error *err);
int format_env(const struct format_input *input, struct buffer *out,
    struct error *err);
int format_curl(const struct format_input *input, struct buffer *out,
    struct error *err);

#endif
