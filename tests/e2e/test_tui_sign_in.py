"""Signing in on the real terminal: from `a` to the profile in the list."""

import re

import expect
import pytest
from interface import (CODE, code_shown, nothing_is_left, row, said, selected, sign_in_until_code, spaced,
                       the_list, type_name, words)

SIZES = [(80, 24), (60, 20)]
TERMS = ["xterm-256color", "tmux-256color", "linux"]
LANGS = ["C.UTF-8", "C"]


def signed_in(t):
    said(t, r"Signed in: '\S+' is ")


# The main job

@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("cols, rows", SIZES)
def test_from_first_start_to_profile(tui, issuer, store, cols, rows, term, lang):
    t = tui(cols=cols, rows=rows, term=term, lang=lang)
    type_name(t)
    said(t, "OpenAI's Terms of Use .*readable by you alone")
    assert issuer.count() == 0, "nothing is sent before the terms are agreed to"
    t.send("y")
    code = code_shown(t, issuer)
    assert issuer.url + "/codex/device" in words(t).split()
    said(t, r"Code ends in 1[45]:\d\d ")
    said(t, "security settings")
    said(t, "only if you started this")
    issuer.approve(code, "work")
    signed_in(t)
    assert selected(t) == "work"
    assert re.search(r"work +dev@example\.com +Pro +(10d 0h|9d 23h)", row(t, "work"))
    t.send("q")
    assert t.wait_exit() == 0
    assert store.names() == ["work"] and store.pending() == []
    assert t.termios() == t.termios_at_start
    assert lang != "C" or t.raw.isascii()


def test_state_goes_on_while_one_looks(tui, issuer, agreed):
    issuer.delay["usercode"] = issuer.delay["token"] = 0.5
    t = tui()
    type_name(t)
    said(t, "Asking the issuer for a code")
    code = code_shown(t, issuer)
    first = said(t, r"Code ends in (\d\d:\d\d)")[1]
    t.wait_for(lambda t: re.search(r"Code ends in (\d\d:\d\d)", t.text)[1] < first)
    issuer.approve(code)
    said(t, "Approved. Fetching the login")
    signed_in(t)


def test_poll_that_fails_is_told_and_forgiven(tui, issuer, agreed):
    t = tui()
    code = sign_in_until_code(t, issuer)
    issuer.fault("poll", "500")
    said(t, r"answers 500")
    said(t, CODE)
    issuer.approve(code)
    signed_in(t)


# The terms

def test_terms_are_agreed_to_once(tui, issuer):
    t = tui()
    type_name(t)
    said(t, "Terms of Use")
    t.send("y")
    code_shown(t, issuer)
    t.send("Esc")
    sign_in_until_code(t, issuer, "again")
    t.send("Esc")
    t.wait_for(the_list)
    t.send("q")
    t.wait_exit()
    t = tui()
    sign_in_until_code(t, issuer, "later")


def test_agreeing_here_counts_for_the_command_line(tui, chatelaine, issuer):
    t = tui()
    type_name(t)
    said(t, "Terms of Use")
    t.send("y")
    code_shown(t, issuer)
    t.send("Esc")
    t.wait_for(the_list)
    t.send("q")
    t.wait_exit()
    issuer.approve_next()
    expect.succeeded(chatelaine("login", "work"))


def test_other_keys_agree_to_nothing(tui, issuer, store):
    t = tui()
    type_name(t)
    said(t, "Terms of Use")
    t.send("n", "Y", "Enter", "Space", "Ctrl-L", "?")
    t.wait_for("Keys")
    t.send("Esc")
    said(t, "Terms of Use")
    t.send("Esc")
    t.wait_for(lambda t: "Terms" not in t.text and the_list(t))
    assert issuer.count() == 0 and not (store.path / ".chatelaine" / "state.json").exists()


@pytest.mark.parametrize("cols, rows", [*SIZES, (40, 10)])
def test_terms_can_be_read_to_their_end(tui, cols, rows):
    """What one agrees to must be readable; where it does not fit, by scrolling."""
    t = tui(cols=cols, rows=rows)
    type_name(t)
    said(t, "chatelaine signs in with your")
    if rows < 20:
        t.send(*["Down"] * 10)
    said(t, "readable by you alone", timeout=3)


# The name

@pytest.mark.parametrize("name, problem", [
    ("", "type a name first"), ("..", "name"), ("a b", "name"), ("-x", "name"), ("a/b/c", "name"), ("é", "name"),
    ("x" * 64, "name"), ("a%b", "name"),
])
def test_name_that_is_none_is_told(tui, issuer, store, agreed, name, problem):
    t = tui()
    t.wait_for(the_list)
    t.send("a")
    t.wait_for("Name:")
    hint = words(t)
    t.type(name)
    t.send("Enter")
    t.wait_for(lambda t: "A name for this login" not in t.text)
    said(t, problem)
    assert words(t) != hint and issuer.count() == 0
    # The next key takes the complaint away again.
    t.send("Ctrl-U")
    said(t, "A name for this login")
    t.type("good")
    t.send("Enter")
    code_shown(t, issuer)


