/*
 * i18n: marks the texts that are translated.
 *
 * _() where a text is shown, N_() where it stands in a table and is shown
 * later by _(), ngettext() for counts, NP_() where both forms of one stand in
 * a table. Sentences are never glued together.
 */
#ifndef BASE_I18N_H
#define BASE_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)
#define NP_(one, many) { one, many }

/* What NP_() makes: ngettext(text.one, text.many, n) shows it. */
struct counted {
	const char *one, *many;
};

#endif
