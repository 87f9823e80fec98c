/*
 * The export dialog: what, for which model, where to, and how it will look; or,
 * of all that are marked, which files there will be.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/export.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/batch.h"
#include "ui/dialog.h"
#include "ui/field.h"
#include "ui/screen.h"
#include "ui/scroll.h"

#define COLUMNS 72
#define LINES 19

enum part { PART_FORMAT, PART_MODEL, PART_TO, PART_FILE, PARTS };

enum destination { TO_FILE, TO_CLIPBOARD, DESTINATIONS };

struct export {
	char name[STORE_NAME_MAX + 1];	/* "": all that are marked */
	enum part part;		/* where the keys go */
	size_t format;
	struct field model, file;	/* or the folder of many files */
	enum destination to;
	bool file_is_ours;	/* suggested, not typed */
	struct scroll scroll;	/* of what is shown below */
	struct error err;
};

static const struct format *
format_of(const struct export *export)
{
	return &formats[export->format];
}

static bool
is_of_many(const struct export *export)
{
	return export->name[0] == '\0';
}

/* A part that this format, or this destination, does not have is passed. Many
 * do not go into a clipboard. */
static bool
has_part(const struct export *export, enum part part)
{
	return part == PART_MODEL ? format_of(export)->takes_model :
	    part == PART_TO ? !is_of_many(export) :
	    part == PART_FILE ? export->to == TO_FILE : true;
}

static void
go(struct export *export, int step)
{
	do
		export->part = (enum part)(((int)export->part + step +
		    PARTS) % PARTS);
	while (!has_part(export, export->part));
}

/* The consumer's name for the file, at home: never where it would at once be
 * used, or stand in the way of a login. */
static void
suggest_file(struct export *export)
{
	const char *home = getenv("HOME"), *name = format_of(export)->file;
	char path[FIELD_MAX];

	if (!export->file_is_ours)
		return;
	if (is_of_many(export))
		snprintf(path, sizeof path, "%s", home == NULL ? "." : home);
	else if (home == NULL)
		snprintf(path, sizeof path, "%s", name);
	else
		snprintf(path, sizeof path, "%s/%s", home, name);
	field_set(&export->file, path);
}

/* The next place, or the one before, in a ring of @count. */
static size_t
around(size_t at, int step, size_t count)
{
	if (step > 0)
		return at + 1 < count ? at + 1 : 0;
	return at > 0 ? at - 1 : count - 1;
}

static void
choose_model(struct export *export, int step)
{
	size_t at = 0;

	for (size_t i = 0; i < format_models_count; i++)
		if (strcmp(format_models[i], export->model.text) == 0)
			at = i;
	field_set(&export->model,
	    format_models[around(at, step, format_models_count)]);
}

/* What has no secret in it is the same for all: not for many. */
static void
choose_format(struct export *export, int step)
{
	do
		export->format = around(export->format, step, formats_count);
	while (is_of_many(export) && !format_of(export)->secret);
	suggest_file(export);
}

static void
choose(struct export *export, int step)
{
	switch (export->part) {
	case PART_FORMAT:
		choose_format(export, step);
		break;
	case PART_MODEL:
		choose_model(export, step);
		break;
	case PART_TO:
		export->to = export->to == TO_FILE ? TO_CLIPBOARD : TO_FILE;
		break;
	case PART_FILE:
	case PARTS:
		break;
	}
}

/* --- Drawing ------------------------------------------------------------- */

/* What a click is about: a part, and whether it chooses there, too. */
enum spot { SPOT_PART, SPOT_BEFORE, SPOT_NEXT, SPOTS };

static int
label_columns(void)
{
	return 3 + text_widest(7, _("Format"), _("Model"), _("To"),
	    _("Folder"), _("File"));
}

/* The label of a part; returns its line on the screen. */
static int
draw_label(const struct export *export, const struct dialog *d, int line,
    enum part part, const char *label)
{
	line += d->line;
	if (export->part == part)
		term_text(line, d->column, 1, STYLE_TITLE,
		    term_glyph(GLYPH_MARK));
	term_text(line, d->column + 2, d->columns - 2, STYLE_NORMAL, label);
	return line;
}

static void
draw_choice(const struct export *export, const struct dialog *d, int line,
    enum part part, const char *label, const char *value, const char *note)
{
	int from = d->column + label_columns(), end = d->column + d->columns;
	int spot = (int)part * SPOTS, at = from + 2;

	if (line >= d->lines)
		return;
	line = draw_label(export, d, line, part, label);
	term_text(line, from, 1, STYLE_KEY, term_glyph(GLYPH_LEFT));
	ui_hot_part(line, from, 2, spot + SPOT_BEFORE);
	at += term_text(line, at, end - at, export->part == part ?
	    STYLE_STRONG : STYLE_NORMAL, value) + 1;
	term_text(line, at, 1, STYLE_KEY, term_glyph(GLYPH_RIGHT));
	ui_hot_part(line, from + 2, at - from, spot + SPOT_NEXT);
	dialog_hot(d, line - d->line, spot + SPOT_PART);
	at += 3;
	if (note != NULL && at < end)
		term_text(line, at, end - at, STYLE_DIM, note);
}

