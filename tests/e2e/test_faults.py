"""An issuer, or something before it, that misbehaves: one clear message, the right exit code, no harm, no wait.

The names of the faults are those of tests/issuer/faults.py.
"""

import signal
import time

import expect
import pytest
import vt
from issuer import Issuer
from issuer.seed import seed_profile
from program import Runner
from storedir import StoreDir

HOUR, DAY = 3600, 86400
LIMIT = 15  # Seconds: nothing takes longer, whatever the issuer does,
SPEND_LIMIT = 28  # but what is spent by the question: the answer is the only one that there will be.

OUTAGES = ["500", "500-html", "503", "429", "429-now", "429-day", "429-huge", "429-negative", "429-garbage", "429-date",
           "429-html", "html-403"]
ELSEWHERE = ["redirect-302", "redirect-307", "redirect-308", "redirect-file"]
BROKEN_ANSWERS = ["html-200", "not-json", "empty-body", "missing-keys", "json-array", "json-null", "json-string", "deep",
                  "deep-inside", "not-utf8", "raw-nul", "truncated", "wrong-types", "duplicate-keys",
                  "trailing-garbage", "nul", "surrogate", "204"]
BROKEN_CONNECTIONS = ["truncated-short", "cut", "cut-reset", "cut-headers", "cut-after-headers", "cut-body", "not-http",
                      "huge-length", "huge-chunked", "huge-headers"]
SLOW = ["slow-body", "slow-headers", "stall", "stall-body"]
REFUSALS = {"reused": "reused", "reused-400": "reused", "reused-capitals": "reused", "expired": "expired",
            "invalidated": "revoked", "401": "revoked", "invalid-grant": "revoked", "top-level-code": "expired"}
HOSTILE = ["escape", "control", "newline", "bidi", "wide", "long", "percent", "empty"]

pytestmark = pytest.mark.usefixtures("agreed")


def in_time(result, limit=LIMIT):
    assert result.seconds < limit, f"took {result.seconds:.1f} s"


def unharmed(store, before):
    """The login is byte for byte what it was."""
    assert store.profiles_snapshot() == before


# Renewing

@pytest.fixture
def refresh(chatelaine, issuer, store, seed):
    """Renews a profile once under a fault; gives the result after what always holds was checked."""
    def run(fault, times=1, after=None, lifetime=9 * DAY):
        tokens = seed(lifetime=lifetime)
        issuer.fault("token", fault, times, after)
        run.before = store.profiles_snapshot()
        result = chatelaine("refresh", "work", timeout=SPEND_LIMIT + 10)
        in_time(result, SPEND_LIMIT)
        expect.no_secret(result, tokens)
        assert issuer.reused == 0 and issuer.elsewhere == []
        assert issuer.count("token") == 1, "a refresh token is sent once"
        return result
    return run


@pytest.mark.parametrize("fault", [*OUTAGES, *ELSEWHERE, "redirect-here"])
def test_renewal_when_the_issuer_is_out(refresh, chatelaine, store, fault):
    expect.failed(refresh(fault), expect.UNAVAILABLE)
    unharmed(store, refresh.before)
    assert store.pending() == [] and expect.status_of(chatelaine) == "ok"


@pytest.mark.parametrize("fault", ["502", "401-html", *BROKEN_ANSWERS, *BROKEN_CONNECTIONS])
def test_renewal_without_a_whole_answer(refresh, chatelaine, store, fault):
    """Nobody can know whether the token was spent, so the login is kept and in doubt."""
    expect.failed(refresh(fault), expect.UNAVAILABLE)
    unharmed(store, refresh.before)
    assert expect.status_of(chatelaine) in ("ok", "in-doubt")


@pytest.mark.parametrize("fault", ["cut", "cut-body", "truncated", "truncated-short", "stall", "64-kib-and-1",
                                   "33-kib-headers", "gzip"])
def test_answer_lost_after_the_token_was_spent(refresh, chatelaine, store, fault):
    expect.failed(refresh(fault, after=True), expect.UNAVAILABLE)
    unharmed(store, refresh.before)
    assert expect.status_of(chatelaine) == "in-doubt"


@pytest.mark.parametrize("fault", REFUSALS)
def test_renewal_that_is_refused_for_good(refresh, chatelaine, store, fault):
    message = expect.failed(refresh(fault), expect.NEEDS_LOGIN)
    assert "chatelaine login work" in message
    entry = expect.listed(chatelaine)["work"]
    assert (entry["status"], entry["reason"]) == ("needs-login", REFUSALS[fault])
    # The tokens stay: an issuer's word is no reason to delete.
    assert store.credential_file("work").read_bytes() == refresh.before["work/credential.json"]


