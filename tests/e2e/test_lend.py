"""Lending: the whole login moves into one program's file, which renews it from then on."""

import json
import os

import consumers
import expect
import logins
import pytest

HOUR, DAY = 3600, 86400


# Lending

@pytest.mark.parametrize("account", ["work", "client", "wide"])
@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_lent_login_is_in_its_programs_file_only(chatelaine, issuer, home, store, seed, kind, account):
    tokens = seed("work", account)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    text = expect.succeeded(chatelaine("lend", "work", "--to", kind, umask=0))
    program = consumers.make(kind, home)
    assert "work" in text and str(program.path) in text
    assert program.holds(tokens) and program.mode() == 0o600
    assert program.read().account in (None, tokens.account.account_id)
    consumers.only_in(tokens.refresh_token, home, program.path)
    assert issuer.count() == 0
    for path, mode in store.modes().items():
        assert mode == (0o700 if (store.path / path).is_dir() else 0o600), f"{path} is {mode:o}"


def test_codex_finds_a_login_that_it_may_renew(lent, issuer):
    """The mode that makes it renew, and the issuer that the chain is from."""
    program, _ = lent("codex")
    value = json.loads(program.path.read_text())
    assert value["auth_mode"] == "chatgpt" and value["OPENAI_API_KEY"] is None
    assert value["tokens"]["oauth_provenance"]["issuer"] == issuer.url


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_any_place(chatelaine, home, seed, kind):
    tokens = seed()
    expect.succeeded(chatelaine("lend", "work", "--to", f"{kind}={home}/volume/"))
    path = home / "volume" / consumers.FILE_NAME[kind]
    assert consumers.make(kind, path=path).holds(tokens)
    entry = expect.listed(chatelaine)["work"]
    assert entry["owner"] == kind and entry["targets"] == [f"{kind}={path}"]


@pytest.mark.parametrize("arguments", [[], ["--to", "opencode"], ["--to", "pi"], ["--to", "litellm"],
                                       ["--to", "cursor"]])
def test_where_nothing_can_be_lent(chatelaine, home, store, seed, arguments):
    tokens = seed()
    expect.failed(chatelaine("lend", "work", *arguments), expect.USAGE)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


def test_lent_link_stays_a_link(chatelaine, home, seed):
    tokens = seed()
    codex = consumers.make("codex", home).install()
    (home / "dotfiles").mkdir()
    (home / "dotfiles" / "auth.json").write_text("")
    codex.path.symlink_to(home / "dotfiles" / "auth.json")
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    assert codex.path.is_symlink() and codex.holds(tokens)
    expect.succeeded(chatelaine("take-back", "work"))
    assert codex.path.is_symlink() and codex.shows(tokens)


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_own_view_makes_way(chatelaine, home, seed, kind):
    tokens = seed()
    expect.succeeded(chatelaine("use", "work", "--for", kind))
    expect.succeeded(chatelaine("lend", "work", "--to", kind))
    assert consumers.make(kind, home).holds(tokens)
    consumers.only_in(tokens.refresh_token, home, consumers.make(kind, home).path)


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_unknown_login_is_not_overwritten(chatelaine, issuer, home, store, seed, kind):
    tokens = seed()
    program = consumers.make(kind, home)
    stranger = program.sign_in(issuer.mint("old"))
    message = expect.failed(chatelaine("lend", "work", "--to", kind), expect.REFUSED)
    assert f"chatelaine import {kind}" in message
    assert program.read().refresh == stranger.refresh
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_login_of_another_profile_is_taken_in_first(chatelaine, issuer, home, store, seed, kind):
    tokens = seed()
    seed("personal", "personal", lifetime=HOUR)
    program = consumers.make(kind, home)
    newer = program.sign_in(issuer.mint("personal"))
    expect.succeeded(chatelaine("lend", "work", "--to", kind))
    assert program.holds(tokens)
    consumers.only_in(newer.refresh, home, store.credential_file("personal"))
    consumers.only_in(tokens.refresh_token, home, program.path)


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_newer_login_of_the_same_person_is_the_one_that_is_lent(chatelaine, issuer, home, seed, kind):
    old = seed(lifetime=HOUR)
    program = consumers.make(kind, home)
    newer = program.sign_in(issuer.mint("work"))
    expect.succeeded(chatelaine("lend", "work", "--to", kind))
    assert program.read().refresh == newer.refresh
    consumers.only_in(newer.refresh, home, program.path)
    assert consumers.files_with(old.refresh_token, home) == []
    assert expect.listed(chatelaine)["work"]["owner"] == kind