static void
draw_field(const struct export *export, const struct dialog *d, int line,
    enum part part, const char *label, const struct field *field)
{
	if (line >= d->lines)
		return;
	dialog_hot(d, line, (int)part * SPOTS + SPOT_PART);
	line = draw_label(export, d, line, part, label);
	field_draw(field, line, d->column + label_columns(),
	    d->columns - label_columns(), export->part == part);
}

/* Why it cannot be, and the key that helps: to its end, over the parts where
 * there is no other room. Returns the line behind it. */
static int
draw_error(const struct ui *ui, bool many, const struct dialog *d, int line,
    const struct error *err)
{
	const struct profile *p = ui_selected(ui);
	const char *step = p == NULL || many || err->code == ERROR_REFUSED ?
	    "" : detail_step(ui, p);
	struct buffer text = BUFFER_INIT;
	int wanted;

	buffer_add_string(&text, err->text);
	if (*step != '\0')
		buffer_addf(&text, _("; after Esc, %s"), step);
	wanted = term_wrapped_lines(d->columns, text.data);
	if (line + wanted > d->lines)
		line = d->lines > wanted ? d->lines - wanted : 0;
	for (int i = line; i < d->lines; i++)
		term_text_padded(d->line + i, d->column, d->columns,
		    STYLE_NORMAL, "");
	line += term_wrapped(d->line + line, d->column, d->columns,
	    d->lines - line, STYLE_BAD, text.data);
	buffer_release(&text);
	return line;
}

/* Lines that scroll, from line @line of the dialog on. */
static void
draw_lines(struct export *export, const struct dialog *d, int line,
    const char *text)
{
	struct buffer part = BUFFER_INIT;
	int used = 0, at;
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		at = line + used++ - export->scroll.skip;
		if (at < line || at >= d->lines)
			continue;
		buffer_clear(&part);
		buffer_add(&part, text, n);
		term_text(d->line + at, d->column, d->columns, STYLE_DIM,
		    part.data);
	}
	scroll_fit(&export->scroll, used, d->lines - line);
	ui_draw_more(d->line + d->lines + 1, d->column + d->columns,
	    scroll_has_more(&export->scroll));
	buffer_release(&part);
}

/* How it will look, the token left out. */
static void
draw_preview(struct ui *ui, struct export *export, const struct dialog *d,
    int line)
{
	struct buffer text = BUFFER_INIT;
	struct error err = ERROR_INIT;

	if (export_print(ui->app, export->name, format_of(export),
	    format_of(export)->takes_model ? export->model.text : NULL, true,
	    &text, &err) == 0)
		draw_lines(export, d, line, text.data);
	/* Told above already, when it was tried. */
	else if (export->err.code == ERROR_NONE)
		draw_error(ui, false, d, line, &err);
	buffer_release(&text);
}

/* Which files there will be. */
static void
draw_files(const struct ui *ui, struct export *export, const struct dialog *d,
    int line)
{
	const struct rows *rows = &ui->rows;
	struct buffer text = BUFFER_INIT;

	if (line < d->lines)
		term_text(d->line + line++, d->column, d->columns,
		    STYLE_NORMAL, _("A file for each, mode 0600:"));
	for (size_t i = 0; i < rows->count; i++) {
		if (!rows->marked[rows->shown[i]])
			continue;
		buffer_add_string(&text, "  ");
		export_file_name(listing_name(&ui->list, rows->shown[i]),
		    format_of(export), &text);
		buffer_add_char(&text, '\n');
	}
	if (buffer_ok(&text, NULL))
		draw_lines(export, d, line, text.data);
	buffer_release(&text);
}

static void
add_title(const struct ui *ui, const struct export *export, char *title,
    size_t size)
{
	if (is_of_many(export))
		snprintf(title, size, ngettext("Export %zu profile",
		    "Export %zu profiles", ui->rows.marks), ui->rows.marks);
	else
		snprintf(title, size, "%s %s %s", _("Export"),
		    term_glyph(GLYPH_DOT), export->name);
}

static void
draw_export(struct ui *ui, void *state)
{
	struct export *export = state;
	char title[STORE_NAME_MAX + 200];
	struct dialog d;
	int line = 0;

	add_title(ui, export, title, sizeof title);
	d = dialog_draw(title, LINES, COLUMNS, ON_EXPORT);
	draw_choice(export, &d, line++, PART_FORMAT, _("Format"),
	    format_of(export)->name, _(format_of(export)->summary));
	if (has_part(export, PART_MODEL))
		draw_choice(export, &d, line++, PART_MODEL, _("Model"),
		    export->model.text,
		    export->part == PART_MODEL ? _("or type one") : NULL);
	if (has_part(export, PART_TO))
		draw_choice(export, &d, line++, PART_TO, _("To"),
		    export->to == TO_FILE ? _("a file, mode 0600") :
		    _("your terminal's clipboard (OSC 52)"), NULL);
	if (has_part(export, PART_FILE))
		draw_field(export, &d, line++, PART_FILE, is_of_many(export) ?
		    _("Folder") : _("File"), &export->file);
	line++;
	if (export->err.code != ERROR_NONE)
		line = draw_error(ui, is_of_many(export), &d, line,
		    &export->err) + 1;
	if (is_of_many(export))
		draw_files(ui, export, &d, line);
	else
		draw_preview(ui, export, &d, line);
}

