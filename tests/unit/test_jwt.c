/*
 * jwt: whose login it is, by what its tokens say.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/json.h"
#include "oauth/jwt.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static int
start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

#define AUTH "\"https://api.openai.com/auth\":"
#define IDS "\"chatgpt_user_id\":\"u\",\"chatgpt_account_id\":\"a\""

/* A JWT with these claims; the caller frees it. */
static char *
jwt(const char *claims)
{
	struct buffer text = BUFFER_INIT;

	buffer_add_string(&text, "e30.");
	base64_encode(&text, claims, strlen(claims));
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] == '+' || text.data[i] == '/')
			text.data[i] = text.data[i] == '+' ? '-' : '_';
	while (text.data[text.length - 1] == '=')
		text.data[--text.length] = '\0';
	buffer_add_string(&text, ".c2ln");
	return buffer_detach(&text, NULL);
}

/* "" stands for NULL. */
static void
check(const char *text, const char *expected)
{
	assert_string_equal(text == NULL ? "" : text, expected);
}

static void
claims_are_read(void **state)
{
	static const struct {
		const char *access, *id;	/* claims; NULL: no token */
		const char *user, *email, *plan;
		int64_t expires_at;
	} table[] = {
		{ "{" AUTH "{" IDS ",\"chatgpt_plan_type\":\"plus\"},"
		    "\"exp\":1800000000}", NULL, "u", "", "plus",
		    1800000000 },
		{ "{" AUTH "{\"user_id\":\"fallback\","
		    "\"chatgpt_account_id\":\"a\"}}", NULL, "fallback", "",
		    "", 0 },
		{ "{" AUTH "{" IDS ",\"user_id\":\"other\"}}", NULL, "u", "",
		    "", 0 },
		{ "{" AUTH "{" IDS "},\"email\":\"top@x\"}",
		    "{\"email\":\"id@x\"}", "u", "top@x", "", 0 },
		{ "{" AUTH "{" IDS "},\"https://api.openai.com/profile\":"
		    "{\"email\":\"profile@x\"}}", NULL, "u", "profile@x", "",
		    0 },
		{ "{" AUTH "{" IDS "}}", "{\"email\":\"id@x\"}", "u", "id@x",
		    "", 0 },
		{ "{" AUTH "{" IDS "},\"email\":\"\"}",
		    "{\"email\":\"id@x\"}", "u", "id@x", "", 0 },
		{ "{" AUTH "{" IDS "}}", "[]", "u", "", "", 0 },
		{ "{" AUTH "{" IDS "},\"exp\":-5}", NULL, "u", "", "", 0 },
		{ "{" AUTH "{" IDS "},\"exp\":253402300800}", NULL, "u", "",
		    "", 0 },
		{ "{" AUTH "{" IDS ",\"chatgpt_plan_type\":\"\"}}",
		    "{\"email\":\"\"}", "u", "", "", 0 },
		{ "{" AUTH "{" IDS "},\"exp\":\"soon\"}", NULL, "u", "", "",
		    0 },
		{ "{" AUTH "{" IDS "},\"email\":5}", NULL, "u", "", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char *access = jwt(table[i].access);
		char *id = table[i].id == NULL ? NULL : jwt(table[i].id);
		struct identity identity;

		assert_int_equal(identity_read(&identity, access, id, NULL),
		    0);
		check(identity.user_id, table[i].user);
		check(identity.account_id, "a");
		check(identity.email, table[i].email);
		check(identity.plan, table[i].plan);
		assert_int_equal(identity.expires_at, table[i].expires_at);
		identity_release(&identity);
		assert_null(identity.user_id);
		free(access);
		free(id);
	}
}

static void
time_of_issue_is_read(void **state)
{
	char *access = jwt("{" AUTH "{" IDS "},\"iat\":1799000000}");
	struct identity identity;

	(void)state;
	assert_int_equal(identity_read(&identity, access, NULL, NULL), 0);
	assert_int_equal(identity.issued_at, 1799000000);
	assert_int_equal(identity.expires_at, 0);
	identity_release(&identity);
	free(access);
}

static void
claims_that_name_nobody(void **state)
{
	static const char *const table[] = {
		"", "{}", "[]", "{" AUTH "5}", "{" AUTH "{}}",
		"{" AUTH "{\"chatgpt_user_id\":\"u\"}}",
		"{" AUTH "{\"chatgpt_account_id\":\"a\"}}",
		"{" AUTH "{\"chatgpt_user_id\":\"u\","
		    "\"chatgpt_account_id\":\"\"}}",
		"{" AUTH "{\"chatgpt_user_id\":5,"
		    "\"chatgpt_account_id\":\"a\"}}",
		"{" IDS "}",
		"{" AUTH "{" IDS "," IDS "}}",
		"{" AUTH "{" IDS "}",
		/* Ids go into headers. */
		"{" AUTH "{\"chatgpt_user_id\":\"u\","
		    "\"chatgpt_account_id\":\"a\\r\\nX: y\"}}",
		"{" AUTH "{\"chatgpt_user_id\":\"u v\","
		    "\"chatgpt_account_id\":\"a\"}}",
		"{" AUTH "{\"chatgpt_user_id\":\"\\u00fc\","
		    "\"chatgpt_account_id\":\"a\"}}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char *access = jwt(table[i]);
		struct identity identity;
		struct error err;

		if (identity_read(&identity, access, NULL, &err) == 0)
			fail_msg("taken: %s", table[i]);
		assert_int_equal(err.code, ERROR_FAILED);
		identity_release(&identity);
		free(access);
	}
}

static void
what_is_no_jwt(void **state)
{
	static const char *const table[] = {
		"", ".", "..", "...", "a", "a.b", "a.e30", ".e30.c", "a..c",
		"a.e30.", "a.e30.c.d", "a.e30=.c", "a.!!.c", "a.e3.c",
		"sk-proj-abc",
	};
	struct identity identity;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		assert_int_equal(identity_read(&identity, table[i], NULL,
		    NULL), -1);
		identity_release(&identity);
	}
	assert_int_equal(identity_read(&identity, NULL, NULL, NULL), -1);
	identity_release(&identity);
}

static void
claims_have_a_size(void **state)
{
	struct buffer token = BUFFER_INIT;
	struct identity identity;

	(void)state;
	buffer_add_string(&token, "a.");
	for (int i = 0; i < 65537; i++)
		buffer_add_char(&token, 'a');
	buffer_add_string(&token, ".c");
	assert_int_equal(identity_read(&identity, token.data, NULL, NULL),
	    -1);
	identity_release(&identity);
	buffer_release(&token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_read),
		cmocka_unit_test(time_of_issue_is_read),
		cmocka_unit_test(claims_that_name_nobody),
		cmocka_unit_test(what_is_no_jwt),
		cmocka_unit_test(claims_have_a_size),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
