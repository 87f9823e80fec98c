"""Renaming a profile; and what is said before the first key."""

import os

import consumers
import pytest
from interface import row, rows, said, the_list, wait_selected

HOUR, DAY = 3600, 86400


@pytest.fixture
def dialog(tui, seed, home, chatelaine):
    """Two profiles, the first of them shown by a program; the dialog for it."""
    def start(**options):
        start.tokens = seed("work", lifetime=9 * DAY)
        seed("zebra", "personal", lifetime=9 * DAY)
        start.codex = consumers.make("codex", home).install()
        assert chatelaine("use", "work", "--for", "codex").status == 0
        t = tui(**options)
        wait_selected(t, "work")
        t.send("n")
        t.wait_for("New name: work")
        return t
    return start


@pytest.mark.parametrize("options", [{}, {"cols": 40, "rows": 10}, {"lang": "C"}])
def test_renamed(dialog, store, issuer, options):
    t = dialog(**options)
    before = store.credential("work")
    t.send("Ctrl-U", "acme/client", "Enter")
    said(t, "'work' is 'acme/client' now")
    wait_selected(t, "acme/client")
    assert store.names() == ["acme/client", "zebra"] and store.credential("acme/client") == before
    assert dialog.codex.shows(dialog.tokens) and issuer.count() == 0


def test_programs_go_on_showing_it(dialog, chatelaine):
    t = dialog()
    said(t, "Programs that show it go on showing it")
    t.send("2", "Enter")
    wait_selected(t, "work2")
    assert row(t, "work2").endswith("codex")
    assert chatelaine("refresh", "work2").status == 0
    assert dialog.codex.read().access != dialog.tokens.access_token


@pytest.mark.parametrize("typed, words", [
    ("zebra", "there is|exists|already"), ("", "name"), ("a b", "letters, digits"), ("../x", "letters, digits|name"),
    ("a" * 100, "letters|long|at most")], ids=["taken", "empty", "space", "path", "long"])
def test_name_that_cannot_be(dialog, store, typed, words):
    t = dialog()
    t.send("Ctrl-U")
    t.type(typed)
    t.send("Enter")
    said(t, words)
    assert store.names() == ["work", "zebra"]
    # Mended, it goes on.
    t.send("Ctrl-U", "other", "Enter")
    wait_selected(t, "other")


def test_same_name(dialog, store):
    t = dialog()
    t.send("Enter")
    said(t, "that is its name")
    assert store.names() == ["work", "zebra"]


def test_esc_renames_nothing(dialog, store):
    t = dialog()
    t.send("x", "Esc")
    t.wait_for(the_list)
    assert store.names() == ["work", "zebra"] and list(rows(t)) == ["work", "zebra"]


def test_one_that_went_meanwhile(dialog, chatelaine):
    t = dialog()
    assert chatelaine("delete", "work", "--yes").status == 0
    t.send("2", "Enter")
    said(t, "no profile|there is no")
    t.send("Esc")
    t.wait_for(the_list)


def test_from_the_details(dialog, store):
    t = dialog()
    t.send("Esc")
    t.wait_for(the_list)
    t.send("Enter")
    t.wait_for("user id")
    t.send("n")
    t.wait_for("New name:")
    t.send("2", "Enter")
    said(t, "profile work2")
    assert store.names() == ["work2", "zebra"]


def test_keys_work_in_one_cell(dialog, store):
    t = dialog()
    t.resize(1, 1)
    t.send("2", "Enter")
    t.wait_for(lambda t: store.names() == ["work2", "zebra"])
    t.resize(80, 24)
    wait_selected(t, "work2")


# Before the first key

ADVICE = "nothing renews these logins in time; to have it done, in a shell: "
COMMAND = "systemctl --user enable --now chatelaine-keep" if os.path.exists("/run/systemd/system") else "crontab -"


@pytest.mark.parametrize("options", [{}, {"cols": 60, "rows": 20}])
def test_that_nothing_renews_is_told(tui, seed, options):
    seed("work", lifetime=47 * HOUR)
    t = tui(**options)
    said(t, ADVICE + ".*" + COMMAND)
    t.send("Down")
    t.wait_for(lambda t: "nothing renews" not in t.text)


@pytest.mark.parametrize("state", [{"lifetime": 9 * DAY}, {"lifetime": -DAY, "reason": "reused"}])
def test_it_is_not_told_where_nothing_is_due(tui, seed, state):
    seed("work", **state)
    t = tui()
    wait_selected(t, "work")
    assert "nothing renews" not in t.text


def test_it_is_not_told_where_something_renews(tui, seed, chatelaine):
    seed("work", lifetime=47 * HOUR)
    keeper = chatelaine.start("keep")
    keeper.wait_for(lambda _: chatelaine("doctor").status == 0)
    t = tui()
    wait_selected(t, "work")
    assert "nothing renews" not in t.text
    keeper.signal(15)
    keeper.finish()
