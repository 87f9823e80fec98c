"""The mouse: clicks, double clicks and the wheel; and that nobody needs one."""

import re

import pytest
import vt
from interface import CODE, click, click_on, open_screen, rows, said, the_list, wait_selected

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


def test_code_can_be_selected_with_the_mouse(three, agreed):
    t = three()
    open_screen(t, "sign-in")
    assert CODE in t.text and not t.model.mouse
    t.send("Esc")
    t.wait_for(lambda t: the_list(t) and t.model.mouse)


@pytest.mark.parametrize("term", ["vt100", "ansi", "linux", "screen", "xterm"])
def test_terminals_with_and_without_one(three, term):
    t = three(term=term)
    t.send("q")
    t.wait_exit()
    assert (b"1000h" in t.raw) == (term not in ("vt100", "ansi"))
    vt.assert_only_terminfo(t.raw, term)
