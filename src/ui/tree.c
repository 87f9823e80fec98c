#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/tree.h"

void
tree_release(struct tree *tree)
{
	free(tree->tenant);
	free(tree->of);
	free(tree->line);
	tree->tenant = NULL;
	tree->of = NULL;
	tree->line = NULL;
	tree->profiles = tree->tenants = tree->lines = 0;
	tree->columns = 0;
}

void
tree_forget(struct tree *tree)
{
	for (int i = 0; i < 2; i++)
		store_names_release(&tree->folds[i].others);
	tree_release(tree);
}

/* --- Tenants -------------------------------------------------------------- */

/* How long the tenant in a name is, with its '/'; 0: none. */
static size_t
prefix_of(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash == NULL ? 0 : (size_t)(slash - name) + 1;
}

/* Room is doubled where the count is a power of two. */
static struct tree_tenant *
add_tenant(struct tree *tree, size_t first)
{
	size_t count = tree->tenants;
	struct tree_tenant *grown;

	if ((count & (count - 1)) == 0) {
		grown = realloc(tree->tenant, (count == 0 ? 1 : count * 2) *
		    sizeof *grown);
		if (grown == NULL)
			return NULL;
		tree->tenant = grown;
	}
	tree->tenants++;
	memset(&tree->tenant[count], 0, sizeof *grown);
	tree->tenant[count].first = first;
	return &tree->tenant[count];
}

/* Those of one tenant stand next to each other. @most: of one. */
static int
find_tenants(struct tree *tree, const struct listing *list, size_t *most)
{
	struct tree_tenant *tenant = NULL;
	const char *name, *before = "";
	size_t length = 0;

	*most = 0;
	for (size_t i = 0; i < list->count; i++) {
		name = listing_name(list, i);
		if (length == 0 || strncmp(name, before, length) != 0) {
			length = prefix_of(name);
			before = name;
			tenant = length == 0 ? NULL : add_tenant(tree, i);
			if (length > 0 && tenant == NULL)
				return -1;
		}
		if (tenant != NULL && ++tenant->count > *most)
			*most = tenant->count;
	}
	return 0;
}

/* Names are ASCII. */
static void
measure(struct tree *tree, const struct listing *list)
{
	for (size_t t = 0; t < tree->tenants; t++) {
		const struct tree_tenant *tenant = &tree->tenant[t];
		int columns = (int)prefix_of(listing_name(list,
		    tenant->first)) + (int)sizeof "()" - 1;

		for (size_t n = tenant->count; n > 0; n /= 10)
			columns++;
		if (columns > tree->columns)
			tree->columns = columns;
	}
}

int
tree_load(struct tree *tree, const struct listing *list, struct error *err)
{
	size_t most;

	tree_release(tree);
	if (find_tenants(tree, list, &most) != 0)
		goto no_memory;
	/* Where each has one, a line more would tell nothing. */
	if (most < 2)
		tree_release(tree);
	tree->profiles = list->count;
	tree->line = calloc(list->count + tree->tenants + 1,
	    sizeof *tree->line);
	if (tree->tenants > 0)
		tree->of = calloc(list->count, sizeof *tree->of);
	if (tree->line == NULL || (tree->tenants > 0 && tree->of == NULL))
		goto no_memory;
	for (size_t t = 0; t < tree->tenants; t++)
		for (size_t i = 0; i < tree->tenant[t].count; i++)
			tree->of[tree->tenant[t].first + i] = (uint32_t)t + 1;
	measure(tree, list);
	return 0;
no_memory:
	tree_release(tree);
	error_no_memory(err);
	return -1;
}

struct tree_tenant *
tree_tenant(const struct tree *tree, size_t line)
{
	return line >= tree->profiles && line - tree->profiles <
	    tree->tenants ? &tree->tenant[line - tree->profiles] : NULL;
}

struct tree_tenant *
tree_tenant_of(const struct tree *tree, size_t profile)
{
	return tree->of == NULL || profile >= tree->profiles ||
	    tree->of[profile] == 0 ? NULL :
	    &tree->tenant[tree->of[profile] - 1];
}

size_t
tree_line_of(const struct tree *tree, const struct tree_tenant *tenant)
{
	return tree->profiles + (size_t)(tenant - tree->tenant);
}

void
tree_name(const struct listing *list, const struct tree_tenant *tenant,
    char name[STORE_NAME_MAX + 1])
{
	const char *whole = listing_name(list, tenant->first);

	snprintf(name, STORE_NAME_MAX + 1, "%.*s", (int)prefix_of(whole) - 1,
	    whole);
}

