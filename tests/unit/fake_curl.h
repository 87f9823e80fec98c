/*
 * A libcurl that sends nothing, for tests/unit/test_http.c: it notes what it is
 * told, and answers as it is told.
 */
#ifndef FAKE_CURL_H
#define FAKE_CURL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "scarce.h"	/* which is not for libcurl's own */

/* Macros that look at the types of arguments. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

#define FAKE_OPTIONS 64

static struct {
	/* What is answered. */
	CURLcode result;
	const char *detail;	/* the text of an error; NULL: none */
	const char *const *headers;	/* up to a NULL */
	const char *const *parts;	/* of the body, up to a NULL */
	long status, sent;
	curl_off_t secured;
	/* What fails. */
	CURLoption refused;	/* this option; 0: none */
	bool no_handle, no_global, no_escape;
	int appends;		/* headers that are taken; -1: all */
	/* What was told. */
	CURLoption option[FAKE_OPTIONS];
	int options;
	char url[256], body_sent[256], ca[256], proxy[256];
	char header_sent[8][256];
	int headers_sent;
	bool get;
	/* What is to be called. */
	char *error;
	size_t (*on_body)(char *, size_t, size_t, void *);
	size_t (*on_header)(char *, size_t, size_t, void *);
	int (*on_progress)(void *, curl_off_t, curl_off_t, curl_off_t,
	    curl_off_t);
	void *context;
	const struct curl_slist *list;
} fake;

static void
copy(char to[256], const char *text)
{
	snprintf(to, 256, "%s", text == NULL ? "(null)" : text);
}

static void
take_text(CURLoption option, char *text)
{
	if (option == CURLOPT_URL)
		copy(fake.url, text);
	else if (option == CURLOPT_POSTFIELDS)
		copy(fake.body_sent, text);
	else if (option == CURLOPT_CAINFO)
		copy(fake.ca, text);
	else if (option == CURLOPT_PROXY)
		copy(fake.proxy, text);
	else if (option == CURLOPT_ERRORBUFFER)
		fake.error = text;
}

CURLcode
curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	va_list args;

	(void)curl;
	if (fake.options < FAKE_OPTIONS)
		fake.option[fake.options++] = option;
	va_start(args, option);
	if (option == CURLOPT_WRITEFUNCTION)
		fake.on_body = va_arg(args, curl_write_callback);
	else if (option == CURLOPT_HEADERFUNCTION)
		fake.on_header = va_arg(args, curl_write_callback);
	else if (option == CURLOPT_XFERINFOFUNCTION)
		fake.on_progress = va_arg(args, curl_xferinfo_callback);
	else if (option == CURLOPT_WRITEDATA)
		fake.context = va_arg(args, void *);
	else if (option == CURLOPT_HTTPHEADER)
		fake.list = va_arg(args, const struct curl_slist *);
	else if (option == CURLOPT_HTTPGET)
		fake.get = true;
	else if (option >= CURLOPTTYPE_OBJECTPOINT &&
	    option < CURLOPTTYPE_FUNCTIONPOINT)
		take_text(option, va_arg(args, char *));
	va_end(args);
	return option == fake.refused ? CURLE_UNKNOWN_OPTION : CURLE_OK;
}

CURLcode
curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
	va_list args;

	(void)curl;
	va_start(args, info);
	if (info == CURLINFO_RESPONSE_CODE)
		*va_arg(args, long *) = fake.status;
	else if (info == CURLINFO_REQUEST_SIZE)
		*va_arg(args, long *) = fake.sent;
	else
		*va_arg(args, curl_off_t *) = fake.secured;
	va_end(args);
	return CURLE_OK;
}

/* Gives one part, as libcurl does, in memory of its own. */
static CURLcode
give(size_t (*to)(char *, size_t, size_t, void *), const char *text)
{
	size_t n = strlen(text), taken;
	char *part = __real_malloc(n + 1);

	memcpy(part, text, n + 1);
	taken = to(part, 1, n, fake.context);
	free(part);
	return taken == n ? CURLE_OK : CURLE_WRITE_ERROR;
}

CURLcode
curl_easy_perform(CURL *curl)
{
	CURLcode result = CURLE_OK;

	(void)curl;
	for (const struct curl_slist *i = fake.list; i != NULL; i = i->next)
		copy(fake.header_sent[fake.headers_sent++], i->data);
	if (fake.detail != NULL)
		snprintf(fake.error, CURL_ERROR_SIZE, "%s", fake.detail);
	if (fake.on_progress(fake.context, 0, 0, 0, 0) != 0)
		return CURLE_ABORTED_BY_CALLBACK;
	for (const char *const *i = fake.headers; i != NULL && *i != NULL &&
	    result == CURLE_OK; i++)
		result = give(fake.on_header, *i);
	for (const char *const *i = fake.parts; i != NULL && *i != NULL &&
	    result == CURLE_OK; i++)
		result = give(fake.on_body, *i);
	return result != CURLE_OK ? result : fake.result;
}

CURLcode
curl_global_init(long flags)
{
	(void)flags;
	return fake.no_global ? CURLE_FAILED_INIT : CURLE_OK;
}

void
curl_global_cleanup(void)
{
}

CURL *
curl_easy_init(void)
{
	static char handle;

	return fake.no_handle ? NULL : &handle;
}

void
curl_easy_cleanup(CURL *curl)
{
	(void)curl;
}

const char *
curl_easy_strerror(CURLcode code)
{
	(void)code;
	return "a libcurl error";
}

struct curl_slist *
curl_slist_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *last = list, *one;

	if (fake.appends >= 0 && fake.appends-- == 0)
		return NULL;
	one = __real_calloc(1, sizeof *one);
	one->data = __real_strdup(text);
	while (last != NULL && last->next != NULL)
		last = last->next;
	if (last == NULL)
		return one;
	last->next = one;
	return list;
}

void
curl_slist_free_all(struct curl_slist *list)
{
	while (list != NULL) {
		struct curl_slist *next = list->next;

		free(list->data);
		free(list);
		list = next;
	}
}

char *
curl_easy_escape(CURL *curl, const char *text, int length)
{
	char *out = fake.no_escape ? NULL : calloc(1, (size_t)length * 3 + 1);

	(void)curl;
	for (int i = 0, n = 0; out != NULL && i < length; i++)
		n += sprintf(out + n, text[i] == '&' || text[i] == ' ' ?
		    "%%%02X" : "%c", (unsigned int)text[i]);
	return out;
}

void
curl_free(void *memory)
{
	free(memory);
}

curl_version_info_data *
curl_version_info(CURLversion version)
{
	static curl_version_info_data info;

	(void)version;
	info.cainfo = "/etc/ssl/certs/ca-certificates.crt";
	info.capath = NULL;
	return &info;
}

#endif
