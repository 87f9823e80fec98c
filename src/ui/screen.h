/*
 * screen: what the screens of the interface are made of.
 *
 * A screen is a const table of functions and a state of its own; screens lie
 * on each other in a stack, the list at the bottom. Handlers change states and
 * never draw; the loop draws after each event. Nothing waits but the loop.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "app/facts.h"
#include "app/job.h"
#include "app/listing.h"
#include "ui/action.h"
#include "ui/rows.h"
#include "ui/term.h"

struct ui;

struct screen_type {
	uint64_t on;	/* ON_..., for its keys */
	/* Where those change: what they are now. May be NULL. */
	uint64_t (*where)(const struct ui *ui);
	/* Draws everything; curses sends only what changed. */
	void (*draw)(struct ui *ui, void *state);
	/* Does what a key of the table means here. */
	void (*act)(struct ui *ui, void *state, enum action action);
	/* Gets keys first, for typing: true when it took it. May be NULL. */
	bool (*type)(struct ui *ui, void *state, int key);
	/* A part was clicked on that draw() made hot: see ui_hot_part(). May
	 * be NULL. */
	void (*click)(struct ui *ui, void *state, int part);
	/* The job went on, or ended. May be NULL. */
	void (*job)(struct ui *ui, void *state);
	/* True while its picture shows seconds. May be NULL. */
	bool (*ticks)(struct ui *ui, void *state);
	/* Wipes and frees the state. May be NULL. */
	void (*release)(void *state);
};

struct screen {
	const struct screen_type *type;
	void *state;
};

/* A job in words, N_(); all take the profile's name. */
struct ui_work {
	const char *begun, *busy, *done;
};

extern const struct ui_work ui_renewing, ui_signing_in, ui_signing_out;

#define SCREENS_MAX 8
#define MESSAGE_MAX 700

struct ui {
	struct app *app;
	struct screen stack[SCREENS_MAX];
	int depth;
	struct listing list;
	struct rows rows;	/* those of @list that are shown */
	size_t selected, top;	/* places in the lines */
	size_t wanted;		/* the line that was selected last, a profile's
				 * or a tenant's (ui/tree), which a filter may
				 * hide */
	struct facts facts;	/* of the profile that was looked at last, */
	char facts_of[STORE_NAME_MAX + 1];	/* its name; "": none */
	bool filtering;		/* the filter is being typed */
	struct job *job;	/* one at a time; NULL */
	char job_profile[STORE_NAME_MAX + 1];
	const struct ui_work *job_work;	/* what it is, in words */
	struct batch *batch;	/* the same on many; NULL */
	char message[MESSAGE_MAX];
	enum term_style message_style;
	struct messages *messages;	/* the last ones; NULL: none yet */
	int clock_set;		/* time_watch_set() */
	bool clock_told;	/* that it is off */
	bool plain;		/* the screen is left: nothing is drawn */
	bool quit;
	int64_t minute;		/* when the profiles were read, in minutes */
	bool stopped;		/* by a signal, or the terminal went */
	int64_t now;		/* of this picture */
};

/* Puts a screen on top; @state is then the screen's. Takes it off again. */
void ui_push(struct ui *ui, const struct screen_type *type, void *state);
void ui_pop(struct ui *ui);

/* Makes the screen with that state one of another type. */
void ui_retype(struct ui *ui, const void *state,
    const struct screen_type *type);

/* Which keys there are now, as ON_... */
uint64_t ui_where(const struct ui *ui);

/* To the screen on top: a key from the terminal; and an action, if it has it
 * now, whatever is being typed there. */
void ui_key(struct ui *ui, int key);
void ui_act(struct ui *ui, enum action action);

/* In a drawn line: a click there is that action, or is told to the screen as
 * that @part (from 0). Where two lie on each other, it is the first. */
void ui_hot_key(int line, int column, int width, enum action action);
void ui_hot_part(int line, int column, int width, int part);

