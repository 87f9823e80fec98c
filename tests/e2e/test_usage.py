"""Usage limits: asked for on request only, with the access token alone; shown later without a network."""

import json
import stat
import time
from pathlib import Path

import expect
import pytest
from issuer.accounts import ACCOUNTS
from issuer.mischief import TEXTS

MINUTE, HOUR, DAY = 60, 3600, 86400
LIMIT = 15  # Seconds: nothing takes longer, whatever the backend does.

OUTAGES = ["500", "503", "429", "429-now", "429-day", "429-html", "html-403", "403", "404", "400", "401-html",
           "redirect-302", "redirect-307", "redirect-file"]
BROKEN = ["html-200", "not-json", "empty-body", "missing-keys", "json-array", "json-null", "deep", "not-utf8", "raw-nul",
          "truncated", "truncated-short", "wrong-types", "duplicate-keys", "trailing-garbage", "nul", "204", "cut",
          "cut-headers", "not-http", "huge-length", "huge-chunked", "huge-headers"]

ENTRY = {"name", "plan", "fetched_at", "windows", "credits", "limit_reached"}
WINDOW = {"limit", "label", "used_percent", "window_seconds", "resets_at", "resets_in"}


def window(percent, length, left, **changes):
    return {"used_percent": percent, "limit_window_seconds": length, "reset_after_seconds": left,
            "reset_at": int(time.time()) + left, **changes}


def rate(primary, secondary, reached=False):
    return {"allowed": not reached, "limit_reached": reached, "primary_window": primary, "secondary_window": secondary}


def entries(result):
    """name -> entry of `usage --json`, each of them checked."""
    expect.succeeded(result)
    assert result.stdout.isascii() and result.stdout.count("\n") == 1
    document = result.json
    assert set(document) == {"schema", "profiles"} and document["schema"] == 1
    for entry in document["profiles"]:
        assert set(entry) == ENTRY
        assert entry["fetched_at"] is None or expect.RFC3339.match(entry["fetched_at"])
        for one in entry["windows"]:
            assert set(one) == WINDOW
    return {entry["name"]: entry for entry in document["profiles"]}


def kept_file(store, name="work"):
    return store.path / ".chatelaine" / "usage" / (name.replace("/", "%") + ".json")


@pytest.fixture
def ask(chatelaine, issuer, store, seed):
    """Seeds a profile and asks for its usage; checks what holds whatever the answer."""
    def run(*options, name="work", lifetime=9 * DAY, env=None, requests=1):
        run.tokens = seed(name, lifetime=lifetime) if name not in store.names() else run.tokens
        run.before = store.profiles_snapshot()
        sent = issuer.count()
        result = chatelaine("usage", name, *options, env=env)
        assert result.seconds < LIMIT, f"took {result.seconds:.1f} s"
        expect.no_secret(result, run.tokens)
        assert issuer.count() - sent == requests and issuer.count("usage") == issuer.count()
        assert issuer.elsewhere == []
        for request in issuer.requests:
            assert run.tokens.refresh_token not in str(request.plain())
        # Nothing about the login changes, whatever the backend says.
        assert store.profiles_snapshot() == run.before and store.pending() == []
        assert issuer.alive(run.tokens.refresh_token)
        return result
    return run


# Asking

def test_table(ask):
    lines = expect.succeeded(ask()).splitlines()
    assert lines[0] == "work  Pro  just now"
    assert lines[1].startswith("  5 h       ▰▱▱▱▱▱▱▱▱▱   12%  resets in 2h 3")
    assert lines[2].startswith("  weekly    ▰▰▰▱▱▱▱▱▱▱   34%  resets in 4d 18h")
    assert lines[3:] == ["  credits   none"]


def test_table_in_ascii(ask):
    text = expect.succeeded(ask(env={"LANG": "C"}))
    assert text.isascii() and "##########" not in text and "#---------   12%" in text


def test_json(ask, store):
    entry = entries(ask("--json"))["work"]
    assert entry["plan"] == "pro" and entry["limit_reached"] is False
    assert entry["credits"] == {"has_credits": False, "unlimited": False, "balance": "0"}
    five, weekly = entry["windows"]
    assert (five["label"], five["used_percent"], five["window_seconds"]) == ("5 h", 12, 18000)
    assert (weekly["label"], weekly["used_percent"], weekly["window_seconds"]) == ("weekly", 34, 604800)
    assert five["limit"] is None and 9120 - 60 < five["resets_in"] <= 9120
    assert expect.RFC3339.match(five["resets_at"])


