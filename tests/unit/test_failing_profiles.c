/*
 * Profiles and what is forgotten of them, while calls of the C library fail;
 * see failing_store.h.
 */
#include "config.h"

#include "failing_store.h"

/* --- What is there before ------------------------------------------------- */

static int
make(const char *name, const char *token, struct error *err)
{
	struct profile profile = { .label = (char *)"old", .generation = 1,
	    .email = (char *)"me@example.org", .owner = NULL };
	struct credential credential = { .generation = 1,
	    .expires_at = NOW, .issuer = (char *)"https://auth.example",
	    .access_token = (char *)"at", .refresh_token = (char *)token };

	strcpy(profile.name, name);
	return profile_create(store, &profile, &credential, err);
}

static void
work(void)
{
	assert_int_equal(make(WORK, TOKEN "work", NULL), 0);
}

static void
work_and_home(void)
{
	work();
	assert_int_equal(make("home", TOKEN "home", NULL), 0);
}

/* A renewal of it is in doubt. */
static void
doubted(void)
{
	const struct pending intent = { .operation = PENDING_REFRESH,
	    .generation = 1, .at = NOW, .issuer = (char *)"i" };
	int fd;

	work_and_home();
	fd = pending_reserve(store, WORK, &intent, NULL);
	assert_true(fd >= 0);
	close(fd);
}

static void
forgotten(void)
{
	doubted();
	assert_int_equal(backup_forget(store, WORK, NULL), 0);
}

/* Another one has its name since. */
static void
forgotten_and_made(void)
{
	forgotten();
	assert_int_equal(make(WORK, TOKEN "new", NULL), 0);
}

