"""The doctor's screen: what is wrong, and what helps."""

import consumers
import pytest
from interface import said, the_list, wait_selected

DAY = 86400
SIZES = [{}, {"cols": 40, "rows": 10}, {"lang": "C"}]


def opened(t):
    t.send("!")
    t.wait_for("Doctor")


@pytest.mark.parametrize("options", SIZES)
def test_all_is_well(tui, seed, home, issuer, store, options):
    seed("work", lifetime=9 * DAY)
    consumers.make("codex", home).install()
    t = tui(**options)
    wait_selected(t, "work")
    before = store.modes()
    opened(t)
    said(t, "All is well. 1 refresh token was looked at; it is in one file. 1 place was looked at")
    assert issuer.count() == 0 and store.modes() == before
    t.send("Esc")
    t.wait_for(the_list)


def test_empty_store(tui, store):
    t = tui()
    t.wait_for("No logins yet")
    opened(t)
    said(t, "All is well. There is no refresh token yet")
    assert store.names() == []


@pytest.mark.parametrize("options", SIZES)
def test_findings_and_what_helps(tui, seed, home, issuer, options):
    tokens = seed("work", lifetime=9 * DAY)
    consumers.make("codex", home).sign_in(tokens)
    consumers.make("openhands", home).sign_in(issuer.mint("newcomer"))
    t = tui(**options)
    wait_selected(t, "work")
    opened(t)
    said(t, "2 things are to be done:")
    found = t.text
    for _ in range(40):
        if "more below" not in t.text:
            break
        line = t.screen()[1:-2]
        t.send("Down")
        t.wait_for(lambda t, old=line: t.screen()[1:-2] != old)
        found += t.screen()[-3]
    words = " ".join(found.replace("│", " ").replace("|", " ").split())
    assert "holds a login that is not in the store (sam@example.com)" in words or "cols" in options
    assert "chatelaine import openhands" in words
    assert "chatelaine use work --for codex" in words


def test_looks_again(tui, seed, home):
    tokens = seed("work", lifetime=9 * DAY)
    t = tui()
    wait_selected(t, "work")
    opened(t)
    said(t, "All is well")
    program = consumers.make("codex", home)
    program.sign_in(tokens)
    t.send("r")
    said(t, "1 thing is to be done: ! one refresh token is in two files.*chatelaine use work --for codex")
    program.log_out()
    t.send("r")
    said(t, "All is well")


def test_damage_and_no_keeper(tui, seed, store):
    seed("work", lifetime=3600)
    seed("zebra", "personal")
    store.credential_file("zebra").write_text("not JSON")
    t = tui()
    wait_selected(t, "work")
    opened(t)
    said(t, "nothing renews these logins.*'zebra' cannot be read.*chatelaine login zebra")


def test_help_and_one_cell(tui, seed):
    seed("work", lifetime=3600)
    t = tui()
    wait_selected(t, "work")
    opened(t)
    t.send("?")
    said(t, "Keys.*Look once more")
    t.send("Esc")
    t.wait_for("Doctor")
    t.resize(1, 1)
    t.send("r", "Down", "End")
    t.resize(80, 24)
    t.wait_for("Doctor")


@pytest.mark.parametrize("options", SIZES)
def test_mends_what_loses_nothing(tui, seed, store, home, options):
    tokens = seed("work", lifetime=9 * DAY)
    program = consumers.make("codex", home)
    program.sign_in(tokens)
    store.credential_file("work").chmod(0o644)
    t = tui(**options)
    wait_selected(t, "work")
    opened(t)
    said(t, "2 things are to be done:")
    t.send("F")
    said(t, "All is well")
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert store.modes()["work/credential.json"] == 0o600
    t.send("r")
    t.wait_for(lambda t: "mended" not in t.text)
    said(t, "All is well")


def test_what_is_left_comes_behind_what_was_mended(tui, seed, home, issuer):
    consumers.make("codex", home).sign_in(seed("work", lifetime=9 * DAY))
    consumers.make("openhands", home).sign_in(issuer.mint("newcomer"))
    t = tui()
    wait_selected(t, "work")
    opened(t)
    t.send("F")
    said(t, "mended: .*has a view now, without the refresh token 1 thing is to be done: ! .*holds a login that is not in the")
