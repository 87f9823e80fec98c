/*
 * tree: the lines of the list, where profiles stand below a line for their
 * tenant, which can be folded.
 *
 * There is a tree as soon as one tenant has two profiles; else every line is a
 * profile. A line is known by a number: a profile by its place in the listing,
 * a tenant by @profiles and more.
 */
#ifndef UI_TREE_H
#define UI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/listing.h"
#include "base/error.h"

#define TREE_NONE ((size_t)-1)

struct tree_tenant {
	size_t first, count;	/* its profiles, as the listing has them */
	size_t shown;		/* so many the filter lets through */
	size_t marked;		/* of those, by rows */
	size_t next;		/* while the lines are made */
	bool folded;
	bool counted;		/* by status, as it is below */
	unsigned int by_status[PROFILE_STATUSES];
	unsigned int forbidden;	/* and those that may not be read */
};

/* What is folded, by name, since places change. */
struct tree_folds {
	bool all;		/* or nothing... */
	struct store_names others;	/* ...but these, sorted */
};

struct tree {
	size_t profiles;
	struct tree_tenant *tenant;	/* by name */
	size_t tenants;		/* 0: there is no tree */
	int columns;		/* of the widest "tenant (12)" */
	uint32_t *of;		/* by profile: its tenant, from 1; 0: none.
				 * NULL: there is no tree */
	size_t *line;		/* from the top */
	size_t lines;
	/* A filter shows what it finds: there, another folding counts, of which
	 * nothing is left behind. */
	struct tree_folds folds[2];
	bool filtered;
	bool open;		/* for the moment, nothing is folded */
};

/* Frees all but what is folded; and that, too. */
void tree_release(struct tree *tree);
void tree_forget(struct tree *tree);

/* Finds the tenants of @list. To be followed by tree_lay(). */
int tree_load(struct tree *tree, const struct listing *list,
    struct error *err);

/* Makes the lines: @shown are the profiles to show, in their order, @filtered
 * by a filter. A tenant stands where its first one would. */
void tree_lay(struct tree *tree, const struct listing *list,
    const size_t *shown, size_t count, bool filtered);

/* The tenant of a line, or of a profile's; NULL: it is none, it has none. */
struct tree_tenant *tree_tenant(const struct tree *tree, size_t line);
struct tree_tenant *tree_tenant_of(const struct tree *tree, size_t profile);

/* The number of its line. */
size_t tree_line_of(const struct tree *tree,
    const struct tree_tenant *tenant);

/* Where a line stands; where it is folded away, its tenant's. TREE_NONE: it is
 * not shown. */
size_t tree_find(const struct tree *tree, size_t line);

/* The tenant's name, as of the profiles before the '/'. */
void tree_name(const struct listing *list, const struct tree_tenant *tenant,
    char name[STORE_NAME_MAX + 1]);

/* The one of that name; NULL. */
struct tree_tenant *tree_named(const struct tree *tree,
    const struct listing *list, const char *name);

/* Folds a tenant, or all, or unfolds. To be followed by tree_lay(). */
void tree_fold(struct tree *tree, const struct listing *list,
    struct tree_tenant *tenant, bool folded);
void tree_fold_all(struct tree *tree, bool folded);

/* Counts the tenant's profiles by their status at @now, once after each load;
 * gives the worst there is of those that may be read. */
enum profile_status tree_worst(const struct listing *list,
    struct tree_tenant *tenant, int64_t now);

#endif
