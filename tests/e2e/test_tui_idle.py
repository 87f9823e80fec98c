"""What the interface costs while nobody touches it: seconds tick only where they say something."""

import shutil
import time

import pytest
from interface import CODE, LIST, go_to, helper_with_code, type_name, wait_selected

MINUTE, HOUR, DAY = 60, 3600, 86400
SECONDS = 3


def idle(t):
    """Watches for some seconds in which the header's clock does not move on to the next minute."""
    while True:
        minute = time.time() // 60
        seen = t.idle(SECONDS)
        if time.time() // 60 == minute:
            return seen


def is_silent(t):
    seen = idle(t)
    assert seen.bytes == 0, t.raw[-200:]
    assert seen.wakes <= 1 and seen.cpu < 0.05


def ticks_once_a_second(t, most_bytes):
    seen = idle(t)
    assert 0 < seen.bytes <= most_bytes * SECONDS, f"{seen.bytes} bytes in {SECONDS} s: {t.raw[-200:]}"
    # A write that must wait and the like are seen as a wake, too.
    assert SECONDS - 1 <= seen.wakes <= 2 * SECONDS + 2
    assert seen.cpu < 0.1


QUIET = {
    # name -> the selected profile; always beside it are one that ended and one with days left
    "ended": dict(lifetime=-2 * HOUR),
    "needs a login": dict(lifetime=-2 * HOUR, reason="reused"),
    "needs a login, access goes on": dict(lifetime=9 * DAY, reason="reused"),
    "needs a login, access ends soon": dict(lifetime=HOUR, reason="reused"),
}


@pytest.mark.parametrize("state", QUIET)
def test_nothing_ticks(tui, seed, state):
    seed("a", **QUIET[state])
    seed("b", lifetime=9 * DAY)
    seed("c", lifetime=-DAY)
    t = tui()
    wait_selected(t, "a")
    is_silent(t)


def test_empty_store_is_silent(tui):
    t = tui()
    t.wait_for(LIST)
    is_silent(t)


def test_help_is_silent_over_what_does_not_tick(tui, seed):
    seed(lifetime=-2 * HOUR)
    t = tui()
    t.wait_for(LIST)
    t.send("?")
    t.wait_for("Keys")
    is_silent(t)


def test_plain_text_is_silent(tui, tmp_path, agreed):
    t = tui(env=helper_with_code(tmp_path, "https://auth.example.com/codex/device"))
    type_name(t)
    t.wait_for(CODE)
    t.send("p")
    t.wait_for("Press Enter")
    seen = idle(t)
    assert seen.bytes == 0


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
def test_selected_profile_ticks(tui, seed, term):
    seed("a", lifetime=9 * DAY)
    seed("b", lifetime=-DAY)
    t = tui(term=term)
    wait_selected(t, "a")
    ticks_once_a_second(t, most_bytes=40)


def test_profile_under_48_hours_ticks_wherever_it_is(tui, seed):
    seed("a", lifetime=-DAY)
    seed("b", lifetime=47 * HOUR)
    t = tui()
    wait_selected(t, "a")
    ticks_once_a_second(t, most_bytes=40)


def test_what_is_out_of_view_does_not_tick(tui, seed, store):
    seed("a", lifetime=-DAY)
    for number in range(20):
        shutil.copytree(store.profile_dir("a"), store.profile_dir(f"b{number:02}"))
    seed("z", lifetime=HOUR)
    t = tui(rows=10)
    wait_selected(t, "a")
    is_silent(t)


def test_countdown_of_a_code_ticks(tui, tmp_path, agreed):
    t = tui(env=helper_with_code(tmp_path, "https://auth.example.com/codex/device"))
    type_name(t)
    t.wait_for(CODE)
    ticks_once_a_second(t, most_bytes=60)


def test_ticking_is_right(tui, seed):
    seed("a", lifetime=HOUR)
    t = tui()
    go_to(t, "a")
    first = t.text
    t.wait_for(lambda t: t.text != first)
    second = t.text
    # One second passed, in the row and in the line below the list.
    shown = [[line for line in text.splitlines() if ":59:" in line or "01:00:0" in line] for text in (first, second)]
    assert len(shown[0]) == len(shown[1]) == 2 and shown[0] != shown[1]
