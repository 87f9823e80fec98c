/*
 * tree: which lines the list has, of tenants and of profiles.
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

#include "base/buffer.h"
#include "ui/rows.h"

#define NOW ((int64_t)1795442400)
#define DAY ((int64_t)86400)
#define MOST 8

static struct profile profiles[MOST];
static struct listing list;
static struct rows rows;

/* Profiles of these names, sorted; each ends a day before the one before. */
static void
have(const char *const *name)
{
	const struct store_names none = { NULL, 0 };

	memset(&list, 0, sizeof list);
	memset(profiles, 0, sizeof profiles);
	for (; name[list.count] != NULL; list.count++) {
		struct profile *p = &profiles[list.count];

		snprintf(p->name, sizeof p->name, "%s", name[list.count]);
		p->expires_at = NOW + (20 - (int64_t)list.count) * DAY;
		p->renewable = true;
	}
	list.few.profile = profiles;
	list.few.count = list.count;
	assert_int_equal(rows_load(&rows, &list, &none, NOW, NULL), 0);
	rows_show(&rows, &list, ROWS_NONE);
}

static void
filter(const char *text)
{
	field_set(&rows.filter, text);
	rows_show(&rows, &list, ROWS_NONE);
}

static void
fold(const char *name, bool folded)
{
	struct tree_tenant *tenant = tree_named(&rows.tree, &list, name);

	assert_non_null(tenant);
	tree_fold(&rows.tree, &list, tenant, folded);
	rows_fold(&rows, &list);
}

static int
forget(void **state)
{
	(void)state;
	rows_release(&rows);
	memset(&rows, 0, sizeof rows);
	return 0;
}

/* The lines: "[acme:2/3] acme/a ..."; "+" before what is folded. */
static void
check_lines(const char *wanted)
{
	const struct tree *tree = &rows.tree;
	struct buffer text = BUFFER_INIT;
	char name[STORE_NAME_MAX + 1];

	buffer_add_string(&text, "");
	for (size_t i = 0; i < tree->lines; i++) {
		const struct tree_tenant *tenant =
		    tree_tenant(tree, tree->line[i]);

		if (i > 0)
			buffer_add_char(&text, ' ');
		if (tenant == NULL) {
			buffer_add_string(&text,
			    listing_name(&list, tree->line[i]));
			continue;
		}
		tree_name(&list, tenant, name);
		buffer_addf(&text, "%s[%s:%zu/%zu]", tenant->folded ? "+" :
		    "", name, tenant->shown, tenant->count);
	}
	assert_string_equal(text.data, wanted);
	buffer_release(&text);
}

static const char *const several[] = {
	"a-c/z", "acme/bob", "acme/eve", "beta/dan", "work", NULL
};

static void
profiles_stand_below_their_tenant(void **state)
{
	(void)state;
	have(several);
	check_lines("[a-c:1/1] a-c/z [acme:2/2] acme/bob acme/eve "
	    "[beta:1/1] beta/dan work");
}

static void
there_is_no_tree_where_it_would_tell_nothing(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const few[] = { "acme/bob", "beta/dan", "work",
	    NULL };

	(void)state;
	have(none);
	check_lines("");
	have(few);
	assert_int_equal(rows.tree.tenants, 0);
	check_lines("acme/bob beta/dan work");
	assert_null(tree_tenant_of(&rows.tree, 0));
	assert_int_equal(tree_find(&rows.tree, 1), 1);
}

/* A tenant that ends earliest, or that needs somebody, is the first then. */
static void
tenant_stands_where_its_first_profile_would(void **state)
{
	(void)state;
	have(several);
	profiles[1].expires_at = NOW + DAY;
	rows_sort(&rows, &list, SORT_END);
	rows_show(&rows, &list, ROWS_NONE);
	check_lines("[acme:2/2] acme/bob acme/eve work [beta:1/1] beta/dan "
	    "[a-c:1/1] a-c/z");
	rows.sort = SORT_NAME;
}

static void
folded_is_the_tenants_line_alone(void **state)
{
	(void)state;
	have(several);
	fold("acme", true);
	check_lines("[a-c:1/1] a-c/z +[acme:2/2] [beta:1/1] beta/dan work");
	/* Who was at one of them is at the tenant then. */
	assert_int_equal(tree_find(&rows.tree, 2), 2);
	assert_int_equal(tree_find(&rows.tree, 3), 4);
	assert_int_equal(tree_find(&rows.tree, ROWS_NONE), ROWS_NONE);
	fold("acme", false);
	assert_int_equal(tree_find(&rows.tree, 2), 4);
	assert_null(tree_named(&rows.tree, &list, "acm"));
	assert_null(tree_named(&rows.tree, &list, "work"));
}

