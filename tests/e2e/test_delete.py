"""Removing: forgetting here, and signing out everywhere."""

import json

import expect
import pytest

HOUR = 3600


def test_forget(chatelaine, issuer, store, seed):
    seed("work")
    other = seed("personal", "personal")
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    assert store.names() == ["personal"]
    assert set(expect.listed(chatelaine)) == {"personal"}
    assert issuer.count() == 0 and issuer.alive(other.refresh_token)


def test_forgotten_login_is_in_the_backups_only(chatelaine, issuer, store, seed):
    tokens = seed("work")
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    places = store.holds(tokens.refresh_token)
    assert len(places) == 1 and places[0].startswith(".chatelaine/backups/")
    assert issuer.alive(tokens.refresh_token)


def test_backups_are_private(chatelaine, store, seed):
    seed("acme/work")
    expect.succeeded(chatelaine("delete", "acme/work", "--yes", umask=0))
    for path, mode in store.modes().items():
        assert mode == (0o700 if (store.path / path).is_dir() else 0o600), f"{path} is {mode:o}"


def test_purge_leaves_no_copy(chatelaine, store, seed):
    tokens = seed("work")
    expect.succeeded(chatelaine("delete", "work", "--yes", "--purge"))
    assert store.names() == []
    assert store.holds(tokens.refresh_token) == store.holds(tokens.access_token) == []


def test_text_names_undo_only_where_there_is_one(chatelaine, seed):
    seed("a")
    seed("b")
    assert "undo" in expect.succeeded(chatelaine("delete", "a", "--yes"))
    assert "undo" not in expect.succeeded(chatelaine("delete", "b", "--yes", "--purge"))


@pytest.mark.parametrize("options, event", [([], "delete"), (["--sign-out"], "sign-out")])
def test_audit(chatelaine, store, seed, options, event):
    seed("work")
    expect.succeeded(chatelaine("delete", "work", "--yes", *options))
    entry = next(entry for entry in reversed(store.audit()) if entry["event"] == event)
    assert entry["profile"] == "work" and entry["result"] == "ok"
    assert "rt_" not in str(store.audit()) and "eyJ" not in str(store.audit())


# Signing out

def test_sign_out_revokes_and_forgets(chatelaine, issuer, store, seed):
    tokens = seed("work")
    expect.succeeded(chatelaine("delete", "work", "--sign-out", "--yes"))
    assert not issuer.alive(tokens.refresh_token)
    assert store.names() == []
    request, = issuer.select("revoke")
    assert request.body == {"token": tokens.refresh_token, "token_type_hint": "refresh_token",
                            "client_id": "app_EMoamEEZ73f0CkXaXp7hrann"}


def test_sign_out_without_refresh_token_revokes_the_access_token(chatelaine, issuer, store, seed):
    tokens = seed("work", lifetime=HOUR)
    credential = store.credential("work")
    credential["refresh_token"] = ""
    store.credential_file("work").write_text(json.dumps(credential))
    expect.succeeded(chatelaine("delete", "work", "--sign-out", "--yes"))
    request, = issuer.select("revoke")
    assert request.body == {"token": tokens.access_token, "token_type_hint": "access_token"}


def test_sign_out_has_nothing_to_purge(chatelaine, issuer, store, seed):
    seed("work")
    expect.failed(chatelaine("delete", "work", "--sign-out", "--purge", "--yes"), expect.USAGE)
    assert store.names() == ["work"] and issuer.count("revoke") == 0


@pytest.mark.parametrize("fault", ["500", "429", "html-403", "cut"])
def test_sign_out_that_failed_keeps_the_profile_and_says_so(chatelaine, issuer, store, seed, fault):
    seed("work")
    before = store.profiles_snapshot()
    issuer.fault("revoke", fault, times=None)
    message = expect.failed(chatelaine("delete", "work", "--sign-out", "--yes"), expect.UNAVAILABLE)
    assert "chatelaine delete work" in message
    assert store.profiles_snapshot() == before


# Asking

@pytest.mark.parametrize("options", [[], ["--sign-out"], ["--purge"]])
def test_without_a_terminal_yes_must_be_said(chatelaine, issuer, store, seed, options):
    seed("work")
    message = expect.failed(chatelaine("delete", "work", *options, input="y\nwork\n"), expect.USAGE)
    assert "--yes" in message
    assert store.names() == ["work"] and issuer.count() == 0


@pytest.mark.parametrize("answer, left", [("y", []), ("n", ["work"]), ("", ["work"]), ("work", ["work"])])
def test_terminal_asks_before_forgetting(tui, store, seed, answer, left):
    seed("work")
    t = tui("delete", "work")
    t.wait_for("[y/N]")
    assert "work" in t.text
    t.send(answer, "Enter")
    t.wait_exit()
    assert store.names() == left


@pytest.mark.parametrize("answer, left", [("work", []), ("y", ["work"]), ("", ["work"]), ("wor", ["work"])])
def test_terminal_wants_the_name_before_signing_out(tui, store, issuer, seed, answer, left):
    seed("work")
    t = tui("delete", "work", "--sign-out")
    t.wait_for("work")
    t.send(answer, "Enter")
    t.wait_exit()
    assert store.names() == left
    assert issuer.count("revoke") == int(not left)


@pytest.mark.parametrize("options", [[], ["--sign-out"]], ids=" ".join)
def test_question_names_the_programs_that_lose_it(tui, chatelaine, seed, codex, options):
    seed("work")
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    t = tui("delete", "work", *options)
    t.wait_for("name:" if options else "[y/N]")
    assert "Left without a login: codex." in t.text


def test_end_of_input_is_a_no(tui, store, seed):
    seed("work")
    t = tui("delete", "work")
    t.wait_for("[y/N]")
    t.send("Ctrl-D")
    t.wait_exit()
    assert store.names() == ["work"]


# Wrong, and odd

def test_unknown_profile(chatelaine, seed):
    seed("work")
    expect.failed(chatelaine("delete", "wurk", "--yes"), expect.NOT_FOUND)


def test_damaged_profile_can_be_forgotten_and_brought_back(chatelaine, store, seed):
    seed("work")
    store.credential_file("work").write_text("not JSON")
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    assert expect.listed(chatelaine) == {}
    expect.succeeded(chatelaine("undo"))
    assert store.credential_file("work").read_text() == "not JSON"


def test_emptied_tenant_leaves_no_profile_behind(chatelaine, seed):
    seed("acme/work")
    expect.succeeded(chatelaine("delete", "acme/work", "--yes"))
    assert expect.listed(chatelaine) == {}