/* A directory that a program signs in to. */
static void
volume(void)
{
	int dir = store_make_parent(store, WORK, NULL), fd;

	assert_int_equal(mkdirat(dir, "work", 0755), 0);
	fd = openat(dir, "work/" STORE_VOLUME_FILE, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	close(dir);
}

/* With a warning for each thing that one can be warned of, and a refusal. */
static void
refused(void)
{
	struct profile profile = { .generation = 1,
	    .refused = REASON_REUSED, .refused_generation = 1,
	    .refused_message = (char *)"it was reused",
	    .owner = (char *)"codex", .owner_path = (char *)"/file" };
	int dir;

	work();
	dir = store_open_profile(store, WORK, NULL);
	assert_int_equal(profile_save(dir, &profile, NULL), 0);
	assert_int_equal(fchmodat(dir, CREDENTIAL_FILE, 0640, 0), 0);
	assert_int_equal(linkat(dir, CREDENTIAL_FILE, dir, "copy", 0), 0);
	assert_int_equal(fchmod(dir, 0750), 0);
	close(dir);
}

/* One whose file is not what it was. */
static void
damaged(void)
{
	int dir;

	work();
	dir = store_open_profile(store, WORK, NULL);
	assert_int_equal(file_truncate(dir, CREDENTIAL_FILE, 1, NULL), 0);
	close(dir);
}

/* Beside it stands what is no profile, and what must show all the same. */
static void
odd_ones(void)
{
	int fd;

	work();
	assert_int_equal(symlinkat(WORK, store_root(store), "link"), 0);
	assert_int_equal(mkdirat(store_root(store), "empty", 0700), 0);
	fd = openat(store_root(store), "file", O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
}

/* Somebody was killed as he made the one that is to come. */
static void
half_made(void)
{
	int dir, fd;

	work();
	dir = store_make_part(store, "new", NULL);
	assert_int_equal(mkdirat(dir, "acme%new", 0700), 0);
	fd = openat(dir, "acme%new/" CREDENTIAL_FILE, O_WRONLY | O_CREAT,
	    0600);
	assert_true(fd >= 0);
	close(fd);
	close(dir);
}

/* --- What is done --------------------------------------------------------- */

static int
create(struct error *err)
{
	return make("acme/new", TOKEN "new", err);
}

static int
save_credential(struct error *err)
{
	const struct credential credential = { .generation = 2,
	    .expires_at = NOW, .issuer = (char *)"https://auth.example",
	    .access_token = (char *)"at",
	    .refresh_token = (char *)TOKEN "next" };
	int dir = store_open_profile(store, WORK, err), result;

	if (dir < 0)
		return -1;
	result = credential_save(dir, &credential, err);
	close(dir);
	return result;
}

static int
save_profile(struct error *err)
{
	struct profile profile = { .label = (char *)"new",
	    .refused = REASON_REUSED, .refused_generation = 1,
	    .refused_message = (char *)"it was reused" };
	int dir = store_open_profile(store, WORK, err), result;

	if (dir < 0)
		return -1;
	result = profile_save(dir, &profile, err);
	close(dir);
	return result;
}

static void
see(const struct profile *p)
{
	buffer_addf(&seen, "%s,%ld,%s,%d,%s,%s,%s", p->name,
	    (long)p->generation, p->label, p->in_doubt, p->owner,
	    p->refused_message, p->damage);
	for (size_t i = 0; i < PROFILE_WARNINGS; i++)
		buffer_addf(&seen, ",%s", p->warning[i]);
}

static int
load(struct error *err)
{
	struct profile profile;
	int result = profile_load(store, WORK, &profile, err);

	if (result == 0)
		see(&profile);
	profile_release(&profile);
	return result;
}

static int
load_credential(struct error *err)
{
	struct credential credential;
	int result = credential_load(store, WORK, &credential, err);

	if (result == 0)
		buffer_addf(&seen, "%s", credential.refresh_token);
	credential_release(&credential);
	return result;
}

static int
load_all(struct error *err)
{
	struct profile_list list;

	if (profile_load_all(store, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.count; i++)
		see(&list.profile[i]);
	profile_list_release(&list);
	return 0;
}

static int
list_dirs(struct error *err)
{
	struct store_dirs dirs = STORE_DIRS_INIT;
	struct store_names names;
	int result = store_list_dirs(store, &names, &dirs, err);

	for (size_t i = 0; result == 0 && i < names.count; i++)
		buffer_addf(&seen, "%s\n", names.name[i]);
	for (size_t i = 0; result == 0 && i < dirs.names.count; i++)
		buffer_addf(&seen, "%s/\n", dirs.names.name[i]);
	store_names_release(&names);
	store_dirs_release(&dirs);
	return result;
}

static int
rename_it(struct error *err)
{
	return profile_rename(store, WORK, "other/new", err);
}

static int
forget(struct error *err)
{
	return backup_forget(store, WORK, err);
}

static int
restore(struct error *err)
{
	return backup_restore(store, WORK, WORK, err);
}

static int
purge(struct error *err)
{
	return backup_purge(store, WORK, true, err);
}

static int
see_backup(int dir, const char *entry, const char *name, void *data)
{
	(void)dir, (void)entry, (void)data;
	buffer_addf(&seen, "%s\n", name);
	return 0;
}

static int
see_backups(struct error *err)
{
	return backup_for_each(store, see_backup, NULL, err);
}

static int
last(struct error *err)
{
	char name[STORE_NAME_MAX + 1];
	int64_t at;
	int result = backup_last(store, name, &at, err);

	if (result == 0)
		buffer_add_string(&seen, name);
	return result;
}

static int
find_name(struct error *err)
{
	char name[STORE_NAME_MAX + 1];
	int result = profile_free_name(store, WORK, name, err);

	if (result == 0)
		buffer_add_string(&seen, name);
	return result;
}

static int
look_for_place(struct error *err)
{
	return store_check_new(store, "acme/new", err);
}

static int
open_it(struct error *err)
{
	struct store *other = store_open(path, err);

	store_close(other);
	return other == NULL ? -1 : 0;
}

static void
profiles_are_made_and_changed(void **state)
{
	static const struct scenario table[] = {
		{ "open", NULL, open_it, 0, NULL },
		{ "create in no store", no_store, create, 0, NULL },
		{ "create", work, create, 0, NULL },
		{ "create over a rest", half_made, create, 0, NULL },
		{ "renew", work, save_credential, 0, NULL },
		{ "refuse", work, save_profile, 0, NULL },
		{ "rename", work_and_home, rename_it, 0, NULL },
		{ "agree", NULL, agree, 0, NULL },
	};

	(void)state;
	EACH(table);
}

static void
profiles_are_read(void **state)
{
	static const struct scenario table[] = {
		{ "load", work, load, 0, "cannot " },
		{ "load a doubtful one", doubted, load, 0, "cannot " },
		{ "load a refused one", refused, load, 0, "cannot " },
		{ "load a damaged one", damaged, load, 0, "cannot " },
		{ "load a volume", volume, load, 0, "cannot " },
		{ "load what is secret", work, load_credential, 0, NULL },
		{ "load all", work, load_all, 0, "cannot " },
		{ "list directories", work_and_home, list_dirs, 0, NULL },
		{ "list odd ones", odd_ones, list_dirs, 0, NULL },
		{ "find a name", work, find_name, 0, NULL },
		{ "look for a place", work, look_for_place, 0, NULL },
	};

	(void)state;
	EACH(table);
}

static void
profiles_are_forgotten(void **state)
{
	static const struct scenario table[] = {
		{ "forget", work_and_home, forget, 0, NULL },
		{ "forget in doubt", doubted, forget, LONG, NULL },
		{ "forget in doubt", doubted, forget, STEPS | ONCE, NULL },
		{ "restore", forgotten, restore, STEPS, NULL },
		{ "purge", forgotten_and_made, purge, STEPS, NULL },
		{ "last", forgotten, last, 0, NULL },
		{ "look at backups", forgotten, see_backups, 0, NULL },
	};

	(void)state;
	EACH(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_are_made_and_changed),
		cmocka_unit_test(profiles_are_read),
		cmocka_unit_test(profiles_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
