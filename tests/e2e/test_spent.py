"""A refresh token that was spent is not sent again, when an older copy of its file comes back."""

import shutil

import expect
import logins
from keeping import stop

HOUR = 3600


def put_back(store, name, old):
    store.credential_file(name).write_bytes(old)


def test_older_copy_is_not_sent(chatelaine, issuer, store, seed):
    """The login goes on: the access tokens that programs have still work, and the newest file is good again."""
    seed(lifetime=HOUR)
    old = store.credential_file("work").read_bytes()
    expect.succeeded(chatelaine("refresh", "work"))
    access, newest = store.credential("work")["access_token"], store.credential_file("work").read_bytes()
    put_back(store, "work", old)
    before = store.profiles_snapshot()
    message = expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert "'work' was spent 20" in message and "would end the login" in message
    assert message.rstrip().endswith("put the newest one back, or sign in again: chatelaine login work")
    assert issuer.reused == 0 and issuer.count("token") == 1 and issuer.alive(access)
    assert store.profiles_snapshot() == before and store.pending() == []
    finding, = (one for one in chatelaine("doctor", "--json").json["findings"] if one["kind"] == "spent")
    assert finding["remedy"] == "chatelaine login work"
    put_back(store, "work", newest)
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0


def test_others_are_renewed(chatelaine, issuer, store, seed):
    for name, account in (("a", "work"), ("b", "personal"), ("c", "client")):
        seed(name, account, lifetime=HOUR)
    old = store.credential_file("b").read_bytes()
    expect.succeeded(chatelaine("refresh", "b"))
    put_back(store, "b", old)
    message = expect.failed(chatelaine("refresh", "--all"), expect.REFUSED)
    assert message.count("'b' was spent") == 1
    assert [store.credential(name)["generation"] for name in "abc"] == [2, 1, 2] and issuer.reused == 0


def test_keeper_goes_on_and_says_it_once(keep_in_time, passes, chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    old = store.credential_file("work").read_bytes()
    expect.succeeded(chatelaine("refresh", "work"))
    put_back(store, "work", old)
    running = keep_in_time()
    running.wait_for(lambda program: "'work' was spent" in program.stdout)
    # It is tried again after a minute.
    passes(running, 140)
    assert stop(running).stdout.count("was spent") == 1 and issuer.reused == 0


def test_register_that_cannot_be_read_is_in_nobodys_way(chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    register = store.path / ".chatelaine" / "spent"
    register.mkdir(parents=True)
    (store.path / ".chatelaine" / "spent.1").write_bytes(b"\xff" * 999)
    for generation in (2, 3):
        expect.succeeded(chatelaine("refresh", "work"))
        assert store.credential("work")["generation"] == generation
    assert issuer.reused == 0


def test_lent_is_not_what_was_spent(chatelaine, codex, issuer, store, seed):
    seed(lifetime=HOUR)
    old = store.credential_file("work").read_bytes()
    expect.succeeded(chatelaine("refresh", "work"))
    put_back(store, "work", old)
    message = expect.failed(chatelaine("lend", "work", "--to", "codex"), expect.REFUSED)
    assert "'work' was spent" in message and not codex.exists()


def test_sign_out_is_sent(chatelaine, issuer, store, seed):
    """It is what was asked for."""
    seed(lifetime=HOUR)
    old = store.credential_file("work").read_bytes()
    expect.succeeded(chatelaine("refresh", "work"))
    put_back(store, "work", old)
    expect.succeeded(chatelaine("delete", "work", "--sign-out", "--yes"))
    assert issuer.count("revoke") == 1 and store.names() == []


def test_older_store_is_known_by_a_newer_view(chatelaine, issuer, store, seed, tmp_path, codex):
    """What programs show is not in the store, and so not of that day."""
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    shutil.copytree(store.path, tmp_path / "backup")
    expect.succeeded(chatelaine("refresh", "work"))
    access = store.credential("work")["access_token"]
    shutil.rmtree(store.path)
    shutil.copytree(tmp_path / "backup", store.path)
    message = expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert "shows newer tokens of 'work'" in message and "chatelaine login work" in message
    assert issuer.reused == 0 and issuer.count("token") == 1
    assert issuer.alive(access) and logins.is_view(codex, access)


def test_older_profile_is_known_after_it_was_lent(chatelaine, issuer, store, seed, tmp_path, codex):
    tokens = seed(lifetime=HOUR)
    shutil.copytree(store.path / "work", tmp_path / "backup")
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    logins.put(codex, logins.codex(issuer.chains.spend(tokens.refresh_token)))
    expect.succeeded(chatelaine("take-back", "work"))
    shutil.rmtree(store.path / "work")
    shutil.copytree(tmp_path / "backup", store.path / "work")
    expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert issuer.reused == 0 and issuer.count("token") == 0


def test_what_another_chain_took_the_place_of_is_not_sent(chatelaine, issuer, store, seed, codex):
    tokens = seed(lifetime=HOUR)
    old = store.credential_file("work").read_bytes()
    logins.put(codex, logins.codex(issuer.chains.spend(tokens.refresh_token)))
    expect.succeeded(chatelaine("import", "codex"))
    codex.unlink()
    put_back(store, "work", old)
    expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
    assert issuer.reused == 0 and issuer.count("token") == 0


def test_whole_store_of_a_backup_cannot_be_told(chatelaine, issuer, store, seed, tmp_path):
    """With its register it is a store of that day: chatelaine-store(5) says so."""
    seed(lifetime=HOUR)
    shutil.copytree(store.path, tmp_path / "backup")
    expect.succeeded(chatelaine("refresh", "work"))
    shutil.rmtree(store.path)
    shutil.copytree(tmp_path / "backup", store.path)
    expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
    assert issuer.reused == 1


def test_older_copy_in_a_programs_file_is_not_taken_in(chatelaine, codex, issuer, store, seed):
    """Not even where the store's own login has ended."""
    older = seed(lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "work"))
    newest = store.credential("work")["refresh_token"]
    issuer.revoke_chain(newest)
    expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
    logins.put(codex, logins.codex(older))
    expect.succeeded(chatelaine("import", "codex"))
    assert store.credential("work")["refresh_token"] == newest and store.holds(older.refresh_token) == []
    expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
    assert issuer.reused == 0 and issuer.count("token") == 2