/* The message line: the last thing that happened. */
void ui_say(struct ui *ui, enum term_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ui_say_error(struct ui *ui, const struct error *err);

/* Appends all that @err says: the cause, and the next step. */
void ui_error_words(const struct error *err, struct buffer *out);
void ui_release_messages(struct ui *ui);

/* The same for what is not worth keeping: how far something is. */
void ui_hint(struct ui *ui, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads the profiles anew; keeps the selection on its name, or on @name where
 * that is not NULL. */
void ui_reload(struct ui *ui, const char *name);

/* The selected profile; NULL when none is shown, or a tenant is selected. Do
 * not keep it. And the tenant, or NULL. */
const struct profile *ui_selected(const struct ui *ui);
struct tree_tenant *ui_selected_tenant(const struct ui *ui);

/* What is not urgent, where there are many profiles: comparing the list with
 * the files. A little of it, for when no key comes. */
bool ui_has_work(const struct ui *ui);
void ui_work(struct ui *ui);

/* Selects what is in line @to. */
void ui_select(struct ui *ui, size_t to);

/* Folds, or unfolds, a tenant, or all (NULL). */
void ui_fold(struct ui *ui, struct tree_tenant *tenant, bool folded);

/* Shows what is folded, until it is called again. */
void ui_unfold_for_now(struct ui *ui, bool open);

/* After filter or order changed: shows what there is to show, and the selected
 * profile in any case when @keep. */
void ui_show(struct ui *ui, bool keep);

/* Starts @job, which then is the interface's; false, and says why, when NULL
 * (@err) or when another one runs. */
bool ui_start_job(struct ui *ui, struct job *job, const char *name,
    const struct ui_work *work, const struct error *err);

/* True, and says so, when a job runs already. */
bool ui_is_busy(struct ui *ui);

/* Frees it; ui_cancel_job(): since the person has given it up. */
void ui_drop_job(struct ui *ui);
void ui_cancel_job(struct ui *ui);

/* Draws the footer of keys into @width columns of a line. */
void ui_draw_keys(int line, int column, int width, uint64_t on);

/* Tells in a frame's lower line, which ends before column @right, that there is
 * more to see below. */
void ui_draw_more(int line, int right, bool more);

/* The screens. */
void list_open(struct ui *ui);
void filter_open(struct ui *ui);
void find_open(struct ui *ui);
void messages_open(struct ui *ui);
void forget_open(struct ui *ui);	/* for all that are marked */
void detail_open(struct ui *ui);
void name_open(struct ui *ui);
void terms_open(struct ui *ui, const char *name);
void login_open(struct ui *ui, const char *name);
void paste_open(struct ui *ui);	/* for the sign-in by a browser */
void export_open(struct ui *ui, const char *name);	/* NULL: what is
							 * marked */
void delete_open(struct ui *ui, const char *name);
void use_open(struct ui *ui, const char *name);
void lend_open(struct ui *ui, const struct profile *profile);	/* or back */
void rename_open(struct ui *ui, const char *name);
void usage_open(struct ui *ui, const char *name);	/* and asks for it */
void doctor_open(struct ui *ui);
void audit_open(struct ui *ui);
void settings_open(struct ui *ui);

/* What programs have and the store has not; says so when there is nothing and
 * somebody @asked. */
void import_open(struct ui *ui, bool asked);

/* A sign-in that was cut off and may be gone on with; false: there is none. */
bool resume_open(struct ui *ui);
void help_open(struct ui *ui, uint64_t on);

/* Draws all about a profile into a rectangle; used beside the list, too.
 * Returns the lines that it would take. */
int detail_draw_in(struct ui *ui, const struct profile *profile, int line,
    int column, int lines, int columns, int skip);

/* The key that helps a profile, in words; "" when nothing needs to be done. */
const char *detail_step(const struct ui *ui, const struct profile *profile);

/* Makes the terminal look as the settings say. */
void settings_apply(struct ui *ui);

/* The sign-in of @name, by way of the terms when they are not agreed to. */
void login_begin(struct ui *ui, const char *name);

#endif
