/*
 * page: a whole screen of text that scrolls.
 */
#ifndef UI_PAGE_H
#define UI_PAGE_H

#include "ui/scroll.h"
#include "ui/term.h"

struct page {
	struct scroll *scroll;
	int column;		/* where the text begins */
	int lines, columns;	/* of the text that is in sight */
	int used;		/* lines, from the first one on */
};

/* The column in which a page's text begins. */
#define PAGE_COLUMN 2

/* Clears the screen for a page with that title. Whoever wants something beside
 * the text moves it, or makes it narrower, before the first line. */
void page_begin(struct page *page, struct scroll *scroll, const char *title);

/* Adds a text over several lines, indented by @indent columns. */
void page_text(struct page *page, int indent, enum term_style style,
    const char *text);

/* Adds a line to be drawn by the caller: where on the screen; -1: it is out of
 * sight. */
int page_line(struct page *page);

/* Draws what is around the text. */
void page_end(const struct page *page, uint64_t on);

#endif
