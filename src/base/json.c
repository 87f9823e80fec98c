#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"

#define DEPTH_MAX 32
#define MEMBERS_MAX 512
#define INTEGER_MAX 9007199254740992.0	/* 2^53: doubles hold these */

/* `struct json` is cJSON under another name; only this file knows. */
#define NODE(json) ((cJSON *)(void *)(json))
#define CNODE(json) ((const cJSON *)(const void *)(json))
#define JSON(node) ((struct json *)(void *)(node))

/* cJSON says of a text only that it was not understood. That there was no
 * memory for it is another thing: nobody gives up a login because of that. Its
 * hooks know of no caller, so this is the one variable that we have. */
static _Thread_local bool ran_out;

static void *
allocate(size_t size)
{
	void *memory = secret_allocate(size);

	ran_out |= memory == NULL;
	return memory;
}

void
json_init(void)
{
	cJSON_Hooks hooks = { allocate, secret_release };

	cJSON_InitHooks(&hooks);
}

/* Goes behind the string that starts at @p, a quotation mark; NULL if there is
 * something in it that we do not take. The text ends in a NUL at @end. */
static const char *
skip_string(const char *p, const char *end)
{
	uint32_t c;
	size_t n;

	p++;
	p += text_plain_span(p, (size_t)(end - p));
	for (; *p != '"'; p++) {
		if ((unsigned char)*p >= 0x80) {
			n = text_decode(p, (size_t)(end - p), &c);
			if (n == 0)
				return NULL;
			p += n - 1;
		} else if ((unsigned char)*p < 0x20)
			return NULL;
		else if (*p == '\\') {
			p++;
			if (*p == '\0' || strncmp(p, "u0000", 5) == 0)
				return NULL;
		}
	}
	return p + 1;
}

/* Goes behind the number that starts at @p (RFC 8259 section 6); NULL if it is
 * none. */
static const char *
skip_number(const char *p)
{
	static const char digits[] = "0123456789";
	size_t n;

	p += *p == '-';
	n = strspn(p, digits);
	if (n == 0 || (n > 1 && *p == '0'))
		return NULL;
	p += n;
	if (*p == '.') {
		n = strspn(p + 1, digits);
		if (n == 0)
			return NULL;
		p += 1 + n;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		n = strspn(p, digits);
		if (n == 0)
			return NULL;
		p += n;
	}
	return p;
}

/* What cJSON would accept and we do not, as far as the text alone shows it. */
static bool
text_is_acceptable(const char *data, size_t length)
{
	const char *p = data;
	int depth = 0;

	if (strlen(data) != length)
		return false;
	while (p != NULL && *p != '\0') {
		if (*p == '"')
			p = skip_string(p, data + length);
		else if (*p == '-' || *p == '.' || (*p >= '0' && *p <= '9'))
			p = skip_number(p);
		else if (*p == '{' || *p == '[') {
			if (++depth > DEPTH_MAX)
				return false;
			p++;
		} else if (*p == '}' || *p == ']') {
			depth--;
			p++;
		} else if (strchr(" \t\r\n,:", *p) != NULL ||
		    (*p >= 'a' && *p <= 'z'))
			p++;	/* cJSON sees to the words and the order */
		else
			return false;
	}
	return p != NULL;
}

/* False if an object below @node has a key twice, or too many. */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX ends it. */
keys_are_unique(const cJSON *node)
{
	const cJSON *child, *other;
	int count = 0;

	cJSON_ArrayForEach(child, node) {
		if (cJSON_IsObject(node)) {
			if (++count > MEMBERS_MAX)
				return false;
			for (other = child->next; other != NULL;
			    other = other->next)
				if (strcmp(child->string, other->string) == 0)
					return false;
		}
		if (!keys_are_unique(child))
			return false;
	}
	return true;
}

