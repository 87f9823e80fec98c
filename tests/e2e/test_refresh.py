"""Renewing on request: rotation, and the promise that no refresh token is spent twice or lost."""

import fcntl
import json
import os

import expect
import logins
import pytest
from program import Program

HOUR, DAY = 3600, 86400


def test_rotation(chatelaine, issuer, store, seed):
    old = seed(lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "work"))
    credential = store.credential("work")
    assert credential["generation"] == 2
    assert credential["access_token"] != old.access_token
    assert issuer.alive(credential["refresh_token"]) and issuer.count("token", grant="refresh_token") == 1
    assert store.holds(old.refresh_token) == [] and store.holds(old.access_token) == []
    expect.one_place(store, credential["refresh_token"])
    assert store.pending() == []


def test_request_has_the_known_parameters_only(chatelaine, issuer, seed):
    old = seed(lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "work"))
    request, = issuer.select("token")
    assert request.body["refresh_token"] == old.refresh_token
    assert set(request.body) <= {"client_id", "grant_type", "refresh_token", "refresh_reason"}


def test_renewed_even_with_days_left(chatelaine, issuer, seed):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.count("token") == 1


def test_profile_follows(chatelaine, store, seed):
    seed(lifetime=-HOUR)
    before = store.profile("work")
    expect.succeeded(chatelaine("refresh", "work"))
    after, entry = store.profile("work"), expect.listed(chatelaine)["work"]
    assert entry["status"] == "ok" and entry["expires_in"] > 9 * DAY
    assert after["last_refresh"] > before["last_refresh"]
    for key in ("user_id", "account_id", "email", "created_at", "owner", "label"):
        assert after[key] == before[key], key


def test_files_stay_private(chatelaine, store, seed):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "work", umask=0))
    for path, mode in store.modes().items():
        assert mode == (0o700 if (store.path / path).is_dir() else 0o600), f"{path} is {mode:o}"


def test_audit(chatelaine, store, seed):
    seed(lifetime=HOUR)
    run = chatelaine.start("refresh", "work")
    run.finish()
    entry = store.audit()[-1]
    assert (entry["event"], entry["profile"], entry["result"], entry["pid"]) == ("refresh", "work", "ok", run.pid)
    assert "rt_" not in str(entry) and "eyJ" not in str(entry)


def test_output_names_the_profile_and_no_secret(chatelaine, store, seed):
    old = seed(lifetime=HOUR)
    result = chatelaine("refresh", "work")
    assert "work" in expect.succeeded(result)
    expect.no_secret(result, old)


@pytest.mark.parametrize("rotation", ["same", "omit"])
def test_issuer_that_does_not_rotate(chatelaine, issuer, store, seed, rotation):
    issuer.rotation = rotation
    old = seed(lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "work"))
    credential = store.credential("work")
    assert credential["refresh_token"] == old.refresh_token
    assert credential["access_token"] != old.access_token


def test_id_token_that_does_not_come_again_is_kept(chatelaine, issuer, store, seed):
    old = seed(lifetime=HOUR)
    issuer.fault("token", "no-id-token")
    expect.succeeded(chatelaine("refresh", "work"))
    assert store.credential("work")["id_token"] == old.id_token


# More than one

def test_several_by_name(chatelaine, issuer, store, seed):
    for name in ("a", "b", "c"):
        seed(name, lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "a", "c"))
    assert [store.credential(name)["generation"] for name in "abc"] == [2, 1, 2]


def test_all(chatelaine, issuer, store, seed):
    for name in ("a", "tenant/b"):
        seed(name, lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "--all"))
    assert [store.credential(name)["generation"] for name in ("a", "tenant/b")] == [2, 2]


def test_one_that_fails_does_not_stop_the_others(chatelaine, issuer, store, seed):
    seed("a", lifetime=HOUR)
    dead = seed("b", lifetime=HOUR)
    seed("c", lifetime=HOUR)
    issuer.revoke_chain(dead.refresh_token)
    message = expect.failed(chatelaine("refresh", "a", "b", "c"), expect.NEEDS_LOGIN)
    assert "chatelaine login b" in message
    assert [store.credential(name)["generation"] for name in "abc"] == [2, 1, 2]


