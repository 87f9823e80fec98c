#include "config.h"

#include <string.h>

#include "app/remove.h"
#include "app/undo.h"
#include "base/i18n.h"

/* True if what could be undone in the list of targets is a switch: what they
 * showed before is there still. After a deletion it is gone. */
static bool
was_switch(struct app *app)
{
	struct targets targets;
	bool is_switch = false;

	if (targets_load(app->store, &targets, NULL) == 0)
		for (size_t i = 0; i < targets.count; i++) {
			const struct target *target = &targets.target[i];

			if (target->may_undo && (target->undo == NULL ||
			    !profile_is_free(app->store, target->undo)))
				is_switch = true;
		}
	targets_release(&targets);
	return is_switch;
}

int
undo_last(struct app *app, int wait_ms, struct undo *undo, struct error *err)
{
	memset(undo, 0, sizeof *undo);
	if (was_switch(app))
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