struct json *
json_parse(const char *data, size_t length, struct error *err)
{
	cJSON *node = NULL;
	char *copy;

	/* Ends in a NUL, which is what "nothing may follow" means to cJSON. */
	copy = secret_allocate(length + 1);
	if (copy == NULL) {
		error_no_memory(err);
		return NULL;
	}
	memcpy(copy, data, length);
	copy[length] = '\0';
	ran_out = false;
	if (text_is_acceptable(copy, length))
		node = cJSON_ParseWithLengthOpts(copy, length + 1, NULL, 1);
	secret_release(copy);
	if (node != NULL && !keys_are_unique(node)) {
		cJSON_Delete(node);
		node = NULL;
	}
	if (node == NULL && ran_out)
		error_no_memory(err);
	else if (node == NULL)
		error_set(err, ERROR_FAILED, "%s", _("not valid JSON"));
	return JSON(node);
}

void
json_free(struct json *json)
{
	cJSON_Delete(NODE(json));
}

const struct json *
json_get(const struct json *object, const char *key)
{
	if (!cJSON_IsObject(CNODE(object)))
		return NULL;
	return JSON(cJSON_GetObjectItemCaseSensitive(CNODE(object), key));
}

const char *
json_string(const struct json *object, const char *key)
{
	return cJSON_GetStringValue(CNODE(json_get(object, key)));
}

bool
json_is_absent(const struct json *object, const char *key)
{
	const cJSON *node = CNODE(json_get(object, key));

	return node == NULL || cJSON_IsNull(node);
}

bool
json_bool(const struct json *object, const char *key)
{
	return cJSON_IsTrue(CNODE(json_get(object, key)));
}

bool
json_is_object(const struct json *json)
{
	return cJSON_IsObject(CNODE(json));
}

bool
json_is_null(const struct json *json)
{
	return cJSON_IsNull(CNODE(json));
}

const struct json *
json_first(const struct json *json)
{
	return json == NULL ? NULL : JSON(CNODE(json)->child);
}

const struct json *
json_next(const struct json *member)
{
	return JSON(CNODE(member)->next);
}

int
json_integer(const struct json *object, const char *key, int64_t *value)
{
	const cJSON *node = CNODE(json_get(object, key));
	double d;

	if (node == NULL || !cJSON_IsNumber(node))
		return -1;
	d = node->valuedouble;
	if (!(d >= -INTEGER_MAX && d <= INTEGER_MAX) ||
	    d != (double)(int64_t)d)
		return -1;
	*value = (int64_t)d;
	return 0;
}

int
json_number(const struct json *object, const char *key, double *value)
{
	const cJSON *node = CNODE(json_get(object, key));

	/* 1e999 is infinite here. */
	if (node == NULL || !cJSON_IsNumber(node) ||
	    !isfinite(node->valuedouble))
		return -1;
	*value = node->valuedouble;
	return 0;
}

int
json_integer_liberal(const struct json *object, const char *key, int64_t *value)
{
	const char *text = json_string(object, key);
	size_t n;

	if (text == NULL)
		return json_integer(object, key, value);
	n = strspn(text, "0123456789");
	if (n == 0 || n > 15 || text[n] != '\0')
		return -1;
	*value = strtoll(text, NULL, 10);
	return 0;
}

/*
 * A failed addition is noted in the parent, in a field that cJSON does not
 * use for objects and arrays, and found again by json_print().
 */
#define FAILED (-1)

static cJSON *
attach(struct json *parent, const char *key, cJSON *child)
{
	cJSON *node = NODE(parent);
	bool ok;

	if (node == NULL || child == NULL)
		ok = false;
	else if (key != NULL)
		ok = cJSON_AddItemToObject(node, key, child);
	else
		ok = cJSON_AddItemToArray(node, child);
	if (ok)
		return child;
	cJSON_Delete(child);
	if (node != NULL)
		node->valueint = FAILED;
	return NULL;
}

