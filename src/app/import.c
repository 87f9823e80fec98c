#include "config.h"

#include <string.h>

#include "app/import.h"
#include "app/intake.h"
#include "app/login.h"
#include "app/look.h"
#include "base/i18n.h"
#include "base/time.h"

/* True if the store would gain by it. */
static bool
is_offer(struct app *app, const struct place *place)
{
	struct profile profile;
	struct look look;
	bool is = false;
	int found;

	look_at(&look, place, NULL);
	if (look.kind == LOOK_LOGIN && look.identity.user_id != NULL) {
		found = login_find(app, &look, &profile, NULL);
		is = found > 0 || (found == 0 && profile.owner == NULL &&
		    intake_is_better(app, &profile, &look, NULL) != 0);
		profile_release(&profile);
	}
	look_release(&look);
	return is;
}

int
import_offers(struct app *app, struct places *places, struct error *err)
{
	struct places known = PLACES_INIT;
	int result;

	*places = (struct places)PLACES_INIT;
	result = use_known_places(app, &known, err);
	for (size_t i = 0; i < known.count && result == 0; i++)
		if (is_offer(app, &known.place[i]))
			result = places_add(places, &known.place[i], err);
	places_release(&known);
	return result;
}

static int
check_import(const struct place *place, const struct look *look,
    struct error *err)
{
	switch (look->kind) {
	case LOOK_LOGIN:
		return 0;
	case LOOK_NOTHING:
		error_set(err, ERROR_NOT_FOUND, _("there is no login in %s"),
		    place->path);
		return error_step(err, "%s",
		    _("to sign in here: chatelaine login NAME"));
	case LOOK_FOREIGN:
		return error_set(err, ERROR_FAILED,
		    _("no login can be read from %s: %s"), place->path,
		    look->why.text);
	case LOOK_OURS:
	case LOOK_VIEW:
		break;
	}
	return error_set(err, ERROR_FAILED,
	    _("%s has no refresh token in it: it is a view, and its login is "
	    "elsewhere"), place->path);
}

static int
import_here(struct app *app, const struct place *place, const char *as,
    char name[STORE_NAME_MAX + 1], bool *taken, struct error *err)
{
	struct use_result done = { 0 };
	struct intake intake = INTAKE_INIT;
	struct look look;
	int result;

	look_at_filled(&look, place, NULL);
	intake.make = true;
	intake.as = as;
	result = check_import(place, &look, err);
	if (result == 0)
		result = use_replace_login(app, place, &look, "", &intake,
		    &done, err);
	strcpy(name, intake.name);
	*taken = intake.taken;
	look_release(&look);
	return result;
}

int
import_login(struct app *app, const struct place *place, const char *as,
    int wait_ms, char name[STORE_NAME_MAX + 1], bool *taken,
    struct error *err)
{
	int64_t end = time_steady_ms() + wait_ms;
	struct error why = ERROR_INIT;
	int result;

	do {
		result = use_lock(app, wait_ms, &why);
		if (result == 0) {
			result = import_here(app, place, as, name, taken,
			    &why);
			use_unlock(app);
		}
	} while (result != 0 && use_again(app, &why, end));
	if (result != 0)
		error_give(err, &why);
	return result;
}
