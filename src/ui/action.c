#include "config.h"

#include "base/i18n.h"
#include "ui/action.h"
#include "ui/term.h"

const struct action_info action_info[ACTIONS] = {
#define ACTION(id, key, label, word, help, screens) \
	[ACTION_##id] = { key, label, word, help, screens },
#include "ui/actions.def"
#undef ACTION
};

enum action
action_find(int key, uint64_t screen)
{
	for (int i = 0; i < ACTIONS; i++)
		if (action_info[i].key == key &&
		    (action_info[i].screens & screen) != 0)
			return (enum action)i;
	return ACTIONS;
}

const char *
action_label(enum action action)
{
	const char *label = action_info[action].label;

	if (label == NULL)
		return _(term_glyph(GLYPH_ENTER));
	/* A letter is what one types, in every language. */
	return label[1] == '\0' ? label : _(label);
}
