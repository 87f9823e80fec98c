"""Renewing on request: the list goes on meanwhile, and every way to fail is told in a line."""

import re
import statistics

import expect
import pytest
from interface import BELOW_1_SECOND, row, said, seconds_to_answer, selected, the_list, wait_selected

# Under an hour, so that the hours are 00 from the first picture on.
HOUR, DAY = 3600 - 60, 86400


@pytest.fixture
def at_list(tui, seed):
    """The list with one profile that has an hour left."""
    def start(**options):
        start.tokens = seed("work", lifetime=HOUR)
        t = tui(**options)
        wait_selected(t, "work")
        return t
    return start


def test_renewed(at_list, issuer, store):
    t = at_list()
    t.send("r")
    said(t, "Renewing 'work'|'work'.* (done|renewed)")
    said(t, "'work'.*(done|is renewed)")
    assert re.search("10d 0h|9d 23h", row(t, "work"))
    assert store.credential("work")["generation"] == 2
    expect.one_place(store, store.credential("work")["refresh_token"])
    assert issuer.count("token") == 1 and store.pending() == []
    t.wait_for(lambda t: not t.children())


def test_renewing_is_noted(at_list, store):
    t = at_list()
    t.send("r")
    said(t, "is renewed")
    assert (store.audit()[-1]["event"], store.audit()[-1]["profile"]) == ("refresh", "work")


UNHARMED, IN_DOUBT, DEAD = r"00:\d\d:\d\d +-$", r"00:\d\d:\d\d \?", "sign in again"
REFUSED = r"refused|cannot be renewed|signs? in again|chatelaine login"
FAILURES = {
    # fault: (what is said, the row afterwards)
    "500": ("'work' was not renewed: .*500", UNHARMED),
    "429": ("'work' was not renewed: ", UNHARMED),
    "html-403": ("'work' was not renewed: ", UNHARMED),
    "redirect-307": ("'work' was not renewed: .*redirect", UNHARMED),
    "400": ("'work'.* not (renewed|understood)|refused", UNHARMED),
    "cut": ("in doubt", IN_DOUBT),
    "truncated": ("'work'", IN_DOUBT),
    "html-200": ("'work'", IN_DOUBT),
    "reused": (REFUSED, DEAD),
    "expired": (REFUSED, DEAD),
    "invalidated": (REFUSED, DEAD),
    "401": (REFUSED, DEAD),
    "invalid-grant": (REFUSED, DEAD),
}


@pytest.mark.parametrize("fault", FAILURES)
def test_failure_is_told(at_list, issuer, store, fault):
    words, in_row = FAILURES[fault]
    issuer.fault("token", fault)
    t = at_list()
    before = store.credential_file("work").read_bytes()
    t.send("r")
    said(t, words)
    t.wait_for(lambda t: re.search(in_row, row(t, "work")), timeout=3)
    assert store.credential_file("work").read_bytes() == before
    assert issuer.reused == 0
    # And one goes on.
    t.send("q")
    assert t.wait_exit() == 0


@pytest.mark.parametrize("fault", ["500", "429", "html-403", "redirect-307", "cut", "reused"])
def test_message_has_its_next_step_in_view(at_list, issuer, fault):
    """A message that is cut before it says what to do does not say it."""
    issuer.fault("token", fault)
    t = at_list()
    t.send("r")
    said(t, r"again\b|later\b|check\b|near the end", timeout=3)


def test_nobody_listens(at_list, issuer, store):
    t = at_list()
    before = store.profiles_snapshot()
    issuer.close()
    t.send("r")
    said(t, "'work' was not renewed")
    assert store.profiles_snapshot() == before and store.pending() == []


@pytest.mark.parametrize("reason", ["reused", "expired", "revoked"])
def test_dead_login_is_not_sent(tui, issuer, seed, reason):
    seed("work", lifetime=-DAY, reason=reason)
    t = tui()
    wait_selected(t, "work")
    t.send("r")
    said(t, "'work' cannot be renewed", timeout=3)
    said(t, "sign in again: chatelaine login work|i signs in again", timeout=3)
    assert issuer.count() == 0


# While the issuer is silent

@pytest.fixture
def stalled(tui, issuer, seed):
    """Three profiles; the first is being renewed, and the issuer is silent."""
    for name in ("a", "b", "c"):
        seed(name, lifetime=HOUR)
    issuer.delay["token"] = 60
    t = tui()
    wait_selected(t, "a")
    t.send("r")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    said(t, "Renewing 'a'")
    yield t
    # The helper is spending: it goes on until its answer, and the issuer has to let it go.
    issuer.close()


def test_selection_moves_at_once(stalled):
    def times():
        for key, target in [("Down", "b"), ("Down", "c"), ("Up", "b"), ("End", "c"), ("Home", "a")]:
            yield seconds_to_answer(stalled, key, lambda t, target=target: selected(t) == target)
    # One may be slow because the machine is.
    assert statistics.median(times()) < BELOW_1_SECOND


def test_second_renewal_is_refused_politely(stalled, issuer):
    stalled.send("Down", "r")
    said(stalled, "'a'.* still ")
    assert issuer.count("token") == 1


@pytest.mark.parametrize("key", ["a", "i", "d"])
def test_what_needs_the_network_or_the_lock_waits(stalled, issuer, key):
    stalled.send("Down", key)
    said(stalled, "'a'.* still ")
    assert issuer.count() == 1


@pytest.mark.parametrize("keys, sign", [(["Enter"], "user id"), (["?"], "Keys"), (["e"], "Format")])
def test_other_screens_open(stalled, keys, sign):
    stalled.send(*keys)
    stalled.wait_for(sign, timeout=2)
    stalled.send("Esc")
    stalled.wait_for(the_list, timeout=2)


def test_result_comes_under_another_screen(tui, issuer, seed):
    seed("work", lifetime=HOUR)
    issuer.delay["token"] = 0.7
    t = tui()
    wait_selected(t, "work")
    t.send("r", "?")
    t.wait_for("Keys")
    t.wait_for(lambda t: issuer.count("token") == 1 and issuer.requests[-1].done and not t.children())
    t.send("Esc")
    said(t, "is renewed")
    assert re.search("10d 0h|9d 23h", row(t, "work"))


@pytest.mark.parametrize("end", ["q", "Ctrl-C", "hangup"])
def test_leaving_meanwhile_loses_nothing(tui, chatelaine, issuer, store, seed, end):
    tokens = seed("work", lifetime=HOUR)
    issuer.delay["token"] = 1
    t = tui()
    wait_selected(t, "work")
    t.send("r")
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(tokens.refresh_token))
    if end == "hangup":
        t.hangup()
    else:
        t.send(end)
    t.wait_exit(timeout=5)
    issuer.wait_for(lambda: issuer.requests[-1].done)
    # Whatever the interface could not take any more, the next start does; it waits for the lock.
    result = chatelaine("token", "work", "--min-valid", "2h")
    assert result.status == 0, result.stderr
    assert store.credential("work")["generation"] >= 2 and issuer.alive(store.credential("work")["refresh_token"])
    assert issuer.reused == 0 and store.pending() == []
