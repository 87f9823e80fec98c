#include "config.h"

#include "app/clock.h"
#include "base/i18n.h"
#include "base/time.h"
#include "storage/skew.h"

void
clock_heard(struct app *app, int64_t ahead)
{
	struct skew skew = { ahead, time_now() };

	app->issuer_ahead = ahead;
	/* What cannot be kept is said now. */
	skew_save(app->store, &skew, NULL);
}

bool
clock_is_off(const struct app *app)
{
	return skew_matters(app->issuer_ahead);
}

void
clock_sentence(int64_t ahead, struct buffer *out)
{
	char length[TIME_TEXT_SIZE];

	time_format_left(length, ahead < 0 ? -ahead : ahead);
	buffer_addf(out, ahead > 0 ?
	    _("this machine's clock is %s behind the issuer's: logins have "
	    "less left than is shown") :
	    _("this machine's clock is %s ahead of the issuer's: logins have "
	    "more left than is shown"), length);
}
