#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/export.h"
#include "app/remove.h"
#include "base/i18n.h"
#include "ui/batch.h"

#define NAMED 5			/* of those that failed */

struct batch {
	enum batch_kind kind;
	char (*name)[STORE_NAME_MAX + 1];
	size_t count, next;
	size_t done, failed;
	struct buffer failures;	/* their names */
	bool stopped;
	struct batch_export how;
};

/* In words. TRANSLATORS: they get the name and two numbers; the number; two
 * numbers; two numbers and names; and the same when it was stopped. Which form
 * it is depends on the first number. */
static const struct {
	const char *progress;
	struct counted all, some, stopped, stopped_some;
} words[] = {
	[BATCH_RENEW] = {
		N_("Renewing '%s' (%zu of %zu); Esc stops after it"),
		NP_("%zu is renewed", "all %zu are renewed"),
		NP_("%zu of %zu is renewed; not renewed: %s (m tells why)",
		"%zu of %zu are renewed; not renewed: %s (m tells why)"),
		NP_("stopped: %zu of %zu is renewed",
		"stopped: %zu of %zu are renewed"),
		NP_("stopped: %zu of %zu is renewed; not renewed: %s (m tells "
		"why)", "stopped: %zu of %zu are renewed; not renewed: %s (m "
		"tells why)"),
	},
	[BATCH_FORGET] = {
		N_("Forgetting '%s' (%zu of %zu); Esc stops after it"),
		NP_("%zu is forgotten; z brings it back",
		"all %zu are forgotten; z brings them back one at a time"),
		NP_("%zu of %zu is forgotten; not forgotten: %s (m tells why)",
		"%zu of %zu are forgotten; not forgotten: %s (m tells why)"),
		NP_("stopped: %zu of %zu is forgotten",
		"stopped: %zu of %zu are forgotten"),
		NP_("stopped: %zu of %zu is forgotten; not forgotten: %s (m "
		"tells why)", "stopped: %zu of %zu are forgotten; not "
		"forgotten: %s (m tells why)"),
	},
	[BATCH_EXPORT] = {
		N_("Exporting '%s' (%zu of %zu); Esc stops after it"),
		NP_("%zu is exported (m tells where)",
		"all %zu are exported (m tells where)"),
		NP_("%zu of %zu is exported; not exported: %s (m tells why)",
		"%zu of %zu are exported; not exported: %s (m tells why)"),
		NP_("stopped: %zu of %zu is exported",
		"stopped: %zu of %zu are exported"),
		NP_("stopped: %zu of %zu is exported; not exported: %s (m "
		"tells why)", "stopped: %zu of %zu are exported; not "
		"exported: %s (m tells why)"),
	},
};

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	buffer_release(&batch->failures);
	free(batch->name);
	free(batch);
}

void
batch_open(struct ui *ui, enum batch_kind kind,
    const struct batch_export *how)
{
	const struct rows *rows = &ui->rows;
	struct batch *batch;

	if (rows->marks == 0 || ui_is_busy(ui))
		return;
	batch = calloc(1, sizeof *batch);
	if (batch == NULL)
		return;
	buffer_init(&batch->failures);
	batch->kind = kind;
	if (how != NULL)
		batch->how = *how;
	batch->name = calloc(rows->marks, sizeof *batch->name);
	for (size_t i = 0; batch->name != NULL && i < rows->count; i++)
		if (rows->marked[rows->shown[i]])
			strcpy(batch->name[batch->count++],
			    listing_name(&ui->list, rows->shown[i]));
	ui->batch = batch;
	batch_step(ui);
}

void
batch_stop(struct ui *ui)
{
	ui->batch->stopped = true;
}

void
batch_tell(struct ui *ui)
{
	const struct batch *batch = ui->batch;

	if (batch != NULL && batch->next > 0 && batch->count > 1)
		ui_hint(ui, _(words[batch->kind].progress),
		    batch->name[batch->next - 1], batch->next, batch->count);
}