def test_nothing_to_lend(chatelaine, home, seed):
    seed(reason="reused")
    expect.failed(chatelaine("lend", "work", "--to", "codex"), expect.NEEDS_LOGIN)
    expect.failed(chatelaine("lend", "wurk", "--to", "codex"), expect.NOT_FOUND)
    assert not (home / ".codex").exists()


def test_login_in_doubt_is_not_lent(chatelaine, issuer, home, store, seed):
    tokens = seed(lifetime=9 * DAY)
    issuer.fault("token", "cut", after=True)
    chatelaine("refresh", "work")
    expect.failed(chatelaine("lend", "work", "--to", "codex"), expect.REFUSED)
    assert not consumers.make("codex", home).path.exists()
    assert store.credential("work")["refresh_token"] == tokens.refresh_token


def test_copy_elsewhere_becomes_a_view(chatelaine, home, store, seed):
    """What is lent has one owner."""
    tokens = seed()
    copy = logins.put(home / consumers.USUAL["opencode"], logins.opencode(tokens))
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    assert logins.is_view(copy, tokens.access_token)
    consumers.only_in(tokens.refresh_token, home, home / consumers.USUAL["codex"])


def test_twice(lent, chatelaine, home):
    program, tokens = lent("codex")
    for kind in ("codex", "openhands"):
        expect.failed(chatelaine("lend", "work", "--to", kind), expect.REFUSED)
    consumers.only_in(tokens.refresh_token, home, program.path)


def test_two_to_one_place(lent, chatelaine, home, store, seed):
    program, tokens = lent("codex")
    other = seed("personal", "personal")
    message = expect.failed(chatelaine("lend", "personal", "--to", "codex"), expect.REFUSED)
    assert "chatelaine take-back work" in message
    consumers.only_in(tokens.refresh_token, home, program.path)
    consumers.only_in(other.refresh_token, home, store.credential_file("personal"))


def test_read_only_place_gets_nothing(chatelaine, home, store, seed):
    tokens = seed()
    if os.geteuid() == 0:
        # What root cannot write either.
        place = "/proc/self"
    else:
        place = home / "closed"
        place.mkdir(mode=0o500)
    expect.failed(chatelaine("lend", "work", "--to", f"codex={place}/"), expect.FAILED, expect.REFUSED)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert expect.listed(chatelaine)["work"]["owner"] == "chatelaine"
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))


# What may be done with a lent login

def test_list_and_show_tell_where_it_is(lent, chatelaine, home):
    program, tokens = lent("openhands")
    entry = expect.listed(chatelaine)["work"]
    assert (entry["owner"], entry["targets"], entry["warnings"]) == ("openhands", ["openhands"], [])
    assert entry["status"] == "ok" and entry["renewable"] and entry["email"] == "dev@example.com"
    text = expect.succeeded(chatelaine("show", "work"))
    assert "openhands" in text.lower()
    expect.no_secret(chatelaine("show", "work", "--json"), tokens)
    assert "openhands" in expect.succeeded(chatelaine("list"))


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_only_its_program_renews_it(lent, chatelaine, issuer, home, kind):
    program, tokens = lent(kind, lifetime=HOUR)
    message = expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert "chatelaine take-back work" in message
    chatelaine("refresh", "--all")
    expect.failed(chatelaine("token", "work", "--min-valid", "5h"), expect.REFUSED, expect.NEEDS_LOGIN)
    assert issuer.count() == 0 and program.holds(tokens)


def test_refresh_all_passes_it_over(lent, chatelaine, issuer, seed):
    lent("codex", lifetime=HOUR)
    seed("personal", "personal", lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "--all"))
    assert issuer.count("token") == 1


def test_its_access_token_may_be_used(lent, chatelaine, home, issuer):
    program, tokens = lent("codex")
    assert expect.succeeded(chatelaine("token", "work")).strip() == tokens.access_token
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    assert consumers.make("openhands", home).shows(tokens)
    consumers.only_in(tokens.refresh_token, home, program.path)
    assert sorted(expect.listed(chatelaine)["work"]["targets"]) == ["codex", "openhands"]