def test_request_that_is_not_understood_says_nothing_about_the_login(refresh, chatelaine, store):
    expect.failed(refresh("400"), expect.FAILED, expect.UNAVAILABLE)
    unharmed(store, refresh.before)
    assert expect.status_of(chatelaine) == "ok"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["400", "description"])
def test_hostile_words_of_an_error(refresh, chatelaine, store, text, kind):
    expect.failed(refresh(f"{text}-{kind}"), expect.FAILED, expect.UNAVAILABLE)
    unharmed(store, refresh.before)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_a_refusal_are_kept_harmless(refresh, chatelaine, store, text):
    expect.failed(refresh(f"{text}-401"), expect.NEEDS_LOGIN)
    expect.succeeded(chatelaine("show", "work"))
    assert expect.status_of(chatelaine) == "needs-login"
    for line in (store.path / ".chatelaine" / "audit.jsonl").read_text().splitlines():
        vt.assert_clean_text(line.encode())


@pytest.mark.parametrize("fault", ["expires-in-garbage", "expires-in-negative", "no-expires-in", "html-type",
                                   "64-kib"])
def test_renewal_whose_answer_is_good_enough(refresh, chatelaine, store, fault):
    # What ends when is in the access token; expires_in is not needed.
    expect.succeeded(refresh(fault))
    assert store.credential("work")["generation"] == 2
    assert expect.listed(chatelaine)["work"]["expires_in"] > 9 * DAY


def test_new_refresh_token_without_access_token_is_not_lost(refresh, chatelaine, issuer, store):
    refresh("no-access-token", lifetime=HOUR)
    chatelaine("list")
    assert issuer.alive(store.credential("work")["refresh_token"])


@pytest.mark.parametrize("fault", ["access-no-identity", "access-exp-garbage", "access-exp-huge", "access-no-exp",
                                   "access-not-jwt"])
def test_new_refresh_token_beside_an_odd_access_token_is_not_lost(refresh, chatelaine, issuer, store, fault):
    refresh(fault, lifetime=HOUR)
    expect.listed(chatelaine)
    expect.succeeded(chatelaine("list"))
    kept = [store.credential(name)["refresh_token"] for name in store.names()]
    assert any(issuer.alive(token) for token in kept) or store.pending()


@pytest.mark.parametrize("fault", ["same-refresh-token", "huge-refresh-token", "hostile-refresh-token",
                                   "empty-refresh-token"])
def test_odd_refresh_token_breaks_nothing_else(refresh, chatelaine, store, fault):
    result = refresh(fault, lifetime=HOUR)
    assert result.status in (expect.DONE, expect.UNAVAILABLE), result
    expect.listed(chatelaine)
    refresh_token = store.credential("work")["refresh_token"]
    assert refresh_token.isprintable() and len(refresh_token) < 20_000


# Signing in: the code

@pytest.fixture
def login(chatelaine, issuer, store):
    """Signs in under faults that stay; checks that nothing was left behind."""
    def run(endpoint, fault, times=None, after=None, options=("--json",)):
        issuer.fault(endpoint, fault, times, after)
        issuer.approve_next()
        result = chatelaine("login", "work", *options)
        in_time(result)
        assert issuer.elsewhere == []
        if result.status:
            assert store.names() == []
            assert "rt_" not in result.stdout + result.stderr
            assert expect.listed(chatelaine) == {}
        return result
    return run


@pytest.mark.parametrize("fault", OUTAGES + ELSEWHERE + BROKEN_ANSWERS + BROKEN_CONNECTIONS + ["502", "no-user-code"])
def test_code_that_does_not_come(login, fault):
    result = login("usercode", fault)
    expect.failed(result, expect.UNAVAILABLE)
    assert result.events[-1]["event"] == "failed" and result.events[-1]["code"] == expect.UNAVAILABLE


@pytest.mark.parametrize("fault", ["403", "404", "400", "401"])
def test_code_that_is_refused(login, fault):
    expect.failed(login("usercode", fault), expect.FAILED, expect.UNAVAILABLE)


