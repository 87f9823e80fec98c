"""Keeping: every login is renewed in time, one at a time, and what programs do with their files is noticed."""

import fcntl
import json
import os
import re
import signal

import expect
import logins
import processes
import pytest
from clock import Clock
from program import Program

MINUTE, HOUR, DAY = 60, 3600, 86400
# How long somebody may wait to be noticed: a second, and what a busy machine adds.
NOTICED = 2.5


@pytest.fixture
def clock(tmp_path, sanitized):
    if sanitized:
        pytest.skip("a sanitizer has these functions itself")
    return Clock(tmp_path)


@pytest.fixture
def keep(chatelaine):
    """Starts it and waits until it watches."""
    def start(*options, **more):
        running = chatelaine.start("keep", *options, **more)
        running.wait_for(lambda program: "  keeping " in program.stdout)
        return running
    return start


@pytest.fixture
def keep_in_time(keep, clock):
    """The same on a clock that the test moves."""
    def start(*options):
        return keep(*options, env=clock.environment)
    return start


@pytest.fixture
def codex(home):
    (home / ".codex").mkdir(mode=0o700)
    return home / ".codex" / "auth.json"


def lines(running):
    """What was said, without the times."""
    found = []
    for line in running.stdout.splitlines():
        match = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?  (\S.*)", line)
        assert match, line
        found.append(match[1])
    return found


def stop(running, number=signal.SIGTERM):
    running.signal(number)
    result = running.finish(timeout=5)
    expect.succeeded(result)
    assert result.stdout.endswith("  stopped\n")
    return result


def renewed(name):
    return lambda running: f"'{name}' is renewed" in running.stdout


def asked(issuer, tokens):
    """How often this refresh token was sent."""
    return sum(request.get("refresh_token") == tokens.refresh_token for request in issuer.select("token"))


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

@pytest.fixture
def passes(keep_in_time, clock, seed):
    """Lets time pass; a login that is due then shows that everything else was looked at, too."""
    count = 0

    def wait(running, seconds):
        nonlocal count
        count += 1
        name = f"probe{count}"
        seed(name, "newcomer", lifetime=HOUR)
        clock.advance(seconds)
        running.wait_for(renewed(name), timeout=15)

    return wait


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


def test_login_in_doubt_is_tried_no_third_time(keep_in_time, passes, clock, issuer, store, seed):
    doubtful = seed(lifetime=30 * MINUTE)
    issuer.fault("token", "cut", times=2, after=False)
    running = keep_in_time()
    running.wait_for(lambda program: "in doubt" in program.stdout)
    clock.advance(5 * MINUTE)
    running.wait_for(lambda program: program.stdout.count("'work'") == 2)
    for _ in range(3):
        passes(running, DAY)
    stop(running)
    assert asked(issuer, doubtful) == 2
    assert store.credential("work")["refresh_token"] == doubtful.refresh_token


# Failures

@pytest.mark.parametrize("fault", ["500", "503", "429", "429-day"])
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


# Files of programs

def test_newer_login_of_a_known_account_is_taken_in(keep, chatelaine, issuer, store, seed, codex):
    old = seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    new = issuer.mint("work")
    logins.put(codex, logins.codex(new))
    assert logins.until(lambda: logins.is_view(codex, new.access_token)) < NOTICED
    assert store.credential("work")["refresh_token"] == new.refresh_token
    expect.one_place(store, new.refresh_token)
    running.wait_for(lambda program: "'work'" in program.stdout)
    result = stop(running)
    assert len(lines(running)) == 3
    expect.no_secret(result, old, new)
    assert issuer.count() == 0


def test_login_written_in_place_is_taken_in(keep, chatelaine, issuer, store, seed, home):
    seed(lifetime=9 * DAY)
    file = home / ".openhands" / "auth" / "openai_oauth.json"
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    running = keep()
    new = issuer.mint("work")
    logins.put_in_place(file, logins.openhands(new))
    assert logins.until(lambda: logins.is_view(file, new.access_token)) < NOTICED
    stop(running)
    expect.one_place(store, new.refresh_token)


def test_login_in_a_file_of_many_is_taken_in(keep, chatelaine, issuer, store, seed, home):
    seed(lifetime=9 * DAY)
    file = logins.put(home / ".local/share/opencode/auth.json", {"other": {"type": "api", "key": "k"}})
    expect.succeeded(chatelaine("use", "work", "--for", "opencode"))
    running = keep()
    new = issuer.mint("work")
    logins.put(file, {"other": {"type": "api", "key": "k"}, **logins.opencode(new)})
    assert logins.until(lambda: logins.is_view(file, new.access_token)) < NOTICED
    stop(running)
    assert logins.load(file)["other"] == {"type": "api", "key": "k"}
    expect.one_place(store, new.refresh_token)