def test_what_is_sent(ask, issuer):
    ask()
    request, = issuer.requests
    account = ACCOUNTS["work"]
    assert (request.method, request.path, request.raw) == ("GET", "/backend-api/wham/usage", b"")
    assert request.headers["authorization"] == "Bearer " + ask.tokens.access_token
    assert request.headers["chatgpt-account-id"] == account.account_id
    assert request.headers["accept"] == "*/*"
    assert request.headers["user-agent"].startswith("chatelaine/")
    assert "content-type" not in request.headers and "cookie" not in request.headers


def test_backend_without_the_usual_path(ask, issuer):
    expect.succeeded(ask(env={"CHATELAINE_BACKEND": issuer.url + "/"}))
    assert issuer.requests[0].path == "/api/codex/usage"


@pytest.mark.parametrize("backend", ["http://backend.example/backend-api", "ftp://127.0.0.1/", "https://u@chatgpt.com",
                                     "chatgpt.com"])
def test_backend_that_no_token_goes_to(ask, backend):
    expect.failed(ask(env={"CHATELAINE_BACKEND": backend}, requests=0), expect.USAGE)


def test_unknown_profile(chatelaine, issuer, seed):
    seed()
    expect.failed(chatelaine("usage", "wurk"), expect.NOT_FOUND)
    expect.failed(chatelaine("usage", "../work"), expect.USAGE)
    assert issuer.count() == 0


def holders(secret):
    """Processes with the secret in their arguments or their environment."""
    found = []
    for process in Path("/proc").iterdir():
        for part in ("cmdline", "environ"):
            try:
                if process.name.isdigit() and secret.encode() in (process / part).read_bytes():
                    found.append(f"{process.name} {part}")
            except OSError:
                pass  # It has ended, or is somebody else's.
    return found


def test_token_is_seen_by_nobody(chatelaine, issuer, store, seed):
    tokens = seed()
    issuer.delay["usage"] = 1
    run = chatelaine.start("usage", "work")
    issuer.wait_for(lambda: issuer.count("usage") == 1)
    assert len(run.children()) == 1
    assert holders(tokens.access_token) == []
    expect.no_secret(run.finish(), tokens)
    assert store.holds(tokens.access_token) == ["work/credential.json"]


def test_asks_while_others_hold_the_lock(chatelaine, issuer, seed):
    seed("work")
    issuer.delay["token"] = 2
    renewal = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    result = chatelaine("usage", "work")
    expect.succeeded(result)
    assert result.seconds < 2 and renewal.finish().status == 0


def test_interrupted(chatelaine, issuer, seed):
    seed()
    issuer.delay["usage"] = 60
    run = chatelaine.start("usage", "work")
    issuer.wait_for(lambda: issuer.count("usage") == 1)
    run.signal(2)
    assert run.finish(timeout=5).status == expect.INTERRUPTED


# What the backend tells

@pytest.mark.parametrize("windows, labels", [
    ((window(5, 604800, 9), window(6, 18000, 9)), ["5 h", "weekly"]),
    ((window(5, 604800, 9), None), ["weekly"]),
    ((None, window(5, 2592000, 9)), ["30 d"]),
    ((window(5, 18000.0, 9, used_percent=12.6), window(5, 86400, 9)), ["5 h", "24 h"]),
    ((None, None), []),
])
def test_windows_in_either_place(ask, issuer, windows, labels):
    issuer.usage["rate_limit"] = rate(*windows)
    entry = entries(ask("--json"))["work"]
    assert [one["label"] for one in entry["windows"]] == labels
    for one in entry["windows"]:
        assert isinstance(one["used_percent"], int)


def test_nothing_told_is_null(ask, issuer, chatelaine):
    issuer.usage.update({"rate_limit": None, "credits": None})
    entry = entries(ask("--json"))["work"]
    assert (entry["windows"], entry["credits"], entry["limit_reached"]) == ([], None, None)
    assert "none told" in expect.succeeded(chatelaine("usage"))


def test_window_of_which_little_is_known(ask, issuer):
    issuer.usage["rate_limit"] = rate({"limit_window_seconds": 18000, "reset_at": 0}, {"used_percent": 7}, None)
    text = expect.succeeded(ask())
    assert "  5 h       ▱▱▱▱▱▱▱▱▱▱     ?\n" in text and "  ?         ▰▱▱▱▱▱▱▱▱▱    7%\n" in text
    one, other = entries(ask("--json"))["work"]["windows"]
    assert (one["used_percent"], one["resets_at"], one["resets_in"]) == (None, None, None)
    assert (other["label"], other["window_seconds"]) == (None, None)


