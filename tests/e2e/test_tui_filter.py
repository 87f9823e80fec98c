"""Filter, order: which profiles the list shows, and where."""

import re
import shutil

import pytest
from interface import row, rows, said, selected, the_list, wait_selected

HOUR, DAY = 3600, 86400


@pytest.fixture
def listed(tui, seed):
    """Four profiles, no two alike in anything."""
    def start(**options):
        seed("work", "work", lifetime=9 * DAY + HOUR // 2)
        seed("personal", "personal", lifetime=HOUR)
        seed("acme/client-x", "client", lifetime=-2 * HOUR)
        seed("old", "old", lifetime=-3 * DAY, reason="reused")
        t = tui(**options)
        t.wait_for(the_list)
        return t
    return start


def shows(t, *names):
    def those(t):
        return list(rows(t)) == list(names)
    those.__name__ = f"the rows {names}"
    t.wait_for(those)


def typing(t):
    return "Esc Clear" in t.text and "Keep" in t.text


def not_typing(t):
    return "q Quit" in t.text


# The filter

FILTERS = {
    # what is typed: what is left
    "per": ["personal"], "PER": ["personal"], "@example": ["old", "personal", "work"], "plus": ["old", "personal"],
    "acme/": ["acme/client-x"], "expired": ["acme/client-x"], "needs-login": ["old"], "needs login": ["old"],
    "sign again": ["old"], "plus old": ["old"], "old plus": ["old"], "  plus ": ["old", "personal"],
    "work team": [], "%s": [],
}


@pytest.mark.parametrize("typed", FILTERS)
def test_filtered_while_typing(listed, typed):
    t = listed()
    t.send("/")
    t.wait_for(typing)
    assert t.cursor is not None and t.cursor[1] == 0
    t.type(typed)
    shows(t, *FILTERS[typed])
    assert f"{len(FILTERS[typed])} of 4" in t.screen()[0] and f"/{typed.rstrip()}" in t.screen()[0]
    if not FILTERS[typed]:
        said(t, "Nothing matches the filter. Esc shows all")


def test_enter_keeps_and_esc_clears(listed):
    t = listed()
    wait_selected(t, "acme/client-x")
    t.send("/", "plus", "Enter")
    t.wait_for(not_typing)
    shows(t, "old", "personal")
    assert "/plus" in t.screen()[0] and "2 of 4" in t.screen()[0] and t.cursor is None
    assert selected(t) == "old" and "Esc Clear" in t.screen()[-1]
    # Letters are commands again, and for what is shown.
    t.send("j")
    wait_selected(t, "personal")
    t.send("Enter")
    t.wait_for("user-MEL")
    t.send("Esc")
    t.wait_for(not_typing)
    shows(t, "old", "personal")
    t.send("Esc")
    shows(t, "acme/client-x", "old", "personal", "work")
    t.wait_for(the_list)
    assert selected(t) == "personal" and "4 profiles" in t.screen()[0]


def test_esc_while_typing_goes_back_to_where_one_was(listed):
    t = listed()
    t.send("End")
    wait_selected(t, "work")
    t.send("/", "acme")
    wait_selected(t, "acme/client-x")
    t.send("Esc")
    t.wait_for(the_list)
    wait_selected(t, "work")


def test_backspace_widens_and_then_closes(listed):
    t = listed()
    t.send("/", "plusq")
    shows(t)
    t.send("Backspace")
    shows(t, "old", "personal")
    t.send("Ctrl-U")
    shows(t, "acme/client-x", "old", "personal", "work")
    t.wait_for(typing)
    t.send("Backspace")
    t.wait_for(the_list)


def test_kept_filter_can_be_typed_on(listed):
    t = listed()
    t.send("/", "plus", "Enter")
    t.wait_for(not_typing)
    t.send("/", " me@")
    shows(t, "personal")
    assert "/plus me@" in t.screen()[0]


def test_commands_are_letters_while_typing(listed, store):
    t = listed()
    before = store.profiles_snapshot()
    t.send("/", "qdzrs?*")
    t.wait_for("/qdzrs?*")
    t.send("Esc")
    t.wait_for(the_list)
    assert store.profiles_snapshot() == before


def test_arrows_move_while_typing(listed):
    t = listed()
    t.send("/", "plus", "Down")
    wait_selected(t, "personal")
    t.send("Enter")
    t.wait_for(not_typing)
    assert selected(t) == "personal"


def test_wide_and_capital_letters(tui, seed):
    seed("a", "wide")
    seed("b", "work")
    t = tui()
    t.wait_for(the_list)
    t.send("/")
    t.wait_for(typing)
    t.type("ZOË@例")
    shows(t, "a")


def test_filter_survives_what_others_do(listed, chatelaine, seed):
    """What one is at work on stays, whatever it has become; everything else follows the filter."""
    t = listed()
    t.send("/", "expired", "Enter")
    shows(t, "acme/client-x")
    t.send("r")
    said(t, "'acme/client-x' is renewed")
    shows(t, "acme/client-x")
    assert re.search("10d 0h|9d 23h", row(t, "acme/client-x"))
    t.send("Esc")
    shows(t, "acme/client-x", "old", "personal", "work")


def test_new_profile_is_seen_in_a_filtered_list(listed, issuer, agreed):
    t = listed()
    t.send("/", "plus", "Enter")
    t.wait_for(not_typing)
    issuer.approve_next("seat")
    t.send("a")
    t.wait_for("Name:")
    t.send("new", "Enter")
    said(t, "Signed in: 'new'")
    shows(t, "new", "old", "personal")
    assert selected(t) == "new"


def test_filter_reads_no_file(listed, store):
    """Typing is as quick with very many profiles: they are in memory."""
    t = listed()
    shutil.move(store.path, store.path.with_name("elsewhere"))
    t.send("/", "plus")
    shows(t, "old", "personal")


@pytest.mark.parametrize("cols, lines", [(40, 10), (60, 20), (120, 30), (200, 60), (20, 5)])
@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
def test_filter_is_seen_in_every_window(listed, cols, lines, lang):
    t = listed(cols=cols, rows=lines, lang=lang)
    t.send("/", "plus")
    t.wait_for("/plus")
    shows(t, "old", "personal")
    if cols > 20:
        assert "2 of 4" in t.screen()[0]
    t.send("Enter")
    t.wait_for(lambda t: "Keep" not in t.text and "/plus" in t.screen()[0])


# The order

ORDERS = {
    # presses: (heading, rows)
    0: ("PROFILE", ["acme/client-x", "old", "personal", "work"]),
    1: ("ACCESS ENDS IN", ["old", "acme/client-x", "personal", "work"]),
    2: ("ACCOUNT", ["work", "personal", "acme/client-x", "old"]),
    3: ("PLAN", ["old", "personal", "work", "acme/client-x"]),
    4: ("PROFILE", ["acme/client-x", "old", "personal", "work"]),
}


@pytest.mark.parametrize("lang, sign", [("C.UTF-8", "▴"), ("C", "^")])
@pytest.mark.parametrize("presses", ORDERS)
def test_sorted(listed, presses, lang, sign):
    heading, names = ORDERS[presses]
    t = listed(lang=lang)
    t.send(*["s"] * presses)
    shows(t, *names)
    t.wait_for(f"{heading}{sign}")
    assert t.screen()[1].count(sign) == 1


def test_selection_stays_on_its_profile_when_sorted(listed):
    t = listed()
    t.send("Down")
    wait_selected(t, "old")
    for presses in (1, 2, 3, 4):
        t.send("s")
        shows(t, *ORDERS[presses][1])
        assert selected(t) == "old"


def test_order_of_a_column_without_room_is_said(listed):
    t = listed(cols=40, rows=10)
    t.send("s", "s")
    said(t, "sorted by account")
    shows(t, *ORDERS[2][1])


def test_order_stays_after_a_renewal_and_in_a_filter(listed):
    t = listed()
    t.send("s")
    shows(t, *ORDERS[1][1])
    t.send("r")
    said(t, "'acme/client-x' is renewed")
    shows(t, "old", "personal", "work", "acme/client-x")
    assert selected(t) == "acme/client-x"
    t.send("/", "plus")
    shows(t, "old", "personal")


# What it costs

def test_moving_the_selection_is_cheap(tui, many_alike):
    t = tui()
    t.wait_for(the_list)
    t.send("Down")
    wait_selected(t, "p01")
    t.idle(0.2)
    before = len(t.raw)
    t.send("Down")
    wait_selected(t, "p02")
    assert len(t.raw) - before <= 60


@pytest.fixture
def many_alike(seed, store):
    seed("p00", lifetime=-DAY - HOUR // 2)
    for number in range(1, 10):
        shutil.copytree(store.profile_dir("p00"), store.profile_dir(f"p{number:02}"))
