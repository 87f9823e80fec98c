"""Taking back: the newest tokens of a lent login come home, and a view stays behind."""

import consumers
import expect
import pytest

HOUR = 3600


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
        new = consumers.renew(issuer, program)
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
    new = consumers.renew(issuer, program)
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
