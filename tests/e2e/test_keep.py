"""Keeping: every login is renewed in time, one at a time, and none too often."""

import json
import re

import expect
import logins
import pytest
from keeping import lines, renewed, stop, asked

MINUTE, HOUR, DAY = 60, 3600, 86400


# What is renewed, and when

def test_what_is_due_is_renewed_and_nothing_else(keep, issuer, store, seed):
    seed("a", "work", lifetime=47 * HOUR)
    seed("b", "personal", lifetime=-HOUR)
    later = seed("c", "client", lifetime=49 * HOUR)
    running = keep()
    running.wait_for(renewed("a"))
    running.wait_for(renewed("b"))
    assert [store.credential(name)["generation"] for name in "abc"] == [2, 2, 1]
    assert asked(issuer, later) == 0 and issuer.count("token") == 2
    result = stop(running)
    assert issuer.count("token") == 2
    expect.no_secret(result, later)


def test_within(keep, issuer, store, seed):
    due = seed("a", "work", lifetime=59 * MINUTE)
    later = seed("b", "personal", lifetime=61 * MINUTE)
    running = keep("--within", "1h")
    running.wait_for(renewed("a"))
    stop(running)
    assert (asked(issuer, due), asked(issuer, later)) == (1, 0)


@pytest.mark.parametrize("given", ["", "soon", "-1h", "48"])
def test_within_that_is_no_time(chatelaine, given):
    expect.failed(chatelaine("keep", "--within", given), expect.USAGE)


def test_one_line_for_each(keep, seed):
    for name in "abc":
        seed(name, lifetime=HOUR)
    running = keep()
    for name in "abc":
        running.wait_for(renewed(name))
    result = stop(running)
    said = lines(running)
    assert said[0].startswith("keeping ") and said[-1] == "stopped"
    assert len(said) == 5
    assert sorted(line.partition(" ")[0] for line in said[1:-1]) == ["'a'", "'b'", "'c'"]
    for line in said[1:-1]:
        assert re.fullmatch(r"'\w' is renewed; its access ends \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", line), line
    assert result.stderr == ""


def test_one_at_a_time(keep, issuer, seed):
    for name in "abcd":
        seed(name, lifetime=HOUR)
    issuer.delay["token"] = 0.3
    running = keep()
    for name in "abcd":
        running.wait_for(renewed(name), timeout=20)
    stop(running)
    requests = sorted(issuer.select("token"), key=lambda request: request.time)
    assert len(requests) == 4
    for before, after in zip(requests, requests[1:]):
        assert after.time >= before.time + 0.3


def test_profile_that_comes_later_is_kept_as_well(keep_in_time, clock, issuer, seed):
    running = keep_in_time()
    seed("late", lifetime=HOUR)
    clock.advance(MINUTE)
    running.wait_for(renewed("late"))
    stop(running)


def test_renewal_is_in_the_audit(keep, store, seed):
    seed(lifetime=HOUR)
    running = keep()
    running.wait_for(renewed("work"))
    stop(running)
    entry = store.audit()[-1]
    assert (entry["event"], entry["profile"], entry["result"], entry["pid"]) == ("refresh", "work", "ok", running.pid)


def test_views_follow(keep, chatelaine, store, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    running.wait_for(renewed("work"))
    assert logins.is_view(codex, store.credential("work")["access_token"])
    stop(running)
    # What we wrote ourselves is no news.
    assert len(lines(running)) == 3


# What is left alone

def test_lent_login_is_its_programs(keep_in_time, passes, chatelaine, issuer, seed, codex):
    lent = seed(lifetime=HOUR)
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    running = keep_in_time()
    passes(running, 10 * MINUTE)
    stop(running)
    assert asked(issuer, lent) == 0
    assert logins.tokens_of(codex) == (lent.access_token, lent.refresh_token)


@pytest.mark.parametrize("reason", ["reused", "expired", "revoked"])
def test_dead_login_is_not_sent(keep_in_time, passes, issuer, seed, reason):
    dead = seed(lifetime=HOUR, reason=reason)
    running = keep_in_time()
    passes(running, 10 * MINUTE)
    stop(running)
    assert asked(issuer, dead) == 0
    assert "'work'" not in running.stdout


def test_login_that_dies_is_told_once(keep_in_time, passes, issuer, seed):
    dead = seed(lifetime=HOUR)
    issuer.revoke_chain(dead.refresh_token)
    running = keep_in_time()
    running.wait_for(lambda program: "'work'" in program.stdout)
    passes(running, 2 * HOUR)
    stop(running)
    assert asked(issuer, dead) == 1
    told, = [line for line in lines(running) if "'work'" in line]
    assert "chatelaine login work" in told


def test_access_only_and_damaged_are_left(keep_in_time, passes, issuer, store, seed):
    for name in ("only", "broken"):
        seed(name, lifetime=HOUR)
    credential = store.credential("only")
    credential["refresh_token"] = ""
    store.credential_file("only").write_text(json.dumps(credential))
    store.credential_file("broken").write_text("{")
    running = keep_in_time()
    passes(running, 10 * MINUTE)
    stop(running)
    assert issuer.count("token") == 1
    assert store.credential_file("broken").read_text() == "{"


def test_login_in_doubt_waits_for_its_last_hour(keep_in_time, passes, clock, chatelaine, issuer, store, seed):
    doubtful = seed(lifetime=4 * HOUR)
    # Lost on the way there, so that the second try succeeds.
    issuer.fault("token", "cut", after=False)
    expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    running = keep_in_time()
    passes(running, 2 * HOUR)
    assert asked(issuer, doubtful) == 1
    clock.advance(HOUR + MINUTE)
    running.wait_for(renewed("work"))
    stop(running)
    assert asked(issuer, doubtful) == 2 and issuer.reused == 0
    assert store.pending() == []


def test_login_in_doubt_is_tried_a_third_time_when_it_has_ended(keep_in_time, passes, clock, issuer, store, seed):
    doubtful = seed(lifetime=30 * MINUTE)
    issuer.fault("token", "cut", times=2, after=False)
    running = keep_in_time()
    running.wait_for(lambda program: "in doubt" in program.stdout)
    clock.advance(5 * MINUTE)
    running.wait_for(lambda program: program.stdout.count("'work'") == 2)
    passes(running, 15 * MINUTE)
    assert asked(issuer, doubtful) == 2
    passes(running, 2 * HOUR)
    running.wait_for(renewed("work"))
    stop(running)
    assert asked(issuer, doubtful) == 3 and issuer.reused == 0
