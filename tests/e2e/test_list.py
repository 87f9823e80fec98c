"""Seeing the profiles: no network, no secret, the same words for people and for programs."""

import json
import os
import re

import expect
import pytest
from program import Program
from wcwidth import wcswidth

MINUTE, HOUR, DAY = 60, 3600, 86400

STATES = {
    # name: (what is in the store, status, reason, renewable)
    "ok": (dict(lifetime=9 * DAY), "ok", None, True),
    "just-ok": (dict(lifetime=48 * HOUR + MINUTE), "ok", None, True),
    "expiring": (dict(lifetime=48 * HOUR - MINUTE), "expiring", None, True),
    "expired": (dict(lifetime=-2 * HOUR), "expired", None, True),
    "reused": (dict(lifetime=DAY, reason="reused"), "needs-login", "reused", False),
    "timed-out": (dict(lifetime=-DAY, reason="expired"), "needs-login", "expired", False),
    "revoked": (dict(lifetime=-DAY, reason="revoked"), "needs-login", "revoked", False),
}


def take_away_refresh_token(store, name):
    credential = store.credential(name)
    credential["refresh_token"] = ""
    store.credential_file(name).write_text(json.dumps(credential))


# For people

def test_empty_store_has_a_hint_and_is_not_made(chatelaine, store):
    text = expect.succeeded(chatelaine("list"))
    assert "chatelaine login" in text
    assert not store.path.exists()


def test_columns(chatelaine, seed):
    seed("work", "work", lifetime=9 * DAY)
    seed("acme/client-x", "client", lifetime=-2 * HOUR)
    lines = expect.succeeded(chatelaine("list")).splitlines()
    headings = re.split("  +", lines[0])
    assert headings[:4] == ["PROFILE", "ACCOUNT", "PLAN", "STATUS"] and headings[4].endswith("ENDS IN")
    starts = [lines[0].index(heading) for heading in headings]
    rows = {line.split()[0]: line for line in lines[1:]}
    assert list(rows) == ["acme/client-x", "work"]
    for row in rows.values():
        # Aligned: each column begins under its heading, after a blank.
        assert all(row[start] != " " and row[start - 1] == " " for start in starts[1:])
    assert rows["work"][starts[1]:].startswith("dev@example.com ")
    assert rows["work"][starts[2]:].lower().startswith("pro ")
    assert rows["work"][starts[3]:].startswith("ok ")
    assert rows["acme/client-x"][starts[3]:].startswith("expired ")


def test_columns_align_behind_wide_characters(chatelaine, seed):
    seed("a", "wide")
    seed("b", "work")
    lines = expect.succeeded(chatelaine("list")).splitlines()
    ends = {wcswidth(line[:line.index(" ok ")]) for line in lines[1:]}
    assert ends == {lines[0].index("STATUS") - 1}


@pytest.mark.parametrize("lifetime, words", [
    (9 * DAY + 23 * HOUR, "9d 2"), (41 * MINUTE, "00:4"), (-2 * HOUR - MINUTE, "2h ago"),
])
def test_time_left_in_words(chatelaine, seed, lifetime, words):
    seed(lifetime=lifetime)
    assert words in expect.succeeded(chatelaine("list")).splitlines()[1]


def test_dead_login_says_what_to_do(chatelaine, seed):
    seed(lifetime=DAY, reason="reused")
    assert re.search("needs.login", expect.succeeded(chatelaine("list")))
    assert "chatelaine login work" in expect.succeeded(chatelaine("show", "work"))


def test_c_locale_gets_ascii(chatelaine, seed):
    seed("wide", "wide")
    for name, (options, *_) in STATES.items():
        seed(name, "work", **options)
    result = chatelaine("list", env={"LANG": "C"})
    assert expect.succeeded(result).isascii()


# For programs

@pytest.mark.parametrize("state", STATES)
def test_status(chatelaine, seed, state):
    options, status, reason, renewable = STATES[state]
    tokens = seed(**options)
    entry = expect.listed(chatelaine)["work"]
    assert (entry["status"], entry["reason"], entry["renewable"]) == (status, reason, renewable)
    assert abs(entry["expires_in"] - options["lifetime"]) <= 5
    assert tokens.refresh_token not in str(entry)


