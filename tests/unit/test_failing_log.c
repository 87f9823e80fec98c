/*
 * The audit log, the register of spent tokens, locks and the index, while calls
 * of the C library fail; see failing_store.h.
 */
#include "config.h"

#include "app/intake.h"
#include "app/login.h"
#include "failing_store.h"
#include "storage/index.h"
#include "storage/lock.h"

/* --- What was done -------------------------------------------------------- */

static int
add_line(struct error *err)
{
	return audit_add(store, AUDIT_REFRESH, WORK, "detail", NULL, err);
}

static void
a_line(void)
{
	assert_int_equal(add_line(NULL), 0);
}

static void
half_a_line(void)
{
	int dir = store_make_part(store, ".", NULL);

	a_line();
	assert_int_equal(file_append(dir, "audit.jsonl", "{\"half", 6, NULL),
	    0);
	close(dir);
}

/* That is all: nobody has answered yet. */
static void
only_half_a_line(void)
{
	int dir = store_make_part(store, ".", NULL);

	assert_int_equal(file_append(dir, "audit.jsonl", "{\"half", 6, NULL),
	    0);
	close(dir);
}

/* Killed as its head was written. */
static void
half_a_head(void)
{
	int dir = store_make_part(store, ".", NULL);

	a_line();
	assert_int_equal(file_truncate(dir, "audit.head", 9, NULL), 0);
	close(dir);
}

/* As long as a file gets, in a line that an earlier version wrote. */
static void
a_long_file(void)
{
	static char line[(1 << 20) + 20];
	int dir = store_make_part(store, ".", NULL);

	a_line();
	memset(line, ' ', sizeof line);
	memcpy(line, "{}", 2);
	line[sizeof line - 1] = '\n';
	assert_int_equal(file_append(dir, "audit.jsonl", line, sizeof line,
	    NULL), 0);
	close(dir);
}

static int
load_audit(struct error *err)
{
	struct audit_entry entry;
	struct audit_log log;
	int result = audit_load(store, &log, err);

	for (size_t i = 0; result == 0 && i < log.count; i++) {
		result = audit_entry_read(&log, i, &entry, err);
		if (result == 0)
			buffer_addf(&seen, "%s %s %d\n", entry.event,
			    entry.detail, (int)log.chain.fault);
		audit_entry_release(&entry);
	}
	audit_log_release(&log);
	return result;
}

static int
spend(struct error *err)
{
	char digest[DIGEST_SIZE];

	digest_text(digest, TOKEN "old", strlen(TOKEN "old"));
	return spent_add(store, digest, NOW, err);
}

static void
spent(void)
{
	assert_int_equal(spend(NULL), 0);
}

static int
ask_spent(struct error *err)
{
	int found = spent_find(store, TOKEN "old", NULL, err);

	buffer_addf(&seen, "%d", found);
	return found < 0 ? -1 : 0;
}

/* It was put aside when the file was full. */
static void
spent_and_put_aside(void)
{
	int dir = store_make_part(store, ".", NULL);

	spent();
	assert_int_equal(renameat(dir, SPENT_FILE, dir, SPENT_OLDER), 0);
	close(dir);
}

/* What asks before it sends is never told that it may. */
static int
check_spent(struct error *err)
{
	struct settings settings = {
	    .value[SETTING_CLOCK].text = (char *)"24" };
	const struct app app = { .store = store, .settings = &settings };
	struct error why = ERROR_INIT;

	if (login_check_spent(&app, WORK, TOKEN "old", &why) == 0)
		fail_msg("it would be sent");
	return why.code == ERROR_REFUSED ? 0 : error_give(err, &why);
}

/* Nor does a program's file with it ever count as newer. */
static int
check_file(struct error *err)
{
	const struct look look = { .login = {
	    .refresh_token = (char *)TOKEN "old" } };
	const struct profile profile = { .name = WORK,
	    .damage = (char *)"gone" };
	struct app app = { .store = store };
	int better = intake_is_better(&app, &profile, &look, err);

	if (better > 0)
		fail_msg("it would be taken in");
	return better;
}

static int
lock(struct error *err)
{
	struct error why = ERROR_INIT;
	int fd = lock_take(store, WORK, 0, &why);

	if (fd >= 0)
		close(fd);
	else if (strstr(why.text, "removed as fast") != NULL)
		fail_msg("nobody removes it");
	return fd < 0 ? error_give(err, &why) : 0;
}

static int
ask_lock(struct error *err)
{
	(void)err;
	buffer_addf(&seen, "%d", lock_is_held(store, WORK));
	return 0;
}

/* Somebody has it: this process, with another descriptor. */
static void
locked(void)
{
	static int held = -1;

	if (held >= 0)
		close(held);
	held = lock_take(store, WORK, 0, NULL);
	assert_true(held >= 0);
}