def test_one_at_a_time_over_the_store(chatelaine, issuer, seed):
    for name in "abcd":
        seed(name, lifetime=HOUR)
    issuer.delay["token"] = 0.2
    runs = [chatelaine.start("refresh", name) for name in "abcd"]
    for run in runs:
        expect.succeeded(run.finish())
    requests = sorted(issuer.select("token"), key=lambda request: request.time)
    assert len(requests) == 4
    for before, after in zip(requests, requests[1:]):
        assert after.time >= before.time + 0.2


# Logins that cannot be renewed

@pytest.mark.parametrize("reason", ["reused", "expired", "revoked"])
def test_dead_login_is_not_sent_again(chatelaine, issuer, store, seed, reason):
    seed(lifetime=HOUR, reason=reason)
    before = store.profiles_snapshot()
    expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
    assert issuer.count() == 0
    assert store.profiles_snapshot() == before


def test_login_without_refresh_token_sends_nothing(chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    credential = store.credential("work")
    credential["refresh_token"] = ""
    store.credential_file("work").write_text(json.dumps(credential))
    expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
    assert issuer.count() == 0


def test_unknown_name_spends_nothing_of_the_others(chatelaine, issuer, seed):
    seed("a")
    expect.failed(chatelaine("refresh", "wurk"), expect.NOT_FOUND)
    assert issuer.count() == 0


# Reserve before you spend

@pytest.mark.parametrize("blocked", ["pending", "locks"])
def test_nothing_is_sent_when_the_answer_could_not_be_kept(chatelaine, issuer, store, seed, blocked):
    seed(lifetime=HOUR)
    folder = store.path / ".chatelaine"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / blocked).write_text("a file in the way\n")
    before = store.profiles_snapshot()
    expect.failed(chatelaine("refresh", "work"), expect.FAILED)
    assert issuer.count() == 0
    assert store.profiles_snapshot() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_nothing_is_sent_from_a_read_only_profile(chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    store.profile_dir("work").chmod(0o500)
    try:
        expect.failed(chatelaine("refresh", "work"), expect.FAILED)
    finally:
        store.profile_dir("work").chmod(0o700)
    assert issuer.count() == 0


def test_nothing_is_sent_when_files_may_not_grow(chatelaine, issuer, store, seed, build):
    seed(lifetime=HOUR)
    # No room at all, as on a full disk; XFSZ is ignored so that write fails instead.
    shell = f"trap '' XFSZ; ulimit -f 0; exec {build / 'chatelaine'} refresh work"
    result = Program(["sh", "-c", shell], env=chatelaine.env).finish()
    assert result.status == expect.FAILED, result.stderr
    assert issuer.count() == 0


# In doubt

def test_lost_answer_leaves_the_login_in_doubt(chatelaine, issuer, store, seed):
    old = seed(lifetime=9 * DAY)
    issuer.fault("token", "cut", after=True)
    expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    assert expect.status_of(chatelaine) == "in-doubt"
    assert store.credential("work")["refresh_token"] == old.refresh_token


def test_login_in_doubt_still_hands_out_its_access_token(chatelaine, issuer, seed):
    old = seed(lifetime=9 * DAY)
    issuer.fault("token", "cut", after=True)
    chatelaine("refresh", "work")
    assert chatelaine("token", "work").stdout.strip() == old.access_token
    assert issuer.count("token") == 1


def test_login_in_doubt_is_not_sent_again_while_there_is_time(chatelaine, issuer, seed):
    seed(lifetime=9 * DAY)
    issuer.fault("token", "cut", after=True)
    chatelaine("refresh", "work")
    expect.failed(chatelaine("refresh", "work"), expect.REFUSED, expect.UNAVAILABLE)
    assert issuer.count("token") == 1 and issuer.reused == 0


def test_login_in_doubt_is_not_given_up_for_an_older_one(chatelaine, issuer, store, seed, codex):
    """What a program had before may be dead; it stays with it, and the one in doubt has its second try."""
    tokens, older = seed(lifetime=HOUR / 2), issuer.mint("work", -HOUR)
    logins.put(codex, logins.codex(older))
    issuer.revoke_chain(older.refresh_token)
    issuer.fault("token", "cut", after=False)
    expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.predecessor(store.credential("work")["refresh_token"]) == tokens.refresh_token
    assert logins.tokens_of(codex)[1] == older.refresh_token


def test_login_in_doubt_is_tried_once_more_near_its_end(chatelaine, issuer, store, seed):
    seed(lifetime=-HOUR)
    # Lost on the way there: the token was not spent, and the second try succeeds.
    issuer.fault("token", "cut", after=False)
    chatelaine("refresh", "work")
    expect.succeeded(chatelaine("refresh", "work"))
    assert expect.status_of(chatelaine) == "ok"
    assert store.pending() == []


def test_login_in_doubt_is_tried_no_third_time(chatelaine, issuer, store, seed):
    old = seed(lifetime=HOUR / 2)
    issuer.fault("token", "cut", times=2, after=False)
    for _ in range(3):
        result = chatelaine("refresh", "work")
    expect.failed(result, expect.NEEDS_LOGIN)
    assert issuer.count("token") == 2
    assert store.credential("work")["refresh_token"] == old.refresh_token


def test_after_its_end_a_login_in_doubt_has_nothing_to_lose(chatelaine, issuer, store, seed):
    """Three requests got lost on the way there, and the login is alive."""
    seed(lifetime=-HOUR)
    issuer.fault("token", "cut", times=3, after=False)
    for _ in range(3):
        expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    assert expect.status_of(chatelaine) == "in-doubt"
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0 and store.pending() == []


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"\0" * 100_000])
def test_damaged_record_is_of_a_token_that_was_sent(chatelaine, issuer, store, seed, damage):
    seed(lifetime=9 * DAY)
    issuer.fault("token", "cut", after=True)
    chatelaine("refresh", "work")
    (store.path / ".chatelaine" / "pending" / "work").write_bytes(damage)
    assert expect.status_of(chatelaine) == "in-doubt"
    expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert issuer.count("token") == 1