/* --- Doing --------------------------------------------------------------- */

static int
to_clipboard(struct ui *ui, struct export *export, const char *model)
{
	struct buffer text = BUFFER_INIT;
	int result = -1;

	if (export_print(ui->app, export->name, format_of(export), model,
	    false, &text, &export->err) == 0 &&
	    export_note(ui->app, export->name, format_of(export), "clipboard",
	    &export->err) == 0) {
		term_copy(text.data);
		result = 0;
	}
	buffer_release(&text);
	return result;
}

static void
run(struct ui *ui, struct export *export)
{
	const char *model = format_of(export)->takes_model ?
	    export->model.text : NULL;

	if (export->to == TO_CLIPBOARD) {
		if (to_clipboard(ui, export, model) != 0)
			return;
		ui_say(ui, STYLE_GOOD, "%s", _("Sent to your terminal's "
		    "clipboard, if it takes that."));
	} else {
		if (export->file.length == 0) {
			error_set(&export->err, ERROR_USAGE, "%s",
			    _("name a file"));
			return;
		}
		if (export_write(ui->app, export->name, format_of(export),
		    model, export->file.text, false, &export->err) != 0)
			return;
		ui_say(ui, STYLE_GOOD, _("wrote %s"), export->file.text);
	}
	ui_pop(ui);
}

/* What is wrong for all of them is told here, before the first. */
static void
run_many(struct ui *ui, struct export *export)
{
	struct batch_export how = {
		.format = format_of(export), .folder = export->file,
	};

	if (how.format->takes_model)
		how.model = export->model;
	if (export->file.length == 0)
		error_set(&export->err, ERROR_USAGE, "%s", _("name a folder"));
	else if ((!how.format->takes_model || format_check_model(
	    how.model.text, &export->err) != NULL) && export_check_folder(
	    how.format, how.folder.text, &export->err) == 0) {
		ui_pop(ui);
		batch_open(ui, BATCH_EXPORT, &how);
	}
}

static bool
type_export(struct ui *ui, void *state, int key)
{
	struct export *export = state;

	(void)ui;
	if (export->part == PART_MODEL && field_type(&export->model, key)) {
		export->err.code = ERROR_NONE;
		return true;
	}
	if (export->part == PART_FILE && field_type(&export->file, key)) {
		export->err.code = ERROR_NONE;
		export->file_is_ours = false;
		return true;
	}
	return false;
}

/* Up and down go from part to part here. */
static bool
scrolls(enum action action)
{
	return action == ACTION_PAGE_UP || action == ACTION_PAGE_DOWN ||
	    action == ACTION_WHEEL_UP || action == ACTION_WHEEL_DOWN;
}

static void
act_export(struct ui *ui, void *state, enum action action)
{
	struct export *export = state;

	if (scrolls(action) && scroll_act(&export->scroll, action))
		return;
	export->err.code = ERROR_NONE;
	switch (action) {
	case ACTION_CANCEL:
		ui_pop(ui);
		break;
	case ACTION_DO_EXPORT:
		if (is_of_many(export))
			run_many(ui, export);
		else
			run(ui, export);
		break;
	case ACTION_NEXT_FIELD:
	case ACTION_DOWN:
		go(export, 1);
		break;
	case ACTION_PREVIOUS_FIELD:
	case ACTION_UP:
		go(export, -1);
		break;
	case ACTION_LEFT:
		choose(export, -1);
		break;
	case ACTION_RIGHT:
		choose(export, 1);
		break;
	default:
		break;
	}
}

static void
click_export(struct ui *ui, void *state, int part)
{
	struct export *export = state;
	enum spot spot = (enum spot)(part % SPOTS);

	(void)ui;
	export->err.code = ERROR_NONE;
	export->part = (enum part)(part / SPOTS);
	if (spot != SPOT_PART)
		choose(export, spot == SPOT_NEXT ? 1 : -1);
}

static const struct screen_type export_type = {
	.on = ON_EXPORT,
	.draw = draw_export,
	.type = type_export,
	.act = act_export,
	.click = click_export,
	.release = free,
};

void
export_open(struct ui *ui, const char *name)
{
	struct export *export = calloc(1, sizeof *export);

	if (export == NULL)
		return;
	if (name != NULL)
		snprintf(export->name, sizeof export->name, "%s", name);
	export->file_is_ours = true;
	field_set(&export->model, settings_text(ui->app->settings,
	    SETTING_MODEL));
	suggest_file(export);
	ui_push(ui, &export_type, export);
}
