"""Keeping: one for a store, which ends when it is told to, and loses nothing."""

import fcntl
import os
import signal

import expect
import logins
import processes
import pytest
from keeping import lines, stop
from program import Program

HOUR, DAY = 3600, 86400


# One for a store

def test_second_one_is_refused(keep, chatelaine, seed):
    running = keep()
    assert "kept by another" in expect.failed(chatelaine("keep"), expect.BUSY)
    stop(running)
    other = keep()
    stop(other)


def test_killed_one_is_in_nobodys_way(keep, seed):
    running = keep()
    running.kill()
    stop(keep())


def test_another_store_is_another_matter(keep, home):
    first, second = keep(), keep("--store", home / "other")
    stop(first)
    stop(second)


def test_starts_while_others_ask_whether_one_runs(keep, chatelaine, seed):
    seed(lifetime=HOUR)
    asking = [chatelaine.start("doctor") for _ in range(8)]
    running = keep()
    for program in asking:
        program.finish()
    stop(running)


# Its end

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_ends_at_once_while_idle(keep, seed, number):
    seed()
    running = keep()
    running.signal(number)
    result = running.finish(timeout=1)
    expect.succeeded(result)
    assert lines(running)[-1] == "stopped"


def test_ends_at_once_while_a_renewal_waits_its_turn(keep, seed):
    seed(lifetime=HOUR)
    running = keep()
    running.signal(signal.SIGTERM)
    expect.succeeded(running.finish(timeout=1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_answer_under_way_is_saved_first(keep, chatelaine, issuer, store, seed, number):
    old = seed(lifetime=HOUR)
    issuer.delay["token"] = 1.5
    running = keep()
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(old.refresh_token))
    running.signal(number)
    expect.succeeded(running.finish(timeout=5))
    credential = store.credential("work")
    assert credential["generation"] == 2 and issuer.alive(credential["refresh_token"])
    assert store.pending() == [] and issuer.count("token") == 1
    assert lines(running)[-2:] == [lines(running)[-2], "stopped"] and "'work' is renewed" in lines(running)[-2]
    expect.one_place(store, credential["refresh_token"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_end_of_all_programs_loses_nothing(keep, issuer, store, seed, number):
    """A service manager, a shutdown, the end of a session: each process is told to end."""
    old = seed(lifetime=HOUR)
    issuer.delay["token"] = 1
    running = keep()
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(old.refresh_token))
    for pid in [*running.children(), running.pid]:
        os.kill(pid, number)
    expect.succeeded(running.finish(timeout=5))
    assert store.credential("work")["generation"] == 2 and store.pending() == [] and issuer.reused == 0


def test_signals_that_repeat_lose_nothing(keep, issuer, store, seed):
    old = seed(lifetime=HOUR)
    issuer.delay["token"] = 1.5
    running = keep()
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(old.refresh_token))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        running.signal(number)
    expect.succeeded(running.finish(timeout=5))
    assert store.credential("work")["generation"] == 2 and store.pending() == []


def test_killed_in_a_renewal_loses_nothing(keep, chatelaine, issuer, store, seed):
    old = seed(lifetime=HOUR)
    issuer.delay["token"] = 1
    running = keep()
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(old.refresh_token))
    children = running.children()
    running.kill()
    for child in children:
        processes.wait_gone(child, 5)
    assert expect.status_of(chatelaine) == "ok"
    assert store.credential("work")["generation"] == 2 and issuer.count("token") == 1


def test_busy_list_of_targets_holds_up_no_end(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    with (store.path / ".chatelaine" / "locks" / "%targets.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        logins.put(codex, logins.codex(issuer.mint("work")))
        processes.wait_gone(running.pid, 0.3)
        running.signal(signal.SIGTERM)
        expect.succeeded(running.finish(timeout=3))


def test_reader_that_goes_away_stops_nothing(chatelaine, issuer, store, seed, build, home):
    seed(lifetime=HOUR)
    running = Program(["sh", "-c", f"{build / 'chatelaine'} keep | head -n 1"], env=chatelaine.env)
    chatelaine.running.append(running)
    issuer.wait_for(lambda: issuer.count("token") == 1)
    logins.until(lambda: store.credential("work")["generation"] == 2 and store.pending() == [])
    # It has said so by now, to nobody; and it is there for the next.
    seed("next", "personal", lifetime=HOUR)
    logins.put(home / ".codex" / "auth.json", {})
    logins.until(lambda: store.credential("next")["generation"] == 2)
    pid, = [process.pid for process in processes.descendants(running.pid) if process.name == "chatelaine"]
    os.kill(pid, signal.SIGTERM)
    running.finish()