def test_its_file_is_not_switched(lent, chatelaine, seed):
    program, tokens = lent("codex")
    seed("personal", "personal")
    for arguments in (["personal"], ["--none"], ["-"]):
        result = chatelaine("use", *arguments, "--for", "codex")
        expect.failed(result, expect.REFUSED, expect.NOT_FOUND)
    # It shows that already.
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    assert program.holds(tokens)


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_renewal_by_its_program_is_seen(lent, chatelaine, issuer, home, store, kind):
    program, old = lent(kind, lifetime=HOUR)
    assert expect.status_of(chatelaine) == "expiring"
    new = consumers.renew(issuer, program)
    entry = expect.listed(chatelaine)["work"]
    assert entry["status"] == "ok" and entry["expires_in"] > 9 * DAY and entry["warnings"] == []
    assert expect.succeeded(chatelaine("token", "work")).strip() == new.access
    consumers.only_in(new.refresh, home, program.path)
    assert consumers.files_with(old.refresh_token, home) == []


def test_stale_view_of_a_lent_login_is_told_and_renewed_by_use(lent, chatelaine, issuer, home):
    program, _ = lent("codex", lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    new = consumers.renew(issuer, program)
    entry = expect.listed(chatelaine)["work"]
    openhands = consumers.make("openhands", home)
    if openhands.read().access != new.access:
        assert any("chatelaine use work --for openhands" in text for text in entry["warnings"])
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    assert openhands.read().access == new.access and openhands.read().is_view


def test_keeper_renews_the_views_of_a_lent_login(lent, chatelaine, issuer, home):
    program, _ = lent("codex", lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    openhands = consumers.make("openhands", home)
    keep = chatelaine.start("keep")
    keep.wait_for(lambda running: running.stdout)
    new = consumers.renew(issuer, program)
    keep.wait_for(lambda _: openhands.read().access == new.access)
    assert openhands.read().is_view and issuer.count("token") == 1
    keep.signal(2)
    keep.finish()


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_deleted_stays_with_its_program(lent, chatelaine, issuer, home, kind):
    """Forgetting it here does not take it from where it is."""
    program, tokens = lent(kind)
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    assert program.holds(tokens) and issuer.alive(tokens.refresh_token)
    consumers.only_in(tokens.refresh_token, home, program.path)
    assert expect.listed(chatelaine) == {}
    expect.succeeded(chatelaine("undo"))
    assert expect.listed(chatelaine)["work"]["owner"] == kind
    expect.succeeded(chatelaine("take-back", "work"))
    assert program.shows(tokens)


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_deleted_and_taken_in_anew(lent, chatelaine, home, store, kind):
    program, tokens = lent(kind)
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    expect.succeeded(chatelaine("import", kind, "--as", "again"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("again"))


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_signed_out_with_the_newest_tokens(lent, chatelaine, issuer, home, store, kind):
    program, _ = lent(kind)
    new = consumers.renew(issuer, program)
    expect.succeeded(chatelaine("delete", "work", "--sign-out", "--yes"))
    request, = issuer.select("revoke")
    assert request.body["token"] == new.refresh and not issuer.alive(new.refresh)
    assert not program.path.exists() and store.names() == []
    assert consumers.with_a_chain(home) == []


def test_sign_out_that_failed_leaves_it_lent(lent, chatelaine, issuer, home):
    program, tokens = lent("codex")
    issuer.fault("revoke", "500", times=None)
    expect.failed(chatelaine("delete", "work", "--sign-out", "--yes"), expect.UNAVAILABLE)
    assert program.holds(tokens)
    assert expect.listed(chatelaine)["work"]["owner"] == "codex"


def test_login_anew_of_a_lent_profile(lent, chatelaine, issuer, home, store, agreed):
    """A new login is ours; the one that the program has is another, which stays good."""
    program, tokens = lent("codex")
    issuer.approve_next("work")
    result = chatelaine("login", "work", "--json")
    if result.status == expect.REFUSED:
        assert program.holds(tokens)
        return
    expect.succeeded(result)
    new = store.credential("work")["refresh_token"]
    assert issuer.alive(new) and issuer.alive(tokens.refresh_token)
    consumers.only_in(new, home, store.credential_file("work"))
    consumers.only_in(tokens.refresh_token, home, program.path)


def test_renamed_while_it_is_lent(lent, chatelaine, home, store):
    program, tokens = lent("codex")
    expect.succeeded(chatelaine("rename", "work", "acme/dev"))
    entry = expect.listed(chatelaine)["acme/dev"]
    assert (entry["owner"], entry["targets"]) == ("codex", ["codex"])
    expect.succeeded(chatelaine("take-back", "acme/dev"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("acme/dev"))
    assert program.shows(tokens)