@pytest.mark.parametrize("options", [["--no-qr"], ["--json"]])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_code(chatelaine, issuer, text, options):
    """Shown harmlessly or refused; never as it is, unless it is harmless."""
    issuer.fault("usercode", f"{text}-user-code", times=None)
    run = chatelaine.start("login", "work", *options)
    try:
        run.wait_for(lambda run: issuer.count("poll") >= 2, timeout=5)
        run.signal(signal.SIGINT)
    except AssertionError:
        pass  # It ended by itself: refused.
    result = run.finish()
    vt.assert_clean_text(result.stdout_bytes)
    vt.assert_clean_text(result.stderr_bytes)
    assert result.status in (expect.INTERRUPTED, expect.FAILED, expect.UNAVAILABLE), result


@pytest.mark.parametrize("text", ["escape", "control", "bidi", "long"])
def test_hostile_code_at_a_terminal(tui, issuer, text):
    issuer.fault("usercode", f"{text}-user-code", times=None)
    t = tui("login", "work", "--no-qr")
    t.wait_for(lambda t: t.ended() or issuer.count("poll") >= 2)
    t.send("Ctrl-C")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw, t.term)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_when_no_code_is_given(login, text):
    expect.failed(login("usercode", f"{text}-400"), expect.FAILED, expect.UNAVAILABLE)


@pytest.mark.parametrize("fault", ["usercode-alias", "interval-number", "interval-zero",
                                   "expires-at-garbage"])
def test_code_in_another_shape_is_good_enough(chatelaine, issuer, fault):
    issuer.fault("usercode", fault)
    run = chatelaine.start("login", "work", "--json")
    code = run.wait_for_event("code")
    assert code["user_code"] == issuer.user_codes[-1]
    issuer.wait_for(lambda: issuer.count("poll") >= 2)
    first, second = issuer.select("poll")[:2]
    assert second.time - first.time > 0.9, "polls come a second apart at the most often"
    issuer.approve(code["user_code"])
    expect.succeeded(run.finish())


@pytest.mark.parametrize("fault", ["interval-huge", "interval-garbage", "interval-negative", "no-interval"])
def test_odd_interval_does_not_stop_the_sign_in(chatelaine, issuer, fault):
    issuer.fault("usercode", fault)
    issuer.approve_next()
    # The first poll is sent at once, so it finds the approval.
    expect.succeeded(chatelaine("login", "work", "--json"))


# Signing in: waiting

@pytest.mark.parametrize("fault", ["503", "429-day", "429-html", "not-json", "cut", "huge-chunked", "redirect-307"])
def test_three_failed_polls_in_a_row_end_it(login, issuer, fault):
    expect.failed(login("poll", fault), expect.UNAVAILABLE)
    assert issuer.count("poll") == 3
    assert issuer.count("token") == 0


@pytest.mark.parametrize("fault", ["500", "cut", "not-json"])
def test_two_failed_polls_are_forgiven(login, issuer, fault):
    expect.succeeded(login("poll", fault, times=2))
    assert issuer.count("poll") == 3


def test_failed_polls_with_a_good_one_between_do_not_add_up(chatelaine, issuer):
    for fault in ("500", "500", "unknown-403", "500", "500"):
        issuer.fault("poll", fault)
    issuer.approve_next()
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert issuer.count("poll") == 6


@pytest.mark.parametrize("fault", ["html-403", "403", "404", "unknown-403"])
def test_403_and_404_are_waiting(login, issuer, fault):
    expect.succeeded(login("poll", fault, times=4))
    assert issuer.count("poll") == 5


@pytest.mark.parametrize("fault", ["declined", "access-denied", "expired-403"])
def test_end_of_the_code(login, issuer, fault):
    expect.failed(login("poll", fault, times=1), expect.NEEDS_LOGIN)
    assert issuer.count("poll") == 1


def test_slow_down_slows_down(chatelaine, issuer):
    """RFC 8628, 3.5: five seconds more from then on."""
    issuer.fault("poll", "slow-down")
    issuer.approve_next()
    expect.succeeded(chatelaine("login", "work", "--json"))
    first, second = issuer.select("poll")
    assert second.time - first.time >= 5.9


# Signing in: the exchange

@pytest.mark.parametrize("fault", OUTAGES + ELSEWHERE + BROKEN_ANSWERS + BROKEN_CONNECTIONS +
                         ["502", "no-access-token", "no-refresh-token", "access-not-jwt", "access-no-identity"])
def test_exchange_that_fails(login, issuer, store, fault):
    result = login("token", fault)
    expect.failed(result, expect.UNAVAILABLE, expect.FAILED)
    assert issuer.count("token") == 1, "an authorization code is sent once"
    assert store.pending() == []