struct tree_tenant *
tree_named(const struct tree *tree, const struct listing *list,
    const char *name)
{
	char wanted[STORE_NAME_MAX + 2], other[STORE_NAME_MAX + 2];
	size_t low = 0, high = tree->tenants, middle;
	int order;

	/* With the '/': by it they are sorted, "a-b" before "a". */
	snprintf(wanted, sizeof wanted, "%s/", name);
	while (low < high) {
		middle = low + (high - low) / 2;
		tree_name(list, &tree->tenant[middle], other);
		strcat(other, "/");
		order = strcmp(wanted, other);
		if (order == 0)
			return &tree->tenant[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

enum profile_status
tree_worst(const struct listing *list, struct tree_tenant *tenant,
    int64_t now)
{
	enum profile_status status = PROFILE_DAMAGED;
	enum profile_reason reason;
	struct profile view;

	for (size_t i = 0; !tenant->counted && i < tenant->count; i++) {
		const struct profile *p = listing_view(list, tenant->first +
		    i, &view);

		if (p->forbidden)
			tenant->forbidden++;
		else
			tenant->by_status[profile_status(p, now, &reason)]++;
	}
	tenant->counted = true;
	while (status > PROFILE_OK && tenant->by_status[status] == 0)
		status--;
	return status;
}

/* --- Folding -------------------------------------------------------------- */

static struct tree_folds *
folds_now(struct tree *tree)
{
	return &tree->folds[tree->filtered];
}

static void
apply_folds(struct tree *tree, const struct listing *list)
{
	const struct tree_folds *folds = folds_now(tree);
	struct tree_tenant *other;

	for (size_t t = 0; t < tree->tenants; t++)
		tree->tenant[t].folded = folds->all;
	for (size_t i = 0; i < folds->others.count; i++) {
		other = tree_named(tree, list, folds->others.name[i]);
		if (other != NULL)
			other->folded = !folds->all;
	}
}

static void
remove_name(struct store_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0) {
			free(names->name[i]);
			names->name[i] = names->name[names->count - 1];
			/* Its room is for a power of two: see
			 * store_names_add(). */
			names->count--;
			return;
		}
}

void
tree_fold(struct tree *tree, const struct listing *list,
    struct tree_tenant *tenant, bool folded)
{
	struct tree_folds *folds = folds_now(tree);
	char name[STORE_NAME_MAX + 1];

	tree_name(list, tenant, name);
	remove_name(&folds->others, name);
	if (folded != folds->all)
		store_names_add(&folds->others, name, NULL);
	tenant->folded = folded;
}

void
tree_fold_all(struct tree *tree, bool folded)
{
	struct tree_folds *folds = folds_now(tree);

	store_names_release(&folds->others);
	folds->all = folded;
	for (size_t t = 0; t < tree->tenants; t++)
		tree->tenant[t].folded = folded;
}

/* --- Lines ---------------------------------------------------------------- */

static void
choose_folds(struct tree *tree, const struct listing *list, bool filtered)
{
	tree->filtered = filtered;
	if (!filtered) {
		store_names_release(&tree->folds[true].others);
		tree->folds[true].all = false;
	}
	apply_folds(tree, list);
}

static bool
is_folded(const struct tree *tree, const struct tree_tenant *tenant)
{
	return tenant->folded && !tree->open;
}

/* The line of a tenant, and room for what stands below it. */
static void
begin_tenant(struct tree *tree, struct tree_tenant *tenant)
{
	tree->line[tree->lines++] = tree_line_of(tree, tenant);
	tenant->next = tree->lines;
	if (!is_folded(tree, tenant))
		tree->lines += tenant->shown;
}

void
tree_lay(struct tree *tree, const struct listing *list, const size_t *shown,
    size_t count, bool filtered)
{
	struct tree_tenant *tenant;

	choose_folds(tree, list, filtered);
	tree->lines = 0;
	for (size_t t = 0; t < tree->tenants; t++)
		tree->tenant[t].shown = tree->tenant[t].next = 0;
	for (size_t i = 0; i < count && tree->tenants > 0; i++)
		if ((tenant = tree_tenant_of(tree, shown[i])) != NULL)
			tenant->shown++;
	for (size_t i = 0; i < count; i++) {
		tenant = tree_tenant_of(tree, shown[i]);
		if (tenant == NULL) {
			tree->line[tree->lines++] = shown[i];
			continue;
		}
		/* No line is before the tenant's own. */
		if (tenant->next == 0)
			begin_tenant(tree, tenant);
		if (!is_folded(tree, tenant))
			tree->line[tenant->next++] = shown[i];
	}
}

static size_t
place_of(const struct tree *tree, size_t line)
{
	for (size_t i = 0; i < tree->lines; i++)
		if (tree->line[i] == line)
			return i;
	return TREE_NONE;
}

size_t
tree_find(const struct tree *tree, size_t line)
{
	const struct tree_tenant *tenant = tree_tenant_of(tree, line);

	if (tenant != NULL && tenant->shown > 0 && is_folded(tree, tenant))
		line = tree_line_of(tree, tenant);
	return line == TREE_NONE ? TREE_NONE : place_of(tree, line);
}
