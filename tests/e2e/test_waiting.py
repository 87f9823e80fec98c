"""A sign-in that was cut off, by a line that dropped, is gone on with as long as its code lives."""

import json
import signal
import time

import expect
import processes
import pytest
from interface import code_shown, said, sign_in_until_code, spaced, the_list, type_name

pytestmark = pytest.mark.usefixtures("agreed")

CUTS = [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL]


def waiting(store):
    """Records of sign-ins that wait."""
    folder = store.path / ".chatelaine" / "waiting"
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def begun(chatelaine, *options):
    run = chatelaine.start("login", "work", "--json", *options)
    run.wait_for_event("waiting")
    return run


def cut(run, number=signal.SIGHUP):
    run.signal(number)
    run.finish(timeout=5)
    processes.sweep(timeout=3)


@pytest.fixture
def left(chatelaine, issuer):
    """The code of a sign-in that was cut off."""
    run = begun(chatelaine)
    cut(run)
    return run.wait_for_event("code")


def change(store, **members):
    file = store.path / ".chatelaine" / "waiting" / "work"
    file.write_text(json.dumps({**json.loads(file.read_text()), **members}))


# On the command line

@pytest.mark.parametrize("number", CUTS, ids=lambda number: number.name)
def test_same_code_goes_on(chatelaine, issuer, store, number):
    run = begun(chatelaine)
    first = run.wait_for_event("code")
    assert not first["resumed"]
    cut(run, number)
    assert waiting(store) == ["work"] and store.modes()[".chatelaine/waiting/work"] == 0o600
    # Approved while nobody was there.
    issuer.approve(first["user_code"], "work")
    again = chatelaine("login", "work", "--json")
    expect.succeeded(again)
    code = again.events[0]
    assert code["resumed"] and code["user_code"] == first["user_code"]
    ends = [time.mktime(time.strptime(event["expires_at"], "%Y-%m-%dT%H:%M:%SZ")) for event in (first, code)]
    assert abs(ends[0] - ends[1]) <= 1, "it ends when it was to end"
    assert issuer.user_codes == [first["user_code"]] and issuer.count("token") == 1
    assert store.names() == ["work"] and waiting(store) == [] and store.pending() == []


def test_going_on_is_told(chatelaine, issuer, left):
    issuer.approve(left["user_code"])
    text = expect.succeeded(chatelaine("login", "work", "--no-qr"))
    assert "Going on" in text and left["user_code"] in text.split()


def test_replace_is_remembered(chatelaine, issuer, store, seed):
    seed("work", "personal")
    run = begun(chatelaine, "--replace")
    cut(run)
    issuer.approve(run.wait_for_event("code")["user_code"], "work")
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert store.names() == ["work"] and store.profile("work")["email"] == "dev@example.com"


def test_ctrl_c_is_a_wish_to_give_up(chatelaine, issuer, store):
    cut(begun(chatelaine), signal.SIGINT)
    assert waiting(store) == []


@pytest.mark.parametrize("how", ["decline", "expire"])
def test_end_by_the_issuer_is_the_end(chatelaine, issuer, store, left, how):
    getattr(issuer, how)(left["user_code"])
    expect.failed(chatelaine("login", "work", "--json"), expect.NEEDS_LOGIN)
    assert waiting(store) == []


@pytest.mark.parametrize("members", [
    {"ends": "2026-01-01T00:15:00Z", "since": "2026-01-01T00:00:00Z"},  # the clock went on
    {"ends": "2999-01-01T00:15:00Z", "since": "2999-01-01T00:00:00Z"},  # the clock was put back
    {"user_code": None},
], ids=["ended", "future", "damaged"])
def test_what_is_of_no_use_is_cleared_away(chatelaine, issuer, store, left, members):
    change(store, **members)
    expect.listed(chatelaine)
    assert waiting(store) == []
    issuer.approve_next()
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert issuer.user_codes[-1] != left["user_code"]


def test_code_of_another_issuer_is_not_sent_to_this_one(chatelaine, issuer, store, left):
    change(store, issuer="https://issuer.example")
    issuer.approve_next()
    result = chatelaine("login", "work", "--json")
    expect.succeeded(result)
    assert not result.events[0]["resumed"]


