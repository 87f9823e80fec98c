#include "config.h"

#include "ui/page.h"
#include "ui/screen.h"

void
page_begin(struct page *page, struct scroll *scroll, const char *title)
{
	int lines, columns;

	term_size(&lines, &columns);
	term_box(0, 0, lines, columns, title);
	page->scroll = scroll;
	page->column = PAGE_COLUMN;
	page->lines = lines - 3;	/* the frame, and the keys */
	page->columns = columns - 2 * PAGE_COLUMN;
	page->used = 0;
}

void
page_text(struct page *page, int indent, enum term_style style,
    const char *text)
{
	int width = page->columns - indent;
	int wanted = term_wrapped_lines(width, text);
	int at = page->used - page->scroll->skip;
	int first = at < 0 ? -at : 0, room = page->lines - (at + first);

	page->used += wanted;
	if (first < wanted && room > 0)
		term_wrapped_from(1 + at + first, page->column + indent,
		    width, wanted - first < room ? wanted - first : room,
		    style, text, first);
}

int
page_line(struct page *page)
{
	int at = page->used++ - page->scroll->skip;

	return at >= 0 && at < page->lines ? 1 + at : -1;
}

void
page_end(const struct page *page, uint64_t on)
{
	int lines, columns;

	term_size(&lines, &columns);
	scroll_fit(page->scroll, page->used, page->lines);
	ui_draw_more(lines - 1, columns - PAGE_COLUMN,
	    scroll_has_more(page->scroll));
	ui_draw_keys(lines - 2, PAGE_COLUMN, columns - 2 * PAGE_COLUMN, on);
}
