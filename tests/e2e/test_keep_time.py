"""Keeping when the issuer is away, and when the clock is not what it was."""

import expect
import processes
import pytest
from keeping import renewed, stop, asked

MINUTE, HOUR, DAY = 60, 3600, 86400


# Failures

@pytest.mark.parametrize("fault", ["500", "503", "429"])
def test_back_off(keep_in_time, passes, clock, issuer, store, seed, fault):
    tokens = seed(lifetime=HOUR)
    issuer.fault("token", fault)
    running = keep_in_time()
    running.wait_for(lambda program: "'work'" in program.stdout)
    # Not before a minute, then not before two; each with up to an eighth more.
    passes(running, 45)
    assert asked(issuer, tokens) == 1
    issuer.fault("token", fault)
    clock.advance(30)
    running.wait_for(lambda program: program.stdout.count("'work'") == 2)
    passes(running, 105)
    assert asked(issuer, tokens) == 2
    clock.advance(40)
    running.wait_for(renewed("work"))
    stop(running)
    assert asked(issuer, tokens) == 3 and issuer.reused == 0


def test_the_issuer_may_ask_for_more_time_but_not_for_a_day(keep_in_time, passes, clock, issuer, seed):
    tokens = seed(lifetime=DAY)
    issuer.fault("token", "429-day")
    running = keep_in_time()
    running.wait_for(lambda program: "'work'" in program.stdout)
    passes(running, 55 * MINUTE)
    assert asked(issuer, tokens) == 1
    clock.advance(13 * MINUTE)
    running.wait_for(renewed("work"))
    stop(running)


def test_back_off_has_an_end(keep_in_time, passes, clock, issuer, seed):
    tokens = seed(lifetime=DAY)
    running = None
    for tries in range(1, 10):
        issuer.fault("token", "503")
        if running is None:
            running = keep_in_time()
        # At most an hour, and an eighth of one.
        clock.advance(68 * MINUTE)
        running.wait_for(lambda program: program.stdout.count("'work' was not renewed") == tries)
        assert asked(issuer, tokens) == tries
    clock.advance(68 * MINUTE)
    running.wait_for(renewed("work"))
    stop(running)


def test_one_that_fails_does_not_hold_up_the_others(keep, issuer, seed):
    dead = seed("a", lifetime=HOUR)
    issuer.revoke_chain(dead.refresh_token)
    seed("b", "personal", lifetime=HOUR)
    seed("c", "client", lifetime=HOUR)
    running = keep()
    running.wait_for(renewed("b"))
    running.wait_for(renewed("c"))
    stop(running)


def test_no_issuer_at_all(keep, issuer, store, seed):
    seed(lifetime=HOUR)
    before = store.profiles_snapshot()
    running = keep(env={"CHATELAINE_ISSUER": "http://127.0.0.1:9"})
    issuer.close()
    running.wait_for(lambda program: "'work'" in program.stdout)
    result = stop(running)
    assert "renewed;" not in result.stdout
    assert store.profiles_snapshot() == before


def test_tokens_that_are_short_lived_are_no_storm(keep_in_time, passes, issuer, seed):
    """An issuer whose tokens have less than 48 h from the start is not asked every minute."""
    issuer.access_lifetime = 10 * HOUR
    seed(lifetime=HOUR)
    running = keep_in_time()
    running.wait_for(renewed("work"))
    for _ in range(3):
        passes(running, 4 * MINUTE)
    assert running.stdout.count("'work' is renewed") == 1
    # But before it is over.
    for _ in range(8):
        passes(running, HOUR)
    assert 2 <= running.stdout.count("'work' is renewed") <= 5
    stop(running)


def test_within_longer_than_a_token_lives_is_no_storm(keep_in_time, clock, issuer, seed):
    seed("a", lifetime=9 * DAY)
    running = keep_in_time("--within", "30d")
    running.wait_for(renewed("a"))
    for number in range(4):
        seed(f"b{number}", "personal", lifetime=9 * DAY)
        clock.advance(3 * MINUTE)
        running.wait_for(renewed(f"b{number}"), timeout=15)
    stop(running)
    assert running.stdout.count("'a' is renewed") == 1


# Time

def test_time_that_was_slept_through(keep_in_time, clock, issuer, seed):
    tokens = seed(lifetime=3 * DAY)
    running = keep_in_time()
    clock.advance(DAY + HOUR)
    running.wait_for(renewed("work"))
    stop(running)
    assert asked(issuer, tokens) == 1 and issuer.count("token") == 1


@pytest.mark.parametrize("days", [1, -1, 3, -30])
def test_clock_that_is_set(keep_in_time, passes, clock, issuer, store, seed, days):
    tokens = seed(lifetime=9 * DAY)
    due = seed("due", "personal", lifetime=60 * HOUR)
    running = keep_in_time()
    clock.jump(days * DAY)
    # What has less than 48 h at the new time is due, nothing else is.
    if days > 0:
        clock.advance(MINUTE)
        running.wait_for(renewed("due"))
    else:
        clock.advance(30 * MINUTE)
    clock.jump(-days * DAY)
    passes(running, 10 * MINUTE)
    stop(running)
    assert asked(issuer, tokens) == 0
    assert asked(issuer, due) == (1 if days > 0 else 0)
    assert issuer.reused == 0


def test_clock_set_back_in_a_renewal(keep_in_time, clock, issuer, store, seed):
    old = seed(lifetime=HOUR)
    issuer.delay["token"] = 0.5
    running = keep_in_time()
    issuer.wait_for(lambda: issuer.count("token") == 1 and not issuer.alive(old.refresh_token))
    clock.jump(-DAY)
    running.wait_for(renewed("work"))
    stop(running)
    assert store.credential("work")["generation"] == 2 and store.pending() == []


def test_idle_costs_nothing(keep, chatelaine, seed, codex):
    for name in "abc":
        seed(name, lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "a", "--for", "codex"))
    running = keep()
    before, cpu = processes.wake_ups(running.pid), processes.cpu_seconds(running.pid)
    # The clock is the measure here, not a condition.
    assert not processes.wait_gone(running.pid, 10)
    assert processes.wake_ups(running.pid) - before < 5
    assert processes.cpu_seconds(running.pid) - cpu < 0.05
    stop(running)