static void
all_are_folded_but_those_that_are_not(void **state)
{
	(void)state;
	have(several);
	tree_fold_all(&rows.tree, true);
	fold("beta", false);
	check_lines("+[a-c:1/1] +[acme:2/2] [beta:1/1] beta/dan work");
	fold("beta", true);
	fold("acme", false);
	fold("a-c", false);
	fold("a-c", true);
	check_lines("+[a-c:1/1] [acme:2/2] acme/bob acme/eve +[beta:1/1] "
	    "work");
	tree_fold_all(&rows.tree, false);
	rows_fold(&rows, &list);
	check_lines("[a-c:1/1] a-c/z [acme:2/2] acme/bob acme/eve "
	    "[beta:1/1] beta/dan work");
}

/* Others came, others went: places are new, names are not. */
static void
folding_outlives_a_new_listing(void **state)
{
	static const char *const later[] = { "aa/a", "aa/b", "acme/bob",
	    "beta/dan", NULL };

	(void)state;
	have(several);
	fold("acme", true);
	fold("a-c", true);
	have(later);
	check_lines("[aa:2/2] aa/a aa/b +[acme:1/1] [beta:1/1] beta/dan");
	have(several);
	check_lines("+[a-c:1/1] +[acme:2/2] [beta:1/1] beta/dan work");
}

static void
filter_shows_what_it_finds_and_folds_for_itself(void **state)
{
	(void)state;
	have(several);
	tree_fold_all(&rows.tree, true);
	rows_fold(&rows, &list);
	filter("acme");
	check_lines("[acme:2/2] acme/bob acme/eve");
	fold("acme", true);
	filter("acme/b");
	check_lines("+[acme:1/2]");
	filter("dan");
	check_lines("[beta:1/1] beta/dan");
	filter("");
	check_lines("+[a-c:1/1] +[acme:2/2] +[beta:1/1] work");
	filter("acme/b");
	check_lines("[acme:1/2] acme/bob");
	filter("nobody");
	check_lines("");
	filter("");
}

static void
for_the_moment_all_is_open(void **state)
{
	(void)state;
	have(several);
	tree_fold_all(&rows.tree, true);
	rows.tree.open = true;
	rows_fold(&rows, &list);
	assert_int_equal(rows.tree.lines, 8);
	rows.tree.open = false;
	rows_fold(&rows, &list);
	assert_int_equal(rows.tree.lines, 4);
}

static void
worst_of_a_tenant(void **state)
{
	struct tree_tenant *tenant;

	(void)state;
	have(several);
	tenant = tree_named(&rows.tree, &list, "acme");
	assert_int_equal(tree_worst(&list, tenant, NOW), PROFILE_OK);
	assert_int_equal(tenant->by_status[PROFILE_OK], 2);
	profiles[2].expires_at = NOW - 1;
	/* Once after each load: a picture must not cost so much. */
	assert_int_equal(tree_worst(&list, tenant, NOW), PROFILE_OK);
	have(several);
	profiles[1].expires_at = NOW + 60;
	profiles[2].expires_at = NOW - 1;
	tenant = tree_named(&rows.tree, &list, "acme");
	assert_int_equal(tree_worst(&list, tenant, NOW), PROFILE_EXPIRED);
	assert_int_equal(tenant->by_status[PROFILE_EXPIRING_SOON], 1);
}

static void
marks_of_a_tenant(void **state)
{
	struct tree_tenant *tenant;

	(void)state;
	have(several);
	tenant = tree_named(&rows.tree, &list, "acme");
	rows_mark(&rows, 1, true);
	assert_false(rows_has_marked(tenant));
	rows_mark_tenant(&rows, tenant, true);
	assert_true(rows_has_marked(tenant));
	assert_int_equal(rows.marks, 2);
	/* What a filter hides is neither marked nor counted. */
	rows_mark_tenant(&rows, tenant, false);
	filter("eve");
	tenant = tree_named(&rows.tree, &list, "acme");
	rows_mark_tenant(&rows, tenant, true);
	assert_true(rows_has_marked(tenant));
	filter("");
	assert_int_equal(rows.marks, 1);
	assert_true(rows.marked[2] && !rows.marked[1]);
	assert_false(rows_has_marked(tenant));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(profiles_stand_below_their_tenant,
		    forget),
		cmocka_unit_test_teardown(
		    there_is_no_tree_where_it_would_tell_nothing, forget),
		cmocka_unit_test_teardown(
		    tenant_stands_where_its_first_profile_would, forget),
		cmocka_unit_test_teardown(folded_is_the_tenants_line_alone,
		    forget),
		cmocka_unit_test_teardown(
		    all_are_folded_but_those_that_are_not, forget),
		cmocka_unit_test_teardown(folding_outlives_a_new_listing,
		    forget),
		cmocka_unit_test_teardown(
		    filter_shows_what_it_finds_and_folds_for_itself, forget),
		cmocka_unit_test_teardown(for_the_moment_all_is_open, forget),
		cmocka_unit_test_teardown(worst_of_a_tenant, forget),
		cmocka_unit_test_teardown(marks_of_a_tenant, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
