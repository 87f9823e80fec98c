/*
 * What is wrong with the store and the files of programs, and what helps.
 */
#include "config.h"

#include <stdlib.h>

#include "app/doctor.h"
#include "base/i18n.h"
#include "ui/page.h"
#include "ui/screen.h"

#define INDENT 4

struct doctor {
	struct scroll scroll;
	struct findings findings;
	struct error err;
};

static void
look(struct ui *ui, struct doctor *doctor)
{
	findings_release(&doctor->findings);
	doctor->err.code = ERROR_NONE;
	doctor_look(ui->app, &doctor->findings, &doctor->err);
}

static void
mend(struct ui *ui, struct doctor *doctor)
{
	findings_release(&doctor->findings);
	doctor->err.code = ERROR_NONE;
	doctor_fix(ui->app, &doctor->findings, &doctor->err);
}

static void
draw_well(struct page *page, const struct findings *findings)
{
	struct buffer text = BUFFER_INIT;

	page_text(page, 0, STYLE_GOOD, _("All is well."));
	page_line(page);
	if (findings->tokens == 0)
		buffer_add_string(&text, _("There is no refresh token yet, in "
		    "the store or elsewhere."));
	else
		buffer_addf(&text, ngettext("%zu refresh token was looked at; "
		    "it is in one file.", "%zu refresh tokens were looked at; "
		    "each is in one file.", findings->tokens),
		    findings->tokens);
	page_text(page, 0, STYLE_NORMAL, text.data);
	buffer_clear(&text);
	buffer_addf(&text, ngettext("%zu place was looked at where a program "
	    "keeps a login.", "%zu places were looked at where programs keep "
	    "a login.", findings->places), findings->places);
	page_text(page, 0, STYLE_NORMAL, text.data);
	buffer_release(&text);
}

static void
draw_finding(struct page *page, const struct finding *finding)
{
	const bool done = finding->fix == FIX_DONE;
	struct buffer fix = BUFFER_INIT;
	int line;

	page_line(page);
	line = page->used - page->scroll->skip;
	if (line >= 0 && line < page->lines && !done)
		term_text(1 + line, PAGE_COLUMN, 2, STYLE_WARNING, "!");
	page_text(page, 2, STYLE_NORMAL, finding->text);
	if (finding->remedy != NULL && !done)
		page_text(page, INDENT, STYLE_STRONG, finding->remedy);
	if (finding->fix != FIX_WOULD)
		finding_add_fix(finding, &fix);
	if (fix.length > 0)
		page_text(page, INDENT, done ? STYLE_GOOD : STYLE_WARNING,
		    fix.data);
	buffer_release(&fix);
}

/* What was mended comes first (app/doctor). */
static void
draw_findings(struct page *page, const struct findings *findings)
{
	const size_t would = findings_count(findings, FIX_WOULD);
	const size_t done = findings_count(findings, FIX_DONE);
	const size_t left = findings->count - done;
	struct buffer text = BUFFER_INIT;

	for (size_t i = 0; i < findings->count; i++) {
		if (i == done) {
			if (done > 0)
				page_line(page);
			buffer_addf(&text, ngettext("%zu thing is to be done:",
			    "%zu things are to be done:", left), left);
			page_text(page, 0, STYLE_WARNING, text.data);
			buffer_clear(&text);
		}
		draw_finding(page, &findings->finding[i]);
	}
	if (would > 0) {
		buffer_addf(&text, ngettext("F mends %zu of these without "
		    "losing anything.", "F mends %zu of these without losing "
		    "anything.", would), would);
		page_line(page);
		page_text(page, 0, STYLE_NORMAL, text.data);
	}
	buffer_release(&text);
}

static void
draw_environment(struct page *page, const struct findings *findings)
{
	struct buffer text = BUFFER_INIT;

	page_line(page);
	for (int i = 0; doctor_add_environment(findings, i, &text); i++) {
		page_text(page, 0, STYLE_NORMAL, text.data);
		buffer_clear(&text);
	}
	buffer_release(&text);
}

static void
draw_doctor(struct ui *ui, void *state)
{
	struct doctor *doctor = state;
	struct page page;

	(void)ui;
	page_begin(&page, &doctor->scroll, _("Doctor"));
	if (doctor->err.code != ERROR_NONE)
		page_text(&page, 0, STYLE_BAD, doctor->err.text);
	else {
		if (findings_count(&doctor->findings, FIX_DONE) ==
		    doctor->findings.count)
			draw_well(&page, &doctor->findings);
		if (doctor->findings.count > 0)
			draw_findings(&page, &doctor->findings);
	}
	if (doctor->err.code == ERROR_NONE)
		draw_environment(&page, &doctor->findings);
	page_end(&page, ON_DOCTOR);
}

static void
act_doctor(struct ui *ui, void *state, enum action action)
{
	struct doctor *doctor = state;

	if (scroll_act(&doctor->scroll, action))
		return;
	switch (action) {
	case ACTION_LOOK:
		look(ui, doctor);
		break;
	case ACTION_MEND:
		mend(ui, doctor);
		break;
	case ACTION_BACK:
		ui_pop(ui);
		break;
	default:
		break;
	}
}

static void
release_doctor(void *state)
{
	struct doctor *doctor = state;

	findings_release(&doctor->findings);
	free(doctor);
}

static const struct screen_type doctor_type = {
	.on = ON_DOCTOR,
	.draw = draw_doctor,
	.act = act_doctor,
	.release = release_doctor,
};

void
doctor_open(struct ui *ui)
{
	struct doctor *doctor = calloc(1, sizeof *doctor);

	if (doctor == NULL)
		return;
	look(ui, doctor);
	ui_push(ui, &doctor_type, doctor);
}
