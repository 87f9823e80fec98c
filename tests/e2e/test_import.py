"""Taking in: a login that a program has becomes a profile, and a view stands where it was."""

import json
import os

import consumers
import expect
import pytest

HOUR, DAY = 3600, 86400


def take_in(chatelaine, *args, **options):
    return expect.succeeded(chatelaine("import", *args, **options))


@pytest.mark.parametrize("kind", consumers.KINDS)
def test_login_of_every_program(chatelaine, issuer, home, store, kind):
    program = consumers.make(kind, home)
    tokens = issuer.mint("work")
    program.sign_in(tokens)
    text = take_in(chatelaine, kind, "--as", "work", umask=0)
    assert "work" in text and "dev@example.com" in text and str(program.path) in text
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert program.shows(tokens) and program.mode() == 0o600
    entry = expect.listed(chatelaine)["work"]
    assert (entry["status"], entry["owner"], entry["targets"]) == ("ok", "chatelaine", [kind])
    assert (entry["user_id"], entry["account_id"]) == (tokens.account.user_id, tokens.account.account_id)
    assert issuer.count() == 0
    for path, mode in store.modes().items():
        assert mode == (0o700 if (store.path / path).is_dir() else 0o600), f"{path} is {mode:o}"
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0 and program.read().access == store.credential("work")["access_token"]


@pytest.mark.parametrize("kind", consumers.KINDS)
@pytest.mark.parametrize("form", ["path", "relative", "kind and path", "kind and folder"])
def test_file_tells_itself_whose_it_is(chatelaine, issuer, home, store, kind, form):
    folder = home / "volume"
    folder.mkdir()
    program = consumers.make(kind, path=folder / consumers.FILE_NAME[kind])
    tokens = issuer.mint("work")
    program.sign_in(tokens)
    given = {"path": str(program.path), "relative": f"./{program.path.name}", "kind and path": f"{kind}={program.path}",
             "kind and folder": f"{kind}={folder}"}[form]
    take_in(chatelaine, given, "--as", "work", cwd=folder)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert program.shows(tokens)


def test_plain_name_of_a_file(chatelaine, issuer, home, store):
    program = consumers.make("codex", path=home / "auth.json")
    tokens = issuer.mint("work")
    program.sign_in(tokens)
    take_in(chatelaine, "auth.json", "--as", "work", cwd=home)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


def test_codex_home(chatelaine, issuer, home, store):
    program = consumers.make("codex", path=home / "elsewhere" / "auth.json")
    tokens = issuer.mint("work")
    program.sign_in(tokens)
    take_in(chatelaine, "codex", env={"CODEX_HOME": str(home / "elsewhere")})
    consumers.only_in(tokens.refresh_token, home, store.credential_file("dev"))


@pytest.mark.parametrize("account, name", [("work", "dev"), ("client", "ops"), ("wide", "login"),
                                           ("hostile", "login")])
def test_name_is_made_of_the_e_mail(chatelaine, issuer, home, account, name):
    consumers.make("codex", home).sign_in(issuer.mint(account))
    take_in(chatelaine, "codex")
    assert list(expect.listed(chatelaine)) == [name]


def test_made_name_makes_way_for_one_that_is_there(chatelaine, issuer, home, store, seed):
    other = seed("dev", "personal")
    tokens = issuer.mint("work")
    consumers.make("codex", home).sign_in(tokens)
    take_in(chatelaine, "codex")
    assert sorted(expect.listed(chatelaine)) == ["dev", "dev-2"]
    consumers.only_in(tokens.refresh_token, home, store.credential_file("dev-2"))
    consumers.only_in(other.refresh_token, home, store.credential_file("dev"))


