/*
 * trusted, here: which files in directories are believed, and which are not
 * even read.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/here.h"
#include "storage/trusted.h"
#include "temp_store.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static void
put(const char *dir, const void *text, size_t length, mode_t mode)
{
	char file[256];
	int fd;

	snprintf(file, sizeof file, "%s%s/" HERE_FILE, path, dir);
	unlink(file);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
put_name(const char *dir, const char *name)
{
	put(dir, name, strlen(name), 0644);
}

static void
make_dir(const char *name)
{
	char dir[256];

	snprintf(dir, sizeof dir, "%s%s", path, name);
	assert_int_equal(mkdir(dir, 0755), 0);
}

static void
enter(const char *name)
{
	char dir[256];

	snprintf(dir, sizeof dir, "%s%s", path, name);
	assert_int_equal(chdir(dir), 0);
}

static int
leave(void **state)
{
	assert_int_equal(chdir("/"), 0);
	return close_store(state);
}

/* --- Files that may stand there ------------------------------------------- */

static void
one_line_with_a_name(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *name;	/* NULL: refused */
	} table[] = {
		{ "work\n", 5, "work" },
		{ "work", 4, "work" },
		{ "acme/client-x\n", 14, "acme/client-x" },
		{ "", 0, NULL },
		{ "\n", 1, NULL },
		{ "work\n\n", 6, NULL },
		{ "work\nhome\n", 10, NULL },
		{ "work\r\n", 6, NULL },
		{ " work\n", 6, NULL },
		{ "work \n", 6, NULL },
		{ "wo\0rk\n", 6, NULL },
		{ "wo\033[2Jrk\n", 9, NULL },
		{ "../work\n", 8, NULL },
		{ "a/b/c\n", 6, NULL },
		{ "--store\n", 8, NULL },
		{ "w\xc3\xb6rk\n", 6, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct error err = ERROR_INIT;
		struct here here;
		int found;

		put("", table[i].text, table[i].length, 0644);
		found = here_find(path, &here, &err);
		if (found != (table[i].name == NULL ? -1 : 1))
			fail_msg("%zu: %d", i, found);
		if (table[i].name != NULL)
			assert_string_equal(here.name, table[i].name);
		else {
			assert_int_equal(err.code, ERROR_REFUSED);
			assert_non_null(strstr(err.text, "one line"));
		}
		here_release(&here);
	}
}

