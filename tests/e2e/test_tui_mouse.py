"""The mouse: clicks, double clicks and the wheel; and that nobody needs one."""

import base64
import re

import consumers
import pytest
import vt
from interface import (CODE, SCREENS, click, click_on, marked, open_screen, press_with_the_mouse, rows, said, the_list,
                       wait_selected)

HOUR, DAY = 3600, 86400


@pytest.fixture
def three(tui, seed):
    def start(**options):
        for name in ("a", "b", "c"):
            seed(name, lifetime=-DAY)
        t = tui(**options)
        wait_selected(t, "a")
        return t
    return start


def test_click_selects(three):
    t = three()
    assert t.model.mouse
    click(t, 20, 4)
    wait_selected(t, "c")
    click(t, 79, 2)
    wait_selected(t, "a")
    for nowhere in ((5, 0), (5, 1), (5, 5), (5, 20), (500, 3), (5, 500)):
        click(t, *nowhere)
    t.send("Down")
    wait_selected(t, "b")


def test_double_click_opens(three):
    t = three()
    click(t, 20, 3)
    wait_selected(t, "b")
    click(t, 20, 3)
    t.wait_for("user id")
    assert "b" in t.screen()[0]


def test_clicks_on_two_rows_are_no_double_click(three):
    t = three()
    click(t, 20, 3)
    click(t, 20, 4)
    wait_selected(t, "c")
    assert the_list(t)


def test_click_on_a_key_of_the_footer_presses_it(three):
    t = three()
    click_on(t, "Filter")
    t.wait_for("Keep")
    click_on(t, "Clear")
    t.wait_for(the_list)
    click_on(t, "? Help")
    t.wait_for("Keys")
    t.send("PageDown")
    said(t, "Hold Shift to select text")
    click_on(t, "Back")
    t.wait_for(the_list)
    click_on(t, "Delete")
    t.wait_for("Forget here")
    # What the dialog covers cannot be clicked on.
    click(t, 1, 23)
    click_on(t, "Cancel")
    t.wait_for(the_list)
    click_on(t, "q Quit")
    assert t.wait_exit() == 0
    assert not t.model.mouse
    vt.assert_only_terminfo(t.raw)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("cols, lines", [(80, 24), (40, 10)])
def test_every_screen_and_back(three, agreed, screen, cols, lines):
    keys, sign = SCREENS[screen]
    sign = {"details": "renewed by|access ends|ended", "forget": "Forget 3"}.get(screen, sign)
    t = three(cols=cols, rows=lines)
    for key in keys:
        if key == CODE:
            t.wait_for(CODE)
        else:
            press_with_the_mouse(t, key)
    t.wait_for(re.compile(sign) if isinstance(sign, str) else sign)
    if screen == "QR code alone":
        click(t, 3, 3)
        t.wait_for(CODE)
    if screen != "list":
        t.wait_for(re.compile("Esc [A-Z]"))
        press_with_the_mouse(t, "Esc")
    t.wait_for(lambda t: "q Quit" in t.text)


def test_line_of_the_help_is_its_key(three):
    t = three()
    click_on(t, "? Help")
    t.wait_for("Keys")
    click_on(t, "Sort by name")
    said(t, "sorted by what ends soonest")
    assert the_list(t)


def test_click_left_of_the_name_marks(three):
    t = three()
    click(t, 0, 3)
    t.wait_for(lambda t: marked(t) == ["b"])
    click(t, 2, 4)
    t.wait_for(lambda t: marked(t) == ["b", "c"])
    # Twice is no double click there.
    click(t, 1, 4)
    t.wait_for(lambda t: marked(t) == ["b"] and "q Quit" in t.text)


def test_heading_sorts(three):
    t = three()
    click_on(t, "ACCOUNT")
    said(t, "sorted by account")
    t.wait_for("ACCOUNT▴")
    click_on(t, "PROFILE")
    t.wait_for("PROFILE▴")