def test_limit_that_is_reached_and_credits(ask, issuer):
    issuer.usage.update({"rate_limit": rate(window(104, 18000, 30), None, True),
                         "credits": {"has_credits": True, "unlimited": False, "balance": "12.50"}})
    text = expect.succeeded(ask())
    assert "▰▰▰▰▰▰▰▰▰▰  104%  resets in 1m" in text
    assert "limit     reached" in text and "credits   12.50" in text
    issuer.usage["credits"] = {"has_credits": True, "unlimited": True, "balance": None}
    assert "credits   unlimited" in expect.succeeded(ask())
    assert entries(ask("--json"))["work"]["limit_reached"] is True


def test_limits_of_models(ask, issuer):
    issuer.usage["additional_rate_limits"] = [
        {"limit_name": "Spark", "metered_feature": "spark", "rate_limit": rate(window(50, 604800, DAY), None)}]
    assert "  Spark weekly  ▰▰▰▰▰▱▱▱▱▱   50%" in expect.succeeded(ask())
    assert [one["limit"] for one in entries(ask("--json"))["work"]["windows"]] == [None, None, "Spark"]


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_texts(ask, chatelaine, issuer, text):
    text = TEXTS[text]
    issuer.usage.update({
        "plan_type": text, "credits": {"has_credits": True, "unlimited": False, "balance": text},
        "additional_rate_limits": [{"limit_name": text, "rate_limit": rate(window(50, 604800, DAY), None)}]})
    shown = expect.succeeded(ask())
    assert max(map(len, shown.splitlines())) < 500
    expect.succeeded(chatelaine("usage"))
    expect.succeeded(chatelaine("usage", env={"LANG": "C"}))
    entries(chatelaine("usage", "--json"))


# When it does not

@pytest.mark.parametrize("fault", OUTAGES + BROKEN)
def test_unavailable(ask, issuer, store, chatelaine, fault):
    issuer.fault("usage", fault)
    result = ask()
    message = expect.failed(result, expect.UNAVAILABLE)
    assert "the usage of 'work' is unavailable" in message and result.stdout == ""
    assert not kept_file(store).exists()
    assert expect.status_of(chatelaine) == "ok"


@pytest.mark.parametrize("fault", ["slow-body", "stall"])
def test_slow(ask, issuer, fault):
    issuer.fault("usage", fault)
    assert "in time" in expect.failed(ask(), expect.UNAVAILABLE)


@pytest.mark.parametrize("fault, words", [("429", "try again in 2 s"), ("429-html", "few minutes"),
                                          ("html-403", "web page"), ("403", "not supported")])
def test_reason_is_told(ask, issuer, fault, words):
    issuer.fault("usage", fault)
    assert words in expect.failed(ask(), expect.UNAVAILABLE)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_words_of_an_error(ask, issuer, text):
    issuer.fault("usage", f"{text}-400")
    expect.failed(ask(), expect.UNAVAILABLE)


@pytest.mark.parametrize("fault", ["401", "expired", "reused", "escape-401"])
def test_refused_token_is_not_a_dead_login(ask, issuer, chatelaine, fault):
    issuer.fault("usage", fault)
    message = expect.failed(ask(), expect.UNAVAILABLE)
    assert "the backend refused the access token; renew it: chatelaine refresh work" in message
    assert expect.status_of(chatelaine) == "ok"
    expect.succeeded(ask())


def test_refused_token_that_cannot_be_renewed(ask, issuer, store, seed, chatelaine):
    seed()
    credential = store.credential("work")
    refresh_token, credential["refresh_token"] = credential["refresh_token"], ""
    store.credential_file("work").write_text(json.dumps(credential))
    issuer.fault("usage", "401")
    message = expect.failed(chatelaine("usage", "work"), expect.NEEDS_LOGIN)
    assert "chatelaine login work" in message and refresh_token not in message
    assert expect.status_of(chatelaine) == "access-only"


def test_token_that_is_over_is_not_sent(ask, chatelaine, seed, issuer):
    message = expect.failed(ask(lifetime=-HOUR, requests=0), expect.FAILED)
    assert "over" in message and "chatelaine refresh work" in message
    seed("dead", lifetime=-HOUR, reason="reused")
    assert "chatelaine login dead" in expect.failed(chatelaine("usage", "dead"), expect.NEEDS_LOGIN)
    assert issuer.count() == 0


