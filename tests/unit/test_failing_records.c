/*
 * What a store has beside its profiles, while calls of the C library fail; see
 * failing_store.h.
 */
#include "config.h"

#include "failing_store.h"
#include "storage/skew.h"
#include "storage/trusted.h"

/* --- Of renewals ---------------------------------------------------------- */

static int
reserve(struct error *err)
{
	const struct pending intent = { .operation = PENDING_REFRESH,
	    .generation = 7, .at = NOW, .issuer = (char *)"i",
	    .digest = "0123" };
	int fd = pending_reserve(store, WORK, &intent, err);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static void
reserved(void)
{
	assert_int_equal(reserve(NULL), 0);
}

static void
answered(void)
{
	const struct pending intent = { .operation = PENDING_LOGIN,
	    .at = NOW, .issuer = (char *)"i", .replace = true };
	int fd = pending_reserve(store, WORK, &intent, NULL);

	reserved();
	assert_int_equal(write(fd, "HTTP 200\n{}", 11), 11);
	close(fd);
}

static int
load_pending(struct error *err)
{
	struct pending pending;
	struct error why = ERROR_INIT;
	int result = pending_load(store, WORK, PENDING_LOGIN, &pending, &why);

	/* Nothing is wrong with the record itself. */
	if (result != 0 && !error_is_passing(&why))
		buffer_add_string(&seen, why.text);
	else if (result != 0)
		error_give(err, &why);
	if (result == 0)
		buffer_addf(&seen, "%s %d %s", pending.answer.data,
		    pending.replace, pending.issuer);
	pending_release(&pending);
	return result;
}

static int
remove_pending(struct error *err)
{
	return pending_remove(store, WORK, PENDING_REFRESH, err);
}

static int
rename_pending(struct error *err)
{
	return pending_rename(store, WORK, "home", err);
}

static int
see_names(int (*list)(const struct store *store, struct store_names *names,
    struct error *err), struct error *err)
{
	struct store_names names;
	int result = list(store, &names, err);

	for (size_t i = 0; i < names.count; i++)
		buffer_addf(&seen, "%s\n", names.name[i]);
	store_names_release(&names);
	return result;
}

static int
list_pending(struct error *err)
{
	return see_names(pending_list, err);
}

static int
ask_pending(struct error *err)
{
	int doubt = pending_is_in_doubt(store, WORK, 7, err);
	int busy = pending_is_busy(store, WORK, PENDING_REFRESH, err);

	buffer_addf(&seen, "%d%d", doubt, busy);
	return doubt < 0 || busy < 0 ? -1 : 0;
}

static void
renewals(void **state)
{
	static const struct scenario table[] = {
		{ "reserve", NULL, reserve, 0, NULL },
		{ "reserve in no store", no_store, reserve, 0, NULL },
		{ "reserve again", reserved, reserve, 0, NULL },
		{ "load an answer", answered, load_pending, 0, NULL },
		{ "remove a record", answered, remove_pending, 0, NULL },
		{ "rename a record", answered, rename_pending, 0, NULL },
		{ "list records", answered, list_pending, 0, NULL },
		{ "ask for doubt", reserved, ask_pending, 0, NULL },
	};

	(void)state;
	EACH(table);
}

/* --- Sign-ins that wait, and moves ---------------------------------------- */

static int
wait(struct error *err)
{
	const struct waiting waiting = { .issuer = (char *)"i",
	    .device = (char *)"d", .code = (char *)"ABCD-1234", .interval = 5,
	    .since = NOW, .ends = NOW + 600 };

	return waiting_save(store, WORK, &waiting, err);
}

static void
waits(void)
{
	assert_int_equal(wait(NULL), 0);
}

static int
load_waiting(struct error *err)
{
	struct waiting waiting;
	int result = waiting_load(store, WORK, NOW, &waiting, err);

	if (result == 0)
		buffer_addf(&seen, "%s %s %s", waiting.issuer, waiting.device,
		    waiting.code);
	waiting_release(&waiting);
	return result;
}

static int
remove_waiting(struct error *err)
{
	return waiting_remove(store, WORK, err);
}

static int
list_waiting(struct error *err)
{
	return see_names(waiting_list, err);
}

/* One that is alive stays, whatever cannot be read. */
static int
sweep_waiting(struct error *err)
{
	(void)err;
	waiting_sweep(store, WORK, NOW);
	return 0;
}

static int
begin_move(struct error *err)
{
	const struct move move = { MOVE_RENAME, (char *)"codex",
	    (char *)"/file", (char *)"home" };

	return move_begin(store, WORK, &move, err);
}

static void
moves(void)
{
	assert_int_equal(begin_move(NULL), 0);
}

static int
load_move(struct error *err)
{
	struct move move;
	int result = move_load(store, WORK, &move, err);

	if (result == 0)
		buffer_addf(&seen, "%d %s %s %s", (int)move.operation,
		    move.kind, move.path, move.to);
	move_release(&move);
	return result;
}

static int
end_move(struct error *err)
{
	return move_end(store, WORK, err);
}

static int
list_moves(struct error *err)
{
	return see_names(move_list, err) != 0 ||
	    see_names(move_list_files, err) != 0 ? -1 : 0;
}

static void
what_is_under_way(void **state)
{
	static const struct scenario table[] = {
		{ "wait", NULL, wait, 0, NULL },
		{ "load what waits", waits, load_waiting, 0, NULL },
		{ "wait no more", waits, remove_waiting, 0, NULL },
		{ "list what waits", waits, list_waiting, 0, NULL },
		{ "begin a move", NULL, begin_move, 0, NULL },
		{ "load a move", moves, load_move, 0, NULL },
		{ "end a move", moves, end_move, 0, NULL },
		{ "list moves", moves, list_moves, 0, NULL },
		{ "sweep what waits", waits, sweep_waiting, 0, NULL },
	};

	(void)state;
	EACH(table);
}

/* --- Targets, usage ------------------------------------------------------- */

static int
show(struct error *err)
{
	struct targets targets;
	struct target *target;
	int result = -1;

	if (targets_load(store, &targets, err) == 0 &&
	    targets_add(&targets, "codex", "/another", err) != NULL) {
		target = targets_add(&targets, "codex", "/file", err);
		if (target != NULL &&
		    target_set(&target->profile, WORK, err) == 0 &&
		    target_set(&target->previous, "home", err) == 0)
			result = targets_save(store, &targets, err);
	}
	targets_release(&targets);
	return result;
}

/* Both are in one file. */
static void
agreed(void)
{
	assert_int_equal(agree(NULL), 0);
}

static void
shown_first(void)
{
	assert_int_equal(show(NULL), 0);
}

static void
shown(void)
{
	agreed();
	shown_first();
}

static int
load_targets(struct error *err)
{
	struct targets targets;
	int result = targets_load(store, &targets, err);

	for (size_t i = 0; result == 0 && i < targets.count; i++)
		buffer_addf(&seen, "%s %s %s", targets.target[i].kind,
		    targets.target[i].profile, targets.target[i].previous);
	targets_release(&targets);
	return result;
}

static int
ask_terms(struct error *err)
{
	int agreed = store_terms_agreed(store, err);

	buffer_addf(&seen, "%d", agreed);
	return agreed < 0 ? -1 : 0;
}

static int
save_usage(struct error *err)
{
	const struct usage_record record = { .fetched_at = NOW,
	    .plan = "plus", .limits = 1, .limit = { { .label = "5 h",
	    .percent = 4 } } };

	return usage_save(store, WORK, &record, err);
}

static void
used(void)
{
	assert_int_equal(save_usage(NULL), 0);
}

static int
load_usage(struct error *err)
{
	struct usage_record record;
	int result = usage_load(store, WORK, &record, err);

	if (result == 0)
		buffer_addf(&seen, "%s %s", record.plan, record.limit->label);
	return result;
}

static int
remove_usage(struct error *err)
{
	(void)err;
	usage_remove(store, WORK);
	return 0;
}

static void
what_is_shown(void **state)
{
	static const struct scenario table[] = {
		{ "show", agreed, show, 0, NULL },
		{ "agree", shown_first, agree, 0, NULL },
		{ "load targets", shown, load_targets, 0, NULL },
		{ "ask for terms", shown, ask_terms, 0, NULL },
		{ "save usage", NULL, save_usage, 0, NULL },
		{ "load usage", used, load_usage, 0, NULL },
		{ "remove usage", used, remove_usage, QUIET, NULL },
	};

	(void)state;
	EACH(table);
}

/* --- What is trusted, and the clock --------------------------------------- */

#define DIGEST "0123"

static int
trust(struct error *err)
{
	return trusted_save(store, "/file", 7, DIGEST, err);
}

static void
trusts(void)
{
	assert_int_equal(trust(NULL), 0);
}

static int
look_for_trust(struct error *err)
{
	enum trusted trusted;
	int result = trusted_look(store, "/file", 7, DIGEST, &trusted, err);

	if (result == 0)
		buffer_addf(&seen, "%d", (int)trusted);
	return result;
}

static int
be_off(struct error *err)
{
	const struct skew skew = { 99, NOW };

	return skew_save(store, &skew, err);
}

static void
is_off(void)
{
	assert_int_equal(be_off(NULL), 0);
}

static int
be_right(struct error *err)
{
	const struct skew skew = { 0, NOW };

	return skew_save(store, &skew, err);
}

static int
load_skew(struct error *err)
{
	struct skew skew = { 0, 0 };
	int result = skew_load(store, &skew, err);

	buffer_addf(&seen, "%d", (int)skew.ahead);
	return result;
}

static void
what_was_told(void **state)
{
	static const struct scenario table[] = {
		{ "trust", NULL, trust, 0, NULL },
		{ "look for trust", trusts, look_for_trust, 0, NULL },
		{ "be off", NULL, be_off, 0, NULL },
		{ "be right", is_off, be_right, 0, NULL },
		{ "be right at first", NULL, be_right, 0, NULL },
		{ "load the skew", is_off, load_skew, 0, NULL },
	};

	(void)state;
	EACH(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renewals),
		cmocka_unit_test(what_is_under_way),
		cmocka_unit_test(what_is_shown),
		cmocka_unit_test(what_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
