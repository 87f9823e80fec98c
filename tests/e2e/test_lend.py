"""Lending and taking back: the whole login moves into one program's file and home again, and is never in two."""

import fcntl
import json
import os
import threading
import time
from dataclasses import replace

import consumers
import expect
import pytest
from issuer import client
from program import Program

HOUR, DAY = 3600, 86400


@pytest.fixture
def lent(chatelaine, home, store, seed):
    """A login that is lent: `program, tokens = lent("codex")`."""
    def lend(kind, name="work", account="work", **options):
        tokens = seed(name, account, **options)
        expect.succeeded(chatelaine("lend", name, "--to", kind))
        program = consumers.make(kind, home)
        consumers.only_in(tokens.refresh_token, home, program.path)
        return program, tokens
    return lend


def renew(issuer, program):
    """The program renews its login with the issuer, as it does by itself; gives what it has now."""
    login = program.read()
    # Renewals are days apart: each gives a token that ends later than the one before.
    issuer.access_lifetime += 10
    reply = client.refresh(issuer, login.refresh)
    assert reply.status == 200, reply.text
    answer = reply.value
    new = replace(login, access=answer["access_token"], refresh=answer["refresh_token"],
                  identity=answer["id_token"], ends=int(time.time()) + answer["expires_in"])
    program.write(new)
    return new


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
    new = renew(issuer, program)
    entry = expect.listed(chatelaine)["work"]
    assert entry["status"] == "ok" and entry["expires_in"] > 9 * DAY and entry["warnings"] == []
    assert expect.succeeded(chatelaine("token", "work")).strip() == new.access
    consumers.only_in(new.refresh, home, program.path)
    assert consumers.files_with(old.refresh_token, home) == []


def test_stale_view_of_a_lent_login_is_told_and_renewed_by_use(lent, chatelaine, issuer, home):
    program, _ = lent("codex", lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    new = renew(issuer, program)
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
    new = renew(issuer, program)
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
    new = renew(issuer, program)
    expect.succeeded(chatelaine("delete", "work", "--sign-out", "--yes"))
    request, = issuer.select("revoke")
    assert request.body["token"] == new.refresh and not issuer.alive(new.refresh)
    assert not program.path.exists() and store.names() == []
    assert consumers.files_with("rt_", home) == []


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


# Taking back

@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_taken_back_as_it_was(lent, chatelaine, issuer, home, store, kind):
    program, tokens = lent(kind)
    text = expect.succeeded(chatelaine("take-back", "work"))
    assert "work" in text
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert program.shows(tokens)
    entry = expect.listed(chatelaine)["work"]
    assert (entry["owner"], entry["targets"], entry["status"]) == ("chatelaine", [kind], "ok")
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0 and program.read().access == store.credential("work")["access_token"]


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_taken_back_with_the_newest_tokens(lent, chatelaine, issuer, home, store, kind, times):
    program, old = lent(kind, lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "pi"))
    for _ in range(times):
        new = renew(issuer, program)
    expect.succeeded(chatelaine("take-back", "work"))
    assert store.credential("work")["refresh_token"] == new.refresh
    consumers.only_in(new.refresh, home, store.credential_file("work"))
    consumers.no_chain_outside(home, store)
    # Both programs show it.
    for shown in (program, consumers.make("pi", home)):
        assert shown.read().access == new.access and shown.read().is_view
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0