def test_status_without_refresh_token(chatelaine, store, seed):
    seed("living", lifetime=DAY)
    seed("over", lifetime=-DAY)
    for name in store.names():
        take_away_refresh_token(store, name)
    entries = expect.listed(chatelaine)
    assert (entries["living"]["status"], entries["living"]["renewable"]) == ("access-only", False)
    assert (entries["over"]["status"], entries["over"]["reason"]) == ("needs-login", "no-refresh-token")


def test_object_is_what_the_store_has(chatelaine, store, seed):
    tokens = seed("acme/client-x", "client", lifetime=9 * DAY)
    entry, profile = expect.listed(chatelaine)["acme/client-x"], store.profile("acme/client-x")
    for key in ("email", "plan", "user_id", "account_id", "owner", "last_refresh"):
        assert entry[key] == profile[key], key
    assert entry["expires_at"] == store.credential("acme/client-x")["expires_at"]
    assert entry["tenant"] == "acme"
    assert entry["path"] == str(store.profile_dir("acme/client-x"))
    assert (entry["targets"], entry["warnings"]) == ([], [])
    assert entry["expires_in"] > 0 and entry["user_id"] == tokens.account.user_id


def test_store_is_named(chatelaine, store, seed):
    seed()
    assert chatelaine("list", "--json").json["store"] == str(store)


def test_empty_store_as_json(chatelaine, store):
    assert expect.listed(chatelaine) == {}
    assert not store.path.exists()


def test_sorted_by_name(chatelaine, seed):
    for name in ("zeta", "acme/b", "acme/a", "Beta", "alpha"):
        seed(name)
    names = [entry["name"] for entry in chatelaine("list", "--json").json["profiles"]]
    assert names == sorted(names)


def test_tenant_filter(chatelaine, seed):
    seed("acme/a")
    seed("other/a")
    seed("plain")
    result = chatelaine("list", "--json", "--tenant", "acme")
    assert [entry["name"] for entry in result.json["profiles"]] == ["acme/a"]


def test_loose_mode_is_a_warning(chatelaine, store, seed):
    seed()
    store.credential_file("work").chmod(0o644)
    entry = expect.listed(chatelaine)["work"]
    assert entry["status"] == "ok"
    assert entry["warnings"] == ["credential.json is mode 0644"]


def test_store_by_option_and_by_default_place(chatelaine, seed, store, home):
    seed()
    aside = home / "elsewhere"
    os.rename(store, aside)
    assert expect.listed(chatelaine) == {}
    result = chatelaine("--store", str(aside), "list", "--json")
    assert [entry["name"] for entry in result.json["profiles"]] == ["work"]
    (home / ".local/share").mkdir(parents=True)
    os.rename(aside, home / ".local/share/chatelaine")
    result = chatelaine("list", "--json", env={"CHATELAINE_STORE": None})
    assert [entry["name"] for entry in result.json["profiles"]] == ["work"]


# Promises

@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["show", "work"], ["show", "work", "--json"]])
def test_seeing_needs_no_network_and_shows_no_secret(chatelaine, issuer, seed, command):
    tokens = seed(lifetime=-DAY)
    result = chatelaine(*command, env={"CHATELAINE_OAUTH": "/nonexistent"})
    expect.succeeded(result)
    expect.no_secret(result, tokens)
    assert issuer.count() == 0


def test_seeing_changes_nothing(chatelaine, store, seed):
    seed(lifetime=-DAY)
    before = store.profiles_snapshot()
    chatelaine("list")
    chatelaine("show", "work")
    assert store.profiles_snapshot() == before


def test_full_disk_behind_the_output_is_an_error(chatelaine, seed, build):
    seed()
    shell = f"exec {build / 'chatelaine'} list --json >/dev/full"
    result = Program(["sh", "-c", shell], env=chatelaine.env).finish()
    expect.failed(result, expect.FAILED)
