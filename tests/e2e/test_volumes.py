"""A tree of agent-servers' auth volumes as a store: their logins are lent to them, without any import."""

import json
import os
from dataclasses import replace

import consumers
import expect
import pytest
from issuer import client

HOUR, DAY = 3600, 86400


@pytest.fixture
def volume(store):
    """An agent-server's volume: `volume("acme/client-x", tokens)` is its program."""
    def make(name, tokens, **changes):
        store.path.mkdir(mode=0o700, exist_ok=True)
        folder = store.profile_dir(name)
        folder.mkdir(mode=0o700, parents=True)
        folder.parent.chmod(0o700)
        program = consumers.make("openhands", path=folder / "openai_oauth.json")
        program.sign_in(tokens, **changes)
        return program
    return make


def test_is_a_profile(chatelaine, issuer, volume):
    tokens = issuer.mint("client")
    server = volume("acme/client-x", tokens)
    before = server.path.read_bytes()
    entry = expect.listed(chatelaine)["acme/client-x"]
    assert (entry["tenant"], entry["status"], entry["owner"]) == ("acme", "ok", "openhands")
    assert (entry["email"], entry["plan"]) == ("ops@client.example", "team")
    assert (entry["user_id"], entry["account_id"]) == (tokens.account.user_id, tokens.account.account_id)
    assert entry["renewable"] and entry["expires_in"] > 9 * DAY and entry["warnings"] == []
    expect.no_secret(chatelaine("show", "acme/client-x", "--json"), tokens)
    assert "openhands" in expect.succeeded(chatelaine("show", "acme/client-x")).lower()
    assert server.path.read_bytes() == before and os.listdir(server.path.parent) == ["openai_oauth.json"]
    assert issuer.count() == 0


def test_beside_profiles_of_our_own(chatelaine, issuer, seed, volume):
    seed("work")
    seed("acme/dev", "personal")
    volume("acme/client-x", issuer.mint("client"))
    volume("other/client-x", issuer.mint("colleague"))
    entries = expect.listed(chatelaine)
    assert {name: entry["owner"] for name, entry in entries.items()} == {
        "work": "chatelaine", "acme/dev": "chatelaine", "acme/client-x": "openhands", "other/client-x": "openhands"}
    listed = chatelaine("list", "--json", "--tenant", "acme").json
    assert [entry["name"] for entry in listed["profiles"]] == ["acme/client-x", "acme/dev"]


@pytest.mark.parametrize("lifetime, status", [(9 * DAY, "ok"), (HOUR, "expiring"), (-HOUR, "expired")])
def test_status_is_what_the_file_says_now(chatelaine, issuer, volume, lifetime, status):
    server = volume("acme/x", issuer.mint("work", lifetime=-HOUR))
    assert expect.status_of(chatelaine, "acme/x") == "expired"
    server.sign_in(issuer.mint("work", lifetime=lifetime))
    assert expect.status_of(chatelaine, "acme/x") == status


def test_is_renewed_by_its_server_alone(chatelaine, issuer, volume):
    server = volume("acme/x", issuer.mint("work", lifetime=HOUR))
    before = server.path.read_bytes()
    message = expect.failed(chatelaine("refresh", "acme/x"), expect.REFUSED)
    assert "chatelaine take-back acme/x" in message
    expect.succeeded(chatelaine("refresh", "--all"))
    assert issuer.count() == 0 and server.path.read_bytes() == before


def test_its_access_token_may_be_used(chatelaine, issuer, home, volume):
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    assert expect.succeeded(chatelaine("token", "acme/x")).strip() == tokens.access_token
    expect.succeeded(chatelaine("use", "acme/x", "--for", "codex"))
    assert consumers.make("codex", home).shows(tokens)
    consumers.only_in(tokens.refresh_token, home, server.path)


