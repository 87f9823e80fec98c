"""The access token on standard output, renewed first only when that is needed."""

import expect
import pytest
from program import Program

MINUTE, HOUR, DAY = 60, 3600, 86400


def test_token_and_nothing_else(chatelaine, seed):
    tokens = seed()
    result = chatelaine("token", "work")
    assert (result.status, result.stdout, result.stderr) == (0, tokens.access_token + "\n", "")


@pytest.mark.parametrize("lifetime, options, renews", [
    (11 * MINUTE, [], False), (9 * MINUTE, [], True),
    (40, ["30s"], False), (20, ["30s"], True),
    (13 * MINUTE, ["12m"], False), (11 * MINUTE, ["12m"], True),
    (49 * HOUR, ["48h"], False), (47 * HOUR, ["48h"], True),
    (3 * DAY, ["2d"], False), (2 * DAY - MINUTE, ["2d"], True),
    (30, ["0s"], False), (-1, ["0s"], True),
])
def test_renews_only_when_less_is_left(chatelaine, issuer, seed, lifetime, options, renews):
    old = seed(lifetime=lifetime)
    result = chatelaine("token", "work", *(["--min-valid", *options] if options else []))
    assert result.status == 0, result.stderr
    assert (result.stdout.strip() != old.access_token) == renews
    assert issuer.count("token") == int(renews) and issuer.reused == 0


@pytest.mark.parametrize("command", [["token", "work"], ["export", "work", "--format", "env"]])
def test_login_that_its_program_signed_out_is_not_handed_out(chatelaine, lent, command):
    program, tokens = lent("codex")
    program.log_out()
    result = chatelaine(*command)
    assert "any more" in expect.failed(result, expect.NEEDS_LOGIN)
    expect.no_secret(result, tokens)


def test_renewed_token_is_the_one_in_the_store(chatelaine, store, seed):
    old = seed(lifetime=-HOUR)
    result = chatelaine("token", "work")
    assert result.stdout.strip() == store.credential("work")["access_token"]
    assert store.holds(old.refresh_token) == []
    expect.one_place(store, store.credential("work")["refresh_token"])


def test_second_call_takes_what_the_first_got(chatelaine, issuer, seed):
    seed(lifetime=-HOUR)
    first, second = chatelaine("token", "work"), chatelaine("token", "work")
    assert first.stdout == second.stdout
    assert issuer.count("token") == 1


def test_many_at_once_spend_one_token(chatelaine, issuer, seed):
    seed(lifetime=-HOUR)
    issuer.delay["token"] = 0.3
    runs = [chatelaine.start("token", "work") for _ in range(12)]
    results = [run.finish(timeout=30) for run in runs]
    assert [result.status for result in results] == [0] * 12, [result.stderr for result in results]
    assert len({result.stdout for result in results}) == 1
    assert issuer.count("token") == 1 and issuer.reused == 0


@pytest.mark.parametrize("fault, code", [("503", expect.UNAVAILABLE), ("reused", expect.NEEDS_LOGIN)])
def test_over_and_not_renewable_now_prints_nothing(chatelaine, issuer, seed, fault, code):
    tokens = seed(lifetime=-HOUR)
    issuer.fault("token", fault, times=None)
    result = chatelaine("token", "work")
    expect.failed(result, code)
    expect.no_secret(result, tokens)
    assert result.stdout == ""


def test_dead_login_sends_nothing(chatelaine, issuer, seed):
    seed(lifetime=-HOUR, reason="reused")
    result = chatelaine("token", "work")
    assert "chatelaine login work" in expect.failed(result, expect.NEEDS_LOGIN)
    assert result.stdout == "" and issuer.count() == 0


def test_enough_left_needs_no_issuer(chatelaine, issuer, seed):
    tokens = seed()
    issuer.close()
    assert chatelaine("token", "work").stdout.strip() == tokens.access_token


def test_unknown_profile(chatelaine, seed):
    seed()
    expect.failed(chatelaine("token", "wurk"), expect.NOT_FOUND)


@pytest.mark.parametrize("duration", ["", "10", "m", "-5m", "5x", "1.5h", "10 m", "5mm", "9" * 30 + "d", "0x10m"])
def test_duration_that_is_none(chatelaine, issuer, seed, duration):
    seed(lifetime=-HOUR)
    expect.failed(chatelaine("token", "work", "--min-valid", duration), expect.USAGE)
    assert issuer.count() == 0


def test_output_that_cannot_be_written_is_an_error(chatelaine, seed, build):
    seed()
    run = Program(["sh", "-c", f"exec {build / 'chatelaine'} token work >/dev/full"], env=chatelaine.env)
    expect.failed(run.finish(), expect.FAILED)
