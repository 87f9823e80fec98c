#include "config.h"

#include <string.h>

#include "app/remove.h"
#include "app/undo.h"
#include "base/i18n.h"

/* True if what could be undone in the list of targets is a switch: what they
 * showed before is there still. After a deletion it is gone. */
static int
was_switch(struct app *app, bool *is_switch, struct error *err)
{
	struct targets targets;
	int result = targets_load(app->store, &targets, err);

	*is_switch = false;
	for (size_t i = 0; i < targets.count; i++) {
		const struct target *target = &targets.target[i];

		if (target->may_undo && (target->undo == NULL ||
		    !profile_is_free(app->store, target->undo)))
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
