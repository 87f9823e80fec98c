"""Every screen in other languages: nothing is left in English, nothing is cut off, columns stay aligned."""

import re

import pytest
from issuer.seed import REUSED
from test_tui_golden import env, fixed_home, profiles  # noqa: F401
from translations import CLOSE, OPEN, PSEUDO, left_in_english, pseudo

WORK = ["End"]  # the keys that select the profile `work`
CODE = "Waiting for approval... %02d:%02d"
# What is pressed in the list, and a text that is on the screen then.
SCREENS = {
    "list": (WORK, "Quit"),
    "details": ([*WORK, "Enter"], "Back"),
    "details of an ended one": (["Down", "Enter"], "Back"),
    "help": (["?"], "Keys"),
    "help of the details": (["Enter", "?"], "Keys"),
    "name": (["a"], "Name:"),
    "rename": ([*WORK, "n"], "New name:"),
    "use": ([*WORK, "u"], "Switch"),
    "lend": ([*WORK, "L"], "Lend"),
    "export": ([*WORK, "e"], "Format"),
    "export of many": (["*", "e"], "Folder"),
    "delete": ([*WORK, "d"], "Forget here"),
    "forget": (["*", "d"], "Forget %zu profiles"),
    "usage": ([*WORK, "U"], "weekly"),
    "settings": ([","], "Settings"),
    "messages": (["s", "m"], "Messages"),
    "doctor": (["!"], "Look again"),
    "audit": (["A"], "Look again"),
    "filter": (["/", "q", "q"], "Keep"),
    "find": (["f", "w"], "Find:"),
    "sign-in": ([*WORK, "i"], CODE),
}
SIZES = [(80, 24), (120, 40)]
# What the issuer said, as it said it.
FOREIGN = {"details of an ended one": set(REUSED.replace(".", "").split())}


def beginning(text):
    """What a screen certainly has of a text, wherever it is broken."""
    return re.split("[ %:]", pseudo(text))[0]


def inside(t):
    """The lines of the dialog, if there is one: it covers what is behind it."""
    lines = t.screen()
    top = next((y for y, line in enumerate(lines) if "┌" in line), None)
    if top is None:
        return lines
    left, right = lines[top].index("┌"), lines[top].rindex("┐")
    bottom = next(y for y, line in enumerate(lines) if line[left:left + 1] == "└")
    return [line[left + 1:right] for line in lines[top:bottom + 1]]


def cut_off(lines):
    """Texts that do not come to their end. Of a page that goes on below, the last one may."""
    text = "\n".join(lines)
    texts = re.findall(f"{OPEN}[^{OPEN}{CLOSE}…]*…", text)
    missing = text.count(OPEN) - text.count(CLOSE)
    if pseudo("more below") in text:
        return texts[1:] if missing <= 1 else texts or [f"{missing} texts"]
    return texts or ([f"{missing} texts"] if missing else [])


@pytest.fixture
def look_at(tui, speaking):
    """Opens these screens, and returns what is wrong with them."""
    def look(screens, cols, rows):
        wrong = []
        for name, (keys, sign) in screens.items():
            t = tui(env=speaking(PSEUDO), cols=cols, rows=rows)
            t.wait_for(beginning("Quit"))
            t.send(*keys)
            t.wait_for(beginning(sign))
            t.until_quiet()
            lines = inside(t)
            english = left_in_english("\n".join(lines), FOREIGN.get(name, ()))
            for what, found in ("in English", english), ("cut off", cut_off(lines)):
                if found:
                    wrong.append(f"{name}, {what}: {found}\n{t.drawn()}")
            t.close()
        assert not wrong, "\n".join(wrong)
    return look


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_is_left_in_english_or_cut_off(look_at, size):
    look_at(SCREENS, *size)


def test_of_an_empty_store(look_at):
    look_at({"empty": ([], "Quit"), "terms": (["a", "x", "Enter"], "Agree")}, 80, 24)


# A language with wide characters.
WIDE = {"PROFILE": "プロファイル", "ACCOUNT": "アカウント", "PLAN": "プラン", "ACCESS ENDS IN": "アクセスの残り",
        "USED BY": "使用中", "sign in again": "再ログイン", "ended %dh ago": "%d時間前に終了", "%dd %dh": "%d日%d時間",
        "access issued": "アクセス発行", "profile": "プロファイル", "account": "アカウント", "status": "状態"}


@pytest.fixture
def wide(catalogues, tmp_path):
    po = tmp_path / "wide.po"
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                  + "".join(f'#, c-format\nmsgid "{one}"\nmsgstr "{other}"\n\n' for one, other in WIDE.items()))
    catalogues.add("wide", po)
    return "wide"


def cells(t, y):
    """The line, a string a cell: a wide character has two, the second of them empty."""
    return [t.cell(x, y).char for x in range(t.size[0])]


def columns(line):
    """Where something begins behind two blanks or more."""
    return [x for x in range(2, len(line)) if line[x] not in " ▌" and line[x - 2:x] == [" ", " "]]


@pytest.mark.usefixtures("profiles")
def test_columns_stay_aligned_with_wide_characters(tui, speaking, wide):
    t = tui(env=speaking(wide))
    t.wait_for("使用中")
    places = columns(cells(t, 1))
    assert len(places) == 5, t.drawn()
    for y in range(2, 6):
        assert set(columns(cells(t, y))) <= set(places) and cells(t, y)[places[3] - 1] == " ", t.drawn()
    assert "2時間前に終了 ↻" in t.text and "再ログイン" in t.text and "…" not in t.text
    t.send("End", "Enter")
    t.wait_for("アクセス発行")
    values = {columns(cells(t, y))[-1] for y in range(1, 4)}
    assert len(values) == 1, t.drawn()