static int
wait_for_lock(struct error *err)
{
	struct error why = ERROR_INIT;
	int fd = lock_take(store, WORK, 0, &why);

	if (fd >= 0)
		fail_msg("two have it");
	return why.code == ERROR_BUSY ? 0 : error_give(err, &why);
}

static void
unlocked(void)
{
	assert_int_equal(lock(NULL), 0);
}

static void
what_was_done(void **state)
{
	static const struct scenario table[] = {
		{ "first line", NULL, add_line, 0, NULL },
		{ "a line", a_line, add_line, 0, NULL },
		{ "behind half a line", half_a_line, add_line, 0, NULL },
		{ "behind nothing else", only_half_a_line, add_line, 0,
		  NULL },
		{ "with half a head", half_a_head, add_line, STEPS, NULL },
		{ "in a new file", a_long_file, add_line, LONG, NULL },
		{ "load lines", half_a_line, load_audit, 0, NULL },
		{ "spend", NULL, spend, 0, NULL },
		{ "spend again", spent, spend, 0, NULL },
		{ "ask for spent", spent, ask_spent, 0, NULL },
		{ "ask for one before", spent_and_put_aside, ask_spent, 0,
		  NULL },
		{ "check before it is sent", spent, check_spent, 0, NULL },
		{ "check a program's file", spent, check_file, 0, NULL },
		{ "lock", NULL, lock, 0, NULL },
		{ "lock", NULL, lock, LOOKS, NULL },
		{ "ask for a lock", spent, ask_lock, 0, NULL },
		{ "ask for a free lock", unlocked, ask_lock, 0, NULL },
		{ "ask for a held lock", locked, ask_lock, 0, "0" },
		{ "want a held lock", locked, wait_for_lock, 0, NULL },
	};

	(void)state;
	EACH(table);
}

/* --- The index ------------------------------------------------------------ */

/* So long that there must be more room for each. */
static char *
long_text(size_t length)
{
	static char text[65611];

	memset(text, 'x', sizeof text - 1);
	return text + sizeof text - 1 - length;
}

static int
build_index(struct error *err)
{
	static char *names[] = { (char *)"a", (char *)"b/c", (char *)"d" };
	static const struct store_names all = { names, 3 };
	uint64_t stamps[] = { 1, 2, 3 };
	const struct store_dirs dirs = { all, stamps };
	struct index *index = index_make();
	struct profile profile = { .name = "b/c", .user_id = long_text(30),
	    .account_id = long_text(90), .email = long_text(270),
	    .plan = long_text(810), .label = long_text(2430),
	    .owner = long_text(7290), .owner_path = long_text(21870),
	    .refused_message = long_text(65610) };
	int result = -1;

	if (index == NULL)
		error_no_memory(err);
	else if (index_put(index, &profile, err) >= 0 &&
	    index_set_names(index, &all, err) == 0 &&
	    index_set_dirs(index, &dirs, err) == 0)
		result = index_save(index, store, err);
	index_free(index);
	return result;
}

/* Of names only, so many that there must be more room for them. */
static int
build_names(struct error *err)
{
	enum { NAMES = 9 };
	static char text[NAMES][STORE_NAME_MAX];
	char *name[NAMES];
	const struct store_names names = { name, NAMES };
	uint64_t stamps[NAMES] = { 1 };
	const struct store_dirs dirs = { names, stamps };
	struct index *index = index_make();
	int result = -1;

	for (size_t i = 0; i < NAMES; i++) {
		memset(text[i], (int)('a' + i), i * 14);
		name[i] = text[i];
		text[i][0] = (char)('a' + i);
	}
	if (index == NULL)
		error_no_memory(err);
	else if (index_set_dirs(index, &dirs, err) == 0 &&
	    index_set_names(index, &names, err) == 0)
		result = index_save(index, store, err);
	index_free(index);
	return result;
}

static void
indexed(void)
{
	assert_int_equal(build_index(NULL), 0);
}

static int
load_index(struct error *err)
{
	struct index *index = index_load(store);
	struct profile view;

	(void)err;
	for (size_t i = 0; index != NULL && i < index_count(index); i++) {
		index_get(index, i, &view);
		buffer_addf(&seen, "%s %zu\n", view.name,
		    view.refused_message == NULL ? 0 :
		    strlen(view.refused_message));
	}
	if (index == NULL)
		buffer_add_string(&seen, "no index");
	index_free(index);
	return 0;
}

static void
the_index(void **state)
{
	static const struct scenario table[] = {
		{ "save an index", NULL, build_index, 0, NULL },
		{ "save names", NULL, build_names, 0, NULL },
		{ "load an index", indexed, load_index, 0, "no index" },
	};

	(void)state;
	EACH(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_done),
		cmocka_unit_test(the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