def test_name_that_is_taken_is_refused(tui, issuer, agreed, seed):
    seed("work")
    t = tui()
    type_name(t)
    said(t, "'work' is there already.*choose another name")
    t.type("2")
    t.send("Enter")
    code_shown(t, issuer)
    assert "work2" in t.screen()[0]


def test_name_is_edited(tui, issuer, agreed):
    t = tui()
    t.wait_for(the_list)
    t.send("a")
    t.wait_for("Name:")
    t.send("q", "?", "x", "Backspace", "Backspace", "Backspace", "wörk", "Ctrl-U", "acme/workk", "Backspace")
    t.wait_for(re.compile(r"Name: acme/work\s"))
    assert t.cursor is not None, "one sees where one types"
    t.send("Enter")
    code_shown(t, issuer)
    assert "acme/work" in t.screen()[0] and t.cursor is None


# Again, under a name that is there

def test_signing_in_again(tui, issuer, store, agreed, seed):
    old = seed("work", "work", lifetime=-60, reason="reused")
    t = tui()
    t.wait_for("sign in again")
    t.send("i")
    issuer.approve(code_shown(t, issuer), "work")
    signed_in(t)
    assert re.search(r"10d 0h|9d 23h", row(t, "work"))
    assert store.names() == ["work"] and store.holds(old.refresh_token) == []


def test_another_account_is_kept_beside(tui, issuer, store, agreed, seed):
    seed("work", "work")
    before = store.profiles_snapshot()
    t = tui()
    t.wait_for(the_list)
    t.send("i")
    issuer.approve(code_shown(t, issuer), "personal")
    said(t, "work-2")
    t.send("Esc")
    t.wait_for(the_list)
    assert "dev@example.com" in row(t, "work") and "me@example.net" in row(t, "work-2")
    assert before.items() <= store.profiles_snapshot().items()


# Ends without a login

FAILURES = {
    # endpoint and fault -> what is said, with the next step in it
    ("usercode", "500"): "500.*again",
    ("usercode", "429"): "too many requests.*again in 2 s",
    ("usercode", "html-403"): "web page.*again",
    ("usercode", "404"): "no sign-in by device code.*check CHATELAINE_ISSUER",
    ("usercode", "redirect-302"): "redirect.*check",
    ("usercode", "truncated"): "again",
    ("usercode", "wrong-types"): "again",
    ("usercode", "missing-keys"): "again",
    ("usercode", "huge-chunked"): "again",
    ("usercode", "cut"): "again",
    ("poll", "declined"): "declined in the browser.*again",
    ("poll", "expired-403"): "code has ended.*(again|new)",
    ("token", "500"): "again",
    ("token", "invalid-grant"): "again",
    ("token", "truncated"): "again",
    ("token", "access-no-identity"): "again",
}


@pytest.mark.parametrize("case", FAILURES, ids="-".join)
def test_failure_is_told_with_the_next_step(tui, issuer, store, agreed, case):
    issuer.fault(*case)
    issuer.approve_next()
    t = tui(cols=60, rows=20)
    type_name(t)
    said(t, FAILURES[case], timeout=5)
    said(t, "n New code|Esc Cancel")
    nothing_is_left(t, store)
    t.send("Esc")
    t.wait_for(the_list)
    assert issuer.elsewhere == []


@pytest.mark.parametrize("how, told", [("expire", "the code has ended"), ("decline", "was declined")])
def test_code_that_is_over_makes_room_for_a_new_one(tui, issuer, agreed, how, told):
    t = tui()
    code = sign_in_until_code(t, issuer)
    getattr(issuer, how)(code)
    said(t, told)
    assert spaced(code) not in t.text, "a dead code is not shown on"
    assert "n New code" in t.text
    t.send("n")
    issuer.approve(code_shown(t, issuer))
    signed_in(t)


def test_code_that_runs_out_while_one_looks(tui, issuer, store, agreed):
    issuer.code_lifetime = 2
    t = tui()
    sign_in_until_code(t, issuer)
    said(t, r"Code ends in 00:0\d")
    said(t, "the code has ended")
    nothing_is_left(t, store)


def test_nobody_listens(tui, issuer, store, agreed):
    issuer.close()
    t = tui()
    type_name(t)
    said(t, "connect.*(again|check)")
    nothing_is_left(t, store)


def test_program_of_the_network_is_missing(tui, store, agreed):
    t = tui(env={"CHATELAINE_OAUTH": "/nonexistent/chatelaine-oauth"})
    type_name(t)
    said(t, "cannot run /nonexistent/chatelaine-oauth.*install")
    nothing_is_left(t, store)


def test_store_that_cannot_be_written_spends_nothing(tui, issuer, store, agreed):
    (store.path / ".chatelaine" / "pending").write_text("not a directory\n")
    t = tui()
    type_name(t)
    said(t, "cannot|(?i:not a directory)")
    assert CODE not in t.text and issuer.count() == 0
