"""The screen of what was said before."""

import re

import pytest
from interface import back_to_the_list, said, the_list, wait_selected

HOUR = 3600


def opened(t):
    t.send("m")
    t.wait_for(re.compile("[─-] Messages "))


def test_nothing_yet(tui):
    t = tui()
    t.wait_for(the_list)
    opened(t)
    said(t, "Nothing was said yet")
    t.send("Esc")
    said(t, "No logins yet")


def test_newest_first_with_local_time(tui, seed):
    seed("work", lifetime=HOUR)
    t = tui(env={"TZ": "UTC-5:30"})
    wait_selected(t, "work")
    clock = t.screen()[0][-5:]
    t.send("r")
    said(t, "'work' is renewed")
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    said(t, "'work' is forgotten")
    opened(t)
    lines = [line for line in t.screen() if re.search(r"\d\d\d\d-\d\d-\d\d \d\d:\d\d  ", line)]
    assert [re.search(r":\d\d  (.*?) *│", line)[1] for line in lines] == [
        "'work' is forgotten; z brings it back", "'work' is renewed", "Renewing 'work'..."]
    hour, minute = map(int, clock.split(":"))
    assert {re.search(r"(\d\d:\d\d)  ", line)[1] for line in lines} <= {
        clock, f"{(hour + (minute == 59)) % 24:02}:{(minute + 1) % 60:02}"}
    # Moving about is nothing that is said.
    back_to_the_list(t)


@pytest.mark.parametrize("cols, lines", [(40, 10), (60, 20), (200, 60)])
def test_only_the_last_hundred_and_they_scroll(tui, seed, cols, lines):
    seed("work", lifetime=-HOUR, reason="revoked")
    t = tui(cols=cols, rows=lines)
    wait_selected(t, "work")
    t.send("z")
    t.send(*["r"] * 120)
    said(t, "i signs in again")
    t.send("Enter")
    t.wait_for("user-DANA" if lines > 10 else "Esc Back")
    opened(t)
    assert "more below" in t.text or lines == 60
    t.send("End")
    t.wait_for(lambda t: "more below" not in t.text)
    assert "nothing" not in t.text, "the first one fell out"
    t.send("Home")
    t.send("PageDown", "PageUp", "G", "g", "j", "k")
    if lines < 60:
        t.wait_for("more below")
    t.send("Esc", "Esc")
    t.wait_for(the_list)


def test_order_and_filter_are_not_kept(tui, seed):
    seed("work", lifetime=-HOUR)
    t = tui()
    wait_selected(t, "work")
    t.send("s")
    said(t, "sorted by")
    opened(t)
    said(t, "Nothing was said yet")
