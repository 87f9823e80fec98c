"""Golden screens: what the interface showed when somebody looked at it last, as text and attributes.

A file of tests/golden has one screen in several sizes and locales. A line that begins with `|` is a line of
the screen. One that begins with `:` has the attributes of the line above it, a letter a cell; what the
letters mean stands below each picture. `./dev test --golden` writes the files anew, to be looked at.
"""

import difflib
import os
from pathlib import Path

WRITES = bool(os.environ.get("CHATELAINE_GOLDEN"))
FOLDER = Path(__file__).resolve().parent.parent / "golden"


def picture(screen, hide):
    """The screen in these lines; each pair in `hide` is a text and what stands for it, of the same length."""
    letters, lines = {}, []
    for y in range(screen.lines):
        cells = [screen.cell(x, y) for x in range(screen.columns)]
        text = "".join(cell.char for cell in cells)
        for found, shown in hide:
            text = text.replace(found, shown)
        # A wide character has two cells, the second of them empty.
        lines.append("|" + text + "|")
        style = "".join(letters.setdefault(look, chr(ord("a") + len(letters))) if (look := _look(cell)) else " "
                        for cell in cells)
        if style.strip():
            lines.append(":" + style + ":")
    return lines + [f"{letter} {look}" for look, letter in letters.items()]


def _look(cell):
    colours = [f"{name} {value}" for name, value in (("ink", cell.fg), ("paper", cell.bg)) if value != "default"]
    return ", ".join(colours + [name for name in ("bold", "reverse", "underline") if getattr(cell, name)])


def check(name, pictures):
    """Compares the pictures, title -> lines, with the file of that name; or writes it."""
    file = FOLDER / f"{name}.txt"
    text = "\n".join(f"== {title}\n" + "\n".join(lines) + "\n" for title, lines in pictures.items())
    if WRITES:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
        return
    known = file.read_text() if file.exists() else ""
    difference = "\n".join(difflib.unified_diff(known.splitlines(), text.splitlines(), f"tests/golden/{file.name}",
                                                "now", lineterm=""))
    assert text == known, f"the screen has changed; if it shall be so: ./dev test --golden\n{difference}"