/* What was done needs no mark any more; what was not keeps it. */
static void
unmark(struct ui *ui, const char *name)
{
	size_t at;

	if (listing_find(&ui->list, name, &at))
		rows_mark(&ui->rows, at, false);
}

void
batch_note(struct ui *ui, const struct error *err)
{
	struct batch *batch = ui->batch;
	const char *name;

	if (batch == NULL || batch->next == 0)
		return;
	name = batch->name[batch->next - 1];
	if (err == NULL) {
		batch->done++;
		unmark(ui, name);
		return;
	}
	if (batch->failed < NAMED)
		buffer_addf(&batch->failures, "%s%s", batch->failed > 0 ?
		    ", " : "", name);
	else if (batch->failed == NAMED)
		buffer_addf(&batch->failures, ", %s",
		    term_glyph(GLYPH_ELLIPSIS));
	batch->failed++;
	/* Where no answer comes, the next one would not get any, either, and
	 * might be in doubt afterwards. */
	if (err->code == ERROR_UNAVAILABLE)
		batch->stopped = true;
}

static const char *
counted(const struct counted *text, size_t n)
{
	return ngettext(text->one, text->many, n);
}

static void
end(struct ui *ui)
{
	struct batch *batch = ui->batch;
	bool stopped = batch->stopped && batch->next < batch->count;
	enum term_style style = batch->failed > 0 || stopped ?
	    STYLE_WARNING : STYLE_GOOD;

	ui->batch = NULL;
	ui_reload(ui, NULL);
	if (batch->count < 2)
		;	/* What was said of it is all there is to say. */
	else if (batch->failed > 0)
		ui_say(ui, style, counted(stopped ?
		    &words[batch->kind].stopped_some :
		    &words[batch->kind].some, batch->done), batch->done,
		    batch->count, batch->failures.data);
	else if (stopped)
		ui_say(ui, style, counted(&words[batch->kind].stopped,
		    batch->done), batch->done, batch->count);
	else
		ui_say(ui, style, counted(&words[batch->kind].all,
		    batch->done), batch->done);
	batch_free(batch);
}

static void
renew(struct ui *ui, const char *name)
{
	struct error err = ERROR_INIT;

	if (!ui_start_job(ui, job_refresh(ui->app, name, 0, &err), name,
	    &ui_renewing, &err))
		batch_note(ui, &err);
}

static void
forget(struct ui *ui, const char *name)
{
	struct error err = ERROR_INIT;

	if (remove_profile(ui->app, name, false, REMOVE_GLANCE_MS, &err) != 0) {
		ui_say_error(ui, &err);
		batch_note(ui, &err);
		return;
	}
	ui_say(ui, STYLE_GOOD, _("'%s' is forgotten; z brings it back"), name);
	batch_note(ui, NULL);
}

static void
export(struct ui *ui, const char *name, const struct batch_export *how)
{
	struct buffer path = BUFFER_INIT;
	struct error err = ERROR_INIT;
	int result = -1;

	buffer_addf(&path, "%s/", how->folder.text);
	export_file_name(name, how->format, &path);
	if (buffer_ok(&path, &err))
		result = export_write(ui->app, name, how->format,
		    how->model.length > 0 ? how->model.text : NULL, path.data,
		    false, &err);
	if (result == 0)
		ui_say(ui, STYLE_GOOD, _("wrote %s"), path.data);
	else
		ui_say_error(ui, &err);
	batch_note(ui, result == 0 ? NULL : &err);
	buffer_release(&path);
}

void
batch_step(struct ui *ui)
{
	struct batch *batch = ui->batch;
	const char *name;

	if (batch == NULL || ui->job != NULL)
		return;
	if (batch->stopped || batch->next == batch->count) {
		end(ui);
		return;
	}
	name = batch->name[batch->next++];
	if (batch->kind == BATCH_RENEW)
		renew(ui, name);
	else if (batch->kind == BATCH_FORGET)
		forget(ui, name);
	else
		export(ui, name, &batch->how);
	batch_tell(ui);
}
