"""Being interrupted: what was begun is undone or completed, and nobody stays behind."""

import os
import signal

import expect
import processes
import pytest
from program import Program

HOUR, DAY = 3600, 86400
ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]

pytestmark = pytest.mark.usefixtures("agreed")


@pytest.fixture
def waiting_login(chatelaine, issuer):
    run = chatelaine.start("login", "work", "--json")
    run.wait_for_event("waiting")
    return run


# A sign-in that waits for its approval

@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_sign_in_ends_at_once_and_leaves_nothing(waiting_login, issuer, store, number):
    children = waiting_login.children()
    assert children, "the network is another program's work"
    waiting_login.signal(number)
    result = waiting_login.finish(timeout=2)
    if number == signal.SIGINT:
        assert result.status == expect.INTERRUPTED
    else:
        assert result.status in (expect.INTERRUPTED, 128 + number, -number)
    assert store.names() == [] and store.pending() == []
    assert processes.sweep() == []
    assert issuer.count("token") == 0


def test_sign_in_whose_program_is_killed_does_not_poll_on(waiting_login, chatelaine, issuer, store):
    waiting_login.kill()
    assert processes.sweep(timeout=3) == []
    assert expect.listed(chatelaine) == {}
    assert store.pending() == []


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "tmux-256color"])
def test_interrupt_at_a_terminal(tui, issuer, store, term):
    t = tui("login", "work", "--no-qr", term=term)
    t.wait_for(lambda t: issuer.user_codes and issuer.user_codes[-1] in t.text)
    t.send("Ctrl-C")
    assert t.wait_exit(timeout=2) == expect.INTERRUPTED
    assert t.termios() == t.termios_at_start
    assert store.names() == [] and store.pending() == []


def test_interrupt_at_the_question(tui, issuer, store):
    (store.path / ".chatelaine" / "state.json").unlink()
    t = tui("login", "work")
    t.wait_for("[y/N]")
    t.send("Ctrl-C")
    assert t.wait_exit(timeout=2) in (expect.INTERRUPTED, -signal.SIGINT)
    assert t.termios() == t.termios_at_start
    assert issuer.count() == 0


def test_closed_terminal(tui, issuer, store):
    t = tui("login", "work", "--no-qr")
    t.wait_for(lambda t: issuer.user_codes and issuer.user_codes[-1] in t.text)
    t.hangup()
    t.wait_exit(timeout=2)
    assert processes.sweep() == []
    assert store.names() == [] and store.pending() == []


def test_reader_that_goes_away(chatelaine, issuer, build):
    """`chatelaine login … | head -1`: it must not wait for a person whom nobody tells the code."""
    shell = f"{build / 'chatelaine'} login work --json | head -n 1"
    run = Program(["sh", "-c", shell], env=chatelaine.env)
    result = run.finish(timeout=5)
    assert "user_code" in result.stdout


# A renewal whose token is on its way

@pytest.fixture
def sent_refresh(chatelaine, issuer, seed):
    """A renewal at the moment at which the issuer has rotated and the answer is not there yet."""
    tokens = seed(lifetime=HOUR)
    issuer.delay["token"] = 1
    run = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(tokens.refresh_token))
    return run


def renewed(chatelaine, issuer, store):
    """After whatever the next start repairs, the living token is in the store and nowhere else."""
    assert expect.status_of(chatelaine) == "ok"
    credential = store.credential("work")
    assert credential["generation"] == 2 and issuer.alive(credential["refresh_token"])
    expect.one_place(store, credential["refresh_token"])
    assert store.pending() == []
    assert issuer.count("token") == 1


@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_interrupted_renewal_loses_nothing(sent_refresh, chatelaine, issuer, store, number):
    children = sent_refresh.children()
    sent_refresh.signal(number)
    sent_refresh.finish(timeout=5)
    for child in children:
        wait_until_gone(child)
    renewed(chatelaine, issuer, store)


def test_interrupt_from_the_keyboard_reaches_both_programs(tui, chatelaine, issuer, store, seed):
    tokens = seed(lifetime=HOUR)
    issuer.delay["token"] = 1
    t = tui("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(tokens.refresh_token))
    children = t.children()
    t.send("Ctrl-C")
    t.wait_exit(timeout=5)
    for child in children:
        wait_until_gone(child)
    renewed(chatelaine, issuer, store)


def test_killed_renewal_is_completed_at_the_next_start(sent_refresh, chatelaine, issuer, store):
    children = sent_refresh.children()
    sent_refresh.kill()
    for child in children:
        wait_until_gone(child)
    renewed(chatelaine, issuer, store)


def test_next_program_waits_for_a_killed_renewal_instead_of_sending_again(sent_refresh, chatelaine, issuer, store):
    sent_refresh.kill()
    result = chatelaine("token", "work", "--min-valid", "2h")
    assert result.status == 0, result.stderr
    assert issuer.reused == 0
    assert issuer.alive(store.credential("work")["refresh_token"])


def test_both_programs_killed_is_in_doubt_and_never_wiped(sent_refresh, chatelaine, issuer, store):
    before = store.profiles_snapshot()
    children = sent_refresh.children()
    sent_refresh.kill()
    for child in children:
        os.kill(child, signal.SIGKILL)
        wait_until_gone(child)
    assert expect.status_of(chatelaine) == "in-doubt"
    assert store.profiles_snapshot() == before


def wait_until_gone(pid):
    try:
        assert processes.wait_gone(pid, timeout=10)
    except ProcessLookupError:
        pass
