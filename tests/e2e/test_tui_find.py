"""Going to a profile by the first letters of its name."""

import pytest
from interface import selected, the_list, wait_selected

NAMES = ["alpha", "bravo", "team/alfa", "team/blue", "zebra"]


@pytest.fixture
def five(tui, seed):
    def start(**options):
        for name in NAMES:
            seed(name)
        t = tui(**options)
        wait_selected(t, "alpha")
        t.send("f")
        t.wait_for("Find:")
        return t
    return start


@pytest.mark.parametrize("options", [{}, {"cols": 40, "rows": 10}, {"lang": "C", "term": "vt100"}])
def test_list_follows_each_letter(five, options):
    t = five(**options)
    t.type("B")
    wait_selected(t, "bravo")
    t.type("l")
    wait_selected(t, "team/blue")
    t.send("Backspace")
    wait_selected(t, "bravo")
    t.send("Enter")
    t.wait_for(the_list)
    assert selected(t) == "bravo"


def test_letters_are_actions_again_afterwards(five, store):
    t = five()
    t.type("z")
    wait_selected(t, "zebra")
    t.send("Enter")
    t.wait_for(the_list)
    t.send("d", "Enter")
    t.wait_for(lambda t: "zebra" not in store.names())


def test_tenant_counts_and_its_profiles_follow_each_other(five):
    t = five()
    t.type("team/")
    wait_selected(t, "team/alfa")
    t.send("Down")
    wait_selected(t, "team/blue")
    t.send("Down")
    wait_selected(t, "team/alfa")
    t.send("Up")
    wait_selected(t, "team/blue")


@pytest.mark.parametrize("way_out", ["Esc", "Backspace"])
def test_way_back(five, way_out):
    t = five()
    t.type("z")
    wait_selected(t, "zebra")
    if way_out == "Backspace":
        t.send("Backspace")
        wait_selected(t, "alpha")
    t.send(way_out)
    t.wait_for(the_list)
    assert selected(t) == "alpha"


def test_no_such_name(five):
    t = five()
    t.type("bx")
    t.wait_for("no such name")
    assert selected(t) == "bravo"
    t.send("Backspace")
    t.wait_for(lambda t: "no such name" not in t.text)


def test_what_the_filter_hides_is_not_found(five):
    t = five()
    t.send("Esc")
    t.wait_for(the_list)
    t.send("/")
    t.type("team")
    t.send("Enter", "f", "b")
    wait_selected(t, "team/blue")
