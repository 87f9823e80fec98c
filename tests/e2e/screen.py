"""A pyte screen that also knows what curses sends to today's terminals.

pyte 0.8 has no alternate screen, no REP, SU, SD and CBT, folds bright colours into bold and ignores the
line-drawing set in UTF-8; behind a mark that it knows no class of it draws nothing more. Text and state would be
wrong so, so that is put right here.
"""

import codecs
import unicodedata
from typing import NamedTuple

import pyte
from pyte import graphics
from wcwidth import wcwidth

import vt

_ALTERNATE = {47, 1047, 1049}


class Cell(NamedTuple):
    char: str
    fg: str
    bg: str
    reverse: bool
    bold: bool
    underline: bool


class Screen(pyte.Screen):
    """`alternate` tells whether the full-screen buffer is shown; leaving it brings the old text back."""

    alternate = False
    mouse = False
    _main = None
    _last = " "
    _lines = None

    @property
    def display(self):
        """pyte measures each character anew at each look; the cell right of a wide one is empty anyway."""
        if self._lines is None:
            self._lines = ["".join(self.buffer[y][x].data for x in range(self.columns)) for y in range(self.lines)]
        return self._lines

    def changed(self):
        self._lines = None

    def resize(self, lines=None, columns=None):
        super().resize(lines, columns)
        self.changed()

    def set_mode(self, *modes, **kwargs):
        if kwargs.get("private"):
            if _ALTERNATE & set(modes) and not self.alternate:
                self._main = {y: dict(line) for y, line in self.buffer.items()}, self.cursor.x, self.cursor.y
                self.alternate = True
                self.erase_in_display(2)
            self.mouse = self.mouse or bool({1000, 1002, 1003} & set(modes))
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes, **kwargs):
        if kwargs.get("private"):
            if _ALTERNATE & set(modes) and self.alternate:
                self._leave_alternate()
            if {1000, 1002, 1003} & set(modes):
                self.mouse = False
        super().reset_mode(*modes, **kwargs)

    def _leave_alternate(self):
        lines, x, y = self._main
        self.alternate = False
        self.buffer.clear()
        for row, line in lines.items():
            self.buffer[row].update(line)
        self.cursor.x, self.cursor.y = min(x, self.columns - 1), min(y, self.lines - 1)

    def draw(self, data):
        super().draw("".join(char for char in data if wcwidth(char) != 0 or unicodedata.combining(char)))
        self._last = data[-1:] or self._last

    def repeat(self, count=None):
        self.draw(self._last * (count or 1))

    def scroll_up(self, count=None):
        self._scroll(self.index, (self.margins or pyte.screens.Margins(0, self.lines - 1)).bottom, count)

    def scroll_down(self, count=None):
        self._scroll(self.reverse_index, (self.margins or pyte.screens.Margins(0, self.lines - 1)).top, count)

    def _scroll(self, step, row, count):
        old, self.cursor.y = self.cursor.y, row
        for _ in range(count or 1):
            step()
        self.cursor.y = old

    def cursor_back_tab(self, count=None):
        for _ in range(count or 1):
            self.cursor.x = max((stop for stop in self.tabstops if stop < self.cursor.x), default=0)

    def select_graphic_rendition(self, *attrs):
        # aixterm's bright colours are entries 8 to 15 of the palette, not bold ones.
        plain = []
        for attr in attrs:
            if 90 <= attr <= 97:
                plain += [38, 5, attr - 90 + 8]
            elif 100 <= attr <= 107:
                plain += [48, 5, attr - 100 + 8]
            else:
                plain.append(attr)
        super().select_graphic_rendition(*plain)

    def cell(self, x, y):
        char = self.buffer[y][x]
        return Cell(char.data, char.fg, char.bg, char.reverse, char.bold, char.underscore)


class _Stream(pyte.Stream):
    csi = {**pyte.Stream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down", "Z": "cursor_back_tab"}

    def __init__(self, screen):
        super().__init__(screen)
        # In pyte this name means "ignore the line-drawing set", which xterm does not.
        self.use_utf8 = False


class Painter:
    """Feeds raw bytes to a Screen; keeps control strings (OSC, DCS) away from it, since pyte draws them."""

    def __init__(self, screen, term, codec):
        self.screen = screen
        self._reader = vt.Reader(term)
        self._decode = codecs.getincrementaldecoder(codec)("replace").decode
        self._stream = _Stream(screen)

    def feed(self, data):
        self.screen.changed()
        for token in self._reader.feed(data):
            if token.kind in (vt.STRING, vt.BROKEN):
                continue
            text = self._decode(token.raw)
            try:
                self._stream.feed(text)
            except (TypeError, ValueError):
                # A sequence with parameters that pyte does not know: nothing is drawn, its parser starts anew.
                self._stream.attach(self.screen)


def colour_of_palette(index):
    """How pyte names entry `index` of the 256-colour palette."""
    return graphics.FG_BG_256[index]
