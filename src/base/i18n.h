/*
 * i18n: marks the texts that are translated.
 *
 * _() where a text is shown, N_() where it stands in a table and is shown
 * later by _(), ngettext() for counts. Sentences are never glued together.
 */
#ifndef BASE_I18N_H
#define BASE_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)

#endif
