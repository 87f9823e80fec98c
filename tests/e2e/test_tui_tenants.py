"""Profiles below their tenants: folding, what a tenant's line tells, and what keys do there."""

import pytest
from interface import click, marked, row, rows, selected, the_list, wait_selected
from issuer.many import seed_many
from issuer.seed import DAY, HOUR

OPEN = ["acme/", "acme/alice", "acme/bob", "beta/", "beta/carol", "work"]


@pytest.fixture
def tree(tui, seed):
    def start(**options):
        seed("acme/alice", "client", lifetime=9 * DAY)
        seed("acme/bob", "old", lifetime=-DAY, reason="reused")
        seed("beta/carol", "personal", lifetime=9 * DAY)
        seed("work", "work", lifetime=HOUR)
        t = tui(**options)
        t.wait_for(the_list)
        assert list(rows(t)) == OPEN[:len(rows(t))]
        return t
    return start


def shows(t, *names):
    def as_wanted(t):
        return list(rows(t)) == list(names)
    as_wanted.__name__ = f"the rows {names}"
    t.wait_for(as_wanted)


FOLDED = ["acme/", "beta/", "beta/carol", "work"]


@pytest.mark.parametrize("options", [{}, {"cols": 40, "rows": 10}, {"lang": "C", "term": "vt100"}])
def test_line_of_a_tenant(tree, options):
    t = tree(**options)
    assert "acme (2)" in row(t, "acme/") and "needs login" in row(t, "acme/")
    assert "beta (1)" in row(t, "beta/") and " ok " in row(t, "beta/") + " "
    assert "acme/alice" not in row(t, "acme/alice")


def test_keys_fold_and_unfold(tree):
    t = tree()
    wait_selected(t, "acme/")
    assert "⏎ Fold " in t.text
    t.send("Enter")
    shows(t, *FOLDED)
    assert "needs login" in row(t, "acme/") and selected(t) == "acme/"
    assert "⏎ Unfold " in t.text
    t.send("Right")
    shows(t, *OPEN)
    assert "⏎ Fold " in t.text
    t.send("Right")
    wait_selected(t, "acme/alice")
    t.send("Down", "Left")
    wait_selected(t, "acme/")
    t.send("Left")
    shows(t, *FOLDED)
    t.send("-")
    shows(t, "acme/", "beta/", "work")
    t.send("+")
    shows(t, *OPEN)
    t.send("Down", "-")
    shows(t, "acme/", "beta/", "work")
    assert selected(t) == "acme/"


def test_mouse(tree):
    t = tree()
    click(t, 5, 2)
    shows(t, *FOLDED)
    click(t, 5, 3)
    shows(t, "acme/", "beta/", "work")
    click(t, 3, 2)
    shows(t, "acme/", "acme/alice", "acme/bob", "beta/", "work")
    click(t, 0, 5)
    t.wait_for("1 marked")
    assert marked(t) == ["beta/"]


def test_folding_stays_when_profiles_are_read_anew(tree, chatelaine):
    t = tree()
    t.send("Left", "End")
    wait_selected(t, "work")
    t.send("n")
    t.wait_for("New name:")
    t.send(*["Backspace"] * 4)
    t.type("acme/dan")
    t.send("Enter")
    # What one has just named so is seen.
    shows(t, "acme/", "acme/alice", "acme/bob", "acme/dan", "beta/", "beta/carol")
    wait_selected(t, "acme/dan")
    t.send("Left", "Left")
    shows(t, "acme/", "beta/", "beta/carol")
    t.send("Down", "Down", "d")
    t.wait_for("Forget here")
    t.send("Enter")
    t.wait_for("3 profiles")
    shows(t, "acme/")


def test_filter_shows_what_is_folded(tree):
    t = tree()
    t.send("-")
    shows(t, "acme/", "beta/", "work")
    t.send("/")
    t.wait_for("Esc Clear")
    t.type("acme")
    shows(t, "acme/", "acme/alice", "acme/bob")
    t.type("/b")
    shows(t, "acme/", "acme/bob")
    assert "(1 of 2)" in row(t, "acme/")
    t.send("Esc")
    shows(t, "acme/", "beta/", "work")


@pytest.mark.parametrize("way_out, after", [
    ("Enter", ["acme/", "acme/alice", "acme/bob", "beta/", "work"]), ("Esc", ["acme/", "beta/", "work"])])
def test_find_looks_into_what_is_folded(tree, way_out, after):
    t = tree()
    t.send("-", "f")
    t.wait_for("Find:")
    t.type("bo")
    wait_selected(t, "acme/bob")
    t.send(way_out)
    shows(t, *after)
    t.send("f")
    t.type("be")
    wait_selected(t, "beta/")


def test_all_of_a_tenant_are_marked_and_forgotten(tree, store):
    t = tree()
    t.send("-", "d")
    t.wait_for("Forget 2 profiles")
    t.send("Enter")
    t.wait_for("all 2 are forgotten")
    assert store.names() == ["beta/carol", "work"]
    shows(t, "beta/carol", "work")


def test_space_marks_all_of_a_tenant(tree):
    t = tree()
    t.send("Space")
    t.wait_for("2 marked")
    wait_selected(t, "beta/")
    assert marked(t) == ["acme/", "acme/alice", "acme/bob"]
    t.send("Up", "Space")
    t.wait_for("1 marked")
    assert marked(t) == ["acme/alice"]


def test_no_key_of_a_profile_is_for_a_tenant(tree, store):
    t = tree()
    for key in "uinLUi":
        t.send(key)
    t.send("Left")
    shows(t, *FOLDED)
    t.send("?")
    t.wait_for("Unfold the tenant")
    assert "Sign in again" not in t.text


def test_many_begin_folded(tui, issuer, store):
    seed_many(issuer, store.path, 600)
    t = tui()
    t.send("End")
    wait_selected(t, "tenant-19/")
    t.send("Enter", "Down")
    t.wait_for(lambda t: (selected(t) or "").startswith("tenant-19/profile-"))