@pytest.mark.parametrize("file, key, value", [("credential", "access_token", "eyJ\r\nx-injected: 1"),
                                              ("credential", "access_token", "eyJ é"),
                                              ("profile", "account_id", "1\nx-injected: 1")])
def test_nothing_with_a_line_break_is_a_header(chatelaine, store, seed, issuer, file, key, value):
    seed()
    path = getattr(store, file + "_file")("work")
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    result = chatelaine("usage", "work")
    expect.failed(result, expect.FAILED)
    assert issuer.count() == 0 and "injected" not in result.stderr


def test_damaged_profile(chatelaine, store, seed, issuer):
    seed()
    store.credential_file("work").write_text("{")
    expect.failed(chatelaine("usage", "work"), expect.FAILED)
    expect.succeeded(chatelaine("usage"))
    assert issuer.count() == 0


# What is kept

def test_kept_values_need_no_network(ask, chatelaine, issuer, seed):
    ask()
    seed("acme/other", "client")
    issuer.close()
    result = chatelaine("usage", "--json", env={"CHATELAINE_OAUTH": "/nonexistent"})
    kept = entries(result)
    assert kept["work"]["windows"][0]["used_percent"] == 12 and kept["work"]["fetched_at"]
    assert kept["acme/other"] == {"name": "acme/other", "plan": "team", "fetched_at": None, "windows": [],
                                  "credits": None, "limit_reached": None}
    text = expect.succeeded(chatelaine("usage"))
    assert "acme/other  Team  not fetched yet" in text and "chatelaine usage NAME" in text


def test_looking_asks_nobody_and_writes_nothing(chatelaine, issuer, store, seed):
    seed()
    before = store.modes()
    expect.succeeded(chatelaine("usage"))
    assert issuer.count() == 0 and store.modes() == before


def test_empty_store(chatelaine, store):
    assert "chatelaine login" in expect.succeeded(chatelaine("usage"))
    assert entries(chatelaine("usage", "--json")) == {}
    assert not store.path.exists()


def test_age_and_windows_that_have_reset(ask, chatelaine, store):
    ask()
    kept = json.loads(kept_file(store).read_text())
    kept["fetched_at"] = kept["windows"][0]["resets_at"] = "2026-01-01T00:00:00Z"
    kept_file(store).write_text(json.dumps(kept))
    text = expect.succeeded(chatelaine("usage"))
    assert "d ago" in text and "12%  has reset since" in text
    assert entries(chatelaine("usage", "--json"))["work"]["windows"][0]["resets_in"] < 0


def test_kept_file_is_private_and_no_secret(ask, store):
    expect.succeeded(ask(name="acme/x"))
    file = kept_file(store, "acme/x")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    text = file.read_text()
    assert "eyJ" not in text and "rt_" not in text
    assert [path.name for path in file.parent.iterdir()] == ["acme%x.json"]


def test_failure_leaves_what_was_kept(ask, chatelaine, issuer, store):
    expect.succeeded(ask())
    before = kept_file(store).read_bytes()
    issuer.fault("usage", "html-403")
    result = ask("--json")
    expect.failed(result, expect.UNAVAILABLE)
    assert result.stdout == "" and kept_file(store).read_bytes() == before
    assert entries(chatelaine("usage", "--json"))["work"]["windows"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema":1}', '{"schema":99}', '{"schema":1,"windows":[7,{}]}'])
def test_kept_file_of_somebody_else(ask, chatelaine, store, text):
    ask()
    kept_file(store).write_text(text)
    expect.succeeded(chatelaine("usage"))
    assert entries(chatelaine("usage", "--json"))["work"]["windows"] == []
    assert entries(ask("--json"))["work"]["windows"]


def test_another_login_under_the_name(ask, chatelaine, store, seed):
    ask()
    seed("work", "personal")
    assert entries(chatelaine("usage", "--json"))["work"]["fetched_at"] is None


@pytest.mark.parametrize("options", [[], ["--purge"], ["--sign-out"]])
def test_goes_with_the_profile(ask, chatelaine, store, options):
    ask()
    expect.succeeded(chatelaine("delete", "work", "--yes", *options))
    assert not kept_file(store).exists()


def test_store_that_cannot_be_written(ask, store):
    ask()
    kept_file(store).unlink()
    kept_file(store).parent.rmdir()
    kept_file(store).parent.write_text("in the way")
    message = expect.failed(ask(), expect.FAILED)
    assert "could not be kept" in message