def test_name_that_another_login_has(chatelaine, issuer, home, store, seed):
    other = seed("work", "personal")
    program = consumers.make("codex", home)
    login = program.sign_in(issuer.mint("work"))
    message = expect.failed(chatelaine("import", "codex", "--as", "work"), expect.REFUSED)
    assert "another name" in message
    assert program.read().refresh == login.refresh
    consumers.only_in(other.refresh_token, home, store.credential_file("work"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b/c", "-x", "a b", "../up", "x" * 70])
def test_name_that_is_none(chatelaine, issuer, home, store, name):
    program = consumers.make("codex", home)
    login = program.sign_in(issuer.mint("work"))
    expect.failed(chatelaine("import", "codex", "--as", name), expect.USAGE)
    assert program.read().refresh == login.refresh and store.names() == []


def test_into_a_tenant(chatelaine, issuer, home, store):
    tokens = issuer.mint("client")
    consumers.make("openhands", home).sign_in(tokens)
    take_in(chatelaine, "openhands", "--as", "acme/client-x")
    assert expect.listed(chatelaine)["acme/client-x"]["tenant"] == "acme"
    consumers.only_in(tokens.refresh_token, home, store.credential_file("acme/client-x"))


# A login that is here already

@pytest.mark.parametrize("name", [[], ["--as", "work"]])
def test_newer_tokens_of_a_known_login(chatelaine, issuer, home, store, seed, name):
    old = seed(lifetime=HOUR)
    newer = consumers.make("codex", home).sign_in(issuer.mint("work"))
    take_in(chatelaine, "codex", *name)
    assert store.names() == ["work"]
    consumers.only_in(newer.refresh, home, store.credential_file("work"))
    assert consumers.files_with(old.refresh_token, home) == []


def test_older_tokens_of_a_known_login(chatelaine, issuer, home, store, seed):
    codex = consumers.make("codex", home)
    older = codex.sign_in(issuer.mint("work", lifetime=HOUR))
    tokens = seed()
    take_in(chatelaine, "codex")
    assert codex.shows(tokens)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert consumers.files_with(older.refresh, home) == []


def test_known_login_under_another_name(chatelaine, issuer, home, store, seed):
    seed(lifetime=HOUR)
    codex = consumers.make("codex", home)
    newer = codex.sign_in(issuer.mint("work"))
    message = expect.failed(chatelaine("import", "codex", "--as", "other"), expect.REFUSED)
    assert "work" in message and codex.read().refresh == newer.refresh and store.names() == ["work"]


def test_copy_of_what_the_store_has(chatelaine, home, store, seed):
    """A second copy of one chain would be its end: it goes."""
    tokens = seed()
    codex = consumers.make("codex", home)
    codex.sign_in(tokens)
    take_in(chatelaine, "codex")
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert codex.shows(tokens)


def test_four_people_with_two_halves_in_common(chatelaine, issuer, home, store):
    tokens = {}
    for account in ("work", "seat", "client", "colleague"):
        codex = consumers.make("codex", home)
        tokens[account] = codex.sign_in(issuer.mint(account))
        take_in(chatelaine, "codex", "--as", account)
    assert store.names() == sorted(tokens)
    for name, login in tokens.items():
        consumers.only_in(login.refresh, home, store.credential_file(name))
    identities = {(entry["user_id"], entry["account_id"]) for entry in expect.listed(chatelaine).values()}
    assert len(identities) == 4


def test_damaged_profile_of_that_name_is_no_reason_to_lose_it(chatelaine, issuer, home, store, seed):
    seed("work", "personal")
    store.credential_file("work").write_text("not JSON")
    codex = consumers.make("codex", home)
    login = codex.sign_in(issuer.mint("work"))
    expect.failed(chatelaine("import", "codex", "--as", "work"), expect.REFUSED)
    assert store.credential_file("work").read_text() == "not JSON"
    take_in(chatelaine, "codex", "--as", "other")
    consumers.only_in(login.refresh, home, store.credential_file("other"))


def test_login_that_is_lent_is_taken_back_instead(chatelaine, home, seed):
    tokens = seed()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    message = expect.failed(chatelaine("import", "codex"), expect.REFUSED)
    assert "chatelaine take-back work" in message
    consumers.only_in(tokens.refresh_token, home, consumers.make("codex", home).path)


def test_second_login_of_a_lent_one(chatelaine, issuer, home, seed):
    """The same person signed in elsewhere, too: neither is lost, neither replaces the other."""
    tokens = seed()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    openhands = consumers.make("openhands", home)
    second = openhands.sign_in(issuer.mint("work"))
    message = expect.failed(chatelaine("import", "openhands"), expect.REFUSED)
    assert "chatelaine take-back work" in message
    consumers.only_in(tokens.refresh_token, home, consumers.make("codex", home).path)
    consumers.only_in(second.refresh, home, openhands.path)


# What is no login

@pytest.mark.parametrize("kind", consumers.KINDS)
def test_view_is_no_login(chatelaine, home, store, seed, kind):
    tokens = seed()
    expect.succeeded(chatelaine("use", "work", "--for", kind))
    expect.failed(chatelaine("import", kind, "--as", "again"), expect.FAILED, expect.REFUSED)
    assert store.names() == ["work"] and consumers.make(kind, home).shows(tokens)


@pytest.mark.parametrize("kind", consumers.KINDS)
def test_nothing_there(chatelaine, store, kind):
    expect.failed(chatelaine("import", kind), expect.NOT_FOUND)
    expect.failed(chatelaine("import", f"{kind}=/nowhere/at/all"), expect.NOT_FOUND)
    assert store.names() == []


def test_no_such_file(chatelaine, home):
    expect.failed(chatelaine("import", "./auth.json", cwd=home), expect.NOT_FOUND, expect.FAILED)
    expect.failed(chatelaine("import", "cursor", cwd=home), expect.USAGE)


@pytest.mark.parametrize("text", ["", "{}", "[]", "not JSON", '{"OPENAI_API_KEY": "sk-made-up", "auth_mode": "apikey"}',
                                  '{"tokens": {"refresh_token": "rt_made-up", "access_token": "no JWT"}}',
                                  '{"refresh_token": "rt_x\\u001b[2J", "access_token": "a.b.c", "id_token": "a.b.c"}'])
def test_file_without_a_login(chatelaine, home, store, text):
    (home / "auth.json").write_text(text)
    for given in ("./auth.json", "codex=auth.json", "litellm=auth.json"):
        result = chatelaine("import", given, cwd=home)
        expect.failed(result, expect.FAILED, expect.REFUSED, expect.NOT_FOUND)
        assert "sk-made-up" not in result.stderr and "rt_" not in result.stderr
    assert (home / "auth.json").read_text() == text and store.names() == []


@pytest.mark.parametrize("lacks", ["access_token", "id_token"])
def test_login_that_lacks_a_token(chatelaine, issuer, home, store, lacks):
    """Without an access token nobody knows whose it is; without an id_token it is as good."""
    codex = consumers.make("codex", home)
    login = codex.sign_in(issuer.mint("work"))
    value = json.loads(codex.path.read_text())
    del value["tokens"][lacks]
    codex.path.write_text(json.dumps(value))
    result = chatelaine("import", "codex", "--as", "work")
    if result.status == expect.DONE:
        consumers.only_in(login.refresh, home, store.credential_file("work"))
        assert expect.status_of(chatelaine) in ("ok", "expired")
    else:
        expect.failed(result, expect.REFUSED)
        assert json.loads(codex.path.read_text()) == value and store.names() == []


def test_ended_login_is_renewable_all_the_same(chatelaine, issuer, home, store):
    consumers.make("openhands", home).sign_in(issuer.mint("work", lifetime=-DAY))
    take_in(chatelaine, "openhands", "--as", "work")
    assert expect.status_of(chatelaine) == "expired"
    expect.succeeded(chatelaine("refresh", "work"))
    assert consumers.make("openhands", home).read().access == store.credential("work")["access_token"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_file_that_cannot_be_replaced_keeps_its_login(chatelaine, issuer, home, store):
    """Taken in and left there, it would be in two places."""
    codex = consumers.make("codex", home)
    login = codex.sign_in(issuer.mint("work"))
    codex.path.parent.chmod(0o500)
    try:
        expect.failed(chatelaine("import", "codex", "--as", "work"), expect.FAILED)
    finally:
        codex.path.parent.chmod(0o700)
    assert store.names() == []
    consumers.only_in(login.refresh, home, codex.path)


def test_store_that_cannot_be_written_leaves_it_where_it_is(chatelaine, issuer, home, store):
    codex = consumers.make("codex", home)
    login = codex.sign_in(issuer.mint("work"))
    store.path.write_text("a file in the way\n")
    expect.failed(chatelaine("import", "codex", "--as", "work"), expect.FAILED)
    consumers.only_in(login.refresh, home, codex.path)


def test_nothing_secret_is_said(chatelaine, issuer, home, store):
    tokens = issuer.mint("work")
    consumers.make("codex", home).sign_in(tokens)
    expect.no_secret(chatelaine("import", "codex", "--as", "work"), tokens)
    entry = next(entry for entry in reversed(store.audit()) if entry["event"] == "import")
    assert entry["profile"] == "work" and "rt_" not in str(store.audit())


def test_two_take_the_same_in_at_once(chatelaine, issuer, home, store):
    tokens = issuer.mint("work")
    consumers.make("codex", home).sign_in(tokens)
    runs = [chatelaine.start("import", "codex", "--as", name) for name in ("a", "b", "a", "b")]
    statuses = [run.finish(timeout=30).status for run in runs]
    assert statuses.count(expect.DONE) == 1, statuses
    name, = store.names()
    consumers.only_in(tokens.refresh_token, home, store.credential_file(name))