# Copies of it

def test_nothing_is_sent_that_a_program_has_too(chatelaine, issuer, store, seed, codex):
    """A copy that cannot be made a view now would be spent with ours, and end the login when it is sent."""
    tokens = seed(lifetime=HOUR)
    logins.put(codex, logins.codex(tokens))
    lock = codex.parent / "auth.lock"
    lock.mkdir()
    for args in (["refresh", "work"], ["lend", "work", "--to", "openhands"]):
        message = expect.failed(chatelaine(*args), expect.FAILED)
        assert f"{codex} has the login 'work' as well" in message
    assert issuer.count("token") == 0 and issuer.alive(tokens.refresh_token)
    lock.rmdir()
    expect.succeeded(chatelaine("refresh", "work"))
    assert logins.is_view(codex, store.credential("work")["access_token"])


def test_another_login_of_the_same_person_is_in_nobodys_way(chatelaine, issuer, store, seed, codex):
    """It is of a sign-in of its own, and not spent with ours."""
    seed(lifetime=HOUR)
    other = issuer.mint("work", 9 * DAY)
    logins.put(codex, logins.codex(other))
    expect.succeeded(chatelaine("list"))
    locks = store.path / ".chatelaine" / "locks"
    locks.mkdir(mode=0o700, parents=True)
    with open(locks / "%targets.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.alive(other.refresh_token) and logins.tokens_of(codex)[1] == other.refresh_token


# Somebody else's tokens

@pytest.mark.parametrize("fault", ["other-account", "other-member"])
def test_tokens_of_another_login_are_kept_apart(chatelaine, issuer, store, seed, fault):
    seed("work", "client", lifetime=HOUR)
    issuer.fault("token", fault)
    message = expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert "work-2" in message
    assert store.names() == ["work", "work-2"]
    assert store.profile("work")["user_id"] == "user-OLU66666666666666666"
    assert store.profile("work-2")["user_id"] != store.profile("work")["user_id"]
    assert issuer.alive(store.credential("work-2")["refresh_token"])