def test_parts_of_the_dialogs(three, home):
    for kind in ("codex", "opencode"):
        consumers.make(kind, home).install()
    t = three()
    t.send("u")
    t.wait_for("[x] codex")
    click_on(t, "[x] opencode")
    t.wait_for("[ ] opencode")
    assert re.search(r"[▌>] +\[ \] opencode", t.text)
    click(t, 20, 12, button=64)
    t.wait_for(re.compile(r"[▌>] +\[x\] codex"))
    click_on(t, "Esc Cancel")
    t.wait_for(the_list)
    t.send("L")
    t.wait_for("Lend ")
    click_on(t, "○ Codex")
    t.wait_for("● Codex")
    click_on(t, "Esc Cancel")
    t.wait_for(the_list)
    t.send("d")
    t.wait_for("Forget here")
    click_on(t, "no backup")
    t.wait_for("[x] and keep no backup")
    click_on(t, "Sign out everywhere")
    t.wait_for("● Sign out everywhere")
    click_on(t, "Type the profile's name")
    t.type("?")
    # In the field a ? is a letter; in the last line it is the key.
    t.wait_for("name: ?")
    press_with_the_mouse(t, "?")
    t.wait_for("Keys")
    click_on(t, "Esc Back")
    t.wait_for("name: ?")


def test_export_with_the_mouse(three):
    t = three()
    t.send("e")
    t.wait_for("◂ openhands-llm ▸")
    click_on(t, "▸")  # The last one is the destination's.
    t.wait_for("◂ your terminal's clipboard (OSC 52) ▸")
    click_on(t, "your terminal's")
    t.wait_for("◂ a file, mode 0600 ▸")
    click_on(t, "openhands-llm")
    t.wait_for("◂ openhands-settings ▸")
    click_on(t, "◂ openhands-settings")
    t.wait_for("◂ openhands-llm ▸")
    click_on(t, "File ")
    t.wait_for(lambda t: re.search("[▌>] File", t.text))


def test_wheel_moves(tui, seed):
    for number in range(30):
        seed(f"p{number:02}", lifetime=-DAY)
    t = tui(cols=60, rows=20)
    wait_selected(t, "p00")
    click(t, 5, 5, button=65)
    wait_selected(t, "p03")
    click(t, 5, 5, button=65)
    wait_selected(t, "p06")
    click(t, 5, 5, button=64)
    wait_selected(t, "p03")
    t.send("?")
    t.wait_for("more below")
    first = t.screen()[1]
    click(t, 5, 5, button=65)
    t.wait_for(lambda t: t.screen()[1] != first)
    click(t, 5, 5, button=64)
    t.wait_for(lambda t: t.screen()[1] == first)


def test_old_reports_are_understood(three):
    t = three(term="tmux-256color")
    t.type(b"\x1b[M" + bytes([32, 33 + 20, 33 + 3]) + b"\x1b[M" + bytes([35, 33 + 20, 33 + 3]))
    wait_selected(t, "b")
    t.type(b"\x1b[M" + bytes([32, 33 + 200, 33 + 4]))
    t.send("Home")
    wait_selected(t, "a")
    t.send("q")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw, "tmux-256color")


def test_report_in_pieces(three):
    """Or its rest would be typed: m opens the messages."""
    t = three()
    for piece in re.findall(rb"\x1b\[|.", b"\x1b[<0;21;4M\x1b[<0;21;4m"):
        t.type(piece)
        t.idle(0.03)
    wait_selected(t, "b")
    assert the_list(t)


GARBAGE = ["\x1b[<M", "\x1b[<;;M", "\x1b[<0;0;0M", "\x1b[<-1;-1;-1M", "\x1b[<99999999999999999999;1;1M",
           "\x1b[<0;99999999999999999999;1M", "\x1b[<0;1M", "\x1b[<0;1;1;1M", "\x1b[<" + "1;" * 100 + "M", "\x1b[<1;5;4M",
           "\x1b[<2;5;4M", "\x1b[<32;5;4M", "\x1b[<66;5;4M", "\x1b[<0;5;4m"]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_reports_that_mean_nothing(three, garbage):
    t = three()
    t.type(garbage)
    t.send("End")
    wait_selected(t, "c")
    assert the_list(t) and list(rows(t)) == ["a", "b", "c"]


def test_click_copies_the_code_and_the_address(three, agreed, issuer):
    t = three()
    open_screen(t, "sign-in")
    code = issuer.user_codes[-1]
    for shown, copied in ((" ".join(code), code), ("/codex/device", f"{issuer.url}/codex/device")):
        click_on(t, shown)
        t.wait_for(lambda t: base64.b64encode(copied.encode()) in t.raw)


@pytest.mark.parametrize("term", ["vt100", "ansi", "linux", "screen", "xterm"])
def test_terminals_with_and_without_one(three, term):
    t = three(term=term)
    t.send("q")
    t.wait_exit()
    assert (b"1000h" in t.raw) == (term not in ("vt100", "ansi"))
    vt.assert_only_terminfo(t.raw, term)