def test_two_never_ask_for_one_code(chatelaine, issuer, store, left):
    """The second waits as long as the first, and then has nothing to go on with."""
    first = begun(chatelaine)
    second = chatelaine.start("login", "work", "--json")
    second.wait_for(lambda run: "in use by process" in run.stderr)
    issuer.approve(left["user_code"])
    assert first.finish().status == 0
    assert second.wait_for_event("code")["user_code"] != left["user_code"]
    second.signal(signal.SIGINT)
    second.finish()
    assert issuer.count("token") == 1


def test_killed_between_approval_and_exchange_exchanges_once(chatelaine, issuer, store):
    issuer.delay["token"] = 1
    run = begun(chatelaine)
    issuer.approve(run.wait_for_event("code")["user_code"], "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    run.kill()
    # The network program writes the answer down, and the next start takes it in.
    assert processes.sweep(timeout=5) == []
    assert set(expect.listed(chatelaine)) == {"work"}
    assert issuer.count("token") == 1 and waiting(store) == [] and store.pending() == []


@pytest.mark.parametrize("end", [lambda t: t.hangup(), lambda t: t.signal(signal.SIGTERM)], ids=["hangup", "SIGTERM"])
@pytest.mark.parametrize("command", [[], ["login", "work", "--no-qr"]], ids=["screen", "command"])
def test_line_drops_while_the_login_is_fetched(tui, chatelaine, issuer, store, command, end):
    issuer.delay["token"] = 1
    t = tui(*command)
    if not command:
        type_name(t)
    issuer.wait_for(lambda: issuer.count("poll") > 0)
    issuer.approve(issuer.user_codes[-1], "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    end(t)
    t.wait_exit()
    assert processes.sweep(timeout=5) == []
    assert set(expect.listed(chatelaine)) == {"work"}
    assert waiting(store) == [] and store.pending() == []


def test_nothing_else_is_disturbed(chatelaine, store, seed, left):
    seed("other")
    assert set(expect.listed(chatelaine)) == {"other"}
    expect.succeeded(chatelaine("doctor"))
    assert all(left["user_code"] not in json.dumps(entry) for entry in store.audit())
    assert waiting(store) == ["work"]


# In the interface

def cut_screen(t, store):
    t.hangup()
    t.wait_exit()
    processes.sweep(timeout=3)
    assert waiting(store) == ["work"]


@pytest.mark.parametrize("cols, rows", [(80, 24), (40, 10)])
def test_it_is_offered_at_the_next_start(tui, issuer, store, cols, rows):
    t = tui()
    code = sign_in_until_code(t, issuer)
    cut_screen(t, store)
    t = tui(cols=cols, rows=rows)
    said(t, r"'work' is waiting for its approval, with 14:\d\d left")
    assert code not in t.text, "who does not go on with it does not see it"
    t.send("Enter")
    t.wait_for(lambda t: spaced(code) in t.text)
    issuer.approve(code, "work")
    said(t, "Signed in: 'work' is dev@example")
    assert issuer.user_codes == [code] and waiting(store) == []


def test_offer_that_is_dropped_is_gone(tui, issuer, store, left):
    t = tui()
    said(t, "waiting for its approval")
    t.send("Esc")
    said(t, "the sign-in to 'work' was dropped")
    t.wait_for(the_list)
    assert waiting(store) == []
    type_name(t)
    assert code_shown(t, issuer) != left["user_code"]


def test_new_code_takes_the_place_of_the_old_one(tui, issuer, store, left):
    t = tui()
    said(t, "waiting for its approval")
    t.send("Enter")
    t.wait_for(lambda t: spaced(left["user_code"]) in t.text)
    t.send("n")
    issuer.wait_for(lambda: len(issuer.user_codes) == 2)
    new = code_shown(t, issuer)
    cut_screen(t, store)
    assert json.loads((store.path / ".chatelaine" / "waiting" / "work").read_text())["user_code"] == new


@pytest.mark.parametrize("keys", [["Esc"], ["Ctrl-C"]], ids=" ".join)
def test_cancelled_on_the_screen_is_not_offered(tui, issuer, store, keys):
    t = tui()
    sign_in_until_code(t, issuer)
    t.send(*keys)
    t.wait_for(lambda t: not t.children())
    assert waiting(store) == []


def test_what_another_process_is_at_work_on_is_not_offered(tui, chatelaine, store, seed):
    seed("other")
    begun(chatelaine)
    t = tui()
    t.wait_for(the_list)
    assert waiting(store) == ["work"]