def test_login_takes_the_place_of_a_dead_one(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY, reason="revoked")
    running = keep()
    new = issuer.mint("work")
    logins.put(codex, logins.codex(new))
    logins.until(lambda: logins.is_view(codex, new.access_token))
    stop(running)
    assert expect.status_of(chatelaine) == "ok"


def test_older_login_of_a_known_account_is_told_and_left(keep, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    running = keep()
    old = issuer.mint("work", 8 * DAY)
    logins.put(codex, logins.codex(old))
    running.wait_for(lambda program: "chatelaine use work --for codex" in program.stdout, timeout=NOTICED)
    stop(running)
    assert logins.tokens_of(codex) == (old.access_token, old.refresh_token)


def test_unknown_login_is_told_and_left(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    new = issuer.mint("personal")
    logins.put(codex, logins.codex(new))
    running.wait_for(lambda program: "chatelaine import codex" in program.stdout, timeout=NOTICED)
    result = stop(running)
    assert "me@example.net" in result.stdout
    assert logins.tokens_of(codex) == (new.access_token, new.refresh_token)
    assert store.names() == ["work"] and store.holds(new.refresh_token) == []
    expect.no_secret(result, new)


def test_hostile_account_is_told_safely(keep, issuer, seed, codex):
    running = keep()
    logins.put(codex, logins.codex(issuer.mint("hostile")))
    running.wait_for(lambda program: "chatelaine import codex" in program.stdout, timeout=NOTICED)
    stop(running)   # which looks at every character


def test_removed_view_is_told_and_not_put_back(keep, chatelaine, issuer, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    issuer.fault("token", "503")
    running = keep()
    codex.unlink()
    running.wait_for(lambda program: "removed its view of 'work'" in program.stdout, timeout=NOTICED)
    stop(running)
    assert not codex.exists()


def test_removed_view_does_not_come_back_with_a_renewal(keep, chatelaine, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    codex.unlink()
    running = keep()
    running.wait_for(renewed("work"))
    stop(running)
    assert not codex.exists()


def test_other_kind_of_login_is_left(keep, chatelaine, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    logins.put(codex, {"auth_mode": "apikey", "OPENAI_API_KEY": "sk-mine"})
    running.wait_for(renewed("work"))
    stop(running)
    assert logins.load(codex) == {"auth_mode": "apikey", "OPENAI_API_KEY": "sk-mine"}
    assert "sk-mine" not in running.stdout


def test_lent_login_that_its_program_renews_is_shown_elsewhere(keep, chatelaine, issuer, store, seed, codex, home):
    lent = seed(lifetime=HOUR)
    view = home / ".openhands" / "auth" / "openai_oauth.json"
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    assert logins.is_view(view, lent.access_token)
    running = keep()
    new = issuer.chains.spend(lent.refresh_token)
    logins.put(codex, logins.codex(new))
    assert logins.until(lambda: logins.is_view(view, new.access_token)) < NOTICED
    running.wait_for(lambda program: "'work' was renewed by codex" in program.stdout)
    stop(running)
    assert logins.tokens_of(codex) == (new.access_token, new.refresh_token)
    assert store.holds(new.refresh_token) == [] and issuer.count("token") == 0


def test_lent_login_that_is_gone_is_told(keep, chatelaine, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    running = keep()
    codex.unlink()
    running.wait_for(lambda program: "does not hold the login of 'work'" in program.stdout, timeout=NOTICED)
    stop(running)


def test_what_other_commands_do_is_no_news(keep, chatelaine, seed, codex):
    """Switching, lending and taking back change the same files, and are not taken for a program's doing."""
    seed("work", "work")
    seed("other", "personal")
    running = keep()
    for command in (["use", "work", "--for", "codex"], ["use", "other", "--for", "codex"],
                    ["use", "--none", "--for", "codex"], ["lend", "work", "--to", "codex"], ["take-back", "work"],
                    ["use", "other", "--for", "codex"], ["refresh", "other"], ["delete", "other", "--yes"], ["undo"]):
        expect.succeeded(chatelaine(*command))
    stop(running)
    assert len(lines(running)) == 2, running.stdout


def test_target_that_comes_later_is_watched(keep, chatelaine, issuer, store, seed, home):
    seed(lifetime=9 * DAY)
    running = keep()
    file = home / "elsewhere" / "auth.json"
    expect.succeeded(chatelaine("use", "work", "--for", f"codex={file}"))
    new = issuer.mint("work")
    logins.put(file, logins.codex(new))
    assert logins.until(lambda: logins.is_view(file, new.access_token)) < NOTICED
    stop(running)


def test_many_changes_at_once(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    for lifetime in range(30):
        new = issuer.mint("work", 10 * DAY + lifetime)
        logins.put(codex, logins.codex(new))
    logins.until(lambda: logins.is_view(codex, new.access_token))
    stop(running)
    expect.one_place(store, new.refresh_token)


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


# A timer in place of it

def test_refresh_within_renews_what_is_due(chatelaine, issuer, store, seed):
    seed("a", "work", lifetime=47 * HOUR)
    seed("b", "personal", lifetime=49 * HOUR)
    text = expect.succeeded(chatelaine("refresh", "--all", "--within", "48h"))
    assert "'a' is renewed" in text and "'b'" not in text
    assert [store.credential(name)["generation"] for name in "ab"] == [2, 1]
    # Again: there is nothing to do, which is no failure and no line.
    assert expect.succeeded(chatelaine("refresh", "--all", "--within", "48h")) == ""
    assert issuer.count("token") == 1


def test_refresh_within_leaves_what_is_not_ours(chatelaine, issuer, seed, codex):
    seed("lent", "work", lifetime=HOUR)
    seed("dead", "personal", lifetime=HOUR, reason="revoked")
    expect.succeeded(chatelaine("lend", "lent", "--to", "codex"))
    result = chatelaine("refresh", "--all", "--within", "48h")
    expect.succeeded(result)
    assert "'dead' is left out" in result.stderr and "lent" not in result.stderr
    assert issuer.count("token") == 0


def test_refresh_within_says_that_the_issuer_is_away(chatelaine, issuer, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503")
    expect.failed(chatelaine("refresh", "--all", "--within", "48h"), expect.UNAVAILABLE)


def test_refresh_within_of_an_empty_store(chatelaine):
    assert expect.succeeded(chatelaine("refresh", "--all", "--within", "48h")) == ""


@pytest.mark.parametrize("arguments", [["work", "--within", "48h"], ["--within", "48h"],
                                       ["--all", "--within", "soon"], ["--all", "work"]])
def test_refresh_within_used_wrongly(chatelaine, issuer, seed, arguments):
    seed(lifetime=HOUR)
    expect.failed(chatelaine("refresh", *arguments), expect.USAGE)
    assert issuer.count() == 0


# Advice

ADVICE = re.compile(r"nothing renews these logins in time; to have it done:\s+(systemctl --user|\(crontab)")


@pytest.fixture
def listed(tui):
    """What `list` shows on a terminal."""
    def show():
        t = tui("list", cols=200)
        assert t.wait_exit() == 0
        return t.text
    return show


def test_list_advises_when_nothing_renews(listed, seed):
    seed("a", lifetime=9 * DAY)
    seed("b", "personal", lifetime=47 * HOUR)
    assert ADVICE.search(listed())


def test_list_needs_no_advice(listed, chatelaine, seed, codex):
    seed("fine", "work", lifetime=9 * DAY)
    seed("dead", "personal", lifetime=HOUR, reason="revoked")
    seed("lent", "client", lifetime=HOUR)
    expect.succeeded(chatelaine("lend", "lent", "--to", "codex"))
    assert "nothing renews" not in listed()


def test_list_does_not_advise_while_it_is_kept(listed, keep, issuer, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503", times=None)
    running = keep()
    assert "nothing renews" not in listed()
    stop(running)
    assert ADVICE.search(listed())


def test_list_does_not_advise_when_a_timer_calls(listed, chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503", times=None)
    expect.failed(chatelaine("refresh", "--all", "--within", "48h"), expect.UNAVAILABLE)
    assert "nothing renews" not in listed()
    # One that called two days ago does not call any more.
    mark = store.path / ".chatelaine" / "kept"
    os.utime(mark, (mark.stat().st_mtime - 2 * DAY,) * 2)
    assert ADVICE.search(listed())


def test_refresh_of_all_by_hand_is_no_timer(listed, chatelaine, issuer, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503", times=None)
    expect.failed(chatelaine("refresh", "--all"), expect.UNAVAILABLE)
    assert ADVICE.search(listed())


def test_scripts_get_no_advice(chatelaine, seed):
    seed(lifetime=HOUR)
    assert chatelaine("list").stderr == "" and chatelaine("list", "--json").stderr == ""
