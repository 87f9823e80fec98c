#include "config.h"

#include <string.h>

#include "app/remove.h"
#include "app/undo.h"
#include "base/i18n.h"
#include "storage/backup.h"

/* What was deleted last. */
struct deletion {
	char name[STORE_NAME_MAX + 1];
	int64_t at;		/* ms; 0: nothing was */
};

/* True if it came after that target was switched, or took its view away. */
static bool
is_later(const struct deletion *deletion, const struct target *target)
{
	int64_t since = target->since * 1000;

	if (deletion->at == 0 || deletion->at < since)
		return false;
	return deletion->at >= since + 1000 || (target->profile == NULL &&
	    target->undo != NULL && strcmp(target->undo, deletion->name) == 0);
}

/* True if what could be undone in the list of targets is a switch: what they
 * showed before is there still. After a deletion it is gone, or there is
 * another login of that name. */
static int
was_switch(struct app *app, bool *is_switch, struct error *err)
{
	struct error why = ERROR_INIT;
	struct targets targets;
	struct deletion deletion;
	int result = targets_load(app->store, &targets, err);

	if (backup_last(app->store, deletion.name, &deletion.at, &why) != 0) {
		deletion.at = 0;
		if (result == 0 && why.code != ERROR_NOT_FOUND)
			result = error_give(err, &why);
	}
	*is_switch = false;
	for (size_t i = 0; i < targets.count && result == 0; i++) {
		const struct target *target = &targets.target[i];
		int there = 0;

		if (target->may_undo && !is_later(&deletion, target))
			there = target->undo == NULL ? 1 :
			    profile_find(app->store, target->undo, err);
		if (there < 0)
			result = -1;
		if (there > 0)
			*is_switch = true;
	}
	targets_release(&targets);
	return result;
}

int
undo_last(struct app *app, int wait_ms, struct undo *undo, struct error *err)
{
	bool is_switch;

	memset(undo, 0, sizeof *undo);
	/* A list that cannot be read just now must not mean a deletion. */
	if (was_switch(app, &is_switch, err) != 0)
		return -1;
	if (is_switch)
		return use_undo(app, NULL, &undo->places, err);
	undo->restored = true;
	return remove_undo(app, wait_ms, undo->name, undo->as, err);
}

void
undo_release(struct undo *undo)
{
	places_release(&undo->places);
}

void
undo_sentence(const struct undo *undo, struct buffer *out)
{
	if (!undo->restored) {
		buffer_add_string(out, _("the last switch is undone:"));
		for (size_t i = 0; i < undo->places.count; i++) {
			buffer_add_char(out, ' ');
			place_label(&undo->places.place[i], out);
		}
	} else if (strcmp(undo->name, undo->as) != 0)
		buffer_addf(out, _("'%s' is back as '%s', since there is a "
		    "'%s' again"), undo->name, undo->as, undo->name);
	else
		buffer_addf(out, _("'%s' is back"), undo->name);
}
