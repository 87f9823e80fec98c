"""The settings screen: what counts, where it is from, and what a change does at once."""

import re

import pytest
from interface import click_on, said, the_list, wait_selected

DAY = 86400


@pytest.fixture
def config(home):
    return home / ".config" / "chatelaine" / "config"


def open_settings(t):
    t.wait_for(the_list)
    t.send(",")
    t.wait_for("Settings")
    return t


def go_to(t, name):
    t.send(*["j"] * ["store", "issuer", "targets", "window", "model", "theme", "clock"].index(name))
    t.wait_for(re.compile(f"[▌>] +{name}"))


@pytest.mark.parametrize("options", [{}, {"cols": 40, "rows": 10}, {"lang": "C"}])
def test_clock_is_changed_at_once(tui, seed, config, options):
    seed("work", lifetime=9 * DAY)
    t = open_settings(tui(**options))
    go_to(t, "clock")
    t.send("Enter")
    t.wait_for(r"12h")
    t.wait_for(lambda t: config.exists() and config.read_text() == "clock = 12h\n")
    t.send("Esc")
    t.wait_for(lambda t: the_list(t) and re.search(r"\d\d:\d\d [AP]M", t.screen()[0]))


@pytest.mark.parametrize("no_color", [None, "1"])
def test_theme_repaints(tui, seed, config, no_color):
    seed("work", lifetime=9 * DAY)
    config.parent.mkdir(parents=True)
    config.write_text("# mine\ntheme = dark\n")
    t = open_settings(tui(env={"NO_COLOR": no_color} if no_color else {}))

    def colours(t):
        return {t.model.buffer[0][x].fg for x in range(t.model.columns)} - {"default"}

    assert colours(t)  # whatever NO_COLOR asks of all programs
    go_to(t, "theme")
    said(t, "theme +dark +line 2 of the file")
    t.send("Enter")
    said(t, "theme +mono")
    t.wait_for(lambda t: not colours(t))
    assert config.read_text() == "# mine\ntheme = mono\n"
    t.send("d")
    said(t, "theme +auto +default")
    t.wait_for(lambda t: bool(colours(t)) == (no_color is None))
    assert config.read_text() == "# mine\n"


def test_by_the_mouse(tui, seed, config):
    seed("work", lifetime=9 * DAY)
    t = open_settings(tui())
    click_on(t, "clock ")
    t.wait_for(re.compile("[▌>] +clock"))
    click_on(t, "clock ")
    said(t, "clock +12h +line 1 of the file")
    click_on(t, "d Default")
    said(t, "clock +24h +default")
    assert config.read_text() == ""


def test_value_that_is_typed(tui, seed, config):
    seed("work", lifetime=9 * DAY)
    t = open_settings(tui())
    go_to(t, "model")
    t.send("Enter")
    t.wait_for("Set  Esc Cancel")
    t.send("Ctrl-U", "a b", "Enter")
    said(t, "'a b' is not the name of a model")
    t.send("Ctrl-U", "gpt-mine", "Enter")
    said(t, "model +gpt-mine +line 1 of the file")
    # Half of a value is not kept.
    t.send("Enter", "x", "Esc")
    said(t, "model +gpt-mine +line 1 of the file")
    t.send("Esc")
    t.wait_for(the_list)
    t.send("e")
    said(t, "Format")
    said(t, "openai/gpt-mine")


def test_what_a_variable_says_goes_before(tui, config, store):
    t = open_settings(tui())  # of an empty store
    said(t, "store .* CHATELAINE_STORE")
    t.send("Enter", "Ctrl-U", "/srv/logins", "Enter")
    said(t, "CHATELAINE_STORE is given, which goes before the config file")
    assert config.read_text() == "store = /srv/logins\n"


def test_file_that_cannot_be_written(tui, seed, config):
    seed("work", lifetime=9 * DAY)
    t = open_settings(tui())
    config.parent.parent.mkdir()
    config.parent.write_text("a file where the directory should be")
    go_to(t, "clock")
    t.send("Enter")
    said(t, "cannot|not a directory")
    said(t, "clock +24h +default")
    t.send("Esc")
    wait_selected(t, "work")