@pytest.mark.parametrize("fault", ["400", "401", "invalid-grant", "expired"])
def test_exchange_that_is_refused(login, issuer, store, fault):
    expect.failed(login("token", fault), expect.FAILED, expect.NEEDS_LOGIN)
    assert issuer.count("token") == 1 and store.pending() == []


@pytest.mark.parametrize("fault", ["no-id-token", "expires-in-garbage", "no-expires-in"])
def test_exchange_whose_answer_is_good_enough(login, store, fault):
    expect.succeeded(login("token", fault, times=1))
    assert store.names() == ["work"]


# Signing out

@pytest.mark.parametrize("fault", OUTAGES + ELSEWHERE + BROKEN_CONNECTIONS + ["502"])
def test_sign_out_that_was_not_confirmed(chatelaine, issuer, store, seed, fault):
    tokens = seed()
    before = store.profiles_snapshot()
    issuer.fault("revoke", fault, times=None)
    result = chatelaine("delete", "work", "--sign-out", "--yes")
    message = expect.failed(result, expect.UNAVAILABLE)
    assert "chatelaine delete work" in message
    in_time(result)
    expect.no_secret(result, tokens)
    unharmed(store, before)
    assert issuer.elsewhere == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_at_sign_out(chatelaine, issuer, store, seed, text):
    seed()
    issuer.fault("revoke", f"{text}-400", times=None)
    expect.failed(chatelaine("delete", "work", "--sign-out", "--yes"), expect.FAILED, expect.UNAVAILABLE)
    assert store.names() == ["work"]


# Slow

# Those first that end first.
SLOW_STEPS = {
    "code": ("usercode", ["login", "new", "--json"]),
    "sign-out": ("revoke", ["delete", "work", "--sign-out", "--yes"]),
    "renewal": ("token", ["refresh", "work"]),
    "exchange": ("token", ["login", "new", "--json"]),
}


def test_slow_answers_end_in_time(build, env, tmp_path):
    """Every slow fault in every operation, all at the same time: each takes its full limit, together one."""
    runs, issuers = {}, []
    try:
        for step, (endpoint, command) in SLOW_STEPS.items():
            for fault in SLOW:
                issuer = Issuer()
                issuers.append(issuer)
                store = StoreDir(tmp_path / f"{step}-{fault}")
                store.agree_to_terms()
                seed_profile(issuer, store.path, "work")
                issuer.fault(endpoint, fault, times=None)
                issuer.approve_next()
                runner = Runner(build / "chatelaine", {**env, **issuer.environment, "CHATELAINE_STORE": str(store)})
                runs[step, fault] = runner.start(*command), store, store.profiles_snapshot()
        for (step, fault), (run, store, before) in runs.items():
            limit = SPEND_LIMIT if SLOW_STEPS[step][0] == "token" else LIMIT
            result = run.finish(timeout=limit + 10)
            expect.failed(result, expect.UNAVAILABLE)
            # All of them share the machine, so their start is not their own fault.
            assert result.seconds < limit + 2, f"{step}, {fault}: {result.seconds:.1f} s"
            unharmed(store, before)
    finally:
        for issuer in issuers:
            issuer.close()


def test_poll_that_stalls_is_a_failed_poll(chatelaine, issuer):
    issuer.fault("poll", "stall")
    issuer.approve_next()
    start = time.monotonic()
    expect.succeeded(chatelaine("login", "work", "--json", timeout=30))
    assert time.monotonic() - start < LIMIT + 5
    assert issuer.count("poll") == 2


# Memory

@pytest.mark.parametrize("fault", ["huge-length", "huge-chunked", "huge-headers"])
def test_endless_answer_takes_no_memory(chatelaine, issuer, seed, sanitized, fault):
    if sanitized:
        pytest.skip("a sanitizer's memory is not the program's")
    seed("a", lifetime=9 * DAY)
    seed("b", lifetime=9 * DAY)
    # The meter samples: long enough for both programs to be seen at their usual size.
    issuer.delay["token"] = 0.3
    usual = chatelaine("refresh", "a", measure=True)
    expect.succeeded(usual)
    issuer.fault("token", fault, times=None, after=True)
    swollen = chatelaine("refresh", "b", measure=True)
    expect.failed(swollen, expect.UNAVAILABLE)
    assert swollen.peak_memory - usual.peak_memory < 1 << 20
