/*
 * usage: a status in the first line, then the backend's answer; and the same
 * facts in a line of ours say the same.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "fuzz.h"
#include "oauth/usage.h"

#define NOW INT64_C(1795435200)

static void
check_window(const struct usage_window *window)
{
	char text[TIME_TEXT_SIZE];

	CHECK(strlen(window->limit) <= USAGE_TEXT_MAX);
	CHECK(strlen(window->label) <= USAGE_LABEL_MAX);
	CHECK((window->label[0] != '\0') == (window->seconds > 0));
	CHECK(window->percent >= USAGE_UNKNOWN && window->percent <= 9999);
	CHECK(window->seconds > 0 || window->seconds == USAGE_UNKNOWN);
	time_format(text, window->resets_at);
	CHECK(text[0] != '\0');
}

static void
check_same(const struct usage *a, const struct usage *b)
{
	CHECK(strcmp(a->plan, b->plan) == 0);
	CHECK(a->windows == b->windows);
	for (size_t i = 0; i < a->windows; i++) {
		const struct usage_window *x = &a->window[i];
		const struct usage_window *y = &b->window[i];

		CHECK(strcmp(x->limit, y->limit) == 0);
		CHECK(strcmp(x->label, y->label) == 0);
		CHECK(x->percent == y->percent);
		CHECK(x->seconds == y->seconds);
		CHECK(x->resets_at == y->resets_at);
	}
	CHECK(a->limit_reached == b->limit_reached);
	CHECK(a->credits == b->credits);
	if (!a->credits)
		return;
	CHECK(a->has_credits == b->has_credits);
	CHECK(a->unlimited == b->unlimited);
	CHECK(strcmp(a->balance, b->balance) == 0);
}

static void
check_line(const struct usage *usage)
{
	struct json *json = json_object();
	struct buffer text = BUFFER_INIT;
	struct usage back;

	usage_put(json, usage);
	CHECK(json_print(json, JSON_LINE, &text, NULL) == 0);
	json = fuzz_check_json(&text);
	CHECK(usage_get(json, &back) == 0);
	check_same(usage, &back);
	json_free(json);
	buffer_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;
	long status = fuzz_number(&input);
	struct usage usage;

	buffer_add(&body, input.data, input.left);
	if (usage_read(status, &body, status % 3, NOW, &usage, &err) == 0) {
		CHECK(usage.windows <= USAGE_WINDOWS_MAX);
		for (size_t i = 0; i < usage.windows; i++)
			check_window(&usage.window[i]);
		check_line(&usage);
	} else
		fuzz_check_error(&err);
	buffer_release(&body);
	return 0;
}