def test_taken_back_from_where_the_variable_pointed(chatelaine, home, store, seed):
    tokens = seed()
    elsewhere = {"CODEX_HOME": str(home / "elsewhere")}
    (home / "elsewhere").mkdir()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex", env=elsewhere))
    expect.succeeded(chatelaine("take-back", "work"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_program_that_removed_its_login(lent, chatelaine, issuer, home, store, agreed, kind):
    program, tokens = lent(kind)
    program.log_out()
    entry = expect.listed(chatelaine)["work"]
    assert not entry["renewable"] and entry["warnings"]
    message = expect.failed(chatelaine("take-back", "work"), expect.NEEDS_LOGIN)
    assert "chatelaine login work" in message
    assert expect.listed(chatelaine)["work"]["owner"] == "chatelaine"
    issuer.approve_next("work")
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert expect.status_of(chatelaine) == "ok"
    consumers.only_in(store.credential("work")["refresh_token"], home, store.credential_file("work"))
    expect.succeeded(chatelaine("use", "work", "--for", kind))


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_program_that_signed_in_as_somebody_else(lent, chatelaine, issuer, home, kind):
    """Its new login is nobody's here, and stays."""
    program, tokens = lent(kind)
    stranger = program.sign_in(issuer.mint("old"))
    assert expect.listed(chatelaine)["work"]["warnings"]
    expect.failed(chatelaine("take-back", "work"), expect.NEEDS_LOGIN)
    assert program.read().refresh == stranger.refresh and issuer.alive(stranger.refresh)


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_program_that_signed_in_anew_as_the_same(lent, chatelaine, issuer, home, store, kind):
    program, _ = lent(kind)
    new = program.sign_in(issuer.mint("work"))
    expect.succeeded(chatelaine("take-back", "work"))
    consumers.only_in(new.refresh, home, store.credential_file("work"))


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_file_that_is_being_written_in_place_is_waited_for(lent, chatelaine, issuer, home, store, kind):
    """Emptied and not filled yet: the moment in which a program that renews has its tokens in memory alone."""
    program, _ = lent(kind)
    new = renew(issuer, program)
    text = program.path.read_text()
    with open(program.path, "w") as file:
        watch = consumers.Watch(program.path)
        run = chatelaine.start("take-back", "work")
        watch.wait()
        file.write(text)
    expect.succeeded(run.finish())
    consumers.only_in(new.refresh, home, store.credential_file("work"))
    assert program.read().is_view


@pytest.mark.parametrize("text", ["{", "[]", "not JSON"])
def test_file_that_cannot_be_read_now_keeps_it_lent(lent, chatelaine, home, text):
    """Half written, perhaps: nothing is given up for it."""
    program, tokens = lent("openhands")
    whole = program.path.read_bytes()
    program.path.write_text(text)
    before = program.path.read_bytes()
    result = chatelaine("take-back", "work")
    expect.failed(result, expect.REFUSED, expect.FAILED, expect.BUSY)
    assert program.path.read_bytes() == before
    program.path.write_bytes(whole)
    expect.succeeded(chatelaine("take-back", "work"))
    assert program.shows(tokens)


def test_what_is_not_lent_is_not_taken_back(chatelaine, home, store, seed):
    tokens = seed()
    expect.failed(chatelaine("take-back", "work"), expect.USAGE, expect.REFUSED)
    expect.failed(chatelaine("take-back", "wurk"), expect.NOT_FOUND)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


@pytest.mark.parametrize("lent_account, other", [("work", "seat"), ("client", "colleague")])
def test_half_of_an_identity_is_not_what_was_lent(lent, chatelaine, issuer, lent_account, other):
    program, _ = lent("codex", account=lent_account)
    stranger = program.sign_in(issuer.mint(other))
    expect.failed(chatelaine("take-back", "work"), expect.NEEDS_LOGIN)
    assert program.read().refresh == stranger.refresh


def test_audit(lent, chatelaine, store):
    lent("codex")
    expect.succeeded(chatelaine("take-back", "work"))
    events = [entry["event"] for entry in store.audit()]
    assert "lend" in events and "take-back" in events
    assert "rt_" not in str(store.audit()) and "eyJ" not in str(store.audit())


# At the same time

class Busy:
    """A program that renews its login and reads it, over and over, until it is told to stop."""

    def __init__(self, issuer, program):
        self.issuer, self.program = issuer, program
        self.renewals, self.problem, self.newest = 0, None, None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._stop.is_set():
                login = self.program.read()
                if login is not None and not login.is_view:
                    self.newest = renew_held(self.issuer, self.program, login) or self.newest
                    self.renewals += 1
        except Exception as problem:  # told by stop()
            self.problem = problem

    def stop(self):
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self.problem:
            raise self.problem


def renew_held(issuer, program, login):
    issuer.access_lifetime += 10
    reply = client.refresh(issuer, login.refresh)
    # What was taken from under its hands, and lent again since, it has read from its file before.
    assert reply.status == 200, reply.text
    answer = reply.value
    new = replace(login, access=answer["access_token"], refresh=answer["refresh_token"],
                  identity=answer["id_token"], ends=int(time.time()) + answer["expires_in"])
    program.write(new)
    return new


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_program_that_never_stops_renewing(lent, chatelaine, issuer, home, store, seed, kind):
    """Whatever is switched, lent and taken back meanwhile: no torn file, no token sent twice, none lost."""
    program, tokens = lent(kind)
    seed("personal", "personal")
    busy = Busy(issuer, program)
    other = "codex" if kind == "openhands" else "openhands"
    done = dict.fromkeys(("take-back", "lend", "use"), 0)
    for round_number in range(25):
        for command in (["take-back", "work"], ["use", "work", "--for", other], ["list"],
                        ["lend", "work", "--to", kind], ["use", "personal", "--for", other]):
            result = chatelaine(*command)
            if command[0] == "list":
                expect.succeeded(result)
                continue
            assert result.status in (expect.DONE, expect.BUSY, expect.REFUSED, expect.USAGE), \
                (command, result.status, result.stderr)
            done[command[0]] += result.status == expect.DONE
    busy.stop()
    assert busy.renewals > 0 and all(done.values()), (busy.renewals, done)
    # Whatever it held last comes home by the next command about it.
    chatelaine("take-back", "work")
    expect.succeeded(chatelaine("use", "work", "--for", kind))
    assert issuer.reused == 0
    consumers.only_in(busy.newest.refresh, home, store.credential_file("work"))
    assert issuer.alive(store.credential("work")["refresh_token"])
    consumers.no_chain_outside(home, store)
    assert store.pending() == [] and not list(home.rglob(".auth.json.*")) + list(home.rglob(".openai_oauth.json.*"))


def test_eight_switches_of_one_target(chatelaine, home, store, seed):
    tokens = {name: seed(name, account) for name, account in
              [("a", "work"), ("b", "personal"), ("c", "client"), ("d", "seat")]}
    codex = consumers.make("codex", home).install()
    for _ in range(3):
        runs = [chatelaine.start("use", name, "--for", "codex") for name in "abcdabcd"]
        for run in runs:
            expect.succeeded(run.finish(timeout=30))
        entries = expect.listed(chatelaine)
        shown, = [name for name in tokens if entries[name]["targets"]]
        assert codex.shows(tokens[shown]) and all(entry["warnings"] == [] for entry in entries.values())
        assert sorted(os.listdir(codex.path.parent)) == ["auth.json", "auth.json.lock", "auth.lock"]
    for name in tokens:
        consumers.only_in(tokens[name].refresh_token, home, store.credential_file(name))


def test_two_lend_the_same_at_once(chatelaine, home, store, seed):
    tokens = seed()
    runs = [chatelaine.start("lend", "work", "--to", kind) for kind in ("codex", "openhands") * 3]
    results = [run.finish(timeout=30) for run in runs]
    assert [result.status for result in results].count(expect.DONE) == 1
    owner = expect.listed(chatelaine)["work"]["owner"]
    consumers.only_in(tokens.refresh_token, home, consumers.make(owner, home).path)


class Prober:
    """Tries for a lock all the time, and knows how long it was held by somebody else at the longest."""

    def __init__(self, path):
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.longest, self.seen, self._stop = 0.0, 0, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        held_since = None
        while not self._stop.is_set():
            now = time.monotonic()
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(self._file, fcntl.LOCK_UN)
                held_since = None
            except BlockingIOError:
                if held_since is None:
                    held_since, self.seen = now, self.seen + 1
                self.longest = max(self.longest, now - held_since)

    def stop(self):
        self._stop.set()
        self._thread.join()
        self._file.close()


def lock_times(trace, name):
    """How long each lock on a file of this name was held, from a trace of system calls with absolute times."""
    open_at, taken, times = {}, {}, []
    for line in trace.splitlines():
        pid, _, rest = line.partition(" ")
        stamp, _, call = rest.strip().partition(" ")
        if call.startswith("openat(") and f'"{name}"' in call and not call.endswith("ENOENT"):
            open_at[pid, call.rsplit("= ", 1)[1].split()[0]] = True
        elif call.startswith("flock(") and call.rstrip().endswith("= 0"):
            descriptor = call[len("flock("):].split(",")[0]
            if open_at.get((pid, descriptor)):
                taken[pid, descriptor] = float(stamp)
        elif call.startswith("close("):
            descriptor = call[len("close("):].split(")")[0]
            if (pid, descriptor) in taken:
                times.append(float(stamp) - taken.pop((pid, descriptor)))
            open_at.pop((pid, descriptor), None)
    assert not taken
    return times


@pytest.mark.parametrize("command", [["use", "work", "--for", "codex"], ["lend", "work", "--to", "codex"],
                                     ["use", "--none", "--for", "codex"], ["refresh", "work"]])
def test_lock_of_codex_is_held_for_milliseconds(chatelaine, issuer, home, seed, tmp_path, command):
    """It drops its new tokens when it cannot take it within 5 s; so it is never held while one waits."""
    seed(lifetime=HOUR)
    if command[0] == "refresh" or "--none" in command:
        expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    issuer.delay["token"] = 0.5
    trace = tmp_path / "trace"
    result = Program(["strace", "-f", "-ttt", "-e", "trace=openat,flock,close", "-o", trace, chatelaine.program,
                      *command], env={**chatelaine.env, "ASAN_OPTIONS": "detect_leaks=0"}).finish()
    assert result.status == expect.DONE, result.stderr
    for name in ("auth.json.lock", "auth.lock"):
        times = lock_times(trace.read_text(), name)
        assert times and max(times) < 0.05, (name, times)


def test_codex_saves_its_renewal_while_others_switch(chatelaine, home, seed):
    """Its own lock, tried as it tries: never away for long."""
    seed()
    seed("personal", "personal")
    codex = consumers.make("codex", home).install()
    prober = Prober(codex.lock_files()[1])
    for name in ("work", "personal") * 5:
        expect.succeeded(chatelaine("use", name, "--for", "codex"))
    prober.stop()
    # A second is far from its 5, and far from what a busy machine adds.
    assert prober.longest < 1
    prober.stop()


def test_lock_of_codex_is_waited_for(chatelaine, home, seed):
    tokens = seed()
    codex = consumers.make("codex", home).install()
    outer, inner = codex.lock_files()
    with open(outer, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = chatelaine.start("use", "work", "--for", "codex")
        run.wait_for(lambda _: not codex.path.exists() and os.path.exists(f"/proc/{run.pid}"))
        assert not codex.path.exists()
    expect.succeeded(run.finish())
    assert codex.shows(tokens) and inner.stat().st_mode & 0o777 == 0o600


def test_lock_of_codex_that_is_never_given_back(chatelaine, home, store, seed):
    seed()
    codex = consumers.make("codex", home).install()
    with open(codex.lock_files()[1], "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        expect.failed(chatelaine("use", "work", "--for", "codex", timeout=60), expect.BUSY)
    assert not codex.path.exists()
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