static void
refused(const char *says)
{
	struct error err = ERROR_INIT;
	struct here here;

	assert_int_equal(here_find(path, &here, &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	if (strstr(err.text, says) == NULL)
		fail_msg("%s: %s", says, err.text);
	here_release(&here);
}

static void
what_others_can_write_or_is_no_file_is_refused(void **state)
{
	char file[256], elsewhere[256], large[2000];

	(void)state;
	snprintf(file, sizeof file, "%s/" HERE_FILE, path);
	snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", path);
	put("", "work\n", 5, 0664);
	refused("written by others");
	put("", "work\n", 5, 0646);
	refused("written by others");
	memset(large, 'w', sizeof large);
	put("", large, sizeof large, 0644);
	refused("larger than 1 KiB");
	put("", large, 200, 0644);
	refused("one line");
	put_name("", "work\n");
	assert_int_equal(rename(file, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, file), 0);
	refused("a symbolic link");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	refused("a fifo");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	refused("a directory");
}

static void
of_another_user_is_refused(void **state)
{
	char file[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(file, sizeof file, "%s/" HERE_FILE, path);
	put_name("", "work\n");
	assert_int_equal(chown(file, 12345, 0), 0);
	refused("another user (uid 12345)");
}

/* --- Which one ------------------------------------------------------------ */

static void
the_nearest_one_counts(void **state)
{
	struct here here;

	(void)state;
	make_dir("/a");
	make_dir("/a/b");
	put_name("", "work\n");
	enter("/a/b");
	assert_int_equal(here_find(NULL, &here, NULL), 1);
	assert_string_equal(here.name, "work");
	here_release(&here);
	put_name("/a", "home\n");
	assert_int_equal(here_find(NULL, &here, NULL), 1);
	assert_string_equal(here.name, "home");
	here_release(&here);
	/* One that is refused hides those above it. */
	put("/a/b", "work\n", 5, 0666);
	assert_int_equal(here_find(NULL, &here, NULL), -1);
	here_release(&here);
	/* A directory that is named has one or has none. */
	assert_int_equal(here_find(".", &here, NULL), -1);
	here_release(&here);
	assert_int_equal(here_find("..", &here, NULL), 1);
	here_release(&here);
}

static void
none_above_home(void **state)
{
	char home[256];
	struct here here;

	(void)state;
	make_dir("/a");
	make_dir("/a/b");
	put_name("", "work\n");
	snprintf(home, sizeof home, "%s/a", path);
	setenv("HOME", home, 1);
	enter("/a/b");
	assert_int_equal(here_find(NULL, &here, NULL), 0);
	here_release(&here);
	put_name("/a", "home\n");
	assert_int_equal(here_find(NULL, &here, NULL), 1);
	here_release(&here);
	unsetenv("HOME");
}

/* --- Trust ---------------------------------------------------------------- */

static int
choose(char name[STORE_NAME_MAX + 1], struct error *err)
{
	struct app app = { .store = store };
	struct buffer from = BUFFER_INIT;
	int result = here_choose(&app, name, &from, err);

	if (result == 1)
		assert_non_null(strstr(from.data, HERE_FILE));
	buffer_release(&from);
	return result;
}

static void
trust(const char *dir)
{
	struct app app = { .store = store };
	struct error err = ERROR_INIT;
	struct here here;

	if (here_trust(&app, dir, &here, &err) != 0)
		fail_msg("%s", err.text);
	here_release(&here);
}

static void
believed_once_it_is_trusted_and_as_it_was(void **state)
{
	char name[STORE_NAME_MAX + 1];
	struct error err = ERROR_INIT;

	(void)state;
	make_dir("/a");
	put_name("/a", "work\n");
	enter("/a");
	assert_int_equal(choose(name, &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "would make 'work'"));
	assert_non_null(strstr(err.text, "never trusted"));
	assert_non_null(strstr(err.step, "chatelaine trust "));
	trust(NULL);
	assert_int_equal(choose(name, &err), 1);
	assert_string_equal(name, "work");
	/* Other content, then the same again. */
	put_name("/a", "home\n");
	assert_int_equal(choose(name, &err), -1);
	assert_non_null(strstr(err.text, "not what it was"));
	assert_non_null(strstr(err.text, "'home'"));
	put_name("/a", "work\n");
	assert_int_equal(choose(name, &err), 1);
	put_name("/a", "home\n");
	trust(".");
	assert_int_equal(choose(name, &err), 1);
	assert_string_equal(name, "home");
}

static void
trust_is_of_one_place_and_one_owner(void **state)
{
	char digest[DIGEST_SIZE], other[DIGEST_SIZE];
	enum trusted trusted;

	(void)state;
	digest_text(digest, "work\n", 5);
	digest_text(other, "home\n", 5);
	assert_int_equal(trusted_look(store, "/x", 1, digest, &trusted, NULL),
	    0);
	assert_int_equal(trusted, TRUSTED_NEVER);
	assert_int_equal(trusted_save(store, "/x", 1, digest, NULL), 0);
	assert_int_equal(trusted_look(store, "/x", 1, digest, &trusted, NULL),
	    0);
	assert_int_equal(trusted, TRUSTED_AS_IT_IS);
	assert_int_equal(trusted_look(store, "/y", 1, digest, &trusted, NULL),
	    0);
	assert_int_equal(trusted, TRUSTED_NEVER);
	assert_int_equal(trusted_look(store, "/x", 0, digest, &trusted, NULL),
	    0);
	assert_int_equal(trusted, TRUSTED_CHANGED);
	assert_int_equal(trusted_look(store, "/x", 1, other, &trusted, NULL),
	    0);
	assert_int_equal(trusted, TRUSTED_CHANGED);
}

static void
a_record_that_is_damaged_is_no_trust(void **state)
{
	char digest[DIGEST_SIZE], name[DIGEST_SIZE], file[256], no_owner[256];
	const char *const parts[] = { "{\"schema\":1,\"uid\":1}", no_owner };
	enum trusted trusted;
	int fd;

	(void)state;
	digest_text(digest, "work\n", 5);
	digest_text(name, "/x", 2);
	snprintf(no_owner, sizeof no_owner, "{\"schema\":1,\"digest\":\"%s\"}",
	    digest);
	assert_int_equal(trusted_save(store, "/x", 1, digest, NULL), 0);
	snprintf(file, sizeof file, "%s/.chatelaine/trusted/%s", path, name);
	fd = open(file, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(trusted_look(store, "/x", 1, digest, &trusted, NULL),
	    -1);
	assert_int_not_equal(trusted, TRUSTED_AS_IT_IS);
	for (size_t i = 0; i < COUNT(parts); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, parts[i], strlen(parts[i]), 0),
		    (ssize_t)strlen(parts[i]));
		assert_int_equal(trusted_look(store, "/x", 1, digest, &trusted,
		    NULL), 0);
		assert_int_equal(trusted, TRUSTED_CHANGED);
	}
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_line_with_a_name),
		TEST(what_others_can_write_or_is_no_file_is_refused),
		TEST(of_another_user_is_refused),
		TEST(the_nearest_one_counts),
		TEST(none_above_home),
		TEST(believed_once_it_is_trusted_and_as_it_was),
		TEST(trust_is_of_one_place_and_one_owner),
		TEST(a_record_that_is_damaged_is_no_trust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