def test_taken_back_it_is_ours_and_its_server_has_a_view(chatelaine, issuer, home, store, volume):
    tokens = issuer.mint("client", lifetime=HOUR)
    server = volume("acme/x", tokens)
    expect.succeeded(chatelaine("take-back", "acme/x"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("acme/x"))
    assert server.shows(tokens) and server.mode() == 0o600
    assert expect.listed(chatelaine)["acme/x"]["owner"] == "chatelaine"
    # From now on the view in the volume follows.
    expect.succeeded(chatelaine("refresh", "acme/x"))
    assert server.read().access == store.credential("acme/x")["access_token"] and server.read().is_view
    assert issuer.reused == 0


def test_taken_back_with_the_newest_tokens(chatelaine, issuer, home, store, volume):
    server = volume("acme/x", issuer.mint("work", lifetime=HOUR))
    chatelaine("list")
    answer = client.refresh(issuer, server.read().refresh).value
    server.write(replace(server.read(), access=answer["access_token"], refresh=answer["refresh_token"]))
    expect.succeeded(chatelaine("take-back", "acme/x"))
    consumers.only_in(answer["refresh_token"], home, store.credential_file("acme/x"))


def test_taken_back_and_lent_again(chatelaine, issuer, home, store, volume):
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    expect.succeeded(chatelaine("take-back", "acme/x"))
    expect.succeeded(chatelaine("lend", "acme/x", "--to", f"openhands={server.path}"))
    assert server.holds(tokens)
    consumers.only_in(tokens.refresh_token, home, server.path)
    entry = expect.listed(chatelaine)["acme/x"]
    assert entry["owner"] == "openhands" and entry["warnings"] == []
    expect.succeeded(chatelaine("take-back", "acme/x"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("acme/x"))


def test_forgetting_it_is_refused(chatelaine, issuer, home, volume):
    """The server would have lost its only login."""
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    before = server.path.read_bytes()
    for options in ([], ["--purge"]):
        message = expect.failed(chatelaine("delete", "acme/x", "--yes", *options), expect.REFUSED)
        assert "--sign-out" in message
    assert server.path.read_bytes() == before and issuer.count() == 0


def test_renaming_it_is_refused(chatelaine, issuer, volume):
    server = volume("acme/x", issuer.mint("work"))
    expect.failed(chatelaine("rename", "acme/x", "acme/y"), expect.REFUSED)
    assert server.path.exists()


@pytest.mark.parametrize("command", [["rename", "acme/x", "acme/y"], ["delete", "acme/x", "--yes"]])
def test_view_in_a_volume_is_no_part_of_the_profile(chatelaine, issuer, home, store, volume, command):
    """Taken back, renamed or forgotten: no copy of the view goes along to where nobody renews it."""
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    expect.succeeded(chatelaine("take-back", "acme/x"))
    if chatelaine(*command).status != expect.DONE:
        assert server.shows(tokens)
        return
    views = [file for file in store.path.rglob("openai_oauth.json") if file != server.path]
    assert views == []
    if command[0] == "rename":
        assert server.shows(tokens)


def test_taken_back_it_is_renamed_without_its_view(chatelaine, issuer, home, store, volume):
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    expect.succeeded(chatelaine("take-back", "acme/x"))
    message = expect.failed(chatelaine("rename", "acme/x", "work"), expect.REFUSED)
    assert f"chatelaine use --none --for openhands={server.path}" in message
    expect.succeeded(chatelaine("use", "--none", "--for", f"openhands={server.path}"))
    expect.succeeded(chatelaine("rename", "acme/x", "work"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


def test_lending_it_on_is_refused(chatelaine, issuer, home, volume):
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    expect.failed(chatelaine("lend", "acme/x", "--to", "codex"), expect.REFUSED)
    consumers.only_in(tokens.refresh_token, home, server.path)


def test_signed_out(chatelaine, issuer, home, volume):
    tokens = issuer.mint("work")
    server = volume("acme/x", tokens)
    expect.succeeded(chatelaine("delete", "acme/x", "--sign-out", "--yes"))
    request, = issuer.select("revoke")
    assert request.body["token"] == tokens.refresh_token and not issuer.alive(tokens.refresh_token)
    assert not server.path.exists() and consumers.with_a_chain(home) == []
    assert expect.listed(chatelaine) == {}


def test_what_the_server_keeps_beside_it_stays_when_it_is_signed_out(chatelaine, issuer, volume):
    server = volume("acme/x", issuer.mint("work"))
    marker = server.path.with_name(".chatgpt_consent_acknowledged")
    marker.touch()
    expect.succeeded(chatelaine("delete", "acme/x", "--sign-out", "--yes"))
    assert marker.exists() and not server.path.exists()


def test_sign_out_that_failed_changes_nothing(chatelaine, issuer, volume):
    server = volume("acme/x", issuer.mint("work"))
    before = server.path.read_bytes()
    issuer.fault("revoke", "500", times=None)
    expect.failed(chatelaine("delete", "acme/x", "--sign-out", "--yes"), expect.UNAVAILABLE)
    assert server.path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "{", "not JSON", "[]", '{"vendor": "another"}'])
def test_damaged(chatelaine, issuer, volume, text):
    """Shown as it is, and never touched: its server may be writing it."""
    server = volume("acme/x", issuer.mint("work"))
    server.path.write_text(text)
    assert expect.status_of(chatelaine, "acme/x") == "damaged"
    for command in (["take-back"], ["refresh"], ["token"], ["delete", "--yes"]):
        result = chatelaine(command[0], "acme/x", *command[1:])
        assert result.status not in (expect.DONE, expect.NOT_FOUND), command
    assert server.path.read_text() == text


def test_emptied_by_its_server(chatelaine, issuer, volume):
    server = volume("acme/x", issuer.mint("work"))
    server.log_out()
    assert "acme/x" not in expect.listed(chatelaine)
    server.sign_in(issuer.mint("personal"))
    assert expect.listed(chatelaine)["acme/x"]["email"] == "me@example.net"


def test_what_its_server_signs_in_next_is_shown(chatelaine, issuer, volume):
    """Another person's login in the same volume: it is theirs, and shown as theirs."""
    server = volume("acme/x", issuer.mint("work"))
    expect.listed(chatelaine)
    server.sign_in(issuer.mint("personal"))
    entry = expect.listed(chatelaine)["acme/x"]
    assert (entry["email"], entry["status"]) == ("me@example.net", "ok")


def test_same_person_in_two_volumes(chatelaine, issuer, home, volume):
    """Two logins of one person, each its server's own."""
    tokens = [issuer.mint("work"), issuer.mint("work")]
    servers = [volume("acme/x", tokens[0]), volume("acme/y", tokens[1])]
    entries = expect.listed(chatelaine)
    assert {entries[name]["email"] for name in ("acme/x", "acme/y")} == {"dev@example.com"}
    expect.succeeded(chatelaine("take-back", "acme/y"))
    assert servers[0].holds(tokens[0]) and servers[1].shows(tokens[1])
    for one in tokens:
        assert len(consumers.files_with(one.refresh_token, home)) == 1


def test_store_by_option(chatelaine, issuer, store, volume):
    volume("acme/x", issuer.mint("work"))
    result = chatelaine("--store", store.path, "list", "--json", env={"CHATELAINE_STORE": None})
    expect.succeeded(result)
    assert [entry["name"] for entry in result.json["profiles"]] == ["acme/x"]


def test_list_of_a_tree_writes_nothing(chatelaine, issuer, store, volume):
    for number in range(20):
        volume(f"tenant-{number}/user", issuer.mint("work"))
    before = sorted(store.path.rglob("*"))
    assert len(expect.listed(chatelaine)) == 20
    assert sorted(store.path.rglob("*")) == before


def test_tokens_that_are_not_clean_are_not_shown(chatelaine, issuer, volume):
    server = volume("acme/x", issuer.mint("hostile"))
    expect.succeeded(chatelaine("list"))
    expect.succeeded(chatelaine("show", "acme/x"))
    value = json.loads(server.path.read_text())
    server.path.write_text(json.dumps({**value, "access_token": "\x1b[2J"}))
    assert expect.status_of(chatelaine, "acme/x") == "damaged"
    expect.succeeded(chatelaine("list"))