static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as we build them. */
is_whole(const cJSON *node)
{
	const cJSON *child;

	if (!cJSON_IsObject(node) && !cJSON_IsArray(node))
		return true;
	if (node->valueint == FAILED)
		return false;
	cJSON_ArrayForEach(child, node)
		if (!is_whole(child))
			return false;
	return true;
}

struct json *
json_object(void)
{
	return JSON(cJSON_CreateObject());
}

void
json_set_string(struct json *object, const char *key, const char *value)
{
	attach(object, key,
	    value == NULL ? cJSON_CreateNull() : cJSON_CreateString(value));
}

void
json_set_buffer(struct json *object, const char *key,
    const struct buffer *value)
{
	attach(object, key,
	    value->failed ? NULL : cJSON_CreateString(value->data));
}

void
json_set_integer(struct json *object, const char *key, int64_t value)
{
	char text[24];

	/* cJSON writes 10^15 as 1e+15, which not every reader takes for an
	 * integer. */
	snprintf(text, sizeof text, "%" PRId64, value);
	attach(object, key, cJSON_CreateRaw(text));
}

void
json_set_bool(struct json *object, const char *key, bool value)
{
	attach(object, key, cJSON_CreateBool(value));
}

void
json_set_null(struct json *object, const char *key)
{
	attach(object, key, cJSON_CreateNull());
}

struct json *
json_set_object(struct json *object, const char *key)
{
	return JSON(attach(object, key, cJSON_CreateObject()));
}

struct json *
json_set_array(struct json *object, const char *key)
{
	return JSON(attach(object, key, cJSON_CreateArray()));
}

struct json *
json_append_object(struct json *array)
{
	return JSON(attach(array, NULL, cJSON_CreateObject()));
}

void
json_append_string(struct json *array, const char *value)
{
	attach(array, NULL, cJSON_CreateString(value));
}

void
json_keep(struct json *object, struct json *old)
{
	cJSON *child, *next;

	if (!json_is_object(object) || !json_is_object(old))
		return;
	for (child = NODE(old)->child; child != NULL; child = next) {
		next = child->next;
		if (json_get(object, child->string) != NULL)
			continue;
		cJSON_DetachItemViaPointer(NODE(old), child);
		attach(object, child->string, child);
	}
}

/* Appends the \u escape of the character at @text; returns its bytes. What is
 * no UTF-8 (a name in some other encoding) becomes U+FFFD. */
static size_t
add_escaped(struct buffer *out, const char *text)
{
	uint32_t c;
	size_t n = text_decode(text, strlen(text), &c);

	if (n == 0) {
		c = 0xfffd;
		n = 1;
	}
	if (c > 0xffff) {
		c -= 0x10000;
		buffer_addf(out, "\\u%04x", 0xd800 + (c >> 10));
		c = 0xdc00 + (c & 0x3ff);
	}
	buffer_addf(out, "\\u%04x", c);
	return n;
}

/* cJSON's text to ours: tabs, which stand only between tokens, become spaces,
 * and what is not printable ASCII is escaped. */
static void
add_ascii(struct buffer *out, const char *text)
{
	bool line_start = true;
	size_t n;

	for (; *text != '\0'; text += n) {
		n = 1;
		if (*text == '\t')
			buffer_add_string(out, line_start ? "  " : " ");
		else if ((unsigned char)*text >= 0x7f)
			n = add_escaped(out, text);
		else {
			buffer_add_char(out, *text);
			line_start = *text == '\n';
		}
	}
}

int
json_print(struct json *json, enum json_style style, struct buffer *out,
    struct error *err)
{
	const cJSON *node = CNODE(json);
	char *text = NULL;

	if (node != NULL && is_whole(node))
		text = style == JSON_PRETTY ? cJSON_Print(node) :
		    cJSON_PrintUnformatted(node);
	json_free(json);
	if (text == NULL)
		return error_no_memory(err);
	add_ascii(out, text);
	cJSON_free(text);
	return buffer_ok(out, err) ? 0 : -1;
}
