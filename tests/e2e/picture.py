"""What an eye or a phone's camera sees: a screen painted as a picture, and the QR codes that are in it.

Block characters are painted as geometry, each cell twice as high as wide, so a QR code drawn with half
blocks has square modules here exactly when it has them on a terminal.
"""

import os
import subprocess
import tempfile
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from screen import colour_of_palette

CELL_WIDTH, CELL_HEIGHT = 8, 16
_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"


class Theme(NamedTuple):
    foreground: str
    background: str


DARK = Theme("e5e5e5", "000000")
LIGHT = Theme("1c1c1c", "fdf6e3")

_NAMES = ["black", "red", "green", "brown", "blue", "magenta", "cyan", "white"]

# Parts of a cell that a block character fills: left, top, right, bottom in eighths of the cell.
_QUADRANTS = {"ul": (0, 0, 4, 4), "ur": (4, 0, 8, 4), "ll": (0, 4, 4, 8), "lr": (4, 4, 8, 8)}
_BLOCKS = {
    "█": [(0, 0, 8, 8)], "▀": [(0, 0, 8, 4)], "▄": [(0, 4, 8, 8)], "▌": [(0, 0, 4, 8)], "▐": [(4, 0, 8, 8)],
    "▔": [(0, 0, 8, 1)], "▁": [(0, 7, 8, 8)], "▂": [(0, 6, 8, 8)], "▃": [(0, 5, 8, 8)], "▅": [(0, 3, 8, 8)],
    "▆": [(0, 2, 8, 8)], "▇": [(0, 1, 8, 8)],
    **{char: [_QUADRANTS[name] for name in names.split()] for char, names in {
        "▘": "ul", "▝": "ur", "▖": "ll", "▗": "lr", "▚": "ul lr", "▞": "ur ll",
        "▛": "ul ur ll", "▜": "ul ur lr", "▙": "ul ll lr", "▟": "ur ll lr"}.items()},
}


def paint(screen, theme=DARK):
    """The pyte screen as a picture. Text is drawn where Debian's DejaVu font is installed."""
    font = ImageFont.truetype(_FONT, 13) if os.path.exists(_FONT) else None
    size = screen.columns * CELL_WIDTH, screen.lines * CELL_HEIGHT
    picture = Image.new("RGB", size, "#" + theme.background)
    draw = ImageDraw.Draw(picture)
    for y in range(screen.lines):
        for x in range(screen.columns):
            _paint_cell(draw, x * CELL_WIDTH, y * CELL_HEIGHT, screen.cell(x, y), theme, font)
    return picture


def _paint_cell(draw, left, top, cell, theme, font):
    ink = _colour(cell.fg, theme.foreground, cell.bold)
    paper = _colour(cell.bg, theme.background)
    if cell.reverse:
        ink, paper = paper, ink
    _fill(draw, left, top, (0, 0, 8, 8), paper)
    if cell.char in _BLOCKS:
        for part in _BLOCKS[cell.char]:
            _fill(draw, left, top, part, ink)
    elif font and cell.char.strip():
        draw.text((left, top), cell.char, fill=ink, font=font)


def _fill(draw, left, top, part, colour):
    x0, y0, x1, y1 = part
    draw.rectangle((left + x0 * CELL_WIDTH // 8, top + y0 * CELL_HEIGHT // 8,
                    left + x1 * CELL_WIDTH // 8 - 1, top + y1 * CELL_HEIGHT // 8 - 1), fill=colour)


def _colour(name, default, bold=False):
    if name == "default":
        return "#" + default
    if name in _NAMES:
        # Most terminals still brighten a bold colour of the first eight.
        return "#" + colour_of_palette(_NAMES.index(name) + (8 if bold else 0))
    return "#" + name


def from_afar(picture):
    """The same where a letter is a grey spot: how a camera sees a code that is made of letters."""
    grey = picture.convert("L").filter(ImageFilter.BoxBlur(CELL_WIDTH // 2))
    return ImageOps.autocontrast(grey)


def decode(picture):
    """The text of every QR code in the picture. Inverted codes do not count: many phones cannot read them."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        picture.save(file.name)
        read = subprocess.run(["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", file.name],
                              capture_output=True, timeout=30)
    # 4 is "no code found".
    assert read.returncode in (0, 4), read.stderr.decode(errors="replace")
    return read.stdout.decode().splitlines()


def qr_codes(screen, theme=DARK):
    return decode(paint(screen, theme))
